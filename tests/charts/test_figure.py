import json

import numpy as np
import pandas as pd
import pytest

from stockdash.bars import empty_bars
from stockdash.charts import Marker, Rows, Trace, changes, figure, preset_range
from stockdash.charts.figure import heikin_ashi
from tests.browser.made_up import bars

DAILY = bars("1d")
HALF_HOURS = bars("30m")
VISIBLE = preset_range("3M", pd.DatetimeIndex(DAILY.index))


def parts(payload: bytes) -> dict:
    lines = [json.loads(line) for line in payload.split(b"\n")]
    names = ("head", "times", "bars", "drawn", "badges")
    return {**dict(zip(names, lines, strict=False)), "traces": lines[len(names) :]}


def drawn(frame: pd.DataFrame = DAILY, **options: object) -> dict:
    defaults = {"visible": VISIBLE, "resolution": "1d", "revision": "r"}
    return parts(figure(frame, **{**defaults, **options}))


def test_same_arguments_give_the_same_bytes():
    options = {"visible": VISIBLE, "resolution": "1d", "revision": "r"}
    assert figure(DAILY, **options) == figure(DAILY.copy(), **options)


def test_bars_are_numbered_from_the_start_of_the_history():
    head = drawn()["head"]
    assert head["total"] == len(DAILY)
    assert head["range"][1] == len(DAILY) - 0.5


