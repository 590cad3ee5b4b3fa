"""Yahoo Finance through yfinance, which only this file knows and which is imported with the first request.

What yfinance needs for answers that can be trusted in a process that lives long:

- Its caches are cleared before every question: they give out prices from before a split, and keep a failed look-up
  of a time zone after the outage.
- Prices are asked for unadjusted for dividends, without its repairs, and one symbol at a time: its bulk download
  hides errors.
- One time limit holds for everything that a question needs; its own timeouts add up to minutes.

30-minute bars exist for the last 60 days or, asked for as a range, sessions. Their answers carry the actions of days
that have bars in them, so an action missing there says nothing.
"""

import atexit
import logging
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from platformdirs import user_cache_path

from stockdash.bars import Interval, empty_bars
from stockdash.errors import RateLimitedError, SourceError, SourceUnavailableError, UnknownSymbolError
from stockdash.sources import Clock, Fetched
from stockdash.sources.deadline import BoundedCalls
from stockdash.sources.shaping import shape
from stockdash.symbols import Facts

# Yahoo refuses a start that is 60 days back; a day less leaves room for clocks that differ.
INTRADAY_REACH = timedelta(days=59)
LIMIT_SECONDS = 30.0

_REQUEST_SECONDS = 20
_UNKNOWN = re.compile(r"symbol may be delisted|not found", re.IGNORECASE)
_NO_ROWS = re.compile(r"Data doesn't exist for startDate")
_CHART_FACTS = ("longName", "shortName", "instrumentType", "fullExchangeName", "exchangeName", "currency")
_SQLITE = b"SQLite format 3\0"
# yfinance takes these for securities of any exchange and searches; a symbol names one listing.
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")

Answer = TypeVar("Answer")


class YahooSource:
    """Bars, actions and facts as Yahoo gives them; safe to call from several threads, one question at a time."""

    name = "Yahoo"

    def __init__(self, clock: Clock, *, limit_seconds: float = LIMIT_SECONDS, cache_dir: Path | None = None) -> None:
        """Keep `clock` (UTC), the seconds that one question may take, and the folder for yfinance's databases."""
        self._clock = clock
        self._limit_seconds = limit_seconds
        self._cache_dir = cache_dir
        self._calls = BoundedCalls()

    def fetch(self, symbol: str, interval: Interval, *, start: datetime | None, end: datetime | None = None) -> Fetched:
        """Fetch bars, as `Source` says.

        30-minute bars reach back 60 sessions without `start`, and 59 days with one.
        """
        if interval == "30m" and (start or end):
            start = max(filter(None, (start, self._clock() - INTRADAY_REACH)))
            if end is not None and end <= start:
                return Fetched(empty_bars(), (), self._clock())
        span = _daily_span(start, end) if interval == "1d" else _intraday_span(start, end)
        answer = self._ask(symbol, partial(_history, interval=interval, **span))
        fetched_at = self._clock()
        if answer is None:
            return Fetched(empty_bars(), (), fetched_at)
        return shape(answer, interval, start=start, end=end, fetched_at=fetched_at)

    def facts(self, symbol: str) -> Facts:
        """Tell what Yahoo knows about the symbol, as `Source` says; two requests."""
        told = self._ask(symbol, _facts)
        shares = told.get("sharesOutstanding")
        return Facts(
            name=_first(told, "longName", "shortName"),
            kind=_first(told, "quoteType", "instrumentType"),
            exchange=_first(told, "fullExchangeName", "exchangeName", "exchange"),
            currency=_first(told, "currency"),
            sector=_first(told, "sector"),
            industry=_first(told, "industry"),
            shares_outstanding=int(shares) if shares else None,
        )

    def status(self) -> str:
        """Say nothing: this source sends every request."""
        return ""

    def _ask(self, symbol: str, question: Callable[[Any], Answer]) -> Answer:
        if _ISIN.fullmatch(symbol):
            raise UnknownSymbolError(
                f"{symbol} is an ISIN. Expected the symbol of a listing, such as AAPL.", symbol=symbol
            )
        try:
            return self._calls.call(partial(self._answer, symbol, question), self._limit_seconds)
        except Exception as exc:
            # yfinance raises whatever its parsing runs into, so there is no narrower class to name.
            raise _translated(exc, symbol) from exc

    def _answer(self, symbol: str, question: Callable[[Any], Answer]) -> Answer:
        yfinance = _yfinance(self._cache_dir)
        yfinance.data.YfData.cache_get.cache_clear()
        return question(yfinance.Ticker(symbol))


def _daily_span(start: datetime | None, end: datetime | None) -> dict[str, Any]:
    # As dates, which yfinance reads in the exchange's own time zone.
    until = end.date() + timedelta(days=bool(end.time())) if end is not None else None
    return {"period": "max", "end": until} if start is None else {"start": start.date(), "end": until}


def _intraday_span(start: datetime | None, end: datetime | None) -> dict[str, Any]:
    # As a range, Yahoo counts sessions back from its newest bar, which is more than any start it accepts.
    return {"period": "60d"} if start is None else {"start": start, "end": end}


