import io
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pandas as pd
import pytest
from typer.testing import CliRunner

from stockdash.__main__ import World, app
from stockdash.ingest.shards import NAME, shards_of
from stockdash.ingest.watchlist import add_symbol
from stockdash.query import read_bars
from stockdash.settings import Settings
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.few_bars import FakeClock, utc

BOTH = ["TSM", "^GSPC"]


@pytest.fixture
def folder(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("STOCKDASH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STOCKDASH_SOURCE", "demo")
    monkeypatch.setenv("STOCKDASH_TICKERS", ",".join(BOTH))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def clock():
    return FakeClock(utc("2026-11-18T22:00"))


@pytest.fixture
def run(folder, clock):  # noqa: ARG001 - the settings
    """Runs a command of the command line at the time of `clock`."""

    def run(*arguments, exits=0):
        result = CliRunner().invoke(app, arguments, obj=World(clock))
        assert result.exit_code == exits, result.output
        return result

    return run


@pytest.fixture
def store(folder):
    store = SqliteStore(folder / "demo" / "stockdash.db")
    yield store
    store.close()


def ingested(run, *arguments, exits=0):
    return json.loads(run("ingest", "--json", *arguments, exits=exits).stdout)


def rows(folder):
    """Counts the rows in each file of the snapshots."""
    files = (folder / "snapshots").rglob("*.parquet")
    return {f"{path.parent.name}/{path.stem}": len(pd.read_parquet(path)) for path in files}


def test_an_ingest_tells_what_it_did(run):
    told = ingested(run)
    assert (told["symbols"], told["failed"], told["skipped"], told["updated"]) == (BOTH, {}, [], 0)
    assert told["inserted"] > 10_000


def test_an_ingest_run_twice_has_nothing_new(run):
    ingested(run)
    told = ingested(run)
    assert (told["inserted"], told["updated"], told["skipped"]) == (0, 0, BOTH)


def test_snapshots_grow_once_and_then_stay(run, folder, clock):
    run("ingest")
    first = rows(folder)
    run("ingest")
    again = rows(folder)
    clock.now += timedelta(days=1)
    run("ingest")
    grown = {name: count + (13 if name.startswith("30m") else 1) for name, count in first.items()}
    assert (len(first), again, rows(folder)) == (4, first, grown)


def test_snapshots_read_like_the_store_they_were_made_of(run, monkeypatch):
    run("ingest")
    stored = run("export", "TSM").stdout
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    assert run("export", "TSM").stdout == stored


def test_named_symbols_are_ingested_alone(run, store):
    assert ingested(run, "nvda", "NVDA")["symbols"] == ["NVDA"]
    assert store.symbols() == ("NVDA",)


def test_added_symbols_are_ingested_too(run, store):
    add_symbol(store, "MU")
    assert ingested(run)["symbols"] == [*BOTH, "MU"]


def test_one_interval_can_be_ingested_alone(run, store):
    ingested(run, "TSM", "--interval", "1d")
    assert store.coverage("TSM", "30m") is None


def test_a_full_ingest_asks_for_everything_again(run):
    count = ingested(run, "TSM")["inserted"]
    assert ingested(run, "TSM", "--full")["unchanged"] == count


def test_an_ingest_beside_another_one_exits_with_3(run, store):
    store.acquire(NAME, "elsewhere", 60)
    result = run("ingest", exits=3)
    assert (result.stdout, store.symbols()) == ("", ())
    assert "Another instance holds the ingestion lock: elsewhere" in result.stderr


def test_an_ingest_whose_snapshots_fail_tells_what_it_stored(run, folder, caplog):
    (folder / "snapshots").write_text("in the way")
    told = ingested(run, exits=1)
    assert (told["failed"], told["inserted"] > 10_000) == ({}, True)
    assert str(folder / "snapshots") in told["trouble"]
    assert f"After the ingestion: {told['trouble']}" in caplog.messages


def test_the_shards_of_others_are_left_to_them(run, store, monkeypatch):
    monkeypatch.setenv("INGEST_SHARDS", "3")
    shards = shards_of(BOTH, 3)
    theirs, ours = sorted(shards, key=lambda name: "TSM" in shards[name])
    store.acquire(theirs, "elsewhere", 60)
    told = ingested(run)
    assert (told["busy"], store.symbols()) == (list(shards[theirs]), shards[ours])


@pytest.mark.usefixtures("folder")
def test_a_stopped_ingest_names_what_it_did_not_reach(clock):
    signals = [signal.SIGTERM]

    def interrupted():
        while signals:
            os.kill(os.getpid(), signals.pop())
        return clock()

    result = CliRunner().invoke(app, ["ingest", "--json"], obj=World(interrupted))
    assert (result.exit_code, list(json.loads(result.stdout)["failed"])) == (1, BOTH)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_progress_bar_is_drawn_on_a_terminal_alone(run, monkeypatch):
    assert "━" not in run("ingest").stderr
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "━" in run("ingest", "--full").stderr


@pytest.mark.parametrize("command", [("ingest",), ("worker",)])
def test_a_store_that_only_reads_is_not_ingested_into(run, monkeypatch, command):
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    assert "only reads" in run(*command, exits=1).stderr


@pytest.mark.parametrize("symbol", ["../../etc/passwd", "<script>", "A" * 500, ""])
@pytest.mark.parametrize("command", ["ingest", "export"])
def test_hostile_symbols_are_refused_in_one_line(run, folder, command, symbol):
    result = run(command, symbol, exits=1)
    assert "is not a ticker symbol" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(folder.rglob("*.parquet"))


def test_settings_that_make_no_sense_are_named(run, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "loud")
    assert "LOG_LEVEL: got 'LOUD'" in run("status", exits=1).stderr


def test_nothing_stored_is_stale(run):
    result = run("status", exits=1)
    assert "Last run:   none yet" in result.stdout
    assert "Stale:      TSM, ^GSPC" in result.stdout


def test_fresh_bars_are_not_stale(run):
    run("ingest")
    assert "Stale:      nothing" in run("status").stdout


# Bars of the next session, which is 2026-11-19: the first half hour ends at 10:00 New York.
@pytest.mark.parametrize(("now", "exits"), [("2026-11-19T15:29", 0), ("2026-11-19T15:31", 1)], ids=["grace", "late"])
def test_bars_are_stale_when_a_run_is_late(run, clock, now, exits):
    run("ingest")
    clock.set(now)
    run("status", exits=exits)


def test_bars_stay_fresh_over_a_weekend_and_a_holiday(run, clock):
    clock.set("2026-11-25T22:00")
    run("ingest")
    clock.set("2026-11-27T14:00")
    run("status")


def test_what_trades_round_the_clock_waits_for_the_next_run(run, clock, monkeypatch):
    monkeypatch.setenv("STOCKDASH_TICKERS", "BTC-USD")
    run("ingest")
    clock.set("2026-11-19T14:00")
    run("status")


def test_the_status_tells_everything_in_json(run, store):
    run("ingest", "TSM")
    store.acquire(NAME, "elsewhere", 60)
    told = json.loads(run("status", "--json", exits=1).stdout)
    assert told["stale"] == ["^GSPC"]
    assert [(lease["name"], lease["holder"]) for lease in told["leases"]] == [(NAME, "elsewhere")]
    assert told["next_run"] == "2026-11-19T15:15:00+00:00"
    assert told["coverage"]["TSM"]["1d"]["last"] == "2026-11-18T00:00:00+00:00"
    assert told["last_run"]["written"]["inserted"] == sum(bars["count"] for bars in told["coverage"]["TSM"].values())


def test_the_status_tells_runs_events_and_gaps_in_json(run, clock):
    run("ingest", "TSM")
    clock.set("2026-11-20T22:00")
    told = json.loads(run("status", "--json", exits=1).stdout)
    assert [entry["holder"] for entry in told["runs"]] == [told["last_run"]["holder"]]
    assert told["events"] == []
    gap = {"interval": "1d", "reason": "unfetched", "first": "2026-11-19", "last": "2026-11-20", "bars": 2}
    assert told["gaps"]["TSM"][0] == gap
    assert {gap["bars"] for gap in told["gaps"]["^GSPC"] if gap["interval"] == "1d"} == {63}


def test_the_status_goes_on_after_a_damaged_file(run, folder, monkeypatch):
    run("ingest")
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    (folder / "snapshots" / "demo" / "1d" / "_TSM.parquet").write_bytes(b"")
    told = json.loads(run("status", "--json", exits=1).stdout)
    assert (told["stale"], told["coverage"]["TSM"]["1d"], len(told["notices"])) == (["TSM"], None, 1)
    assert "_TSM.parquet is damaged" in run("status", exits=1).stdout


@pytest.mark.parametrize("mode", ["all", "splits", "none"])
def test_an_export_has_the_bars_of_the_chart(run, store, mode):
    run("ingest", "TSM")
    exported = pd.read_csv(io.StringIO(run("export", "tsm", "--adjust", mode).stdout), parse_dates=["ts"])
    shown = read_bars(store, "TSM", "1d", mode=mode).bars.reset_index()
    pd.testing.assert_frame_equal(exported.drop(columns="provisional"), shown)


@pytest.mark.parametrize(("interval", "count"), [("30m", 560), ("1wk", 1090), ("1mo", 251)])
def test_every_length_of_a_bar_can_be_exported(run, interval, count):
    run("ingest", "TSM")
    lines = run("export", "TSM", "--interval", interval).stdout.splitlines()
    assert len(lines) == pytest.approx(count, rel=0.05)


def test_a_parquet_export_reads_back(run, folder):
    run("ingest", "TSM")
    run("export", "TSM", "--format", "parquet", "--out", str(folder / "tsm.parquet"))
    run("export", "TSM", "--out", str(folder / "tsm.csv"))
    there = pd.read_parquet(folder / "tsm.parquet").reset_index()
    pd.testing.assert_frame_equal(there, pd.read_csv(folder / "tsm.csv", parse_dates=["ts"]))


def test_an_export_that_fails_leaves_the_file_that_was_there(run, folder, monkeypatch):
    run("ingest", "TSM")
    (folder / "tsm.csv").write_text("old")
    monkeypatch.setattr(os, "fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(app, ["export", "TSM", "--out", str(folder / "tsm.csv")], catch_exceptions=False)
    assert (folder / "tsm.csv").read_text() == "old"


def test_an_export_through_a_link_replaces_what_it_leads_to(run, folder):
    run("ingest", "TSM")
    (folder / "link.csv").symlink_to(folder / "tsm.csv")
    run("export", "TSM", "--out", str(folder / "link.csv"))
    assert (folder / "link.csv").is_symlink()
    assert (folder / "tsm.csv").read_text().startswith("ts,open")


def test_an_export_may_go_to_what_is_no_file(run):
    run("ingest", "TSM")
    run("export", "TSM", "--out", os.devnull)


def test_an_export_of_nothing_says_what_to_do(run):
    assert "stockdash ingest NVDA" in run("export", "nvda", exits=1).stderr


def test_an_export_that_can_not_be_written_is_named(run, folder):
    run("ingest", "TSM")
    assert "can't be written" in run("export", "TSM", "--out", str(folder / "none" / "x.csv"), exits=1).stderr


def test_help_does_not_wait_for_pandas():
    code = "import sys, stockdash.__main__; sys.exit('pandas' in sys.modules or 'apscheduler' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
