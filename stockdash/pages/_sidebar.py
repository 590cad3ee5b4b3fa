"""What the sidebar needs beside what Streamlit gives; the browser's side is in ``sidebar/index.js``."""

import functools
from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

COMPONENT = "stockdash.sidebar"


def keyboard(*searches: str) -> None:
    """Have Enter take the first offer of these searches, given by the keys of their boxes."""
    _component()(key="sidebar", data={"searches": searches})


def found_key(search: str) -> str:
    """Give the key of the container of a search's offers."""
    return f"{search}-found"


def first_offer(text: str, verb: str) -> None:
    """Tell, below the offers for `text`, what Enter does with the first."""
    st.html(f'<p class="sd-enter" data-for="{escape(text.strip())}"><kbd>Enter</kbd> {escape(verb)} the first</p>')


@functools.cache
def _component() -> Callable[..., Any]:
    # Registered at first use: outside a running app (a test, the worker) registering raises.
    return st.components.v2.component(COMPONENT, js="index.js")
