import pandas as pd
import pytest

from stockdash.bars import TS_DTYPE, check_bars, check_columns, check_observed, empty_bars, empty_observed
from stockdash.errors import InvalidBarsError


def bars(*rows, start="2024-06-03"):
    index = pd.date_range(start, periods=len(rows), freq="D", tz="UTC", name="ts").astype(TS_DTYPE)
    frame = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"], index=index)
    return frame.astype({"open": float, "high": float, "low": float, "close": float, "volume": "int64"})


GOOD = (10, 12, 9, 11, 100)


def test_a_bars_frame_passes():
    assert len(check_bars(bars(GOOD, GOOD))) == 2


def test_frames_without_rows_pass():
    assert check_bars(empty_bars()).empty
    assert check_observed(empty_observed()).empty


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((float("nan"), 12, 9, 11, 100), "no finite number"),
        ((0, 12, 9, 11, 100), "no finite number"),
        ((10, 8, 9, 11, 100), "high below the low"),
        ((10, 12, 9, 11, -1), "negative volume"),
    ],
)
def test_a_bad_bar_is_named(row, message):
    with pytest.raises(InvalidBarsError, match=f"2024-06-04.*{message}"):
        check_bars(bars(GOOD, row))


def test_doubled_times_are_refused():
    with pytest.raises(InvalidBarsError, match="Two bars start at 2024-06-03"):
        check_bars(pd.concat([bars(GOOD), bars(GOOD)]))


def test_unsorted_times_are_refused():
    with pytest.raises(InvalidBarsError, match="sorted"):
        check_bars(bars(GOOD, GOOD)[::-1])


def test_naive_times_are_refused():
    with pytest.raises(InvalidBarsError, match="UTC and aware"):
        check_bars(bars(GOOD).tz_localize(None))


def test_float_volume_is_refused():
    with pytest.raises(InvalidBarsError, match="volume"):
        check_bars(bars(GOOD).astype({"volume": float}))


def test_columns_can_be_checked_without_their_index():
    with pytest.raises(InvalidBarsError, match="volume"):
        check_columns(empty_observed().reset_index(drop=True).astype({"volume": float}))


def test_columns_pass_with_any_index():
    check_columns(empty_observed().reset_index(drop=True))
