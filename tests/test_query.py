from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from stockdash.bars import PRICES, TS_DTYPE, Action, check_bars
from stockdash.market import Market
from stockdash.query import History, markers, quote, read_bars, resample
from stockdash.stores import Batch
from stockdash.stores.sqlite import SqliteStore

MARKET = Market()
THURSDAY, FRIDAY = date(2024, 6, 6), date(2024, 6, 7)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def observed(index, closes, fetched, *, final=True):
    closes = np.array(closes, dtype=float)
    frame = pd.DataFrame(dict.fromkeys(PRICES, closes), index=pd.DatetimeIndex(index, name="ts").astype(TS_DTYPE))
    frame["high"], frame["low"] = closes + 1, closes - 1
    times = pd.Series(pd.Timestamp(fetched), index=frame.index, dtype=TS_DTYPE)
    return frame.assign(volume=100, fetched_at=times, final=final)


def daily(closes, *, until=FRIDAY, fetched="2024-06-07T21:00", final=True):
    sessions = MARKET.sessions(until - timedelta(days=30), until)[-len(closes) :]
    return observed(sessions, closes, at(fetched), final=final)


def morning(*closes, day=FRIDAY, fetched="2024-06-07T15:00"):
    return observed(MARKET.grid(day)[: len(closes)], closes, at(fetched), final=False)


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "bars.db", clock=lambda: at("2024-06-07T22:00"))
    yield store
    store.close()


def write(store, *, actions=(), **bars):
    intervals = {"daily": "1d", "intraday": "30m"}
    lease = store.acquire("ingest", "test", 60) or store.lease("ingest")
    store.write(Batch("X", {intervals[name]: frame for name, frame in bars.items()}, actions), lease)


def test_nothing_stored_is_no_bars(store):
    history = read_bars(store, "X", "1d")
    assert check_bars(history.bars).empty
    assert not history.provisional.any()


def test_final_days_are_not_provisional(store):
    write(store, daily=daily([100, 101]))
    assert read_bars(store, "X", "1d").provisional.tolist() == [False, False]


def test_a_missing_day_is_made_from_its_30_minute_bars(store):
    write(store, daily=daily([100, 101], until=THURSDAY), intraday=morning(110, 120, 115))
    history = read_bars(store, "X", "1d")
    friday = history.bars.iloc[-1]
    assert friday.to_dict() == {"open": 110, "high": 121, "low": 109, "close": 115, "volume": 300}
    assert history.provisional.tolist() == [False, False, True]


def test_an_older_provisional_day_gives_way_to_newer_30_minute_bars(store):
    write(store, daily=daily([90], fetched="2024-06-07T14:59", final=False), intraday=morning(110, 120))
    assert read_bars(store, "X", "1d").bars["close"].tolist() == [120]


def test_a_newer_provisional_day_stands(store):
    write(store, daily=daily([90], fetched="2024-06-07T15:01", final=False), intraday=morning(110, 120))
    history = read_bars(store, "X", "1d")
    assert (history.bars["close"].tolist(), history.provisional.tolist()) == ([90], [True])


def test_a_final_day_stands_whatever_its_30_minute_bars_say(store):
    write(store, daily=daily([100]), intraday=morning(110, fetched="2024-06-07T22:00"))
    assert read_bars(store, "X", "1d").bars["close"].tolist() == [100]


def test_the_day_going_on_is_on_the_shares_of_the_others(store):
    seen = at("2024-06-07T14:00")
    before = daily([1000, 1000], until=THURSDAY, fetched="2024-06-06T21:00")
    write(store, actions=[Action(FRIDAY, "split", seen, 10.0)], daily=before, intraday=morning(100, 101))
    assert read_bars(store, "X", "1d").bars["close"].tolist() == [100, 100, 101]


def test_30_minute_bars_have_the_dividends_of_the_daily_ones(store):
    paid = Action(FRIDAY, "dividend", at("2024-06-07T14:00"), 10.0)
    thursday = morning(100, 100, day=THURSDAY, fetched="2024-06-06T21:00")
    write(store, actions=[paid], daily=daily([100], until=THURSDAY), intraday=thursday)
    assert read_bars(store, "X", "30m").bars["close"].tolist() == [90, 90]
    assert read_bars(store, "X", "30m", mode="splits").bars["close"].tolist() == [100, 100]


def test_a_later_start_leaves_the_prices_as_they_are(store):
    paid = Action(FRIDAY, "dividend", at("2024-06-07T14:00"), 10.0)
    write(store, actions=[paid], daily=daily([80, 90, 100, 95]))
    everything, newest = read_bars(store, "X", "1d").bars, read_bars(store, "X", "1d", start=at("2024-06-06")).bars
    pd.testing.assert_frame_equal(newest, everything[-2:], check_freq=False)


def history(*closes, until=FRIDAY):
    frame = daily(list(closes), until=until).drop(columns=["fetched_at", "final"])
    return History(frame, np.zeros(len(closes), dtype=bool))


def test_a_week_starts_at_its_first_session():
    weeks = resample(history(*range(100, 109)), "1wk").bars  # nine sessions to Friday; Monday before was a holiday
    assert [f"{ts:%Y-%m-%d}" for ts in weeks.index] == ["2024-05-28", "2024-06-03"]
    assert weeks.iloc[1].to_dict() == {"open": 104, "high": 109, "low": 103, "close": 108, "volume": 500}


def test_a_month_starts_at_its_first_session():
    months = resample(history(*range(100, 109)), "1mo").bars
    assert [f"{ts:%Y-%m-%d}" for ts in months.index] == ["2024-05-28", "2024-06-03"]
    assert check_bars(months)["close"].tolist() == [103, 108]


def test_the_newest_week_is_provisional():
    assert resample(history(*range(100, 109)), "1wk").provisional.tolist() == [False, True]


def test_no_days_are_no_weeks():
    nothing = History(history(1.0).bars[:0], np.zeros(0, dtype=bool))
    assert resample(nothing, "1wk").bars.empty


def test_a_quote_is_the_last_price_against_the_close_before(store):
    write(store, daily=daily([90, 100], until=THURSDAY), intraday=morning(110, 120, 115))
    last = quote(store, "X")
    assert (last.price, last.previous_close, last.low, last.high) == (115, 100, 109, 121)
    assert (last.change, last.change_percent) == (15, pytest.approx(15))
    assert (last.session, last.provisional, last.fetched_at) == (FRIDAY, True, at("2024-06-07T15:00"))


def test_a_quote_is_not_adjusted_for_dividends(store):
    paid = Action(FRIDAY, "dividend", at("2024-06-07T14:00"), 10.0)
    write(store, actions=[paid], daily=daily([100, 95]))
    assert quote(store, "X").change == -5


def test_the_first_day_has_no_change(store):
    write(store, daily=daily([100]))
    assert (quote(store, "X").change, quote(store, "X").change_percent) == (None, None)


def test_nothing_stored_has_no_quote(store):
    assert quote(store, "X") is None


def test_markers_are_on_todays_shares(store):
    paid, halved = Action(THURSDAY, "dividend", at("2024-06-06T21:00"), 1.0), at("2024-06-07T14:00")
    write(store, actions=[paid, Action(FRIDAY, "split", halved, 2.0)], daily=daily([50]))
    assert [marker.text for marker in markers(store, "X")] == ["Dividend 0.5", "Split 2:1"]
    assert [marker.text for marker in markers(store, "X", mode="none")] == ["Dividend 1", "Split 2:1"]
