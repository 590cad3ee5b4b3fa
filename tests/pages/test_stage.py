import numpy as np
import pandas as pd

from stockdash import Indicator, Output, Params
from stockdash.pages._chain import Call
from stockdash.pages._stage import traces_of
from tests.indicators.frames import bars_of

SIGNAL = Indicator(
    id="signal",
    name="Signal",
    params=Params,
    outputs=(Output("signal", "Signal", draw="markers"),),
    compute=lambda bars, _: pd.DataFrame({"signal": np.sign(bars["close"].diff())}),
    warmup=lambda _: 1,
)


def test_markers_are_points_below_the_bar_for_a_rise_and_above_it_for_a_fall() -> None:
    bars = bars_of([10.0, 20.0, 20.0, 10.0])
    [trace] = traces_of(Call(SIGNAL, Params(), 0), {"signal": np.array([np.nan, 1, 0, -1])}, pane="price", bars=bars)
    assert trace.kind == "points"
    np.testing.assert_array_equal(trace.values, [np.nan, bars["low"].iloc[1], np.nan, bars["high"].iloc[3]])
