from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from stockdash import Indicator, IndicatorError, Output, Params, price, run
from tests.indicators.frames import bars_of


class LengthParams(Params):
    length: int = Field(2, ge=1, le=9, title="Length")
    kind: str = Field("plain", title="Kind", max_length=9)


class NeedyParams(Params):
    length: int = Field(ge=1, le=9, title="Length")


def echo(bars: pd.DataFrame, params: LengthParams) -> pd.DataFrame:
    return pd.DataFrame({"echo": bars["close"] * params.length})


def made(compute: Callable[..., object] = echo, **changes: object) -> Indicator:
    declared = {"outputs": (Output("echo", "Echo"),), "warmup": lambda _: 0, "id": "echo", "name": "Echo"}
    return Indicator(params=LengthParams, compute=compute, **{**declared, **changes})  # type: ignore[arg-type]


def spoil(bars: pd.DataFrame, _: LengthParams) -> pd.DataFrame:
    bars["close"] = 0.0
    bars.iloc[0, 0] = -1.0
    return pd.DataFrame({"echo": bars["close"]})


def test_run_gives_declared_columns_on_the_index_of_the_bars() -> None:
    bars = bars_of([1, 2, 3])
    assert run(made(), bars, {"length": 3})["echo"].tolist() == [3, 6, 9]
    assert run(made(), bars, {}).index.equals(bars.index)


def test_run_leaves_the_bars_alone() -> None:
    bars = bars_of([1, 2, 3])
    before = bars.copy()
    run(made(spoil), bars, {})
    pd.testing.assert_frame_equal(bars, before)


@pytest.mark.parametrize(
    "write",
    [
        lambda bars: bars["close"].to_numpy().__setitem__(0, 9.0),
        lambda bars: bars["close"].array.__setitem__(0, 9.0),
        lambda bars: np.negative(bars["close"].to_numpy(), out=bars["close"].to_numpy()),
    ],
    ids=["values", "array", "out"],
)
def test_the_memory_of_the_bars_cannot_be_written_to(write: Callable[[pd.DataFrame], None]) -> None:
    with pytest.raises(IndicatorError, match="read-only"):
        run(made(lambda bars, _: write(bars)), bars_of([1, 2, 3]), {})


def test_an_infinite_value_late_in_a_long_answer_is_found() -> None:
    bars = bars_of(np.ones(5000))
    late = pd.DataFrame({"echo": np.where(np.arange(5000) == 4000, -np.inf, 1.0)}, index=bars.index)
    with pytest.raises(IndicatorError, match="infinite at 2034"):
        run(made(lambda *_: late), bars, {})


def test_huge_answers_are_no_infinite_ones() -> None:
    bars = bars_of(np.full(10, 1e308))
    assert run(made(), bars, {"length": 1})["echo"].tolist() == [1e308] * 10


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda bars, _: bars["close"], "expected a DataFrame"),
        (lambda bars, _: bars[["close"]], "declared are"),
        (lambda bars, _: bars[["close"]].set_axis(["echo"], axis=1).iloc[1:], "another index"),
        (lambda bars, _: bars[["close"]].set_axis(["echo"], axis=1).astype(str), "expected numbers"),
        (lambda bars, _: bars[["close"]].set_axis(["echo"], axis=1) > 1, "expected numbers"),
        (lambda bars, _: bars[["close"]].set_axis(["echo"], axis=1) * np.inf, "infinite at 2024-01-01"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
    ids=["series", "columns", "index", "text", "bool", "infinite", "raises"],
)
def test_a_bad_answer_names_the_indicator(answer: Callable[..., object], says: str) -> None:
    with pytest.raises(IndicatorError, match=says) as caught:
        run(made(answer), bars_of([1, 2, 3]), {})
    assert caught.value.indicator_id == "echo"


