"""What sees only the visible range: computed from the finest stored bars in sight, and from no others."""

from collections.abc import Callable
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from stockdash.pages._instances import Instance, offers
from stockdash.registry import load_catalog
from tests.pages.test_chart import drawn, told, zoom

Visit = Callable[..., AppTest]
A_BAR = 1000  # the volume of every stored bar

pytestmark = pytest.mark.usefixtures("stored")


def shown(test: AppTest) -> list[dict]:
    return [trace for trace in drawn(test)[5:] if trace["kind"] == "profile"]


def volume(test: AppTest) -> float:
    return sum(sum(trace["rows"]["lengths"]) for trace in shown(test))


@pytest.mark.parametrize(
    ("days", "bars"),
    [("5D", 5 * 13), ("1M", 24), ("1Y", 251)],
    ids=["half hours", "days, as half hours reach back too short", "a year"],
)
def test_it_holds_the_volume_of_what_is_in_sight(visit: Visit, days: str, bars: int) -> None:
    assert volume(visit(symbol="NVDA", range=days, i="volume-profile")) == pytest.approx(bars * A_BAR, rel=1e-3)


def test_days_in_sight_are_told_by_their_half_hours_where_those_are_stored(visit: Visit) -> None:
    week = {"symbol": "NVDA", "from": "2026-11-16", "to": "2026-11-21", "i": "volume-profile"}
    assert volume(visit(**week, interval="1d")) == volume(visit(**week, interval="30m")) == 5 * 13 * A_BAR


def test_zooming_has_it_computed_anew(visit: Visit) -> None:
    test = visit(symbol="NVDA", range="1Y", i="volume-profile")
    before = volume(test)
    zoom(test, "2026-03-02", "2026-03-07")
    assert volume(test) == 5 * A_BAR < before


def test_its_rows_reach_from_the_lowest_to_the_highest_price_in_sight(visit: Visit) -> None:
    test = visit(symbol="NVDA", **{"from": "2026-03-02", "to": "2026-03-07"}, interval="1d", i="volume-profile~rows.7")
    head, _, bars, *_ = drawn(test)
    seen = slice(round(head["range"][0] + 0.5) - head["first"], round(head["range"][1] + 0.5) - head["first"])
    rows = shown(test)[0]["rows"]
    assert (len(rows["low"]), rows["low"][0], rows["high"][-1]) == (7, min(bars["low"][seen]), max(bars["high"][seen]))


def test_the_legend_says_that_it_is_of_the_visible_range(visit: Visit) -> None:
    names = [trace["name"] for trace in drawn(visit(i="volume-profile"))[5:]]
    assert names == ["", "", "VP 24 70 of the visible range: POC", "VAH", "VAL"]


def test_its_levels_are_lines_across_the_prices(visit: Visit) -> None:
    poc = next(trace for trace in drawn(visit(i="volume-profile"))[5:] if trace["name"].endswith("POC"))
    assert (poc["pane"], len(set(poc["values"]))) == ("price", 1)


def test_parts_and_side_are_as_the_user_says(visit: Visit) -> None:
    [total] = shown(visit(i="volume-profile~volume.total~side.left~-total.ff8800"))
    assert (total["rows"]["side"], total["color"]) == ("left", "#ff8800")
    assert len(shown(visit(i="volume-profile~-down.off"))) == 1


def test_nothing_can_take_it_as_a_source(visit: Visit) -> None:
    test = visit(i=["volume-profile", "sma~source.@0.poc"])
    assert "can't take its source from Volume profile" in unescape(told(test))
    catalog = load_catalog()
    assert offers(1, [Instance(name, catalog.find(name).params()) for name in ("volume-profile", "sma")], catalog) == {}
