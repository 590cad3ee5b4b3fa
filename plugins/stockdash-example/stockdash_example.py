"""Example: how far the price is from its own average, in percent.

100 * (price / simple average of the last `length` prices - 1). Known from bar `length` on.
"""

import pandas as pd
from pydantic import Field

from stockdash import Indicator, Output, Params, Source, price


class ExampleParams(Params):
    """Parameters of Example."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars averaged")
    source: Source = "close"


def compute(bars: pd.DataFrame, params: ExampleParams) -> pd.DataFrame:
    """Compute the distance in percent."""
    prices = price(bars, params.source)
    return pd.DataFrame({"distance": 100 * (prices / prices.rolling(params.length).mean() - 1)})


INDICATOR = Indicator(
    id="example",
    name="Example",
    params=ExampleParams,
    outputs=(Output("distance", "Distance, %", levels=(0.0,)),),
    compute=compute,
    warmup=lambda params: params.length - 1,
    pane="own",
    description="How far the price is from its own average, in percent.",
    category="Trend",
)
