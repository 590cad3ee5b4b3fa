"""What a project lacks, and who may do more in it than it takes: compared with what ``sql/*.sql`` makes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockdash.errors import StoreSchemaError
from stockdash.stores.supabase.client import DataApi
from stockdash.stores.supabase.columns import texts
from stockdash.stores.supabase.expected import FUNCTIONS, TABLES, Table, sql_files

OWNER = "service_role"
POLICY = "stockdash_read"
_SEARCH_PATH = ['search_path=""']


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and the SQL that mends it: a statement, or a file to apply again."""

    text: str
    statement: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; `is_open_to_readers` when the publishable key may read, which a project chooses."""

    findings: tuple[Finding, ...]
    is_open_to_readers: bool = False

    @property
    def sql(self) -> str:
        """What to apply, in its order."""
        wanted = {finding.file for finding in self.findings}
        files = [f"-- {file.name}\n{file.text}" for file in sql_files() if file.name in wanted]
        statements = [finding.statement for finding in self.findings if finding.statement]
        return "\n".join([*files, *dict.fromkeys(statements)])


def check(api: DataApi) -> Checked:
    """Look at the project behind `api`, whose key has to be the secret one.

    Raises
    ------
    StoreError
        It can't be reached or does not know the key.
    """
    try:
        seen = api.ask("read_schema", p_tables=texts(TABLES), p_functions=texts(FUNCTIONS))
    except StoreSchemaError:
        text = "The function read_schema is missing, which tells what else is. Is the project new? Apply all files."
        return Checked(tuple(Finding(text, file=file.name) for file in sql_files()))
    tables = {name: table for name, table in (seen["tables"] or {}).items() if isinstance(table, dict)}
    functions: dict[str, list[Mapping[str, Any]]] = {}
    for function in seen["functions"] or ():
        functions.setdefault(function["name"], []).append(function)
    is_open = any(POLICY in table["policies"] for table in tables.values())
    found = [*_table_findings(tables, is_open=is_open), *_function_findings(functions, is_open=is_open)]
    return Checked(tuple(found), is_open)


def _table_findings(seen: Mapping[str, Mapping[str, Any]], *, is_open: bool) -> Iterator[Finding]:
    for name, table in TABLES.items():
        if name not in seen:
            yield Finding(f"The table {name} is missing.", file=table.file)
            continue
        here = seen[name]
        yield from _column_findings(name, table, here["columns"])
        if not here["is_closed"]:
            yield Finding(
                f"The table {name} is open to everybody with the publishable key: row level security is off.",
                f"alter table public.{name} enable row level security;",
            )
        for policy in here["policies"]:
            if policy != POLICY:
                yield Finding(f"The table {name} has a policy of others: {policy}.", _drop(policy, name))
        may_read = is_open and POLICY in here["policies"]
        yield from _right_findings(name, table, here["rights"], may_read=may_read)


def _column_findings(name: str, table: Table, columns: Sequence[str]) -> Iterator[Finding]:
    for column in table.columns:
        if column not in columns:
            yield Finding(
                f"The table {name} lacks the column {column}. If applying {table.file} does not add it, the table is "
                "another program's: rename that.",
                file=table.file,
            )


def _right_findings(name: str, table: Table, rights: Iterable[str], *, may_read: bool) -> Iterator[Finding]:
    held = {role: {right.split()[1] for right in rights if right.split()[0] == role} for role in _roles(rights)}
    for verb in sorted(table.rights - held.get(OWNER, set())):
        yield Finding(f"The secret key may not {verb} {name}.", f"grant {verb} on public.{name} to {OWNER};")
    for role, verbs in sorted(held.items()):
        allowed = table.rights if role == OWNER else {"select"} if may_read and role != "public" else set()
        for verb in sorted(verbs - allowed):
            yield Finding(f"Too many rights: {role} may {verb} {name}.", f"revoke {verb} on public.{name} from {role};")


def _function_findings(seen: Mapping[str, Sequence[Mapping[str, Any]]], *, is_open: bool) -> Iterator[Finding]:
    for name, function in FUNCTIONS.items():
        fitting = [one for one in seen.get(name, ()) if tuple(one["parameters"]) == function.parameters]
        if not fitting:
            yield Finding(f"The function {name} is missing.", file=function.file)
        for one in seen.get(name, ()):
            if one not in fitting:
                yield Finding(f"There is another function {name}, with {len(one['parameters'])} parameters. Drop it.")
        for one in fitting:
            if one["is_definer"] or one["search_path"] != _SEARCH_PATH:
                yield Finding(f"The function {name} is not the one of {function.file}.", file=function.file)
            if OWNER not in one["rights"]:
                grant = f"grant execute on function public.{name} to {OWNER};"
                yield Finding(f"The secret key may not call {name}.", grant)
            allowed = {OWNER} | ({"anon", "authenticated"} if is_open and function.is_open_to_readers else set())
            for role in sorted(set(one["rights"]) - allowed):
                revoke = f"revoke execute on function public.{name} from {role};"
                yield Finding(f"Too many rights: {role} may call {name}.", revoke)


def _roles(rights: Iterable[str]) -> set[str]:
    return {right.split()[0] for right in rights}


def _drop(policy: str, table: str) -> str:
    quoted = policy.replace('"', '""')
    return f'drop policy "{quoted}" on public.{table};'
