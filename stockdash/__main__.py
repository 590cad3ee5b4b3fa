"""The command line: ``stockdash``, the same as ``python -m stockdash``.

Answers go to the standard output, everything else to the standard error. What a command needs is imported when it
runs, so that ``--help`` is there at once.
"""

import io
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from stockdash._db_cli import db
from stockdash._plugins_cli import plugins
from stockdash.errors import InvalidInputError, LeaseTakenError, StockdashError, StoreUnavailableError

if TYPE_CHECKING:
    from rich.console import Console

    from stockdash.bars import Interval
    from stockdash.ingest import Progress, Report
    from stockdash.query import History
    from stockdash.settings import Settings
    from stockdash.stores import ReadStore

FAILED = 1
LEASE_TAKEN = 3
INTERRUPTED = 130

log = logging.getLogger("stockdash")


class _Group(TyperGroup):
    """Turns what we raise on purpose into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except StockdashError as exc:
            print(f"Error: {exc}", file=sys.stderr)
            raise typer.Exit(LEASE_TAKEN if isinstance(exc, LeaseTakenError) else FAILED) from exc


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Explore tickers, tune indicators, install indicator packages with pip.",
)
app.add_typer(plugins, name="plugins")
app.add_typer(db, name="db")


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class World:
    """What commands take from outside; tests hand in another one as the context's object."""

    clock: Callable[[], datetime] = utc_now


