"""Finds out what pandas-ta-classic has: ``python -m stockdash_pandas_ta.survey`` writes ``functions.json`` anew.

Signatures tell which parameters there are; nearly all defaults are None and set inside. So each function is
run on made-up bars and the value that it worked with is read from its frame as it returns. The same tells the
lower limits: a value that a function replaced by its default is one that it does not take.
"""

import inspect
import json
import re
import sys
import typing
from collections import Counter
from collections.abc import Collection, Iterator
from types import CodeType, FrameType
from typing import Any, Self

import pandas as pd
import pandas_ta_classic

from stockdash_pandas_ta.calling import Call, call, floats, function_of
from stockdash_pandas_ta.customs import (
    CHOICES,
    HIDDEN,
    HIDDEN_BY_FUNCTION,
    LEFT_OUT,
    OVER_PRICES,
    RENAMED,
    SIGNALS,
    TOLD,
    WANTED,
)
from stockdash_pandas_ta.samples import sample
from stockdash_pandas_ta.table import FILE, Column, Function, Parameter, Scale, Value

_SERIES = {"open_": "open", "high": "high", "low": "low", "close": "close", "volume": "volume"}
_BARS = 200
_LEVELS = (100.0, 5000.0)
_ON_SCALE = (0.5, 2.0)  # of the close, for the median of a column that is drawn over the prices
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def survey(categories: Collection[str] = pandas_ta_classic.Category) -> list[Function]:
    """Look at every function that can be adapted, in the order of categories and names."""
    return [
        _function(category, name)
        for category in sorted(categories)
        for name in pandas_ta_classic.Category[category]
        if name not in LEFT_OUT
    ]


def written(functions: list[Function]) -> str:
    """Give the text of the file."""
    entries = ",\n".join(json.dumps(function.to_json()) for function in functions)
    return f'{{"version": "{pandas_ta_classic.version}", "functions": [\n{entries}\n]}}\n'


def _function(category: str, name: str) -> Function:
    function = function_of(category, name)
    trial = _Trial(function, _inputs(function))
    return Function(
        name=name,
        category=category,
        title=_title(function),
        source=_source(function),
        inputs=trial.inputs,
        parameters=tuple(_parameters(function, trial)),
        columns=_columns(name, trial),
    )


def _inputs(function: Call) -> dict[str, str]:
    wanted = WANTED.get(function.__name__, {})
    return {
        name: wanted.get(name, _SERIES.get(name, ""))
        for name, parameter in inspect.signature(function).parameters.items()
        if name in wanted or (name in _SERIES and parameter.default is inspect.Parameter.empty)
    }


class _Trial:
    """Runs of one function on made-up bars."""

    def __init__(self, function: Call, inputs: dict[str, str]) -> None:
        self._function = function
        self.inputs = inputs
        self.usual, self.effective = self.run({})

    def run(self, options: dict[str, Value], level: float = _LEVELS[0]) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Give the answer, and what the function's own variables held as it returned."""
        series = {name: sample(level)[column].copy() for name, column in self.inputs.items()}
        with _Watched(inspect.unwrap(self._function).__code__) as watched:
            answer = call(self._function, series, options)
        if answer is None:
            return pd.DataFrame(), watched.variables
        return pd.DataFrame(floats(answer), answer.index, answer.columns), watched.variables

    def takes(self, name: str, value: Value) -> bool:
        """Tell whether the function works with that value, instead of replacing it or giving nothing."""
        try:
            answer, effective = self.run({name: value})
        except Exception:  # noqa: BLE001 - a function may fail in any way on a value that it does not take
            return False
        tells = answer.shape == self.usual.shape and bool(answer.notna().any(axis=None))
        return tells and effective.get(name) == value


class _Watched:
    """Notes the variables of the first call of one function as it returns."""

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self.variables: dict[str, Any] = {}

    def __enter__(self) -> Self:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is self._code:
            self.variables = dict(frame.f_locals)


