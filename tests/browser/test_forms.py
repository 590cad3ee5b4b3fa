"""Parameters of a package that is installed beside the app, in a real browser."""

from collections.abc import Callable, Iterator
from os import pathsep
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server
from tests.browser.test_app import SCRIPT, settings
from tests.pages.forms_app import Row, rows
from tests.pages.test_controls import METADATA

Gesture = Callable[[Locator], None]


def press(key: str, role: str = "slider") -> Gesture:
    return lambda card: card.get_by_role(role).first.press(key)  # type: ignore[arg-type]


def click(text: str) -> Gesture:
    return lambda card: card.get_by_text(text, exact=True).click()


def choose(text: str) -> Gesture:
    def choosing(card: Locator) -> None:
        box = card.get_by_role("combobox").first
        box.click()  # typing alone opens no list when another one has just closed
        box.fill(text)
        card.page.get_by_role("option", name=text, exact=True).click()
        card.page.keyboard.press("Escape")  # the list of a multiselect stays open

    return choosing


def fill(role: str, text: str) -> Gesture:
    def filling(card: Locator) -> None:
        card.get_by_role(role).first.fill(text)  # type: ignore[arg-type]
        card.page.keyboard.press("Enter")

    return filling


def count_up(card: Locator) -> None:
    """Press the arrow in the first part of a date or a time, and leave it."""
    card.get_by_role("spinbutton").first.press("ArrowUp")
    card.page.keyboard.press("Enter")
    card.page.keyboard.press("Escape")


def pick_color(card: Locator) -> None:
    card.get_by_role("button", name="Color color picker").click()
    card.page.get_by_role("dialog").get_by_role("textbox").first.fill("#00ff00")
    card.page.keyboard.press("Enter")
    card.page.keyboard.press("Escape")


# What a user does in the card of each row, and what its link says then.
GESTURES: dict[str, tuple[Gesture, str]] = {
    "length": (press("ArrowRight"), "length.21"),
    "bars": (fill("spinbutton", "777"), "bars.777"),
    "factor": (press("ArrowLeft"), "factor.1.95"),
    "step": (press("ArrowRight"), "step.15"),
    "usual": (press("End"), "usual.50"),
    "fill": (click("Fill"), "fill.0"),
    "side": (click("long"), "side.long"),
    "kind": (choose("hma"), "kind.hma"),
    "grade": (click("high"), "grade.high"),
    "limit": (click("Limit: auto"), "limit.1"),
    "note": (fill("textbox", "xyz"), "note.xyz"),
    "color": (pick_color, "color.#00ff00"),
    "since": (count_up, "since.2025-01-31"),
    "opens": (count_up, "opens.10%3A30%3A00"),
    "moment": (count_up, "moment.2025-01-31T09%3A30%3A00"),
    "wait": (press("ArrowRight"), "wait.7"),
    "zone": (press("ArrowRight"), "zone.31_70"),
    "ends": (fill("spinbutton", "0.25"), "ends.0.25_1.5"),
    "lengths": (fill("combobox", "20"), "lengths.5_10_20"),
    "days": (choose("wed"), "days.mon_wed"),
    "source": (choose("volume"), "source.volume"),
    "timeframe": (click("1wk"), "timeframe.1wk"),
    "band": (press("ArrowRight"), "band-upper.2.05"),
    "average": (click("weighted"), "average-kind.weighted"),
}


@pytest.fixture(scope="module")
def with_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of the app with the rows of docs/parameters.md as its indicators."""
    folder = tmp_path_factory.mktemp("forms")
    info = folder / "site" / "every_row-1.0.dist-info"
    info.mkdir(parents=True)
    for name, content in METADATA.items():
        (info / name).write_text(content)
    path = pathsep.join((str(ROOT), str(info.parent)))
    with streamlit_server(SCRIPT, environment=settings(folder, STOCKDASH_SOURCE="demo", PYTHONPATH=path)) as url:
        yield url


@pytest.mark.parametrize("part", [rows()[:12], rows()[12:]], ids=["first", "second"])
def test_every_row_of_the_table_can_be_operated(page: Page, with_package: str, part: list[Row]):
    app = App(page, with_package, "?symbol=NVDA&" + "&".join(f"i={row.name}" for row in part)).await_chart()
    for at, row in enumerate(part):
        gesture, says = GESTURES[row.name]
        card = page.locator(f".st-key-card-{at}")
        card.evaluate("card => card.scrollIntoView({ block: 'center' })")  # where lists have room to open
        gesture(card)
        page.wait_for_function("says => decodeURIComponent(location.search).includes(says)", arg=f"i={row.name}~{says}")
        # A list that is open while the page is drawn closes again.
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    linked = page.url
    page.reload()
    app.await_chart()
    assert unquote(page.url) == unquote(linked)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_sub_form_is_chosen_tuned_reloaded_and_reset(page: Page, with_package: str):
    app = App(page, with_package, "?symbol=NVDA&i=average").await_chart()
    app.sidebar.get_by_text("weighted", exact=True).click()
    app.await_link(r"i=average~average-kind\.weighted~average-power\.0\.5")
    app.slider().press("ArrowRight")
    app.await_link(r"average-power\.0\.51")
    page.reload()
    app.await_chart()
    expect(app.slider()).to_have_value("0.51")
    app.sidebar.get_by_role("button", name="Options of AVERAGE").click()
    page.get_by_text("Reset everything").click()
    app.await_link(r"average-kind\.plain~average-length\.5")
    expect(app.slider()).to_have_value("5")


def test_an_indicator_of_an_indicator_is_drawn_in_its_pane(page: Page, with_package: str):
    link = "?symbol=NVDA&i=rsi&i=sma~length.5~source.close&i=source"
    app = App(page, with_package, link).await_chart()
    box = app.sidebar.get_by_role("combobox", name="Source").last
    box.click()
    box.fill("RSI")
    page.get_by_role("option", name="RSI (no. 1)").click()
    app.await_legend("SOURCE (RSI 14)")
    app.await_link(r"i=source~source\.(@|%40)0\.rsi")
    page.reload()
    app.await_chart()
    app.await_legend("SOURCE (RSI 14)")
