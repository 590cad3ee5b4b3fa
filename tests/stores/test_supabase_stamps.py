"""Many symbols' stamps cost one request a second, and never hide what this process wrote."""

from collections.abc import Iterator

import psycopg
import pytest

from stockdash.ingest.status import held
from stockdash.stores import MANY, Batch, coverage_of, recent_stamp
from stockdash.stores.supabase import SupabaseStore
from stockdash.stores.supabase.stamps import FRESH_SECONDS, Stamps
from tests.peers.supabase import Project
from tests.stores.samples import fill, hold, observed

SYMBOLS = [f"S{number}" for number in range(20)]


class Ticking:
    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def store(postgres_project: Project) -> Iterator[SupabaseStore]:
    store = SupabaseStore(postgres_project.url, postgres_project.keys.secret)
    store._api.ask("test_reset")
    fill(store, *(Batch(symbol, {"1d": observed(2)}) for symbol in SYMBOLS))
    yield store
    store.close()


@pytest.fixture
def stamps(store: SupabaseStore, clock: Ticking) -> Stamps:
    return Stamps(lambda since: store._api.ask("read_revisions", p_since=since), clock)


@pytest.fixture
def requests(store: SupabaseStore) -> list[object]:
    seen = []
    store._api._http.event_hooks = {"request": [seen.append]}
    return seen


def write(store: SupabaseStore, symbol: str, close: float) -> None:
    store.write(Batch(symbol, {"1d": observed(1, close=close)}), store.lease("ingest") or hold(store))


def test_they_are_those_of_the_contract(store: SupabaseStore):
    for symbol in (*SYMBOLS, "NEVER"):
        assert recent_stamp(store, symbol) == store.stamp(symbol)


def test_all_symbols_are_one_request_a_second(stamps: Stamps, clock: Ticking, requests: list[object]):
    for _ in range(3):
        for symbol in SYMBOLS:
            stamps.of(symbol)
        clock.now += FRESH_SECONDS
    assert len(requests) == 3


def test_what_this_process_wrote_is_seen_at_once(store: SupabaseStore):
    before = recent_stamp(store, "S1")
    write(store, "S1", 11.0)
    assert recent_stamp(store, "S1") == store.stamp("S1") != before


def test_what_another_process_wrote_is_seen_after_a_second(stamps: Stamps, store: SupabaseStore, clock: Ticking):
    before = [stamps.of(symbol) for symbol in SYMBOLS]
    write(store, "S1", 11.0)
    assert stamps.of("S1") == before[1]
    clock.now += FRESH_SECONDS
    assert stamps.of("S1") == store.stamp("S1") != before[1]
    assert stamps.of("S2") == before[2]


def test_a_write_that_ends_after_a_later_one_is_not_missed(
    stamps: Stamps, store: SupabaseStore, clock: Ticking, postgres_project: Project
):
    stamps.of("S1")
    slow = "update symbol_revisions set revision = 9, changed_by = pg_current_xact_id() where ticker = 'S1'"
    with psycopg.connect(postgres_project.server.url(postgres_project.database)) as other:
        other.execute(slow)
        write(store, "S2", 11.0)
        clock.now += FRESH_SECONDS
        assert stamps.of("S2") == store.stamp("S2")
        other.commit()
    clock.now += FRESH_SECONDS
    assert stamps.of("S1").endswith("-9")


def look_at(identity: str, since: str, revisions: dict[str, int]) -> dict[str, object]:
    return {"identity": identity, "since": since, "revisions": revisions}


def test_a_project_that_was_made_anew_is_looked_at_anew(clock: Ticking):
    answers = [look_at("a", "5", {"S1": 3, "S2": 1}), look_at("b", "2", {}), look_at("b", "2", {"S2": 7})]
    stamps = Stamps(lambda _: answers.pop(0), clock)
    assert stamps.of("S1") == "a-3"
    clock.now += FRESH_SECONDS
    assert [stamps.of(symbol) for symbol in ("S1", "S2")] == ["b-0", "b-7"]


def test_a_server_whose_count_of_transactions_is_behind_gives_everything(store: SupabaseStore):
    told = store._api.ask("read_revisions", p_since="99999999999")
    assert sorted(told["revisions"]) == sorted(SYMBOLS)


def test_the_coverage_of_many_symbols_is_one_request(store: SupabaseStore, requests: list[object]):
    told = coverage_of(store, SYMBOLS)
    coverages = {symbol: told(symbol, "1d") for symbol in (*SYMBOLS, "NEVER")}
    assert len(requests) == 1
    assert coverages == {symbol: store.coverage(symbol, "1d") for symbol in (*SYMBOLS, "NEVER")}


def test_the_coverage_of_a_few_is_asked_one_by_one(store: SupabaseStore):
    assert coverage_of(store, SYMBOLS[: MANY - 1]) == store.coverage


def test_what_is_held_of_many_symbols_is_a_handful_of_requests(store: SupabaseStore, requests: list[object]):
    assert held(store, SYMBOLS)["S1"]["1d"].count == 2
    assert len(requests) <= 3
