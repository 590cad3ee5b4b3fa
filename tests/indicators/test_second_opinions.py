"""Built-in indicators against independent implementations: TA-Lib, pandas-ta-classic (its own code), talipp and numpy.

`settled` is the bar from which the two must agree: the first, unless their seeds differ. TA-Lib is no second opinion
where it computes for us, so each output has one from elsewhere.
"""

import warnings
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import pytest
import talib
import talipp.indicators as bar_by_bar
from talipp.ohlcv import OHLCV

from stockdash import run
from stockdash.registry import load_catalog
from tests.indicators.frames import walk
from tests.indicators.test_built_ins import EVERY_ONE

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of pandas 3.1, in what it does when imported
    import pandas_ta_classic as other

BARS = walk(700)
H, L, C = (BARS[name] for name in ("high", "low", "close"))
V = BARS["volume"].astype("float64")
CATALOG = load_catalog()

Opinion = Callable[[], object]

TALIB: dict[str, tuple[Opinion, dict[str, object], int]] = {
    "sma.sma": (lambda: talib.SMA(C, 20), {}, 0),
    "ema.ema": (lambda: talib.EMA(C, 20), {}, 0),
    "wma.wma": (lambda: talib.WMA(C, 20), {}, 0),
    "bollinger.upper": (lambda: talib.BBANDS(C, 20, 2.0, 2.0)[0], {}, 0),
    "bollinger.lower": (lambda: talib.BBANDS(C, 20, 2.0, 2.0)[2], {}, 0),
    "rsi.rsi": (lambda: talib.RSI(C, 14), {}, 0),
    "macd.macd": (lambda: talib.MACD(C)[0], {}, 0),
    "macd.signal": (lambda: talib.MACD(C)[1], {}, 0),
    "macd.histogram": (lambda: talib.MACD(C)[2], {}, 0),
    "stochastic.k": (lambda: talib.STOCH(H, L, C, 14, 3, 0, 3, 0)[0], {}, 0),
    "stochastic.d": (lambda: talib.STOCH(H, L, C, 14, 3, 0, 3, 0)[1], {}, 0),
    "stochrsi.k": (lambda: talib.STOCHRSI(C, 14, 14, 3, 0)[0], {"smooth": 1}, 0),
    "stochrsi.d": (lambda: talib.STOCHRSI(C, 14, 14, 3, 0)[1], {"smooth": 1}, 0),
    "williams.williams": (lambda: talib.WILLR(H, L, C, 14), {}, 0),
    "cci.cci": (lambda: talib.CCI(H, L, C, 20), {}, 0),
    "roc.roc": (lambda: talib.ROC(C, 9), {}, 0),
    "atr.atr": (lambda: talib.ATR(H, L, C, 14), {}, 0),
    "obv.obv": (lambda: talib.OBV(C, V) - V.iloc[0], {}, 0),
    "mfi.mfi": (lambda: talib.MFI(H, L, C, V, 14), {}, 0),
    "aroon.up": (lambda: talib.AROON(H, L, 14)[1], {}, 0),
    "aroon.down": (lambda: talib.AROON(H, L, 14)[0], {}, 0),
    "sar.sar": (lambda: talib.SAR(H, L, 0.02, 0.2), {}, 0),
    "donchian.upper": (lambda: talib.MAX(H, 20), {}, 0),
    "linreg.middle": (lambda: talib.LINEARREG(C, 100), {}, 0),
    "adx.plus": (lambda: talib.PLUS_DI(H, L, C, 14), {}, 250),
    "adx.minus": (lambda: talib.MINUS_DI(H, L, C, 14), {}, 250),
    "adx.adx": (lambda: talib.ADX(H, L, C, 14), {}, 300),
}

PANDAS_TA: dict[str, tuple[Opinion, dict[str, object], int]] = {
    "wma.wma": (lambda: other.wma(C, 20, talib=False), {}, 0),
    "hma.hma": (lambda: other.hma(C, 20), {}, 0),
    "bollinger.upper": (lambda: other.bbands(C, 20, 2, talib=False).iloc[:, 2], {}, 0),
    "donchian.lower": (lambda: other.donchian(H, L, 20, 20).iloc[:, 0], {}, 0),
    "keltner.middle": (lambda: other.kc(H, L, C, 20, 2).iloc[:, 1], {}, 0),
    "supertrend.up": (lambda: other.supertrend(H, L, C, 10, 3)["SUPERTl_10_3.0"], {}, 300),
    "supertrend.down": (lambda: other.supertrend(H, L, C, 10, 3)["SUPERTs_10_3.0"], {}, 300),
    "ichimoku.conversion": (lambda: other.ichimoku(H, L, C)[0]["ITS_9"], {}, 0),
    "ichimoku.base": (lambda: other.ichimoku(H, L, C)[0]["IKS_26"], {}, 0),
    "ichimoku.span_a": (lambda: other.ichimoku(H, L, C)[0]["ISA_9"], {"displacement": 27}, 0),
    "ichimoku.span_b": (lambda: other.ichimoku(H, L, C)[0]["ISB_26"], {"displacement": 27}, 0),
    "rsi.rsi": (lambda: other.rsi(C, 14, talib=False), {}, 0),
    "macd.macd": (lambda: other.macd(C, talib=False).iloc[:, 0], {}, 250),
    "macd.signal": (lambda: other.macd(C, talib=False).iloc[:, 2], {}, 250),
    "williams.williams": (lambda: other.willr(H, L, C, 14, talib=False), {}, 0),
    "cci.cci": (lambda: other.cci(H, L, C, 20, talib=False), {}, 0),
    "roc.roc": (lambda: other.roc(C, 9, talib=False), {}, 0),
    "atr.atr": (lambda: other.atr(H, L, C, 14, mamode="rma", talib=False), {}, 300),
    "mfi.mfi": (lambda: other.mfi(H, L, C, V, 14, talib=False), {}, 0),
    "cmf.cmf": (lambda: other.cmf(H, L, C, V, length=20), {}, 0),
    "aroon.up": (lambda: other.aroon(H, L, 14, talib=False).iloc[:, 1], {}, 0),
    "adx.adx": (lambda: other.adx(H, L, C, talib=False).iloc[:, 0], {}, 300),
    "linreg.middle": (lambda: other.linreg(C, 100, talib=False), {}, 0),
}

