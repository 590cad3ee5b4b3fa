"""What a widget is to be, and what a maker of one is told."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stockdash.errors import InvalidInputError
from stockdash.fields import Hints, hints

Kind = Literal[
    "slider",
    "number",
    "toggle",
    "segments",
    "select",
    "text",
    "color",
    "date",
    "time",
    "datetime",
    "range",
    "pair",
    "chips",
    "multiselect",
    "source",
]
Condition = tuple[str, tuple[object, ...]]


class UnknownFieldError(InvalidInputError):
    """A parameter that no control can be made for.

    Attributes
    ----------
    package, model, field : the names of the top package, of the parameter class and of its field.
    """

    def __init__(self, why: str, *, model: type[BaseModel], field: str) -> None:
        package = model.__module__.partition(".")[0]
        super().__init__(f"{model.__name__}.{field} {why} (package {package})")
        self.package = package
        self.model = model.__name__
        self.field = field


@dataclass(frozen=True, slots=True)
class Control:
    """One widget to be. Values are what a widget shows: see `stockdash.forms.values`.

    Attributes
    ----------
    name : the parameter; a nested one has dots, ``bands.upper``.
    kind : which widget.
    label, help : what the user reads; `help` ends in the range with its unit.
    default : the parameter's default; None stands for "auto".
    minimum, maximum : inclusive reach of the widget; None for an open end.
    limits : what a number box takes, inclusive, where the slider reaches less far.
    step : distance of two neighbouring values of a number.
    choices : what a select, segments or a multiselect offer.
    max_length : longest text or list.
    pattern : what a text must match.
    scale : seconds in one unit of a duration, 0 when it is none.
    zone : "UTC" for times that are aware.
    numbers : chips hold numbers.
    optional : the user may choose "auto", which is None.
    start : what is shown when the user leaves "auto".
    timeframe : the bars that the indicator is computed on.
    like : the annotation that a registered type is edited like; None for the others.
    variant : the choices of sub-forms that it belongs to: it exists only while all of them are made.
    enabled_if : it may be changed only while these others have one of these values.
    group, row, order, advanced : its place, as `stockdash.widget` says.
    governs : others depend on it: they are drawn again when it changes.
    """

    name: str
    kind: Kind
    label: str
    default: object
    help: str = ""
    minimum: Any = None
    maximum: Any = None
    limits: tuple[Any, Any] | None = None
    step: Any = None
    choices: tuple[Any, ...] = ()
    max_length: int | None = None
    pattern: str = ""
    scale: float = 0
    zone: str = ""
    numbers: bool = False
    optional: bool = False
    start: object = None
    timeframe: bool = False
    like: Any = None
    variant: tuple[Condition, ...] = ()
    enabled_if: tuple[Condition, ...] = ()
    group: str = ""
    row: str = ""
    order: int = 0
    advanced: bool = False
    governs: bool = False

    @property
    def key(self) -> str:
        """Tell it from the other controls of the form; those of two sub-forms may have the same name."""
        return ".".join((*(str(tags[0]) for _, tags in self.variant), self.name))


@dataclass(frozen=True, slots=True)
class Spot:
    """A field that a control is made for: `annotation` is its bare type, `metadata` all that was said of that."""

    model: type[BaseModel]
    name: str
    info: FieldInfo
    annotation: Any
    metadata: tuple[Any, ...]
    default: Any

    @property
    def hints(self) -> Hints:
        """Give what the author said with `stockdash.widget`."""
        return hints(self.info, self.metadata)

    @property
    def label(self) -> str:
        """Give what the user reads."""
        return self.info.title or self.name.rpartition(".")[2].replace("_", " ").capitalize()

    def refuse(self, why: str) -> UnknownFieldError:
        """Give the error that names this field."""
        return UnknownFieldError(why, model=self.model, field=self.name)

    def control(self, kind: Kind, *, reach: str = "", **told: Any) -> Control:
        """Give a control of `kind`; `reach` is said at the end of its tooltip."""
        unit = self.hints.unit
        limits = f"{reach} {unit}".strip() if reach else unit
        return Control(
            name=self.name,
            kind=kind,
            label=self.label,
            help=" · ".join(part for part in (self.info.description, limits) if part),
            **{"default": self.default, **told},
        )
