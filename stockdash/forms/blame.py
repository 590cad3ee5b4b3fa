"""Which fields of a form a validation error is about."""

import re
from dataclasses import dataclass, field

from pydantic import ValidationError

from stockdash.forms.control import Control

_PREFIX = re.compile(r"^(Value error|Assertion failed), ")


@dataclass(frozen=True, slots=True)
class Blame:
    """What is wrong: by the controls' names, and what is about none of them."""

    fields: dict[str, str] = field(default_factory=dict)
    form: tuple[str, ...] = ()


def blame(controls: tuple[Control, ...], exc: ValidationError) -> Blame:
    """Sort the errors to the fields they are about.

    An error of a whole model is about the fields that it lists (`stockdash.fields_error`), else about those whose
    label or name it mentions.
    """
    fields: dict[str, str] = {}
    form: list[str] = []
    for error in exc.errors():
        message = _PREFIX.sub("", error["msg"])
        path = tuple(str(part) for part in error["loc"])
        about = (
            _named(controls, path)
            or _listed(controls, path, error.get("ctx", {}))
            or _mentioned(controls, path, message)
        )
        fields |= {name: "; ".join(filter(None, (fields.get(name), message))) for name in dict.fromkeys(about)}
        if not about:
            form.append(f"{'.'.join(path)}: {message}" if path else message)
    return Blame(fields, tuple(form))


def _named(controls: tuple[Control, ...], path: tuple[str, ...]) -> list[str]:
    """Give the control whose name the path spells, the tags of sub-forms and the places in lists left out."""
    names = {control.name for control in controls if _spells(control.name.split("."), path)}
    return sorted(names, key=len)[-1:]


def _spells(name: list[str], path: tuple[str, ...]) -> bool:
    parts = iter(path)
    return bool(path) and path[0] == name[0] and all(part in parts for part in name)


def _listed(controls: tuple[Control, ...], path: tuple[str, ...], context: dict[str, object]) -> list[str]:
    listed = context.get("fields")
    wanted = [".".join((*path, str(name))) for name in listed] if isinstance(listed, list | tuple) else []
    known = {control.name for control in controls}
    return [name for name in wanted if name in known]


def _mentioned(controls: tuple[Control, ...], path: tuple[str, ...], message: str) -> list[str]:
    """Give the controls below `path` that the message mentions; the longest words count first, each once."""
    inside = [control for control in controls if control.name.split(".")[: len(path)] == list(path)]
    said = {(word.lower(), control.name) for control in inside for word in _words_of(control)}
    rest = message.lower()
    found: list[str] = []
    for word in sorted({word for word, _ in said}, key=len, reverse=True):
        rest, times = re.subn(rf"(?<!\w){re.escape(word)}(?!\w)", " ", rest)
        found += [name for spelt, name in said if spelt == word and times]
    return found


def _words_of(control: Control) -> tuple[str, str]:
    return control.label, control.name.rpartition(".")[2]