def _parameters(function: Call, trial: _Trial) -> Iterator[Parameter]:
    told = TOLD.get(function.__name__, ())
    if function.__name__ == "cdl_pattern":
        told = (Parameter("name", "engulfing", choices=tuple(pandas_ta_classic.ALL_PATTERNS)),)
    yield from told
    hidden = HIDDEN | HIDDEN_BY_FUNCTION.get(function.__name__, set()) | set(_SERIES) | {"benchmark"}
    hidden |= {parameter.name for parameter in told}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in hidden:
            continue
        default = trial.effective.get(name) if parameter.default is None else parameter.default
        made = _parameter(function.__name__, name, _kinds(parameter), default, trial)
        if made is not None:
            yield made


def _kinds(parameter: inspect.Parameter) -> set[type]:
    kinds = set(typing.get_args(parameter.annotation) or (parameter.annotation,))
    return kinds - {type(None)}


def _parameter(function: str, name: str, kinds: set[type], default: object, trial: _Trial) -> Parameter | None:
    choices = CHOICES.get(f"{function}.{name}", CHOICES.get(name, ()))
    if isinstance(default, bool):
        changes = bool in kinds and trial.takes(name, not default)
        return Parameter(name, default) if changes else None
    if isinstance(default, str):
        return Parameter(name, default, choices=choices) if default in choices else None
    if not isinstance(default, int | float):
        return None
    if int in kinds and default == int(default):
        return _whole(name, int(default), trial)
    return _fraction(name, float(default), trial) if float in kinds else None


def _whole(name: str, default: int, trial: _Trial) -> Parameter | None:
    tops = (_BARS if default <= _BARS / 2 else 2 * default, 100, 50, 25, 10)
    floor = 0 if default == 0 else 1
    low = next((low for low in range(floor, min(default, _BARS)) if trial.takes(name, low)), default)
    high = next((top for top in tops if top >= default and trial.takes(name, top)), default)
    return Parameter(name, default, low, high) if low < high else None


def _fraction(name: str, default: float, trial: _Trial) -> Parameter | None:
    top = next(10.0**power for power in range(12) if 10.0**power >= 2 * default)
    high = next((high for high in (top, 0.99, top / 10) if high >= default and trial.takes(name, high)), default)
    low = next((low for low in (0.0, top / 1000, top / 100) if trial.takes(name, low)), default)
    return Parameter(name, default, low, high) if low < high else None


def _columns(name: str, trial: _Trial) -> tuple[Column, ...]:
    originals = [str(column) for column in trial.usual]
    cheap, dear = (trial.run({}, level)[0] for level in _LEVELS)
    scales = [
        _scale(name, cheap.iloc[:, number], dear.iloc[:, number], original) for number, original in enumerate(originals)
    ]
    return tuple(Column(*column) for column in zip(_stable(originals), originals, scales, strict=True))


def _scale(function: str, cheap: pd.Series, dear: pd.Series, original: str) -> Scale:
    if original.startswith("CDL_") or function in SIGNALS:
        return "signal"
    ratios = [
        float((column / sample(level)["close"]).median()) for column, level in zip((cheap, dear), _LEVELS, strict=True)
    ]
    on_scale = all(_ON_SCALE[0] < ratio < _ON_SCALE[1] for ratio in ratios)
    return "price" if on_scale or function in OVER_PRICES else "own"


def _stable(originals: list[str]) -> list[str]:
    """Leave the parameters out of the names: MACDs_12_26_9 is macds whatever it was computed with."""
    bare = ["_".join(part for part in name.split("_") if not _NUMBER.fullmatch(part)).lower() for name in originals]
    seen: Counter[str] = Counter()
    names: list[str] = []
    for name in bare:
        seen[name] += 1
        names.append(RENAMED.get(name, name) if bare.count(name) == 1 else f"{name}_{seen[name]}")
    return names


def _title(function: Call) -> str:
    lines = (inspect.unwrap(function).__doc__ or function.__doc__ or "").strip().splitlines()
    return lines[0].removeprefix("Indicator: ").strip(" .") if lines else function.__name__


def _source(function: Call) -> str:
    found = re.search(r"https?://\S+", function.__doc__ or "")
    return found.group().rstrip(").,") if found else ""


if __name__ == "__main__":
    FILE.write_text(written(survey()), encoding="utf-8")
