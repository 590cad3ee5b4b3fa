from datetime import timedelta

import pytest

from stockdash.errors import InvalidSymbolError
from stockdash.ingest.watchlist import add_symbol, remove_symbol, watchlist


def add(store, clock, *symbols):
    for symbol in symbols:
        clock.now += timedelta(seconds=1)
        add_symbol(store, symbol, clock)


def test_the_settings_come_first(store):
    add_symbol(store, "mu")
    assert watchlist(store, ("TSM", "NVDA")) == ("TSM", "NVDA", "MU")


def test_symbols_come_in_the_order_in_which_they_were_added(store, clock):
    add(store, clock, "TSM", "AMD", "MU", "TSM")
    assert watchlist(store, ()) == ("TSM", "AMD", "MU")


def test_a_symbol_stands_once(store, clock):
    add(store, clock, "NVDA", "MU", "NVDA", "MU")
    assert watchlist(store, ("NVDA",)) == ("NVDA", "MU")


def test_what_is_no_symbol_is_not_added(store):
    with pytest.raises(InvalidSymbolError):
        add_symbol(store, "<script>")
    assert watchlist(store, ()) == ()


def test_an_added_symbol_can_be_removed(store, clock):
    add(store, clock, "MU", "AMD")
    remove_symbol(store, "MU")
    assert watchlist(store, ()) == ("AMD",)


def test_one_that_is_added_again_comes_last(store, clock):
    add(store, clock, "MU", "AMD")
    remove_symbol(store, "MU")
    add(store, clock, "MU")
    assert watchlist(store, ()) == ("AMD", "MU")


@pytest.mark.parametrize("key", ["watch:", "watch:../etc", "watch:nvda", "watchlist"])
def test_a_key_that_is_no_symbol_leaves_the_others(store, clock, key):
    add(store, clock, "MU", "AMD")
    store.set_state(key, "[]")
    assert watchlist(store, ("TSM",)) == ("TSM", "MU", "AMD")
