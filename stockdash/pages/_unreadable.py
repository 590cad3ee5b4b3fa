"""What a page shows when its store can't be read or written."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from stockdash.errors import StoreDamagedError, StoreError

_TOLD = "told of the store"
_SOON_SECONDS = 1.0


@contextmanager
def store_errors_told(key: str, said: str = "The stored bars can't be read.") -> Iterator[None]:
    """Tell of a store's error in the place of what needed the store, with a button that tries again.

    Also a decorator, for a fragment: Streamlit shows a traceback of what is raised in one. Damage is met once, since
    the file is then set aside: the page is drawn anew by itself, with a fresh one.
    """
    try:
        yield
    except StoreError as exc:
        st.error(f"{said} {exc}", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:", key=f"{key}.again")
        if isinstance(exc, StoreDamagedError) and st.session_state.get(_TOLD) != str(exc):
            _draw_anew(str(exc))


@st.fragment(run_every=_SOON_SECONDS)
def _draw_anew(told: str) -> None:
    """Have the page drawn anew once it stands: widgets of a run that is broken off would lose what they show."""
    if st.session_state.get(_TOLD) == told:
        st.rerun()
    st.session_state[_TOLD] = told
