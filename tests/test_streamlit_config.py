"""`.streamlit/config.toml` names options that Streamlit does not list; one that it no longer knew would do nothing."""

import tomllib
from pathlib import Path

import pytest
from streamlit import config

SET = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())
HIDDEN = ("runner.postScriptGC", "client.allowedOrigins", "global.minCachedMessageSize")


@pytest.mark.parametrize("name", HIDDEN)
def test_streamlit_knows_the_option(name: str) -> None:
    config.get_option(name)


@pytest.mark.parametrize("name", HIDDEN)
def test_the_option_is_set(name: str) -> None:
    section, _, option = name.partition(".")
    assert option in SET[section]
