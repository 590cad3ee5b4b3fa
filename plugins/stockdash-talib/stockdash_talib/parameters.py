"""A function's parameters as a class that stockdash makes widgets of.

TA-Lib knows which values it refuses, not which make sense: it takes periods up to 100,000 and factors up to
3e37. The lower limits are its own, found by asking; the upper ones are its own where they are tighter than
what a chart has use for, 200 bars or a round number above twice the default.
"""

import functools
from typing import Any, ClassVar, Literal, cast

from pydantic import Field, create_model

from stockdash import Params, Source
from stockdash_talib.customs import checked
from stockdash_talib.functions import AVERAGES, Function, Number, Option, acceptance

_BARS = 200
_SOURCES = {"price": "Source", "price0": "First source", "price1": "Second source"}
_ANY_SOURCE = "source"  # stands for `Source`, which can't be pickled

_Key = tuple[tuple[str, Any, Any, str, str, Number | None, Number | None], ...]


def parameters(function: Function) -> type[Params]:
    """Give the class of the function's parameters; functions that take the same share one."""
    fields = [
        (name, _ANY_SOURCE, columns, _SOURCES[name], "", None, None)
        for name, columns in function.inputs.items()
        if name in _SOURCES
    ]
    return _model(function.name, (*(_field(function, option) for option in function.options), *fields))


def _field(function: Function, option: Option) -> tuple[str, Any, Any, str, str, Number | None, Number | None]:
    if option.is_average:
        return option.name, Literal[AVERAGES], AVERAGES[int(option.default)], option.title, option.help, None, None
    low, high = _limits(function, option)
    return option.name, type(option.default), option.default, option.title, option.help, low, high


def _model(name: str, fields: _Key) -> type[Params]:
    return _shared(checked(name), fields)


@functools.cache
def _shared(base: type[Params], fields: _Key) -> type[Params]:
    made: dict[str, Any] = {
        name: (Source, Field(default, title=title))
        if kind == _ANY_SOURCE
        else (kind, Field(default, title=title, description=text, ge=low, le=high))
        for name, kind, default, title, text, low, high in fields
    }
    bases: Any = (_Made, base)
    model = cast("type[_Made]", create_model("TalibParams", __base__=bases, __module__=__name__, **made))
    model.made_of = base, fields
    return model


class _Made(Params):
    """Can be pickled although its class stands in no module: the class is made anew from what it was made of."""

    made_of: ClassVar[tuple[type[Params], _Key]] = (Params, ())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (*self.made_of, self.model_dump())


def _restored(base: type[Params], fields: _Key, values: dict[str, object]) -> Params:
    return _shared(base, fields).model_validate(values)


def _limits(function: Function, option: Option) -> tuple[Number, Number]:
    accepts = acceptance(function.name, option)
    if isinstance(option.default, int):
        return next(low for low in range(1, option.default + 1) if accepts(low)), _BARS
    if option.default == 0 and accepts(-1.0):
        return -1000.0, 1000.0
    ceilings = (ceiling for ceiling in (1.0, 10.0, 100.0) if ceiling >= 2 * option.default)
    high = next(limit for limit in (next(ceilings), 1.0, 0.99) if accepts(limit))
    return next(limit for limit in (0.0, 0.01) if accepts(limit)), high
