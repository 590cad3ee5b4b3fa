import pandas as pd
import pytest

from stockdash.bars import check_bars
from stockdash.testing import made_up

USUAL = sorted(set(made_up.edge_cases(160)) - {"bars with NaN"})


@pytest.mark.parametrize("case", USUAL)
def test_every_edge_case_is_bars_that_a_store_could_give(case: str) -> None:
    check_bars(made_up.edge_cases(160)[case])


@pytest.mark.parametrize("make", [made_up.daily, made_up.half_hourly])
def test_longer_bars_begin_with_the_shorter_ones(make: object) -> None:
    check_bars(make(made_up.LONGEST))
    pd.testing.assert_frame_equal(make(500).iloc[:100], make(100))


def test_half_hourly_bars_have_whole_and_half_days() -> None:
    bars = made_up.half_hourly(1000)
    assert set(bars.groupby(bars.index.normalize()).size()[:-1]) == {13, 7}
    assert f"{bars.index[0]:%H:%M}" == "14:30"


def test_the_bars_have_what_rules_look_at() -> None:
    bars = made_up.daily(160)
    assert (bars["open"] == bars["close"]).any()
    assert (bars["close"].diff() == 0).sum() < 5
    assert bars["close"].pct_change().abs().max() > 0.06
    assert bars["volume"].max() > 5 * bars["volume"].median()
