"""An indicator whose fast length is to be below its slow one, and which fails at five."""

from pathlib import Path

import pytest

PLUGIN = """
import pandas as pd
from pydantic import Field, model_validator

from stockdash import Indicator, Output, Params


class PairParams(Params):
    fast: int = Field(3, ge=1, le=50, title="Fast")
    slow: int = Field(9, ge=1, le=50, title="Slow")

    @model_validator(mode="after")
    def _in_order(self):
        if self.fast >= self.slow:
            raise ValueError("Fast must be below Slow")
        return self


def spread(bars, params):
    if params.fast == 5:
        raise RuntimeError("five is <b>right</b> out")
    close = bars["close"]
    fast, slow = close.rolling(params.fast).mean(), close.rolling(params.slow).mean()
    return pd.DataFrame({"fast": fast, "slow": slow})


SPREAD = Indicator(
    id="spread", name="Spread", params=PairParams, compute=spread, warmup=lambda params: params.slow - 1, pane="own",
    outputs=(Output("fast", "fast", fill_to="slow"), Output("slow", "slow", draw="dashes", levels=(0.0,))),
)
"""
METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: spread-plugin\nVersion: 1.2\n",
    "entry_points.txt": "[stockdash.indicators]\nspread = spread_plugin:SPREAD\ngone = no_such_module_at_all:X\n",
}


def install_spread(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the package in a folder of its own, as pip would."""
    folder = place / "site"
    info = folder / "spread_plugin-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "spread_plugin.py").write_text(PLUGIN)
    for name, content in METADATA.items():
        (info / name).write_text(content)
    monkeypatch.syspath_prepend(str(folder))
