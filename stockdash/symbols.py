"""Ticker symbols as Yahoo writes them, their form as file names, and what a symbol is."""

import re
from dataclasses import dataclass

from stockdash.errors import InvalidSymbolError

MAX_LENGTH = 20

# An optional ^ for indices, then letters, digits and Yahoo's joiners: BRK-B, 7203.T, EURUSD=X, M&M.NS.
_SYMBOL = re.compile(r"\^?[A-Z0-9](?:[A-Z0-9&=_]|[.\-](?=[A-Z0-9]))*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a symbol is. Empty texts and None mean that the source does not say.

    `shares_outstanding` in shares, `currency` as the source writes it (USD, GBp).
    """

    name: str = ""
    kind: str = ""
    exchange: str = ""
    currency: str = ""
    sector: str = ""
    industry: str = ""
    shares_outstanding: int | None = None


def parse_symbol(text: str) -> str:
    """Give the symbol in Yahoo's spelling: trimmed and upper-cased.

    Raises
    ------
    InvalidSymbolError
        For everything that can't be a symbol: empty, over 20 characters, path separators, markup.
    """
    trimmed = text.strip()
    # Upper-casing would turn letters such as ß into others.
    if len(trimmed) <= MAX_LENGTH and trimmed.isascii() and _SYMBOL.fullmatch(trimmed.upper()):
        return trimmed.upper()
    given = text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 - fits one line of a message
    raise InvalidSymbolError(
        f"{given!r} is not a ticker symbol. Expected up to {MAX_LENGTH} letters, digits and . - = ^ & _ "
        "as Yahoo writes them, for example NVDA, BRK-B, ^GSPC, 7203.T or EURUSD=X.",
        given=given,
    )


def file_stem(symbol: str) -> str:
    """Give a file name without ending that is safe and distinct on every operating system.

    Letters, digits and ``-`` stay; everything else becomes ``%`` and two hex digits. A leading ``_`` keeps
    names that Windows reserves (CON, NUL, COM1) usable. `symbol_of_stem` is the inverse.
    """
    return "_" + "".join(char if char.isalnum() or char == "-" else f"%{ord(char):02X}" for char in symbol)


def symbol_of_stem(stem: str) -> str:
    """Give the symbol that `file_stem` wrote.

    Raises
    ------
    InvalidSymbolError
        When the stem is none that `file_stem` writes.
    """
    symbol = re.sub(r"%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), stem.removeprefix("_"))
    if file_stem(parse_symbol(symbol)) != stem:
        raise InvalidSymbolError(f"{stem[:40]!r} is not the file name of a symbol.", given=stem[:40])
    return symbol
