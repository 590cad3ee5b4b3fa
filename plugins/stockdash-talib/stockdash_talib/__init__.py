"""Every function of TA-Lib as an indicator of stockdash, made from what TA-Lib says of itself.

Names, groups, inputs, parameters and how outputs are drawn come from `talib.abstract`; the few things that it
does not know stand in `stockdash_talib.customs`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import talib

from stockdash import Indicator, Listing, Pane, Params, pane_for
from stockdash_talib.customs import PANES, SYNONYMS
from stockdash_talib.functions import CANDLES, NAMES, SAME_SCALE, SETTLING, SUMMED, UNDEFINED, Function
from stockdash_talib.outputs import outputs
from stockdash_talib.parameters import parameters
from stockdash_talib.running import computing, warmup

__all__ = ["indicators"]

_CATEGORIES = {
    "Cycle Indicators": "Cycle",
    "Math Operators": "Math",
    "Math Transform": "Math",
    "Momentum Indicators": "Momentum",
    "Overlap Studies": "Trend",
    "Pattern Recognition": "Pattern",
    "Price Transform": "Price",
    "Statistic Functions": "Statistics",
    "Volatility Indicators": "Volatility",
    "Volume Indicators": "Volume",
}
_NOTES = {
    SETTLING: "Starts from the first bar, so its first values still settle.",
    SUMMED: "Carries on from the first bar, so its level depends on where the history starts.",
    UNDEFINED: "Has no value where it is not defined.",
}


def indicators() -> list[Listing]:
    """List one indicator for each function of the TA-Lib that is installed; its form is made when it is used."""
    return [_listing(Function.of(name)) for name in NAMES]


def _listing(function: Function) -> Listing:
    return Listing(
        id=f"talib-{function.name.lower()}",
        name=function.title,
        load=partial(_indicator, function),
        short=function.name,
        description=_description(function),
        category=_CATEGORIES.get(function.group, "Other"),
        synonyms=(function.name, *SYNONYMS.get(function.name, ())),
        source=f"TA-Lib {talib.__version__}, function {function.name} (https://ta-lib.org)",
    )


def _indicator(function: Function) -> Indicator[Any]:
    return _listing(function).declare(
        parameters(function),
        outputs(function),
        computing(function),
        warmup=warmup(function),
        pane=_pane(function),
    )


def _pane(function: Function) -> Pane | Callable[[Params], Pane]:
    pane = PANES.get(function.name, "price" if function.flags & {SAME_SCALE, CANDLES} else "own")
    return pane if pane == "own" else lambda params: pane_for(getattr(params, "price", "close"))


def _description(function: Function) -> str:
    notes = (note for flag, note in _NOTES.items() if flag in function.flags)
    return " ".join((f"{function.title}, as TA-Lib's {function.name} computes it.", *notes))
