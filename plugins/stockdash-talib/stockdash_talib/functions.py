"""What TA-Lib says of one of its functions, read once.

`talib.abstract.Function` objects hold state, so whoever asks makes a fresh one; none is shared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import talib
from talib import _ta_lib, abstract

SAME_SCALE = "Output scale same as input"
CANDLES = "Output is a candlestick"
SETTLING = "Function has an unstable period"
SUMMED = "Output is path-dependent"
UNDEFINED = "Output can be NaN or infinite"

Number = int | float

# TA-Lib's type stubs leave out what describes its functions.
_talib: Any = talib
_abstract: Any = abstract
_inner: Any = _ta_lib

NAMES: tuple[str, ...] = tuple(_talib.get_functions())
# Kinds of moving average by TA-Lib's own numbers.
AVERAGES: tuple[str, ...] = tuple(
    sorted(filter(str.isupper, dir(_talib.MA_Type)), key=lambda name: getattr(_talib.MA_Type, name))
)


@dataclass(frozen=True, slots=True)
class Option:
    """One parameter, as TA-Lib describes it."""

    name: str
    title: str
    help: str
    default: Number

    @property
    def is_average(self) -> bool:
        """Whether it chooses a kind of moving average."""
        return self.name.endswith("matype")


@dataclass(frozen=True, slots=True)
class Function:
    """One function of TA-Lib.

    Attributes
    ----------
    inputs : by TA-Lib's name of the input, the columns that it wants; a name alone is any price of the user's.
    outputs : by name, the flags that tell how it is drawn.
    """

    name: str
    title: str
    group: str
    flags: frozenset[str]
    inputs: Mapping[str, list[str] | str]
    options: tuple[Option, ...]
    outputs: Mapping[str, list[str]]

    @classmethod
    def of(cls, name: str) -> "Function":
        """Read the function of that name."""
        info = _abstract.Function(name).info
        return cls(
            name=name,
            title=info["display_name"],
            group=info["group"],
            flags=frozenset(info["function_flags"] or ()),
            inputs=info["input_names"],
            options=tuple(_option(name, number) for number in range(len(info["parameters"]))),
            outputs={output: flags or [] for output, flags in info["output_flags"].items()},
        )


def lookback(name: str, options: Mapping[str, Number]) -> int:
    """Give how many bars the function reads before its first value."""
    function = _abstract.Function(name)
    function.parameters = dict(options)
    return int(function.lookback)


def acceptance(name: str, option: Option) -> Callable[[Number], bool]:
    """Give what tells whether the function takes a value of that parameter, the others at their defaults."""
    function = _abstract.Function(name)

    def accepts(value: Number) -> bool:
        function.parameters = {option.name: value}
        return int(function.lookback) >= 0  # a look-back of -1 is a refusal

    return accepts


def _option(name: str, number: int) -> Option:
    # The public Function tells names and defaults only; titles and hints come from what it is built on.
    said = _inner._ta_getOptInputParameterInfo(name.encode(), number)  # noqa: SLF001
    return Option(said["name"], _sentence(said["display_name"]), said["help"], said["default_value"])


def _sentence(title: str) -> str:
    """Give "Fast-K Period" as "Fast-K period" and leave "MA" and "ROC-1" as they are."""
    first, *others = title.split()
    return " ".join((first, *(word if word.isupper() else word[0].lower() + word[1:] for word in others)))
