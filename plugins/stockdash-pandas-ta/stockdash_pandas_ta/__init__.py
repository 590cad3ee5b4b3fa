"""The functions of pandas-ta-classic as indicators of stockdash.

What there is was found out by `stockdash_pandas_ta.survey` and is kept in a file, so that listing imports nothing
of pandas-ta-classic. Functions that look ahead are left as they are and say so.
"""

from typing import Any

from stockdash import Indicator, Listing, Pane, Params, pane_for
from stockdash_pandas_ta.customs import LOOKING_AHEAD, TURNS
from stockdash_pandas_ta.outputs import outputs
from stockdash_pandas_ta.parameters import parameters
from stockdash_pandas_ta.running import Running
from stockdash_pandas_ta.table import Column, Function, load, surveyed_version

__all__ = ["indicators"]

_CATEGORIES = {
    "candles": "Pattern",
    "cycles": "Cycle",
    "momentum": "Momentum",
    "overlap": "Trend",
    "performance": "Performance",
    "statistics": "Statistics",
    "trend": "Trend",
    "volatility": "Volatility",
    "volume": "Volume",
}


def indicators() -> list[Listing]:
    """List one indicator for each function, and a second one where its columns are on different scales."""
    version = surveyed_version()
    return [listed for function in load() for listed in _listings(function, version)]


def _listings(function: Function, version: str) -> list[Listing]:
    own = [column for column in function.columns if column.scale == "own" and column.name != TURNS.get(function.name)]
    over = [column for column in function.columns if column not in own]
    if not own or not over:
        return [_listing(function, version, list(function.columns))]
    return [_listing(function, version, over), _listing(function, version, own, companion=True)]


def _listing(function: Function, version: str, columns: list[Column], *, companion: bool = False) -> Listing:
    called = ", ".join(column.name for column in columns)
    return Listing(
        id=f"pta-{function.name}" + ("-own" if companion else ""),
        name=f"{function.title}: {called}" if companion else function.title,
        load=lambda: _indicator(_listing(function, version, columns, companion=companion), function, columns),
        short=function.name.upper(),
        description=_description(function),
        category=_CATEGORIES.get(function.category, "Other"),
        synonyms=(function.name,),
        source=f"pandas-ta-classic {version}, {function.name}" + (f" ({function.source})" if function.source else ""),
    )


def _indicator(listing: Listing, function: Function, columns: list[Column]) -> Indicator[Any]:
    running = Running(function, columns)
    return listing.declare(
        parameters(function),
        outputs(columns),
        running.compute,
        warmup=running.warmup,
        pane="own" if all(column.scale == "own" for column in columns) else _over_the_source,
    )


def _over_the_source(params: Params) -> Pane:
    return pane_for(getattr(params, "source", "close"))


def _description(function: Function) -> str:
    said = f"{function.title}, as {function.name} of pandas-ta-classic computes it."
    ahead = LOOKING_AHEAD.get(function.name)
    return f"{said} Looks ahead: {ahead}." if ahead else said
