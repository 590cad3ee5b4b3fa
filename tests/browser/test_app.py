"""The app as its users have it: a real server, a real browser, made-up bars."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server
from tests.stores.damage import spoil_table

SCRIPT = ROOT / "streamlit_app.py"
# Nothing listens there, as with the cable pulled.
NO_NETWORK = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")


EDGED = {
    "the search": "[data-testid=stTextInputRootElement]",
    "a box of choices": "[data-testid=stSidebar] .stSelectbox .react-aria-ComboBox [role=group]",
    "a range button": ".st-key-range button:not([data-selected])",
    "the days": "[data-testid=stDateInputField]",
    "an unlit radio": ".st-key-adjust [data-testid=stRadioOption]:not([data-selected]) > div > :first-child",
}
# The edge's colour, painted over what is behind it, against what is behind it, as WCAG 2.2 defines contrast.
EDGE_CONTRAST = """(element) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (...colors) => {
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3);
  };
  const behind = [];
  for (let at = element.parentElement; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
  const luminance = (parts) => [...parts].map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const edge = luminance(paint(...behind, getComputedStyle(element).borderTopColor));
  const ground = luminance(paint("#000", ...behind));
  return (Math.max(edge, ground) + 0.05) / (Math.min(edge, ground) + 0.05);
}"""

# Notes, at each draw, the length that the chart tells.
WATCH_STEPS = """() => {
  window.steps = [];
  addEventListener("stockdash:drawn", (event) => {
    window.steps.push(Number(event.target.getAttribute("aria-label").match(/SMA (\\d+),/)[1]));
  });
}"""


class Line:
    """The page's line to the server, which can be cut: what the page says then is never heard."""

    def __init__(self, page: Page) -> None:
        self.is_cut = False
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(lambda said: None if self.is_cut else server.send(said))


def settings(folder: Path, **more: str) -> dict[str, str]:
    return {"STOCKDASH_DATA_DIR": str(folder), "STOCKDASH_TICKERS": "NVDA,AAPL", "XDG_CACHE_HOME": str(folder), **more}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of the app over an empty store and the demo source."""
    with streamlit_server(
        SCRIPT, environment=settings(tmp_path_factory.mktemp("demo"), STOCKDASH_SOURCE="demo")
    ) as url:
        yield url


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of the app over an empty store, without a network."""
    with streamlit_server(SCRIPT, environment=settings(tmp_path_factory.mktemp("offline")) | NO_NETWORK) as url:
        yield url


def test_first_start_draws_the_first_chart_by_itself(page: Page, made_up: str):
    app = App(page, made_up).await_chart(resolution="1d")
    app.await_legend("NVDA · MADE-UP DATA")
    app.await_text("Made-up demo data.")
    app.await_link(r"/\?symbol=NVDA$")


def test_zooming_into_a_week_brings_half_hours_and_out_again_days(page: Page, made_up: str):
    app = App(page, made_up).await_chart(resolution="1d")
    app.zoom(18, at=0.9)
    app.await_chart(resolution="30m")
    app.await_link(r"from=.*&to=")
    app.zoom(-18, at=0.9)
    app.await_chart(resolution="1d")
    app.zoom(-22)
    app.await_chart(resolution="1wk")


def test_a_store_that_is_damaged_meanwhile_is_told_and_filled_again(page: Page, tmp_path: Path):
    with streamlit_server(SCRIPT, environment=settings(tmp_path, STOCKDASH_SOURCE="demo")) as url:
        App(page, url, "?symbol=AAPL&range=3M").await_chart()
        spoil_table(tmp_path / "demo" / "stockdash.db", "bars_1d")
        app = App(page, url, "?symbol=NVDA&range=Max").await_chart()
        app.await_legend("NVDA · MADE-UP")
        app.await_text("was set aside as stockdash.db.damaged-")
        assert (app.slider().input_value(), app.lit_range()) == ("20", ["Max"])
        app.watch("AAPL")
        app.await_legend("AAPL · MADE-UP")


