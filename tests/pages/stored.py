"""Small stores for the tests of pages: a year of days and two weeks of half hours up to 2026-11-20."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from stockdash.bars import TS_DTYPE, Action, Interval
from stockdash.market import Market
from stockdash.stores import Batch, Store
from stockdash.symbols import Facts

LAST = date(2026, 11, 20)
FETCHED = datetime(2026, 11, 20, 22, tzinfo=UTC)


def observed(index: pd.DatetimeIndex, *, first: float = 100.0) -> pd.DataFrame:
    """Bars that rise by one a bar, each between its neighbours."""
    close = first + np.arange(len(index), dtype="float64")
    columns = {"open": close - 1, "high": close + 0.5, "low": close - 1.5, "close": close}
    frame = pd.DataFrame(columns, index=index).assign(volume=np.int64(1000))
    return frame.assign(fetched_at=pd.Series(FETCHED, index=index).astype(TS_DTYPE), final=True)


def fill(store: Store, *symbols: str, half_hours: bool = True) -> None:
    """Write `symbols`, each a little dearer than the one before."""
    lease = store.acquire("ingest", "test", 60)
    assert lease is not None
    for at, symbol in enumerate(symbols):
        bars: dict[Interval, pd.DataFrame] = {"1d": _days(100.0 * (at + 1))}
        if half_hours:
            bars["30m"] = _half_hours(100.0 * (at + 1))
        split = Action(date(2026, 6, 1), "split", datetime(2026, 6, 1, tzinfo=UTC), 2.0)
        facts = Facts(name=f"{symbol} & Sons <Inc>", exchange="NYSE", currency="USD")
        store.write(Batch(symbol, bars, (split,), facts=facts), lease)
    store.release(lease)


def _days(first: float) -> pd.DataFrame:
    return observed(Market().sessions(date(2025, 11, 21), LAST), first=first)


def _half_hours(first: float) -> pd.DataFrame:
    return observed(Market().expected("30m", datetime(2026, 11, 9, tzinfo=UTC), FETCHED), first=first)