def test_an_exact_range_is_told_to_the_minute():
    visible = (DAILY.index[-9] + pd.Timedelta(minutes=7), DAILY.index[-1] + pd.Timedelta(days=9))
    minutes = [int(moment.timestamp() // 60) for moment in visible]
    assert (drawn(visible=visible, exact=True)["head"]["times"], drawn(visible=visible)["head"]["times"]) == (
        minutes,
        [],
    )


def test_an_exact_range_without_bars_shows_the_nearest_one():
    later = DAILY.index[-1] + pd.Timedelta(days=30)
    head = drawn(visible=(later, later + pd.Timedelta(days=9)), exact=True)["head"]
    assert (head["times"], head["range"]) == ([], [len(DAILY) - 1.5, len(DAILY) - 0.5])


def test_visible_and_margin_are_sent_and_no_more():
    sent = drawn()
    shown = sent["head"]["range"][1] - sent["head"]["range"][0]
    assert len(sent["times"]) == len(sent["bars"]["close"]) == 2 * shown


def test_a_traces_values_do_not_depend_on_what_is_visible():
    average = DAILY["close"].rolling(200).mean().to_numpy()
    sent = drawn(traces=[Trace("SMA 200", average)])
    first = sent["head"]["first"]
    assert sent["traces"][0]["values"] == pytest.approx(average[first:], rel=1e-5)


def test_heikin_ashi_does_not_depend_on_what_is_visible():
    early = drawn(style="heikin-ashi", visible=(VISIBLE[0] - pd.Timedelta(days=9), VISIBLE[1]))
    late = drawn(style="heikin-ashi")
    assert early["drawn"]["open"][-50:] == late["drawn"]["open"][-50:]


def test_heikin_ashi_of_two_bars_by_hand():
    # (10+14+8+12)/4 = 11 and (12+16+10+14)/4 = 13; opens (10+12)/2 = 11 and (11+11)/2 = 11.
    two = DAILY.head(2).assign(open=[10.0, 12.0], high=[14.0, 16.0], low=[8.0, 10.0], close=[12.0, 14.0])
    assert heikin_ashi(two).to_numpy().tolist() == [[11, 14, 8, 11], [11, 16, 10, 13]]


def test_unknown_values_are_null():
    values = np.full(len(DAILY), np.nan)
    assert set(drawn(traces=[Trace("x", values)])["traces"][0]["values"]) == {None}


def test_panes_stand_in_order_of_appearance():
    values = np.zeros(len(DAILY))
    traces = [Trace("a", values, pane="rsi"), Trace("b", values), Trace("c", values, pane="macd")]
    assert drawn(traces=traces)["head"]["panes"] == ["price", "rsi", "macd"]


def test_a_changed_trace_changes_its_own_line_only():
    values = DAILY["close"].to_numpy()
    options = {"visible": VISIBLE, "resolution": "1d", "revision": "r"}
    before = figure(DAILY, traces=[Trace("a", values), Trace("b", values)], **options).split(b"\n")
    after = figure(DAILY, traces=[Trace("a", values + 1), Trace("b", values)], **options).split(b"\n")
    assert [old == new for old, new in zip(before, after, strict=True)] == [True] * 5 + [False, True]


def test_changes_are_the_lines_that_the_other_figure_would_have():
    close = DAILY["close"]
    kept, before, after = (Trace(f"SMA {n}", close.rolling(n).mean().to_numpy()) for n in (50, 20, 21))
    found = changes([kept, before], [kept, after], close.index, visible=VISIBLE, resolution="1d")
    other = figure(DAILY, visible=VISIBLE, resolution="1d", revision="r", traces=[kept, after])
    assert found == {1: other.split(b"\n")[-1].decode()}


def test_changes_are_none_where_another_pane_would_be_needed():
    values = DAILY["close"].to_numpy()
    pair = [Trace("a", values)], [Trace("a", values, pane="rsi")]
    assert changes(*pair, DAILY.index, visible=VISIBLE, resolution="1d") is None


def test_a_profile_carries_its_rows_and_nothing_for_each_bar():
    rows = Rows(np.array([1.0, 2.0]), np.array([2.0, 3.0]), np.array([0.0, 1.0]), "left", "vp")
    [trace] = drawn(traces=[Trace("", np.array([7.4, 8.0]), kind="profile", color="#123456", rows=rows)])["traces"]
    told = {"low": [1, 2], "high": [2, 3], "inside": [0, 1], "lengths": [7, 8], "side": "left", "group": "vp"}
    assert (trace["kind"], trace["values"], trace["rows"]) == ("profile", [], told)


def test_small_prices_keep_their_figures():
    tiny = DAILY.assign(**{name: DAILY[name] / 10_000 for name in ("open", "high", "low", "close")})
    assert drawn(tiny)["bars"]["close"] == pytest.approx(tiny["close"].tail(len(drawn()["times"])), rel=1e-5)


def test_provisional_bars_are_named():
    provisional = np.arange(len(DAILY)) == len(DAILY) - 1
    sent = drawn(provisional=provisional)
    assert sent["bars"]["provisional"] == [len(sent["times"]) - 1]


def test_marker_stands_at_the_number_of_its_bar():
    day = DAILY.index[-5]
    badges = drawn(markers=[Marker(day, "split", "Split 4:1")])["badges"]
    assert badges == [{"at": len(DAILY) - 5, "kind": "split", "text": "Split 4:1"}]


def test_marker_from_before_the_first_bar_is_left_out():
    long_ago = Marker(HALF_HOURS.index[0] - pd.Timedelta(days=30), "split", "Split 4:1")
    first = (HALF_HOURS.index[0], HALF_HOURS.index[0] + pd.Timedelta(days=5))
    assert drawn(HALF_HOURS, visible=first, resolution="30m", markers=[long_ago])["badges"] == []


def test_marker_of_the_first_day_stands_at_its_first_half_hour():
    first = (HALF_HOURS.index[0], HALF_HOURS.index[0] + pd.Timedelta(days=5))
    dividend = Marker(HALF_HOURS.index[0].floor("D"), "dividend", "Dividend 1")
    assert drawn(HALF_HOURS, visible=first, resolution="30m", markers=[dividend])["badges"][0]["at"] == 0


def test_prices_keep_the_cent_that_they_are_told_in():
    # 201.82477 is told as 201.82; of 201.825, which has six figures of it, a browser makes 201.83.
    bars = DAILY.assign(**dict.fromkeys(("open", "high", "low", "close"), 201.82477))
    assert set(drawn(bars)["bars"]["close"]) == {201.82477}


def test_marker_outside_the_window_is_left_out():
    assert drawn(markers=[Marker(DAILY.index[0], "split", "Split 4:1")])["badges"] == []


def test_volume_pane_is_left_out_for_an_index_without_volume():
    assert drawn(DAILY.assign(volume=0))["head"]["volume"] is False


def test_half_hours_carry_new_yorks_offset_over_a_clock_change():
    visible = (pd.Timestamp("2026-10-29", tz="UTC"), pd.Timestamp("2026-11-05", tz="UTC"))
    zone = drawn(HALF_HOURS, resolution="30m", visible=visible)["head"]["zone"]
    assert [offset for _, offset in zone] == [-240, -300]


def test_no_bars_give_an_empty_figure():
    sent = drawn(empty_bars())
    assert (sent["times"], sent["head"]["extent"], sent["head"]["last"]) == ([], [], [])
