from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash.bars import Interval, check_bars
from stockdash.sources import Fetched
from stockdash.sources.shaping import shape

FETCHED_AT = datetime(2026, 8, 4, 15, 45, tzinfo=UTC)
NULL = float("nan")
DAYS = ["2026-07-31", "2026-08-03", "2026-08-04"]


def _answer(index: pd.DatetimeIndex, **columns: list[float]) -> pd.DataFrame:
    count = len(index)
    prices = {"Open": [10.0] * count, "High": [12.0] * count, "Low": [9.0] * count, "Close": [11.0] * count}
    rest = {"Adj Close": [10.5] * count, "Volume": [100.0] * count}
    return pd.DataFrame(prices | rest | columns, index=index)


def _days(zone: str | None = "America/New_York") -> pd.DatetimeIndex:
    return pd.DatetimeIndex(DAYS, tz=zone)


def _half_hours(*times: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([f"2026-08-04 {time}" for time in times], tz="America/New_York")


def _shape(answer: pd.DataFrame, interval: Interval = "1d", start: datetime | None = None) -> Fetched:
    return shape(answer, interval, start=start, end=None, fetched_at=FETCHED_AT)


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Sydney", "UTC", None])
def test_daily_bar_is_its_local_date(zone: str | None):
    assert _shape(_answer(_days(zone))).bars.index.strftime("%F").tolist() == DAYS


@pytest.mark.parametrize("column", ["Open", "High", "Low", "Close"])
@pytest.mark.parametrize("value", [NULL, 0.0, -37.63, np.inf], ids=["null", "zero", "negative", "infinite"])
def test_row_without_usable_prices_is_dropped(column: str, value: float):
    bars = _shape(_answer(_days(), **{column: [11.0, value, 11.0]})).bars
    assert bars.index.strftime("%F").tolist() == [DAYS[0], DAYS[2]]


def test_missing_volume_is_none_traded():
    assert _shape(_answer(_days(), Volume=[NULL, 7.0, 0.0])).bars["volume"].tolist() == [0, 7, 0]


def test_open_outside_high_and_low_widens_them():
    bars = _shape(_answer(_days(), Open=[386.0] * 3, High=[390.0] * 3, Low=[386.16] * 3, Close=[391.0] * 3)).bars
    assert bars.iloc[0].tolist() == [386.0, 391.0, 386.0, 391.0, 100]


def test_second_row_of_a_day_replaces_the_first():
    index = pd.DatetimeIndex([*DAYS, "2026-08-04 11:45"], tz="America/New_York")
    assert _shape(_answer(index, Close=[11.0, 11.0, 11.0, 11.5])).bars["close"].tolist() == [11.0, 11.0, 11.5]


def test_rows_before_start_are_dropped_with_their_actions():
    answer = _answer(_days(), Dividends=[0.3, 0.0, 0.4])
    shaped = _shape(answer, start=datetime(2026, 8, 1, tzinfo=UTC))
    assert shaped.bars.index.strftime("%F").tolist() == DAYS[1:]
    assert [action.value for action in shaped.actions] == [0.4]


def test_action_on_a_row_without_prices_is_kept():
    shaped = _shape(_answer(_days(), Open=[10.0, 10.0, NULL], **{"Stock Splits": [0.0, 0.0, 10.0]}))
    assert [(action.ex_date, action.kind, action.value) for action in shaped.actions] == [
        (date(2026, 8, 4), "split", 10.0)
    ]


# A fund at 100 pays 2 and distributes gains of 3: the adjusted close before it is 95, or 98 if the 2 held the gains.
@pytest.mark.parametrize(("adjusted", "paid"), [(95.0, 5.0), (98.0, 2.0)], ids=["apart", "in the dividend"])
def test_capital_gains_count_as_the_adjusted_close_has_them(adjusted: float, paid: float):
    columns = {"Close": [100.0, 95.0, 95.0], "Adj Close": [adjusted, 95.0, 95.0], "Dividends": [0.0, 2.0, 0.0]}
    shaped = _shape(_answer(_days(), **columns, **{"Capital Gains": [0.0, 3.0, 0.0]}))
    assert [action.value for action in shaped.actions] == [paid]


def test_capital_gains_of_the_first_row_are_paid_apart():
    gains = {"Dividends": [0.5, 0.0, 0.0], "Capital Gains": [3.0, 0.0, 0.0]}
    assert [action.value for action in _shape(_answer(_days(), **gains)).actions] == [3.5]


def test_half_hours_are_in_utc():
    bars = _shape(_answer(_half_hours("09:30", "10:00")), "30m").bars
    assert bars.index.strftime("%H:%M").tolist() == ["13:30", "14:00"]


def test_running_row_off_the_grid_joins_its_half_hour():
    answer = _answer(_half_hours("11:30", "11:45", "11:52"), Close=[11.0, 11.2, 11.9], High=[12.0, 13.0, 12.0])
    bars = _shape(answer, "30m").bars
    assert bars.index.strftime("%H:%M").tolist() == ["15:30"]
    assert bars.iloc[0].tolist() == [10.0, 13.0, 9.0, 11.9, 300]


def _flat_last(last: str) -> pd.DataFrame:
    flat = {name: [11.0, 11.0] for name in ("Open", "High", "Low", "Close")}
    return _answer(_half_hours("11:00", last), **flat, Volume=[0.0, 0.0])


def test_running_stamp_without_trade_is_dropped():
    assert _shape(_flat_last("11:30"), "30m").bars.index.strftime("%H:%M").tolist() == ["15:00"]


def test_finished_half_hour_without_trade_stays():
    later = shape(_flat_last("11:30"), "30m", start=None, end=None, fetched_at=FETCHED_AT + timedelta(minutes=15))
    assert len(later.bars) == 2


def test_adjusted_close_stands_beside_daily_bars():
    shaped = _shape(_answer(_days(), Open=[NULL, 10.0, 10.0]))
    assert shaped.adj_close.index.equals(shaped.bars.index)
    assert shaped.adj_close.tolist() == [10.5, 10.5]


def test_nothing_left_is_an_empty_frame():
    assert check_bars(_shape(_answer(_days()), start=datetime(2026, 9, 1, tzinfo=UTC)).bars).empty


_PRICE = st.one_of(st.floats(), st.floats(0.01, 1e6))


@given(st.lists(st.tuples(_PRICE, _PRICE, _PRICE, _PRICE, st.floats(-10, 1e12) | st.just(NULL)), max_size=6))
def test_whatever_arrives_what_leaves_is_a_bars_frame(rows: list[tuple[float, ...]]):
    index = pd.date_range("2026-07-01", periods=len(rows), freq="D", tz="America/New_York")
    names = ["Open", "High", "Low", "Close", "Volume"]
    answer = pd.DataFrame(rows, columns=names, index=index, dtype="float64")
    check_bars(_shape(answer).bars)
    check_bars(_shape(answer, "30m").bars)
