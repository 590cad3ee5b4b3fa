"""What all sessions share: settings, catalog, calendar, and the desks, each a store with what fills it.

Opened once per process, by the server's start or by the first page, whichever comes first.
"""

import threading
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from stockdash.ingest.backlog import Snapshot
from stockdash.ingest.looks import looked_at
from stockdash.ingest.run import open_ingestion
from stockdash.ingest.schedule import Scheduler
from stockdash.ingest.watchlist import add_symbol, remove_symbol, watchlist
from stockdash.market import Market, MarketState
from stockdash.registry import Catalog, load_catalog, rescan
from stockdash.settings import Settings
from stockdash.sources import Clock, Source, utc_now
from stockdash.stores import ReadStore, Store, open_store, writable
from stockdash.verdicts import Verdict
from stockdash.verdicts.checking import Checking

# What a first picture needs comes first: the calendar and the source's library take a second to load.
_HEAD_START_SECONDS = 2.0
# Whoever has just opened the app has it to himself before what is installed is checked.
_QUIET_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Desk:
    """One store and what fills it.

    Attributes
    ----------
    made_up : whether its bars are no real ones.
    scheduler, source : None where the store only reads.
    on_schedule : whether this process follows the exchange's calendar by itself.
    """

    store: ReadStore
    tickers: tuple[str, ...]
    made_up: bool = False
    scheduler: Scheduler | None = None
    source: Source | None = None
    on_schedule: bool = False

    def watchlist(self) -> tuple[str, ...]:
        """Give the symbols to follow: those of the settings, then those that users have added."""
        return watchlist(self.store, self.tickers)

    def follow(self, symbol: str) -> None:
        """Put `symbol` on the watchlist and fetch it now."""
        add_symbol(writable(self.store), symbol)
        self.fetch(symbol)

    def unfollow(self, symbol: str) -> None:
        """Take `symbol` off the watchlist; what is stored stays."""
        remove_symbol(writable(self.store), symbol)

    def fetch(self, *symbols: str) -> None:
        """Fetch `symbols`, or everything on the watchlist, in the background."""
        if self.scheduler is not None:
            self.scheduler.run_now(symbols)

    def is_lost(self, symbol: str) -> bool:
        """Tell whether `symbol` was fetched and is not known any more: a fresh file has taken a damaged one's place."""
        is_known = looked_at(self.store, symbol, "1d") is not None or self.store.coverage(symbol, "1d") is not None
        return not is_known and self._was_fetched(symbol)

    def refill(self) -> None:
        """Fetch everything again if what was fetched is lost; all is lost at once, so one symbol tells."""
        fetched = next(filter(self._was_fetched, self.watchlist()), None)
        if fetched is not None and self.is_lost(fetched):
            self.fetch()

    def _was_fetched(self, symbol: str) -> bool:
        state = self.snapshot().symbols.get(symbol)
        return state is not None and state.step in {"stored", "up to date"}

    def snapshot(self) -> Snapshot:
        """Tell what the background does."""
        return self.scheduler.snapshot() if self.scheduler is not None else Snapshot()

    def silence(self) -> str:
        """Tell why the source is not asked ("rate-limited until 14:32 UTC"); empty when it may be."""
        return self.source.status() if self.source is not None else ""


class Installed:
    """The catalogue that all sessions see, and what is proved of what is in it."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.checking = Checking(
            settings.stockdash_data_dir / "verdicts", lambda: self.catalog, is_on=settings.stockdash_check_plugins
        )
        self._one_by_one = threading.Lock()

    def rescan(self) -> Catalog:
        """Put what was installed meanwhile into the catalogue, for all sessions."""
        with self._one_by_one:
            self.catalog = rescan(self.catalog)
        self.checking.wake()
        return self.catalog


@dataclass(frozen=True, slots=True)
class Engine:
    """What all sessions share."""

    settings: Settings
    installed: Installed
    market: Market
    real: Desk
    clock: Clock
    _others: list[Desk] = field(default_factory=list)
    _awake: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)

    @property
    def catalog(self) -> Catalog:
        """What is installed, as of the last rescan."""
        return self.installed.catalog

    def verdict(self, indicator_id: str) -> Verdict:
        """Tell what is proved of an indicator."""
        return self.installed.checking.of(indicator_id)

    @property
    def knows_market(self) -> bool:
        """Whether the exchange's calendar has been loaded, so that asking for the market costs nothing."""
        return self._awake.is_set()

    def market_state(self) -> MarketState:
        """Tell whether the market is open now."""
        state = self.market.state(self.clock())
        self._awake.set()
        return state

    def start(self) -> None:
        """Begin to follow the exchange's calendar, in the background: at once where nothing is stored yet."""
        first = self.real.watchlist()[:1]
        has_bars = any(self.real.store.coverage(symbol, "1d") for symbol in first)
        threading.Thread(target=self._begin, args=(_HEAD_START_SECONDS * has_bars,), daemon=True).start()

    def stop(self) -> None:
        """End the background work; what is being stored is waited for."""
        self._closing.set()
        self.installed.checking.stop()
        for desk in (self.real, *self._others):
            if desk.scheduler is not None:
                desk.scheduler.stop()
            desk.store.close()

    def keep(self, desk: Desk) -> Desk:
        """End `desk` with everything else."""
        self._others.append(desk)
        return desk

    def _begin(self, head_start_seconds: float) -> None:
        if self._closing.wait(head_start_seconds):
            return
        if self.real.scheduler is not None:
            self.real.scheduler.start(on_schedule=self.real.on_schedule)
        self.market_state()
        self.installed.checking.start(_QUIET_SECONDS)


@st.cache_resource(show_spinner=False)
def engine(_clock: Clock = utc_now) -> Engine:
    """Open everything; nothing is asked of a source before `Engine.start`.

    Parameters
    ----------
    _clock : gives the present time in UTC. Only the first call decides; Streamlit leaves it out of the key.

    Raises
    ------
    SettingsError, StoreError
        The settings make no sense, or the store can't be opened.
    """
    settings = Settings.load()
    market = Market(frozenset(settings.stockdash_closures))
    return Engine(
        settings, Installed(load_catalog(gate=settings.gate), settings), market, _open_desk(settings, _clock), _clock
    )


@st.cache_resource(show_spinner=False)
def demo_desk() -> Desk:
    """Open the desk of made-up bars, in a store of its own, and bring it up to date."""
    app = engine()
    if app.real.made_up:
        return app.real
    desk = _open_desk(
        app.settings.model_copy(update={"stockdash_source": "demo", "stockdash_store": "sqlite"}), app.clock
    )
    if desk.scheduler is not None:
        desk.scheduler.start(on_schedule=False)
    desk.fetch()
    return desk


def _open_desk(settings: Settings, clock: Clock) -> Desk:
    store = open_store(settings)
    made_up = settings.stockdash_source == "demo"
    if not isinstance(store, Store):
        return Desk(store, settings.stockdash_tickers, made_up)
    ingestion = open_ingestion(settings, store, clock)
    return Desk(
        store,
        settings.stockdash_tickers,
        made_up,
        scheduler=Scheduler(ingestion, partial(watchlist, store, settings.stockdash_tickers)),
        source=ingestion.source,
        on_schedule=settings.scheduler_enabled,
    )