def _history(ticker: Any, **request: Any) -> pd.DataFrame | None:
    from yfinance.exceptions import YFPricesMissingError, YFTzMissingError  # noqa: PLC0415 - costs a second

    options = {"auto_adjust": False, "actions": True, "repair": False, "prepost": False, "timeout": _REQUEST_SECONDS}
    try:
        answer: pd.DataFrame = ticker.history(**request, **options)
    except YFTzMissingError:
        # It does not say why; a question that needs no time zone does.
        ticker.history(period="5d", interval="1d", **options)
        raise
    except YFPricesMissingError as exc:
        answered = exc.yahoo_reason is None and "symbol" in ticker.history_metadata
        if answered or _NO_ROWS.search(exc.yahoo_reason or ""):
            return None
        raise
    return answer


def _facts(ticker: Any) -> dict[str, Any]:
    try:
        told: dict[str, Any] = ticker.info
    except OSError as exc:
        # Not every listing has a profile, and Yahoo guards profiles more than prices.
        if _status(exc) not in (401, 403, 404):
            raise
        told = {}
    if not told.get("quoteType"):
        _history(ticker, interval="1d", period="5d")
        chart = ticker.history_metadata  # to be read key by key: one of them costs a request
        told = {name: chart[name] for name in _CHART_FACTS if name in chart} | told
    return told


def _first(told: Mapping[str, Any], *names: str) -> str:
    return next((str(told[name]) for name in names if told.get(name)), "")


def _translated(exc: Exception, symbol: str) -> SourceError:
    reason = (str(exc).partition(". See http")[0].strip() or type(exc).__name__)[:200]
    return next(
        error(message.format(symbol=symbol, reason=reason), symbol=symbol)
        for means, error, message in _MEANINGS
        if means(exc)
    )


def _is(*names: str) -> Callable[[Exception], bool]:
    # By name, as yfinance itself does: it may run on curl_cffi or on requests, which name their errors alike.
    return lambda exc: any(kind.__name__ in names for kind in type(exc).__mro__)


def _status(exc: Exception) -> int | None:
    return getattr(getattr(exc, "response", None), "status_code", None)


def _is_unknown(exc: Exception) -> bool:
    return _status(exc) == 404 or bool(_UNKNOWN.search(getattr(exc, "yahoo_reason", None) or ""))  # noqa: PLR2004


def _is_limit(exc: Exception) -> bool:
    return _status(exc) == 429 or _is("YFRateLimitError")(exc)  # noqa: PLR2004


# What yfinance raises, in our words; the first that fits.
_MEANINGS: tuple[tuple[Callable[[Exception], bool], type[SourceError], str], ...] = (
    (_is_limit, RateLimitedError, "Yahoo refuses requests for now (asked for {symbol})."),
    (_is_unknown, UnknownSymbolError, "Yahoo does not know {symbol}. Expected its spelling, such as BRK-B or 7203.T."),
    (_is("DeadlineError"), SourceUnavailableError, "Yahoo gave {reason} about {symbol}."),
    # Told without the transport's own words, which are those of curl; they stay in the exception's cause.
    (
        _is("SSLError"),
        SourceUnavailableError,
        "Yahoo can't be reached (asked for {symbol}): its certificate is not trusted. Does a proxy stand between?",
    ),
    (
        _is("Timeout"),
        SourceUnavailableError,
        "Yahoo did not answer in time (asked for {symbol}). Is the network connection slow?",
    ),
    (
        _is("ConnectionError", "ProxyError"),
        SourceUnavailableError,
        "Yahoo can't be reached (asked for {symbol}). Is there a network connection?",
    ),
    (_is("JSONDecodeError"), SourceUnavailableError, "Yahoo's answer about {symbol} can't be read: {reason}"),
    (_is("Exception"), SourceUnavailableError, "Yahoo gave no answer about {symbol}: {reason}"),
)


def _yfinance(cache_dir: Path | None) -> Any:
    import yfinance  # noqa: PLC0415 - costs a second

    # What it does with deprecated parts of pandas is its own business; it logs what it also raises.
    warnings.filterwarnings("ignore", module="yfinance")
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    logging.getLogger("peewee").setLevel(logging.WARNING)
    yfinance.config.debug.hide_exceptions = False
    _keep_in(cache_dir or _cache_folder())
    return yfinance


@cache
def _keep_in(folder: Path) -> None:
    # Once for each folder: a second time would close the databases in use.
    import yfinance  # noqa: PLC0415 - costs a second

    yfinance.set_tz_cache_location(str(folder))


@cache
def _cache_folder() -> Path:
    """Give a folder that can be written, a passing one where the home can't be."""
    folder = user_cache_path("stockdash") / "yfinance"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            _tidy(folder)
            return folder
    except OSError:
        passing = Path(tempfile.mkdtemp(prefix="stockdash-yfinance-"))
        atexit.register(shutil.rmtree, passing, ignore_errors=True)
        return passing


def _tidy(folder: Path) -> None:
    """Remove what would make every request fail: a cookie that can't be read any more, a damaged database."""
    for database in folder.glob("*.db"):
        with database.open("rb") as opened:
            header = opened.read(len(_SQLITE))
        if database.name == "cookies.db" or header not in (_SQLITE, b""):
            for file in folder.glob(f"{database.name}*"):
                file.unlink(missing_ok=True)
