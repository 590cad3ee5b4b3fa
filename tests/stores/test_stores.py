import subprocess
import sys
from pathlib import Path

import pytest

from stockdash.errors import ReadOnlyStoreError, StoreUnavailableError
from stockdash.settings import Settings
from stockdash.stores import LOOKS, Written, open_store, publish, snapshot_folder, steady, writable
from stockdash.stores.sqlite import SqliteStore
from tests.stores.samples import fill, whole_write
from tests.stores.snapshots import write_snapshot


def settings(folder: Path, **values: str) -> Settings:
    return Settings(stockdash_data_dir=folder, _env_file=None, **values)


def changing(times: int):
    """Give a store whose stamp changes during the first `times` looks."""
    stamps = iter([*(str(number) for number in range(2 * times)), *["still"] * 2 * LOOKS])

    class Changing:
        name = "The store"

        def stamp(self, symbol: str) -> str:
            return f"{symbol} {next(stamps)}"

    return Changing()


def test_the_default_store_is_a_file_in_the_data_folder(tmp_path: Path):
    store = open_store(settings(tmp_path))
    assert str(tmp_path / "stockdash.db") in store.name
    assert writable(store) is store


def test_demo_bars_never_enter_the_real_store(tmp_path: Path):
    fill(writable(open_store(settings(tmp_path, stockdash_source="demo"))), whole_write(1))
    assert open_store(settings(tmp_path)).symbols() == ()


def test_demo_snapshots_are_apart(tmp_path: Path):
    folders = {snapshot_folder(settings(tmp_path, stockdash_source=source)) for source in ("yahoo", "demo")}
    assert folders == {tmp_path / "snapshots", tmp_path / "snapshots" / "demo"}


def test_a_snapshot_folder_is_opened_as_a_store_that_only_reads(tmp_path: Path):
    source, reading = open_store(settings(tmp_path)), settings(tmp_path, stockdash_store="parquet")
    fill(writable(source), whole_write(1))
    write_snapshot(source, snapshot_folder(reading), ["NVDA"])
    store = open_store(reading)
    assert store.symbols() == ("NVDA",)
    with pytest.raises(ReadOnlyStoreError, match=str(tmp_path)):
        writable(store)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("stockdash.stores", {"sqlite3", "pyarrow.parquet", "streamlit", "yfinance"}),
        ("stockdash.stores.sqlite", {"pyarrow.parquet"}),
        ("stockdash.stores.parquet", {"sqlite3"}),
    ],
)
def test_only_the_store_in_use_is_imported(module, unwanted):
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert unwanted.isdisjoint(loaded)


def test_a_distant_store_is_not_read_back_for_snapshots_that_nobody_asked_for(tmp_path: Path):
    class Distant(SqliteStore):
        recent_stamp = coverages = SqliteStore.stamp

    store, here = Distant(tmp_path / "stockdash.db"), tmp_path / "here"
    fill(store, whole_write(1))
    publish(store, settings(tmp_path), ["NVDA"])
    publish(store, settings(tmp_path, stockdash_snapshots=here), ["NVDA"])
    assert (snapshot_folder(settings(tmp_path)).exists(), (here / "1d").is_dir()) == (False, True)


def test_a_steady_look_is_repeated_when_the_symbol_changed():
    looks = iter(range(LOOKS))
    assert steady(changing(times=3), "NVDA", lambda: next(looks)) == 3


def test_a_symbol_that_never_rests_is_named():
    with pytest.raises(StoreUnavailableError, match="NVDA in The store kept changing"):
        steady(changing(times=LOOKS), "NVDA", lambda: None)


def test_counts_of_writes_add_up():
    assert Written(1, 2, 3) + Written(10, 20, 30) == Written(11, 22, 33)
