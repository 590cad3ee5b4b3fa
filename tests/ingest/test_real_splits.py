"""Splits that happened, on real bars as traded: what is stored before and after them reads as one history."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from stockdash.ingest import ingest
from stockdash.query import read_bars
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.vendor import MARKET, Clock, FileVendor, read_file

# NVIDIA, 10-for-1 on 2024-06-10; the closes before and after it as printed at the time.
FRIDAY, MONDAY = pd.Timestamp("2024-06-07", tz="UTC"), pd.Timestamp("2024-06-10", tz="UTC")
FRIDAY_CLOSE, MONDAY_CLOSE = 1208.88, 121.79


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "bars.db", clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    yield store
    store.close()


def ingest_at(store, vendor, *moments, intervals=("1d", "30m")):
    lease = store.acquire("ingest", "test", 10**9)
    for moment in moments:
        vendor.clock.now = datetime.fromisoformat(moment)
        report = ingest(store, vendor, MARKET, symbols=["X"], lease=lease, clock=vendor.clock, intervals=intervals)
        assert not report.failed


def actions_of(path):
    table = pd.read_csv(path, parse_dates=["date"]).set_index("date")
    splits = {day.date(): ratio for day, ratio in table["split_factor"].items() if ratio != 1}
    return splits, {day.date(): paid for day, paid in table["div_cash"].items() if paid}


@pytest.fixture
def nvidia(real_bars):
    daily = real_bars / "splits" / "NVDA_daily_tiingo_2024_2026.csv"
    splits, dividends = actions_of(daily)
    intraday = real_bars / "intraday_30m" / "NVDA.csv"
    before, after = read_file(intraday, traded=10), read_file(intraday)
    traded = pd.concat([before[before.index < MONDAY], after[after.index >= MONDAY]])
    return FileVendor(
        Clock(datetime(2024, 6, 7, tzinfo=UTC)),
        daily=read_file(daily),
        intraday=traded,
        all_splits=splits,
        all_dividends=dividends,
    )


def test_nvidia_before_the_split_is_shown_as_traded(store, nvidia):
    ingest_at(store, nvidia, "2024-06-07T22:00Z")
    assert read_bars(store, "X", "1d").bars["close"][FRIDAY] == FRIDAY_CLOSE


def test_nvidia_has_no_step_at_the_split(store, nvidia):
    ingest_at(store, nvidia, "2024-06-07T22:00Z", "2024-06-10T22:00Z")
    close = read_bars(store, "X", "1d", mode="splits").bars["close"]
    assert close[FRIDAY] == pytest.approx(120.888)
    assert close[MONDAY] / close[FRIDAY] == pytest.approx(10 * MONDAY_CLOSE / FRIDAY_CLOSE)
    assert close.pct_change().abs().max() < 0.11


def test_nvidia_has_no_step_in_the_30_minute_bars(store, nvidia):
    ingest_at(store, nvidia, "2024-06-07T22:00Z", "2024-06-10T22:00Z")
    bars = read_bars(store, "X", "30m").bars
    assert bars["close"][pd.Timestamp("2024-06-07T19:30Z")] == pytest.approx(120.87, rel=1e-3)
    assert bars["open"][pd.Timestamp("2024-06-10T13:30Z")] == pytest.approx(120.35, rel=1e-3)
    assert bars["close"].pct_change().abs().max() < 0.11


def test_nvidia_rows_from_before_the_split_stay_as_they_were_observed(store, nvidia):
    ingest_at(store, nvidia, "2024-06-07T22:00Z", "2024-06-10T22:00Z")
    friday = store.read("X", "1d").loc[FRIDAY]
    assert (friday["close"], friday["fetched_at"].day) == (FRIDAY_CLOSE, 7)


def test_nvidia_can_be_read_as_traded_after_the_split(store, nvidia):
    ingest_at(store, nvidia, "2024-06-10T22:00Z")
    close = read_bars(store, "X", "1d", mode="none").bars["close"]
    assert (close[FRIDAY], close[MONDAY]) == (pytest.approx(FRIDAY_CLOSE), MONDAY_CLOSE)


def test_nvidia_adjusted_is_what_the_file_says(store, nvidia, real_bars):
    ingest_at(store, nvidia, "2024-06-07T22:00Z", "2024-06-10T22:00Z", "2024-12-31T22:00Z", "2026-03-31T22:00Z")
    seen = read_bars(store, "X", "1d").bars["close"]
    told = pd.read_csv(real_bars / "splits" / "NVDA_daily_tiingo_2024_2026.csv")["adj_close"].to_numpy()
    # Tiingo's factor is 1 / (1 + D / C) with the close of the ex-date, and the last ex-date is not in its bars.
    ratio = seen / told
    assert (ratio / ratio.iloc[-1] - 1).abs().max() < 1e-5


def test_nvidia_adjusted_is_what_yahoo_says(store, nvidia, real_bars):
    ingest_at(store, nvidia, "2024-06-07T22:00Z", "2024-06-10T22:00Z", "2026-03-31T22:00Z")
    seen = read_bars(store, "X", "1d").bars["close"]
    yahoo = read_file(real_bars / "daily_alt" / "NVDA.csv")
    adjusted = pd.Series(pd.read_csv(real_bars / "daily_alt" / "NVDA.csv")["adj_close"].to_numpy(), yahoo.index)
    ratio = (seen / adjusted).dropna()
    assert (ratio / ratio.iloc[-1] - 1).abs().max() < 1e-4


def test_nvidia_30_minute_bars_of_the_year_before_are_on_the_new_shares(store, nvidia, real_bars):
    name = "NVDA_30m_2022-02_2023-05_unadjusted_for_2024_split.csv"
    as_traded = read_file(real_bars / "splits" / name)
    nvidia.daily = read_file(real_bars / "daily_alt" / "NVDA.csv", traded=10)["2021-08-01":"2024-06-07"]
    nvidia.daily = pd.concat([nvidia.daily, read_file(real_bars / "daily_alt" / "NVDA.csv")["2024-06-10":]])
    nvidia.intraday = pd.concat([as_traded, nvidia.intraday[nvidia.intraday.index > as_traded.index[-1]]])
    ingest_at(store, nvidia, "2023-05-17T22:00Z", "2024-06-11T22:00Z")
    seen = read_bars(store, "X", "30m", mode="splits").bars["close"]
    told = read_file(real_bars / "intraday_30m" / "NVDA.csv")["close"]
    ratio = (seen / told).dropna()["2023-04":"2023-05"]
    assert len(ratio) > 400
    assert ratio.between(0.999, 1.001).all()


@pytest.fixture
def apple(real_bars):
    path = real_bars / "splits" / "AAPL_daily_wiki_1998_2016.csv"
    splits, dividends = actions_of(path)
    clock = Clock(datetime(1999, 1, 1, tzinfo=UTC))
    return FileVendor(clock, daily=read_file(path), all_splits=splits, all_dividends=dividends)


AROUND_APPLES_SPLITS = (
    "2000-06-20T22:00Z",  # 2-for-1 on 2000-06-21
    "2000-06-21T22:00Z",
    "2005-02-25T22:00Z",  # 2-for-1 on 2005-02-28
    "2005-02-28T22:00Z",
    "2014-06-06T22:00Z",  # 7-for-1 on 2014-06-09
    "2014-06-09T22:00Z",
    "2016-09-06T22:00Z",
)


@pytest.mark.parametrize(
    ("before", "after", "ratio", "closes"),
    [
        ("2000-06-20", "2000-06-21", 2, (101.25, 55.63)),
        ("2005-02-25", "2005-02-28", 2, (88.99, 44.86)),
        ("2014-06-06", "2014-06-09", 7, (645.57, 93.70)),
    ],
)
def test_apple_has_no_step_at_any_split(store, apple, before, after, ratio, closes):
    ingest_at(store, apple, *AROUND_APPLES_SPLITS, intervals=("1d",))
    traded = read_bars(store, "X", "1d", mode="none").bars["close"]
    assert (traded[before], traded[after]) == (pytest.approx(closes[0]), pytest.approx(closes[1]))
    close = read_bars(store, "X", "1d", mode="splits").bars["close"]
    assert close[after] / close[before] == pytest.approx(ratio * closes[1] / closes[0])


def test_apple_adjusted_is_what_the_file_says(store, apple, real_bars):
    ingest_at(store, apple, *AROUND_APPLES_SPLITS, intervals=("1d",))
    seen = read_bars(store, "X", "1d").bars["close"]
    told = pd.read_csv(real_bars / "splits" / "AAPL_daily_wiki_1998_2016.csv")["adj_close"].to_numpy()
    # Quandl's factor is 1 / (1 + D / C) with the close of the ex-date, Yahoo's and ours 1 - D / the close before.
    assert (seen / told - 1).abs().max() < 3e-4
