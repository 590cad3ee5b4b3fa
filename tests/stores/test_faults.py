"""Faults of the real world, with real processes: kill -9, a full disk, many readers, files that are damaged."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from stockdash.errors import StoreUnavailableError
from stockdash.stores.parquet import ParquetStore
from stockdash.stores.sqlite import SqliteStore
from tests.stores.processes import (
    acquire_when_told,
    open_when_told,
    process,
    read_until_told,
    snapshot_for_ever,
    write_for_ever,
    write_with_little_room,
)
from tests.stores.samples import Clock, fill, numbers_seen, whole_write
from tests.stores.snapshots import write_snapshot

PATIENCE = 60.0
posix_only = pytest.mark.skipif(os.name != "posix", reason="limits the size of files; run it on Linux or macOS")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stockdash.db"


def told(pipe):
    assert pipe.poll(PATIENCE), "the other process said nothing"
    return pipe.recv()


def test_a_killed_writer_leaves_a_whole_state(path: Path):
    reached = 0
    for tenth in range(8):
        with process(write_for_ever, path, reached + 1) as (writer, pipe):
            while (number := told(pipe)) < reached + 2:
                pass
            pipe.poll(tenth / 1000)
            writer.kill()
            writer.join()
        store = SqliteStore(path, clock=Clock())
        (reached,) = numbers_seen(store)
        assert reached >= number
        reached = int(reached)
        store.close()


def test_a_killed_snapshot_writer_leaves_whole_files(path: Path, tmp_path: Path):
    reached, folder = 0, tmp_path / "snapshots"
    for tenth in range(5):
        with process(snapshot_for_ever, path, folder, reached + 1) as (writer, pipe):
            reached = told(pipe)
            pipe.poll(tenth / 1000)
            writer.kill()
            writer.join()
        store = ParquetStore(folder)
        assert [len(set(store.read("NVDA", interval)["close"])) for interval in ("1d", "30m")] == [1, 1]
        assert max(numbers_seen(store)) >= reached
        reached += 1


def test_many_processes_read_beside_one_that_writes(path: Path):
    fill(SqliteStore(path, clock=Clock()), whole_write(1))
    with ExitStack() as running:
        pipes = [running.enter_context(process(read_until_told, path))[1] for _ in range(4)]
        assert {told(pipe) for pipe in pipes} == {"ready"}
        _, writing = running.enter_context(process(write_for_ever, path, 2))
        while told(writing) < 20:
            pass
        for pipe in pipes:
            pipe.send("stop")
        seen = [told(pipe) for pipe in pipes]
    assert {parts for reader in seen for parts in reader} == {1}
    assert min(map(len, seen)) > 1


def test_one_of_many_processes_gets_the_lease(path: Path):
    leases = all_at_once(acquire_when_told, path)
    assert [lease.token for lease in leases if lease] == [1]


def test_many_processes_make_one_new_file_together(path: Path):
    assert len(set(all_at_once(open_when_told, path))) == 1


def test_many_processes_set_one_damaged_file_aside_once(path: Path):
    path.write_bytes(b"no database at all" * 1000)
    stamps = {stamp for stamp, _ in all_at_once(open_when_told, path)}
    assert len(stamps) == 1
    assert len(list(path.parent.glob("*.damaged-*"))) == 1


def test_a_lock_file_with_something_in_it_is_named(path: Path):
    path.with_name("stockdash.db.lock").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailableError, match=r"stockdash\.db\.lock.*Delete it"):
        SqliteStore(path)


def all_at_once(work, path: Path) -> list:
    with ExitStack() as running:
        pipes = [running.enter_context(process(work, path))[1] for _ in range(8)]
        assert {told(pipe) for pipe in pipes} == {"ready"}
        for pipe in pipes:
            pipe.send("go")
        return [told(pipe) for pipe in pipes]


@posix_only
@pytest.mark.parametrize("room", [0, 100_000])
def test_a_full_disk_is_named_and_the_previous_state_reads(path: Path, tmp_path: Path, room):
    folder, store = tmp_path / "snapshots", SqliteStore(path, clock=Clock())
    fill(store, whole_write(1))
    write_snapshot(store, folder, ["NVDA"])
    store.close()
    with process(write_with_little_room, path, folder, room) as (_, pipe):
        faults, seen_there = told(pipe)
    assert isinstance(faults[0], StoreUnavailableError)
    assert "Is it full" in str(faults[0]) or "disk is full" in str(faults[0])
    assert numbers_seen(SqliteStore(path, clock=Clock())) == seen_there
    assert len(seen_there) == len(numbers_seen(ParquetStore(folder))) == 1
