"""The real bars, taken apart into trades and events and put together again as Yahoo serves them."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.peers.real_world import RealWorld
from tests.peers.worlds import Event

LAST = datetime(2026, 8, 21, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(real_bars: Path) -> RealWorld:
    return RealWorld(real_bars)


def _served(world: RealWorld, symbol: str, now: datetime = LAST) -> pd.DataFrame:
    rows = world[symbol].at(now).daily()
    return rows.set_axis(pd.DatetimeIndex(rows.index).normalize().tz_localize(None))


def _file(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, index_col="date", parse_dates=True)


@pytest.mark.parametrize("symbol", ["AAPL", "AVGO", "KO", "META", "MSFT", "SPY", "WMT"])
def test_adjusted_close_is_the_real_one(world: RealWorld, real_bars: Path, symbol: str):
    real = _file(real_bars / "daily" / f"{symbol}.csv")["adj_close"]
    # The closes of these files are rounded to cents after the splits.
    rounding = 0.006 / _file(real_bars / "daily" / f"{symbol}.csv")["close"]
    served = _served(world, symbol)["adj_close"].reindex(real.index)
    assert ((served / real - 1).abs() < 2e-4 + 2 * rounding).all()


def test_adjusted_close_of_nvidia_is_the_real_one(world: RealWorld, real_bars: Path):
    real = _file(real_bars / "daily_alt" / "NVDA.csv")["adj_close"]
    served = _served(world, "NVDA", datetime(2026, 5, 15, 22, tzinfo=UTC))["adj_close"]
    np.testing.assert_allclose(served, real, rtol=1e-5)


def test_dividends_are_those_that_were_paid(world: RealWorld):
    paid = {event.ex_date: event.value for event in world["NVDA"].events if event.kind == "dividend"}
    assert paid[date(2024, 3, 5)] == pytest.approx(0.04, abs=1e-3)
    assert paid[date(2025, 6, 11)] == pytest.approx(0.01, abs=1e-4)
    assert len([day for day in paid if day.year == 2025]) == 4


def test_prices_before_a_split_are_served_as_traded(world: RealWorld, real_bars: Path):
    traded = _file(real_bars / "splits" / "NVDA_daily_tiingo_2024_2026.csv")["close"].loc[:"2024-06-07"]
    served = _served(world, "NVDA", datetime(2024, 6, 9, tzinfo=UTC))["close"].loc["2024-04-01":]
    np.testing.assert_allclose(served, traded, rtol=1e-4)


def test_apple_reaches_back_over_four_splits(world: RealWorld):
    splits = {event.ex_date.year: event.value for event in world["AAPL"].events if event.kind == "split"}
    closes = _served(world, "AAPL")["close"]
    assert splits == {2000: 2, 2005: 2, 2014: 7, 2020: 4}
    assert closes.index[0] == pd.Timestamp("1998-01-02")
    assert closes.iloc[0] == pytest.approx(16.25 / 2 / 2 / 7 / 4)
    assert closes.pct_change().min() > -0.53  # 2000-09-29, a real one


def test_every_symbol_is_served(world: RealWorld):
    for symbol in world:
        served = world[symbol].at(LAST)
        assert np.isfinite(served.daily().to_numpy()).all()
        assert (served.daily()["adj_close"] > 0).all()


def test_standard_and_poors_reaches_back_to_1985(world: RealWorld):
    assert _served(world, "^GSPC").index[0] == pd.Timestamp("1985-01-02")
    assert world["^GSPC"].events == ()


@pytest.mark.parametrize("minute", [0, 7, 15, 29])
def test_quarters_resample_to_the_half_hours(world: RealWorld, minute: int):
    now = datetime(2026, 8, 4, 15, minute, tzinfo=UTC)
    quarters = world["NVDA"].at(now).quarters()["2026-08-04":]
    steps = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    half_hours = quarters.resample("30min").agg(steps)["2026-08-04 13:30":"2026-08-04 14:30"]
    real = world["NVDA"].half_hours["2026-08-04 13:30":"2026-08-04 14:30"]
    np.testing.assert_allclose(half_hours.to_numpy(), real.to_numpy())


def test_event_can_become_known_late(world: RealWorld):
    late = datetime(2026, 8, 6, 15, tzinfo=UTC)
    listing = world["KO"].with_events(Event(date(2026, 8, 3), "split", 2.0, known_from=late))
    before, after = (listing.at(now).daily()["close"].iloc[-5] for now in (late.replace(hour=14), late))
    assert before == pytest.approx(2 * after)
