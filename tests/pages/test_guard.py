"""Indicators that fail, hang or cheat: what a page gets, and how often they are run."""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from stockdash import Indicator, Output, Params
from stockdash.pages._chain import Call
from stockdash.pages._guard import Ahead, Answer, Guard, Trouble
from tests.indicators.frames import bars_of

PATIENCE_SECONDS = 30
BARS = bars_of([1.0, 2.0, 3.0])


class EchoParams(Params):
    length: int = Field(2, ge=1, le=99)


class Plugin:
    """An indicator that does what it is told, and counts how often it is run."""

    def __init__(self, does: Callable[[pd.DataFrame], Any] | None = None, version: str = "1") -> None:
        self.does, self.version, self.runs = does or (lambda bars: bars["close"]), version, 0

    def call(self, length: int = 2) -> Call:
        indicator = Indicator(
            id="echo",
            name="Echo",
            params=EchoParams,
            outputs=(Output("echo", "Echo"),),
            compute=self._compute,
            warmup=lambda _: 0,
        )
        return Call(indicator, EchoParams(length=length), 0, version=self.version)

    def _compute(self, bars: pd.DataFrame, _: EchoParams) -> pd.DataFrame:
        self.runs += 1
        return pd.DataFrame({"echo": self.does(bars)}, index=bars.index)


def fail(_: pd.DataFrame) -> None:
    raise RuntimeError("the key is s3cret")


def asked(guard: Guard, plugin: Plugin, length: int = 2, bars: pd.DataFrame = BARS) -> Answer | Trouble:
    call = plugin.call(length)
    return guard.answer(call, f"NVDA {call.key}", lambda: bars)


def looked_ahead(guard: Guard, plugin: Plugin, length: int = 2) -> Answer | Trouble:
    call = plugin.call(length)
    return Ahead(guard).answer(call, f"NVDA {call.key}", lambda: BARS)


def kind(found: Answer | Trouble) -> str:
    return found.kind if isinstance(found, Trouble) else "answer"


@pytest.fixture
def guard() -> Guard:
    return Guard(PATIENCE_SECONDS)


class Gate:
    """What an indicator waits for before it answers."""

    def __init__(self) -> None:
        self.opened, self.passed = threading.Event(), threading.Event()

    def __call__(self, bars: pd.DataFrame) -> pd.Series:
        self.opened.wait(PATIENCE_SECONDS)
        self.passed.set()
        return bars["close"]


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


def arrived(guard: Guard, plugin: Plugin) -> None:
    """Wait until nothing of the plugin runs any more."""
    for thread in threading.enumerate():
        if thread.name == "indicator echo":
            thread.join(PATIENCE_SECONDS)
    assert not guard.is_running(f"NVDA {plugin.call().key}")


def test_an_answer_is_computed_once(guard: Guard) -> None:
    plugin = Plugin()
    assert asked(guard, plugin) is asked(guard, plugin)
    assert plugin.runs == 1


def test_another_version_computes_again(guard: Guard) -> None:
    asked(guard, Plugin())
    newer = Plugin(version="2")
    asked(guard, newer)
    assert newer.runs == 1


