"""stockdash: explore tickers, tune indicators. What is listed here is what a plugin's author imports.

Each name is loaded when it is first used, so that ``stockdash --help`` need not wait for pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stockdash.errors import IndicatorError, RateLimitedError, SourceUnavailableError, UnknownSymbolError
    from stockdash.fields import Source, Timeframe, fields_error, pane_for, widget
    from stockdash.forms import register_control
    from stockdash.indicators import Color, Indicator, Listing, Output, Pane, Params, price, run
    from stockdash.sources import Fetched, ReportedAction
    from stockdash.sources.polite import Manners
    from stockdash.symbols import Facts

__all__ = [
    "Color",
    "Facts",
    "Fetched",
    "Indicator",
    "IndicatorError",
    "Listing",
    "Manners",
    "Output",
    "Pane",
    "Params",
    "RateLimitedError",
    "ReportedAction",
    "Source",
    "SourceUnavailableError",
    "Timeframe",
    "UnknownSymbolError",
    "fields_error",
    "pane_for",
    "price",
    "register_control",
    "run",
    "widget",
]

_ROOMS = {
    "Facts": "stockdash.symbols",
    "Fetched": "stockdash.sources",
    "Manners": "stockdash.sources.polite",
    "RateLimitedError": "stockdash.errors",
    "ReportedAction": "stockdash.sources",
    "SourceUnavailableError": "stockdash.errors",
    "UnknownSymbolError": "stockdash.errors",
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
