"""The store on Supabase, shared by any number of processes: the functions of ``sql/`` called through the Data API.

Each method is one request and one transaction. Nothing is cut at the Data API's 1,000 rows, as every answer is one
JSON value. Who may write is decided by the database, in the transaction of the write and by its clock.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from stockdash.bars import Action, Interval
from stockdash.errors import StoreSchemaError, StoreTooNewError
from stockdash.stores import Batch, Coverage, Event, Lease, Picture, Run, Written
from stockdash.stores.rows import EPOCH, actions_of, event_of, facts_of, micros, moment_of, run_of, run_row
from stockdash.stores.supabase.client import DataApi
from stockdash.stores.supabase.columns import bars_of, parameters_of
from stockdash.stores.supabase.stamps import Stamps
from stockdash.symbols import Facts

# What sql/001_tables.sql writes into stockdash_schema.
SCHEMA = 1

_RUN = ("p_started_at", "p_finished_at", "p_holder", "p_inserted", "p_updated", "p_unchanged", "p_failed")


class SupabaseReadStore:
    """The reading half, for a key that may only read.

    Parameters
    ----------
    url : of the project, as its settings show it.
    key : the secret key, or the publishable one where ``sql/optional/read_policy.sql`` was applied.

    Raises
    ------
    StoreError
        The project can't be reached, does not know the key or lacks what ``sql/`` makes.
    """

    def __init__(self, url: str, key: str) -> None:
        self._api = DataApi(url, key)
        self._stamps = Stamps(lambda since: self._api.ask("read_revisions", p_since=since))
        try:
            self._check()
        except BaseException:
            self._api.close()
            raise

    @property
    def name(self) -> str:
        """The project's address, for messages."""
        return f"The Supabase store at {self._api.host}"

    @property
    def notices(self) -> tuple[str, ...]:
        """Nothing: what is wrong with a project is an error."""
        return ()

    def symbols(self) -> tuple[str, ...]:
        """Give every symbol with at least one bar, sorted."""
        return tuple(self._api.ask("read_tickers"))

    def read(
        self,
        symbol: str,
        interval: Interval,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        last: int | None = None,
    ) -> pd.DataFrame:
        """Give the observed frame of the bars that start in ``[start, end)``, or only the `last` of them."""
        bound = _day_bound if interval == "1d" else _bound
        columns = self._api.ask(
            f"read_bars_{interval}", p_ticker=symbol, p_from=bound(start), p_until=bound(end), p_last=last
        )
        return bars_of(columns, interval, origin=self.name)

    def picture(
        self, symbol: str, interval: Interval, *, start: datetime | None = None, last: int | None = None
    ) -> Picture:
        """Give what a chart of the bars from `start` on, or of the `last` of them, is drawn from: one request."""
        bound = _day_bound(start) if interval == "1d" else _bound(start)
        seen = self._api.ask(f"read_chart_{interval}", p_ticker=symbol, p_from=bound, p_last=last)
        return Picture(
            bars_of(seen["1d"], "1d", origin=self.name),
            bars_of(seen["30m"], "30m", origin=self.name),
            _actions(seen["about"]),
        )

    def actions(self, symbol: str) -> tuple[Action, ...]:
        """Give every version of every corporate action, sorted."""
        return _actions(self._about(symbol))

    def coverage(self, symbol: str, interval: Interval) -> Coverage | None:
        """Tell what is stored, or None for nothing."""
        row = (self._about(symbol)["coverage"] or {}).get(interval)
        return row and _coverage(row)

    def stamp(self, symbol: str) -> str:
        """Give a text that changes whenever anything that is stored of the symbol changes."""
        about = self._about(symbol)
        return f"{about['identity']}-{about['revision']}"

    def recent_stamp(self, symbol: str) -> str:
        """Give `stamp` as it was at most a second ago; what this process wrote since then is in it."""
        return self._stamps.of(symbol)

    def coverages(self) -> Mapping[tuple[str, Interval], Coverage]:
        """Tell what is stored, of everything that is."""
        return {(symbol, interval): _coverage(row) for symbol, interval, *row in self._api.ask("read_coverage")}

    def facts(self, symbol: str) -> Facts | None:
        """Tell what the symbol is, or None when nobody has said."""
        text = self._about(symbol)["facts"]
        return text and facts_of(text)

    def events(self, symbol: str | None = None, *, last: int = 100) -> tuple[Event, ...]:
        """Give the newest events, newest first."""
        return tuple(map(event_of, self._api.ask("read_events", p_ticker=symbol, p_last=last)))

    def runs(self, *, last: int = 20) -> tuple[Run, ...]:
        """Give the newest ingest runs, newest first."""
        return tuple(map(run_of, self._api.ask("read_runs", p_last=last)))

    def state(self, key: str) -> str | None:
        """Give a small remembered text, or None."""
        text: str | None = self._api.ask("read_state", p_key=key)
        return text

    def states(self, prefix: str) -> Mapping[str, str]:
        """Give every remembered text whose key starts with `prefix`, sorted by key."""
        return dict(self._api.ask("read_states", p_prefix=prefix))

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _about(self, symbol: str) -> Any:
        return self._api.ask("read_about", p_ticker=symbol)

    def _check(self) -> None:
        version = self._api.ask("read_version")
        if not isinstance(version, int):
            raise StoreSchemaError(
                f"{self.name} does not tell its schema's version: got {version!r:.40}, expected {SCHEMA}. "
                "Is it a Supabase project that was set up? See: stockdash db check"
            )
        if version > SCHEMA:
            raise StoreTooNewError(
                f"{self.name} was set up for a newer stockdash (schema {version}; this one knows {SCHEMA}). "
                "Upgrade with: pip install -U stockdash"
            )
        if version < SCHEMA:
            raise StoreSchemaError(
                f"{self.name} was set up by an older stockdash (schema {version}; expected {SCHEMA}). "
                "Apply what this prints: stockdash db sql"
            )


