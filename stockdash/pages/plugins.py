"""The plugins page."""

import streamlit as st

from stockdash.pages._style import STYLE


def page() -> None:
    """Draw the page."""
    st.html(STYLE)
    st.title("Plugins")
