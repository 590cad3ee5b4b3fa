import pytest

from stockdash.testing import Finding, History, Repainting, Report
from stockdash.verdicts import Verdict, failed, of_report

CLEAN, USUAL = Repainting("clean"), History(20)


def verdict(repainting: Repainting = CLEAN, history: History = USUAL, *findings: Finding) -> Verdict:
    return of_report(Report("one", "One", findings=findings, repainting=repainting, history=history))


@pytest.mark.parametrize(
    ("told", "badge", "warning"),
    [
        (verdict(), "never repaints", ""),
        (verdict(Repainting("visible"), History(0)), "of the visible range", ""),
        (verdict(Repainting("last bars", 26, "daily bars")), "⟲ repaints 26 bars", "⟲ repaints"),
        (verdict(Repainting("last bars", 1, "daily bars")), "⟲ repaints 1 bar", "⟲ repaints"),
        (verdict(Repainting("whole window", where="daily bars")), "⟲ repaints", "⟲ repaints"),
        (verdict(Repainting()), "check failed", ""),
        (failed("it crashed"), "check failed", ""),
        (Verdict(), "not checked yet", ""),
        (Verdict("off"), "not checked", ""),
    ],
    ids=lambda told: told.level if isinstance(told, Verdict) else "",
)
def test_a_badge_is_a_few_words_and_only_repainting_warns(told: Verdict, badge: str, warning: str) -> None:
    assert (told.badge, told.warning) == (badge, warning)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (verdict(), "never repaints. What it shows for a closed bar stays as it is"),
        (verdict(), "Values are settled after 20 bars of history."),
        (verdict(Repainting("last bars", 2, "daily bars")), "Repaints the last 2 bars: what it shows there may still"),
        (verdict(Repainting("last bars", 2, "bars with NaN")), "Seen on bars with NaN."),
        (verdict(Repainting("whole window", where="offset=-9")), "Seen with offset=-9."),
        (verdict(CLEAN, History(anchored=True)), "depend on the first stored bar"),
        (verdict(CLEAN, History(20), Finding("warm-up", "defaults", "is 3")), "Breaks its contract: warm-up."),
        (failed("it crashed"), "The check failed: it crashed."),
        (Verdict(), "found out in the background"),
        (Verdict("off"), "STOCKDASH_CHECK_PLUGINS"),
    ],
)
def test_the_sentence_says_what_the_badge_means(told: Verdict, says: str) -> None:
    assert says in told.text


def test_the_usual_bars_are_not_named() -> None:
    assert "Seen" not in verdict(Repainting("last bars", 2, "daily bars")).text


def test_a_history_of_one_bar_is_not_worth_a_sentence() -> None:
    assert "settled" not in verdict(CLEAN, History(1)).text


def test_repainting_is_no_breach_beside_the_headline() -> None:
    found = (Finding("repainting", "defaults", "late"), Finding("cost", "defaults", "slow"))
    assert verdict(Repainting("last bars", 2), History(), *found).breaches == found[1:]
