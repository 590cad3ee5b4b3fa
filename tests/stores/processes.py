"""What other processes do in the tests of the stores; each tells the test through its end of a pipe."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from stockdash.errors import StoreError
from stockdash.stores import steady
from stockdash.stores.sqlite import SqliteStore
from tests.stores.samples import Clock, hold, numbers_seen, whole_write
from tests.stores.snapshots import write_snapshot

# A server that has the imports done starts a process in milliseconds; Windows has only `spawn`.
METHOD = "forkserver" if os.name == "posix" else "spawn"
PROCESSES = multiprocessing.get_context(METHOD)
if METHOD == "forkserver":
    PROCESSES.set_forkserver_preload([__name__, "stockdash.stores.supabase"])


@contextmanager
def process(work: Callable[..., None], *args: object) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run `work` in another process, which is killed at the end at the latest."""
    ours, theirs = PROCESSES.Pipe()
    started = PROCESSES.Process(target=work, args=(*args, theirs), daemon=True)
    started.start()
    theirs.close()
    try:
        yield started, ours
    finally:
        started.kill()
        started.join()
        ours.close()


def write_for_ever(path: Path, first: int, pipe: Connection) -> None:
    store = SqliteStore(path, clock=Clock())
    lease = store.lease("ingest") or hold(store)
    for number in range(first, first + 100_000):
        store.write(whole_write(number), lease)
        pipe.send(number)


def snapshot_for_ever(path: Path, folder: Path, first: int, pipe: Connection) -> None:
    store = SqliteStore(path, clock=Clock())
    lease = store.lease("ingest") or hold(store)
    for number in range(first, first + 100_000):
        store.write(whole_write(number), lease)
        write_snapshot(store, folder, ["NVDA"])
        pipe.send(number)


def read_until_told(path: Path, pipe: Connection) -> None:
    store, seen = SqliteStore(path, clock=Clock()), []
    pipe.send("ready")
    while not pipe.poll():
        seen.append(len(steady(store, "NVDA", lambda: numbers_seen(store))))
    pipe.send(seen)


def acquire_when_told(path: Path, pipe: Connection) -> None:
    store = SqliteStore(path, clock=Clock())
    pipe.send("ready")
    pipe.recv()
    pipe.send(store.acquire("ingest", str(os.getpid()), 60.0))


def open_when_told(path: Path, pipe: Connection) -> None:
    pipe.send("ready")
    pipe.recv()
    store = SqliteStore(path, clock=Clock())
    pipe.send((store.stamp("NVDA"), store.notices))


def write_with_little_room(path: Path, folder: Path, room: int, pipe: Connection) -> None:
    """Write with every file limited to `room` bytes beyond the database's size, as a full disk would."""
    import resource  # noqa: PLC0415 - only there on POSIX

    store = SqliteStore(path, clock=Clock())
    lease, limit = store.lease("ingest") or hold(store), path.stat().st_size + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    faults = []
    for work in (
        lambda: [store.write(whole_write(number), lease) for number in range(2, 200)],
        lambda: write_snapshot(store, folder, ["NVDA"]),
    ):
        try:
            work()
        except StoreError as exc:
            faults.append(exc)
    pipe.send((faults, numbers_seen(store)))
