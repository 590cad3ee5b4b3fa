"""What a project must have, as ``sql/*.sql`` makes it: the files, and the tables and functions that are in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

_TABLE = re.compile(r"create table if not exists public\.(\w+) \(\n(.*?)\n\);", re.DOTALL)
_ADDED = re.compile(r"alter table public\.(\w+)((?:\s+add column if not exists [^;]*)+);", re.DOTALL)
_COLUMN = re.compile(r"^    (?!primary|unique|check)(\w+) ", re.MULTILINE)
_FUNCTION = re.compile(r"create or replace function public\.(\w+)\((.*?)\)\nreturns", re.DOTALL)
_GRANT = re.compile(r"grant ([\w, ]+) on\s+(public[^;]*?)\s+to service_role;", re.DOTALL)
_VERBS = {"select", "insert", "update", "delete"}

READERS_FILE = "optional/read_policy.sql"


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A file of ``sql/``."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the file that makes it, its columns in their order, and what service_role may do with it."""

    file: str
    columns: tuple[str, ...]
    rights: frozenset[str]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the file that makes it, its parameters, and whether the opt-in policy opens it to readers."""

    file: str
    parameters: tuple[str, ...]
    is_open_to_readers: bool


@cache
def sql_files() -> tuple[SqlFile, ...]:
    """Give the files to apply, in their order."""
    return tuple(SqlFile(path.name, path.read_text(encoding="utf-8")) for path in _numbered())


def readers_file() -> SqlFile:
    """Give the file that opens reading to the publishable key."""
    return SqlFile(READERS_FILE, (_folder() / READERS_FILE).read_text(encoding="utf-8"))


def _folder() -> Traversable:
    installed = resources.files("stockdash.stores.supabase") / "sql"
    # Of an editable install the files are at the top of the project.
    return installed if installed.is_dir() else Path(__file__).parents[3] / "sql"


def _numbered() -> list[Traversable]:
    return sorted((path for path in _folder().iterdir() if path.name.endswith(".sql")), key=lambda path: path.name)


def _tables() -> Iterator[tuple[str, Table]]:
    for file in sql_files():
        added = {name: re.findall(r"if not exists (\w+)", columns) for name, columns in _ADDED.findall(file.text)}
        rights: dict[str, set[str]] = {}
        for verbs, names in _GRANT.findall(file.text):
            for name in re.findall(r"public\.(\w+)", names):
                rights.setdefault(name, set()).update(_VERBS & set(re.findall(r"\w+", verbs)))
        for name, body in _TABLE.findall(file.text):
            yield name, Table(file.name, (*_COLUMN.findall(body), *added.get(name, ())), frozenset(rights[name]))


def _functions() -> Iterator[tuple[str, Function]]:
    opened = set(re.findall(r"public\.(read_\w+)", readers_file().text))
    for file in sql_files():
        for name, parameters in _FUNCTION.findall(file.text):
            yield name, Function(file.name, tuple(re.findall(r"\b(p_\w+)", parameters)), name in opened)


TABLES = dict(_tables())
FUNCTIONS = dict(_functions())
