"""The indicators of a view, and which of them take their source from another. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from stockdash.errors import IndicatorError, PluginError
from stockdash.fields import Reference, reference
from stockdash.forms import Blame, controls, shown, validated
from stockdash.indicators import Indicator, Output, Params
from stockdash.pages._looks import Look
from stockdash.registry import Catalog


@dataclass(frozen=True, slots=True)
class Instance:
    """One indicator with its parameters; the same indicator may stand several times.

    Attributes
    ----------
    styles : how the user wants its outputs drawn, by their names; no answer depends on it.
    hidden : nothing of it is drawn; others may still take their source from it.
    """

    indicator_id: str
    params: Params
    styles: Mapping[str, Look] = field(default_factory=dict)
    hidden: bool = False


def declared(indicator: Indicator[Any], params: Params) -> tuple[Output, ...]:
    """Give the outputs for these parameters.

    Raises
    ------
    IndicatorError
        They are told by a function of the plugin's, and that failed.
    """
    try:
        return indicator.outputs_of(params)
    except Exception as exc:
        message = f"{indicator.name} can't tell its outputs: {type(exc).__name__}: {exc}"
        raise IndicatorError(message, indicator_id=indicator.id) from exc


def references(params: Params) -> dict[str, Reference]:
    """Give the outputs of other indicators that `params` name, by the name of the control."""
    form = controls(type(params))
    if not any(control.kind == "source" for control in form):
        return {}
    values = shown(form, params)
    found = {control.name: reference(values.get(control.name)) for control in form if control.kind == "source"}
    return {name: at for name, at in found.items() if at is not None}


def offers(place: int, instances: Sequence[Instance], catalog: Catalog) -> dict[str, str]:
    """Give what the indicator at `place` may take as a source without a cycle, with what the user reads."""
    found: dict[str, str] = {}
    for at, instance in enumerate(instances):
        if not _reaches(at, place, instances):
            found |= {str(Reference(at, name)): text for name, text in _offered(at, instance, catalog).items()}
    return found


def depend_on(place: int, instances: Sequence[Instance]) -> tuple[int, ...]:
    """Give the places of what is computed again when the indicator at `place` changes: it, and those it leads to."""
    return tuple(at for at in range(len(instances)) if _reaches(at, place, instances))


def _offered(at: int, instance: Instance, catalog: Catalog) -> dict[str, str]:
    try:
        indicator = catalog.find(instance.indicator_id)
        outputs = declared(indicator, instance.params)
    except (IndicatorError, PluginError):  # told where it would be drawn
        return {}
    if indicator.sees != "history":  # a source is the same whatever is in sight
        return {}
    name = f"{indicator.short or indicator.id.upper()} (no. {at + 1})"
    return {output.name: name if len(outputs) == 1 else f"{name} {output.label}" for output in outputs}


def moved(instances: Sequence[Instance], places: Mapping[int, int]) -> tuple[Instance, ...]:
    """Give the instances with their sources at the new places; a source that has none becomes its default."""
    return tuple(replace(one, params=_moved(one.params, places)) for one in instances)


def without_cycles(instances: Sequence[Instance]) -> tuple[tuple[Instance, ...], tuple[int, ...]]:
    """Give the instances without sources that lead back to themselves, and the places of those that had one."""
    kept, cut = list(instances), []
    for place, instance in enumerate(instances):
        if any(_reaches(at.place, place, kept) for at in references(instance.params).values()):
            kept[place] = replace(instance, params=_moved(instance.params, {}))
            cut.append(place)
    return tuple(kept), tuple(cut)


def _reaches(start: int, goal: int, instances: Sequence[Instance]) -> bool:
    """Tell whether `start` is `goal` or takes its source from it, however many steps away."""
    seen, ahead = set[int](), [start]
    while ahead:
        place = ahead.pop()
        if place == goal:
            return True
        if place not in seen and place < len(instances):
            seen.add(place)
            ahead += [at.place for at in references(instances[place].params).values()]
    return False


def _moved(params: Params, places: Mapping[int, int]) -> Params:
    changes: dict[str, object] = {}
    form = {control.name: control for control in controls(type(params))}
    for name, at in references(params).items():
        new = places.get(at.place)
        changes[name] = form[name].default if new is None else str(at._replace(place=new))
    if not changes:
        return params
    read: Params | Blame = validated(type(params), shown(tuple(form.values()), params) | changes)
    return params if isinstance(read, Blame) else read