class SupabaseStore(SupabaseReadStore):
    """The whole store, for the secret key."""

    def write(self, batch: Batch, lease: Lease) -> Written:
        """Store the whole batch, or nothing of it; raises as the contract says."""
        return self.write_all((batch,), lease)

    def write_all(self, batches: Sequence[Batch], lease: Lease) -> Written:
        """Store all batches in one transaction, or nothing of them; raises as `write`.

        100,000 bars take about half a second. When the connection breaks off, the same is sent again: should the
        first have arrived, its bars are then counted as unchanged.
        """
        columns = parameters_of(batches)
        given = sum(len(frame) for batch in batches for frame in batch.bars.values())
        inserted, updated = self._api.ask(
            "write_batches", p_lock_name=lease.name, p_owner_id=lease.holder, p_token=lease.token, **columns
        )
        self._stamps.forget()
        return Written(inserted, updated, given - inserted - updated)

    def record_run(self, run: Run) -> None:
        """Remember an ingest run."""
        self._api.ask("record_ingest_run", **dict(zip(_RUN, run_row(run), strict=True)))

    def set_state(self, key: str, value: str | None) -> None:
        """Remember a small text, or forget it with None; needs no lease."""
        self._api.ask("set_app_state", p_key=key, p_value=value)

    def acquire(self, name: str, holder: str, ttl_seconds: float) -> Lease | None:
        """Take the lease if nobody holds it, else give None; by the database's clock, in whole seconds."""
        # Not sent twice: had the first arrived, the second would find the lease taken by ourselves.
        taken = self._api.ask_once("take_ingest_lease", **_lease(name, holder, ttl_seconds))
        return taken and Lease(name, holder, taken[0], moment_of(taken[1]))

    def renew(self, lease: Lease, ttl_seconds: float) -> Lease | None:
        """Prolong the lease, or give None when it is lost."""
        renewed = self._api.ask(
            "renew_ingest_lease", **_lease(lease.name, lease.holder, ttl_seconds), p_token=lease.token
        )
        return renewed and Lease(lease.name, lease.holder, renewed[0], moment_of(renewed[1]))

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is left alone."""
        self._api.ask("release_ingest_lock", p_lock_name=lease.name, p_owner_id=lease.holder, p_token=lease.token)

    def lease(self, name: str) -> Lease | None:
        """Tell who holds the lease, or None."""
        return next((lease for lease in self.leases(name) if lease.name == name), None)

    def leases(self, prefix: str) -> tuple[Lease, ...]:
        """Give every lease that somebody holds and whose name starts with `prefix`, sorted by name."""
        rows = self._api.ask("read_leases", p_prefix=prefix)
        return tuple(Lease(name, holder, token, moment_of(expires_at)) for name, holder, token, expires_at in rows)


def _lease(name: str, holder: str, ttl_seconds: float) -> dict[str, object]:
    return {"p_lock_name": name, "p_owner_id": holder, "p_lease_seconds": math.ceil(ttl_seconds)}


def _actions(about: Mapping[str, Any]) -> tuple[Action, ...]:
    # JSON writes 1.0 as 1.
    rows = ((*version, float(value)) for *version, value in about["actions"] or ())
    return tuple(sorted(actions_of(rows)))


def _coverage(row: Sequence[int]) -> Coverage:
    first, last, count, last_fetched = row
    return Coverage(moment_of(first), moment_of(last), count, moment_of(last_fetched))


def _bound(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _day_bound(moment: datetime | None) -> str | None:
    """Give the first day whose midnight UTC is not before `moment`."""
    if moment is None:
        return None
    days = -(-micros(moment) // micros(EPOCH + timedelta(days=1)))
    return (EPOCH + timedelta(days=days)).date().isoformat()
