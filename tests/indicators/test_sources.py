"""Built-in indicators of what is no price: the volume, and other indicators' outputs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockdash import Indicator, pane_for, run
from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.indicators.sma import INDICATOR as SMA
from tests.indicators.frames import bars_of, walk, walks
from tests.indicators.test_built_ins import BUILT_INS, some_params

OTHER = "@0.x"
OF_OWN_PERIODS = {"vwap", "pivots"}

of_source = pytest.mark.parametrize(
    "indicator", [it for it in BUILT_INS if "source" in it.params.model_fields], ids=lambda it: it.id
)


def with_source(bars: pd.DataFrame, *, late: int, seed: int) -> pd.DataFrame:
    """Give bars with another indicator's output, of either sign, that is not known on the first `late` of them."""
    values = np.random.default_rng(seed).normal(0, 3, len(bars))
    values[:late] = np.nan
    return bars.assign(**{OTHER: values})


@of_source
@given(drawn=st.data(), bars=walks(90), late=st.integers(0, 40), seed=st.integers(0, 99))
@settings(max_examples=12)
def test_a_source_that_starts_late_only_adds_its_warmup(
    indicator: Indicator, drawn: st.DataObject, bars: pd.DataFrame, late: int, seed: int
) -> None:
    params = drawn.draw(some_params(indicator)).model_copy(update={"source": OTHER})
    whole = with_source(bars, late=late, seed=seed)
    answer = run(indicator, whole, params)
    assert answer.iloc[:late].isna().all(axis=None)
    pd.testing.assert_frame_equal(answer.iloc[late:], run(indicator, whole.iloc[late:], params))


@of_source
def test_every_source_of_the_form_is_taken(indicator: Indicator) -> None:
    bars = with_source(walk(250), late=20, seed=1)
    for source in ("open", "volume", "ohlc4", OTHER):
        assert run(indicator, bars, {"source": source}).notna().any(axis=None), source


@of_source
@pytest.mark.parametrize("level", [0.0, -4.0, 1e-310], ids=["zero", "negative", "next to nothing"])
def test_a_source_may_stand_still_anywhere(indicator: Indicator, level: float) -> None:
    bars = walk(250).assign(**{OTHER: level})
    assert run(indicator, bars, {"source": OTHER}).notna().any(axis=None)


def test_ema_of_rsi_begins_where_both_warmups_end() -> None:
    bars = walk(60)
    rsi = run(RSI, bars, {"length": 14})["rsi"]
    smooth = run(EMA, bars.assign(**{"@0.rsi": rsi}), {"length": 5, "source": "@0.rsi"})["ema"]
    assert smooth.first_valid_index() == bars.index[14 + 4]
    assert smooth.dropna().iloc[0] == pytest.approx(rsi.iloc[14:19].mean())


def test_sma_of_the_volume_has_a_pane_of_its_own() -> None:
    bars = bars_of([1.0, 2.0, 3.0]).assign(volume=[10, 20, 60])
    params = SMA.params(length=3, source="volume")
    assert run(SMA, bars, params)["sma"].iloc[-1] == 30
    assert (SMA.pane_of(params), SMA.pane_of(SMA.params())) == ("own", "price")


def test_what_is_of_another_indicator_is_drawn_over_it() -> None:
    assert [pane_for(source) for source in ("hl2", "@3.rsi", "volume")] == ["price", "price", "own"]


def test_a_timeframe_is_offered_unless_the_period_is_chosen_otherwise() -> None:
    without = {it.id for it in BUILT_INS if "timeframe" not in it.params.model_fields}
    assert without == OF_OWN_PERIODS


@pytest.mark.parametrize("indicator", [it for it in BUILT_INS if it.id not in OF_OWN_PERIODS], ids=lambda it: it.id)
def test_the_timeframe_is_the_pages_business(indicator: Indicator) -> None:
    bars = walk(120)
    first, *others = (run(indicator, bars, {"timeframe": name}) for name in ("chart", "1d", "1wk", "1mo"))
    for other in others:
        pd.testing.assert_frame_equal(first, other)
