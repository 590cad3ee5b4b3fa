from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from stockdash.market import Market
from stockdash.pages._header import (
    Heading,
    age_text,
    change_text,
    heading_html,
    market_text,
    newest_expected,
    price_text,
    tone,
)
from stockdash.query import Quote
from stockdash.symbols import Facts

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
QUOTE = Quote(
    price=178.356,
    previous_close=180.0,
    high=181.0,
    low=177.5,
    session=date(2026, 11, 20),
    fetched_at=NOW - timedelta(minutes=5),
    provisional=True,
)


@pytest.mark.parametrize(
    ("price", "text"),
    [(178.356, "178.36"), (13634.611, "13,634.61"), (9.5, "9.50"), (1.08345, "1.0835"), (0.0375, "0.0375")],
)
def test_prices_have_two_decimals_and_small_ones_four(price: float, text: str) -> None:
    assert price_text(price) == text


@pytest.mark.parametrize(("percent", "text"), [(1.234, "+1.23%"), (-0.5, "\N{MINUS SIGN}0.50%"), (None, "\N{EN DASH}")])
def test_changes_have_a_sign(percent: float | None, text: str) -> None:
    assert change_text(percent) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "just now"),
        (5, "5 min ago"),
        (59, "59 min ago"),
        (60, "1 h ago"),
        (47 * 60, "47 h ago"),
        (49 * 60, "2 days ago"),
    ],
)
def test_ages_are_told_in_their_largest_unit(minutes: int, text: str) -> None:
    assert age_text(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "Market open until 16:00 ET"),
        (datetime(2026, 11, 27, 16, 0, tzinfo=UTC), "Market open until 13:00 ET"),
        (datetime(2026, 11, 21, 15, 0, tzinfo=UTC), "Market closed · opens Mon 23 Nov 09:30 ET"),
    ],
    ids=["day", "half day", "weekend"],
)
def test_the_market_is_told_with_the_time_it_changes(now: datetime, text: str) -> None:
    assert market_text(Market().state(now)) == text


@pytest.mark.parametrize(("change", "word"), [(1.0, "up"), (-1.0, "down"), (0.0, "flat"), (None, "flat")])
def test_tone_follows_the_change(change: float | None, word: str) -> None:
    assert tone(change) == word


def test_a_heading_tells_price_change_range_and_age() -> None:
    html = heading_html(Heading("NVDA", quote=QUOTE), now=NOW)
    for part in (
        "178.36",
        "\N{MINUS SIGN}1.64",
        "\N{MINUS SIGN}0.91%",
        "177.50",
        "181.00",
        "Fri 20 Nov, 16:25 ET · 5 min ago",
    ):
        assert part in html


def test_a_heading_without_quote_still_names_the_symbol() -> None:
    assert "<h1>NVDA</h1>" in heading_html(Heading("NVDA"), now=NOW)


def test_texts_from_outside_are_escaped() -> None:
    html = heading_html(Heading("M&M.NS", Facts(name="<img onerror=x>")), now=NOW)
    assert "M&amp;M.NS" in html
    assert "<img" not in html


def test_made_up_data_is_labelled() -> None:
    assert "made-up data" in heading_html(Heading("NVDA", is_demo=True), now=NOW)


def final(session: date) -> Quote:
    """A quote of a past session, fetched anew a minute ago."""
    return replace(QUOTE, session=session, provisional=False, fetched_at=NOW - timedelta(minutes=1))


def test_the_age_of_a_finished_session_is_that_of_its_close() -> None:
    html = heading_html(Heading("NVDA", quote=final(date(2026, 11, 19)), expected=date(2026, 11, 19)), now=NOW)
    assert "Thu 19 Nov, close · 24 h ago" in html
    assert "sd-stale" not in html


def test_a_newest_bar_older_than_the_last_session_is_called_out_of_date() -> None:
    html = heading_html(Heading("NVDA", quote=final(date(2025, 11, 14)), expected=date(2026, 11, 19)), now=NOW)
    assert "sd-stale" in html
    assert "Fri 14 Nov 2025, close · 371 days ago, out of date" in html


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 20, 22, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 15, 31, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 15, 29, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 22, 15, tzinfo=UTC), date(2026, 11, 20)),
    ],
    ids=["evening", "an hour into the session", "its first hour", "weekend"],
)
def test_a_session_is_expected_from_its_second_hour_on(now: datetime, expected: date) -> None:
    assert newest_expected(Market(), now) == expected


# 2026-11-20 is a Friday; bars of its first half hour are there from 15:30 UTC on.
@pytest.mark.parametrize(
    ("looked_at", "expected"),
    [
        (datetime(2026, 11, 20, 15, 29, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), date(2026, 11, 12)),
    ],
    ids=["not asked since", "asked in vain"],
)
def test_a_session_whose_bar_the_source_did_not_have_is_not_expected(looked_at: datetime, expected: date) -> None:
    assert newest_expected(Market(), NOW, looked_at=looked_at) == expected
