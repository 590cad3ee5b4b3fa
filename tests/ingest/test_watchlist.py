import pytest

from stockdash.errors import InvalidSymbolError
from stockdash.ingest.watchlist import add_symbol, remove_symbol, watchlist


def test_the_settings_come_first(store):
    add_symbol(store, "mu")
    assert watchlist(store, ("TSM", "NVDA")) == ("TSM", "NVDA", "MU")


def test_a_symbol_stands_once(store):
    for _ in range(2):
        add_symbol(store, "NVDA")
        add_symbol(store, "MU")
    assert watchlist(store, ("NVDA",)) == ("NVDA", "MU")


def test_what_is_no_symbol_is_not_added(store):
    with pytest.raises(InvalidSymbolError):
        add_symbol(store, "<script>")
    assert watchlist(store, ()) == ()


def test_an_added_symbol_can_be_removed(store):
    add_symbol(store, "MU")
    add_symbol(store, "AMD")
    remove_symbol(store, "MU")
    assert watchlist(store, ()) == ("AMD",)


@pytest.mark.parametrize("text", ["no json", "5", "null", '{"NVDA": 1}'])
def test_a_damaged_list_leaves_the_settings(store, text):
    store.set_state("watchlist", text)
    assert watchlist(store, ("TSM",)) == ("TSM",)


def test_a_damaged_entry_leaves_the_others(store):
    store.set_state("watchlist", '["MU", "../etc", null, 7, "AMD"]')
    assert watchlist(store, ()) == ("MU", "AMD")
