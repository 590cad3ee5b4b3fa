"""Opens the source that an entry point of the group ``stockdash.sources`` names.

The entry point gives a factory: a class or function that takes a clock and gives a `stockdash.sources.Source`. Whoever
wrote it, the source is asked politely. Of a stranger's, every answer is looked at before anybody trusts it, and what
it raises by mistake becomes an error that ingestion knows.
"""

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import EntryPoint
from typing import TypeVar

from stockdash.bars import Interval, check_bars
from stockdash.errors import PluginError, SourceError, SourceUnavailableError
from stockdash.installed import SOURCES, Gate, Origin, Package, is_own, packages
from stockdash.sources import Clock, Fetched, Source
from stockdash.symbols import Facts

Answer = TypeVar("Answer")


def opened(name: str, clock: Clock, gate: Gate) -> Source:
    """Open the source of that name; nothing is sent.

    Raises
    ------
    PluginError
        No package that is let in brings it, or it could not be loaded.
    """
    package, point = _found(name, gate)
    try:
        package.check_host()
        source: Source = point.load()(clock)
    except (Exception, SystemExit) as exc:
        origin = package.origin
        raise PluginError(
            f"The source {name!r} of {origin.package} {origin.version} can't be opened. {type(exc).__name__}: {exc}"
        ) from exc
    return _treated(source if is_own(point) else CheckedSource(source, package.origin), source, clock)


def _treated(checked: Source, source: Source, clock: Clock) -> Source:
    """Have the source asked as its `manners` say; None is for one that asks nobody outside."""
    if getattr(source, "manners", ...) is None:
        return checked
    from stockdash.sources.polite import Manners, PoliteSource  # noqa: PLC0415 - its libraries are slow to import

    return PoliteSource(checked, clock, manners=getattr(source, "manners", Manners()))


def _found(name: str, gate: Gate) -> tuple[Package, EntryPoint]:
    bringing = [(package, point) for package in packages(SOURCES) for point in package.points if point.name == name]
    refusals = {package.origin.package: gate.refusal(package.origin.package, name) for package, _ in bringing}
    let_in = [(package, point) for package, point in bringing if not refusals[package.origin.package]]
    if not let_in:
        why = "; ".join(f"{package} is {reason}" for package, reason in refusals.items()) or "no package brings it"
        raise PluginError(
            f"There is no source {name!r} to fetch bars from: {why}. Set STOCKDASH_SOURCE to another one."
        )
    if len(let_in) > 1 and not is_own(let_in[0][1]):
        named = " and ".join(package.origin.package for package, _ in let_in)
        raise PluginError(f"{named} both bring a source {name!r}. Keep one out with STOCKDASH_PLUGINS_BLOCK.")
    return let_in[0]


class CheckedSource:
    """A stranger's source of which nothing gets through that ingestion could stumble over."""

    def __init__(self, source: Source, origin: Origin) -> None:
        self.name = source.name
        self._source, self._origin = source, origin

    def fetch(self, symbol: str, interval: Interval, *, start: datetime | None, end: datetime | None = None) -> Fetched:
        """Fetch as `Source` says, and check that the answer is one."""

        def question() -> Fetched:
            answer = self._source.fetch(symbol, interval, start=start, end=end)
            if not isinstance(answer, Fetched):
                raise TypeError(f"it answered with {type(answer).__name__}, expected stockdash.Fetched")
            times = check_bars(answer.bars).index
            if len(times) and ((start and times[0] < start) or (end and times[-1] >= end)):
                raise ValueError(f"it was asked for [{start}, {end}) and gave {times[0]} to {times[-1]}")
            if answer.fetched_at.utcoffset() is None:
                raise ValueError("fetched_at has no time zone")
            return answer

        return self._ask(symbol, question)

    def facts(self, symbol: str) -> Facts:
        """Tell what the symbol is; raises as `fetch`."""
        return self._ask(symbol, lambda: self._source.facts(symbol))

    def status(self) -> str:
        """Tell why no request is sent."""
        return self._source.status()

    def _ask(self, symbol: str, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except SourceError:
            raise
        except Exception as exc:
            package = f"{self._origin.package} {self._origin.version}"
            message = f"{self.name} of {package} failed for {symbol}: {type(exc).__name__}: {exc}."
            raise SourceUnavailableError(message, symbol=symbol) from exc