def test_a_slider_redraws_once_and_moves_the_link_and_nothing_else(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    app.await_legend("SMA 20")
    before = app.range()
    with app.one_draw():
        app.slider().press("ArrowRight")
        app.await_legend("SMA 21")
    assert app.range() == before
    app.await_link(r"i=sma~length\.21~.*&i=ema~length\.50")


def test_the_next_step_of_a_slider_is_drawn_before_the_server_hears_of_it(page: Page, made_up: str):
    line = Line(page)
    app = App(page, made_up).await_chart()
    length = stepped_until_near(app)
    line.is_cut = True
    app.slider().press("ArrowRight")
    app.await_legend(f"SMA {length + 1}")


def test_the_first_step_of_a_slider_in_focus_is_drawn_before_the_server_hears_of_it(page: Page, made_up: str):
    line = Line(page)
    app, length, _ = focused_with_near(page, made_up)
    line.is_cut = True
    app.slider(1).press("ArrowRight")
    app.await_legend(f"EMA {length + 1}")


def test_a_slider_in_focus_draws_nothing(page: Page, made_up: str):
    app, _, draws = focused_with_near(page, made_up)
    assert app.says("draws") == draws


def test_a_slider_whose_steps_were_lost_to_a_gesture_asks_for_them_again(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    length = stepped_until_near(app)
    app.zoom(2)
    app.await_link("from=")
    app.await_chart(steps=f"{length - 1} {length + 1}")


def test_a_jump_draws_nothing_that_lies_between(page: Page, made_up: str):
    app, _, draws = focused_with_near(page, made_up)
    app.slider(1).press("End")
    app.await_legend("EMA 200")
    assert int(app.says("draws")) == int(draws) + 1


def test_a_slider_that_is_held_still_has_its_steps_brought(page: Page, made_up: str):
    for length in range(20, 30):
        app = App(page, made_up, f"?symbol=NVDA&i=sma~length.{length}").await_chart()
        thumb = app.sidebar.get_by_test_id("stSliderThumbValue").first.locator("..").bounding_box()
        assert thumb is not None
        page.mouse.move(thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2)
        page.mouse.down()
        page.wait_for_timeout(300)
        page.mouse.up()
        if app.has_steps(f"{length - 1} {length + 1}"):
            return
    raise AssertionError("No steps have come along.")


def stepped_until_near(app: App) -> int:
    """Step the first slider until the next steps have come along, and give its value.

    On a busy machine a computation may once take longer than is allowed for that.
    """
    for length in range(21, 40):
        app.slider().press("ArrowRight")
        app.await_legend(f"SMA {length}")
        if app.has_steps(f"{length - 1} {length + 1}"):
            return length
    raise AssertionError("No steps have come along.")


def focused_with_near(page: Page, url: str) -> tuple[App, int, str]:
    """Open the app, and have the steps of its second slider come along, by its focus; as `stepped_until_near`.

    Also give how often the chart had been drawn before.
    """
    for length in range(30, 40):
        app = App(page, url, f"?symbol=NVDA&i=sma~length.20&i=ema~length.{length}").await_chart()
        draws = app.says("draws")
        app.slider(1).focus()
        if app.has_steps(f"{length - 1} {length + 1}"):
            return app, length, draws
    raise AssertionError("No steps have come along.")


def test_what_the_server_says_of_a_step_that_is_drawn_draws_nothing_more(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    app.slider().press("ArrowRight")
    app.await_legend("SMA 21")
    with app.one_draw():
        app.slider().press("ArrowLeft")
        app.await_link(r"/\?symbol=NVDA$")


def test_a_drag_of_a_slider_is_drawn_when_it_ends(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    app.slider().press("ArrowRight")
    app.await_legend("SMA 21")
    thumb = app.sidebar.get_by_test_id("stSliderThumbValue").first.locator("..").bounding_box()
    assert thumb is not None
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=30)
    assert "SMA 21" in app.legend()
    page.mouse.up()
    app.await_legend(f"SMA {app.slider().input_value()}")
    assert int(app.slider().input_value()) > 30


def test_a_held_key_never_draws_an_earlier_step_after_a_later_one(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    page.evaluate(WATCH_STEPS)
    slider = app.slider()
    slider.focus()
    for _ in range(25):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(15)
    page.keyboard.up("ArrowRight")
    app.await_link(r"i=sma~length\.45~")
    drawn = page.evaluate("window.steps")
    assert drawn == sorted(drawn)
    assert drawn[-1] == 45


def test_a_reloaded_link_shows_the_same_picture(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=AAPL&range=6M&i=sma~length.33&i=sma~length.5").await_chart()
    app.zoom(10, at=0.9)
    app.await_link("from=")
    app.slider(1).press("ArrowRight")
    app.await_link(r"sma~length\.6~")  # a frame later than the legend
    before = App(page, page.url, "").await_chart()
    before.await_legend("SMA 6")
    picture = before.picture()
    page.reload()
    again = before.await_chart()
    again.await_legend("SMA 6")
    assert again.picture() == picture


def test_a_reloaded_link_shows_the_very_range_of_a_gesture(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&range=6M&i=none").await_chart()
    app.zoom(4, at=0.9)
    app.drag(-150)
    app.await_link("from=")
    before = app.times()
    page.reload()
    again = app.await_chart(resolution=app.says("resolution")).times()
    assert before[1] > datetime.now(UTC)  # past the newest bar
    assert all(abs(then - now) <= timedelta(minutes=2) for then, now in zip(before, again, strict=True))


def test_the_narrowest_range_at_the_right_edge_comes_back(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&i=none").await_chart()
    app.zoom(60, at=0.9)
    app.await_chart(resolution="30m").await_link("from=")
    page.wait_for_timeout(500)
    before = app.range()
    page.reload()
    assert app.await_chart(resolution="30m").range() == pytest.approx(before, abs=0.2)


@pytest.mark.parametrize("last", ["2027-12-31", "2099-01-01"])
def test_a_range_far_beyond_the_newest_bar_ends_there(page: Page, made_up: str, last: str):
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=60)
    app = App(page, made_up, f"?symbol=NVDA&i=none&interval=1d&from={first:%Y-%m-%d}&to={last}").await_chart()
    start, end = app.times()
    assert abs(start - first) <= timedelta(days=3)
    assert end <= datetime.now(UTC) + timedelta(days=7)


def test_range_buttons_show_their_range(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    for preset, resolution, days in (("5D", "30m", 7), ("1Y", "1d", 366), ("5Y", "1wk", 1834)):
        app.pick(preset)
        app.await_chart(resolution=resolution)
        app.await_link(f"range={preset}")
        start, end = app.times()
        assert 0.5 * days < (end - start).days <= 1.1 * days, preset


def test_no_range_button_is_lit_while_a_range_of_the_users_own_is_shown(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA").await_chart()
    assert app.lit_range() == ["3M"]
    app.zoom(3)
    app.await_link("from=")
    expect(app.ranges.and_(page.locator("[aria-checked=true]"))).to_have_count(0)
    app.pick("3M")
    app.await_link(r"symbol=NVDA$")
    assert app.lit_range() == ["3M"]
    assert App(page, made_up, "?symbol=NVDA&range=6M&from=2026-01-05&to=2026-03-01").await_chart().lit_range() == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (390, 844)], ids=str)
def test_the_page_fills_the_screen_and_no_more(page: Page, made_up: str, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    App(page, made_up).await_chart()
    page.wait_for_function(
        """() => {
          const main = document.querySelector("[data-testid=stMain]");
          const below = main.clientHeight - document.querySelector(".sd-chart").getBoundingClientRect().bottom;
          return main.scrollHeight <= main.clientHeight && main.scrollWidth <= main.clientWidth && below <= 24;
        }"""
    )


def test_back_brings_the_view_before(page: Page, made_up: str):
    app = App(page, made_up).await_chart(resolution="1d")
    app.watch("AAPL")
    app.await_legend("AAPL · MADE-UP")
    page.wait_for_timeout(2500)  # a link that is back sooner counts as one on its way
    page.go_back()
    app.await_legend("NVDA · MADE-UP")


def test_a_new_symbol_is_found_fetched_and_followed(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    page.get_by_placeholder("Search symbol").fill("msft")
    page.get_by_role("button", name="Open MSFT").click()
    app.await_text("Nothing is stored of MSFT")
    page.get_by_role("button", name="Fetch MSFT").click()
    app.await_legend("MSFT · MADE-UP")
    expect(page.locator(".st-key-watchlist")).to_contain_text("MSFT")


def test_enter_opens_the_first_symbol_that_is_found(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    page.get_by_placeholder("Search symbol").press_sequentially("aap")
    page.keyboard.press("Enter")
    app.await_legend("AAPL · MADE-UP")


def test_enter_adds_the_first_indicator_that_is_found(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&i=none").await_chart()
    page.get_by_placeholder("Add an indicator").press_sequentially("rsi")
    page.keyboard.press("Enter")
    app.await_legend("RSI 14")
    expect(page.get_by_placeholder("Add an indicator")).to_have_value("")


def test_enter_pressed_again_adds_nothing_more(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&i=none").await_chart()
    page.get_by_placeholder("Add an indicator").press_sequentially("rsi")
    for _ in range(4):
        page.keyboard.press("Enter")
    app.await_legend("RSI 14")
    expect(page.get_by_placeholder("Add an indicator")).to_have_value("")
    page.wait_for_timeout(500)
    assert app.legend().count("RSI 14") == 1


def test_on_a_phone_the_sidebar_closes_when_a_symbol_is_picked(browser: Browser, made_up: str):
    page = browser.new_page(viewport={"width": 390, "height": 844})  # its own: a browser keeps the sidebar closed
    app = App(page, made_up).await_chart()
    page.get_by_test_id("stExpandSidebarButton").click()
    app.watch("AAPL")
    app.await_legend("AAPL · MADE-UP")
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    page.close()


def test_indicators_are_added_and_removed(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&i=none").await_chart()
    page.get_by_label("Add an indicator").fill("ema")
    page.get_by_role("button", name="Exponential moving average ema · Trend").click()
    app.await_legend("EMA 20")
    page.get_by_role("button", name="Remove EMA 20").click()
    expect(page.locator(".sd-overlay")).not_to_contain_text("EMA")
    app.await_link("i=none")


def test_a_hostile_link_is_told_and_harmless(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=<img src=x onerror=alert(1)>&range=../..&i=sma~length.0&i=nope&from=0&log=2")
    app.await_chart(resolution="1d")
    app.await_text("is not a ticker symbol")
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("img[src=x]").count() == 0


def test_the_arrow_keys_walk_through_the_watchlist(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&i=none").await_chart()
    expect(app.row("NVDA").get_by_role("radio")).to_be_checked()
    app.row("NVDA").get_by_role("radio").press("ArrowDown")
    app.await_legend("AAPL · MADE-UP DATA")
    expect(app.row("AAPL").get_by_role("radio")).to_be_focused()
    app.await_link("symbol=AAPL")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_what_can_be_used_stand_out(page: Page, made_up: str, scheme: Literal["light", "dark"]):
    page.emulate_media(color_scheme=scheme)
    App(page, made_up).await_chart()
    page.get_by_role("button", name="Display").click()
    page.wait_for_selector(EDGED["an unlit radio"])
    for name, selector in EDGED.items():
        assert page.locator(selector).first.evaluate(EDGE_CONTRAST) >= 3, name  # WCAG 2.2, 1.4.11


def test_without_a_network_the_page_says_so_and_offers_the_demo(page: Page, offline: str):
    app = App(page, offline)
    app.await_text("NVDA could not be fetched")
    app.await_text("Yahoo can't be reached")
    expect(page.get_by_text("curl")).to_have_count(0)
    page.get_by_role("button", name="Explore made-up demo data").click()
    app.await_chart()
    app.await_legend("NVDA · MADE-UP DATA")
    app.await_link("demo=1")
    page.get_by_role("button", name="Leave the demo").click()
    app.await_text("NVDA could not be fetched")


def test_the_page_can_be_used_with_the_keyboard_and_a_screen_reader(page: Page, made_up: str):
    app = App(page, made_up).await_chart()
    expect(page.get_by_role("heading", name="NVDA", exact=True)).to_be_visible()
    for role, name in (
        ("slider", "Length"),
        ("searchbox", "Symbol"),
        ("button", "Remove SMA 20"),
        ("combobox", "Style"),
    ):
        assert page.get_by_role(role, name=name).count() >= 1
    app.slider().focus()
    page.keyboard.press("End")
    app.await_legend("SMA 200")
