"""What a chart is drawn from comes in one request, and is what the store on a file gives in several."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from stockdash.query import quote, read_bars
from stockdash.stores import Batch, Store
from stockdash.stores.sqlite import SqliteStore
from stockdash.stores.supabase import SupabaseStore
from tests.peers.supabase import Project
from tests.stores.samples import Clock, dividend, fill, observed, varied

DAY, HALF_HOUR = datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 9, 14, 30, tzinfo=UTC)


def days(count: int, *, final: int) -> pd.DataFrame:
    return varied(count).assign(final=[at < final for at in range(count)])


CASES = {
    "nothing": Batch("NVDA"),
    "days alone": Batch("NVDA", {"1d": days(9, final=9)}, [dividend(0.5)]),
    "half hours alone": Batch("NVDA", {"30m": observed(9, interval="30m", start=HALF_HOUR)}),
    "the last day is going on": Batch(
        "NVDA",
        {"1d": days(8, final=7), "30m": observed(5, interval="30m", start=HALF_HOUR, close=9.5)},
        [dividend(0.5)],
    ),
    "half hours are a day ahead": Batch(
        "NVDA", {"1d": days(6, final=6), "30m": observed(60, interval="30m", start=HALF_HOUR - timedelta(days=1))}
    ),
    "no day is final": Batch(
        "NVDA", {"1d": days(6, final=0), "30m": observed(60, interval="30m", start=HALF_HOUR - timedelta(days=3))}
    ),
}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Batch:
    return CASES[request.param]


@pytest.fixture
def on_file(tmp_path: Path, case: Batch) -> Iterator[Store]:
    store = SqliteStore(tmp_path / "stockdash.db", clock=Clock())
    yield fill(store, case)
    store.close()


@pytest.fixture
def far_away(postgres_project: Project, case: Batch) -> Iterator[Store]:
    store = SupabaseStore(postgres_project.url, postgres_project.keys.secret)
    store._api.ask("test_reset")
    yield fill(store, case)
    store.close()


@pytest.mark.parametrize("interval", ["1d", "30m"])
@pytest.mark.parametrize(
    "start", [None, DAY + timedelta(days=3), DAY + timedelta(days=99)], ids=["all", "some", "none"]
)
def test_a_chart_is_the_same_from_both(on_file: Store, far_away: Store, interval, start):
    expected, seen = (read_bars(store, "NVDA", interval, start=start) for store in (on_file, far_away))
    pd.testing.assert_frame_equal(seen.bars, expected.bars)
    assert seen.provisional.tolist() == expected.provisional.tolist()


def test_the_last_price_is_the_same_from_both(on_file: Store, far_away: Store):
    assert quote(far_away, "NVDA") == quote(on_file, "NVDA")


@pytest.mark.parametrize("interval", ["1d", "30m"])
def test_the_newest_alone_are_the_same_from_both(on_file: Store, far_away: Store, interval):
    newest = far_away.picture("NVDA", interval, last=3)
    bars = newest.daily if interval == "1d" else newest.intraday
    pd.testing.assert_frame_equal(bars, on_file.read("NVDA", interval, last=3))


def test_a_chart_is_one_request(far_away: SupabaseStore):
    requests = []
    far_away._api._http.event_hooks = {"request": [requests.append]}
    read_bars(far_away, "NVDA", "1d")
    quote(far_away, "NVDA")
    assert len(requests) == 2
