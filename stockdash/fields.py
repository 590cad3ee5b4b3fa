"""What an author says about a parameter beyond its type and limits, and the two types that the page resolves.

All of it stands in the field's JSON schema, so that a model stays a plain pydantic model.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

SOURCES = ("open", "high", "low", "close", "hl2", "hlc3", "ohlc4", "volume")
CHART = "chart"

_KEY = "stockdash"
_REFERENCE = re.compile(r"@([0-9]{1,2})\.([^~]{1,80})")

Source = Annotated[
    str,
    Field(
        pattern=rf"^({'|'.join(SOURCES)}|{_REFERENCE.pattern})$",
        title="Source",
        description="A price of each bar, its volume, or another indicator",
        json_schema_extra={"format": "source"},
    ),
]
"""A price of each bar, its volume, or an output of another indicator on the chart: ``price(bars, params.source)``.

What is in the unit of its source says so with ``pane=lambda params: pane_for(params.source)``.
"""

Timeframe = Annotated[
    Literal["chart", "1d", "1wk", "1mo"],
    Field(
        title="Timeframe",
        description="Longer bars to compute on: each drawn bar shows the last one that was closed",
        json_schema_extra={"format": "timeframe"},
    ),
]
"""Bars that the indicator is computed on when they are longer than the drawn ones.

A drawn bar then shows the value of the last bar that was closed when it began. The page does all of it.
"""


@dataclass(frozen=True, slots=True)
class Hints:
    """What `widget` was told; see there."""

    group: str = ""
    row: str = ""
    order: int = 0
    advanced: bool = False
    unit: str = ""
    soft: tuple[float, float] | None = None
    start: object = None
    enabled_if: tuple[tuple[str, tuple[object, ...]], ...] = ()
    format: str = ""


class Reference(NamedTuple):
    """An output of another indicator: that indicator's place among the active ones, from 0, and the output's name."""

    place: int
    output: str

    def __str__(self) -> str:
        return f"@{self.place}.{self.output}"


def widget(  # noqa: PLR0913 - each has a default and its own meaning
    *,
    group: str = "",
    row: str = "",
    order: int = 0,
    advanced: bool = False,
    unit: str = "",
    soft: tuple[float, float] | None = None,
    start: object = None,
    enabled_if: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Say how a parameter's widget is to be: ``Field(20, ge=1, json_schema_extra=widget(unit="bars"))``.

    Parameters
    ----------
    group : heading that the fields of the same group stand under.
    row : fields of the same row stand side by side.
    order : lower ones come first; fields of the same order keep the order of the model.
    advanced : hidden until the user opens "Advanced".
    unit : shown with the range in the tooltip.
    soft : the usual range of a number, which a slider covers; values beyond it can be typed.
    start : what an optional field shows when the user leaves "auto".
    enabled_if : other fields (of the same model) and the value, or the list of values, that each must have.
    """
    said = {
        "group": group,
        "row": row,
        "order": order,
        "advanced": advanced,
        "unit": unit,
        "soft": soft,
        "start": start,
        "enabled_if": dict(enabled_if or {}),
    }
    return {_KEY: {name: value for name, value in said.items() if value not in ("", 0, False, None, {})}}


def hints(info: FieldInfo, inner: Iterable[object] = ()) -> Hints:
    """Read what `widget` said of a field; `inner` is what stands deeper in its annotation, and counts less."""
    extras = [extra for extra in (*inner, info.json_schema_extra) if isinstance(extra, dict)]
    extra: dict[str, Any] = {name: value for extra in extras for name, value in extra.items()}
    said: dict[str, Any] = {name: value for extra in extras for name, value in extra.get(_KEY, {}).items()}
    conditions = said.get("enabled_if", {}).items()
    enabled_if = tuple(
        (name, tuple(wanted) if isinstance(wanted, list | tuple | set) else (wanted,)) for name, wanted in conditions
    )
    return Hints(**{**said, "enabled_if": enabled_if}, format=str(extra.get("format", "")))


def fields_error(message: str, *fields: str) -> PydanticCustomError:
    """Give the error that a model's validator raises about several fields: the form shows it at each of them."""
    return PydanticCustomError("fields", "{message}", {"message": message, "fields": list(fields)})


def reference(source: object) -> Reference | None:
    """Give the other indicator's output that a `Source` means; None when it is a price."""
    found = _REFERENCE.fullmatch(source) if isinstance(source, str) else None
    return Reference(int(found[1]), found[2]) if found else None


def pane_for(source: str) -> Literal["price", "own"]:
    """Give the pane of what is in the unit of `source`: over the prices, or over the other indicator.

    The volume has no pane that a line could share, so what is computed from it gets its own.
    """
    return "own" if source == "volume" else "price"
