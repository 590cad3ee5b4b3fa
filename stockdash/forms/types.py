"""Which control a type has: a table, to which a package may add its own types."""

import types
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, NaiveDatetime, TypeAdapter

from stockdash.errors import InvalidInputError
from stockdash.forms import choices, numbers, texts
from stockdash.forms.control import Control, Spot
from stockdash.forms.unwrap import as_like, unwrap

Maker = Callable[[Spot], Control]

_MAKERS: dict[Any, Maker] = {
    int: numbers.integer,
    float: numbers.real,
    bool: choices.toggle,
    str: texts.text,
    date: texts.day,
    time: texts.clock,
    datetime: texts.moment,
    AwareDatetime: texts.moment,
    NaiveDatetime: texts.moment,
    timedelta: numbers.duration,
    Literal: choices.one_of,
    Enum: choices.one_of,
    list: choices.several,
    set: choices.several,
    frozenset: choices.several,
}
_PAIRED = (int, float, date)
_TWO = 2


_registered: dict[type, Any] = {}


def register(kind: type, *, like: Any) -> None:
    """Have fields of the type `kind` edited like fields of the annotation `like`.

    ``register_control(Angle, like=Annotated[float, Field(ge=0, le=360)])``. pydantic must read a `kind` from a
    value of `like`, and write it as one to JSON. Call it in the module that defines the type.

    Raises
    ------
    InvalidInputError
        The type has a control already, or `like` has none.
    """
    if kind in _MAKERS or repr(_registered.get(kind, like)) != repr(like):
        raise InvalidInputError(f"The type {kind.__name__} has a control already.")
    bare = unwrap(like)[0]
    if maker_of(bare) is None:
        raise InvalidInputError(f"{kind.__name__} can't be edited like {like}: that has no control. Known: {known()}.")
    _registered[kind] = like


def control_of(spot: Spot) -> Control:
    """Make the control of one field."""
    optional, annotation, said = _without_none(spot.annotation)
    bare, metadata = unwrap(annotation)
    spot = replace(spot, annotation=bare, metadata=(*said, *metadata, *spot.metadata))
    if not optional:
        return _made(spot)
    made = _made(replace(spot, default=_first(spot)))
    return replace(made, default=None if spot.default is None else made.default, start=made.default, optional=True)


def _made(spot: Spot) -> Control:
    bare = spot.annotation
    if isinstance(bare, type) and bare in _registered:
        return _like(spot, _registered[bare])
    maker = maker_of(bare)
    if maker is None:
        raise spot.refuse(f"has the type {bare}, for which there is no control. Known: {known()}")
    return maker(spot)


def maker_of(bare: Any) -> Maker | None:
    """Give what makes the control of a bare type; None when nothing does."""
    origin = get_origin(bare) or bare
    if origin is tuple:
        return _of_tuple(get_args(bare))
    if isinstance(bare, type) and issubclass(bare, Enum):
        return _MAKERS[Enum]
    try:
        return _MAKERS.get(origin) if get_args(bare) or origin not in (list, set, frozenset) else None
    except TypeError:  # an annotation that can't be hashed
        return None


def known() -> str:
    """List the types that have a control."""
    names = [getattr(kind, "__name__", str(kind)) for kind in (*_MAKERS, *_registered)]
    return ", ".join(sorted({*names, "tuple"}, key=str.lower))


def _of_tuple(elements: tuple[Any, ...]) -> Maker | None:
    if len(elements) != _TWO:
        return None
    if elements[1] is Ellipsis:
        return choices.several
    first, second = (unwrap(element)[0] for element in elements)
    return numbers.pair if first is second and first in _PAIRED else None


def _like(spot: Spot, like: Any) -> Control:
    bare, metadata = unwrap(like)
    default = spot.default
    if type(default) is spot.annotation:
        default = as_like(TypeAdapter(type(default)).dump_python(default, mode="json"), like)
    made = control_of(replace(spot, annotation=bare, metadata=(*metadata, *spot.metadata), default=default))
    return replace(made, like=like)


def _without_none(annotation: Any) -> tuple[bool, Any, tuple[Any, ...]]:
    bare, said = unwrap(annotation)
    if get_origin(bare) not in (Union, types.UnionType):
        return False, bare, said
    others = [part for part in get_args(bare) if part is not type(None)]
    return (True, others[0], said) if len(others) == 1 and len(get_args(bare)) == _TWO else (False, bare, said)


def _first(spot: Spot) -> Any:
    """Give what an optional field shows at first: its default, what the author said, or the first valid value."""
    for told in (spot.default, spot.hints.start, _FORMATS.get(spot.hints.format)):
        if told is not None:
            return told
    limits = numbers.Limits.of(spot.metadata)
    edge = limits.low if limits.low is not None else limits.high
    if edge is not None:
        made = maker_of(spot.annotation)
        bounded = made(replace(spot, default=edge)) if made else None
        return edge if bounded is None or bounded.minimum is None or bounded.scale else bounded.minimum
    if spot.annotation in _registered:
        bare, metadata = unwrap(_registered[spot.annotation])
        return _first(replace(spot, annotation=bare, metadata=metadata))
    offered = choices.choices_of(spot.annotation)
    return offered[0] if offered else _BLANKS.get(get_origin(spot.annotation) or spot.annotation)


_FORMATS = {"source": "close", "color": "#2962ff"}
_BLANKS: dict[Any, Any] = {
    int: 0,
    float: 0.0,
    bool: False,
    str: "",
    date: date(2000, 1, 1),
    time: time(0),
    AwareDatetime: datetime(2000, 1, 1, tzinfo=UTC),
    NaiveDatetime: datetime(2000, 1, 1),  # noqa: DTZ001
    datetime: datetime(2000, 1, 1),  # noqa: DTZ001 - as the browser's, without a zone
    timedelta: timedelta(),
    list: (),
    set: (),
    frozenset: (),
    tuple: (0, 0),
}
