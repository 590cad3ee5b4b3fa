"""The symbols that are kept up to date: those of the settings, and those that users have added.

Each added symbol is a key of its own in the store, so that two people who change the list at once lose nothing.
"""

from collections.abc import Sequence

from stockdash.errors import InvalidSymbolError
from stockdash.sources import Clock, utc_now
from stockdash.stores import ReadStore, Store
from stockdash.symbols import parse_symbol

# Before a symbol; the value is the UTC time at which it was added.
PREFIX = "watch:"


def watchlist(store: ReadStore, tickers: Sequence[str]) -> tuple[str, ...]:
    """Give `tickers`, then the added symbols in the order in which they were added."""
    added = sorted(store.states(PREFIX).items(), key=lambda entry: entry[::-1])
    symbols = (key.removeprefix(PREFIX) for key, _ in added)
    return tuple(dict.fromkeys((*tickers, *filter(_is_symbol, symbols))))


def add_symbol(store: Store, symbol: str, clock: Clock = utc_now) -> None:
    """Add `symbol` to those that users have added; one that is there keeps its place.

    Raises
    ------
    InvalidSymbolError
        It can't be a symbol.
    """
    key = f"{PREFIX}{parse_symbol(symbol)}"
    if store.state(key) is None:
        store.set_state(key, clock().isoformat())


def remove_symbol(store: Store, symbol: str) -> None:
    """Take `symbol` from those that users have added; its bars stay."""
    store.set_state(f"{PREFIX}{symbol}", None)


def _is_symbol(text: str) -> bool:
    try:
        return parse_symbol(text) == text
    except InvalidSymbolError:
        # Whatever wrote that, it takes no other symbol along.
        return False
