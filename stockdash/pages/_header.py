"""The line above the chart: symbol, last price, change, day range, market state and age of the data.

Pure: values in, HTML out; every text from outside is escaped. Times are shown in New York time.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from stockdash.ingest.status import SILENT_SESSIONS
from stockdash.market import Market, MarketState
from stockdash.query import Quote
from stockdash.symbols import Facts

NEW_YORK = ZoneInfo("America/New_York")

_MINUS = "\N{MINUS SIGN}"  # the width of a digit, unlike a hyphen
_DASH = "\N{EN DASH}"
_NBSP = "\N{NO-BREAK SPACE}"
_SMALL_PRICE = 10.0
_CLOSE = time(16)
# A 30-minute bar, the delay until its trades are known, and the run that fetches it.
_FIRST_BAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header tells.

    `quote` is None while nothing is stored; `market` and `expected`, the session that the newest bar should be of,
    while the calendar is loading.
    """

    symbol: str
    facts: Facts | None = None
    quote: Quote | None = None
    market: MarketState | None = None
    expected: date | None = None
    is_demo: bool = False


def heading_html(heading: Heading, *, now: datetime) -> str:
    """Give the header as one block of HTML."""
    parts = [_name(heading), _price(heading), _facts_row(heading, now)]
    return f'<header class="sd-head" aria-label="{escape(heading.symbol)} now">{"".join(parts)}</header>'


def price_text(price: float) -> str:
    """Give a price with thousands marks: two decimals, four below ten."""
    return f"{price:,.2f}" if abs(price) >= _SMALL_PRICE else f"{price:,.4f}".removesuffix("00")


def change_text(percent: float | None) -> str:
    """Give a change as ``+1.23%`` with a true minus; a dash when it is not known."""
    return _DASH if percent is None else _signed(f"{percent:+,.2f}%")


def age_text(age: timedelta) -> str:
    """Give an age in its largest unit: ``just now``, ``5 min ago``, ``3 h ago``, ``2 days ago``."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} min ago"
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 - from two days on, days say more
        return f"{hours} h ago"
    return f"{hours // 24} days ago"


def as_of_text(quote: Quote, now: datetime) -> str:
    """Give when the quoted price was the newest, New York, and how long ago: ``Fri 20 Nov, close · 5 h ago``.

    Of a session that may still change that is when it was fetched, else 16:00: half days are not told apart.
    """
    close = datetime.combine(quote.session, _CLOSE, NEW_YORK)
    moment = quote.fetched_at if quote.provisional else min(close, quote.fetched_at)
    year = "" if quote.session.year == now.astimezone(NEW_YORK).year else f" {quote.session.year}"
    day = f"{quote.session:%a} {quote.session.day} {quote.session:%b}{year}"
    hour = f"{_clock(moment)} ET" if quote.provisional else "close"
    return f"{day}, {hour} · {age_text(now - moment)}"


def newest_expected(market: Market, now: datetime, *, looked_at: datetime | None = None) -> date:
    """Give the session that the newest bar should be of: in its first hour, the one before will do.

    Where the source was asked since then (`looked_at`, UTC) there was no bar to be had, as on holidays elsewhere.
    Then it should not be older than the longest of those.
    """
    state = market.state(now)
    session = state.session if now - state.opened_at >= _FIRST_BAR else market.before(state.session)
    if looked_at is not None and looked_at - market.hours(session)[0] >= _FIRST_BAR:
        return market.before(session, SILENT_SESSIONS)
    return session


def market_text(market: MarketState) -> str:
    """Give the market's state with the time it changes, New York."""
    if market.is_open:
        return f"Market open until {_clock(market.closes_at)} ET"
    opens = market.next_open.astimezone(NEW_YORK)
    return f"Market closed · opens {opens:%a} {opens.day} {opens:%b} {_clock(market.next_open)} ET"


def tone(change: float | None) -> str:
    """Give the word for the colour of a change: up, down or flat."""
    if not change:
        return "flat"
    return "up" if change > 0 else "down"


def _name(heading: Heading) -> str:
    facts = heading.facts
    details = [facts.name, facts.exchange, facts.currency] if facts else []
    shown = " · ".join(escape(detail) for detail in details if detail)
    badge = '<span class="sd-madeup">made-up data</span>' if heading.is_demo else ""
    return f'<div class="sd-name"><h1>{escape(heading.symbol)}</h1><span>{shown}</span>{badge}</div>'


def _price(heading: Heading) -> str:
    quote = heading.quote
    if quote is None:
        return ""
    change = "" if quote.change is None else _signed(f"{quote.change:+,.2f}")
    percent = change_text(quote.change_percent)
    return (
        f'<div class="sd-price"><b>{price_text(quote.price)}</b>'
        f'<span class="sd-{tone(quote.change)}">{change}{_NBSP}({percent})</span></div>'
    )


def _facts_row(heading: Heading, now: datetime) -> str:
    quote, cells = heading.quote, [_market_cell(heading.market)]
    if quote is not None:
        is_stale = heading.expected is not None and quote.session < heading.expected
        span = f"{price_text(quote.low)} {_DASH} {price_text(quote.high)}"
        age = as_of_text(quote, now) + (", out of date" if is_stale else "")
        cells = [_cell("Day range", span), _cell("Data as of", age, "sd-stale" if is_stale else ""), *cells]
    return f'<dl class="sd-facts">{"".join(cells)}</dl>'


def _cell(term: str, text: str, name: str = "") -> str:
    return f'<div><dt>{escape(term)}</dt><dd class="{name}">{escape(text)}</dd></div>'


def _market_cell(market: MarketState | None) -> str:
    return "" if market is None else _cell("NYSE", market_text(market), "sd-open" if market.is_open else "sd-closed")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(NEW_YORK):%H:%M}"


def _signed(text: str) -> str:
    return text.replace("-", _MINUS)
