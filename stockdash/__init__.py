"""stockdash: explore tickers, tune indicators. What is listed here is what a plugin's author imports.

Each name is loaded when it is first used, so that ``stockdash --help`` need not wait for pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stockdash.errors import IndicatorError
    from stockdash.fields import Source, Timeframe, fields_error, pane_for, widget
    from stockdash.forms import register_control
    from stockdash.indicators import Color, Indicator, Listing, Output, Pane, Params, price, run

__all__ = [
    "Color",
    "Indicator",
    "IndicatorError",
    "Listing",
    "Output",
    "Pane",
    "Params",
    "Source",
    "Timeframe",
    "fields_error",
    "pane_for",
    "price",
    "register_control",
    "run",
    "widget",
]

_ROOMS = {
    "IndicatorError": "stockdash.errors",
    "Source": "stockdash.fields",
    "Timeframe": "stockdash.fields",
    "fields_error": "stockdash.fields",
    "pane_for": "stockdash.fields",
    "widget": "stockdash.fields",
    "register_control": "stockdash.forms",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS.get(name, "stockdash.indicators")), name)
