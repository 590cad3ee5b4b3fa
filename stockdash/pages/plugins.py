"""The plugins page: what is installed, what is proved of it, what failed; each indicator documented and tried out."""

from functools import partial
from html import escape
from pathlib import Path

import streamlit as st

from stockdash.errors import PluginError, StoreError
from stockdash.pages import _frames, _signin
from stockdash.pages._adder import plain
from stockdash.pages._documented import declaration_html, head_html, proof_html
from stockdash.pages._engine import Engine, demo_desk, engine
from stockdash.pages._found import ANY, KINDS, Wanted, found, origin_of, packages, summary, table
from stockdash.pages._installing import installing
from stockdash.pages._instances import Instance
from stockdash.pages._navigation import to_chart
from stockdash.pages._plugin_news import news_html
from stockdash.pages._session import present_session, want
from stockdash.pages._style import STYLE
from stockdash.pages._trying import Trial, trial, trying
from stockdash.pages._view import MAX_INSTANCES
from stockdash.registry import Catalog, news

_CSS = f"<style>{Path(__file__).with_name('plugins.css').read_text(encoding='utf-8')}</style>"
_CHOSEN, _SAID = "plugins.chosen", "plugins.said"
_LINK = "id"
_SHORT_LIST, _LIST_HEIGHT, _ROW = 8, 690, 34
_NAME_WIDTH = 250
_LOOK_SECONDS = 2.0


def page() -> None:
    """Draw the page."""
    st.html(STYLE + _CSS)
    app = engine()
    _read_link(app.catalog)
    _head(app)
    if news := news_html(app.catalog):
        st.html(news)
    with st.sidebar:
        package = _package(app)
    list_side, doc_side = st.columns([5, 7], gap="medium")
    with list_side:
        _list(app, package)
    with doc_side, st.container(border=True, key="plugin-doc"):
        _details(app)


def _read_link(catalog: Catalog) -> None:
    asked = st.query_params.get(_LINK)
    if asked in catalog.listings:
        st.session_state[_CHOSEN] = asked


def _head(app: Engine) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="plugins-head"):
        st.html("<h1>Plugins</h1>")
        _status(app)
        if _signin.is_operator():  # what is found is found for everybody
            st.button("Rescan", icon=":material/refresh:", key="plugins.rescan", on_click=_rescan, args=(app,))
            installing(app.settings.stockdash_data_dir)
    for line in st.session_state.pop(_SAID, ()):
        st.info(plain(line), icon=":material/refresh:")


def _status(app: Engine) -> None:
    """Say how much there is, and follow the checks while they go on."""
    known, count = app.installed.checking.progress()
    text = f"{count} indicators of {len(packages(app.catalog))} packages"
    if app.settings.stockdash_check_plugins and known < count:
        _progress(app, text)
    else:
        st.caption(text)


@st.fragment(run_every=_LOOK_SECONDS)
def _progress(app: Engine, text: str) -> None:
    known, count = app.installed.checking.progress()
    if known == count:
        st.rerun()
    st.caption(f"{text}. Checking what is new: {known} of {count}")


def _rescan(app: Engine) -> None:
    before = app.catalog
    st.session_state[_SAID] = news(before, app.installed.rescan()) or ("Nothing new is installed.",)


def _package(app: Engine) -> str:
    """Draw the packages to choose from and give the chosen one."""
    counts = packages(app.catalog)
    versions = {origin.package: origin.version for origin in app.catalog.origins.values()}
    st.html("<h2 class=sd-section>Packages</h2>")
    told = [f"{plain(versions[name])} · {counts[name]} · {summary(app.catalog, app.verdict, name)}" for name in counts]
    return st.radio(
        "Packages",
        [ANY, *counts],
        format_func=plain,  # a browser tells an option by its label, so what may change stands beside it
        captions=[f"{sum(counts.values())} indicators", *told],
        label_visibility="collapsed",
        key="plugins.package",
    )


