"""The templates in a store: each under a key of its own, so that two who save at once never lose each other's.

Saving looks whether the name is taken and then writes. A short lease holds others off in between, so that two who
save under the same name at once are asked as two who do it a day apart.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from stockdash.errors import StoreUnavailableError, TemplateError
from stockdash.stores import ReadStore, Store
from stockdash.templates import Template, checked_name, from_json, key_of, to_json

PREFIX = "template:"
DEFAULT = "default-template"
MOST = 200

_LEASE = "templates"
_LEASE_SECONDS = 10.0
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.05

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store holds.

    Attributes
    ----------
    templates : by key, sorted by name.
    default : key of the one that new visitors start with; empty for none.
    unreadable : names of those that can't be read, with the reason.
    """

    templates: Mapping[str, Template] = field(default_factory=dict)
    default: str = ""
    unreadable: Mapping[str, str] = field(default_factory=dict)


def kept(store: ReadStore) -> Kept:
    """Read all templates."""
    templates: dict[str, Template] = {}
    unreadable: dict[str, str] = {}
    for key, text in store.states(PREFIX).items():
        try:
            templates[key.removeprefix(PREFIX)] = from_json(text)
        except TemplateError as exc:
            unreadable[key.removeprefix(PREFIX)] = str(exc)
    default = store.state(DEFAULT) or ""
    by_name = sorted(templates.items(), key=lambda entry: entry[0])
    return Kept(dict(by_name), default if default in templates else "", unreadable)


def default_template(store: ReadStore) -> Template | None:
    """Give the template that new visitors start with; None for none, and for one that can't be read."""
    key = store.state(DEFAULT)
    text = store.state(PREFIX + key) if key else None
    try:
        return from_json(text) if text else None
    except TemplateError as exc:
        log.warning("The default template %r can't be used: %s", key, exc)
        return None


def save(store: Store, template: Template, *, replace: bool = False) -> None:
    """Keep `template`; one of the same name is only overwritten with `replace`.

    Raises
    ------
    TemplateError
        The name is taken, or the store holds as many as it may.
    StoreError
        It can't be written.
    """
    with _alone(store):
        there = store.states(PREFIX)
        if PREFIX + template.key in there and not replace:
            raise _taken(template.name)
        if len({*there, PREFIX + template.key}) > MOST:
            raise TemplateError(f"The store holds {MOST} templates, which is all it takes. Delete one first.")
        store.set_state(PREFIX + template.key, to_json(template))


def rename(store: Store, key: str, name: str) -> None:
    """Give the template of that key another name, unless that is taken.

    Raises
    ------
    TemplateError
        There is none of that key any more, or the name is taken or can't be one.
    """
    with _alone(store):
        text = store.state(PREFIX + key)
        if text is None:
            raise TemplateError(f"There is no template {key!r} any more; somebody has deleted or renamed it.")
        template = from_json(text).model_copy(update={"name": checked_name(name)})
        if template.key != key and store.state(PREFIX + template.key) is not None:
            raise _taken(template.name)
        # The new one first: whenever this ends, no template is lost.
        store.set_state(PREFIX + template.key, to_json(template))
        if store.state(DEFAULT) == key:
            store.set_state(DEFAULT, template.key)
        if template.key != key:
            store.set_state(PREFIX + key, None)


def delete(store: Store, key: str) -> None:
    """Forget the template of that key; new visitors start as without it."""
    with _alone(store):
        store.set_state(PREFIX + key, None)
        if store.state(DEFAULT) == key:
            store.set_state(DEFAULT, None)


def set_default(store: Store, key: str | None) -> None:
    """Have new visitors start with the template of that key, or with none."""
    store.set_state(DEFAULT, key)


def is_taken(store: ReadStore, name: str) -> bool:
    """Tell whether there is a template of that name; raises `TemplateError` for what is no name."""
    return store.state(PREFIX + key_of(name)) is not None


def _taken(name: str) -> TemplateError:
    return TemplateError(f"There is a template named {name!r} already. Overwrite it, or choose another name.")


@contextmanager
def _alone(
    store: Store, *, sleep: Callable[[float], None] = time.sleep, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Keep every other process and thread from changing templates meanwhile."""
    holder, until = f"{socket.gethostname()}:{os.getpid()}", monotonic() + _PATIENCE_SECONDS
    while (lease := store.acquire(_LEASE, holder, _LEASE_SECONDS)) is None:
        if monotonic() >= until:
            raise StoreUnavailableError(
                "Somebody else is changing templates at the moment. Try again in a few seconds."
            )
        sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        store.release(lease)
