"""The Data page: what it tells of a store, and the run by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stockdash.ingest.backlog import Snapshot, SymbolState
from stockdash.pages import _ingesting
from stockdash.pages._data_facts import Facts, duration_text, facts_html, holder_text, store_text
from stockdash.pages._engine import Desk, engine
from stockdash.settings import Settings
from stockdash.stores import Batch, Event, Lease, Run, Written, open_store, publish, writable

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
RUN = Run(
    NOW - timedelta(seconds=95), NOW - timedelta(minutes=1), "web:7:abc", Written(3, 2, 1), {"XYZ": "<b>gone</b>"}
)
FACTS = Facts("The SQLite store /data/stockdash.db", 4, (), None, (), None, "", reads_only=False)

Visit = Callable[..., AppTest]


def script() -> None:
    from stockdash.pages import data  # noqa: PLC0415 - AppTest runs this function's source alone

    data.page()


@pytest.fixture
def visit(stored: Path) -> Visit:
    """Open the page at half past five in New York, after the close of the last stored day."""
    assert stored.is_dir()
    engine(_clock=lambda: NOW)

    def visiting(tab: str = "Coverage", **query: str) -> AppTest:
        test = AppTest.from_function(script, default_timeout=30)
        test.session_state["data.tabs"] = tab
        for name, value in query.items():
            test.query_params[name] = value
        test = test.run()
        assert not test.exception
        return test

    return visiting


def told(test: AppTest) -> str:
    return " ".join(element.proto.body for element in test.main.get("html"))


def tables(test: AppTest) -> list[pd.DataFrame]:
    return [element.value for element in test.dataframe]


def store():
    return writable(engine().real.store)


def write(batch: Batch) -> None:
    lease = store().acquire("ingest", "test", 60)
    assert lease is not None
    store().write(batch, lease)
    store().release(lease)


class FakeDesk:
    """What the button sees of a desk."""

    def __init__(self, store: object, *, running: bool = False, silence: str = "") -> None:
        self.store, self.scheduler, self.asked = store, object(), 0
        self._running, self._silence = running, silence

    def silence(self) -> str:
        return self._silence

    def snapshot(self) -> Snapshot:
        return Snapshot(running=self._running, symbols={"NVDA": SymbolState("asking"), "AAPL": SymbolState("stored")})

    def fetch(self) -> None:
        self.asked += 1


@pytest.mark.parametrize(
    ("symbol", "step", "times"), [("GONE", "stored", 1), ("GONE", "failed", 0), ("NVDA", "stored", 0)], ids=str
)
def test_a_store_that_has_lost_what_was_fetched_is_filled_again(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, symbol: str, step: Any, times: int
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Desk, "watchlist", lambda _: (symbol,))
    monkeypatch.setattr(Desk, "snapshot", lambda _: Snapshot(symbols={symbol: SymbolState(step)}))
    monkeypatch.setattr(Desk, "fetch", lambda _, *symbols: asked.append(symbols))
    assert not visit().exception
    assert asked == [()] * times


def test_the_head_says_which_store_and_how_fresh_it_is(visit: Visit, stored: Path) -> None:
    shown = told(visit())
    assert f"Embedded store at {stored}" in shown
    assert "all 2 watched symbols" in shown


def test_the_picture_and_the_table_tell_of_each_symbol(visit: Visit) -> None:
    test = visit()
    [table] = tables(test)
    assert table["Symbol"].tolist() == ["NVDA", "AAPL"]
    assert table["Last bar"].tolist() == ["2026-11-20"] * 2
    assert table["Sessions complete"].tolist() == [63, 63]
    assert len(test.get("plotly_chart")) == 1


def test_symbols_that_are_behind_come_first(visit: Visit) -> None:
    store().set_state("watch:TSM", "2026-11-01T00:00:00+00:00")
    [table] = tables(visit())
    assert table["Symbol"].tolist() == ["TSM", "NVDA", "AAPL"]
    assert table["Not fetched"].tolist()[0] == 63


def test_symbols_are_filtered(visit: Visit) -> None:
    test = visit()
    test.text_input("data.filter").set_value("aap").run()
    assert tables(test)[0]["Symbol"].tolist() == ["AAPL"]
    test.text_input("data.filter").set_value("zzz").run()
    assert [caption.value for caption in test.caption] == ["No symbol of that name."]


def test_half_hours_have_their_own_picture(visit: Visit) -> None:
    test = visit()
    test.session_state["data.interval"] = "30m"
    test.run()
    assert not test.exception
    assert tables(test)[0]["Last bar"].tolist()[0] == "2026-11-20 15:30 ET"


def test_a_link_opens_a_symbol_with_its_gaps_events_and_actions(visit: Visit) -> None:
    bars = store().read("NVDA", "1d")
    event = Event(NOW, "HOLE", "1d", "restated", "1 restated")
    write(Batch("HOLE", {"1d": bars.drop(bars.index[-3])}, store().actions("NVDA"), (event,)))
    stored, gaps, events, actions = tables(visit(symbol="HOLE"))[1:]
    assert stored["Interval"].tolist() == ["Day", "30 min"]
    assert gaps.iloc[0].tolist() == ["Day", "2026-11-18", "2026-11-18", 1, "Missing at the source"]
    assert (events["What"].tolist(), actions["What"].tolist()) == (["1 restated"], ["Split 2:1"])


def test_a_symbol_without_trouble_says_so(visit: Visit) -> None:
    captions = [caption.value for caption in visit(symbol="NVDA").caption]
    assert "No bar lacks in the last quarter of a year." in captions


def test_runs_are_told_with_their_errors(visit: Visit) -> None:
    store().record_run(RUN)
    test = visit("Runs")
    [table] = tables(test)
    assert table.iloc[0][["Took", "New", "Failed", "By"]].tolist() == ["35 s", 3, 1, "web:7"]
    assert "<b>XYZ</b>: &lt;b&gt;gone&lt;/b&gt;" in told(test)


def test_events_are_told(visit: Visit) -> None:
    write(Batch("NVDA", events=(Event(NOW, "NVDA", "30m", "implausible", "kept"),)))
    [table] = tables(visit("Data quality"))
    assert table.iloc[0].tolist() == ["2026-11-20 17:30 ET", "NVDA", "30 min", "implausible", "kept"]


@pytest.mark.parametrize("tab", ["Runs", "Data quality"])
def test_nothing_to_tell_is_said(visit: Visit, tab: str) -> None:
    assert len(visit(tab).info) == 1


def test_an_empty_store_says_what_to_do(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKDASH_TICKERS", "NVDA")
    assert not data_dir.exists()
    engine(_clock=lambda: NOW)
    test = AppTest.from_function(script, default_timeout=30).run()
    assert not test.exception
    assert "1 of 1 watched symbols are not: NVDA" in told(test)
    assert tables(test)[0]["Not fetched"].tolist() == [63]


def test_a_store_that_can_not_be_read_is_told(visit: Visit, stored: Path) -> None:
    engine().real.store.close()
    for file in stored.glob("stockdash.db*"):
        file.unlink()
    (stored / "stockdash.db").mkdir()
    test = visit()
    assert "The state of the data can't be read." in test.error[0].value
    (stored / "stockdash.db").rmdir()


def test_a_store_that_only_reads_says_who_ingests(visit: Visit, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = open_store(Settings.load())
    publish(written, Settings.load(), ("NVDA", "AAPL"))
    written.close()
    engine().stop()
    st.cache_resource.clear()
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    engine(_clock=lambda: NOW)
    test = visit()
    assert f"Snapshot folder {stored / 'snapshots'}" in told(test)
    assert "This app only reads: another process ingests." in test.caption[0].value
    assert "not known here" in told(test)
    assert not test.button


def test_an_open_app_warns_its_operator(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "asks nobody to sign in" in visit().warning[0].value
    monkeypatch.setattr("stockdash.pages._signin.is_operator", lambda: False)
    assert not visit().warning


def test_a_run_by_hand_is_asked_for_once(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Desk, "fetch", lambda _, *symbols: asked.append(symbols))
    visit().button("data.ingest").click().run()
    assert asked == [()]


def test_a_run_is_refused_while_another_process_ingests(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Desk, "fetch", lambda _, *symbols: asked.append(symbols))
    test = visit()
    assert store().acquire("ingest", "other-host:99:uuid", 60) is not None
    test.button("data.ingest").click().run()
    assert "Another process ingests already: other-host:99 until" in told(test)
    assert 'At work</dt><dd class="">other-host:99 until' in told(test)
    assert asked == []


def test_a_run_is_refused_while_the_source_is_left_in_peace(stored: Path) -> None:
    assert stored.is_dir()
    desk = FakeDesk(engine().real.store, silence="rate-limited until 14:32 New York")
    assert _ingesting.refusal(desk).startswith("Nothing would be asked: rate-limited until 14:32 New York.")
    assert _ingesting.refusal(FakeDesk(engine().real.store)) == ""


def test_the_head_warns_of_what_is_wrong() -> None:
    lease = Lease("ingest", "host:1:x", 1, NOW + timedelta(minutes=2))
    wrong = Facts("x", 9, ("NVDA",), RUN, (lease,), NOW, "rate-limited until 14:32 New York", reads_only=False)
    shown = facts_html(wrong, now=NOW)
    assert shown.count("sd-stale") == 3
    for part in ("1 of 9 watched symbols are not: NVDA", "host:1 until 17:32:00 ET", "rate-limited until", "1 failed"):
        assert part in shown
    assert "sd-stale" not in facts_html(FACTS, now=NOW)


def test_a_store_is_called_what_its_reader_knows() -> None:
    assert store_text("The SQLite store /x/y.db") == "Embedded store at /x/y.db"
    assert store_text("The Supabase store at a.supabase.co") == "Supabase project a.supabase.co"
    assert store_text("Another store") == "Another store"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (12, "12 s"), (200, "3 min 20 s"), (3900, "1 h 5 min"), (59.7, "1 min 0 s")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration_text(timedelta(seconds=seconds)) == text


def test_a_holder_is_host_and_process() -> None:
    assert holder_text("web-1:77:2c1f9e") == "web-1:77"


def test_days_of_the_calendar_are_not_lost(visit: Visit) -> None:
    [table] = tables(visit())
    assert table["First bar"].tolist() == [f"{date(2025, 11, 21)}"] * 2
