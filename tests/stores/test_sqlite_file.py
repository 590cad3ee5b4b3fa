import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from stockdash.errors import StoreDamagedError, StoreError, StoreTooNewError, StoreUnavailableError
from stockdash.stores import Batch
from stockdash.stores.sqlite import SqliteStore
from stockdash.stores.sqlite.file import SqliteFile
from stockdash.stores.sqlite.schema import STEPS
from tests.stores.damage import spoil_table
from tests.stores.samples import (
    EVENT,
    FACTS,
    RUN,
    Clock,
    dividend,
    fill,
    hold,
    numbers_seen,
    observed,
    whole_write,
)

VERSION_1 = Path(__file__).with_name("schema_v1.sql")
FIRST = ("create table prices (close real)", "insert into prices values (10.0)")
SECOND = ("alter table prices add column volume integer", "update prices set volume = 7")
BROKEN = ("update prices set close = 0", "create table prices (close real)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stockdash.db"


def opened(path: Path) -> SqliteStore:
    return SqliteStore(path, clock=Clock())


def run_sql(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def prices(path: Path, *steps: tuple[str, ...]) -> list[tuple]:
    file = SqliteFile(path, steps, clock=Clock())
    try:
        with file.reading() as connection:
            return connection.execute("select * from prices").fetchall()
    finally:
        file.close()


def schema(path: Path) -> set[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("select type, name, sql from sqlite_master"))


def test_an_older_file_is_migrated_and_keeps_its_rows(path: Path):
    assert prices(path, FIRST) == [(10.0,)]
    assert prices(path, FIRST, SECOND) == [(10.0, 7)]


def test_a_failing_migration_leaves_the_file_as_it_was(path: Path):
    prices(path, FIRST)
    with pytest.raises(StoreError, match="already exists"):
        prices(path, FIRST, BROKEN)
    assert prices(path, FIRST) == [(10.0,)]


def test_a_newer_file_is_refused_and_left_alone(path: Path):
    prices(path, FIRST, SECOND)
    with pytest.raises(StoreTooNewError, match=r"stockdash\.db.*schema 2; this one knows 1.*pip install -U stockdash"):
        prices(path, FIRST)
    assert prices(path, FIRST, SECOND) == [(10.0, 7)]


def test_a_file_of_version_1_reads_as_it_was_written(path: Path):
    run_sql(path, VERSION_1.read_text())
    store = opened(path)
    assert (len(store.read("NVDA", "1d")), len(store.read("NVDA", "30m"))) == (3, 2)
    assert (store.actions("NVDA"), store.facts("NVDA")) == ((dividend(0.04),), FACTS)
    assert (store.events(), store.runs(), list(store.states("watch:"))) == ((EVENT,), (RUN,), ["watch:NVDA"])


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ('["TSM", "MU", "AMD"]', ("TSM", "MU", "AMD")),
        ('["MU", null, 7, {"a": "NVDA"}, "AMD"]', ("MU", "AMD")),
        ('{"NVDA": "MU"}', ()),
        ("no json", ()),
        ("", ()),
        ('"NVDA"', ()),
    ],
)
def test_a_watchlist_of_version_1_is_one_key_per_symbol_now(path: Path, text, added):
    run_sql(path, VERSION_1.read_text())
    run_sql(path, f"update state set value = '{text}'")  # noqa: S608 - a constant
    store = opened(path)
    assert sorted(store.states(""), key=store.state) == [f"watch:{symbol}" for symbol in added]


def test_a_file_of_version_1_gets_the_schema_of_a_new_one(path: Path, tmp_path: Path):
    run_sql(path, VERSION_1.read_text())
    opened(path).close()
    opened(tmp_path / "new.db").close()
    assert schema(path) == schema(tmp_path / "new.db")


