"""The commands ``stockdash db sql``, ``check`` and ``copy``.

SQL goes to the standard output, so that it can be handed on; what is told goes to the standard error.
"""

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stockdash.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stockdash.settings import Settings
    from stockdash.stores import ReadStore
    from stockdash.stores.copying import Step

FAILED = 1

db = typer.Typer(no_args_is_help=True, help="Set up a Supabase project, check it, and copy bars from store to store.")

Kind = Literal["sqlite", "supabase", "parquet"]
Writable = Literal["sqlite", "supabase"]


@db.command()
def sql(
    *,
    read_policy: Annotated[
        bool, typer.Option("--read-policy", help="The file that opens reading to the publishable key.")
    ] = False,
) -> None:
    """Print what to apply to a project, in Supabase's SQL editor or with psql; safe to apply twice."""
    from stockdash.stores.supabase.expected import readers_file, sql_files

    for file in (readers_file(),) if read_policy else sql_files():
        print(f"-- {file.name}\n{file.text}")


@db.command()
def check() -> None:
    """Tell what the project lacks and who may do too much in it, and print the SQL that mends it. Exits with 1 then."""
    from stockdash.settings import Settings
    from stockdash.stores.supabase.check import check as look
    from stockdash.stores.supabase.client import DataApi

    settings = Settings.load()
    if settings.supabase_url is None or settings.supabase_key is None:
        raise SettingsError("A check needs SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY. Set both.")
    api = DataApi(settings.supabase_url, settings.supabase_key.get_secret_value())
    try:
        checked = look(api)
    finally:
        api.close()
    for finding in checked.findings:
        _tell(finding.text)
    if checked.is_open_to_readers:
        _tell("Whoever has the publishable key may read: sql/optional/read_policy.sql was applied.")
    if checked.findings:
        print(checked.sql)
        _tell(f"{len(checked.findings)} found. The SQL above mends what can be mended: apply it and check again.")
        raise typer.Exit(FAILED)
    _tell(f"{api.host}: the key is right, every table and function is there, and nobody may do too much.")


@db.command()
def copy(
    origin: Annotated[Kind, typer.Option("--from", help="Store to read.")],
    to: Annotated[Writable, typer.Option("--to", help="Store to write.")],
) -> None:
    """Copy everything from one store into another, verified by counts and checksums; run again, it goes on."""
    from stockdash.ingest.lease import held_lease
    from stockdash.log import start_log
    from stockdash.settings import Settings
    from stockdash.stores import writable
    from stockdash.stores.copying import copy_store

    if origin == to:
        raise SettingsError(f"--from and --to are both {to}. Name two different stores.")
    settings = Settings.load()
    start_log(settings.log_level)
    with ExitStack() as stack:
        source = _opened(stack, settings, origin)
        target = writable(_opened(stack, settings, to))
        held = stack.enter_context(held_lease(target, ttl_seconds=settings.ingest_lock_lease_seconds))
        draw = stack.enter_context(_progress_bar())
        copied = copy_store(source, target, held.lease, progress=draw)
    bars = copied.bars
    print(
        f"{len(copied.written)} symbols copied, {len(copied.same)} were there already; "
        f"{bars.inserted} bars new, {bars.updated} updated, {bars.unchanged} unchanged. Checksums agree."
    )


def _opened(stack: ExitStack, settings: "Settings", kind: Kind) -> "ReadStore":
    from stockdash.stores import open_store

    store = open_store(settings.model_copy(update={"stockdash_store": kind}))
    stack.callback(store.close)
    _tell(store.name)
    return store


@contextmanager
def _progress_bar() -> "Iterator[Callable[[Step], None]]":
    """Give what draws the progress, on a terminal alone."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(task, completed=step.done, total=step.total, description=step.symbol)


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
