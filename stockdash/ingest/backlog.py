"""What is still to be ingested in this process, and how far it is: behind the scheduler, drawn by the page.

One run at a time. What a user asked for goes before everything else: a run over all symbols stops after the symbol
that is going on, and comes to the rest of them afterwards.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from stockdash.errors import LeaseTakenError, StockdashError
from stockdash.ingest import Progress, Report, Step
from stockdash.ingest.run import Ingestion

# After a failure, whatever is still due is tried again: soon, then ever later.
FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SymbolState:
    """How far a symbol is; `reason` when it failed."""

    step: Step | Literal["waiting"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What goes on at one moment.

    Attributes
    ----------
    running : whether a run is going on.
    symbols : every symbol that was wanted since the start, with its last state.
    last_error : why the last run could not do its work, or which symbols failed last; empty when all is well.
    retry_at : UTC, when what failed is tried again; None when nothing did.
    next_run : UTC, when the calendar asks for the next run; None without a schedule.
    """

    running: bool = False
    symbols: Mapping[str, SymbolState] = field(default_factory=dict)
    last_error: str = ""
    retry_at: datetime | None = None
    next_run: datetime | None = None


class _Wanted(NamedTuple):
    """The symbols of a run; of one that is not urgent, those beside the watched ones. `since` is as a run has it."""

    symbols: tuple[str, ...]
    urgent: bool
    since: datetime | None = None


class Backlog:
    """What is wanted, and the one place that runs it. Any thread may ask; `work` is called by one at a time."""

    def __init__(self, ingestion: Ingestion, watched: Callable[[], Sequence[str]]) -> None:
        """Keep `watched`, which gives the symbols of a run over everything."""
        self._ingestion, self._watched = ingestion, watched
        self._changing = threading.Lock()
        self._stopping = threading.Event()
        self._everything = False
        self._since: datetime | None = None
        # Asked for by a user, and not come to when they were: dicts, as these keep their order.
        self._urgent: dict[str, None] = {}
        self._left: dict[str, None] = {}
        self._states: dict[str, SymbolState] = {}
        self._pause = FIRST_RETRY
        self._trouble = ""
        self._seen = Snapshot()

    def want(self, symbols: Iterable[str]) -> None:
        """Ask for `symbols`, before everything else."""
        with self._changing:
            for symbol in symbols:
                self._urgent[symbol] = None
                self._states[symbol] = SymbolState("waiting")

    def want_everything(self, since: datetime | None = None) -> None:
        """Ask for all watched symbols, and those that were asked for and not come to.

        What the source answered from `since` (UTC) on will do; without it, of the last minute alone.
        """
        with self._changing:
            if not self._everything:
                self._since = since
            elif since is None or self._since is None:
                self._since = None
            else:
                self._since = max(since, self._since)
            self._everything = True

    def stop(self) -> None:
        """Let the run that is going on end after its symbol, and start no other."""
        self._stopping.set()

    @property
    def is_stopped(self) -> bool:
        """Whether no more runs are started."""
        return self._stopping.is_set()

    def work(self) -> None:
        """Run until nothing is wanted any more."""
        while wanted := self._next():
            try:
                self._run(wanted)
            finally:
                with self._changing:
                    self._seen = replace(self._seen, running=False)

    def snapshot(self) -> Snapshot:
        """Tell what goes on."""
        with self._changing:
            failed = (f"{symbol}: {state.reason}" for symbol, state in self._states.items() if state.reason)
            return replace(self._seen, symbols=dict(self._states), last_error=self._trouble or "; ".join(failed))

    def _next(self) -> _Wanted | None:
        with self._changing:
            if self._stopping.is_set() or not (self._urgent or self._everything):
                return None
            if self._urgent:
                wanted = _Wanted(tuple(self._urgent), urgent=True)
                self._urgent = {}
                return wanted
            self._everything = False
            return _Wanted(tuple(self._left), urgent=False, since=self._since)

    def _run(self, wanted: _Wanted) -> None:
        symbols = wanted.symbols
        try:
            if not wanted.urgent:
                symbols = tuple(dict.fromkeys((*self._watched(), *symbols)))
            self._start(symbols)
            stop = self._stopping.is_set if wanted.urgent else self._is_in_the_way
            report = self._ingestion.run(symbols, since=wanted.since, progress=self._note, cancelled=stop)
        except LeaseTakenError as exc:
            log.info("Another instance holds the ingestion lock; skipping")
            self._give_up(symbols, str(exc), retry_at=self._free_at(exc.expires_at))
        except StockdashError as exc:
            log.error("The ingestion run failed: %s", exc)  # noqa: TRY400 - raised on purpose, the message says it all
            self._give_up(symbols, str(exc), retry_at=self._retry_at())
        else:
            self._finish(symbols, report, urgent=wanted.urgent)

    def _is_in_the_way(self) -> bool:
        return self._stopping.is_set() or bool(self._urgent)

    def _start(self, symbols: tuple[str, ...]) -> None:
        with self._changing:
            self._seen = replace(self._seen, running=True)
            self._states.update(dict.fromkeys(symbols, SymbolState("waiting")))

    def _note(self, progress: Progress) -> None:
        with self._changing:
            self._states[progress.symbol] = SymbolState(progress.step)

    def _give_up(self, symbols: tuple[str, ...], reason: str, *, retry_at: datetime) -> None:
        with self._changing:
            self._trouble = reason
            self._left.update(dict.fromkeys(symbols))
            self._seen = replace(self._seen, retry_at=retry_at)

    def _finish(self, symbols: tuple[str, ...], report: Report, *, urgent: bool) -> None:
        is_whole = not (report.failed or report.trouble)
        # What another instance works on is looked at when its lease ends: it may have died.
        retries = [self._free_at(expires_at) for expires_at in report.busy.values()]
        if not (is_whole or urgent):
            retries.append(self._retry_at())
        with self._changing:
            self._trouble = report.trouble
            self._left = {symbol: None for symbol in self._left if symbol not in symbols}
            self._left.update(dict.fromkeys((*report.cancelled, *report.busy)))
            # Somebody's wish came between, or the lease was lost: the rest of the run comes right after.
            self._everything = self._everything or bool(report.cancelled)
            self._states.update({symbol: SymbolState("failed", why) for symbol, why in report.failed.items()})
            if is_whole and not urgent:
                self._pause = FIRST_RETRY
            if retries or not urgent:
                self._seen = replace(self._seen, retry_at=min(retries, default=None))

    def _free_at(self, expires_at: datetime) -> datetime:
        # The store's clock may be ahead of ours, but no lease lasts longer than ours do.
        return min(expires_at, self._ingestion.clock() + timedelta(seconds=self._ingestion.ttl_seconds))

    def _retry_at(self) -> datetime:
        pause = self._pause
        self._pause = min(pause * 2, LAST_RETRY)
        return self._ingestion.clock() + pause
