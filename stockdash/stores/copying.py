"""Copying one store into another, whichever they are: symbol by symbol, each compared after it was written.

A copy that was interrupted goes on where it stopped, as a symbol whose content is there already is left alone.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from stockdash.bars import INTERVALS
from stockdash.errors import StoreError
from stockdash.stores import Batch, Lease, ReadStore, Store, Written, steady
from stockdash.stores.rows import facts_text

ALL = 1_000_000
# What tells one store from another, and does not go along.
OWN_STATES = frozenset({"source"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did: `bars` of all symbols that were written, `same` symbols that were there already."""

    written: tuple[str, ...]
    same: tuple[str, ...]
    bars: Written


@dataclass(frozen=True, slots=True)
class Step:
    """Where a copy is: `symbol` comes next, and `done` of `total` are behind."""

    symbol: str
    done: int
    total: int


def copy_store(
    source: ReadStore, target: Store, lease: Lease, *, progress: Callable[[Step], None] = lambda _: None
) -> Copied:
    """Copy bars, actions, facts, events, runs and remembered texts; what the target has beside them stays.

    Parameters
    ----------
    lease : of the target, held by the caller, who also renews it.

    Raises
    ------
    StoreError
        One of the two fails, or the target holds something else of a symbol.
    """
    symbols, bars = source.symbols(), Written()
    written: list[str] = []
    same: list[str] = []
    for done, symbol in enumerate(symbols):
        progress(Step(symbol, done, len(symbols)))
        counts = _copy_symbol(source, target, lease, symbol)
        (same if counts is None else written).append(symbol)
        bars += counts or Written()
    progress(Step("", len(symbols), len(symbols)))
    _copy_rest(source, target, lease, set(symbols))
    return Copied(tuple(written), tuple(same), bars)


def checksum(store: ReadStore, symbol: str) -> str:
    """Give a text that is the same for two stores that hold the same bars, actions and facts of a symbol."""
    return _digest(steady(store, symbol, lambda: _whole(store, symbol)))


def _copy_symbol(source: ReadStore, target: Store, lease: Lease, symbol: str) -> Written | None:
    """Copy one symbol and give what was written, None when all of it was there."""
    batch = steady(source, symbol, lambda: _whole(source, symbol))
    expected, missing = _digest(batch), _missing_events(source, target, symbol)
    there = any(target.coverage(symbol, interval) for interval in INTERVALS) and checksum(target, symbol) == expected
    if there and not missing.events:
        return None
    written = target.write_all([batch, missing], lease)
    if not there and (seen := checksum(target, symbol)) != expected:
        counts = [target.coverage(symbol, interval) for interval in INTERVALS]
        raise StoreError(
            f"{target.name} holds something else of {symbol} than {source.name}: {_counts(batch)} were written and "
            f"{[count and count.count for count in counts]} are there (checksums {expected[:12]} and {seen[:12]}). "
            "Copy into an empty store."
        )
    return written


def _whole(store: ReadStore, symbol: str) -> Batch:
    bars = {interval: store.read(symbol, interval) for interval in INTERVALS}
    return Batch(symbol, bars, store.actions(symbol), facts=store.facts(symbol))


def _missing_events(source: ReadStore, target: ReadStore, symbol: str) -> Batch:
    there = set(target.events(symbol, last=ALL))
    return Batch(symbol, events=[event for event in reversed(source.events(symbol, last=ALL)) if event not in there])


def _digest(batch: Batch) -> str:
    digest = hashlib.sha256()
    for interval in INTERVALS:
        for column in _columns(batch.bars[interval]):
            digest.update(column)
    digest.update(repr(batch.actions).encode())
    digest.update(facts_text(batch.facts).encode() if batch.facts else b"")
    return digest.hexdigest()


def _columns(bars: pd.DataFrame) -> Iterator[bytes]:
    yield len(bars).to_bytes(8)
    yield pd.DatetimeIndex(bars.index).asi8.tobytes()
    for name in bars.columns:
        values = bars[name]
        yield (pd.DatetimeIndex(values).asi8 if name == "fetched_at" else values.to_numpy()).tobytes()


def _counts(batch: Batch) -> list[int]:
    return [len(batch.bars[interval]) for interval in INTERVALS]


def _copy_rest(source: ReadStore, target: Store, lease: Lease, symbols: set[str]) -> None:
    others = {event.symbol for event in source.events(last=ALL)} - symbols
    missing = [_missing_events(source, target, symbol) for symbol in sorted(others)]
    states = {key: value for key, value in source.states("").items() if key not in OWN_STATES}
    target.write_all([*missing, Batch("", states=states)], lease)
    there = set(map(repr, target.runs(last=ALL)))
    for run in reversed(source.runs(last=ALL)):
        if repr(run) not in there:
            target.record_run(run)
