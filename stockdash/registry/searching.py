"""Finds indicators by what they are called, in any words."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from stockdash.indicators import Listing
from stockdash.installed import HOST
from stockdash.registry.catalog import Catalog

# Where a word stands says how much is meant by it; a match inside of a word counts less than one at its start.
_ID, _NAME, _SYNONYM, _CATEGORY, _DESCRIPTION = range(0, 50, 10)
_WHOLE, _START, _INSIDE = 0, 2, 6
_LEAST_INSIDE = 3  # letters; fewer are inside of nearly everything
_WORD = re.compile(r"[^\W_]+|%")
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class _Entry:
    """One indicator's words, each with the weight of the best place that it stands in."""

    indicator_id: str
    words: dict[str, int]
    phrases: frozenset[str]
    place: tuple[bool, str, str]


def search(catalog: Catalog, text: str) -> list[str]:
    """Give the ids of the indicators that have every word of `text`, the best matches first; all of them for no text.

    A word may be the start of a longer one, or stand inside it. The words may stand in any order, in the id, the
    names, the category or the description. Where nothing matches, words that are spelt alike are taken instead.
    """
    entries = _entries(catalog)
    wanted = _words(text)
    return _ranked(entries, wanted) or _ranked(entries, [_alike(entries, word) for word in wanted])


def _ranked(entries: tuple[_Entry, ...], wanted: list[str]) -> list[str]:
    scored = ((_score(entry, wanted), entry.place, entry.indicator_id) for entry in entries)
    return [indicator_id for score, _, indicator_id in sorted(each for each in scored if each[0] is not None)]


def _score(entry: _Entry, wanted: list[str]) -> int | None:
    """Give how far off the best match is, 0 for one that is called just so; None for no match."""
    if not wanted or " ".join(wanted) in entry.phrases:
        return 0
    total = 1
    for word in wanted:
        found = [weight + _gap(word, has) for has, weight in entry.words.items() if _gap(word, has) >= 0]
        if not found:
            return None
        total += min(found)
    return total


def _gap(word: str, has: str) -> int:
    if has.startswith(word):
        return _WHOLE if has == word else _START
    return _INSIDE if len(word) >= _LEAST_INSIDE and word in has else -1


def _alike(entries: tuple[_Entry, ...], word: str) -> str:
    known = {has for entry in entries for has in entry.words}
    return next(iter(get_close_matches(word, known, n=1, cutoff=_ALIKE)), word)


@lru_cache(maxsize=4)
def _entries(catalog: Catalog) -> tuple[_Entry, ...]:
    return tuple(_entry(catalog, listing) for listing in catalog.listings.values())


def _entry(catalog: Catalog, listing: Listing) -> _Entry:
    called = (listing.id, listing.short, listing.name, *listing.synonyms)
    told = (
        (_DESCRIPTION, listing.description),
        (_CATEGORY, listing.category),
        (_SYNONYM, " ".join(listing.synonyms)),
        (_NAME, listing.name),
        (_ID, f"{listing.id} {listing.short}"),
    )
    words = {word: weight for weight, text in told for word in _words(text)}
    origin = catalog.origins.get(listing.id)
    is_foreign = origin is not None and origin.package != HOST
    place = is_foreign, listing.name.casefold(), listing.id
    return _Entry(listing.id, words, frozenset(" ".join(_words(name)) for name in called if name), place)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
