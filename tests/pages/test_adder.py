"""Adding an indicator: found by its words in the sidebar, or in the whole catalogue."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from stockdash.indicators import Listing
from stockdash.pages._adder import categories, offer_label, picked, plain
from stockdash.registry import Catalog, load_catalog
from stockdash.verdicts import Verdict
from tests.pages.test_chart import names
from tests.registry.packages import indicator, put

Visit = Callable[..., AppTest]
EMA = Listing("ema", "Exponential moving average", lambda: None, category="Trend")
LATE = indicator("acme-late") + (
    "from stockdash import Listing\n"
    "def load():\n    raise RuntimeError('no licence')\n"
    "def INDICATOR():\n    return [Listing('acme-late', 'Late [at] night', load)]\n"
)

pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


def typed(test: AppTest, text: str) -> list[str]:
    test.sidebar.text_input("add").set_value(text).run()
    return [str(button.key).removeprefix("offer.") for button in test.button if str(button.key).startswith("offer.")]


def press(test: AppTest, key: str) -> AppTest:
    return next(button for button in test.button if button.key == key).click().run()


def captions(test: AppTest) -> str:
    return " ".join(caption.value for caption in test.caption)


def test_nothing_is_offered_before_something_is_typed(visit: Visit) -> None:
    assert typed(visit(), " ") == []


def test_what_is_typed_finds_a_synonym_and_one_press_adds_it(visit: Visit) -> None:
    test = visit(i="none")
    assert typed(test, "boll")[0] == "bollinger"
    press(test, "offer.bollinger")
    assert "BB 20 2 Upper" in " ".join(names(test))
    assert test.sidebar.text_input("add").value == ""


def test_no_more_are_offered_than_fit_and_the_rest_is_counted(visit: Visit) -> None:
    test = visit()
    assert len(typed(test, "moving average")) == 6
    assert "more: type on, or browse." in captions(test)


def test_nothing_found_says_so(visit: Visit) -> None:
    test = visit()
    assert typed(test, "zebra crossing") == []
    assert "No indicator is called so." in captions(test)


def test_one_that_cannot_be_loaded_says_why_and_adds_nothing(visit: Visit, site: Path) -> None:
    put(site, "acme-late", LATE)
    test = visit(i="none")
    typed(test, "late night")
    press(test, "offer.acme-late")
    assert "RuntimeError: no licence" in test.error[0].value.replace("\\", "")
    assert names(test) == []


def test_the_catalogue_is_drawn_only_when_it_is_opened(visit: Visit) -> None:
    test = visit()
    assert not any(str(button.key).startswith("browse.") for button in test.button)
    press(test, "browse")
    shown = [str(button.key) for button in test.button if str(button.key).startswith("browse.")]
    assert "browse.aroon" in shown
    assert len(shown) == 25 + len(("more", "rescan"))


def test_a_package_installed_meanwhile_is_found_without_a_restart(visit: Visit, site: Path) -> None:
    test = press(visit(i="none"), "browse")
    put(site, "acme-new", indicator("acme-new"), version="3.2")
    press(test, "browse.rescan")
    assert typed(test, "acme new") == ["acme-new"]
    press(test, "offer.acme-new")
    assert names(test) == ["ACME-NEW"]


def test_words_and_category_narrow_the_catalogue() -> None:
    catalog = load_catalog()
    assert "obv" in picked(catalog, "balance", "Volume")
    assert {catalog.listings[name].category for name in picked(catalog, "average", "Volume")} == {"Volume"}
    assert len(picked(catalog, "", None)) == len(catalog.listings)


def test_an_entry_tells_name_id_and_category_and_what_is_proved() -> None:
    assert offer_label(EMA, Verdict()) == "Exponential moving average :gray[ema · Trend]"
    assert offer_label(EMA, Verdict("clean")).endswith(" :gray[· never repaints]")
    assert offer_label(EMA, Verdict("whole window")).endswith(" :orange[· ⟲ repaints]")


def test_what_a_plugin_calls_itself_is_shown_as_it_is() -> None:
    assert plain("a *b* [c](d) :red[e]\n# f") == r"a \*b\* \[c\]\(d\) \:red\[e\] \# f"


def test_categories_are_those_that_are_installed() -> None:
    assert categories(Catalog({"ema": EMA})) == ["Trend"]