Symbols = Annotated[list[str] | None, typer.Argument(metavar="[SYMBOL]...", help="The whole watchlist unless given.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.callback()
def _commands(ctx: typer.Context) -> None:
    """Explore tickers, tune indicators, install indicator packages with pip."""
    ctx.obj = ctx.obj or World()


@app.command()
def ingest(
    ctx: typer.Context,
    symbols: Symbols = None,
    interval: Annotated[Literal["1d", "30m"] | None, typer.Option(help="Both unless given.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything, due or not.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Fetch what is due and store it. Exits with 1 if a symbol failed, with 3 if another instance is at work."""
    from stockdash.bars import INTERVALS
    from stockdash.ingest.run import open_ingestion, summary
    from stockdash.ingest.watchlist import watchlist
    from stockdash.stores import writable
    from stockdash.symbols import parse_symbol

    settings, store, console = _open(ctx)
    ingestion = open_ingestion(settings, writable(store), ctx.obj.clock)
    wanted = tuple(dict.fromkeys(map(parse_symbol, symbols or watchlist(store, settings.stockdash_tickers))))
    with _stop_request() as stop, _progress_bar(console) as draw:
        intervals = (interval,) if interval else INTERVALS
        report = ingestion.run(wanted, intervals=intervals, full=full, progress=draw, cancelled=stop.is_set)
    failed = {**report.failed, **dict.fromkeys(report.cancelled, "Not reached: the run was stopped.")}
    for symbol, reason in failed.items():
        print(f"{symbol}: {reason}", file=sys.stderr)
    print(json.dumps(_told(wanted, report, failed)) if as_json else summary(report))
    raise typer.Exit(FAILED if failed or report.trouble else 0)


@app.command()
def worker(ctx: typer.Context) -> None:
    """Ingest on the exchange's calendar until told to stop (SIGTERM, Ctrl-C)."""
    from stockdash.ingest.run import open_ingestion
    from stockdash.ingest.schedule import Scheduler
    from stockdash.ingest.watchlist import watchlist
    from stockdash.stores import writable

    settings, store, _ = _open(ctx)
    ingestion = open_ingestion(settings, writable(store), ctx.obj.clock)
    scheduler = Scheduler(ingestion, lambda: watchlist(store, settings.stockdash_tickers))
    with _stop_request() as stop, _end_at_once():
        scheduler.start()
        log.info("Next run at %s", f"{scheduler.snapshot().next_run:%Y-%m-%d %H:%M} UTC")
        stop.wait()
        log.info("Stopping after the symbol that is going on; ask again to stop at once")
        scheduler.stop()


@app.command()
def status(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Tell what is stored, what ran and what comes. Exits with 1 if bars of the watchlist are stale."""
    from stockdash.ingest.details import details
    from stockdash.ingest.status import look, text
    from stockdash.ingest.watchlist import watchlist
    from stockdash.market import Market

    settings, store, _ = _open(ctx)
    market, watched = Market(frozenset(settings.stockdash_closures)), watchlist(store, settings.stockdash_tickers)
    now = ctx.obj.clock()
    seen = look(store, watched, market=market, now=now)
    if as_json:
        more = details(store, seen, market=market, now=now)
        print(json.dumps(asdict(seen) | asdict(more), default=_plain))
    else:
        print(text(seen))
    raise typer.Exit(FAILED if seen.stale else 0)


@app.command()
def export(
    ctx: typer.Context,
    symbol: str,
    interval: Annotated[Literal["1d", "30m", "1wk", "1mo"], typer.Option(help="Length of a bar.")] = "1d",
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Kind of file.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="File to write; the standard output unless given.")] = None,
    adjust: Annotated[
        Literal["all", "splits", "none"], typer.Option(help="For splits and dividends, splits alone, or as traded.")
    ] = "all",
) -> None:
    """Write the bars of SYMBOL as the chart shows them; times are UTC, the start of the bar."""
    from stockdash.query import read_bars, resample
    from stockdash.symbols import parse_symbol

    wanted, stored = parse_symbol(symbol), _stored_interval(interval)
    _, store, _ = _open(ctx)
    history = read_bars(store, wanted, stored, mode=adjust)
    if history.bars.empty:
        raise InvalidInputError(f"No {stored} bars of {wanted} are stored. Fetch them with: stockdash ingest {wanted}")
    if interval in ("1wk", "1mo"):
        history = resample(history, interval)
    _write(history, file_format, out)


def main() -> None:
    """Run the command that the arguments name."""
    app(prog_name="stockdash")


def _open(ctx: typer.Context) -> "tuple[Settings, ReadStore, Console]":
    """Read the settings, start logging and open the store, as every command does first."""
    from rich.console import Console

    from stockdash.log import start_log
    from stockdash.settings import Settings
    from stockdash.stores import open_store

    settings, console = Settings.load(), Console(stderr=True)
    start_log(settings.log_level, handler=_beside_progress(console) if console.is_terminal else None)
    store = open_store(settings)
    ctx.call_on_close(store.close)
    for notice in store.notices:
        print(notice, file=sys.stderr)
    return settings, store, console


def _beside_progress(console: "Console") -> logging.Handler:
    """Give what writes log lines to the console of the progress bar, which then stays below them."""
    from rich.logging import RichHandler

    handler = RichHandler(console=console, show_path=False)
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


@contextmanager
def _stop_request() -> Iterator[threading.Event]:
    """Give what SIGTERM and Ctrl-C set; asked a second time, the process ends at once."""
    stop = threading.Event()

    def request(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _end_at_once() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        # Python would wait for the thread that waits for an answer. What is stored is whole, and the lease expires.
        os._exit(INTERRUPTED)


@contextmanager
def _progress_bar(console: "Console") -> "Iterator[Callable[[Progress], None] | None]":
    """Give what draws a run's progress, on a terminal alone."""
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda at: bar.update(task, completed=at.done, total=at.total, description=f"{at.symbol} {at.step}")


def _told(wanted: tuple[str, ...], report: "Report", failed: dict[str, str]) -> dict[str, object]:
    return {
        "symbols": wanted,
        **asdict(report.written),
        "failed": failed,
        "skipped": report.skipped,
        "busy": tuple(report.busy),
        "trouble": report.trouble,
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _stored_interval(interval: str) -> "Interval":
    return "30m" if interval == "30m" else "1d"


def _write(history: "History", file_format: str, out: Path | None) -> None:
    """Write bars and whether they may still change to the file `out` or the standard output."""
    from stockdash.atomic import replace_file

    frame, content = history.bars.assign(provisional=history.provisional), io.BytesIO()
    if file_format == "parquet":
        frame.to_parquet(content)
    else:
        frame.to_csv(content, date_format="%Y-%m-%dT%H:%M:%SZ")
    if out is not None and (out.is_file() or not out.exists()):
        # Where a link leads to, as the link itself is not what is to be replaced.
        replace_file(out.resolve(), content.getvalue())
        return
    try:
        with out.open("wb") if out is not None else nullcontext(sys.stdout.buffer) as target:
            target.write(content.getvalue())
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise StoreUnavailableError(f"{out or 'The standard output'} can't be written: {exc}.") from exc


if __name__ == "__main__":
    main()
