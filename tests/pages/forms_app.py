"""Every row of docs/parameters.md as an indicator, and the table itself."""

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pydantic import BaseModel, Field, model_validator

from stockdash import Color, Indicator, Output, Params, Source, Timeframe, fields_error, price, widget

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


class MixedParams(Params):
    fast: int = Field(3, ge=1, le=50, title="Fast", json_schema_extra=widget(soft=(1, 20)))
    slow: int = Field(9, ge=1, le=50, title="Slow")
    mode: Literal["auto", "manual"] = Field("auto", title="Mode")
    manual: float = Field(1.0, ge=0, le=9, title="Manual", json_schema_extra=widget(enabled_if={"mode": "manual"}))
    upper: float = Field(2.0, gt=0, le=5, title="Upper", json_schema_extra=widget(group="Bands", row="width"))
    lower: float = Field(1.0, gt=0, le=5, title="Lower", json_schema_extra=widget(group="Bands", row="width"))
    offset: int = Field(0, ge=-9, le=9, title="Offset", json_schema_extra=widget(advanced=True, unit="bars"))
    limit: int | None = Field(None, ge=1, le=50, title="Limit", json_schema_extra=widget(start=14))
    source: Source = "close"

    @model_validator(mode="after")
    def _in_order(self) -> "MixedParams":
        if self.fast >= self.slow:
            raise ValueError("Fast must be below Slow")
        if self.lower > self.upper:
            raise fields_error("The band is upside down", "lower")
        if self.offset == self.limit:
            raise ValueError("That is too much of the same")
        return self


MIXED = Indicator(
    id="mixed",
    name="Mixed",
    params=MixedParams,
    outputs=(Output("a", "A"), Output("b", "B")),
    compute=lambda bars, params: pd.DataFrame({"a": price(bars, params.source), "b": bars["close"] * params.manual}),
    warmup=lambda _: 0,
)
