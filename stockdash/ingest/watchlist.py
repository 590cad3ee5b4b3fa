"""The symbols that are kept up to date: those of the settings, and those that users have added."""

import json
from collections.abc import Sequence

from stockdash.errors import InvalidSymbolError
from stockdash.stores import ReadStore, Store
from stockdash.symbols import parse_symbol

STATE_KEY = "watchlist"


def watchlist(store: ReadStore, tickers: Sequence[str]) -> tuple[str, ...]:
    """Give `tickers`, then the added symbols in the order in which they were added."""
    return tuple(dict.fromkeys((*tickers, *_added(store))))


def add_symbol(store: Store, symbol: str) -> None:
    """Add `symbol` to those that users have added.

    Raises
    ------
    InvalidSymbolError
        It can't be a symbol.
    """
    added = dict.fromkeys((*_added(store), parse_symbol(symbol)))
    store.set_state(STATE_KEY, json.dumps(list(added)))


def remove_symbol(store: Store, symbol: str) -> None:
    """Take `symbol` from those that users have added; its bars stay."""
    store.set_state(STATE_KEY, json.dumps([other for other in _added(store) if other != symbol]))


def _added(store: ReadStore) -> tuple[str, ...]:
    try:
        added = json.loads(store.state(STATE_KEY) or "[]")
    except json.JSONDecodeError:
        return ()
    return tuple(entry for entry in added if _is_symbol(entry)) if isinstance(added, list) else ()


def _is_symbol(entry: object) -> bool:
    try:
        return isinstance(entry, str) and parse_symbol(entry) == entry
    except InvalidSymbolError:
        # Whatever wrote that, it takes no other symbol along.
        return False
