"""stockdash: explore tickers, tune indicators. What is listed here is what a plugin's author imports.

Each name is loaded when it is first used, so that ``stockdash --help`` need not wait for pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "stockdash.errors" if name == "IndicatorError" else "stockdash.indicators"
    return getattr(import_module(room), name)
