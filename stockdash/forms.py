"""What a parameter becomes before anything is drawn: pydantic fields in, controls out, pure.

The types that are understood are the keys of `_MAKERS`; everything else is refused by name, so that a plugin's
author hears of it when the plugin loads and not when a user opens the sidebar.
"""

import math
import types
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MultipleOf
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stockdash.errors import InvalidInputError

Kind = Literal["slider", "number", "toggle", "segments", "select", "text", "color"]
Value = int | float | bool | str

SLIDER_STEPS = 200  # more can't be hit with a pointer on 250 pixels
SEGMENTS = 4
_SEGMENT_LETTERS = 24  # what four segments hold side by side in a narrow sidebar
_FLOAT_STEPS = 100


class UnknownFieldError(InvalidInputError):
    """A parameter whose type no control is known for.

    Attributes
    ----------
    model, field : the names of the parameter class and of its field.
    """

    def __init__(self, *, model: str, field: str, annotation: object) -> None:
        known = ", ".join(sorted(kind.__name__ for kind in _MAKERS))
        super().__init__(
            f"{model}.{field} has the type {annotation}, for which there is no control. Known: {known}, Literal, Enum."
        )
        self.model = model
        self.field = field


@dataclass(frozen=True, slots=True)
class Control:
    """One widget to be.

    Attributes
    ----------
    name : the parameter.
    label, help : what the user reads; `help` ends in the range.
    default : the parameter's default.
    minimum, maximum : inclusive; None for an open end.
    step : distance of two neighbouring values of a number.
    choices : what a select or segments offer.
    max_length : longest text.
    """

    name: str
    kind: Kind
    label: str
    default: Value
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[Value, ...] = ()
    max_length: int | None = None


def controls(model: type[BaseModel]) -> tuple[Control, ...]:
    """Give one control a field, in the order of the model.

    Raises
    ------
    UnknownFieldError
        Names the model and the field whose type is not understood.
    """
    return tuple(_control(model, name, field) for name, field in model.model_fields.items())


def _control(model: type[BaseModel], name: str, field: FieldInfo) -> Control:
    annotation = field.annotation
    maker = _maker(annotation)
    if maker is None:
        raise UnknownFieldError(model=model.__name__, field=name, annotation=annotation)
    return maker(name, field)


_Maker = Callable[[str, FieldInfo], Control]


def _maker(annotation: object) -> _Maker | None:
    if get_origin(annotation) is Literal:
        return lambda name, field: _choice(name, field, get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return lambda name, field: _choice(name, field, tuple(member.value for member in annotation))
    if get_origin(annotation) in (Union, types.UnionType) or not isinstance(annotation, type):
        return None
    return _MAKERS.get(annotation)


def _integer(name: str, field: FieldInfo) -> Control:
    limits = _Limits.of(field)
    step = int(limits.multiple or 1)
    low = None if limits.low is None else math.ceil((limits.low + limits.low_open) / step) * step
    high = None if limits.high is None else math.floor((limits.high - limits.high_open) / step) * step
    return _numeric(name, field, low=low, high=high, step=step)


def _float(name: str, field: FieldInfo) -> Control:
    limits = _Limits.of(field)
    step = limits.multiple or _float_step(limits)
    low = limits.low + step if limits.low is not None and limits.low_open else limits.low
    high = limits.high - step if limits.high is not None and limits.high_open else limits.high
    return _numeric(name, field, low=low, high=high, step=step)


def _numeric(name: str, field: FieldInfo, *, low: float | None, high: float | None, step: float) -> Control:
    bounded = low is not None and high is not None and (high - low) / step <= SLIDER_STEPS
    return Control(
        name=name,
        kind="slider" if bounded else "number",
        label=_label(name, field),
        help=_help(field, _range(low, high)),
        default=_default(field),
        minimum=low,
        maximum=high,
        step=step,
    )


def _toggle(name: str, field: FieldInfo) -> Control:
    return Control(name=name, kind="toggle", label=_label(name, field), help=_help(field), default=_default(field))


def _text(name: str, field: FieldInfo) -> Control:
    extra = field.json_schema_extra
    is_color = isinstance(extra, dict) and extra.get("format") == "color"
    longest = next((item.max_length for item in field.metadata if isinstance(item, MaxLen)), None)
    return Control(
        name=name,
        kind="color" if is_color else "text",
        label=_label(name, field),
        help=_help(field),
        default=_default(field),
        max_length=longest,
    )


def _choice(name: str, field: FieldInfo, choices: tuple[Any, ...]) -> Control:
    few = len(choices) <= SEGMENTS and sum(len(str(choice)) for choice in choices) <= _SEGMENT_LETTERS
    return Control(
        name=name,
        kind="segments" if few else "select",
        label=_label(name, field),
        help=_help(field),
        default=_default(field),
        choices=choices,
    )


_MAKERS: dict[type, _Maker] = {int: _integer, float: _float, bool: _toggle, str: _text}


@dataclass(frozen=True, slots=True)
class _Limits:
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    multiple: float | None = None

    @classmethod
    def of(cls, field: FieldInfo) -> "_Limits":
        found: dict[str, Any] = {}
        for item in field.metadata:
            match item:
                case Ge():
                    found |= {"low": item.ge, "low_open": False}
                case Gt():
                    found |= {"low": item.gt, "low_open": True}
                case Le():
                    found |= {"high": item.le, "high_open": False}
                case Lt():
                    found |= {"high": item.lt, "high_open": True}
                case MultipleOf():
                    found["multiple"] = item.multiple_of
        return cls(**found)


def _float_step(limits: _Limits) -> float:
    """Give a round step (1, 0.1, 0.01 ...) that cuts the range into at most 200 parts and at least 20."""
    if limits.low is None or limits.high is None:
        return 0.1
    span = limits.high - limits.low
    step = 1.0
    while step * _FLOAT_STEPS > span:
        step /= 10
    while span / step > SLIDER_STEPS:
        step *= 2 if span / step <= 2 * SLIDER_STEPS else 5
    return step


def _default(field: FieldInfo) -> Value:
    default = field.get_default(call_default_factory=True)
    if isinstance(default, Enum):
        default = default.value
    if not isinstance(default, int | float | bool | str):
        raise InvalidInputError(f"{field.title or 'A field'} has the default {default!r}, which no control can show.")
    return default


def _label(name: str, field: FieldInfo) -> str:
    return field.title or name.replace("_", " ").capitalize()


def _help(field: FieldInfo, limits: str = "") -> str:
    return " · ".join(part for part in (field.description, limits) if part)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return "" if high is None else f"at most {high:g}"
