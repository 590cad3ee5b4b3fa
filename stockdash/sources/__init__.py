"""The door to outside services that give bars: the contract and the function that opens one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Protocol

import pandas as pd

from stockdash.bars import ActionKind, Interval
from stockdash.installed import Gate
from stockdash.settings import Settings
from stockdash.symbols import Facts

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ReportedAction:
    """A corporate action in one answer of a source; `value` as in `stockdash.bars.Action`."""

    ex_date: date
    kind: ActionKind
    value: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer of a source.

    Attributes
    ----------
    bars : a bars frame, split-adjusted as of `fetched_at` and not adjusted for dividends; without rows for
        "nothing new". Every bar lies on the grid of its interval.
    actions : every action that the source reports with an ex-date in the range that was asked for.
    fetched_at : UTC, when the answer arrived.
    adj_close : the source's own close adjusted for splits and dividends, on the index of `bars`; None where it
        gives none. A check on `stockdash.adjust`, never stored.
    """

    bars: pd.DataFrame
    actions: tuple[ReportedAction, ...]
    fetched_at: datetime
    adj_close: pd.Series | None = field(default=None, compare=False)


class Source(Protocol):
    """One outside service. It knows one symbol and one range at a time, and never retries for a caller's sake.

    It may have an attribute `manners`: how it wants to be asked, see `stockdash.sources.polite.Manners`, or None when
    nobody outside is asked.
    """

    name: str

    def fetch(self, symbol: str, interval: Interval, *, start: datetime | None, end: datetime | None = None) -> Fetched:
        """Fetch the bars that start in ``[start, end)``; None means as early, or as late, as there is.

        Raises
        ------
        UnknownSymbolError, RateLimitedError, SourceUnavailableError
            Never a failure as data: an answer without rows means that there are none.
        """
        ...

    def facts(self, symbol: str) -> Facts:
        """Tell what the symbol is; raises as `fetch`."""
        ...

    def status(self) -> str:
        """Tell in one line why no request is sent ("rate-limited until 14:32 UTC"); empty when all is well."""
        ...


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


def open_source(settings: Settings, clock: Clock = utc_now) -> Source:
    """Open the source that the settings name.

    Opened again in the same process with the same clock it is the same source, so that all who ask share one pace
    and one silence. Nothing is sent before the first question.

    Raises
    ------
    PluginError
        No package that is let in brings it, or it could not be loaded.
    """
    return _open(settings.stockdash_source, clock, settings.gate)


@cache
def _open(name: str, clock: Clock, gate: Gate) -> Source:
    from stockdash.sources.opening import opened  # noqa: PLC0415 - implements what stands here

    return opened(name, clock, gate)
