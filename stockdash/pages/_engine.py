"""What all sessions share: settings, catalog, calendar, and the desks, each a store with what fills it.

Opened once per process, by the server's start or by the first page, whichever comes first.
"""

import json
import threading
from dataclasses import dataclass, field

import streamlit as st

from stockdash.market import Market
from stockdash.registry import Catalog, load_catalog
from stockdash.settings import Settings
from stockdash.stores import ReadStore, open_store


@dataclass(frozen=True, slots=True)
class Desk:
    """One store and what fills it. `made_up` tells that its bars are no real ones."""

    store: ReadStore
    tickers: tuple[str, ...]
    made_up: bool = False

    def watchlist(self) -> tuple[str, ...]:
        """Give the symbols to follow: those of the settings, then those that users have added."""
        added = json.loads(self.store.state("watchlist") or "[]")
        return tuple(dict.fromkeys((*self.tickers, *added)))


@dataclass(frozen=True, slots=True)
class Engine:
    """What all sessions share."""

    settings: Settings
    catalog: Catalog
    market: Market
    real: Desk
    calendar_ready: threading.Event = field(default_factory=threading.Event)


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """Open everything."""
    settings = Settings.load()
    return Engine(
        settings=settings,
        catalog=load_catalog(),
        market=Market(),
        real=Desk(open_store(settings), settings.stockdash_tickers),
    )
