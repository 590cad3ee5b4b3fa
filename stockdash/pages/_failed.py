"""What stands below the chart in the place of each indicator that has no values: why, and what can be done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape

import streamlit as st

from stockdash.pages._chain import Call
from stockdash.pages._guard import MOST_FAILURES, Guard, Trouble, guard
from stockdash.pages._removing import remove
from stockdash.pages._session import Session
from stockdash.registry import HOST, Catalog, Origin

_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Failed:
    """An indicator without values: its number in the session, its id, what was to be computed, and why it was not."""

    number: int
    indicator_id: str
    call: Call | None = field(compare=False)
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Missing:
    """What the chart does not show: a remark on its bars, and the indicators that have no values."""

    remark: str = ""
    failed: tuple[Failed, ...] = ()


def missing(session: Session, catalog: Catalog, *, key: str, chart: str) -> None:
    """Draw what the session's chart is missing, a card for each indicator.

    It is no part of the chart's fragment: a broken indicator costs a step of another one's slider nothing. The chart
    has the page drawn again when what is missing is not what is told here. `key` is that of the container, `chart`
    that of the chart's fragment.
    """
    told = session.told = session.missing or Missing()
    if told == Missing():
        return
    with st.container(key=key):
        if told.remark:
            st.info(told.remark)
        for one in told.failed:
            _card(session, catalog, one, chart)


def _card(session: Session, catalog: Catalog, one: Failed, chart: str) -> None:
    with st.container(border=True, key=f"failed-{one.number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(failure_html(one, catalog.origins.get(one.indicator_id)))
            _buttons(session, one, guard(), chart)
        if one.trouble.frames:
            with st.expander("Where in its code"):
                st.code(one.trouble.frames, language=None)


def failure_html(one: Failed, origin: Origin | None) -> str:
    """Give name, package, reason and cure; what the package says is escaped."""
    name = one.call.indicator.name if one.call else one.indicator_id
    package = f"{origin.package} {origin.version}" if origin else ""
    return (
        f'<div class="sd-failed" role="alert"><b>{escape(name)}</b> <small>{escape(package)}</small>'
        f"<p>{escape(_what(one.trouble))}</p><p>{escape(_cure(one.trouble, origin))}</p></div>"
    )


def _what(trouble: Trouble) -> str:
    if trouble.kind == "off":
        last = f" The last: {trouble.reason}" if trouble.reason else ""
        return f"Switched off after {MOST_FAILURES} failures in a row.{last}"
    return trouble.reason


def _cure(trouble: Trouble, origin: Origin | None) -> str:
    package = origin.package if origin else "its package"
    newer = "a newer stockdash" if package == HOST else f"a newer version of {package}"
    match trouble.kind:
        case "failed":
            return f"Other parameters may work, or {newer}. The other indicators are not affected."
        case "late":
            return "It goes on beside the page and is drawn when it is done. Fewer bars or other parameters are faster."
        case "off":
            return f"It is not run any more, and costs nothing. When {newer} is installed, start the app again."
        case "source":
            return "It is drawn again as soon as that one is. Or give it another source."
        case "refused":
            return "Give it another source, or remove it."


def _buttons(session: Session, one: Failed, keeper: Guard, chart: str) -> None:
    key, call = f"failed.{one.number}", one.call
    if one.trouble.kind == "off" and call is not None:
        st.button("Switch on again", key=f"{key}.on", on_click=_again, args=(partial(keeper.switch_on, call), chart))
    elif one.trouble.kind == "late" and keeper.is_running(one.trouble.key):
        _wait(keeper, one.trouble.key)
    elif one.trouble.kind in {"failed", "late"}:
        again = partial(keeper.try_again, one.trouble.key)
        st.button("Try again", key=f"{key}.again", on_click=_again, args=(again, chart))
    st.button("Remove", key=f"{key}.remove", on_click=remove, args=(session, one.number))


def _again(change: Callable[[], None], chart: str) -> None:
    change()
    st.rerun(chart)


@st.fragment(run_every=_LOOK_SECONDS)
def _wait(keeper: Guard, key: str) -> None:
    """Have the page drawn again when the answer has come."""
    if not keeper.is_running(key):
        st.rerun()
    st.caption("Still computing")
