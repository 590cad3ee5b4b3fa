"""A function's outputs: TA-Lib's flags say which are lines, dashes, histograms and limits."""

from stockdash import Output
from stockdash_talib.customs import LEVELS, MARKERS
from stockdash_talib.functions import CANDLES, Function

UPPER = "Values represent an upper limit"
LOWER = "Values represent a lower limit"

_PLAIN = {"real", "integer"}


def column(function: Function, output: str) -> str:
    """Give the column of that output: TA-Lib's name for it, or the function's where it only names a type."""
    return function.name.lower() if output in _PLAIN else output


def outputs(function: Function) -> tuple[Output, ...]:
    """Give what the function answers and how it is drawn; the area between its two limits is shaded."""
    upper = next((name for name, flags in function.outputs.items() if UPPER in flags), "")
    return tuple(_output(function, name, flags, upper) for name, flags in function.outputs.items())


def _output(function: Function, name: str, flags: list[str], upper: str) -> Output:
    first = next(iter(function.outputs)) == name
    called = column(function, name)
    fill_to = column(function, upper) if upper and LOWER in flags else ""
    label = function.title if name in _PLAIN else _label(name)
    levels = LEVELS.get(function.name, ()) if first else ()
    if CANDLES in function.flags or called in MARKERS.get(function.name, ()):
        return Output(called, label, draw="markers")
    if "Histogram" in flags:
        return Output(called, label, draw="histogram", levels=levels)
    if "Dashed Line" in flags:
        return Output(called, label, draw="dashes", fill_to=fill_to, levels=levels)
    return Output(called, label, fill_to=fill_to, levels=levels)


def _label(name: str) -> str:
    for ending in ("band", "signal", "hist", "power", "high", "low", "open", "close", "line"):
        if name.endswith(ending) and name != ending:
            return f"{name.removesuffix(ending)} {ending}"
    return name
