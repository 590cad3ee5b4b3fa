import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stockdash.errors import StoreDamagedError, StoreTooNewError, StoreUnavailableError
from stockdash.stores import Batch, Store, steady
from stockdash.stores.parquet import ParquetStore
from stockdash.stores.parquet.layout import METADATA_KEY, bars_path, manifest_path
from stockdash.stores.sqlite import SqliteStore
from tests.stores.read_contract import Filled, ReadContract
from tests.stores.samples import EVENT, FACTS, Clock, fill, numbers_seen, observed, whole_write
from tests.stores.snapshots import write_snapshot


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "stockdash.db", clock=Clock())
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture
def filled(source: Store, folder: Path) -> Filled:
    def publish(*batches: Batch, **rest) -> ParquetStore:
        fill(source, *batches, **rest)
        write_snapshot(source, folder, source.symbols())
        return ParquetStore(folder)

    return publish


class TestParquetStore(ReadContract):
    pass


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Give the time and content of every file in the folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def head_replaced(path: Path, old: bytes, new: bytes) -> None:
    table = pq.read_table(path)
    metadata = {**table.schema.metadata, METADATA_KEY: table.schema.metadata[METADATA_KEY].replace(old, new)}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_pandas_opens_a_file_as_it_is(filled: Filled, folder: Path):
    bars = observed(5)
    filled(Batch("NVDA", {"1d": bars}))
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "1d" / "_NVDA.parquet"), bars)


def test_other_tools_see_the_time_as_a_column(filled: Filled, folder: Path):
    filled(Batch("NVDA", {"1d": observed(5)}))
    schema = pq.read_schema(folder / "1d" / "_NVDA.parquet")
    assert schema.field("ts").type == pa.timestamp("us", tz="UTC")


def test_a_snapshot_of_nothing_new_writes_nothing(filled: Filled, source: Store, folder: Path):
    filled(whole_write(1), Batch("TSM", {"1d": observed(3)}, facts=FACTS), state={"note": "[]"})
    before = files(folder)
    assert write_snapshot(source, folder, source.symbols()) == 0
    assert files(folder) == before


def test_only_the_changed_symbol_is_written(filled: Filled):
    store = filled(whole_write(1), Batch("TSM", {"1d": observed(3)}))
    stamps = store.stamp("NVDA"), store.stamp("TSM")
    filled(Batch("TSM", {"1d": observed(4)}))
    assert (store.stamp("NVDA"), len(store.read("TSM", "1d"))) == (stamps[0], 4)
    assert store.stamp("TSM") != stamps[1]


def test_symbols_that_are_not_named_keep_their_files(filled: Filled, source: Store, folder: Path):
    filled(Batch("NVDA", {"1d": observed(1)}))
    fill(source, Batch("NVDA", {"1d": observed(2)}), Batch("TSM", {"1d": observed(3)}))
    write_snapshot(source, folder, ["TSM"])
    assert [len(ParquetStore(folder).read(symbol, "1d")) for symbol in ("NVDA", "TSM")] == [1, 3]


def test_a_new_event_alone_reaches_the_snapshot(filled: Filled):
    filled(Batch("NVDA", {"1d": observed(1)}))
    assert filled(Batch("NVDA", events=[EVENT])).events() == (EVENT,)


@pytest.mark.parametrize("spoil", [b"", b"no parquet", None], ids=["empty", "text", "cut"])
def test_a_damaged_file_is_named_and_the_rest_reads(filled: Filled, folder: Path, spoil):
    store = filled(whole_write(1), Batch("TSM", {"1d": observed(3)}))
    path = bars_path(folder, "NVDA", "1d")
    path.write_bytes(path.read_bytes()[:-100] if spoil is None else spoil)
    with pytest.raises(StoreDamagedError, match=r"_NVDA\.parquet"):
        store.read("NVDA", "1d")
    assert len(store.read("TSM", "1d")) == 3
    assert [str(path) in notice for notice in store.notices] == [True]


