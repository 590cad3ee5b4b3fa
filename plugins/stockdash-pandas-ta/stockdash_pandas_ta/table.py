"""The functions of pandas-ta-classic as `survey` found them, kept in ``functions.json``.

Listing them reads this file and imports nothing of pandas-ta-classic, whose modules are loaded when they compute.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

FILE = Path(__file__).with_name("functions.json")

Value = int | float | bool | str
Scale = Literal["price", "own", "signal"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. Numbers have both limits; texts have choices."""

    name: str
    default: Value
    low: int | float | None = None
    high: int | float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the answer: its stable name, pandas-ta's name under the defaults, and the scale it is on."""

    name: str
    original: str
    scale: Scale


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes
    ----------
    inputs : the column of the bars for each series that it wants, by the name of its parameter.
    columns : all that it answers with, in its order.
    """

    name: str
    category: str
    title: str
    source: str
    inputs: dict[str, str]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]

    @property
    def takes_any_price(self) -> bool:
        """Whether the close is its only price, so that any other price makes sense."""
        return "close" in self.inputs and not {"open", "high", "low"} & set(self.inputs.values())

    def scales(self) -> set[Scale]:
        """Give the scales of its columns."""
        return {column.scale for column in self.columns}

    def to_json(self) -> dict[str, Any]:
        """Give the form in which the file holds it."""
        return asdict(self)


def load() -> list[Function]:
    """Read the file."""
    return [_function(entry) for entry in _read()["functions"]]


def surveyed_version() -> str:
    """Give the version of pandas-ta-classic that the file tells of."""
    return str(_read()["version"])


def _read() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def _function(entry: dict[str, Any]) -> Function:
    made = Function(**entry)
    parameters = (Parameter(**parameter) for parameter in entry["parameters"])
    return replace(
        made,
        parameters=tuple(replace(parameter, choices=tuple(parameter.choices)) for parameter in parameters),
        columns=tuple(Column(**column) for column in entry["columns"]),
    )
