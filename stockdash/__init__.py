"""stockdash: explore tickers, tune indicators. What is listed here is what a plugin's author imports."""

from stockdash.errors import IndicatorError
from stockdash.indicators import Color, Indicator, Output, Pane, Params, Price, price, run

__all__ = [
    "Color",
    "Indicator",
    "IndicatorError",
    "Output",
    "Pane",
    "Params",
    "Price",
    "price",
    "run",
]
