"""Switches and choices: of one, and of any number."""

from collections.abc import Iterable
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from annotated_types import MaxLen

from stockdash.forms.control import Control, Spot
from stockdash.forms.unwrap import unwrap

SEGMENTS = 4
_SEGMENT_LETTERS = 24  # what four segments hold side by side in a narrow sidebar


def toggle(spot: Spot) -> Control:
    """Make the control of a bool."""
    return spot.control("toggle")


def one_of(spot: Spot) -> Control:
    """Make the control of a Literal or an Enum."""
    choices = choices_of(spot.annotation)
    if choices is None or not all(isinstance(choice, str | int | float) for choice in choices):
        raise spot.refuse(f"offers {choices}, expected texts or numbers: there is no control for these")
    timeframe = spot.hints.format == "timeframe"
    return spot.control(choice_kind(choices), choices=choices, default=plain(spot.default), timeframe=timeframe)


def choice_kind(choices: tuple[Any, ...]) -> Literal["segments", "select"]:
    """Tell whether few and short choices can stand side by side."""
    few = len(choices) <= SEGMENTS and sum(len(str(choice)) for choice in choices) <= _SEGMENT_LETTERS
    return "segments" if few else "select"


def choices_of(annotation: Any) -> tuple[Any, ...] | None:
    """Give what a Literal or an Enum allows; None for any other type."""
    if get_origin(annotation) is Literal:
        return tuple(plain(choice) for choice in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(member.value for member in annotation)
    return None


def several(spot: Spot) -> Control:
    """Make the control of a list, set or tuple: a multiselect of choices, or chips of numbers and texts."""
    elements = [part for part in get_args(spot.annotation) if part is not Ellipsis]
    bare = unwrap(elements[0])[0] if elements else None
    longest = next((item.max_length for item in spot.metadata if isinstance(item, MaxLen)), None)
    default = () if spot.default is None else tuple(plain(value) for value in spot.default)
    if choices := choices_of(bare):
        return spot.control("multiselect", choices=choices, default=in_order(choices, default), max_length=longest)
    if bare not in (int, float, str):
        raise spot.refuse(f"has the type {spot.annotation}, for which there is no control: {_EXPECTED}")
    return spot.control(
        "chips", default=tuple(str(value) for value in default), numbers=bare is not str, max_length=longest
    )


def in_order(choices: tuple[Any, ...], chosen: Iterable[Any]) -> tuple[Any, ...]:
    """Give what was chosen in the order of the choices."""
    found = set(chosen)
    return tuple(choice for choice in choices if choice in found)


def plain(value: Any) -> Any:
    """Give an Enum's member as its value."""
    return value.value if isinstance(value, Enum) else value


_EXPECTED = "a list holds int, float, str, Literal or Enum"