CLOSES = C.tolist()
CANDLES = [OHLCV(*map(float, bar)) for bar in BARS[["open", "high", "low", "close", "volume"]].itertuples(index=False)]


def told(values: Iterable[object], part: str = "") -> np.ndarray:
    """Give what talipp tells bar by bar: a number, or an object with parts, of which any may be None."""
    parts = (value if value is None or not part else getattr(value, part) for value in values)
    return np.array([np.nan if value is None else value for value in parts], dtype="float64")


def trailing(trend: str) -> np.ndarray:
    """Give talipp's Supertrend on the bars of one trend."""
    stops = bar_by_bar.SuperTrend(10, 3, CANDLES)
    return np.array([stop.value if stop is not None and stop.trend.name == trend else np.nan for stop in stops])


def channel(sign: int) -> np.ndarray:
    """Give a linear-regression channel of 100 closes and 2 deviations by numpy's least squares."""
    values = np.full(len(C), np.nan)
    for last in range(99, len(C)):
        line, (squares, *_), *_ = np.polyfit(range(100), C.iloc[last - 99 : last + 1], 1, full=True)
        values[last] = np.polyval(line, 99) + sign * 2 * np.sqrt(squares / 99)
    return values


TALIPP: dict[str, tuple[Opinion, dict[str, object], int]] = {
    "sma.sma": (lambda: told(bar_by_bar.SMA(20, CLOSES)), {}, 0),
    "ema.ema": (lambda: told(bar_by_bar.EMA(20, CLOSES)), {}, 0),
    "wma.wma": (lambda: told(bar_by_bar.WMA(20, CLOSES)), {}, 0),
    "hma.hma": (lambda: told(bar_by_bar.HMA(20, CLOSES)), {}, 0),
    "rsi.rsi": (lambda: told(bar_by_bar.RSI(14, CLOSES)), {}, 0),
    "roc.roc": (lambda: told(bar_by_bar.ROC(9, CLOSES)), {}, 0),
    "atr.atr": (lambda: told(bar_by_bar.ATR(14, CANDLES)), {}, 150),
    "obv.obv": (lambda: told(bar_by_bar.OBV(CANDLES)) - V.iloc[0], {}, 0),
    "cci.cci": (lambda: told(bar_by_bar.CCI(20, CANDLES)), {}, 0),
    "williams.williams": (lambda: told(bar_by_bar.Williams(14, CANDLES)), {}, 0),
    "macd.macd": (lambda: told(bar_by_bar.MACD(12, 26, 9, CLOSES), "macd"), {}, 150),
    "macd.signal": (lambda: told(bar_by_bar.MACD(12, 26, 9, CLOSES), "signal"), {}, 150),
    "macd.histogram": (lambda: told(bar_by_bar.MACD(12, 26, 9, CLOSES), "histogram"), {}, 150),
    "bollinger.upper": (lambda: told(bar_by_bar.BB(20, 2.0, CLOSES), "ub"), {}, 0),
    "bollinger.middle": (lambda: told(bar_by_bar.BB(20, 2.0, CLOSES), "cb"), {}, 0),
    "bollinger.lower": (lambda: told(bar_by_bar.BB(20, 2.0, CLOSES), "lb"), {}, 0),
    "keltner.upper": (lambda: told(bar_by_bar.KeltnerChannels(20, 10, 2, 2, CANDLES), "ub"), {}, 100),
    "keltner.middle": (lambda: told(bar_by_bar.KeltnerChannels(20, 10, 2, 2, CANDLES), "cb"), {}, 0),
    "keltner.lower": (lambda: told(bar_by_bar.KeltnerChannels(20, 10, 2, 2, CANDLES), "lb"), {}, 100),
    "donchian.upper": (lambda: told(bar_by_bar.DonchianChannels(20, CANDLES), "ub"), {}, 0),
    "donchian.middle": (lambda: told(bar_by_bar.DonchianChannels(20, CANDLES), "cb"), {}, 0),
    "donchian.lower": (lambda: told(bar_by_bar.DonchianChannels(20, CANDLES), "lb"), {}, 0),
    "sar.sar": (lambda: told(bar_by_bar.ParabolicSAR(0.02, 0.02, 0.2, CANDLES), "value"), {}, 50),
    "supertrend.up": (lambda: trailing("UP"), {}, 100),
    "supertrend.down": (lambda: trailing("DOWN"), {}, 100),
    "stochastic.k": (lambda: told(bar_by_bar.Stoch(14, 3, CANDLES), "k"), {"smooth": 1}, 0),
    "stochastic.d": (lambda: told(bar_by_bar.Stoch(14, 3, CANDLES), "d"), {"smooth": 1}, 0),
    "stochrsi.k": (lambda: told(bar_by_bar.StochRSI(14, 14, 3, 3, CLOSES), "k"), {}, 0),
    "stochrsi.d": (lambda: told(bar_by_bar.StochRSI(14, 14, 3, 3, CLOSES), "d"), {}, 0),
    "adx.adx": (lambda: told(bar_by_bar.ADX(14, 14, CANDLES), "adx"), {}, 0),
    "adx.plus": (lambda: told(bar_by_bar.ADX(14, 14, CANDLES), "plus_di"), {}, 150),
    "adx.minus": (lambda: told(bar_by_bar.ADX(14, 14, CANDLES), "minus_di"), {}, 150),
    "aroon.up": (lambda: told(bar_by_bar.Aroon(14, CANDLES), "up"), {}, 0),
    "aroon.down": (lambda: told(bar_by_bar.Aroon(14, CANDLES), "down"), {}, 0),
    "ichimoku.conversion": (lambda: told(bar_by_bar.Ichimoku(26, 9, 26, 52, 26, CANDLES), "conversion_line"), {}, 0),
    "ichimoku.base": (lambda: told(bar_by_bar.Ichimoku(26, 9, 26, 52, 26, CANDLES), "base_line"), {}, 0),
}

