from datetime import date

import numpy as np
import pandas as pd
import pytest

from stockdash.bars import COLUMNS, PRICES, TS_DTYPE, Action, empty_bars
from stockdash.ingest.carry import carry_daily
from stockdash.ingest.reconcile import reconcile, versions_of
from stockdash.sources import Fetched, ReportedAction
from tests.ingest.few_bars import utc

EARLY, LATE = utc("2024-06-14T21:00"), utc("2024-06-17T21:00")
DAY = date(2024, 6, 10)


def observed(*closes, fetched=EARLY, final=True, start="2024-06-03"):
    index = pd.date_range(start, periods=len(closes), freq="B", tz="UTC", name="ts").astype(TS_DTYPE)
    frame = pd.DataFrame({name: np.array(closes, dtype=float) for name in PRICES}, index=index)
    times = pd.Series(pd.Timestamp(fetched), index=index, dtype=TS_DTYPE)
    return frame.assign(volume=1000, fetched_at=times, final=final)


def answered(*closes, **choice):
    return observed(*closes, fetched=LATE, **choice)


def compared(stored, answer, scope="append", actions=()):
    return reconcile(stored, answer, actions, scope=scope)


def days(index):
    return [ts.day for ts in index]


def test_equal_bars_are_not_written_again():
    verdict = compared(observed(10, 11, 12), answered(10, 11, 12, 13))
    assert (days(verdict.rows.index), verdict.unchanged) == ([6], 3)


@pytest.mark.parametrize(("close", "final"), [(10, False), (11, False), (10, True)], ids=["same", "changed", "final"])
def test_provisional_bars_are_replaced_without_a_note(close, final):
    verdict = compared(observed(10, final=False), answered(close, final=final))
    assert verdict.rows["fetched_at"].tolist() == [LATE]
    assert (len(verdict.restated), len(verdict.doubtful)) == (0, 0)


def test_a_scattered_difference_is_restated():
    stored = observed(10, 11, 12)
    restated = answered(10, 11, 12)
    restated.loc[restated.index[1], ["high", "volume"]] = [11.5, 1200]
    verdict = compared(stored, restated)
    assert (days(verdict.restated), days(verdict.rows.index), len(verdict.doubtful)) == ([4], [4], 0)


def test_volume_alone_can_be_restated():
    assert days(compared(observed(10, 11), answered(10, 11).assign(volume=[1000, 1002])).restated) == [4]


def test_one_ratio_in_an_append_is_doubtful():
    assert days(compared(observed(10, 11, 12), answered(1, 1.1, 12)).doubtful) == [3, 4]


def test_a_known_split_explains_the_ratio():
    split = Action(date(2024, 6, 5), "split", LATE, 10.0)
    verdict = compared(
        observed(10, 11, 1.2), answered(1, 1.1, 1.2).assign(volume=[10_000, 10_000, 1000]), actions=[split]
    )
    assert (verdict.rows.empty, len(verdict.doubtful)) == (True, False)


def test_a_far_off_bar_in_an_append_is_doubtful():
    answer = answered(10, 11, 12)
    answer.loc[answer.index[1], "high"] = 20.0
    assert days(compared(observed(10, 11, 12), answer).doubtful) == [4]


def test_history_tells_a_bad_print_from_moved_prices():
    verdict = compared(observed(*range(10, 18)), answered(10, 11, 12, 130, 14, 15, 16, 17), "history")
    assert (days(verdict.implausible), verdict.rows.empty, verdict.is_moved) == ([6], True, False)


def test_history_tells_moved_prices_from_a_bad_print():
    verdict = compared(observed(*range(10, 18)), answered(1, 1.1, 1.2, 1.3, 14, 15, 16, 17), "history")
    assert (len(verdict.implausible), len(verdict.rows), len(verdict.restated)) == (0, 4, 0)
    assert verdict.moved.at(np.array([0, 19880, 19881])).tolist() == [pytest.approx(0.1)] * 2 + [1]


def test_one_bar_alone_can_have_moved_when_its_volume_did():
    answer = answered(1, 1.1, 1.2, 6.5).assign(volume=[10_000, 10_000, 10_000, 2000])
    verdict = compared(observed(*range(10, 14)), answer, "history")
    assert (len(verdict.implausible), len(verdict.restated)) == (0, 0)
    assert verdict.moved.factors.tolist() == [pytest.approx(0.1), 0.5]


def test_a_bad_print_among_moved_prices_is_both():
    verdict = compared(observed(*range(10, 18)), answered(1, 1.1, 25, 1.3, 1.4, 15, 16, 17), "history")
    assert (days(verdict.implausible), verdict.is_moved, len(verdict.rows)) == ([5], True, 4)


def test_what_is_trusted_is_never_implausible():
    verdict = compared(observed(*range(10, 18)), answered(10, 11, 12, 130, 14, 15, 16, 17), "trusted")
    assert (len(verdict.implausible), len(verdict.rows)) == (0, 1)


def test_nothing_in_common_is_nothing_to_compare():
    verdict = compared(observed(10, 11), answered(12, 13, start="2024-06-10"), "history")
    assert (len(verdict.rows), verdict.is_moved) == (2, False)


def test_carried_rows_move_with_the_source():
    stored = observed(*range(10, 18))
    moved = compared(stored, answered(1, 1.1, 1.2, 1.3, 14, 15, 16, 17), "history").moved
    carried = carry_daily(stored[:2], (), moved, fetched_at=LATE)
    assert carried["close"].tolist() == pytest.approx([1, 1.1])
    assert (carried["volume"].tolist(), carried["fetched_at"].iloc[0]) == ([10_000, 10_000], LATE)


def answer_listing(*actions):
    return Fetched(empty_bars()[list(COLUMNS)], actions, LATE)


def listed(kind, value, day=DAY):
    return ReportedAction(day, kind, value)


def test_a_new_action_is_added_as_of_the_answer():
    versions = versions_of((), answer_listing(listed("split", 10.0)), since=DAY)
    assert versions.added == (Action(DAY, "split", LATE, 10.0),)
    assert not versions.contradicted


def test_a_known_action_is_not_added_again():
    known = (Action(DAY, "dividend", EARLY, 0.1), Action(DAY, "split", EARLY, 10.0))
    versions = versions_of(known, answer_listing(listed("split", 10.0), listed("dividend", 0.1)), since=DAY)
    assert (versions.known, versions.added, versions.contradicted) == (known, (), False)


@pytest.mark.parametrize(
    ("kind", "listing", "value"), [("split", 20.0, 20.0), ("split", None, 1.0), ("dividend", None, 0.0)]
)
def test_a_changed_or_missing_action_contradicts(kind, listing, value):
    known = (Action(DAY, kind, EARLY, 10.0),)
    versions = versions_of(known, answer_listing(*([listed(kind, listing)] if listing else [])), since=DAY)
    assert versions.added == (Action(DAY, kind, LATE, value),)
    assert versions.contradicted


def test_an_action_before_the_range_of_the_answer_stands():
    known = (Action(date(2024, 6, 7), "split", EARLY, 10.0),)
    assert versions_of(known, answer_listing(), since=DAY).added == ()


def test_a_dividend_listed_on_the_shares_after_a_split_is_the_same_dividend():
    known = (Action(DAY, "dividend", EARLY, 1.0),)
    answer = answer_listing(listed("dividend", 0.1), listed("split", 10.0, date(2024, 6, 12)))
    assert [action.kind for action in versions_of(known, answer, since=DAY).added] == ["split"]
