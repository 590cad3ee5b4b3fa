"""Leases: who may write until when. Every function works inside a transaction that is already open.

Safety comes from `check` in the transaction of the write: while it is open nobody else can take the lease.
"""

from datetime import datetime, timedelta

from stockdash.errors import LeaseLostError
from stockdash.stores import Lease
from stockdash.stores.rows import micros, moment_of
from stockdash.stores.sqlite.opening import Connection


def held(connection: Connection, name: str, now: datetime) -> Lease | None:
    """Tell who holds the lease `name`, or None."""
    lease = _newest(connection, name)
    return lease if lease and lease.expires_at > now else None


def all_held(connection: Connection, names: tuple[str, str], now: datetime) -> tuple[Lease, ...]:
    """Give every lease that somebody holds and whose name is between `names`, sorted by name."""
    query = "select name, holder, token, expires_at from leases where name >= ? and name < ? order by name"
    rows = [row for row in connection.execute(query, names) if row[3] > micros(now)]
    return tuple(Lease(name, holder, token, moment_of(expires_at)) for name, holder, token, expires_at in rows)


def take(connection: Connection, name: str, holder: str, *, now: datetime, ttl_seconds: float) -> Lease | None:
    """Give the lease with the next token, or None while somebody holds it."""
    newest = _newest(connection, name)
    if newest and newest.expires_at > now:
        return None
    token = newest.token + 1 if newest else 1
    return _save(connection, Lease(name, holder, token, now + timedelta(seconds=ttl_seconds)))


def prolong(connection: Connection, lease: Lease, *, now: datetime, ttl_seconds: float) -> Lease | None:
    """Give the lease with a later end, or None when it is lost."""
    if not _is_valid(connection, lease, now):
        return None
    return _save(connection, Lease(lease.name, lease.holder, lease.token, now + timedelta(seconds=ttl_seconds)))


def give_back(connection: Connection, lease: Lease, now: datetime) -> None:
    """End the lease now; a lost one is left alone."""
    if _is_valid(connection, lease, now):
        _save(connection, Lease(lease.name, lease.holder, lease.token, now))


def check(connection: Connection, lease: Lease, now: datetime) -> None:
    """Go on only while `lease` is held.

    Raises
    ------
    LeaseLostError
        It expired or was taken over.
    """
    if not _is_valid(connection, lease, now):
        raise LeaseLostError(
            f"{lease.holder} no longer holds the lease {lease.name!r} (token {lease.token}): "
            "it expired or was taken over. Nothing of this write was stored; the next run does it again."
        )


def _is_valid(connection: Connection, lease: Lease, now: datetime) -> bool:
    newest = held(connection, lease.name, now)
    return newest is not None and (newest.holder, newest.token) == (lease.holder, lease.token)


def _newest(connection: Connection, name: str) -> Lease | None:
    row = connection.execute("select holder, token, expires_at from leases where name = ?", (name,)).fetchone()
    return Lease(name, row[0], row[1], moment_of(row[2])) if row else None


def _save(connection: Connection, lease: Lease) -> Lease:
    values = (lease.name, lease.holder, lease.token, micros(lease.expires_at))
    connection.execute("insert or replace into leases (name, holder, token, expires_at) values (?, ?, ?, ?)", values)
    return lease
