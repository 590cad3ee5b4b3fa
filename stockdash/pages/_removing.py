"""Takes an indicator off the page."""

import streamlit as st

from stockdash.forms import controls
from stockdash.pages import _controls
from stockdash.pages._session import Session


def remove(session: Session, number: int) -> None:
    """Remove the indicator of that number and draw the page again; a button's callback."""
    session.remove(number)
    for other, instance in zip(session.numbers, session.view.instances, strict=True):
        # The others stand elsewhere now, so their sources are called otherwise.
        sources = tuple(control for control in controls(type(instance.params)) if control.kind == "source")
        _controls.forget(sources, key=f"{instance.indicator_id}.{other}")
    st.rerun()
