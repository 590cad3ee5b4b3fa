"""When the source last answered about a symbol, whether or not it had anything new.

Stored bars can't tell: on a holiday that the New York calendar does not have, or of a symbol without 30-minute bars,
the source was asked and nothing came. Kept as small states beside the bars, written with them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from stockdash.bars import Interval
from stockdash.stores import LOOKED, MANY, DistantStore, ReadStore

# From so many symbols on, reading all looks at once is cheaper than reading each.
_MANY = 20


def look(symbol: str, interval: Interval, at: datetime) -> Mapping[str, str]:
    """Give the state that remembers an answer that came at `at` (UTC)."""
    return {_key(symbol, interval): at.isoformat()}


def looked_at(store: ReadStore, symbol: str, interval: Interval) -> datetime | None:
    """Give when (UTC) the source last answered, or None when that is not known."""
    return _moment(store.state(_key(symbol, interval)))


def looks_of(store: ReadStore, interval: Interval, symbols: Sequence[str]) -> Mapping[str, datetime | None]:
    """Give when the source last answered about each of `symbols`, as `looked_at`."""
    if len(symbols) < (MANY if isinstance(store, DistantStore) else _MANY):
        return {symbol: looked_at(store, symbol, interval) for symbol in symbols}
    texts = store.states(_key("", interval))
    return {symbol: _moment(texts.get(_key(symbol, interval))) for symbol in symbols}


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        # Not knowing costs one more question.
        return None
    return at if at.tzinfo else None


def _key(symbol: str, interval: Interval) -> str:
    return f"{LOOKED}{interval}:{symbol}"
