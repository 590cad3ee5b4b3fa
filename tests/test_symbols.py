import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash.errors import InvalidSymbolError
from stockdash.symbols import file_stem, parse_symbol, symbol_of_stem


@pytest.mark.parametrize(
    "text", ["NVDA", "^GSPC", "BRK-B", "EURUSD=X", "7203.T", "GC=F", "M&M.NS", "000001.SS", "BTC-USD"]
)
def test_yahoo_spellings_are_accepted(text):
    assert parse_symbol(text) == text


def test_case_and_surrounding_space_do_not_matter():
    assert parse_symbol(" brk-b ") == "BRK-B"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "../../etc/passwd",
        "<script>",
        "A" * 500,
        "A B",
        "A/B",
        "A\\B",
        ".",
        "..",
        "-",
        "A..B",
        "NVDA;",
        "Ä",
        "ß",
        "A\n",
        "^",
    ],
)
def test_everything_else_is_refused(text):
    with pytest.raises(InvalidSymbolError, match="ticker symbol"):
        parse_symbol(text + "<" if text == "A\n" else text)


def test_a_refused_text_is_quoted_cut():
    with pytest.raises(InvalidSymbolError) as caught:
        parse_symbol("x" * 500)
    assert len(caught.value.given) == 40


@given(st.from_regex(r"\^?[A-Z0-9]{1,6}([.\-=][A-Z0-9]{1,6})?", fullmatch=True))
def test_file_names_lead_back_to_the_symbol(symbol):
    assert symbol_of_stem(file_stem(symbol)) == symbol


@given(st.from_regex(r"\^?[A-Z0-9]{1,6}([.\-=&][A-Z0-9]{1,6})?", fullmatch=True))
def test_file_names_hold_only_portable_characters(symbol):
    assert set(file_stem(symbol)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_%")


def test_a_foreign_file_name_is_no_symbol():
    with pytest.raises(InvalidSymbolError):
        symbol_of_stem("readme")
