"""Indicators of a package that is installed like any other; each counts how often it is computed."""

import os
import time
from collections import Counter
from pathlib import Path

import pandas as pd
from pydantic import Field

from stockdash import Indicator, Output, Params, Source, price

COMPUTED: Counter[str] = Counter()
GATE = "COUNTED_GATE"  # names the file that one of them waits for
FILES = {
    "METADATA": "Metadata-Version: 2.1\nName: counted\nVersion: 2.5\n",
    "entry_points.txt": "[stockdash.indicators]\ncounted = tests.pages.counted:indicators\n",
}


class MeanParams(Params):
    length: int = Field(3, ge=1, le=50, title="Length")
    source: Source = "close"


class BreakParams(Params):
    length: int = Field(3, ge=1, le=50, title="Length")


def mean(bars: pd.DataFrame, params: MeanParams) -> pd.DataFrame:
    COMPUTED[f"mean {params.length}"] += 1
    return pd.DataFrame({"mean": price(bars, params.source).rolling(params.length).mean()})


def edges(bars: pd.DataFrame, params: MeanParams) -> pd.DataFrame:
    COMPUTED[f"edges {params.length}"] += 1
    rolling = price(bars, params.source).rolling(params.length)
    return pd.DataFrame({"top": rolling.max(), "bottom": rolling.min()})


def broken(_: pd.DataFrame, params: BreakParams) -> pd.DataFrame:
    COMPUTED["broken"] += 1
    raise ValueError(f"no luck with {params.length}")


def spoiling(bars: pd.DataFrame, _: BreakParams) -> pd.DataFrame:
    COMPUTED["spoiling"] += 1
    bars["close"] = 0.0
    return pd.DataFrame({"spoilt": bars["close"]})


def waiting(bars: pd.DataFrame, _: BreakParams) -> pd.DataFrame:
    COMPUTED["waiting"] += 1
    while not Path(os.environ[GATE]).exists():
        time.sleep(0.01)
    return pd.DataFrame({"waited": bars["close"]})


def indicators() -> list[Indicator]:  # type: ignore[type-arg]
    """Offer all of them, as an entry point does."""
    both = (Output("top", "Top", fill_to="bottom"), Output("bottom", "Bottom", color="#112233"))
    return [
        Indicator("mean", "Mean", MeanParams, (Output("mean", "Mean"),), mean, lambda params: params.length - 1),
        Indicator("edges", "Edges", MeanParams, both, edges, lambda params: params.length - 1),
        Indicator("broken", "Broken", BreakParams, (Output("x", "X"),), broken, lambda _: 0, pane="own"),
        Indicator("spoiling", "Spoiling", BreakParams, (Output("spoilt", "Spoilt"),), spoiling, lambda _: 0),
        Indicator("waiting", "Waiting", BreakParams, (Output("waited", "Waited"),), waiting, lambda _: 0),
    ]


def install(folder: Path) -> Path:
    """Write what pip would into `folder`; give the path to import from."""
    info = folder / "counted-2.5.dist-info"
    info.mkdir(parents=True)
    for name, content in FILES.items():
        (info / name).write_text(content)
    return folder
