import json

import pytest

from stockdash.errors import InvalidInputError
from stockdash.testing import Cost, Finding, History, Repainting, Report

FINDING = Finding("warm-up", "length=1", "declared are 3")
REPORT = Report(
    indicator_id="x",
    name="The x",
    package="acme",
    version="2.5",
    findings=(FINDING, Finding("widgets", "length", "has no title")),
    repainting=Repainting("last bars", 26, "defaults"),
    history=History(20),
    cost=Cost(0.3, 41.0),
)


def test_a_report_comes_back_from_its_json() -> None:
    assert Report.from_json(REPORT.to_json()) == REPORT


def test_the_json_is_one_line_and_says_whether_all_is_well() -> None:
    assert "\n" not in REPORT.to_json()
    assert json.loads(REPORT.to_json())["ok"] is False


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"indicator_id": 1}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="Expected a report"):
        Report.from_json(text)


def test_the_failed_checks_stand_in_the_order_of_the_contract() -> None:
    assert REPORT.failed == ("widgets", "warm-up")


def test_an_assertion_lists_every_finding() -> None:
    with pytest.raises(AssertionError, match=r"of acme 2.5: breaks widgets, warm-up\n.*\n.*length=1.*\n.*no title"):
        REPORT.assert_ok()


def test_nothing_found_asserts_nothing() -> None:
    Report("x", "The x").assert_ok()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Repainting("clean"), "clean"),
        (Repainting("last bars", 1), "repaints the last bar"),
        (Repainting("last bars", 26), "repaints the last 26 bars"),
        (Repainting("whole window"), "repaints the whole window"),
        (Repainting(), "unknown"),
        (History(1), "settles after 1 bar"),
        (History(46), "settles after 46 bars"),
        (History(anchored=True), "depends on the first bar"),
        (History(), "unknown"),
    ],
)
def test_verdicts_have_words_for_a_badge(value: Repainting | History, text: str) -> None:
    assert value.text == text
