import pytest

from stockdash.ingest.backlog import Snapshot, SymbolState
from stockdash.pages._arriving import progress_html, share_done, stage_of

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
