"""What the kit asks of an indicator that sees only the visible range."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from stockdash import Indicator, Output, Params
from stockdash.indicators.volume_profile import INDICATOR
from stockdash.testing import Repainting, check_indicator


class RowsParams(Params):
    rows: int = Field(5, ge=1, le=9, title="Rows")


def profile(bars: pd.DataFrame, params: RowsParams) -> pd.DataFrame:
    known = bars.dropna()
    if not known["volume"].sum():
        return pd.DataFrame(columns=["low", "high", "inside", "volume", "peak"], dtype="float64")
    edges = np.linspace(known["low"].min(), known["high"].max(), params.rows + 1)
    places = np.clip(np.searchsorted(edges, known["close"], side="right") - 1, 0, params.rows - 1)
    volume = np.bincount(places, known["volume"], params.rows)
    rows = {"low": edges[:-1], "high": edges[1:], "inside": 1.0, "volume": volume}
    return pd.DataFrame(rows).assign(peak=edges[volume.argmax()])


def made(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows) -> Indicator[RowsParams]:
    return Indicator(
        id="rows",
        name="Rows",
        params=RowsParams,
        outputs=(Output("volume", "Volume", draw="profile"), Output("peak", "Peak")),
        compute=lambda bars, params: change(profile(bars, params)),
        warmup=lambda _: 0,
        sees="visible",
    )


@pytest.mark.parametrize("indicator", [made(), INDICATOR], ids=["an honest one", "the built-in"])
def test_an_honest_one_keeps_the_contract(indicator: Indicator) -> None:
    report = check_indicator(indicator)
    report.assert_ok()
    assert report.repainting == Repainting("visible")
    assert (report.repainting.text, report.history.text) == ("of the visible range", "needs no history")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.assign(volume=rows["volume"] * 0.9), "share out all of it"),
        (lambda rows: rows.assign(volume=rows["volume"] - rows["volume"].mean()), "less than no volume"),
        (lambda rows: rows.assign(high=rows["high"].where(rows.index < len(rows) - 1, 1e9)), "'high' leaves the range"),
        (lambda rows: rows.assign(peak=-1.0), "'peak' leaves the range"),
        (lambda rows: rows.assign(peak=rows["low"]), "differs from row to row"),
        (lambda rows: rows.assign(low=rows["low"].to_numpy()[::-1]), "overlap or don't ascend"),
    ],
    ids=["lost", "negative", "too high", "level", "levels", "order"],
)
def test_a_cheat_is_named(change: Callable[[pd.DataFrame], pd.DataFrame], says: str) -> None:
    found = " ".join(finding.message for finding in check_indicator(made(change)).findings)
    assert says in found


def test_another_answer_on_the_same_bars_is_named() -> None:
    calls = itertools.count()
    unsteady = made(lambda rows: rows.assign(inside=float(next(calls))))
    assert "determinism" in check_indicator(unsteady).failed


def test_bars_that_are_changed_are_named() -> None:
    def spoil(bars: pd.DataFrame, params: RowsParams) -> pd.DataFrame:
        answer = profile(bars, params)
        bars["close"] = 0.0
        return answer

    indicator = Indicator(
        id="rows",
        name="Rows",
        params=RowsParams,
        outputs=made().outputs,
        compute=spoil,
        warmup=lambda _: 0,
        sees="visible",
    )
    assert "input" in check_indicator(indicator).failed
