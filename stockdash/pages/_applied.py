"""A template and the indicators of a view: one becomes the other. Pure, but for loading an indicator first used.

Applying never fails: what can't be used of a template becomes its default or is left out, and a note says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, ValidationError

from stockdash.errors import PluginError
from stockdash.indicators import Indicator, Params
from stockdash.installed import UNKNOWN
from stockdash.pages._instances import Instance, moved, without_cycles
from stockdash.pages._looks import Look
from stockdash.pages._view import MAX_INSTANCES
from stockdash.registry import Catalog
from stockdash.templates import Entry, Style, Template, checked_name

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Applied:
    """The indicators that a template gives here, and what the user has to know of those that it does not."""

    instances: tuple[Instance, ...] = ()
    notes: tuple[str, ...] = ()


def template_of(name: str, instances: Sequence[Instance], catalog: Catalog) -> Template:
    """Give the template of what is shown; raises `TemplateError` for what is no name."""
    return Template(name=checked_name(name), indicators=tuple(_entry(instance, catalog) for instance in instances))


def applied(template: Template, catalog: Catalog) -> Applied:
    """Give the indicators of `template` that are installed, with their sources where those stand now."""
    notes: list[str] = []
    found = [_instance(entry, catalog, notes) for entry in template.indicators[:MAX_INSTANCES]]
    if len(template.indicators) > MAX_INSTANCES:
        notes.append(f"The template has {len(template.indicators)} indicators; showing the first {MAX_INSTANCES}.")
    there = [place for place, instance in enumerate(found) if instance is not None]
    kept = [instance for instance in found if instance is not None]
    instances, cut = without_cycles(moved(kept, {old: new for new, old in enumerate(there)}))
    notes += [f"{instances[at].indicator_id} can't take its source from itself; using the default one." for at in cut]
    return Applied(instances, (*_missing(template, catalog), *notes))


def _entry(instance: Instance, catalog: Catalog) -> Entry:
    origin = catalog.origins.get(instance.indicator_id)
    known = origin is not None and origin.package != UNKNOWN
    looks = instance.styles.items()
    return Entry(
        id=instance.indicator_id,
        package=origin.package if origin is not None and known else "",
        version=origin.version if origin is not None and known else "",
        params=instance.params.model_dump(mode="json"),
        styles={name: Style(color=look.color, width=look.width, visible=look.visible) for name, look in looks},
        hidden=instance.hidden,
    )


def _instance(entry: Entry, catalog: Catalog, notes: list[str]) -> Instance | None:
    if entry.id not in catalog.listings:
        return None  # told by `_missing`, once a package
    try:
        indicator = catalog.find(entry.id)
    except PluginError as exc:
        notes.append(f"{exc} It is left out.")
        return None
    styles = {name: Look(style.color, style.width, style.visible) for name, style in entry.styles.items()}
    return Instance(entry.id, _params(indicator, entry.params, notes), styles, entry.hidden)


def _params(indicator: Indicator[Any], said: Mapping[str, JsonValue], notes: list[str]) -> Params:
    """Read parameters; those that a newer or older version of the package refuses become its defaults."""
    read = _read(indicator, said)
    if isinstance(read, Params):
        return read
    named = ", ".join(f"{name[:40]}={said[name]!r:.40}" for name in sorted(read)[:_MOST_NAMED])
    notes.append(f"{indicator.name} can't be run with {named}; using its defaults there.")
    return _params(indicator, {name: value for name, value in said.items() if name not in read}, notes)


def _read(indicator: Indicator[Any], said: Mapping[str, JsonValue]) -> Params | set[str]:
    """Give the parameters, or the names of those that can't be."""
    model: type[Params] = indicator.params
    if not said:
        return model()
    try:
        # As JSON, which is what they were written as: some models take dates as text only from there.
        return model.model_validate_json(json.dumps(said))
    except ValidationError as exc:
        return {str(error["loc"][0]) for error in exc.errors() if error["loc"]} & set(said) or set(said)
    except Exception:  # noqa: BLE001 - a validator is the plugin's own code and may fail in any way
        return set(said)


def _missing(template: Template, catalog: Catalog) -> list[str]:
    """Tell which packages are missing, each with the command that installs it."""
    wanted: dict[str, dict[str, None]] = {}
    for entry in template.indicators:
        if entry.id not in catalog.listings:
            wanted.setdefault(entry.package, {})[entry.id] = None
    return [_told(package, ", ".join(ids), catalog) for package, ids in wanted.items()]


def _told(package: str, ids: str, catalog: Catalog) -> str:
    if not package:
        return f"{ids}: no installed package has it, and the template does not say which one does. It is left out."
    failed = next((failure for failure in catalog.failures if failure.package == package), None)
    if failed is not None:
        return f"{ids} of {package} could not be loaded and is left out. {failed.reason} {failed.cure}".strip()
    if any(origin.package == package for origin in catalog.origins.values()):
        upgrade = f"pip install --upgrade {package}"
        return f"{ids}: the installed version of {package} does not have it; it is left out. Upgrade with: {upgrade}"
    return (
        f"{ids}: the package {package} is not installed; it is left out. If you trust that package, install it with: "
        f"stockdash plugins install {package}"
    )