def test_answers_give_way_to_newer_ones_when_there_are_too_many(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stockdash.pages._guard._MOST_BYTES", 100)
    plugin = Plugin()
    for length in range(1, 7):
        asked(guard, plugin, length)
    asked(guard, plugin, 6)
    assert plugin.runs == 6
    asked(guard, plugin, 1)
    assert plugin.runs == 7


def test_a_failure_is_not_run_again_for_the_same(guard: Guard) -> None:
    plugin = Plugin(fail)
    troubles = [asked(guard, plugin) for _ in range(50)]
    assert plugin.runs == 1
    assert {kind(one) for one in troubles} == {"failed"}


def test_three_failures_in_a_row_switch_it_off_and_cost_nothing_more(guard: Guard) -> None:
    plugin = Plugin(fail)
    kinds = [kind(asked(guard, plugin, length)) for length in range(1, 60)]
    assert kinds == ["failed"] * 3 + ["off"] * 56
    assert plugin.runs == 3


def test_a_success_between_failures_keeps_it_on(guard: Guard) -> None:
    plugin = Plugin(lambda bars: bars["close"] if plugin.runs % 3 == 0 else fail(bars))
    kinds = [kind(asked(guard, plugin, length)) for length in range(1, 13)]
    assert kinds == ["failed", "failed", "answer"] * 4


def test_trying_again_runs_it_once_and_counts(guard: Guard) -> None:
    plugin = Plugin(fail)
    for _ in range(6):
        found = asked(guard, plugin)
        assert isinstance(found, Trouble)
        guard.try_again(found.key)
    assert plugin.runs == 3
    assert kind(found) == "off"


def test_switched_on_again_it_runs(guard: Guard) -> None:
    plugin = Plugin(fail)
    for length in range(1, 5):
        asked(guard, plugin, length)
    plugin.does = lambda bars: bars["close"]
    guard.switch_on(plugin.call())
    assert [kind(asked(guard, plugin, length)) for length in range(1, 5)] == ["answer"] * 4


def test_one_that_is_switched_off_leaves_another_version_on(guard: Guard) -> None:
    plugin = Plugin(fail)
    for length in range(1, 5):
        asked(guard, plugin, length)
    assert kind(asked(guard, Plugin(version="2"))) == "answer"


def test_what_is_switched_off_tells_the_last_reason(guard: Guard) -> None:
    plugin = Plugin(fail)
    for length in range(1, 5):
        found = asked(guard, plugin, length)
    assert isinstance(found, Trouble)
    assert found.reason == "RuntimeError: the key is s3cret"


def test_a_page_waits_no_longer_than_the_budget(gate: Gate) -> None:
    guard, plugin = Guard(0.01), Plugin(gate)
    found = asked(guard, plugin)
    assert isinstance(found, Trouble)
    assert (found.kind, found.reason) == ("late", "It took longer than 0.01 s.")


def test_where_it_hangs_is_told_by_its_own_frames(gate: Gate) -> None:
    found = asked(Guard(0.01), Plugin(gate))
    assert isinstance(found, Trouble)
    lines = [line for line in found.frames.splitlines() if not line.startswith("    ")]
    assert [line.rpartition(" ")[2] for line in lines] == ["_compute", "__call__"]


def test_a_hung_one_is_not_started_again(gate: Gate) -> None:
    guard, plugin = Guard(0.01), Plugin(gate)
    for _ in range(20):
        found = asked(guard, plugin)
        assert isinstance(found, Trouble)
        guard.try_again(found.key)
    assert plugin.runs == 1


def test_a_hung_one_is_not_started_over_other_bars_either(gate: Gate) -> None:
    guard, plugin = Guard(0.01), Plugin(gate)
    asked(guard, plugin)
    call = plugin.call()
    assert kind(guard.answer(call, f"AAPL {call.key}", lambda: BARS)) == "late"
    assert plugin.runs == 1


def test_three_hung_ones_switch_it_off(gate: Gate) -> None:
    guard, plugin = Guard(0.01), Plugin(gate)
    assert [kind(asked(guard, plugin, length)) for length in range(1, 9)] == ["late"] * 3 + ["off"] * 5
    assert plugin.runs == 3


def test_a_late_answer_is_kept_when_it_comes(gate: Gate) -> None:
    guard, plugin = Guard(0.01), Plugin(gate)
    assert kind(asked(guard, plugin)) == "late"
    gate.opened.set()
    arrived(guard, plugin)
    assert kind(asked(guard, plugin)) == "answer"
    assert plugin.runs == 1


def test_a_late_failure_counts_once(gate: Gate) -> None:
    guard, plugin = Guard(0.01), Plugin(lambda bars: (gate(bars), fail(bars)))
    asked(guard, plugin)
    gate.opened.set()
    arrived(guard, plugin)
    assert kind(asked(guard, plugin)) == "failed"
    assert [kind(asked(guard, Plugin(fail), length)) for length in (3, 4, 5)] == ["failed", "failed", "off"]


def test_two_sessions_that_ask_at_once_share_one_run(guard: Guard, gate: Gate) -> None:
    plugin, found = Plugin(gate), list[Any]()
    sessions = [threading.Thread(target=lambda: found.append(asked(guard, plugin))) for _ in range(8)]
    for session in sessions:
        session.start()
    gate.opened.set()
    for session in sessions:
        session.join(PATIENCE_SECONDS)
    assert plugin.runs == 1
    assert [kind(one) for one in found] == ["answer"] * 8


@pytest.mark.parametrize("exit_", [lambda _: sys.exit(3), lambda _: (_ for _ in ()).throw(KeyboardInterrupt)])
def test_one_that_would_end_the_process_fails_like_any_other(guard: Guard, exit_: Callable[..., Any]) -> None:
    assert kind(asked(guard, Plugin(exit_))) == "failed"


def test_an_error_that_cannot_be_told_fails_like_any_other(guard: Guard) -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def mute(_: pd.DataFrame) -> None:
        raise MuteError

    assert kind(asked(guard, Plugin(mute))) == "failed"


def test_a_trouble_holds_no_secrets() -> None:
    found = asked(Guard(PATIENCE_SECONDS, secrets=["s3cret"]), Plugin(fail))
    assert isinstance(found, Trouble)
    assert "s3cret" not in found.reason + found.frames
    assert found.reason == "RuntimeError: the key is ***"


def test_an_indicator_that_changes_its_bars_spoils_none(guard: Guard) -> None:
    def spoil(bars: pd.DataFrame) -> pd.Series:
        bars["close"] = 0.0
        bars.loc[:, "high"] = 0.0
        return bars["close"]

    before = BARS.copy()
    asked(guard, Plugin(spoil))
    pd.testing.assert_frame_equal(BARS, before)


def test_writing_into_the_memory_of_the_bars_is_refused_by_name(guard: Guard) -> None:
    found = asked(guard, Plugin(lambda bars: bars["close"].to_numpy().fill(0)))
    assert isinstance(found, Trouble)
    assert "read-only" in found.reason


def test_a_plugin_that_changes_its_answer_later_changes_nothing(guard: Guard) -> None:
    given: list[np.ndarray] = []

    def keep(bars: pd.DataFrame) -> np.ndarray:
        given.append(bars["close"].to_numpy(copy=True))
        return given[0]

    found = asked(guard, Plugin(keep))
    given[0].fill(9)
    assert isinstance(found, Answer)
    assert found.columns["echo"].tolist() == [1, 2, 3]


def test_an_answer_cannot_be_written_to(guard: Guard) -> None:
    found = asked(guard, Plugin())
    assert isinstance(found, Answer)
    assert not found.columns["echo"].flags.writeable


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([1.0, np.inf, 2.0], "infinite"),
        (np.array([1.0, 2.0, 3.0], dtype=object), "holds object, expected numbers"),
        ([10**30, 1, 2], "holds object, expected numbers"),
        (["1", "2", "3"], "expected numbers"),
        ([1j, 2j, 3j], "holds complex128, expected numbers"),
    ],
    ids=["infinite", "object", "huge ints", "texts", "complex"],
)
def test_what_is_no_number_is_refused_by_name(guard: Guard, values: Any, says: str) -> None:
    found = asked(guard, Plugin(lambda _: values))
    assert isinstance(found, Trouble)
    assert says in found.reason
    assert found.frames == "", "it did not fail in its own code"


