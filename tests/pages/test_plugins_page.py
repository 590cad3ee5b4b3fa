"""The Plugins page's logic, without a browser: what is listed, documented, tried out, added and found anew."""

import sys
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from stockdash.pages._engine import engine
from stockdash.pages._installing import command
from stockdash.registry import Origin
from stockdash.testing import Repainting, Report
from stockdash.verdicts.kept import Kept, key_of, write
from tests.pages.conftest import PATIENCE_SECONDS
from tests.pages.test_chart import names
from tests.pages.test_navigation import script
from tests.verdicts.packages import install

Visit = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture
def visit_plugins() -> Visit:
    """Open the page with the words of a link."""

    def visiting(**query: str) -> AppTest:
        test = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
        test.session_state["elsewhere"] = True
        for name, value in query.items():
            test.query_params[name] = value
        test.run()
        assert not test.exception
        return test

    return visiting


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that pip could install into."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    for module in ("stub_lines", "stub_broken"):
        sys.modules.pop(module, None)


def told(test: AppTest) -> str:
    shown = [*test.main.get("html"), *test.main.caption, *test.main.info, *test.main.error]
    return unescape(" ".join(getattr(element, "value", None) or element.proto.body for element in shown))


def listed(test: AppTest) -> list[str]:
    return test.dataframe[0].value["Id"].tolist()


def previewed(test: AppTest) -> list[str]:
    """The names of what the preview draws over the bars."""
    [chart] = test.main.get("bidi_component")
    return [orjson.loads(line)["name"] for line in chart.proto.bytes.splitlines()[6:]]


def test_everything_installed_is_listed_in_one_element(visit_plugins: Visit) -> None:
    test = visit_plugins()
    assert set(listed(test)) == set(engine().catalog.listings)
    assert len(test.dataframe) == 1
    assert "Pick an indicator" in told(test)


def test_words_and_a_package_narrow_the_list_down(visit_plugins: Visit) -> None:
    test = visit_plugins()
    test.text_input(key="plugins.words").set_value("oversold").run()
    assert "rsi" in listed(test)
    assert "obv" not in listed(test)
    test.sidebar.radio(key="plugins.package").set_value("stockdash").run()
    assert all(not name.startswith(("talib-", "pta-")) for name in listed(test))
    test.text_input(key="plugins.words").set_value("zzzzqqq").run()
    assert len(test.dataframe) == 0
    assert "Nothing installed matches" in told(test)


def test_an_indicator_is_documented_and_tried_out_on_stored_bars(visit_plugins: Visit) -> None:
    test = visit_plugins(id="rsi")
    shown = told(test)
    for part in ("Relative strength index", "Wilder 1978", "Length", "whole number 2 to 200", "What is proved"):
        assert part in shown
    assert previewed(test) == ["RSI 14"]
    assert b"MADE-UP" not in test.main.get("bidi_component")[0].proto.bytes


def test_its_own_widgets_change_the_preview_and_what_is_added(visit_plugins: Visit) -> None:
    test = visit_plugins(id="rsi")
    test.slider(key="try.rsi.length").set_value(30).run()
    assert previewed(test) == ["RSI 30"]
    added = test.session_state["try"].params
    assert added.model_dump()["length"] == 30


