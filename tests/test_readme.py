import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stockdash import run
from stockdash.bars import PRICES, TS_DTYPE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def own_indicator():
    (source,) = blocks("python")
    module = {"__name__": "my_indicators.momentum"}
    exec(source, module)  # noqa: S102 - the README's own code
    return module["INDICATOR"]


def test_the_own_indicator_computes_what_it_says(own_indicator):
    index = pd.date_range("2024-06-03", periods=4, tz="UTC", name="ts").astype(TS_DTYPE)
    prices = {name: [100.0, 110.0, 121.0, 60.5] for name in PRICES}
    bars = pd.DataFrame({**prices, "volume": 1}, index=index)
    answer = run(own_indicator, bars, {"length": 1})
    assert answer["momentum"].round(9).tolist()[1:] == [10.0, 10.0, -50.0]


def test_the_own_indicators_warmup_is_what_it_declares(own_indicator):
    index = pd.date_range("2024-01-01", periods=50, tz="UTC", name="ts").astype(TS_DTYPE)
    prices = dict.fromkeys(PRICES, np.linspace(1, 2, 50))
    answer = run(own_indicator, pd.DataFrame({**prices, "volume": 1}, index=index), {})
    assert answer["momentum"].isna().sum() == own_indicator.warmup(own_indicator.params())


def test_the_metadata_example_declares_the_indicator():
    (source,) = blocks("toml")
    declared = tomllib.loads(source)["project"]["entry-points"]["stockdash.indicators"]
    assert declared == {"momentum": "my_indicators.momentum:INDICATOR"}


def test_the_commands_of_the_first_screen_name_files_that_exist():
    commands = blocks("")[0]
    assert {
        name for name in ("requirements.txt", "streamlit_app.py") if name in commands and (ROOT / name).is_file()
    } == {
        "requirements.txt",
        "streamlit_app.py",
    }


def test_pictures_exist():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).is_file(), picture
