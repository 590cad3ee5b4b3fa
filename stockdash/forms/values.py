"""What widgets show, what parameters are, and what a link says: three spellings of the same values.

*Shown* values are kept by the controls' names: numbers, texts, dates, and tuples of them. A duration is a number of
the control's unit, an Enum its value, an aware time is UTC without a zone, None is "auto".
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import Any
from urllib.parse import quote, unquote

from pydantic import BaseModel

from stockdash.forms.choices import in_order, plain
from stockdash.forms.control import Condition, Control
from stockdash.forms.texts import naive_utc
from stockdash.forms.unwrap import as_like

Shown = dict[str, object]

_AUTO = "_"
_NOTHING = "__"
_LIST = "_"
_SAFE = "#@"


def shown(controls: tuple[Control, ...], params: BaseModel) -> Shown:
    """Give what the widgets of `params` show."""
    values: Shown = {}
    for control in controls:
        if is_there(control, values):
            values[control.name] = _shown(control, _of(params, control))
    return values


def _of(params: BaseModel, control: Control) -> Any:
    if control.like is None:
        return _at(params, control.name)
    written = _at(params.model_dump(mode="json"), control.name)
    return None if written is None else as_like(written, control.like)


def _at(place: Any, name: str) -> Any:
    for part in name.split("."):
        place = place[part] if isinstance(place, dict) else getattr(place, part)
    return place


def taken(controls: tuple[Control, ...], values: Mapping[str, object]) -> dict[str, Any]:
    """Give what a model is validated from, of what its widgets show; what is missing takes the form's default.

    Values of no control are passed on, for the model to refuse.
    """
    names = {control.name for control in controls}
    answer: dict[str, Any] = {name: value for name, value in values.items() if name not in names}
    complete: Shown = {}
    for control in controls:
        if is_there(control, complete):
            complete[control.name] = values.get(control.name, control.default)
            *parents, last = control.name.split(".")
            reduce(lambda at, part: at.setdefault(part, {}), parents, answer)[last] = _taken(
                control, complete[control.name]
            )
    return answer


def is_there(control: Control, values: Mapping[str, object]) -> bool:
    """Tell whether the choices that the control's sub-form belongs to are made."""
    return _holds(control.variant, values)


def is_enabled(control: Control, values: Mapping[str, object]) -> bool:
    """Tell whether the control may be changed."""
    return _holds(control.enabled_if, values)


def to_link(controls: tuple[Control, ...], params: BaseModel) -> dict[str, str]:
    """Give what a link says of `params`, by names that need no escaping."""
    values = shown(controls, params)
    there = {control.name: control for control in controls if is_there(control, values)}
    return {link_name(name): _text(values[name]) for name in there}


def link_name(name: str) -> str:
    """Give what a link calls the control of that name."""
    return name.replace(".", "-")


def from_link(controls: tuple[Control, ...], words: Mapping[str, str]) -> Shown:
    """Read what a link says. What can't be read stays as it is, for the model to refuse; so do unknown names."""
    spelt = {link_name(control.name) for control in controls}
    values: Shown = {name: unquote(word) for name, word in words.items() if name not in spelt}
    for control in controls:
        word = words.get(link_name(control.name))
        if is_there(control, values):
            values[control.name] = control.default if word is None else _read(control, word)
    return values


def _holds(conditions: tuple[Condition, ...], values: Mapping[str, object]) -> bool:
    return all(values.get(name) in wanted for name, wanted in conditions)


def _shown(control: Control, value: Any) -> object:
    if value is None:
        return None
    if control.scale and isinstance(value, timedelta):
        return _units(control, value.total_seconds() / control.scale)
    match control.kind:
        case "multiselect":
            return in_order(control.choices, (plain(one) for one in value))
        case "chips":
            return tuple(str(one) for one in value)
        case "range" | "pair":
            return tuple(sorted(value))
        case _:
            return naive_utc(plain(value))


def _units(control: Control, units: float) -> float:
    return int(units) if isinstance(control.step, int) and units.is_integer() else units


def _taken(control: Control, value: Any) -> object:
    if value is None:
        return None
    if control.scale and isinstance(value, int | float):
        return _duration(value * control.scale)
    if control.zone and isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return list(value) if isinstance(value, tuple) else value


def _duration(seconds: float) -> timedelta | str:
    try:
        return timedelta(seconds=seconds)
    except (OverflowError, ValueError):  # infinite, or none: a text that the model refuses
        return str(seconds)


def _text(value: object) -> str:
    if value is None:
        return _AUTO
    if isinstance(value, tuple):
        return _LIST.join(_atom(one).replace(_LIST, "%5F") for one in value) if value else _NOTHING
    text = _atom(value)
    return text.replace(_LIST, "%5F") if set(text) == {_LIST} else text


def _atom(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, date | time):  # a datetime is a date too
        value = value.isoformat()
    return quote(str(value), safe=_SAFE).replace("~", "%7E")


def _read(control: Control, word: str) -> object:
    if word == _AUTO and control.optional:
        return None
    if control.kind in {"multiselect", "chips", "range", "pair"}:
        words = () if word == _NOTHING else word.split(_LIST)
        values = tuple(_one(control, unquote(one)) for one in words)
        return _sorted(values) if control.kind in {"range", "pair"} else values
    return _one(control, unquote(word))


def _sorted(values: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        return tuple(sorted(values))
    except TypeError:  # some could not be read
        return values


def _one(control: Control, word: str) -> object:
    """Read one value of a link; what can't be read stays a text."""
    if control.kind in {"segments", "select", "multiselect"}:
        return next((choice for choice in control.choices if _plain_text(choice) == word), word)
    samples = (control.default, control.start, control.minimum)
    sample = next((value for value in samples if value not in (None, ())), "")
    sample = sample[0] if isinstance(sample, tuple) else sample
    try:
        return _units(control, float(word)) if control.scale else _READERS[type(sample)](word)
    except (KeyError, ValueError):
        return word


def _plain_text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


_READERS: dict[type, Any] = {
    bool: {"0": False, "1": True}.__getitem__,
    int: int,
    float: float,
    str: str,
    date: date.fromisoformat,
    datetime: lambda word: naive_utc(datetime.fromisoformat(word)),
    time: time.fromisoformat,
}
