from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.sma import INDICATOR as SMA
from stockdash.pages._panel import offer_text, offered
from stockdash.registry import HOST, Catalog, Origin

CATALOG = Catalog(
    {"a-sma": SMA, "sma": SMA, "ema": EMA},
    origins={"a-sma": Origin("plugin", "1"), "sma": Origin(HOST, "1"), "ema": Origin(HOST, "1")},
)


def test_our_own_indicators_are_offered_before_those_of_plugins() -> None:
    assert offered(CATALOG) == ["ema", "sma", "a-sma"]


def test_an_offer_can_be_found_by_its_id_and_category() -> None:
    assert offer_text(CATALOG.listings["ema"]) == "Exponential moving average · ema · Trend"
