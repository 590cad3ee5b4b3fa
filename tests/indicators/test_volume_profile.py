"""The volume profile of the visible range, by hand and for any bars."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash import run
from stockdash.indicators.volume_profile import INDICATOR
from tests.indicators.frames import days, walks


def bars_of(*bars: tuple[float, float, float, float, int]) -> pd.DataFrame:
    """Daily bars of (open, high, low, close, volume)."""
    columns = ["open", "high", "low", "close", "volume"]
    return pd.DataFrame(list(bars), columns=columns, index=days(len(bars))).astype({"volume": "int64"})


def profile(bars: pd.DataFrame, **params: object) -> pd.DataFrame:
    return run(INDICATOR, bars, params)


def piled(*volumes: int) -> pd.DataFrame:
    """Rising bars from 0 on, one unit high, one above the other: each row of so many rows has one bar's volume."""
    return bars_of(*((float(at), at + 1.0, float(at), at + 1.0, volume) for at, volume in enumerate(volumes)))


def test_a_bar_gives_each_row_as_much_as_the_row_covers_of_it() -> None:
    # 100 from 0 to 4 is 25 in each row of 1; 60 from 1 to 4, falling, is 20 in each of the upper three.
    rows = profile(bars_of((0, 4, 0, 4, 100), (4, 4, 1, 1, 60)), rows=4)
    assert rows["low"].tolist() == [0, 1, 2, 3]
    assert rows["high"].tolist() == [1, 2, 3, 4]
    assert rows["up"].tolist() == [25, 25, 25, 25]
    assert rows["down"].tolist() == pytest.approx([0, 20, 20, 20])


def test_a_bar_that_closes_where_it_opened_counts_as_up() -> None:
    rows = profile(bars_of((1, 2, 0, 1, 10)), rows=2)
    assert (rows["up"].sum(), rows["down"].sum()) == (10, 0)


def test_a_bar_of_one_price_gives_all_to_one_row() -> None:
    rows = profile(bars_of((0, 4, 0, 4, 40), (2, 2, 2, 2, 7), (4, 4, 4, 4, 5), (0, 0, 0, 0, 3)), rows=4)
    assert rows["up"].tolist() == [13, 10, 17, 15]


def test_bars_of_one_price_are_one_row() -> None:
    rows = profile(bars_of((3, 3, 3, 3, 5), (3, 3, 3, 3, 6)))
    assert rows[["low", "high", "up", "poc", "vah", "val"]].to_numpy().tolist() == [[3, 3, 11, 3, 3, 3]]


def test_point_of_control_is_the_middle_of_the_fullest_row() -> None:
    assert profile(piled(1, 2, 9, 3, 1), rows=5)["poc"].tolist() == [2.5] * 5


def test_of_equal_rows_the_one_nearest_to_the_centre_is_the_point_of_control() -> None:
    assert profile(piled(9, 1, 1, 9, 1), rows=5)["poc"].iloc[0] == 3.5


def test_value_area_grows_by_the_fuller_pair_of_rows() -> None:
    # Mind over Markets, appendix 1: from the fullest (30) the two above hold 14, the two below 21, which come first;
    # 51 of 100 are not 70. Then 14 above against 10 below: 65. Then 12 above against 10: 77, which is enough.
    rows = profile(piled(4, 6, 9, 12, 30, 8, 6, 7, 5, 13), rows=10)
    assert rows["inside"].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 0]
    assert (rows["val"].iloc[0], rows["vah"].iloc[0]) == (2, 9)


def test_value_area_goes_on_upwards_where_nothing_is_left_below() -> None:
    rows = profile(piled(50, 1, 1, 20, 28), rows=5, value_area=75)
    assert rows["inside"].tolist() == [1, 1, 1, 1, 1]


def test_value_area_of_everything_is_everything() -> None:
    rows = profile(piled(1, 2, 3, 4), rows=4, value_area=100)
    assert (rows["val"].iloc[0], rows["vah"].iloc[0]) == (0, 4)


def test_total_is_up_and_down_together() -> None:
    bars = bars_of((0, 4, 0, 4, 100), (4, 4, 1, 1, 60))
    split, total = profile(bars, rows=4), profile(bars, rows=4, volume="total")
    assert total["total"].tolist() == pytest.approx((split["up"] + split["down"]).tolist())


@pytest.mark.parametrize("bars", [bars_of(), bars_of((1, 2, 1, 2, 0))], ids=["no bars", "no volume"])
def test_where_nothing_was_traded_there_are_no_rows(bars: pd.DataFrame) -> None:
    assert list(profile(bars).columns) == ["low", "high", "inside", "up", "down", "poc", "vah", "val"]
    assert len(profile(bars)) == 0


@given(bars=walks(80), rows=st.integers(2, 200), share=st.integers(5, 100))
def test_no_volume_is_lost_or_made_up(bars: pd.DataFrame, rows: int, share: int) -> None:
    found = profile(bars, rows=rows, value_area=share)
    assert found[["up", "down"]].to_numpy().sum() == pytest.approx(bars["volume"].sum(), rel=1e-9)


@given(bars=walks(80), rows=st.integers(2, 200), share=st.integers(5, 100))
def test_value_area_holds_its_share_around_the_point_of_control(bars: pd.DataFrame, rows: int, share: int) -> None:
    found = profile(bars, rows=rows, value_area=share)
    volume, inside = found["up"] + found["down"], found["inside"] == 1
    assert volume[inside].sum() >= share / 100 * volume.sum() * (1 - 1e-9)
    assert (found["val"] <= found["poc"]).all()
    assert (found["poc"] <= found["vah"]).all()


@given(bars=walks(80), rows=st.integers(2, 60))
def test_the_order_of_the_bars_does_not_matter(bars: pd.DataFrame, rows: int) -> None:
    backwards = bars.iloc[::-1].set_axis(bars.index)
    np.testing.assert_allclose(profile(backwards, rows=rows), profile(bars, rows=rows), rtol=1e-9, atol=1e-6)