@pytest.mark.parametrize("given", [{"length": 0}, {"length": "many"}, {"lenght": 3}, {"length": float("nan")}])
def test_bad_parameters_are_named_and_nothing_is_computed(given: dict[str, object]) -> None:
    with pytest.raises(IndicatorError, match=next(iter(given))):
        run(made(lambda *_: pytest.fail("computed")), bars_of([1]), given)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Echo!"}, "an id that is not"),
        ({"id": ""}, "an id that is not"),
        ({"id": "e" * 41}, "an id that is not"),
        ({"name": " "}, "no name"),
        ({"outputs": ()}, "distinct names"),
        ({"outputs": (Output("a", "A"), Output("a", "B"))}, "distinct names"),
        ({"outputs": (Output("a", "A", fill_to="b"),)}, "no output of it"),
        ({"outputs": (Output("a", "A", draw="profile"),)}, "must draw a profile if it sees the visible range"),
        ({"sees": "visible"}, "must draw a profile if it sees the visible range"),
    ],
)
def test_a_declaration_that_breaks_the_contract_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(IndicatorError, match=says):
        made(**changes)


def test_parameters_without_defaults_are_refused() -> None:
    with pytest.raises(IndicatorError, match="without arguments: length"):
        Indicator(id="x", name="X", params=NeedyParams, outputs=(Output("x", "X"),), compute=echo, warmup=lambda _: 0)


ROWS = {"low": [1.0, 2.0], "high": [2.0, 3.0], "inside": [1.0, 0.0], "echo": [5.0, 6.0]}


def rows_of(**changes: object) -> Indicator:
    return made(
        lambda *_: pd.DataFrame({**ROWS, **changes}), outputs=(Output("echo", "E", draw="profile"),), sees="visible"
    )


def test_what_sees_the_visible_range_answers_with_rows_of_prices() -> None:
    assert run(rows_of(), bars_of([1, 2, 3]), {}).to_dict("list") == ROWS


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"low": [1.0, 1.5]}, "overlap"),
        ({"high": [2.0, 1.9]}, "overlap"),
        ({"echo": [5.0, np.nan]}, "has a NaN"),
        ({"echo": [5.0, np.inf]}, "infinite"),
        ({"more": [1.0, 2.0]}, "declared are"),
    ],
)
def test_rows_that_make_no_sense_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(IndicatorError, match=says):
        run(rows_of(**changes), bars_of([1, 2, 3]), {})


def test_outputs_and_pane_may_depend_on_the_parameters() -> None:
    indicator = made(
        outputs=lambda params: tuple(Output(f"o{at}", f"O{at}") for at in range(params.length)),
        pane=lambda params: "own" if params.length > 2 else "price",
    )
    assert [output.name for output in indicator.outputs_of(LengthParams(length=3))] == ["o0", "o1", "o2"]
    assert (indicator.pane_of(LengthParams()), indicator.pane_of(LengthParams(length=3))) == ("price", "own")


@pytest.mark.parametrize(
    ("given", "legend"), [({}, "ECHO 2"), ({"length": 9, "kind": "odd"}, "ECHO 9 odd"), ({"kind": "plain"}, "ECHO 2")]
)
def test_the_legend_shows_numbers_and_what_differs(given: dict[str, object], legend: str) -> None:
    assert made().legend(LengthParams.model_validate(given)) == legend


class DeepParams(Params):
    inner: LengthParams = LengthParams()
    levels: tuple[int, ...] = (30, 70)


def test_the_legend_shows_what_lies_deeper_in_few_letters() -> None:
    deep = Indicator(
        id="echo", name="Echo", params=DeepParams, outputs=(Output("x", "X"),), compute=echo, warmup=lambda _: 0
    )
    told = DeepParams(inner=LengthParams(length=4), levels=(20, 80))
    assert deep.legend(told) == "ECHO 4 plain 20/80"


@pytest.mark.parametrize(
    ("name", "expected"), [("close", 4.0), ("hl2", 3.5), ("hlc3", 11 / 3), ("ohlc4", 3.25)], ids=str
)
def test_price_is_the_mean_that_its_name_says(name: str, expected: float) -> None:
    bars = bars_of([1.0]).assign(open=2.0, high=6.0, low=1.0, close=4.0)
    assert price(bars, name).item() == pytest.approx(expected)  # type: ignore[arg-type]


def test_what_the_catalogue_tells_may_be_left_out() -> None:
    indicator = made()
    assert (indicator.category, indicator.synonyms, indicator.source) == ("Other", (), "")
