"""The Data page and the templates over a project of Supabase's own small server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stockdash.ingest.details import details
from stockdash.ingest.status import look
from stockdash.market import Market
from stockdash.pages._engine import engine
from stockdash.settings import Settings
from stockdash.stores import open_store, writable
from stockdash.templates import Template
from stockdash.templates.kept import default_template, kept, save, set_default
from tests.pages.stored import fill
from tests.peers.supabase import Project

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def script() -> None:
    from stockdash.pages import data  # noqa: PLC0415 - AppTest runs this function's source alone

    data.page()


@pytest.fixture
def visit(pglite_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """Open the Data page over a project that has two symbols."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOCKDASH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STOCKDASH_TICKERS", "NVDA,AAPL")
    monkeypatch.setenv("SUPABASE_URL", pglite_project.url)
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", pglite_project.keys.secret)
    store = open_store(Settings.load())
    store._api.ask("test_reset")
    fill(writable(store), "NVDA", "AAPL")
    store.close()
    st.cache_data.clear()
    st.cache_resource.clear()
    engine(_clock=lambda: NOW)

    def visiting(**query: str) -> AppTest:
        test = AppTest.from_function(script, default_timeout=60)
        for name, value in query.items():
            test.query_params[name] = value
        test = test.run()
        assert not test.exception
        return test

    yield visiting
    engine().stop()
    st.cache_data.clear()
    st.cache_resource.clear()


def test_the_page_says_that_it_is_a_project_and_what_is_in_it(visit: Callable[..., AppTest]) -> None:
    test = visit(symbol="NVDA")
    assert "Supabase project " in " ".join(element.proto.body for element in test.main.get("html"))
    assert test.dataframe[0].value["Sessions complete"].tolist() == [63, 63]


def test_the_key_is_on_no_page(visit: Callable[..., AppTest], pglite_project: Project) -> None:
    assert pglite_project.keys.secret not in str(visit())


def test_the_status_tells_the_same(visit: Callable[..., AppTest]) -> None:
    assert callable(visit)
    store = engine().real.store
    status = look(store, ["NVDA", "AAPL"], market=Market(), now=NOW)
    assert (status.stale, details(store, status, market=Market(), now=NOW).gaps) == ((), {})


def test_templates_are_kept_in_the_project(visit: Callable[..., AppTest]) -> None:
    assert callable(visit)
    store = writable(engine().real.store)
    save(store, Template(name="Ünsere Ansicht"))
    set_default(store, "ünsere ansicht")
    assert default_template(store) == kept(store).templates["ünsere ansicht"] == Template(name="Ünsere Ansicht")
