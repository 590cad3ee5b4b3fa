"""What breaks the contract is found by the check that is named after it, and by no other."""

import numpy as np
import pandas as pd
import pytest

from stockdash import Indicator
from stockdash.errors import InvalidInputError
from stockdash.testing import check_indicator
from tests.testing.planted import (
    BareParams,
    EvenParams,
    LengthParams,
    OddParams,
    OpenParams,
    PairParams,
    added_column,
    changed_close,
    drawn,
    ends_the_program,
    filled_in_place,
    made,
    mean,
    not_picklable,
    quadratic,
    remembered,
)


def by_length(bars: pd.DataFrame, params: LengthParams) -> pd.Series:
    return mean(bars, params.length)


def before(params: LengthParams) -> int:
    return params.length - 1


def failed(indicator: Indicator) -> tuple[str, ...]:
    return check_indicator(indicator).failed


@pytest.mark.parametrize("cheat", [changed_close, filled_in_place, added_column])
def test_changed_input_is_found(cheat: object) -> None:
    assert failed(made(cheat)) == ("input",)


@pytest.mark.parametrize("cheat", [drawn, remembered])
def test_chance_and_memory_are_found(cheat: object) -> None:
    assert "determinism" in failed(made(cheat))


@pytest.mark.parametrize("declared", [0, 18, 20, 21, 40])
def test_a_wrong_warmup_is_found(declared: int) -> None:
    assert failed(made(lambda bars, _: mean(bars), warmup=declared)) == ("warm-up",)


@pytest.mark.parametrize("declared", [lambda _: -1, lambda _: 2.5, lambda _: None, lambda _: 1 / 0])
def test_a_warmup_that_is_no_count_is_found(declared: object) -> None:
    assert failed(made(lambda bars, _: bars["close"], warmup=declared)) == ("warm-up",)


def test_a_warmup_that_is_right_for_the_default_alone_is_found() -> None:
    report = check_indicator(made(by_length, warmup=19, params=LengthParams))
    assert {finding.where for finding in report.findings} >= {"length=1", "length=100"}


@pytest.mark.parametrize("period", ["W", "M", "Q", "Y"])
def test_what_waits_for_the_end_of_a_period_declares_the_fewest_rows(period: str) -> None:
    def last_period(bars: pd.DataFrame, _: object) -> pd.Series:
        periods = bars.index.tz_localize(None).to_period(period)
        return pd.Series(periods, index=bars.index).map(bars["high"].groupby(periods).max().shift())

    assert failed(made(last_period, warmup=1)) == ()
    assert failed(made(last_period, warmup=2)) == ("warm-up",)


def test_whole_numbers_that_hide_what_is_not_known_are_found() -> None:
    assert failed(made(lambda bars, _: mean(bars).fillna(0).astype("int64"), warmup=19)) == ("warm-up",)


def test_an_infinite_value_is_found_on_the_bars_that_show_it() -> None:
    report = check_indicator(made(lambda bars, _: 1 / (bars["close"] - 100.0)))
    assert ("answer", "flat bars") in {(finding.check, finding.where) for finding in report.findings}


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (lambda bars, _: pd.DataFrame({"x": bars["close"].to_numpy()}), "parameters"),
        (lambda bars, _: pd.DataFrame({0: bars["close"]}), "parameters"),
        (lambda bars, _: bars[["close"]].set_axis(["x"], axis=1).dropna(), "answer"),
        (lambda bars, _: bars[["close"]].set_axis(["x"], axis=1).astype(str), "parameters"),
        (lambda bars, _: bars[["close"]].set_axis(["x"], axis=1) * np.nan, "answer"),
    ],
    ids=["index", "whole-number name", "rows left out", "text", "nothing known"],
)
def test_an_answer_of_another_shape_is_found(answer: object, check: str) -> None:
    assert check in failed(made(answer, whole=True))


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        (lambda bars, _: bars["close"] - bars["close"].iloc[0], "no bars"),
        (lambda bars, _: bars["close"] * (bars.index[1] > bars.index[0]), "one bar"),
        (lambda bars, _: bars["close"].cumsum(skipna=False), "bars with NaN"),
        (lambda bars, _: bars["close"] / (bars["volume"] != 0).all().astype(int), "bars without volume"),
        (lambda bars, _: np.exp(bars["close"]), "huge prices"),
    ],
)
def test_bars_that_break_careless_code_are_among_the_bars(rule: object, where: str) -> None:
    assert where in {finding.where for finding in check_indicator(made(rule)).findings}


@pytest.mark.parametrize(
    ("params", "says"),
    [
        (OpenParams, "OpenParams.length needs both limits"),
        (BareParams, "BareParams.length has no title"),
        (OddParams, "OddParams.when has the type"),
        (EvenParams, "the widget offers what the model refuses: length: Value error, must be even"),
    ],
)
def test_a_parameter_that_no_widget_fits_is_found(params: type, says: str) -> None:
    report = check_indicator(made(lambda bars, _: bars["close"], params=params))
    assert report.failed == ("widgets",)
    assert says in report.text()


def test_a_limit_at_which_it_breaks_is_found_by_its_value() -> None:
    report = check_indicator(made(lambda bars, p: bars["close"] * (1 // (100 - p.length)), params=LengthParams))
    assert [(finding.check, finding.where) for finding in report.findings] == [("parameters", "length=100")]


def test_combinations_that_the_model_refuses_are_left_out() -> None:
    rule = made(lambda bars, p: mean(bars, p.slow), warmup=lambda p: p.slow - 1, params=PairParams)
    check_indicator(rule).assert_ok()


def test_parameters_that_cannot_be_pickled_are_found() -> None:
    assert failed(made(lambda bars, _: bars["close"], params=not_picklable())) == ("pickling",)


def test_a_cost_that_grows_with_the_square_is_found() -> None:
    assert failed(made(quadratic)) == ("cost",)


def test_an_indicator_that_ends_the_program_is_reported() -> None:
    assert failed(made(ends_the_program)) == ("parameters",)


def test_no_more_than_a_handful_of_findings_of_one_check_are_listed() -> None:
    rule = made(lambda bars, _: bars["close"] if len(bars) > 150 else {}[len(bars)])
    shown = [finding for finding in check_indicator(rule).findings if finding.check == "repainting"]
    assert len(shown) == 6
    assert shown[-1].message.endswith(" more")


def test_what_is_no_indicator_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="got function"):
        check_indicator(by_length)  # type: ignore[arg-type]


def test_an_honest_average_passes_with_every_length() -> None:
    check_indicator(made(by_length, warmup=before, params=LengthParams)).assert_ok()
