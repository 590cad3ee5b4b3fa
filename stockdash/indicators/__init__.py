"""What an indicator is, and the one function that runs one.

An indicator is a pure function of one bars frame and its own parameters, with a declaration of what it answers
and how that is drawn. `run` is the only way in: it validates, protects the input, checks the answer and turns
every failure into an `IndicatorError` that names the indicator.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stockdash.answers import checked, checked_rows
from stockdash.errors import IndicatorError
from stockdash.fields import Source

Pane = Literal["price", "own"]
Draw = Literal["line", "dashes", "histogram", "points", "markers", "profile"]
Side = Literal["right", "left"]
Sees = Literal["history", "visible"]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", json_schema_extra={"format": "color"})]

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PRICE_PARTS = {"hl2": ("high", "low"), "hlc3": ("high", "low", "close"), "ohlc4": ("open", "high", "low", "close")}


class Params(BaseModel):
    """Base of every indicator's parameters. Each field has a default, a title and, for numbers, both limits."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Output:
    """One column of an indicator's answer and how it is drawn.

    Attributes
    ----------
    name : the column.
    label : what the legend and the tooltip call it.
    draw : line, dashes, histogram (bars from zero), points, or markers. A marker is a signal over the prices,
        whatever the pane: above the bar where the column is negative, below it where positive, none at 0 and NaN.
        A profile is drawn as horizontal bars, one each row of prices, and is for what sees the visible range alone.
    color : ``#rrggbb``, or empty for the next colour of the chart's palette.
    fill_to : another output's name; the area between the two is shaded.
    levels : horizontal lines in the pane, such as 30 and 70, in the unit of the column.
    side : the edge of the chart that a profile's bars begin at.
    """

    name: str
    label: str
    draw: Draw = "line"
    color: str = ""
    fill_to: str = ""
    levels: tuple[float, ...] = ()
    side: Side = "right"


@dataclass(frozen=True, slots=True)
class Indicator(Generic[P]):
    """The declaration of an indicator.

    Attributes
    ----------
    id : lower case, stands in links and keys; at most 40 letters, digits, ``-`` and ``_``.
    name : the full name, as the catalogue lists it.
    params : the class of its parameters; must be constructible without arguments.
    outputs : the columns of the answer, or a function that tells them from the parameters.
    compute : gets a copy of a bars frame and valid parameters; answers with the same index.
    warmup : how many leading rows of the answer are NaN, from the parameters.
    pane : drawn over the prices or in a pane of its own; may be a function of the parameters.
    sees : ``history``, so that no value depends on what is visible; or ``visible``, the declared exception. It gets
        the bars in sight, the finest that are stored of all of them, and answers with a row for each row of prices,
        from the lowest up: ``low``, ``high``, ``inside`` (1 where it stands out, else 0) and the outputs. Those drawn
        as a profile share out the bars' volume, the others are prices, the same in each row.
    short : what the legend calls it; the id in capitals unless given.
    description : one or two sentences for the catalogue.
    category : where the catalogue lists it: Trend, Momentum, Volatility, Volume, Price, Pattern, Statistics, ...
    synonyms : other names that a search finds it by.
    source : one line that cites the formula.
    """

    id: str
    name: str
    params: type[P]
    outputs: tuple[Output, ...] | Callable[[P], tuple[Output, ...]]
    compute: Callable[[pd.DataFrame, P], pd.DataFrame]
    warmup: Callable[[P], int]
    pane: Pane | Callable[[P], Pane] = "price"
    short: str = ""
    description: str = ""
    category: str = "Other"
    synonyms: tuple[str, ...] = ()
    source: str = ""
    sees: Sees = "history"

    def __post_init__(self) -> None:
        _check_named(self)
        if not issubclass(self.params, Params):
            raise _wrong(self.id, f"has parameters of {self.params!r}, expected a subclass of stockdash.Params")
        self._check_defaults()

    def outputs_of(self, params: P) -> tuple[Output, ...]:
        """Give the outputs for these parameters."""
        return self.outputs(params) if callable(self.outputs) else self.outputs

    def pane_of(self, params: P) -> Pane:
        """Give the pane for these parameters."""
        return self.pane(params) if callable(self.pane) else self.pane

    def legend(self, params: P) -> str:
        """Give the legend text: the short name, every number, and whatever else differs from its default."""
        shown = (_text(value) for name, value in params if _tells(value, self.params.model_fields[name].default))
        return " ".join((self.short or self.id.upper(), *shown))

    def _check_defaults(self) -> None:
        try:
            defaults = self.params()
        except ValidationError as exc:
            raise _wrong(self.id, f"can't be run without arguments: {explain(exc)}") from exc
        names = [output.name for output in self.outputs_of(defaults)]
        if not names or len(set(names)) != len(names):
            raise _wrong(self.id, f"must declare one or more outputs of distinct names, got {names}")
        if (self.sees == "visible") != any(output.draw == "profile" for output in self.outputs_of(defaults)):
            raise _wrong(self.id, "must draw a profile if it sees the visible range, and only then")
        strangers = {output.fill_to for output in self.outputs_of(defaults)} - {"", *names}
        if strangers:
            raise _wrong(self.id, f"fills an area to {sorted(strangers)}, which is no output of it; it has {names}")


