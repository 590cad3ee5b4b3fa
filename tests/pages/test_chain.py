"""Indicators that take their source from others, and those that are computed on longer bars."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from stockdash import Indicator, IndicatorError, Output, Params, Source, Timeframe, price
from stockdash.pages import _frames
from stockdash.pages._chain import call_of, last_closed
from stockdash.pages._frames import shelf
from stockdash.pages._guard import Guard
from stockdash.pages._instances import Instance, offers
from stockdash.pages._session import Session
from stockdash.pages._view import View, read_view, write_view
from stockdash.registry import Catalog
from stockdash.settings import Settings
from stockdash.stores import open_store


class MeanParams(Params):
    length: int = Field(3, ge=1, le=99)
    source: Source = "close"
    timeframe: Timeframe = "chart"


COMPUTED: list[int] = []


def mean(bars: pd.DataFrame, params: MeanParams) -> pd.DataFrame:
    COMPUTED.append(params.length)
    return pd.DataFrame({"mean": price(bars, params.source).rolling(params.length).mean()})


MEAN = Indicator(
    id="mean",
    name="Mean",
    params=MeanParams,
    outputs=(Output("mean", "Mean"),),
    compute=mean,
    warmup=lambda params: params.length - 1,
    pane=lambda params: "own" if params.length == 7 else "price",
)
CATALOG = Catalog({"mean": MEAN})
DEFAULT = View("NVDA")


def means(*told: tuple[int, str]) -> tuple[Instance, ...]:
    return tuple(Instance("mean", MeanParams(length=length, source=source)) for length, source in told)


def sources(instances: tuple[Instance, ...]) -> list[str]:
    return [instance.params.source for instance in instances]  # type: ignore[attr-defined]


def session_of(*told: tuple[int, str]) -> Session:
    session = Session(view=DEFAULT, default=DEFAULT, written={})
    session.read(write_view(View("NVDA", instances=means(*told)), default=DEFAULT), CATALOG)
    return session


CHAIN = means((7, "close"), (4, "@0.mean"), (5, "@1.mean"))


def test_warm_ups_add_up_along_the_chain() -> None:
    assert [call_of(place, CHAIN, CATALOG).warmup for place in range(3)] == [6, 9, 13]


def test_an_overlay_of_another_indicator_is_drawn_in_its_pane() -> None:
    home = call_of(2, CHAIN, CATALOG).home
    assert home is not None
    assert home.place == 0


def test_the_legend_tells_the_source_by_its_own_legend() -> None:
    assert call_of(1, CHAIN, CATALOG).legend == "MEAN 4 (MEAN 7)"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ([(3, "@0.mean")], "takes its source from itself"),
        ([(3, "@1.mean"), (3, "@0.mean")], "takes its source from itself"),
        ([(3, "@4.mean")], "from indicator 5, which is not there"),
        ([(3, "@1.median"), (3, "close")], "from 'median', which is none of"),
    ],
)
def test_a_source_that_cannot_be_is_named(told: list[tuple[int, str]], says: str) -> None:
    with pytest.raises(IndicatorError, match=says):
        call_of(0, means(*told), CATALOG)


def test_only_sources_without_a_cycle_are_offered() -> None:
    assert [list(offers(place, CHAIN, CATALOG)) for place in range(3)] == [[], ["@0.mean"], ["@0.mean", "@1.mean"]]


def test_a_link_with_a_cycle_falls_back_and_says_so() -> None:
    reading = read_view({"i": ["mean~source.@1.mean", "mean~source.@0.mean"]}, catalog=CATALOG, default=DEFAULT)
    assert sources(reading.view.instances) == ["close", "@0.mean"]
    assert "can't take its source from itself" in " ".join(reading.notes)


def test_sources_follow_their_indicator_when_one_of_a_link_is_left_out() -> None:
    texts = ["nobody", "mean~length.7", "mean~source.@1.mean", "mean~source.@0.x"]
    assert sources(read_view({"i": texts}, catalog=CATALOG, default=DEFAULT).view.instances) == [
        "close",
        "@0.mean",
        "close",
    ]


def test_a_link_brings_a_chain_back() -> None:
    view = View("NVDA", instances=CHAIN)
    assert read_view(write_view(view, default=DEFAULT), catalog=CATALOG, default=DEFAULT).view == view


def test_removing_an_indicator_moves_the_sources_behind_it() -> None:
    session = session_of((3, "close"), (4, "close"), (5, "@1.mean"), (6, "@0.mean"))
    session.remove(session.numbers[0])
    assert sources(session.view.instances) == ["close", "@0.mean", "close"]


def answers(instances: tuple[Instance, ...], **told: Any) -> list[np.ndarray]:
    of = shelf(open_store(Settings.load()), "NVDA")
    calls = (call_of(place, instances, CATALOG) for place in range(len(instances)))
    options = {"resolution": "1d", "mode": "all", "guard": Guard(30), **told}
    return [_frames.answer(of, call, **options).columns["mean"] for call in calls]


@pytest.mark.usefixtures("stored")
def test_a_chain_is_computed_from_one_to_the_next() -> None:
    first, second, _ = answers(CHAIN)
    np.testing.assert_allclose(second, pd.Series(first).rolling(4).mean())
    assert np.flatnonzero(~np.isnan(second))[0] == call_of(1, CHAIN, CATALOG).warmup


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("changed", "computed"),
    [
        (means((7, "close"), (4, "@0.mean"), (6, "@1.mean")), [6]),
        (means((7, "close"), (8, "@0.mean"), (5, "@1.mean")), [8, 5]),
        (means((9, "close"), (4, "@0.mean"), (5, "@1.mean")), [9, 4, 5]),
        (means((3, "close"), (7, "close"), (4, "@1.mean"), (5, "@2.mean")), [3]),
    ],
    ids=["last", "middle", "first", "another before them"],
)
def test_a_parameter_recomputes_its_indicator_and_what_depends_on_it(
    changed: tuple[Instance, ...], computed: list[int]
) -> None:
    guard = Guard(30)
    answers(CHAIN, guard=guard)
    COMPUTED.clear()
    answers(changed, guard=guard)
    assert computed == COMPUTED


def test_a_day_sees_the_week_before_its_own() -> None:
    weeks = pd.DatetimeIndex(["2024-01-02", "2024-01-08", "2024-01-16"], tz="UTC")
    days = pd.DatetimeIndex(["2024-01-01", "2024-01-05", "2024-01-08", "2024-01-12", "2024-01-16"], tz="UTC")
    assert last_closed(days, weeks, is_intraday=False).tolist() == [-1, -1, 0, 0, 1]


@pytest.mark.parametrize(("at", "seen"), [("14:30", 0), ("20:30", 0), ("03:00", -1)])
def test_a_half_hour_sees_the_day_before_its_own_in_new_york_and_utc(at: str, seen: int) -> None:
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03", "2024-01-04"], tz="UTC")
    drawn = pd.DatetimeIndex([f"2024-01-03 {at}"], tz="UTC")
    assert last_closed(drawn, days, is_intraday=True).tolist() == [seen]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("resolution", "timeframe"), [("30m", "1d"), ("1d", "1wk"), ("1wk", "1mo")])
def test_a_longer_timeframe_shows_only_closed_bars(resolution: str, timeframe: str) -> None:
    [steps] = answers((Instance("mean", MeanParams(length=1, timeframe=timeframe)),), resolution=resolution)
    of = shelf(open_store(Settings.load()), "NVDA")
    longer = _frames.history(of, timeframe, "all").bars  # type: ignore[arg-type]
    assert np.isin(steps[~np.isnan(steps)], longer["close"].iloc[:-1]).all()
    assert steps[-1] == longer["close"].iloc[-2]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("timeframe", ["chart", "1d", "1wk"])
def test_a_timeframe_that_is_not_longer_changes_nothing(timeframe: str) -> None:
    [usual], [asked] = (
        answers((Instance("mean", MeanParams(timeframe=each)),), resolution="1wk") for each in ("chart", timeframe)
    )
    np.testing.assert_array_equal(usual, asked)