NUMPY: dict[str, tuple[Opinion, dict[str, object], int]] = {
    "linreg.upper": (lambda: channel(1), {}, 0),
    "linreg.middle": (lambda: channel(0), {}, 0),
    "linreg.lower": (lambda: channel(-1), {}, 0),
}

# Of these the test in the file has the answers: worked by hand, or from the definition.
ELSEWHERE = {
    "vwap.vwap": "test_second_opinions.py",
    "ichimoku.lagging": "test_conventions.py",
    "volume-profile": "test_volume_profile.py",
    "pivots": "test_conventions.py",
}

CASES = {
    f"{name} by {who}": case
    for who, table in (("talib", TALIB), ("pandas-ta", PANDAS_TA), ("talipp", TALIPP), ("numpy", NUMPY))
    for name, case in table.items()
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("case", CASES)
def test_the_two_agree_to_a_millionth(case: str) -> None:
    opinion, params, settled = CASES[case]
    indicator_id, output = case.split(" ", maxsplit=1)[0].split(".")
    ours = run(CATALOG.find(indicator_id), BARS, params)[output].to_numpy()[settled:]
    theirs = np.asarray(opinion(), dtype="float64")[settled:]
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    assert both.sum() > 100
    np.testing.assert_allclose(ours[both], theirs[both], rtol=1e-6, atol=1e-9 * np.abs(theirs[both]).max())


def test_every_output_has_an_opinion_that_is_not_talibs() -> None:
    outputs = {f"{it.id}.{output.name}" for it in EVERY_ONE for output in it.outputs_of(it.params())}
    told = {*PANDAS_TA, *TALIPP, *NUMPY}
    assert {name for name in outputs - told if not {name, name.partition(".")[0]} & set(ELSEWHERE)} == set()


def test_vwap_of_one_period_is_that_of_talipp() -> None:
    first = BARS.index.year == BARS.index[0].year
    ours = run(CATALOG.find("vwap"), BARS[first], {"anchor": "year"})["vwap"]
    np.testing.assert_allclose(ours, told(bar_by_bar.VWAP(CANDLES[: first.sum()])), rtol=1e-9)


def test_vwap_of_each_session_is_its_money_over_its_volume() -> None:
    bars = walk(130).set_axis(session_times(10, 13), axis=0)
    typical = bars[["high", "low", "close"]].mean(axis=1)
    money, volume = ((typical * bars["volume"]), bars["volume"])
    day = pd.DatetimeIndex(bars.index).date
    expected = money.groupby(day).cumsum() / volume.groupby(day).cumsum()
    np.testing.assert_allclose(run(CATALOG.find("vwap"), bars, {})["vwap"], expected, rtol=1e-9)


def session_times(sessions: int, bars_each: int) -> pd.DatetimeIndex:
    opens = pd.bdate_range("2024-06-03 13:30", periods=sessions, tz="UTC", normalize=False)
    times = [opened + half_hours * pd.Timedelta("30min") for opened in opens for half_hours in range(bars_each)]
    return pd.DatetimeIndex(times, name="ts").as_unit("us")
