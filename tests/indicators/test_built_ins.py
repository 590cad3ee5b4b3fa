"""What every built-in indicator must keep, for any bars and any parameters."""

from importlib.metadata import entry_points
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd
import pytest
from annotated_types import Ge, Le
from hypothesis import given, settings
from hypothesis import strategies as st

from stockdash import Indicator, Params, run
from stockdash.fields import SOURCES
from stockdash.registry import GROUP, HOST, load_catalog
from tests.indicators.frames import days, walk, walks

CATALOG = load_catalog()
EVERY_ONE = [CATALOG.find(name) for name, origin in CATALOG.origins.items() if origin.package == HOST]
BUILT_INS = [it for it in EVERY_ONE if it.sees == "history"]
SIDES = {"supertrend"}  # one output is NaN where the other is not
BY_CALENDAR = {"pivots"}  # the first period may have any number of bars
UNITLESS = {"adx", "aroon", "cci", "cmf", "mfi", "roc", "rsi", "stochastic", "stochrsi", "williams"}

LONGEST = 60
WIDEST = 8  # of a length, so that short frames outlast most warm-ups

every = pytest.mark.parametrize("indicator", BUILT_INS, ids=lambda it: it.id)
few = settings(max_examples=12)


def some_params(indicator: Indicator) -> st.SearchStrategy[Params]:
    fields = indicator.params.model_fields
    values = {name: some_values(field.annotation, field.metadata) for name, field in fields.items()}
    return st.builds(indicator.params, **values)


def some_values(annotation: Any, metadata: list[object]) -> st.SearchStrategy[object]:
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if annotation is str:
        return st.sampled_from(SOURCES)
    [low] = [limit.ge for limit in metadata if isinstance(limit, Ge)]
    [high] = [limit.le for limit in metadata if isinstance(limit, Le)]
    return st.integers(low, min(high, low + WIDEST)) if annotation is int else st.floats(low, high)


def test_all_built_ins_are_installed() -> None:
    declared = {point.name for point in entry_points(group=GROUP) if point.value.startswith("stockdash.")}
    assert {it.id for it in EVERY_ONE} == declared
    assert len(EVERY_ONE) == 27


def test_one_alone_depends_on_what_is_visible() -> None:
    assert [it.id for it in EVERY_ONE if it.sees == "visible"] == ["volume-profile"]


@pytest.mark.parametrize("indicator", EVERY_ONE, ids=lambda it: it.id)
def test_the_catalogue_can_describe_it(indicator: Indicator) -> None:
    assert indicator.category != "Other"
    assert all([indicator.description, indicator.source])
    for field in indicator.params.model_fields.values():
        assert field.title
        assert field.description


@every
@given(drawn=st.data(), bars=walks(LONGEST))
@few
def test_index_kept_and_bars_unchanged(indicator: Indicator, drawn: st.DataObject, bars: pd.DataFrame) -> None:
    before = bars.copy()
    answer = run(indicator, bars, drawn.draw(some_params(indicator)))
    assert answer.index.equals(bars.index)
    pd.testing.assert_frame_equal(bars, before)


@every
@given(drawn=st.data(), bars=walks(LONGEST))
@few
def test_leading_nan_is_the_declared_warmup(indicator: Indicator, drawn: st.DataObject, bars: pd.DataFrame) -> None:
    params = drawn.draw(some_params(indicator))
    unknown = run(indicator, bars, params).isna()
    warmup = indicator.warmup(params)
    assert unknown.iloc[:warmup].to_numpy().all()
    if indicator.id not in BY_CALENDAR:
        later = unknown.iloc[warmup:]
        assert not (later.all(axis=1) if indicator.id in SIDES else later.any(axis=1)).any()


@every
@given(drawn=st.data(), bars=walks(LONGEST), cut=st.integers(0, LONGEST))
@few
def test_later_bars_change_nothing(indicator: Indicator, drawn: st.DataObject, bars: pd.DataFrame, cut: int) -> None:
    params = drawn.draw(some_params(indicator))
    whole = run(indicator, bars, params).iloc[:cut]
    np.testing.assert_allclose(run(indicator, bars.iloc[:cut], params), whole, rtol=1e-9, atol=1e-12)


@every
@given(drawn=st.data(), bars=walks(LONGEST), gaps=st.sets(st.integers(0, LONGEST - 1), max_size=8))
@few
def test_a_gap_is_skipped_and_stays_a_gap(
    indicator: Indicator, drawn: st.DataObject, bars: pd.DataFrame, gaps: set[int]
) -> None:
    params = drawn.draw(some_params(indicator))
    is_gap = np.isin(np.arange(len(bars)), list(gaps))
    gappy = bars.astype("float64").mask(np.broadcast_to(is_gap[:, None], bars.shape))
    answer = run(indicator, gappy, params)
    assert answer[is_gap].isna().all(axis=None)
    pd.testing.assert_frame_equal(answer[~is_gap], run(indicator, bars[~is_gap], params))


@every
@pytest.mark.parametrize("volume", [0, 1000])
def test_flat_prices_leave_no_hole(indicator: Indicator, volume: int) -> None:
    flat = pd.DataFrame(dict.fromkeys(("open", "high", "low", "close"), 7.3), index=days(120)).assign(volume=volume)
    known = run(indicator, flat, {}).notna().any(axis=1)
    has_average = indicator.id != "vwap" or volume > 0
    assert known.sum() == (0 if not has_average else 120 - max(indicator.warmup(indicator.params()), known.argmax()))


@every
@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_bars_are_enough_to_run(indicator: Indicator, count: int) -> None:
    assert len(run(indicator, walk(count), {})) == count


@every
def test_no_limit_of_a_parameter_breaks_it(indicator: Indicator) -> None:
    bars = walk(90)
    for name, field in indicator.params.model_fields.items():
        if field.annotation in (int, float):
            for limit in field.metadata:
                run(indicator, bars, {name: limit.ge if isinstance(limit, Ge) else limit.le})


@pytest.mark.parametrize("indicator", [it for it in BUILT_INS if it.id in UNITLESS], ids=lambda it: it.id)
def test_the_currency_does_not_matter(indicator: Indicator) -> None:
    bars = walk(120)
    prices = ["open", "high", "low", "close"]
    tiny = bars.assign(**(bars[prices] * 1e-9))
    np.testing.assert_allclose(run(indicator, tiny, {}), run(indicator, bars, {}), rtol=1e-6, atol=1e-9)
