"""How far back values reach: known answers of well-known rules."""

import numpy as np
import pandas as pd
import pytest

from stockdash import Indicator
from stockdash.testing import History, check_indicator
from tests.testing.planted import made, mean


def balance(bars: pd.DataFrame, _: object) -> pd.Series:
    return (np.sign(bars["close"].diff().fillna(0)) * bars["volume"]).cumsum()


def session_average(bars: pd.DataFrame, _: object) -> pd.Series:
    days = bars.index.normalize()
    return (bars["close"] * bars["volume"]).groupby(days).cumsum() / bars["volume"].groupby(days).cumsum()


@pytest.mark.parametrize(
    ("rule", "bars"),
    [
        (made(lambda bars, _: bars["close"]), 1),
        (made(lambda bars, _: bars["close"].diff(), warmup=1), 2),
        (made(lambda bars, _: mean(bars, 20), warmup=19), 20),
        (made(lambda bars, _: bars["close"].shift(50), warmup=50), 51),
    ],
    ids=["close", "change", "mean of 20", "displaced by 50"],
)
def test_a_window_needs_its_own_length(rule: Indicator, bars: int) -> None:
    assert check_indicator(rule).history == History(bars)


def test_a_recursive_average_needs_more_than_its_length() -> None:
    history = check_indicator(made(lambda bars, _: bars["close"].ewm(span=20, adjust=False).mean())).history
    assert history.bars is not None
    assert 40 < history.bars < 120


@pytest.mark.parametrize("rule", [balance, lambda bars, _: bars["high"].expanding().mean()], ids=["OBV", "all so far"])
def test_a_running_total_is_anchored_to_the_first_bar(rule: object) -> None:
    assert check_indicator(made(rule)).history == History(anchored=True)


def test_an_average_since_the_open_needs_no_more_than_a_session() -> None:
    history = check_indicator(made(session_average)).history
    assert history.bars is not None
    assert 9 < history.bars <= 13
