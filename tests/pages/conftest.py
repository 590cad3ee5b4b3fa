from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stockdash.pages._engine import engine
from stockdash.settings import Settings
from stockdash.stores import open_store
from tests.pages.stored import fill

PATIENCE_SECONDS = 30


def script() -> None:
    from stockdash.pages import chart  # noqa: PLC0415 - AppTest runs this function's source alone

    chart.page()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder that the settings name, and no engine from the test before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOCKDASH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STOCKDASH_TICKERS", "NVDA,AAPL")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield tmp_path / "data"
    engine().stop()
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def stored(data_dir: Path) -> Path:
    """A data folder whose store has the two tickers."""
    store = open_store(Settings.load())
    fill(store, "NVDA", "AAPL")
    store.close()
    return data_dir


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """Open the chart page with the words of a link."""

    def visiting(**query: str | list[str]) -> AppTest:
        test = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
        for name, value in query.items():
            test.query_params[name.removesuffix("_")] = value
        return test.run()

    return visiting