def _list(app: Engine, package: str) -> None:
    wanted = _wanted(app.catalog, package)
    ids = found(app.catalog, app.verdict, wanted)
    if not ids:
        st.info("Nothing installed matches. Fewer words, or another package?", icon=":material/search_off:")
        return
    is_long = len(ids) > _SHORT_LIST
    with st.container(key="plugins-list", border=False, height=_LIST_HEIGHT if is_long else "content"):
        st.dataframe(
            table(app.catalog, app.verdict, ids),
            hide_index=True,
            height="stretch" if is_long else "content",
            row_height=_ROW,
            # Rows are told by their place, so another list is another widget.
            key=_list_key(ids),
            on_select=partial(_choose, ids),
            selection_mode="single-cell",
            column_config={"Name": st.column_config.TextColumn(width=_NAME_WIDTH)},
        )


def _wanted(catalog: Catalog, package: str) -> Wanted:
    words = st.text_input(
        "Search the indicators",
        type="search",
        live="200ms",
        placeholder="Search name, id, synonym, description",
        label_visibility="collapsed",
        key="plugins.words",
    )
    with st.container(horizontal=True, key="plugins-filters"):
        categories = sorted({listing.category for listing in catalog.listings.values()})
        category = st.selectbox(
            "Category",
            [ANY, *categories],
            format_func=lambda name: "All categories" if name == ANY else name,
            label_visibility="collapsed",
            key="plugins.category",
        )
        kind = st.selectbox(
            "Checked",
            KINDS,
            format_func=lambda name: "Checked or not" if name == ANY else name,
            label_visibility="collapsed",
            key="plugins.kind",
        )
    return Wanted(words, package, category, kind)


def _choose(ids: list[str]) -> None:
    if cells := st.session_state[_list_key(ids)].selection.cells:
        row, _ = cells[0]
        st.session_state[_CHOSEN] = st.query_params[_LINK] = ids[row]


def _list_key(ids: list[str]) -> str:
    return f"plugins.list.{hash(tuple(ids))}"


def _details(app: Engine) -> None:
    chosen, catalog = st.session_state.get(_CHOSEN, ""), app.catalog
    if chosen not in catalog.listings:
        st.html(_GUIDE)
        return
    verdict = app.verdict(chosen)
    st.html(head_html(catalog.listings[chosen], origin_of(catalog, chosen), verdict))
    try:
        indicator = catalog.find(chosen)
    except PluginError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    tried = trial(indicator)
    _adding(tried)
    trying(catalog, tried, _bars(app))
    st.html(declaration_html(indicator) + proof_html(verdict))


def _adding(tried: Trial) -> None:
    session = present_session()
    is_full = session is not None and len(session.view.instances) >= MAX_INSTANCES
    if st.button(
        "Add to chart",
        type="primary",
        icon=":material/add_chart:",
        key="plugins.add",
        disabled=is_full,
        help=f"A chart holds {MAX_INSTANCES} indicators." if is_full else "With the parameters that are set below",
    ):
        want(Instance(tried.indicator.id, tried.params))
        to_chart()


def _bars(app: Engine) -> _frames.Shelf | None:
    """Give the bars of the symbol that the chart shows, if they are stored."""
    session = present_session()
    desk = demo_desk() if session is not None and session.view.demo else app.real
    try:
        symbol = session.view.symbol if session is not None else next(iter(desk.store.symbols()), "")
        of = _frames.shelf(desk.store, symbol, made_up=desk.made_up)
        return of if symbol and _frames.quote(of) is not None else None
    except StoreError:
        return None


_GUIDE = f"""<div class="sd-doc"><h2>{escape("Pick an indicator")}</h2>
<p>It is documented here, can be tried out on the symbol of the chart, and added to it.</p>
<h3>What the badges prove</h3>
<p><b>never repaints</b>: what it shows for a closed bar stays as it is when later bars arrive. So what it shows in the
past is what it would have shown then.</p>
<p><b>⟲ repaints</b>: values change afterwards, in the last bars or in the whole window. Its past looks better than it
was.</p>
<p>Each version of each package is checked once, in the background, on made-up bars: with the defaults at many cuts, and
at the limits of every parameter.</p></div>"""
