"""Real NVIDIA bars from a Yahoo on the loopback, before and after the split."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from stockdash.sources.yahoo import YahooSource
from tests.peers.real_world import RealWorld
from tests.peers.yahoo import YahooPeer


@pytest.fixture(scope="module")
def real_world(real_bars: Path) -> RealWorld:
    return RealWorld(real_bars)


class TestNvidiaSplit:
    """Ten for one on 2024-06-10. Closes: NVIDIA traded at 1208.88 on 06-07 and at 121.79 on 06-10."""

    @pytest.fixture(autouse=True)
    def world(self, yahoo: YahooPeer, real_world: RealWorld) -> None:
        yahoo.world = real_world

    def _closes(self, yahoo: YahooPeer, source: YahooSource, now: datetime) -> pd.Series:
        yahoo.now = now
        self.answer = source.fetch("NVDA", "1d", start=datetime(2024, 6, 6, tzinfo=UTC))
        return self.answer.bars["close"]

    def test_friday_before_is_served_as_traded(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        closes = self._closes(yahoo, yahoo_source, datetime(2024, 6, 7, 21, tzinfo=UTC))
        assert closes.tolist() == pytest.approx([1209.98, 1208.88])
        assert self.answer.actions == ()

    def test_monday_after_restates_the_days_before(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        closes = self._closes(yahoo, yahoo_source, datetime(2024, 6, 10, 21, tzinfo=UTC))
        assert closes.tolist() == pytest.approx([120.998, 120.888, 121.79], rel=1e-4)
        assert [(action.ex_date, action.kind, action.value) for action in self.answer.actions] == [
            (date(2024, 6, 10), "split", 10.0)
        ]

    def test_half_hours_are_restated_alike(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        friday = datetime(2024, 6, 7, 13, 30, tzinfo=UTC)
        opens = []
        for yahoo.now in (datetime(2024, 6, 7, 21, tzinfo=UTC), datetime(2024, 6, 10, 21, tzinfo=UTC)):
            opens.append(yahoo_source.fetch("NVDA", "30m", start=friday).bars["open"].iloc[0])
        assert opens[0] == pytest.approx(10 * opens[1])

    def test_half_hours_equal_the_real_ones(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        yahoo.now = datetime(2026, 8, 4, 22, tzinfo=UTC)
        bars = yahoo_source.fetch("NVDA", "30m", start=datetime(2026, 8, 4, tzinfo=UTC)).bars
        assert len(bars) == 13
        assert bars.iloc[-1].tolist() == [212.49, 212.98, 211.79, 211.93, 8190001]
