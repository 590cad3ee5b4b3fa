"""What a parameter becomes before anything is drawn: pydantic fields in, controls out, pure.

The types that are understood stand in one table (`stockdash.forms.types`), to which a package may add; everything
else is refused by name, so that a plugin's author hears of it when the plugin loads and not when a user opens the
sidebar.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from stockdash.forms import types
from stockdash.forms.blame import Blame, blame
from stockdash.forms.choices import choice_kind
from stockdash.forms.control import Condition, Control, Kind, Spot, UnknownFieldError
from stockdash.forms.numbers import SLIDER_STEPS
from stockdash.forms.unwrap import unwrap
from stockdash.forms.values import Shown, from_link, is_enabled, is_there, link_name, shown, taken, to_link

__all__ = [
    "SLIDER_STEPS",
    "Blame",
    "Control",
    "Kind",
    "Shown",
    "UnknownFieldError",
    "blame",
    "controls",
    "from_link",
    "is_enabled",
    "is_there",
    "link_name",
    "register_control",
    "shown",
    "taken",
    "to_link",
    "validated",
]

M = TypeVar("M", bound=BaseModel)


def register_control(kind: type, *, like: Any) -> None:
    """Have fields of the type `kind` edited like fields of the annotation `like`; see `stockdash.forms.types`."""
    types.register(kind, like=like)
    _made.cache_clear()


def controls(model: type[BaseModel]) -> tuple[Control, ...]:
    """Give the controls of a form in the order in which they are drawn.

    A nested model's stand in a group of its title. A discriminated union gives the choice, then the controls of
    every sub-form, of which only those of the chosen one are there.

    Raises
    ------
    UnknownFieldError
        Names the package, the model and the field whose type is not understood, or whose default is none.
    """
    return _made(model)


@cache
def _made(model: type[BaseModel]) -> tuple[Control, ...]:
    made = sorted(_Form(model).controls(), key=lambda control: control.order)
    governing = {name for control in made for name, _ in (*control.variant, *control.enabled_if)}
    form = tuple(replace(control, governs=control.optional or control.name in governing) for control in made)
    _check_defaults(model, form)
    return form


def _check_defaults(model: type[BaseModel], form: tuple[Control, ...]) -> None:
    """Refuse defaults that the model refuses: pydantic takes them as they are, and every run would fail."""
    read = _validated(model, form, {})
    if isinstance(read, Blame):
        fields = read.fields or {"": "; ".join(read.form)}
        name, why = next(iter(fields.items()))
        raise UnknownFieldError(f"has a default that is refused: {why}", model=model, field=name or "*")


def validated(model: type[M], values: Shown) -> M | Blame:
    """Give the parameters that widgets or a link show, or what is wrong with them."""
    return _validated(model, controls(model), values)


def _validated(model: type[M], form: tuple[Control, ...], values: Shown) -> M | Blame:
    try:
        return model.model_validate(taken(form, values))
    except ValidationError as exc:
        return blame(form, exc)
    except Exception as exc:  # noqa: BLE001 - a validator is the plugin's own code and may fail in any way
        return Blame(form=(f"{type(exc).__name__}: {exc}",))


class _Form:
    """The fields of one model, at `path` inside of the form's; `default` has what they are at first."""

    def __init__(self, model: type[BaseModel], *, default: BaseModel | None = None, path: str = "") -> None:
        self._model = model
        self._default = default
        self._path = path

    def controls(self, skipped: str = "") -> Iterator[Control]:
        for name, info in self._model.model_fields.items():
            if name != skipped:
                yield from self._of(name, info)

    def _of(self, name: str, info: FieldInfo) -> Iterator[Control]:
        spot = self._spot(name, info)
        bare = spot.annotation
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            yield from self._nested(spot)
        elif isinstance(info.discriminator, str):
            yield from self._union(spot, info.discriminator)
        else:
            yield self._placed(spot, types.control_of(spot))

    def _spot(self, name: str, info: FieldInfo) -> Spot:
        whole = self._default
        default = info.get_default(call_default_factory=True) if whole is None else getattr(whole, name)
        bare, metadata = unwrap(info.annotation)
        spot = Spot(self._model, f"{self._path}{name}", info, bare, (*metadata, *info.metadata), default)
        if default is PydanticUndefined:
            raise spot.refuse("has no default")
        return spot

    def _nested(self, spot: Spot) -> Iterator[Control]:
        if not isinstance(spot.default, spot.annotation):
            raise spot.refuse(f"needs a {spot.annotation.__name__} as its default")
        for control in _Form(spot.annotation, default=spot.default, path=f"{spot.name}.").controls():
            yield self._inside(spot, control, " · ".join(part for part in (spot.label, control.group) if part))

    def _union(self, spot: Spot, tag: str) -> Iterator[Control]:
        models = {_tag(model, tag): model for model in get_args(spot.annotation)}
        if None in models or type(spot.default) not in models.values():
            raise spot.refuse(f"needs models that each have one Literal as {tag!r}, one of them as its default")
        chosen = f"{spot.name}.{tag}"
        choice = spot.control(choice_kind(tuple(models)), choices=tuple(models), default=getattr(spot.default, tag))
        yield self._placed(spot, replace(choice, name=chosen))
        for word, model in models.items():
            default = spot.default if isinstance(spot.default, model) else model()
            variant: Condition = (chosen, (word,))
            for control in _Form(model, default=default, path=f"{spot.name}.").controls(skipped=tag):
                inside = self._inside(spot, control, control.group or spot.hints.group)
                yield replace(inside, variant=(variant, *inside.variant))

    def _inside(self, spot: Spot, control: Control, group: str) -> Control:
        hints = spot.hints
        return replace(control, group=group, order=hints.order, advanced=control.advanced or hints.advanced)

    def _placed(self, spot: Spot, control: Control) -> Control:
        hints = spot.hints
        strangers = {name for name, _ in hints.enabled_if} - set(self._model.model_fields)
        if strangers:
            raise spot.refuse(f"is enabled by {sorted(strangers)}, which is no field of {self._model.__name__}")
        return replace(
            control,
            group=hints.group,
            row=hints.row and f"{self._path}{hints.row}",
            order=hints.order,
            advanced=hints.advanced,
            enabled_if=tuple((f"{self._path}{name}", wanted) for name, wanted in hints.enabled_if),
        )


def _tag(model: Any, tag: str) -> object:
    """Give the one value of the field that tells a sub-form's model from the others."""
    info = model.model_fields.get(tag)
    words = get_args(info.annotation) if info is not None and get_origin(info.annotation) is Literal else ()
    return words[0] if len(words) == 1 else None
