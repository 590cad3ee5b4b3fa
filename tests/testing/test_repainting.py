"""The kit finds every planted look into the future, and says how far it goes."""

import pandas as pd
import pytest

from stockdash import Indicator
from stockdash.testing import Repainting, check_indicator
from tests.testing.planted import (
    OffsetParams,
    every,
    made,
    mean,
    of_the_session,
    of_the_week,
    peaks,
    where_next,
)

CENTRED = made(lambda bars, _: bars["close"].rolling(21, center=True).mean(), warmup=10)
Z_SCORE = made(lambda bars, _: (bars["close"] - bars["close"].mean()) / bars["close"].std())
LATER = made(lambda bars, p: bars["close"].shift(p.offset), warmup=lambda p: max(p.offset, 0), params=OffsetParams)


@pytest.mark.parametrize(
    ("cheat", "bars"),
    [
        (CENTRED, 10),
        (made(lambda bars, _: bars["close"].shift(-1)), 1),
        (made(lambda bars, _: bars["close"].shift(-26)), 26),
        (made(lambda bars, _: (bars["close"] + bars["close"].shift(-1).fillna(bars["close"])) / 2), 1),
        (made(lambda bars, _: mean(bars).bfill()), 19),
        (made(of_the_week), 4),
        (made(peaks), 2),
    ],
    ids=["centred window", "shift(-1)", "shift(-26)", "half of the next bar", "back-fill", "week", "peaks"],
)
def test_a_look_ahead_of_some_bars_is_measured(cheat: Indicator, bars: int) -> None:
    report = check_indicator(cheat)
    assert (report.repainting.verdict, report.repainting.bars) == ("last bars", bars)
    assert "repainting" in report.failed


@pytest.mark.parametrize(
    "condition",
    [
        every(37),
        lambda bars: bars["volume"] > 5e6,
        lambda bars: bars["close"].pct_change().abs() > 0.06,
        lambda bars: (
            bars.index.tz_localize(None).to_period("M").to_series(index=bars.index).diff().notna()
            & (bars.index.day < 4)
        ),
        lambda bars: bars["open"] == bars["close"],
    ],
    ids=["each 37th bar", "bursts of volume", "jumps", "turn of the month", "no body"],
)
def test_a_look_ahead_on_some_bars_only_is_found(condition: object) -> None:
    assert check_indicator(made(where_next(condition))).repainting.verdict == "last bars"


def test_a_look_ahead_within_the_session_is_found_on_half_hourly_bars() -> None:
    report = check_indicator(made(of_the_session))
    assert (report.repainting.verdict, report.repainting.where) == ("last bars", "half-hourly bars")


def test_filling_a_hole_from_behind_is_found() -> None:
    report = check_indicator(made(lambda bars, _: bars["close"].bfill()))
    assert (report.repainting.verdict, report.repainting.where) == ("last bars", "bars with NaN")


@pytest.mark.parametrize(
    "cheat",
    [
        Z_SCORE,
        made(lambda bars, _: bars["close"] / bars["close"].max()),
        made(lambda bars, _: bars["close"] - bars["close"].iloc[-1:].sum()),
        made(lambda bars, _: bars["close"][::-1].ewm(span=9).mean()[::-1] + 0 * bars["close"].mean()),
    ],
    ids=["z-score", "share of the highest", "distance to the last", "backwards average"],
)
def test_an_answer_that_hangs_on_the_last_bar_is_found(cheat: Indicator) -> None:
    assert check_indicator(cheat).repainting.verdict in ("whole window", "last bars")


def test_an_answer_over_the_whole_series_repaints_the_whole_window() -> None:
    assert check_indicator(Z_SCORE).repainting == Repainting("whole window", where="daily bars")


def test_a_look_ahead_at_one_limit_of_a_parameter_is_found() -> None:
    report = check_indicator(LATER)
    assert report.repainting == Repainting("last bars", 5, "offset=-5")
    assert report.failed == ("repainting",)


def test_a_finding_tells_the_bar_and_how_much_later_it_changed() -> None:
    [finding] = [f for f in check_indicator(CENTRED).findings if f.where == "daily bars"]
    assert "it repaints the last 10 bars: the value of 20" in finding.message
    assert "10 bars later" in finding.message


def test_what_the_author_accepts_is_kept_and_fails_nothing() -> None:
    report = check_indicator(CENTRED, accept={"repainting"})
    assert (report.ok, report.repainting.bars, len(report.accepted)) == (True, 10, 3)


@pytest.mark.parametrize(
    "honest",
    [
        made(lambda bars, _: bars["close"].shift(26), warmup=26),
        made(lambda bars, _: bars["high"].groupby(bars.index.normalize()).cummax()),
        made(lambda bars, _: bars["close"].expanding(3).std(), warmup=2),
        made(lambda bars, _: bars["close"].ewm(span=200).mean()),
        made(lambda bars, _: pd.Series(bars.index.dayofweek, index=bars.index)),
    ],
    ids=["displaced forward", "high so far", "all so far", "long memory", "weekday as whole numbers"],
)
def test_honest_rules_come_out_clean(honest: Indicator) -> None:
    check_indicator(honest).assert_ok()
