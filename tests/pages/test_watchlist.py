import pytest

from stockdash.pages._watchlist import MOST_ROWS, matches, rows

MANY = tuple(f"S{number}" for number in range(2000))


def test_rows_are_the_first_ones_watched() -> None:
    assert rows(("NVDA", "AAPL"), "AAPL") == ("NVDA", "AAPL")


def test_rows_have_the_current_symbol_even_if_it_is_not_watched() -> None:
    assert rows(("NVDA", "AAPL"), "MSFT") == ("NVDA", "AAPL", "MSFT")


def test_rows_are_few_however_many_are_watched() -> None:
    assert rows(MANY, "S1999") == (*MANY[: MOST_ROWS - 1], "S1999")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("n", ("NVDA", "TSN")),
        ("gs", ("^GSPC",)),
        ("^g", ("^GSPC",)),
        ("  ", ()),
        ("zz", ()),
    ],
)
def test_matches_begin_with_what_was_typed_first(text: str, found: tuple[str, ...]) -> None:
    assert matches(text, ("AAPL", "NVDA", "TSN", "^GSPC")) == found


def test_matches_are_few() -> None:
    assert len(matches("S", MANY)) <= MOST_ROWS
