from dataclasses import replace

import pytest

from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.indicators.sma import INDICATOR as SMA
from stockdash.pages._found import KINDS, Wanted, found, origin_of, packages, summary, table
from stockdash.registry import Catalog, Origin
from stockdash.testing import Finding
from stockdash.verdicts import Verdict, failed

HOST, ACME = Origin("stockdash", "1"), Origin("acme", "2.0")
OTHER = replace(SMA, id="other")
CATALOG = Catalog(
    {"sma": SMA, "ema": EMA, "rsi": RSI, "other": OTHER}, origins={"sma": HOST, "ema": HOST, "rsi": ACME, "other": ACME}
)
BROKEN = Verdict("clean", breaches=(Finding("cost", "defaults", "slow"),))
TOLD = {"sma": Verdict("clean"), "ema": BROKEN, "rsi": Verdict("last bars", 3), "other": Verdict()}


def verdict(indicator_id: str) -> Verdict:
    return TOLD[indicator_id]


def test_everything_is_found_at_first_our_own_before_the_others() -> None:
    assert found(CATALOG, verdict, Wanted()) == ["ema", "sma", "rsi", "other"]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted("oversold"), ["rsi"]),
        (Wanted(package="acme"), ["rsi", "other"]),
        (Wanted(category="Momentum"), ["rsi"]),
        (Wanted("average", package="acme"), ["other"]),
        (Wanted("rsi", package="stockdash"), []),
        (Wanted(kind="Never repaints"), ["ema", "sma"]),
        (Wanted(kind="Repaints"), ["rsi"]),
        (Wanted(kind="Breaks its contract"), ["ema"]),
        (Wanted(kind="Not checked"), ["other"]),
    ],
    ids=str,
)
def test_words_package_category_and_verdict_narrow_it_down(wanted: Wanted, ids: list[str]) -> None:
    assert found(CATALOG, verdict, wanted) == ids


def test_every_kind_can_be_asked_for() -> None:
    for kind in KINDS:
        found(CATALOG, verdict, Wanted(kind=kind))


def test_the_table_has_a_row_for_each_in_this_order() -> None:
    rows = table(CATALOG, verdict, ["rsi", "ema"])
    assert rows["Id"].tolist() == ["rsi", "ema"]
    assert rows["Checked"].tolist() == ["⟲ repaints 3 bars", "never repaints ⚠"]
    assert rows["Package"].tolist() == ["acme", "stockdash"]


def test_packages_are_counted_ours_first() -> None:
    assert packages(CATALOG) == {"stockdash": 2, "acme": 2}


def test_a_package_is_summed_up_by_its_badges() -> None:
    assert summary(CATALOG, verdict, "acme") == "1 repaints, 1 not checked"
    assert summary(CATALOG, verdict, "stockdash") == "2 never repaint, 1 breaks the contract"
    assert summary(CATALOG, lambda _: failed("x"), "acme") == "2 failed the check"


def test_where_something_comes_from_may_be_unknown() -> None:
    assert origin_of(Catalog({"sma": SMA}), "sma").package == "unknown"
