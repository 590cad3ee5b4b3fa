"""How long built-in indicators take over many rows, in units of TA-Lib's own time; the target is 2 for the median.

Run: python -m tests.bench.indicator_speed [--rows 1000000] [--rounds 40]

Each is run through `stockdash.indicators.run`, checks included, and TA-Lib's function over the same columns as float
arrays, in turns; the best of each is compared, in processor time, so that other programs do not count.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import talib

from stockdash import Indicator, run
from stockdash.indicators.atr import INDICATOR as ATR
from stockdash.indicators.bollinger import INDICATOR as BOLLINGER
from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.macd import INDICATOR as MACD
from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.indicators.sma import INDICATOR as SMA

TARGET = 2.0


def main() -> None:
    """Print one line for each indicator, and the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    bars = made_up(given.rows)
    ratios = []
    for indicator, by_talib in cases(bars):
        ours, theirs = best(lambda it=indicator: run(it, bars, {}), by_talib, rounds=given.rounds)
        ratios.append(ours / theirs)
        print(f"{indicator.id:10} {ours * 1e3:7.2f} ms   TA-Lib {theirs * 1e3:7.2f} ms   {ours / theirs:5.2f} x")
    print(f"median {statistics.median(ratios):.2f} x TA-Lib over {given.rows:,} rows (target: {TARGET:g})")


def cases(bars: pd.DataFrame) -> list[tuple[Indicator, Callable[[], object]]]:
    """Give each indicator and TA-Lib's function with the same parameters."""
    high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
    return [
        (SMA, lambda: talib.SMA(close, 20)),
        (EMA, lambda: talib.EMA(close, 20)),
        (RSI, lambda: talib.RSI(close, 14)),
        (MACD, lambda: talib.MACD(close, 12, 26, 9)),
        (BOLLINGER, lambda: talib.BBANDS(close, 20, 2.0, 2.0)),
        (ATR, lambda: talib.ATR(high, low, close, 14)),
    ]


def best(*calls: Callable[[], object], rounds: int) -> tuple[float, ...]:
    """Give the shortest time of each call in seconds, of `rounds` in turns."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, taken in zip(calls, times, strict=True):
            begun = time.thread_time()
            call()
            taken.append(time.thread_time() - begun)
    return tuple(map(min, times))


def made_up(rows: int) -> pd.DataFrame:
    """Give a bars frame of a random walk, a bar a minute."""
    random = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.0005, rows)))
    opened = close * np.exp(random.normal(0, 0.0005, rows))
    index = pd.date_range("1990-01-01", periods=rows, freq="min", tz="UTC", name="ts", unit="us")
    prices = {"open": opened, "high": np.maximum(opened, close) * 1.001, "low": np.minimum(opened, close) * 0.999}
    return pd.DataFrame({**prices, "close": close, "volume": random.integers(1, 10**6, rows)}, index=index)


if __name__ == "__main__":
    main()