def test_a_file_knows_its_version(path: Path):
    opened(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (len(STEPS),)


def test_commits_wait_for_the_disk_and_readers_for_nobody(path: Path):
    file = SqliteFile(path, (FIRST,), clock=Clock())
    with file.reading() as connection:
        modes = [connection.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    file.close()
    assert modes == ["wal", 2]


def test_a_connection_is_used_again(path: Path):
    file, used = SqliteFile(path, (FIRST,), clock=Clock()), set()
    for _ in range(5):
        with file.reading() as connection:
            used.add(id(connection))
    file.close()
    assert len(used) == 1


@pytest.mark.parametrize("spoil", ["header", "first page", "middle", "cut"])
def test_a_damaged_file_is_set_aside_and_a_fresh_one_started(path: Path, spoil):
    content = damaged(path, spoil)
    store = opened(path)
    symbols_after_use(store)
    (aside,) = path.parent.glob("stockdash.db.damaged-20240610T203000")
    assert aside.read_bytes() == content
    assert aside.name in store.notices[0]
    assert (store.symbols(), [event.kind for event in store.events()]) == ((), ["damaged"])


def damaged(path: Path, spoil: str) -> bytes:
    """Fill a store, spoil its file and give the spoilt content."""
    store = opened(path)
    fill(store, whole_write(1), state={"watch:NVDA": "now"})
    store.close()
    content = path.read_bytes()
    half = len(content) // 2
    at, size = {"header": (0, 100), "first page": (100, 3000), "middle": (4096, half), "cut": (half, 0)}[spoil]
    path.write_bytes(content[:at] + b"\xa5" * size + (b"" if spoil == "cut" else content[at + size :]))
    return path.read_bytes()


def symbols_after_use(store: SqliteStore) -> None:
    """Read until the damage is met: some is not seen before the page that has it is read."""
    try:
        numbers_seen(store)
        store.symbols()
    except StoreDamagedError as exc:
        assert "set aside as stockdash.db.damaged-" in str(exc)  # noqa: PT017 - not every damage is met this late


def test_the_watchlist_and_the_lease_survive_damage_elsewhere(path: Path):
    store = opened(path)
    lease = hold(store)
    fill(store, whole_write(1), state={"watch:NVDA": "now"})
    store.close()
    spoil_table(path, "bars_1d")
    store = opened(path)
    symbols_after_use(store)
    assert (store.states("watch:"), store.lease("ingest")) == ({"watch:NVDA": "now"}, lease)
    assert store.write(Batch("NVDA", {"1d": observed(3)}), lease).inserted == 3


def test_a_damaged_file_that_can_not_be_set_aside_is_named(path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_: Path) -> bool:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    damaged(path, "header")
    monkeypatch.setattr("stockdash.stores.sqlite.file._is_damaged", refuse)
    with pytest.raises(
        StoreDamagedError, match=r"can't be set aside: attempt to write a readonly database\. Check the rights"
    ):
        opened(path)


@pytest.mark.parametrize(("table", "is_told"), [("bars_1d", False), ("state", True)])
def test_a_watchlist_that_is_lost_is_told(path: Path, table: str, *, is_told: bool):
    store = opened(path)
    fill(store, whole_write(1), state={"watch:NVDA": "now"})
    store.close()
    spoil_table(path, table)
    store = opened(path)
    with pytest.raises(StoreDamagedError) as raised:
        store.read("NVDA", "1d"), store.states("")
    assert ("watchlist and the templates can't be read" in str(raised.value)) == is_told


def test_what_was_known_of_the_bars_is_lost_with_them(path: Path):
    store = opened(path)
    fill(
        store,
        whole_write(1),
        state={"looked:1d:NVDA": "2024-06-10T20:00:00+00:00", "anchor:NVDA": "{}", "watch:X": "now"},
    )
    store.close()
    spoil_table(path, "bars_1d")
    store = opened(path)
    symbols_after_use(store)
    assert store.states("") == {"watch:X": "now"}


def test_a_second_damage_leaves_the_first_file_aside(path: Path):
    for _ in range(2):
        path.write_bytes(b"no database" * 1000)
        opened(path).close()
    assert len(list(path.parent.glob("stockdash.db.damaged-*"))) == 2


def test_a_store_that_was_open_before_goes_on_with_the_fresh_file(path: Path):
    before = opened(path)
    fill(before, whole_write(1))
    checkpoint_and_spoil(path)
    after = opened(path)
    symbols_after_use(after)
    fill(after, whole_write(2))
    assert numbers_seen(before) == {2.0}
    before.close()
    assert numbers_seen(opened(path)) == numbers_seen(after) == {2.0}


def checkpoint_and_spoil(path: Path) -> None:
    run_sql(path, "pragma wal_checkpoint(truncate)")
    with path.open("r+b") as file:
        file.write(b"\xa5" * 100)


def test_stamps_of_a_fresh_file_were_never_given_before(path: Path):
    store = opened(path)
    fill(store, whole_write(1))
    stamps = {store.stamp("NVDA"), store.stamp("TSM")}
    store.close()
    path.write_bytes(b"no database" * 1000)
    store = opened(path)
    fill(store, whole_write(1))
    assert stamps.isdisjoint({store.stamp("NVDA"), store.stamp("TSM")})


def test_values_that_are_no_bars_are_named_as_damage(path: Path):
    store = opened(path)
    fill(store, whole_write(1))
    run_sql(path, "update bars_1d set high = 'much' where ts = (select max(ts) from bars_1d)")
    with pytest.raises(StoreDamagedError, match="can't be right"):
        store.read("NVDA", "1d")


def test_a_price_that_can_not_be_right_is_named_as_damage(path: Path):
    store = opened(path)
    fill(store, whole_write(1))
    run_sql(path, "update bars_1d set high = -1 where ts = (select max(ts) from bars_1d)")
    with pytest.raises(StoreDamagedError, match=r"2024-10-27.*no finite number above zero"):
        store.read("NVDA", "1d")


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailableError, match=r"file.*STOCKDASH_DATA_DIR"):
        opened(tmp_path / "file" / "stockdash.db")


def test_a_folder_in_the_place_of_the_file_is_named(path: Path):
    path.mkdir()
    with pytest.raises(StoreUnavailableError, match="can't be opened"):
        opened(path)


def test_a_locked_file_is_named_and_readable(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stockdash.stores.sqlite.opening.BUSY_SECONDS", 0.01)
    store = opened(path)
    fill(store, whole_write(1))
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreUnavailableError, match="locked"):
            store.set_state("note", "text")
        assert numbers_seen(store) == {1.0}


def test_a_full_database_is_named_and_stores_nothing(path: Path):
    file = SqliteFile(path, (FIRST,), clock=Clock())
    with file.writing() as connection:
        connection.execute(f"pragma max_page_count = {connection.execute('pragma page_count').fetchone()[0]}")
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        write(file, "update prices set close = 11.0", "create table more (value blob)")
    file.close()
    assert prices(path, FIRST) == [(10.0,)]


def write(file: SqliteFile, *statements: str) -> None:
    with file.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_closed_store_says_so(path: Path):
    store = opened(path)
    store.close()
    with pytest.raises(StoreUnavailableError, match="was closed"):
        store.symbols()


def test_closing_leaves_no_log_behind(path: Path):
    store = opened(path)
    fill(store, whole_write(1))
    store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["stockdash.db", "stockdash.db.lock"]


def test_an_error_inside_a_write_takes_everything_back(path: Path):
    file = SqliteFile(path, (FIRST,), clock=Clock())
    with pytest.raises(StoreError, match="no such table"):
        write(file, "update prices set close = 11.0", "update missing set close = 0")
    file.close()
    assert prices(path, FIRST) == [(10.0,)]


def test_old_runs_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stockdash.stores.sqlite.KEPT_RUNS", 2)
    store = opened(path)
    fill(store, runs=[RUN] * 5)
    assert len(store.runs()) == 2


def test_old_events_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stockdash.stores.sqlite.writes.KEPT_EVENTS", 2)
    store = opened(path)
    events = [replace(EVENT, detail=str(number)) for number in range(5)]
    fill(store, Batch("NVDA", events=events[:3]), Batch("NVDA", events=events[3:]))
    assert [event.detail for event in store.events()] == ["4", "3"]