def test_what_was_computed_ahead_is_not_computed_again(guard: Guard) -> None:
    plugin = Plugin()
    looked_ahead(guard, plugin)
    arrived(guard, plugin)
    asked(guard, plugin)
    assert plugin.runs == 1


def test_a_failure_ahead_counts_for_nothing(guard: Guard) -> None:
    plugin = Plugin(fail)
    for length in range(1, 9):
        looked_ahead(guard, plugin, length)
    assert kind(asked(guard, plugin, 9)) == "failed"


def test_what_failed_ahead_is_tried_when_it_is_asked_for(guard: Guard) -> None:
    plugin = Plugin(lambda bars: fail(bars) if plugin.runs == 1 else bars["close"])
    assert kind(looked_ahead(guard, plugin)) == "failed"
    assert kind(asked(guard, plugin)) == "answer"


def test_a_page_hardly_waits_for_what_nobody_asked_for(guard: Guard, gate: Gate) -> None:
    assert kind(looked_ahead(guard, Plugin(gate))) == "late"
    assert not gate.passed.is_set()


def test_one_that_hangs_ahead_is_not_joined_by_another(guard: Guard, gate: Gate) -> None:
    plugin = Plugin(gate)
    kinds = [kind(looked_ahead(guard, plugin, length)) for length in range(1, 9)]
    assert (kinds, plugin.runs) == (["late"] * 8, 1)


def test_what_is_computed_ahead_and_asked_for_meanwhile_is_one_run(guard: Guard, gate: Gate) -> None:
    plugin = Plugin(gate)
    looked_ahead(guard, plugin)
    gate.opened.set()
    assert kind(asked(guard, plugin)) == "answer"
    assert plugin.runs == 1


def test_what_was_begun_ahead_has_its_whole_budget_once_it_is_asked_for(gate: Gate) -> None:
    seconds = iter([0.0, 0.0, 100.0, 100.0, 100.0, 100.0, 100.0])
    guard = Guard(PATIENCE_SECONDS, clock=lambda: next(seconds))
    plugin = Plugin(gate)
    looked_ahead(guard, plugin)
    gate.opened.set()
    assert kind(asked(guard, plugin)) == "answer"


def test_an_answer_that_nobody_asked_for_ends_no_row_of_failures(guard: Guard) -> None:
    plugin = Plugin(lambda bars: bars["close"] if plugin.runs % 2 == 0 else fail(bars))
    for length in range(1, 7, 2):
        assert kind(asked(guard, plugin, length)) == "failed"
        looked_ahead(guard, plugin, length + 1)
    assert kind(asked(guard, plugin, 9)) == "off"