@dataclass(frozen=True, slots=True)
class Listing:
    """What the catalogue tells of an indicator that is loaded only when somebody uses it.

    A package that brings hundreds gives one for each, so that a start makes no forms that nobody opens. The other
    attributes are the indicator's own and must equal them.

    Attributes
    ----------
    load : gives the indicator; called once.
    """

    id: str
    name: str
    load: Callable[[], Indicator[Any]] = field(compare=False, repr=False)
    short: str = ""
    description: str = ""
    category: str = "Other"
    synonyms: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        _check_named(self)

    @classmethod
    def of(cls, indicator: Indicator[Any]) -> "Listing":
        """List an indicator that is there already."""
        told = {name: getattr(indicator, name) for name in _TOLD}
        return cls(load=lambda: indicator, **told)

    def declare(
        self,
        params: type[P],
        outputs: tuple[Output, ...] | Callable[[P], tuple[Output, ...]],
        compute: Callable[[pd.DataFrame, P], pd.DataFrame],
        *,
        warmup: Callable[[P], int],
        pane: Pane | Callable[[P], Pane] = "price",
    ) -> Indicator[P]:
        """Give the indicator that is listed so; the arguments are the rest of its declaration."""
        told = {name: getattr(self, name) for name in _TOLD}
        return Indicator(params=params, outputs=outputs, compute=compute, warmup=warmup, pane=pane, **told)


_TOLD = tuple(told.name for told in fields(Listing) if told.compare)


def _check_named(declared: Indicator[Any] | Listing) -> None:
    if not _ID.fullmatch(declared.id):
        why = f"has an id that is not 1 to 40 of a-z 0-9 - _ from a letter on: {declared.id[:60]!r}"
        raise _wrong(declared.id, why)
    if not declared.name.strip():
        raise _wrong(declared.id, "has no name")


def _wrong(indicator_id: str, what: str) -> IndicatorError:
    return IndicatorError(f"The indicator {indicator_id[:60]!r} {what}.", indicator_id=indicator_id)


def run(indicator: Indicator[Any], bars: pd.DataFrame, params: Params | Mapping[str, object]) -> pd.DataFrame:
    """Compute `indicator` over `bars`.

    Gives a frame with the index of `bars` and one float64 column for each declared output, in their order;
    NaN means "not known yet". `bars` is not changed. Of an indicator that sees the visible range, `bars` are those
    in sight, and the frame has one row for each row of prices: see `Indicator.sees`.

    Raises
    ------
    IndicatorError
        Whatever went wrong: parameters, an exception inside, or an answer that breaks the declaration.
    """
    try:
        valid = indicator.params.model_validate(params.model_dump() if isinstance(params, Params) else params)
        guarded = _guarded(bars)
        answer = indicator.compute(guarded.copy(deep=False), valid)
        names = [output.name for output in indicator.outputs_of(valid)]
        if indicator.sees == "visible":
            return checked_rows(answer, names=names)
        return checked(answer, names=names, index=bars.index)
    except ValidationError as exc:
        message = f"{indicator.name} can't be run: {explain(exc)}"
        raise IndicatorError(message, indicator_id=indicator.id) from exc
    except Exception as exc:
        message = f"{indicator.name} ({indicator.id}) failed: {type(exc).__name__}: {exc}"
        raise IndicatorError(message, indicator_id=indicator.id) from exc


def price(bars: pd.DataFrame, name: Source) -> pd.Series:
    """Give one number a bar: a column, or the mean of high and low (hl2), and close (hlc3), and open (ohlc4).

    The output of another indicator starts with that one's NaN.
    """
    parts = _PRICE_PARTS.get(name)
    if parts is None:
        return bars[name]
    return sum((bars[part] for part in parts[1:]), bars[parts[0]]) / len(parts)


def explain(exc: ValidationError) -> str:
    """Tell in one line what pydantic refused: each field, why, and what arrived."""
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc']) or 'together'}: {error['msg']}, got {error['input']!r:.60}"
        for error in exc.errors()
    )


def _guarded(bars: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of `bars` as read-only arrays, without copying them.

    While this frame lives, a shallow copy of it can be written to like any other: pandas copies on writing.
    """
    columns = {str(name): _read_only(column.to_numpy()) for name, column in bars.items()}
    return pd.DataFrame(columns, index=bars.index, copy=False)


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    view = values.view()
    view.flags.writeable = False
    return view


def _tells(value: object, default: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number or value != default


def _text(value: object) -> str:
    if isinstance(value, BaseModel):
        return " ".join(_text(one) for _, one in value)
    if isinstance(value, list | tuple | set | frozenset):
        return "/".join(sorted(map(_text, value)) if isinstance(value, set | frozenset) else map(_text, value))
    if isinstance(value, Enum):
        return _text(value.value)
    return f"{value:g}" if isinstance(value, float) else str(value)
