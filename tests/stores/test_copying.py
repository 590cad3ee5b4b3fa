from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stockdash.__main__ import app
from stockdash.errors import StoreError
from stockdash.settings import Settings
from stockdash.stores import Batch, Event, Run, Store, Written
from stockdash.stores.copying import Copied, Step, checksum, copy_store
from stockdash.stores.sqlite import SqliteStore
from stockdash.stores.supabase import SupabaseStore
from tests.peers.supabase import Project
from tests.stores.samples import EVENT, FACTS, NOW, RUN, Clock, dividend, fill, hold, observed, varied

SYMBOLS = ("AAPL", "NVDA", "TSM", "^GSPC")
OTHER = Event(NOW, "", None, "damaged", "the whole store")
LATER = Run(RUN.finished_at, RUN.finished_at + timedelta(hours=1), "app", Written(), {})
STATES = {"watch:NVDA": "now", "template:é": "{}", "source": "yahoo"}


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Store]:
    store = SqliteStore(tmp_path / "source.db", clock=Clock())
    batches = [
        Batch(symbol, {"1d": varied(50 + at), "30m": observed(at, interval="30m")}, [dividend(1.0 + at)], facts=FACTS)
        for at, symbol in enumerate(SYMBOLS)
    ]
    fill(store, *batches, Batch("NVDA", events=[EVENT, OTHER]), state=STATES, runs=[RUN, LATER])
    yield store
    store.close()


@pytest.fixture
def on_file(tmp_path: Path) -> Iterator[Store]:
    store = SqliteStore(tmp_path / "target.db", clock=Clock())
    yield store
    store.close()


@pytest.fixture
def far_away(pglite_project: Project) -> Iterator[Store]:
    store = SupabaseStore(pglite_project.url, pglite_project.keys.secret)
    store._api.ask("test_reset")
    yield store
    store.close()


def everything(store: Store) -> object:
    return (
        [checksum(store, symbol) for symbol in store.symbols()],
        {symbol: store.events(symbol) for symbol in (*SYMBOLS, "")},
        store.runs(),
        {key: value for key, value in store.states("").items() if key != "source"},
    )


@pytest.mark.parametrize("target", ["on_file", "far_away"])
def test_a_copy_holds_everything(source: Store, target: str, request: pytest.FixtureRequest):
    copy: Store = request.getfixturevalue(target)
    copied = copy_store(source, copy, hold(copy))
    assert copied == Copied(SYMBOLS, (), Written(inserted=50 + 51 + 52 + 53 + 1 + 2 + 3))
    assert everything(copy) == everything(source)
    assert copy.state("source") is None


def test_there_and_back_is_the_same(source: Store, far_away: Store, on_file: Store):
    copy_store(source, far_away, hold(far_away))
    copy_store(far_away, on_file, hold(on_file))
    assert everything(on_file) == everything(source)


def test_a_second_copy_writes_nothing(source: Store, on_file: Store):
    lease = hold(on_file)
    copy_store(source, on_file, lease)
    stamps = [on_file.stamp(symbol) for symbol in SYMBOLS]
    assert copy_store(source, on_file, lease) == Copied((), SYMBOLS, Written())
    assert [on_file.stamp(symbol) for symbol in SYMBOLS] == stamps


def test_an_interrupted_copy_goes_on_where_it_stopped(source: Store, on_file: Store):
    lease = hold(on_file)

    def interrupt(step: Step) -> None:
        if step.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(source, on_file, lease, progress=interrupt)
    copied = copy_store(source, on_file, lease)
    assert (copied.same, copied.written) == (SYMBOLS[:2], SYMBOLS[2:])
    assert everything(on_file) == everything(source)


def test_progress_counts_the_symbols(source: Store, on_file: Store):
    steps = []
    copy_store(source, on_file, hold(on_file), progress=steps.append)
    assert [(step.symbol, step.done, step.total) for step in steps] == [
        *((symbol, at, 4) for at, symbol in enumerate(SYMBOLS)),
        ("", 4, 4),
    ]


def test_a_target_with_other_bars_is_named(source: Store, on_file: Store):
    lease = hold(on_file)
    on_file.write(Batch("NVDA", {"1d": observed(99)}), lease)
    with pytest.raises(StoreError, match=r"something else of NVDA.*\[51, 1\] were written and \[99, 1\] are there"):
        copy_store(source, on_file, lease)


@pytest.mark.usefixtures("far_away")
class TestTheCommand:
    @pytest.fixture(autouse=True)
    def settings(self, pglite_project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in {**pglite_project.environment, "STOCKDASH_DATA_DIR": str(tmp_path / "data")}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)

    def test_a_file_is_copied_to_supabase_and_told(self, tmp_path: Path, far_away: Store):
        fill(SqliteStore(tmp_path / "data" / "stockdash.db"), Batch("NVDA", {"1d": observed(3)}))
        done = CliRunner().invoke(app, ["db", "copy", "--from", "sqlite", "--to", "supabase"])
        assert (done.exit_code, len(far_away.read("NVDA", "1d"))) == (0, 3)
        assert done.stdout == (
            "1 symbols copied, 0 were there already; 3 bars new, 0 updated, 0 unchanged. Checksums agree.\n"
        )

    def test_a_store_that_is_being_filled_is_left_alone(self, far_away: Store):
        hold(far_away)
        done = CliRunner().invoke(app, ["db", "copy", "--from", "sqlite", "--to", "supabase"])
        assert (done.exit_code, "Another instance holds the ingestion lock" in done.stderr) == (3, True)

    def test_a_store_is_not_copied_into_itself(self):
        done = CliRunner().invoke(app, ["db", "copy", "--from", "sqlite", "--to", "sqlite"])
        assert (done.exit_code, "two different stores" in done.stderr) == (1, True)
