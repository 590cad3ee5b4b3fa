from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from stockdash.health import Vitals
from stockdash.health.metrics import Metrics
from stockdash.health.pulse import Beat
from stockdash.stores import Run, Written

ENDED = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def run(minutes=0, failed=()):
    ended = ENDED + timedelta(minutes=minutes)
    return Run(ended - timedelta(seconds=90), ended, "host:1", Written(3, 2, 1), dict.fromkeys(failed, "why"))


def vitals(*runs):
    staleness = {"1d": timedelta(0), "30m": timedelta(minutes=30)}
    return Vitals(4, 1, staleness, runs, lease_held=True)


def samples(metrics, beat, *, alive=True):
    text, _ = metrics.text(beat, scheduler_alive=alive)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in plain(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def metrics():
    return Metrics(Counter({2: 5, 5: 1}))


def test_the_newest_run_is_told(metrics):
    said = samples(metrics, Beat(vitals(run(failed=("X",)), run(-30))))
    assert said["stockdash_last_run_timestamp_seconds",] == ENDED.timestamp()
    assert said["stockdash_last_run_duration_seconds",] == 90
    assert said["stockdash_last_run_failed_symbols",] == 1
    assert [said["stockdash_last_run_bars", change] for change in ("inserted", "updated", "unchanged")] == [3, 2, 1]


def test_state_is_told(metrics):
    said = samples(metrics, Beat(vitals()))
    assert said["stockdash_store_up",] == 1
    assert (said["stockdash_watched_symbols",], said["stockdash_stale_symbols",]) == (4, 1)
    assert (said["stockdash_staleness_seconds", "1d"], said["stockdash_staleness_seconds", "30m"]) == (0, 1800)
    assert (said["stockdash_ingest_lease_held",], said["stockdash_scheduler_alive",]) == (1, 1)


def test_runs_from_before_the_first_look_are_not_counted(metrics):
    assert samples(metrics, Beat(vitals(run(), run(-30))))["stockdash_ingest_runs_total",] == 0


def test_runs_that_ended_since_are_counted_once(metrics):
    samples(metrics, Beat(vitals(run())))
    newer = Beat(vitals(run(60, failed=("X", "Y")), run(30), run()))
    for _ in range(2):
        said = samples(metrics, newer)
    assert said["stockdash_ingest_runs_total",] == 2
    assert said["stockdash_ingest_failures_total",] == 2
    assert said["stockdash_bars_total", "inserted"] == 6


def test_the_first_run_of_an_empty_store_is_counted(metrics):
    samples(metrics, Beat(vitals()))
    assert samples(metrics, Beat(vitals(run())))["stockdash_ingest_runs_total",] == 1


def test_without_the_store_the_process_still_tells_what_it_knows(metrics):
    said = samples(metrics, Beat(None, "store unreachable"), alive=False)
    assert (said["stockdash_store_up",], said["stockdash_scheduler_alive",]) == (0, 0)
    assert "stockdash_stale_symbols" not in {name for name, *_ in said}


def test_answers_are_counted_by_the_first_digit_of_their_code(metrics):
    said = samples(metrics, Beat(None, ""))
    assert (said["stockdash_http_responses_total", "2xx"], said["stockdash_http_responses_total", "5xx"]) == (5, 1)


def test_no_label_grows_with_symbols_or_people(metrics):
    said = samples(metrics, Beat(vitals(run(failed=[f"S{number}" for number in range(500)]))))
    own = [labels for name, *labels in said if name.startswith("stockdash_")]
    assert {label for labels in own for label in labels} <= {
        "1d",
        "30m",
        "inserted",
        "updated",
        "unchanged",
        "2xx",
        "5xx",
    }


def test_openmetrics_is_spoken_to_who_asks_for_it(metrics):
    text, content_type = metrics.text(Beat(vitals(run())), scheduler_alive=True, accept="application/openmetrics-text")
    assert content_type.startswith("application/openmetrics-text")
    assert "stockdash_ingest_runs" in {family.name for family in openmetrics(text.decode())}