def test_without_stored_bars_it_is_tried_on_made_up_ones(
    visit_plugins: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STOCKDASH_DATA_DIR", str(tmp_path / "empty"))
    test = visit_plugins(id="rsi")
    [chart] = test.main.get("bidi_component")
    assert b"MADE-UP DATA" in chart.proto.bytes
    assert previewed(test) == ["RSI 14"]


def test_an_unknown_id_in_the_link_is_left_alone(visit_plugins: Visit) -> None:
    assert "Pick an indicator" in told(visit_plugins(id="<script>"))


def test_adding_brings_it_to_the_chart_with_the_parameters_that_were_tried(visit_plugins: Visit) -> None:
    test = visit_plugins(id="rsi")
    test.slider(key="try.rsi.length").set_value(30).run()
    # Going to another page is the menu's, which this script has none of.
    [wanted] = test.button(key="plugins.add").click().run().session_state["wanted"]
    assert (wanted.indicator_id, wanted.params.length) == ("rsi", 30)
    test.session_state["elsewhere"] = False
    test.query_params.clear()
    assert names(test.run())[-1] == "RSI 30"


def test_a_fresh_package_is_found_without_a_restart(visit_plugins: Visit, site: Path) -> None:
    test = visit_plugins()
    assert "plain" not in listed(test)
    install(site, "plain", "peek")
    test.button(key="plugins.rescan").click().run()
    assert {"plain", "peek"} <= set(listed(test))
    assert "Found stub-lines 1.0 with 2" in told(test).replace("\\", "")
    assert "plain" in engine().catalog.listings


def test_a_rescan_that_finds_nothing_says_so(visit_plugins: Visit) -> None:
    test = visit_plugins()
    test.button(key="plugins.rescan").click().run()
    assert "Nothing new" in told(test)


def test_a_package_that_fails_is_told_and_costs_the_page_nothing_else(visit_plugins: Visit, site: Path) -> None:
    install(site, "plain", name="stub-broken")
    (site / "stub_broken.py").write_text("import acme_core")
    test = visit_plugins()
    assert "could not be loaded" in told(test)
    assert "acme_core" in told(test)
    assert "rsi" in listed(test)


def test_an_indicator_that_fails_shows_its_card(visit_plugins: Visit, site: Path) -> None:
    install(site, "fails")
    test = visit_plugins(id="fails")
    assert "ZeroDivisionError" in told(test)
    assert "What is proved" in told(test)
    for _ in range(2):  # which makes three failures in a row
        test.button(key="try.again").click().run()
    assert "Switched off after 3 failures" in told(test.run())
    test.button(key="try.on").click().run()
    assert "Switched off" not in told(test)


def test_another_id_in_the_link_shows_another_indicator(visit_plugins: Visit) -> None:
    test = visit_plugins(id="rsi")
    test.query_params["id"] = "sma"
    assert previewed(test.run()) == ["SMA 20"]


def test_the_command_to_install_names_this_python_and_the_constraints(visit_plugins: Visit, stored: Path) -> None:
    test = visit_plugins()
    test.text_input(key="plugins.install").set_value("stockdash-example>=0.1").run()
    shown = test.code[0].value
    assert shown == command(sys.executable, "stockdash-example>=0.1", stored / "constraints.txt")
    assert "'stockdash-example>=0.1'" in shown
    assert "pandas==" in (stored / "constraints.txt").read_text()


@pytest.mark.parametrize("name", ["--index-url=http://x", "a; rm -rf /", "$(x)"])
def test_no_command_is_shown_for_what_is_no_package(visit_plugins: Visit, name: str) -> None:
    test = visit_plugins()
    test.text_input(key="plugins.install").set_value(name).run()
    assert len(test.code) == 0
    assert "Expected a package" in told(test)


def test_what_repaints_says_so_on_its_card_and_in_the_legend(site: Path, stored: Path) -> None:
    install(site, "peek", "plain")
    origin = Origin("stub-lines", "1.0")
    reports = {
        "peek": Report("peek", "Peek", repainting=Repainting("last bars", 1)),
        "plain": Report("plain", "Plain", repainting=Repainting("clean")),
    }
    (stored / "verdicts").mkdir()
    write(stored / "verdicts", origin, Kept(key_of(origin), reports))
    engine().installed.checking.look()
    test = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    test.query_params["i"] = ["peek", "plain"]
    assert names(test.run()) == ["PEEK ⟲ repaints", "PLAIN"]
    cards = {element.value: element.help for element in test.sidebar.markdown if element.help}
    assert cards["**Peek** :orange[⟲]"].startswith("Repaints the last 1 bar")
    assert "Checked: never repaints" in cards["**Plain**"].replace("\\", "")


@pytest.mark.parametrize("indicator_id", ["volume-profile", "ichimoku", "talib-cdlhammer", "pta-dpo"])
def test_whatever_it_draws_is_documented_and_tried_out(visit_plugins: Visit, indicator_id: str) -> None:
    test = visit_plugins(id=indicator_id)
    assert "What is proved" in told(test)
    assert "could not" not in told(test)
    assert previewed(test)


def test_a_viewer_reads_and_tries_but_loads_nothing_for_others(
    visit_plugins: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stockdash.pages._signin.role", lambda: "viewer")
    test = visit_plugins(id="rsi")
    keys = {button.key for button in test.main.button}
    assert "plugins.add" in keys
    assert "plugins.rescan" not in keys
    assert not [field for field in test.text_input if field.key == "plugins.install"]
