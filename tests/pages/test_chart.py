"""The page's logic, without a browser: what is picked, what the link says, what is told."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import orjson
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from stockdash.errors import StoreUnavailableError
from stockdash.ingest.watchlist import watchlist
from stockdash.pages._engine import engine
from stockdash.settings import Settings
from stockdash.stores import ReadStore, open_store, publish, writable
from tests.pages.stored import fill

Visit = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("stored")


def told(test: AppTest) -> str:
    """Everything that the body shows as HTML, Markdown or an error."""
    shown = [*test.main.get("html"), *test.main.markdown, *test.main.error, *test.main.info, *test.main.subheader]
    return " ".join(getattr(element, "value", None) or element.proto.body for element in shown)


def drawn(test: AppTest) -> list[dict]:
    """What was sent to the chart: the head, four parts about the bars, then the traces."""
    [chart] = test.main.get("bidi_component")
    return [orjson.loads(line) for line in chart.proto.bytes.splitlines()[1:]]


def names(test: AppTest) -> list[str]:
    return [trace["name"] for trace in drawn(test)[5:]]


def link(test: AppTest) -> dict[str, list[str]]:
    """The link as the chart puts it into the address line."""
    [chart] = test.main.get("bidi_component")
    return parse_qs(orjson.loads(chart.proto.bytes.splitlines()[0])["link"].removeprefix("?"))


def zoom(test: AppTest, start: str, end: str) -> AppTest:
    """Do what the browser does at the end of a gesture."""
    minutes = {name: pd.Timestamp(at, tz="UTC").timestamp() / 60 for name, at in (("start", start), ("end", end))}
    test.session_state["chart"] = {"zoom": {**minutes, "revision": drawn(test)[0]["revision"], "gesture": 1}}
    return test.run()


def store() -> ReadStore:
    return engine().real.store


def add_days_alone(symbol: str) -> None:
    fill(writable(store()), symbol, half_hours=False)


def test_first_visit_shows_the_first_ticker_and_two_averages(visit: Visit) -> None:
    test = visit()
    assert not test.exception
    assert link(test) == {"symbol": ["NVDA"]}
    assert names(test) == ["SMA 20", "EMA 50"]


def test_header_tells_name_price_change_and_range(visit: Visit) -> None:
    shown = told(visit(symbol="AAPL"))
    for part in ("NVDA", "AAPL &amp; Sons &lt;Inc&gt;", "450.00", "+1.00", "448.50", "Fri 20 Nov"):
        assert (part in shown) == (part != "NVDA")


def test_watchlist_rows_have_price_and_change(visit: Visit) -> None:
    rows = visit().sidebar.radio("watchlist")
    assert rows.options == ["NVDA", "AAPL"]
    assert list(rows.proto.captions) == ["350.00 :green[+0.29%]", "450.00 :green[+0.22%]"]


def test_a_click_in_the_watchlist_opens_the_symbol(visit: Visit) -> None:
    test = visit()
    test.sidebar.radio("watchlist").set_value("AAPL").run()
    assert link(test) == {"symbol": ["AAPL"]}
    assert drawn(test)[0]["title"] == "AAPL"


def test_a_slider_changes_the_chart_and_the_link(visit: Visit) -> None:
    test = visit()
    test.sidebar.slider[0].set_value(33).run()
    assert names(test) == ["SMA 33", "EMA 50"]
    assert link(test)["i"] == [
        "sma~length.33~source.close~timeframe.chart",
        "ema~length.50~source.close~timeframe.chart",
    ]


def test_one_indicator_may_stand_several_times(visit: Visit) -> None:
    test = visit()
    test.sidebar.text_input("add").set_value("sma").run()
    test.sidebar.button("offer.sma").click().run()
    test.sidebar.slider[2].set_value(5).run()
    assert names(test) == ["SMA 20", "EMA 50", "SMA 5"]


def test_removing_one_leaves_the_others_as_they_are(visit: Visit) -> None:
    test = visit(i=["sma~length.11", "sma~length.22", "sma~length.33"])
    next(button for button in test.sidebar.button if button.label == "Remove SMA 22").click().run()
    assert names(test) == ["SMA 11", "SMA 33"]
    assert [slider.value for slider in test.sidebar.slider] == [11, 33]


def test_values_do_not_depend_on_what_is_visible(visit: Visit) -> None:
    short, long = (
        drawn(visit(symbol="NVDA", range=preset, interval="1d", i="sma~length.200")) for preset in ("1M", "1Y")
    )
    assert short[5]["values"][-20:] == long[5]["values"][-20:]


@pytest.mark.parametrize(
    ("preset", "resolution"), [("5D", "30m"), ("1M", "1d"), ("3M", "1d"), ("YTD", "1d"), ("1Y", "1d"), ("Max", "1d")]
)
def test_the_range_decides_the_resolution(visit: Visit, preset: str, resolution: str) -> None:
    test = visit()
    test.main.button_group("range").set_value(preset).run()
    assert drawn(test)[0]["resolution"] == resolution


@pytest.mark.parametrize("interval", ["30m", "1d", "1wk", "1mo"])
def test_the_resolution_can_be_pinned(visit: Visit, interval: str) -> None:
    assert drawn(visit(symbol="NVDA", interval=interval))[0]["resolution"] == interval


def test_no_half_hours_means_days(visit: Visit) -> None:
    add_days_alone("OLD")
    assert drawn(visit(symbol="OLD", range="5D"))[0]["resolution"] == "1d"
    pinned = visit(symbol="OLD", interval="30m")
    assert drawn(pinned)[0]["resolution"] == "1d"
    assert "No 30-minute bars of OLD are stored" in told(pinned)


@pytest.mark.parametrize("interval", ["auto", "30m", "1mo"])
@pytest.mark.parametrize(
    ("start", "end"), [("1950-01-01", "1951-01-01"), ("2090-01-01", "2090-01-02"), ("1900-01-01", "2100-01-01")]
)
def test_a_range_without_bars_is_drawn_all_the_same(visit: Visit, start: str, end: str, interval: str) -> None:
    test = visit(symbol="NVDA", from_=start, to=end, interval=interval)
    assert not test.exception
    assert len(drawn(test)[2]["close"]) >= 1


def test_zooming_in_brings_half_hours_and_the_link_keeps_the_range(visit: Visit) -> None:
    test = zoom(visit(), "2026-11-12", "2026-11-19 12:00")
    assert drawn(test)[0]["resolution"] == "30m"
    assert (link(test)["from"], link(test)["to"]) == (["2026-11-12"], ["2026-11-19T12:00"])


def test_a_link_with_a_range_shows_that_range(visit: Visit) -> None:
    zoomed = zoom(visit(), "2026-11-12", "2026-11-19 12:00")
    pasted = visit(**link(zoomed))
    assert drawn(pasted)[0]["resolution"] == "30m"
    assert drawn(pasted)[2] == drawn(zoomed)[2]
    assert link(pasted) == link(zoomed)


def test_a_range_button_ends_the_zoom(visit: Visit) -> None:
    test = zoom(visit(), "2026-11-12", "2026-11-19 12:00")
    test.main.button_group("range").set_value("1M").run()
    assert link(test) == {"symbol": ["NVDA"], "range": ["1M"]}
    assert drawn(test)[0]["resolution"] == "1d"


def test_another_symbol_is_shown_at_the_range_button_which_is_on_again(visit: Visit) -> None:
    test = visit(symbol="NVDA", range="6M", from_="2026-03-02", to="2026-04-02")
    assert test.main.button_group("range").value is None
    test.sidebar.radio("watchlist").set_value("AAPL").run()
    assert test.main.button_group("range").value == "6M"
    assert link(test) == {"symbol": ["AAPL"], "range": ["6M"]}


def test_a_slider_keeps_the_zoom(visit: Visit) -> None:
    test = zoom(visit(), "2026-11-12", "2026-11-19 12:00")
    test.sidebar.slider[0].set_value(33).run()
    assert (drawn(test)[0]["resolution"], names(test)[0]) == ("30m", "SMA 33")


def opened(test: AppTest) -> AppTest:
    """Open what is under "Display"."""
    test.session_state["display"] = True
    return test.run()


@pytest.mark.parametrize(("name", "shown"), [("log", "log"), ("volume", "volume")])
def test_a_switch_is_drawn_and_in_the_link(visit: Visit, name: str, shown: str) -> None:
    test = opened(visit())
    before = drawn(test)[0][shown]
    test.main.toggle(name).set_value(not before).run()
    assert drawn(test)[0][shown] is not before
    assert link(test)[name] == [str(int(not before))]


def test_events_are_badges_until_they_are_switched_off(visit: Visit) -> None:
    test = opened(visit(symbol="NVDA", range="1Y"))
    assert [badge["text"] for badge in drawn(test)[4]] == ["Split 2:1"]
    test.main.toggle("events").set_value(False).run()
    assert drawn(test)[4] == []


def test_prices_as_traded_are_those_before_the_split(visit: Visit) -> None:
    adjusted, traded = (drawn(visit(symbol="NVDA", range="1Y", adjust=mode))[2] for mode in ("all", "none"))
    assert traded["close"][0] == pytest.approx(2 * adjusted["close"][0])
    assert traded["close"][-1] == adjusted["close"][-1]


def test_hostile_words_are_named_and_nothing_is_written(visit: Visit, stored: Path) -> None:
    test = visit(
        symbol="<script>alert(1)</script>", range="x", i=["sma~length.0", "evil"], log="yes", from_="0001-01-01"
    )
    assert not test.exception
    assert "&lt;script&gt;" in told(test)
    assert "<script>" not in told(test)
    assert names(test) == ["SMA 20"]
    assert store().symbols() == ("AAPL", "NVDA")
    assert {path.name for path in stored.iterdir() if not path.name.startswith("stockdash.db")} == set()


def test_an_unknown_symbol_is_not_fetched_before_the_user_says_so(visit: Visit) -> None:
    test = visit(symbol="MSFT")
    assert "Nothing is stored of MSFT" in told(test)
    assert engine().real.snapshot().symbols == {}
    test.main.button("follow").click().run()
    assert watchlist(store(), ()) == ("MSFT",)
    assert engine().real.snapshot().symbols["MSFT"].step == "waiting"


def test_a_followed_symbol_can_be_taken_off_the_watchlist(visit: Visit) -> None:
    engine().real.follow("MSFT")
    test = visit(symbol="MSFT")
    test.sidebar.button("unfollow").click().run()
    assert watchlist(store(), ()) == ()


def test_back_in_the_browser_brings_the_view_of_that_link(visit: Visit) -> None:
    test = visit()
    test.query_params["symbol"] = "AAPL"
    test.query_params["style"] = "line"
    test.run()
    assert drawn(test)[0]["style"] == "line"
    assert test.main.selectbox("style").value == "line"


@pytest.mark.parametrize("is_open", [True, False])
def test_the_page_is_refreshed_only_while_the_exchange_is_open(visit: Visit, *, is_open: bool) -> None:
    engine.clear()
    now = datetime(2026, 11, 20, 16, tzinfo=UTC) if is_open else datetime(2026, 11, 20, 22, tzinfo=UTC)
    engine(_clock=lambda: now)
    assert bool(visit().main.get("component_instance")) is is_open


def test_read_only_mode_shows_the_snapshots_and_offers_no_fetching(
    visit: Visit, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store(), Settings.load(), ["AAPL"])
    engine().stop()
    engine.clear()
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    assert names(visit()) == ["SMA 20", "EMA 50"]
    assert link(visit())["symbol"] == ["AAPL"]
    test = visit(symbol="MSFT")
    assert "only reads" in told(test)
    assert [button.key for button in test.main.button] == []
    assert (stored / "snapshots").is_dir()


def test_a_damaged_snapshot_leaves_the_other_symbols(
    visit: Visit, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store(), Settings.load(), ["AAPL", "NVDA"])
    engine().stop()
    engine.clear()
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    for file in (stored / "snapshots").rglob("*AAPL*"):
        file.write_bytes(b"no parquet at all")
    test = visit(symbol="NVDA")
    assert names(test) == ["SMA 20", "EMA 50"]
    assert test.sidebar.radio("watchlist").options == ["NVDA", "AAPL"]
    assert "AAPL" in told(visit(symbol="AAPL"))


def test_a_damaged_store_is_named_and_set_aside(visit: Visit, stored: Path) -> None:
    (stored / "stockdash.db").write_bytes(b"no database at all" * 1000)
    for extra in ("-wal", "-shm"):
        (stored / f"stockdash.db{extra}").unlink(missing_ok=True)
    test = visit()
    assert not test.exception
    assert "stockdash.db" in told(test)
    assert len(list(stored.glob("stockdash*"))) > 1


def test_widgets_show_what_is_set_after_a_symbol_without_bars(visit: Visit) -> None:
    test = visit(i="sma~length.33", range="1Y")
    test.query_params["symbol"] = "MSFT"
    test.run()
    test.session_state["sma.1.length"] = 77  # left by a run that was broken off
    test.session_state["range"] = "5D"
    test.sidebar.radio("watchlist").set_value("AAPL").run()
    assert (test.sidebar.slider[0].value, test.main.get("button_group")[0].value) == (33, "1Y")


def test_bars_that_can_not_be_read_are_told_in_the_place_of_the_chart(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailableError("The disk is gone.")

    with monkeypatch.context() as patched:
        patched.setattr(type(store()), "read", fail)
        test = visit()
        assert "can't be read. The disk is gone." in told(test)
        assert not test.exception
    next(button for button in test.button if button.label == "Try again").click().run()
    assert names(test) == ["SMA 20", "EMA 50"]


def test_made_up_bars_are_labelled_everywhere(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKDASH_SOURCE", "demo")
    demo = open_store(Settings.load())
    fill(demo, "NVDA")
    demo.close()
    test = visit()
    assert "Made-up demo data" in told(test)
    assert "made-up data" in told(test)
    assert "MADE-UP DATA" in drawn(test)[0]["title"]


def test_a_row_of_the_watchlist_keeps_its_name_when_its_price_changes(visit: Visit) -> None:
    test = visit()
    before = test.sidebar.radio("watchlist")
    fill(writable(store()), "SPY", "AAPL", "NVDA")
    after = test.run().sidebar.radio("watchlist")
    assert after.options == before.options == ["NVDA", "AAPL"]
    assert after.proto.captions != before.proto.captions


@pytest.mark.parametrize(
    ("start", "end", "interval", "told_"),
    [
        (
            "2025-12-01",
            "2025-12-05",
            "30m",
            "No 30-minute bars of NVDA are stored for this range; they reach from 9 Nov",
        ),
        ("1950-01-01", "1960-01-01", "auto", "No bars of NVDA are stored for this range"),
    ],
)
def test_a_range_without_bars_is_told(visit: Visit, start: str, end: str, interval: str, told_: str) -> None:
    assert told_ in told(visit(symbol="NVDA", from_=start, to=end, interval=interval))


def test_the_toolbar_tells_the_view_after_a_symbol_without_bars(visit: Visit) -> None:
    test = visit(symbol="NVDA", style="line", interval="1wk", range="1Y")
    test.session_state["session"].open("GOOG")
    test.run().session_state["session"].open("AAPL")
    test.run()
    shown = test.main.selectbox("style").value, test.main.button_group("interval").value
    assert shown == ("line", "1wk")
    assert test.main.button_group("range").value == "1Y"
