"""Every row of docs/parameters.md as an indicator, and the table itself."""

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pydantic import BaseModel, Field

from stockdash import Color, Indicator, Output, Params, Source, Timeframe, widget

DOCS = Path(__file__).parents[2] / "docs" / "parameters.md"


class Grade(Enum):
    LOW = "low"
    HIGH = "high"


class Band(BaseModel):
    upper: float = Field(2.0, gt=0, le=5)


class Plain(BaseModel):
    kind: Literal["plain"] = "plain"
    length: int = Field(5, ge=1, le=9)


class Weighted(BaseModel):
    kind: Literal["weighted"] = "weighted"
    power: float = Field(0.5, ge=0, le=1)


NAMES: dict[str, Any] = {
    "Color": Color,
    "Source": Source,
    "Timeframe": Timeframe,
    "Literal": Literal,
    "Field": Field,
    "Percent": Annotated[int, Field(ge=0, le=100)],
    "widget": widget,
    **{each.__name__: each for each in (Grade, Band, Plain, Weighted, date, datetime, time, timedelta)},
}


class Row(NamedTuple):
    """One row of the table: the field's name and code, the first word of its widget, what a link says."""

    name: str
    code: str
    widget: str
    link: str


def rows() -> list[Row]:
    """Read the first table of the page."""
    table = DOCS.read_text(encoding="utf-8").split("|---|---|---|\n")[1].split("\n\n")[0]
    cells = ([part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines())
    codes = ((code.strip("`").replace("\\|", "|"), shown, link.strip("`")) for code, shown, link in cells)
    return [Row(code.partition(":")[0], code, re.split(r"\W", shown)[0], link) for code, shown, link in codes]


def params_of(row: Row) -> type[Params]:
    """Make the class that has the row's field alone, from its code."""
    scope: dict[str, Any] = {**NAMES, "Params": Params}
    exec(f"class Made(Params):\n    {row.code}\n", scope)  # noqa: S102 - the project's own page
    made: type[Params] = scope["Made"]
    return made


def indicator_of(row: Row) -> Indicator[Any]:
    """Give an indicator with that one parameter."""
    return Indicator(
        id=row.name,
        name=f"The {row.name}",
        params=params_of(row),
        outputs=(Output("x", "X"),),
        compute=lambda bars, _: pd.DataFrame({"x": bars["close"]}),
        warmup=lambda _: 0,
    )


def every_row() -> list[Indicator[Any]]:
    """Offer all of them, as an entry point does."""
    return [indicator_of(row) for row in rows()]