def test_damage_in_the_middle_is_found(filled: Filled, folder: Path):
    store = filled(whole_write(1))
    path = bars_path(folder, "NVDA", "1d")
    content = path.read_bytes()
    path.write_bytes(content[:8] + bytes(len(content) // 4) + content[8 + len(content) // 4 :])
    with pytest.raises(StoreDamagedError):
        store.read("NVDA", "1d")


def test_bars_that_can_not_be_right_are_damage(filled: Filled, folder: Path):
    store = filled(whole_write(1))
    path = bars_path(folder, "NVDA", "1d")
    table = pq.read_table(path)
    pq.write_table(table.set_column(1, "high", pa.array([0.0] * len(table))), path)
    with pytest.raises(StoreDamagedError, match="can't be right"):
        store.read("NVDA", "1d")


def test_a_file_of_a_newer_version_is_named_and_the_rest_reads(filled: Filled, folder: Path):
    store = filled(whole_write(1), Batch("TSM", {"1d": observed(3)}))
    head_replaced(bars_path(folder, "NVDA", "1d"), b'"version": 1', b'"version": 2')
    with pytest.raises(StoreTooNewError, match=r"_NVDA\.parquet.*pip install -U stockdash"):
        store.read("NVDA", "1d")
    assert len(store.read("TSM", "1d")) == 3


def test_a_parquet_file_of_somebody_else_is_damage(filled: Filled, folder: Path):
    store = filled(whole_write(1))
    observed(5).to_parquet(bars_path(folder, "NVDA", "1d"))
    with pytest.raises(StoreDamagedError):
        store.actions("NVDA")


def test_the_next_snapshot_mends_a_damaged_file(filled: Filled, folder: Path):
    store = filled(whole_write(1))
    bars_path(folder, "NVDA", "1d").write_bytes(b"")
    with pytest.raises(StoreDamagedError):
        store.read("NVDA", "1d")
    filled()
    assert (len(store.read("NVDA", "1d")), store.notices) == (300, ())


def test_an_open_store_sees_each_new_manifest(filled: Filled, folder: Path):
    reader, seen = ParquetStore(folder), []
    for text in ("one", "two"):
        seen.append(reader.state("note"))
        filled(state={"note": text})
    manifest_path(folder).unlink()
    assert (*seen, reader.state("note")) == (None, "one", None)


def test_a_manifest_that_stays_is_read_once(filled: Filled, monkeypatch: pytest.MonkeyPatch):
    reader = filled(state={"note": "text"})
    assert reader.state("note") == "text"
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read again"))
    assert (reader.state("note"), dict(reader.states("no")), reader.runs()) == ("text", {"note": "text"}, ())


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": 1}', b'{"version": 1, "state": [3]}'])
def test_a_damaged_manifest_leaves_the_bars(filled: Filled, folder: Path, content):
    store = filled(whole_write(1))
    manifest_path(folder).write_bytes(content)
    assert (store.events(), store.runs(), store.states("")) == ((), (), {})
    assert numbers_seen(store) == {1.0}
    assert [str(manifest_path(folder)) in notice for notice in store.notices] == [True]


@pytest.mark.parametrize("name", ["1d/_NVDA.parquet", "manifest.json"])
def test_a_file_that_can_not_be_read_is_named(filled: Filled, folder: Path, name):
    (folder / name).mkdir(parents=True)
    with pytest.raises(StoreUnavailableError, match=name):
        filled(whole_write(1))


def test_files_of_others_are_no_symbols(filled: Filled, folder: Path):
    store = filled(whole_write(1))
    for name in ("notes.parquet", "_nvda.parquet", "_%2E%2E.parquet", "_TSM.parquet.part"):
        (folder / "1d" / name).write_bytes(b"")
    assert store.symbols() == ("NVDA",)


def test_a_missing_folder_is_empty_and_says_so(folder: Path):
    store = ParquetStore(folder)
    assert (store.symbols(), store.coverage("NVDA", "1d")) == ((), None)
    assert str(folder) in store.notices[0]
    assert not folder.exists()


def test_reading_writes_nothing(filled: Filled, folder: Path):
    store = filled(whole_write(1), Batch("TSM", {"1d": observed(3)}))
    bars_path(folder, "TSM", "1d").write_bytes(b"")
    before, changed_at = files(folder), [path.stat().st_mtime_ns for path in (folder, folder / "1d")]
    numbers_seen(store)
    with pytest.raises(StoreDamagedError):
        store.read("TSM", "1d")
    assert files(folder) == before
    assert [path.stat().st_mtime_ns for path in (folder, folder / "1d")] == changed_at


def test_beside_a_refresh_each_file_is_whole_and_no_bars_are_newer_than_the_actions(filled: Filled):
    store, done = filled(whole_write(1)), threading.Event()

    def picture() -> tuple[set[float], set[float], float]:
        (action,) = store.actions("NVDA")
        return set(store.read("NVDA", "1d")["close"]), set(store.read("NVDA", "30m")["close"]), action.value

    with ThreadPoolExecutor(1) as reader:
        seen = reader.submit(lambda: [steady(store, "NVDA", picture) for _ in iter(done.is_set, True)])
        for number in range(2, 12):
            filled(whole_write(number))
        done.set()
    assert all(daily == {action} and len(half) == 1 and max(half) <= action for daily, half, action in seen.result())


def test_an_interrupted_refresh_is_finished_by_the_next(filled: Filled, folder: Path, source: Store):
    filled(whole_write(1))
    old = bars_path(folder, "NVDA", "30m").read_bytes()
    store = filled(whole_write(2))
    bars_path(folder, "NVDA", "30m").write_bytes(old)
    assert write_snapshot(source, folder, ["NVDA"]) == 2
    assert numbers_seen(store) == {2.0}


class Overtaken:
    """A store after whose answers another process writes something newer, in the store and in the folder."""

    def __init__(self, store: Store, overtake: Callable[[], object], *, after: str, times: int = 1):
        self._store, self._overtake, self._after, self._left = store, overtake, after, times

    def __getattr__(self, name):
        return getattr(self._store, name) if name != self._after else self._overtaken

    def _overtaken(self, *arguments, **options):
        answer = getattr(self._store, self._after)(*arguments, **options)
        self._left -= 1
        if not self._left:
            self._overtake()
        return answer


# The stamp is asked for when the last file is looked at, and three times around what is read for the next.
@pytest.mark.parametrize(("after", "times"), [("runs", 1), ("stamp", 4)], ids=["manifest", "bars"])
def test_who_put_old_files_over_newer_ones_writes_once_more(filled: Filled, source: Store, folder: Path, after, times):
    def overtake():
        filled(whole_write(3), Batch("NVDA", events=[EVENT], states={"note": "new"}))

    reader = filled(whole_write(1))
    fill(source, whole_write(2))
    write_snapshot(Overtaken(source, overtake, after=after, times=times), folder, ["NVDA"])
    assert (reader.events(), reader.states(""), numbers_seen(reader)) == ((EVENT,), {"note": "new"}, {3.0})


@pytest.mark.parametrize(("hours", "left"), [(0.5, 1), (2, 0)])
def test_what_a_killed_writer_left_is_taken_away_in_the_end(filled: Filled, folder: Path, hours, left):
    filled(whole_write(1))
    part = folder / "1d" / "_NVDA.parquet.0123.part"
    part.write_bytes(b"half")
    written_at = part.stat().st_mtime - 3600 * hours
    os.utime(part, (written_at, written_at))
    filled()
    assert len(list(folder.rglob("*.part"))) == left
