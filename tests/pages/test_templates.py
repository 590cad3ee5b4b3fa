"""Templates through the page: saved, shown, renamed, deleted, exported, and what new visitors start with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from stockdash.pages._engine import engine
from stockdash.settings import Settings
from stockdash.stores import open_store, publish, writable
from stockdash.templates import Entry, Template, to_json
from stockdash.templates.kept import DEFAULT, PREFIX, kept, save, set_default
from tests.pages.test_chart import link, names, told

Visit = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("stored")

TREND = Template(
    name="Trend", indicators=(Entry(id="sma", params={"length": 7}), Entry(id="ema", params={"length": 9}))
)
CHAIN = Template(name="Chain", indicators=(Entry(id="rsi"), Entry(id="sma", params={"source": "@0.rsi"})))
STRANGE = Template(name="Strange", indicators=(Entry(id="tide", package="tide-plugin"), Entry(id="sma")))


def opened(test: AppTest) -> AppTest:
    test.session_state["templates"] = True
    return test.run()


def keep(*templates: Template, default: str | None = None) -> None:
    store = open_store(Settings.load())
    for template in templates:
        save(writable(store), template)
    set_default(writable(store), default)
    store.close()


def there() -> dict[str, Template]:
    return dict(kept(engine().real.store).templates)


def said(test: AppTest) -> str:
    return " ".join(element.proto.body for element in test.sidebar.get("html"))


def choose(test: AppTest, action: str) -> AppTest:
    """Pick an entry of "More"."""
    [menu] = [one for one in test.sidebar.get("menu_button") if one.proto.label == "More"]
    labels = list(menu.proto.options)
    test.session_state["templates.more"] = None
    menu.set_value(labels[labels.index(action)])
    return test.run()


def test_nothing_of_the_templates_is_drawn_before_they_are_opened(visit: Visit) -> None:
    keep(TREND)
    test = visit()
    assert not [button for button in test.sidebar.button if button.label == "Show"]
    assert [button.label for button in opened(test).sidebar.button if button.label == "Show"] == ["Show"]


def test_what_is_shown_is_saved_under_a_name(visit: Visit) -> None:
    test = opened(visit(i="sma~length.7"))
    test.sidebar.text_input("templates.name").set_value(" My  view ")
    next(button for button in test.sidebar.button if button.label == "Save").click().run()
    assert not test.exception
    (template,) = there().values()
    assert (template.name, template.indicators[0].params["length"]) == ("My view", 7)
    assert "Saved My view." in said(test)


def test_a_name_that_is_none_is_told(visit: Visit) -> None:
    test = opened(visit())
    next(button for button in test.sidebar.button if button.label == "Save").click().run()
    assert "A template needs a name" in said(test)
    assert there() == {}


def test_a_taken_name_is_asked_about_before_it_is_overwritten(visit: Visit) -> None:
    keep(TREND)
    test = opened(visit(i="sma~length.30"))
    test.sidebar.text_input("templates.name").set_value("trend")
    next(button for button in test.sidebar.button if button.label == "Save").click().run()
    assert "There is a template named trend. Overwrite it?" in said(test)
    assert there() == {"trend": TREND}
    test.sidebar.button("templates.yes").click().run()
    assert there()["trend"].indicators[0].params["length"] == 30


def test_an_overwriting_that_is_cancelled_changes_nothing(visit: Visit) -> None:
    keep(TREND)
    test = opened(visit(i="sma~length.30"))
    test.sidebar.text_input("templates.name").set_value("trend")
    next(button for button in test.sidebar.button if button.label == "Save").click().run()
    test.sidebar.button("templates.no").click().run()
    assert there() == {"trend": TREND}


def test_a_question_is_forgotten_when_the_templates_are_closed(visit: Visit) -> None:
    keep(TREND)
    test = choose(opened(visit()), "Delete")
    assert "Delete Trend for everybody?" in said(test)
    test.session_state["templates"] = False
    test.run()
    assert "Delete Trend" not in said(opened(test))


def test_a_template_takes_the_place_of_what_is_shown(visit: Visit) -> None:
    keep(TREND)
    test = opened(visit(i="rsi"))
    test.sidebar.button("templates.show").click().run()
    assert not test.exception
    assert names(test) == ["SMA 7", "EMA 9"]


def test_sources_survive_saving_and_showing(visit: Visit) -> None:
    test = opened(visit(i=["rsi", "sma~source.@0.rsi"]))
    shown = names(test)
    test.sidebar.text_input("templates.name").set_value("Chain")
    next(button for button in test.sidebar.button if button.label == "Save").click().run()
    assert there()["chain"].indicators[1].params["source"] == "@0.rsi"
    other = opened(visit())
    other.sidebar.button("templates.show").click().run()
    assert names(other) == shown


def test_a_missing_package_is_told_with_its_command_and_the_rest_is_shown(visit: Visit) -> None:
    keep(STRANGE)
    test = opened(visit())
    test.sidebar.button("templates.show").click().run()
    assert "stockdash plugins install tide-plugin" in told(test)
    assert names(test) == ["SMA 20"]


def test_a_visitor_without_a_link_starts_with_the_default_template(visit: Visit) -> None:
    keep(TREND, default="trend")
    test = visit()
    assert names(test) == ["SMA 7", "EMA 9"]
    assert [one.split("~")[0] for one in link(test)["i"]] == ["sma", "ema"], "the link says what it shows"


def test_a_link_with_indicators_shows_those_whatever_the_default(visit: Visit) -> None:
    keep(TREND, default="trend")
    assert names(visit(i="sma~length.30")) == ["SMA 30"]


def test_a_default_that_lacks_a_package_says_so_at_the_start(visit: Visit) -> None:
    keep(STRANGE, default="strange")
    assert "tide-plugin" in told(visit())


def test_a_damaged_default_is_left_alone(visit: Visit) -> None:
    store = open_store(Settings.load())
    writable(store).set_state(PREFIX + "x", "{")
    writable(store).set_state(DEFAULT, "x")
    store.close()
    assert names(visit()) == ["SMA 20", "EMA 50"]


def test_the_default_is_set_and_taken_back(visit: Visit) -> None:
    keep(TREND)
    test = choose(opened(visit()), "Start new visitors with it")
    assert engine().real.store.state(DEFAULT) == "trend"
    choose(test, "Start new visitors as usual")
    assert engine().real.store.state(DEFAULT) is None


def test_a_template_is_renamed(visit: Visit) -> None:
    keep(TREND)
    test = choose(opened(visit()), "Rename")
    test.sidebar.text_input("templates.new-name").set_value("Long trend")
    test.sidebar.button("templates.yes").click().run()
    assert list(there()) == ["long trend"]


def test_a_template_is_deleted_when_the_user_confirms(visit: Visit) -> None:
    keep(TREND)
    test = choose(opened(visit()), "Delete")
    assert list(there()) == ["trend"]
    test.sidebar.button("templates.yes").click().run()
    assert there() == {}


def test_a_template_that_somebody_else_deleted_meanwhile_is_told(visit: Visit) -> None:
    keep(TREND)
    test = choose(opened(visit()), "Rename")
    writable(engine().real.store).set_state(PREFIX + "trend", None)
    test.sidebar.button("templates.yes").click().run()
    assert "somebody has deleted or renamed it" in said(test)


def test_an_imported_template_is_saved(visit: Visit) -> None:
    test = opened(visit())
    test.sidebar.file_uploader[0].upload("trend.json", to_json(TREND).encode(), "application/json")
    test.run()
    assert "Trend" in said(test)
    test.sidebar.button("templates.keep-file").click().run()
    assert there() == {"trend": TREND}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", json.dumps({"name": "<script>"}).encode()])
def test_a_file_that_is_no_template_changes_nothing(visit: Visit, content: bytes) -> None:
    keep(TREND)
    test = opened(visit(i="sma~length.30"))
    test.sidebar.file_uploader[0].upload("x.json", content, "application/json")
    test.run()
    assert not test.exception
    assert "This is no template that can be read." in said(test)
    assert there() == {"trend": TREND}
    assert names(test) == ["SMA 30"]


def test_a_store_that_only_reads_shows_and_exports_and_says_so(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, stored: Path
) -> None:
    keep(TREND, default="trend")
    store = open_store(Settings.load())
    publish(store, Settings.load(), ("NVDA",))
    publish(store, Settings.load(), ())
    store.close()
    monkeypatch.setenv("STOCKDASH_STORE", "parquet")
    assert stored.is_dir()
    test = opened(visit(symbol="NVDA", i="rsi"))
    assert "only reads: they can be shown and exported here, not saved." in said(test)
    assert not [button for button in test.sidebar.button if button.label == "Save"]
    test.sidebar.button("templates.show").click().run()
    assert names(test) == ["SMA 7", "EMA 9"]


def test_a_damaged_template_is_told_and_can_be_deleted(visit: Visit) -> None:
    keep(TREND)
    store = open_store(Settings.load())
    writable(store).set_state(PREFIX + "broken", "{")
    store.close()
    test = opened(visit())
    assert "broken can" in said(test)
    test.sidebar.button("templates.drop.broken").click().run()
    assert engine().real.store.state(PREFIX + "broken") is None
    assert there() == {"trend": TREND}


def test_a_viewer_shows_and_exports_and_saves_nothing(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(TREND)
    monkeypatch.setattr("stockdash.pages._signin.is_operator", lambda: False)
    test = opened(visit())
    assert "Operators keep the templates" in said(test)
    labels = {button.label for button in test.sidebar.button}
    assert "Show" in labels
    assert not labels & {"Save", "Save it"}
    assert not [menu for menu in test.sidebar.get("menu_button") if menu.proto.label == "More"]
