"""What holds for each of TA-Lib's functions."""

import numpy as np
import pandas as pd
import pytest
import talib
from stockdash_talib import indicators

from stockdash import IndicatorError, run

INDICATORS = {listing.id: listing.load() for listing in indicators()}
OUT_OF_DOMAIN = {"talib-acos", "talib-asin"}  # defined from -1 to 1, where no price stands
CUTS = (1, 13, 97, 250, 399)

every = pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)


def limits(indicator):
    """Each end of each parameter by itself, then all low ends and all high ends together."""
    ends = {name: _ends(field) for name, field in indicator.params.model_fields.items()}
    for name, values in ends.items():
        yield from ({name: value} for value in values)
    yield {name: values[0] for name, values in ends.items()}
    yield {name: values[-1] for name, values in ends.items()}


def _ends(field):
    bounds = {type(item).__name__: item for item in field.metadata}
    if "Ge" in bounds:
        return bounds["Ge"].ge, bounds["Le"].le
    if field.annotation is str:  # a source
        return "open", "hlc3"
    return field.annotation.__args__


def leading_nan(answer):
    known = answer.notna().any(axis=1).to_numpy()
    return int(known.argmax()) if known.any() else len(answer)


def test_all_of_ta_lib_is_there():
    assert len(INDICATORS) == len(talib.get_functions()) == 201


def test_names_are_unique():
    assert len({indicator.name for indicator in INDICATORS.values()}) == len(INDICATORS)


def test_no_function_is_without_a_category():
    assert "Other" not in {indicator.category for indicator in INDICATORS.values()}


@every
def test_warm_up_is_exact(indicator, make_bars):
    answer = run(indicator, make_bars(400), {})
    if indicator.id not in OUT_OF_DOMAIN:
        warmup = indicator.warmup(indicator.params())
        assert leading_nan(answer) == warmup
        assert answer.iloc[warmup:].notna().all(axis=None)


@every
def test_runs_at_every_limit(indicator, make_bars):
    bars = make_bars(250)
    for chosen in limits(indicator):
        if chosen == {"minperiod": 200}:  # MAVP refuses a minimum above its maximum
            continue
        answer = run(indicator, bars, chosen)
        if indicator.id not in OUT_OF_DOMAIN:
            warmup = indicator.warmup(indicator.params(**chosen))
            assert leading_nan(answer) == min(warmup, len(bars)), chosen


@every
def test_runs_on_odd_bars(indicator, make_bars):
    for bars in (make_bars(0), make_bars(1), make_bars(60, flat=True), make_bars(60, traded=False)):
        assert len(run(indicator, bars, {})) == len(bars)


@every
def test_never_looks_ahead(indicator, make_bars):
    bars = make_bars(400)
    whole = run(indicator, bars, {})
    for cut in CUTS:
        pd.testing.assert_frame_equal(run(indicator, bars[:cut], {}), whole[:cut], rtol=1e-9)


@every
def test_a_nan_bar_is_left_out(indicator, make_bars):
    bars = make_bars(400).astype("float64")
    bars.iloc[200] = np.nan
    answer = run(indicator, bars, {})
    assert answer.iloc[200].isna().all()
    without = run(indicator, bars.drop(bars.index[200]), {})
    pd.testing.assert_frame_equal(answer.drop(bars.index[200]), without)


def test_periods_that_contradict_are_refused_by_name(make_bars):
    with pytest.raises(IndicatorError, match="minimum period 200 is above the maximum period 30"):
        run(INDICATORS["talib-mavp"], make_bars(300), {"minperiod": 200})
