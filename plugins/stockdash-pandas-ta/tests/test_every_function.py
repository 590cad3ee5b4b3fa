"""What holds for each of the functions."""

import numpy as np
import pandas as pd
import pytest
from stockdash_pandas_ta import indicators
from stockdash_pandas_ta.customs import LOOKING_AHEAD

from stockdash import run

INDICATORS = {listing.id: listing.load() for listing in indicators()}
AHEAD = {f"pta-{name}" for name in LOOKING_AHEAD}
CUTS = (1, 13, 97, 250, 399)

every = pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)


def limits(indicator):
    """Give all low ends together, and all high ends."""
    ends = {name: _ends(field) for name, field in indicator.params.model_fields.items()}
    yield {name: values[0] for name, values in ends.items()}
    yield {name: values[-1] for name, values in ends.items()}


def _ends(field):
    bounds = {type(item).__name__: item for item in field.metadata}
    if "Ge" in bounds:
        return bounds["Ge"].ge, bounds["Le"].le
    if field.annotation is str:  # a source
        return "open", "hlc3"
    return (False, True) if field.annotation is bool else field.annotation.__args__


def looks_ahead(indicator, bars):
    whole = run(indicator, bars, {})
    parts = ((cut, run(indicator, bars[:cut], {})) for cut in CUTS)
    return not all(np.allclose(part, whole[:cut], rtol=1e-9, equal_nan=True) for cut, part in parts)


def test_names_are_unique():
    assert len({indicator.name for indicator in INDICATORS.values()}) == len(INDICATORS)


def test_no_function_is_without_a_category():
    assert "Other" not in {indicator.category for indicator in INDICATORS.values()}


@every
def test_warm_up_is_exact(indicator, make_bars):
    known = run(indicator, make_bars(400), {}).notna().any(axis=1).to_numpy()
    assert known.argmax() == indicator.warmup(indicator.params())
    assert known.any()


@every
def test_runs_at_the_limits(indicator, make_bars):
    bars = make_bars(250)
    for chosen in limits(indicator):
        assert len(run(indicator, bars, chosen)) == len(bars)


@every
def test_runs_on_odd_bars(indicator, make_bars):
    for bars in (make_bars(0), make_bars(1), make_bars(60, flat=True), make_bars(60, traded=False)):
        assert len(run(indicator, bars, {})) == len(bars)


@pytest.mark.parametrize(
    "indicator", [made for made in INDICATORS.values() if made.id not in AHEAD], ids=lambda i: i.id
)
def test_never_looks_ahead(indicator, make_bars):
    assert not looks_ahead(indicator, make_bars(400))


@pytest.mark.parametrize("name", sorted(AHEAD))
def test_what_looks_ahead_is_left_as_it_is_and_says_so(name, make_bars):
    assert looks_ahead(INDICATORS[name], make_bars(400))
    assert "Looks ahead" in INDICATORS[name].description


@every
def test_a_nan_bar_is_left_out(indicator, make_bars):
    bars = make_bars(200).astype("float64")
    bars.iloc[100] = np.nan
    answer = run(indicator, bars, {})
    assert answer.iloc[100].isna().all()
    without = run(indicator, bars.drop(bars.index[100]), {})
    pd.testing.assert_frame_equal(answer.drop(bars.index[100]), without)
