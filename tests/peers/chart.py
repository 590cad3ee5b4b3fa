"""Yahoo's chart answer (`/v8/finance/chart/{symbol}`) made from what a vendor serves at a moment."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from tests.peers.worlds import Listing, Served

Json = dict[str, Any]

VALID_RANGES = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]
_INTRADAY_DAYS = 60
_RANGE = re.compile(r"(\d+)(d|wk|mo|y)")


@dataclass(frozen=True)
class Query:
    """The parameters of a chart request; `start` and `end` in epoch seconds."""

    interval: str
    span: str | None
    start: int | None
    end: int | None

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "Query":
        start, end = (int(params[key]) if key in params else None for key in ("period1", "period2"))
        return cls(params.get("interval", "1d"), params.get("range"), start, end)

    @property
    def is_time_zone_lookup(self) -> bool:
        return self.span == "1d" and self.interval == "1d"

    @property
    def is_daily(self) -> bool:
        return self.interval == "1d"


def chart_answer(symbol: str, listing: Listing | None, *, query: Query, now: datetime) -> tuple[int, Json]:
    """Give the status and the body that Yahoo answers with."""
    if listing is None:
        return 404, error("Not Found", "No data found, symbol may be delisted")
    served = listing.at(now)
    start, end = _bounds(query, served)
    if not query.is_daily and query.start is not None and start <= now.timestamp() - _INTRADAY_DAYS * 86400:
        return 422, error(
            "Unprocessable Entity",
            f"{query.interval} data not available for startTime={query.start} and endTime={query.end}. "
            "The requested range must be within the last 60 days.",
        )
    rows = served.daily() if query.is_daily else served.quarters()
    seconds = _seconds(rows.index)
    inside = (seconds >= start) & (seconds < end)
    if not inside.any():
        inside = _nearest_before(seconds, start)
    return 200, _result(symbol, served, query=query, rows=rows[inside], bounds=(start, query.end or math.inf))


def error(code: str, description: str) -> Json:
    return {"chart": {"result": None, "error": {"code": code, "description": description}}}


def _seconds(index: pd.DatetimeIndex) -> np.ndarray:
    return index.as_unit("s").asi8


def _bounds(query: Query, served: Served) -> tuple[float, float]:
    last = served.now.timestamp()
    if query.start is not None:
        return query.start, min(query.end or last, last) + (1 if (query.end or last) > last else 0)
    return _range_start(query.span or "1mo", served).timestamp(), last + 1


def _range_start(span: str, served: Served) -> datetime:
    now = pd.Timestamp(served.now)
    if span == "max":
        return pd.Timestamp(0, tz="UTC")
    if span == "ytd":
        return pd.Timestamp(now.year, 1, 1, tz="UTC")
    match = _RANGE.fullmatch(span)
    count, unit = int(match[1]), match[2]
    if unit == "d":  # trading days
        opened = served.daily().index
        return opened[-min(count, len(opened))].normalize()
    return (
        now
        - {
            "wk": pd.DateOffset(weeks=count),
            "mo": pd.DateOffset(months=count),
            "y": pd.DateOffset(years=count),
        }[unit]
    )


def _nearest_before(seconds: np.ndarray, start: float) -> np.ndarray:
    # Yahoo answers a range without trading with the session before it, if that is not long ago.
    nearest = np.zeros(len(seconds), dtype=bool)
    before = np.flatnonzero((seconds < start) & (seconds > start - timedelta(days=4).total_seconds()))
    nearest[before[-1:]] = True
    return nearest


def _result(symbol: str, served: Served, *, query: Query, rows: pd.DataFrame, bounds: tuple[float, float]) -> Json:
    result: Json = {"meta": _meta(symbol, served, query=query, rows=rows)}
    quote = {name: _numbers(rows[name]) for name in ("open", "high", "low", "close", "volume")} if len(rows) else {}
    if len(rows):
        result["timestamp"] = _seconds(rows.index).tolist()
    if events := _events(served, bounds):
        result["events"] = events
    result["indicators"] = {"quote": [quote]}
    if query.is_daily:
        result["indicators"]["adjclose"] = [{"adjclose": _numbers(rows["adj_close"])}]
    return {"chart": {"result": [result], "error": None}}


def _numbers(column: pd.Series) -> list[float | int]:
    return column.astype("int64").tolist() if column.name == "volume" else column.tolist()


def _events(served: Served, bounds: tuple[float, float]) -> Json:
    events: Json = {}
    for event in served.known_events():
        stamp = pd.Timestamp.combine(event.ex_date, served.listing.opens_at).tz_localize(served.listing.time_zone)
        date = int(stamp.timestamp())
        if not bounds[0] <= date < bounds[1]:
            continue
        if event.kind == "dividend":
            events.setdefault("dividends", {})[str(date)] = {"amount": event.value, "date": date}
        else:
            ratio = Fraction(event.value).limit_denominator(10_000)
            events.setdefault("splits", {})[str(date)] = {
                "date": date,
                "numerator": float(ratio.numerator),
                "denominator": float(ratio.denominator),
                "splitRatio": f"{ratio.numerator}:{ratio.denominator}",
            }
    return events


def _meta(symbol: str, served: Served, *, query: Query, rows: pd.DataFrame) -> Json:
    listing, now = served.listing, pd.Timestamp(served.now).tz_convert(served.listing.time_zone)
    meta: Json = {
        "currency": listing.currency,
        "symbol": symbol,
        "exchangeName": listing.exchange,
        "fullExchangeName": listing.exchange_name,
        "instrumentType": listing.kind,
        "firstTradeDate": int(listing.daily.index[0].timestamp()) if len(listing.daily) else None,
        "regularMarketTime": int(rows.index[-1].timestamp()) if len(rows) else None,
        "regularMarketPrice": float(rows["close"].iloc[-1]) if len(rows) else None,
        "hasPrePostMarketData": listing.kind != "INDEX",
        "gmtoffset": int(now.utcoffset().total_seconds()),
        "timezone": now.tzname(),
        "exchangeTimezoneName": listing.time_zone,
        "longName": listing.name,
        "shortName": listing.name,
        "priceHint": 2,
        "dataGranularity": query.interval,
        "range": query.span or "",
        "validRanges": VALID_RANGES,
    }
    if not query.is_daily:
        meta["tradingPeriods"] = _trading_periods(served, rows)
    return meta


def _trading_periods(served: Served, rows: pd.DataFrame) -> list[list[Json]]:
    zone = served.listing.time_zone
    sessions = served.listing.sessions
    shown = sessions[sessions.index.isin(rows.index.tz_convert(zone).tz_localize(None).normalize())]
    return [[_period(start.tz_convert(zone), end)] for start, end in shown.itertuples(index=False)]


def _period(start: pd.Timestamp, end: pd.Timestamp) -> Json:
    return {
        "timezone": start.tzname(),
        "start": int(start.timestamp()),
        "end": int(end.timestamp()),
        "gmtoffset": int(start.utcoffset().total_seconds()),
    }
