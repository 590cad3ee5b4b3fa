import pytest

from stockdash.ingest.backlog import Snapshot, SymbolState
from stockdash.pages._arriving import progress_html, reason_html, retry_label, share_done, stage_of

STATES = {"NVDA": SymbolState("stored"), "TSM": SymbolState("asking"), "AAPL": SymbolState("failed", "<b>no</b>")}
SNAPSHOT = Snapshot(running=True, symbols=STATES)


@pytest.mark.parametrize(
    ("state", "expected", "stage"),
    [
        (None, True, "on its way"),
        (None, False, "unknown"),
        (SymbolState("waiting"), False, "on its way"),
        (SymbolState("asking"), True, "on its way"),
        (SymbolState("failed", "why"), True, "failed"),
        (SymbolState("failed"), True, "on its way"),
        (SymbolState("stored"), True, "empty"),
        (SymbolState("up to date"), True, "empty"),
    ],
)
def test_a_symbol_without_bars_is_somewhere(state: SymbolState | None, stage: str, *, expected: bool) -> None:
    assert stage_of(state, is_expected=expected) == stage


def test_share_done_counts_failures_as_done() -> None:
    assert share_done(SNAPSHOT) == pytest.approx(2 / 3)


def test_nothing_wanted_is_nothing_done() -> None:
    assert share_done(Snapshot()) == 0


def test_progress_begins_with_the_symbol_that_is_waited_for() -> None:
    html = progress_html(SNAPSHOT, "TSM")
    assert html.index("TSM") < html.index("NVDA") < html.index("AAPL")
    assert html.count("<li") == 3


def test_reasons_are_escaped() -> None:
    assert "&lt;b&gt;no&lt;/b&gt;" in progress_html(SNAPSHOT, "AAPL")


def test_progress_lists_few_of_many() -> None:
    many = Snapshot(symbols={f"S{number}": SymbolState("waiting") for number in range(2000)})
    html = progress_html(many, "S1999")
    assert html.count("<li") == 9
    assert "and 1,992 more" in html


def test_a_reason_that_tells_of_the_silence_is_told_once() -> None:
    html = reason_html("rate-limited until 17:35 ET; nothing was sent for TSM.", "rate-limited until 17:35 ET")
    assert html == '<p class="sd-reason">Rate-limited until 17:35 ET; nothing was sent for TSM.</p>'


def test_the_silence_is_told_before_another_reason() -> None:
    html = reason_html("Is there a <network>?", "Yahoo unreachable, next try 17:04 ET")
    assert html.index("next try 17:04 ET.") < html.index("&lt;network&gt;")
    assert html.count("<p") == 2


def test_a_reason_alone_is_one_line() -> None:
    assert reason_html("No such symbol.", "").count("<p") == 1


@pytest.mark.parametrize(
    ("silence", "label"),
    [
        ("", "Try again"),
        ("rate-limited until 17:35 ET", "Try again at 17:35 ET"),
        ("Yahoo unreachable, next try 17:04 ET", "Try again at 17:04 ET"),
        ("not today", "Try again"),
    ],
)
def test_the_button_tells_when_it_may_be_tried_again(silence: str, label: str) -> None:
    assert retry_label(silence) == label
