"""The folder of real bars as a world: each file brought back to prices as traded, with its splits and dividends.

Daily files are split-adjusted; the splits below undo that. Dividends are read off the steps of the adjusted close,
or taken from the file where it lists them. What has no adjusted close is served without dividends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from stockdash.bars import COLUMNS
from stockdash.symbols import parse_symbol
from tests.peers.worlds import Event, Listing

# Splits of the symbols whose files reach back before them, as the exchanges announced them.
SPLITS: dict[str, dict[str, float]] = {
    "AAPL": {"2000-06-21": 2, "2005-02-28": 2, "2014-06-09": 7, "2020-08-31": 4},
    "AMZN": {"2022-06-06": 20},
    "AVGO": {"2024-07-15": 10},
    "NFLX": {"2015-07-15": 7, "2025-11-17": 10},
    "NVDA": {"2021-07-20": 4, "2024-06-10": 10},
    "TSLA": {"2020-08-31": 5, "2022-08-25": 3},
    "WMT": {"2024-02-26": 3},
}
# The ex-date after NVDA's file with an adjusted close ends; the other file's ratio to the 30-minute closes steps there.
_NVDA_LAST_EX_DATE = "2026-06-04"
_FACTS: dict[str, dict[str, object]] = {
    "AAPL": {
        "name": "Apple Inc.",
        "sector": "Technology",
        "industry": "Consumer Electronics",
        "shares": 14_700_000_000,
    },
    "NVDA": {
        "name": "NVIDIA Corporation",
        "sector": "Technology",
        "industry": "Semiconductors",
        "shares": 24_300_000_000,
    },
    "TSM": {
        "name": "Taiwan Semiconductor Manufacturing Company Limited",
        "sector": "Technology",
        "industry": "Semiconductors",
        "shares": 5_186_000_000,
        "exchange": "NYQ",
        "exchange_name": "NYSE",
    },
    "^GSPC": {"name": "S&P 500", "kind": "INDEX", "exchange": "SNP", "exchange_name": "SNP"},
    "SPY": {"name": "SPDR S&P 500 ETF", "kind": "ETF", "exchange": "PCX", "exchange_name": "NYSEArca"},
}


class RealWorld(Mapping[str, Listing]):
    """Listings of every symbol in the folder, read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings: dict[str, Listing] = {}

    def __getitem__(self, symbol: str) -> Listing:
        if symbol not in self._symbols:
            raise KeyError(symbol)
        if symbol not in self._listings:
            self._listings[symbol] = replace(self._load(symbol), **_FACTS.get(symbol, {"name": symbol}))
        return self._listings[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(self._symbols)

    def __len__(self) -> int:
        return len(self._symbols)

    @cached_property
    def _symbols(self) -> frozenset[str]:
        return frozenset(parse_symbol(path.stem) for path in (self.folder / "daily").glob("*.csv")) | {"IBKR", "SMCI"}

    def _load(self, symbol: str) -> Listing:
        match symbol:
            case "IBKR" | "SMCI":
                return self._as_traded(f"{symbol}_daily_tiingo_2024_2026")
            case "NVDA":
                adjusted = self._nvda()
            case "TSM":
                alternative = _daily(self.folder / "daily_alt" / "TSM.csv")
                adjusted = _daily(self.folder / "daily" / "TSM.csv").assign(adj_close=alternative["adj_close"])
            case _:
                adjusted = _daily(self.folder / "daily" / f"{symbol}.csv")
        listing = self._from_adjusted(symbol, adjusted)
        return self._with_older(listing) if symbol == "AAPL" else listing

    def _from_adjusted(self, symbol: str, adjusted: pd.DataFrame) -> Listing:
        splits = {date.fromisoformat(day): ratio for day, ratio in SPLITS.get(symbol, {}).items()}
        events = [Event(day, "split", ratio) for day, ratio in splits.items()]
        ratios = _ratio_after(adjusted.index, splits)
        if "adj_close" in adjusted:
            known = adjusted.dropna(subset="adj_close")
            events += dividends(known["close"], known["adj_close"], ratios=pd.Series(ratios, adjusted.index))
        path = self.folder / "intraday_30m" / f"{symbol}.csv"
        half_hours = _half_hours(path) if path.exists() else adjusted[list(COLUMNS)].iloc[:0]
        local = half_hours.index.tz_convert("America/New_York").tz_localize(None).normalize().tz_localize("UTC")
        return Listing(
            _times(adjusted[list(COLUMNS)], ratios),
            _times(half_hours, _ratio_after(local, splits)),
            tuple(sorted(events, key=lambda event: (event.ex_date, event.kind))),
        )

    def _as_traded(self, stem: str) -> Listing:
        rows = _daily(self.folder / "splits" / f"{stem}.csv")
        split, paid = rows["split_factor"] != 1, rows["div_cash"] > 0
        events = [Event(ts.date(), "split", float(value)) for ts, value in rows.loc[split, "split_factor"].items()]
        events += [Event(ts.date(), "dividend", float(value)) for ts, value in rows.loc[paid, "div_cash"].items()]
        return Listing(rows[list(COLUMNS)], rows[list(COLUMNS)].iloc[:0], tuple(events))

    def _with_older(self, listing: Listing) -> Listing:
        older = self._as_traded("AAPL_daily_wiki_1998_2016")
        first = listing.daily.index[0]
        events = {event for event in older.events if event.ex_date < first.date() and event.kind == "dividend"}
        return replace(
            listing,
            daily=pd.concat([older.daily[older.daily.index < first], listing.daily]),
            events=(*sorted(events, key=lambda event: event.ex_date), *listing.events),
        )

    def _nvda(self) -> pd.DataFrame:
        rows = _daily(self.folder / "daily_alt" / "NVDA.csv")
        newer = _daily(self.folder / "daily" / "NVDA.csv")
        factor = float((newer["close"] / rows["adj_close"]).median())
        tail = newer[newer.index > rows.index[-1]].copy()
        prices = ["open", "high", "low", "close"]
        tail["adj_close"] = tail["close"]
        tail.loc[: pd.Timestamp(_NVDA_LAST_EX_DATE, tz="UTC") - pd.Timedelta(days=1), prices] /= factor
        rows["adj_close"] *= factor
        return pd.concat([rows, tail])


def dividends(close: pd.Series, adj_close: pd.Series, *, ratios: pd.Series) -> list[Event]:
    """Read the dividends off the steps of ``adj_close / close``, in cash a share as paid.

    Prices rounded to cents make the quotient wobble: a step counts when it is larger than rounding explains, and
    its size is taken between the medians of the stretches on both sides.
    """
    quotient = adj_close / close
    cents = bool(np.allclose(close, close.round(2), atol=1e-9))
    noise = (0.0051 / close if cents else 2e-6 + 0 * close) + 1e-6 / adj_close
    steps = (1 - quotient.shift(1) / quotient) > noise + noise.shift(1)
    levels = quotient.groupby(steps.cumsum()).transform("median")
    before = close.shift(1)
    return [
        Event(ts.date(), "dividend", float(before[ts] * (1 - levels.shift(1)[ts] / levels[ts]) * ratios[ts]))
        for ts in close.index[steps]
    ]


def _ratio_after(index: pd.DatetimeIndex, splits: Mapping[date, float]) -> np.ndarray:
    ratio = np.ones(len(index))
    for day, value in splits.items():
        ratio[index < pd.Timestamp(day, tz="UTC")] *= value
    return ratio


def _times(bars: pd.DataFrame, ratio: np.ndarray) -> pd.DataFrame:
    prices = bars[["open", "high", "low", "close"]].mul(ratio, axis=0)
    return prices.assign(volume=bars["volume"] / ratio)


def _daily(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, index_col="date", parse_dates=True)
    return rows.set_axis(rows.index.as_unit("us").tz_localize("UTC").rename("ts"))


def _half_hours(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, index_col="ts_utc", parse_dates=True)
    return rows.set_axis(rows.index.as_unit("us").rename("ts"))
