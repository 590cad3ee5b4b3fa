import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.chart_driver import Chart

WEEK = 18  # notches of the wheel from three months to about a week


@pytest.fixture(scope="module")
def loaded(shared_page: Page, chart_app: str) -> Chart:
    return Chart(shared_page, chart_app)


@pytest.fixture
def chart(loaded: Chart) -> Chart:
    loaded.reset()
    return loaded


def test_three_months_are_drawn_daily(chart: Chart):
    assert chart.says("state") == "ready"
    assert chart.says("resolution") == "1d"


def test_users_range_stays_while_a_slider_moves(chart: Chart):
    with chart.one_rerun():
        chart.drag(120)
    before = chart.range()
    for _ in range(3):
        chart.press_slider()
    assert chart.range() == before


def test_slider_redraws_once(chart: Chart):
    for _ in range(3):
        with chart.one_draw():
            chart.press_slider()


def drawn(chart: Chart) -> dict[str, int]:
    """How many candles, bars of volume and lines there are in the plot."""
    kinds = {"candles": ".boxlayer path", "volume": ".barlayer path", "lines": ".scatterlayer path.js-line"}
    return {name: chart.page.locator(f".sd-plot {selector}").count() for name, selector in kinds.items()}


def test_candles_volume_and_other_lines_stay_while_a_slider_moves(chart: Chart):
    before = drawn(chart)
    assert all(before.values())
    for _ in range(3):
        chart.press_slider()
    assert drawn(chart) == before


def test_a_drag_while_lines_are_exchanged_ends_in_a_whole_picture(chart: Chart):
    before = drawn(chart)
    chart.page.get_by_role("slider").press("ArrowRight")
    for _ in range(10):
        chart.drag(40)
        chart.page.get_by_role("slider").press("ArrowRight")
    after = drawn(chart)
    assert after["lines"] == before["lines"]
    assert after["candles"] > 0
    assert after["volume"] > 0


def lines(chart: Chart) -> list[set[tuple[int, int]]]:
    """The points of each line in the plot, in tenths of a pixel."""
    paths = chart.page.locator(".sd-plot .scatterlayer path.js-line")
    texts = paths.evaluate_all("paths => paths.map((path) => path.getAttribute('d'))")
    points = [re.findall(r"(-?[\d.]+),(-?[\d.]+)", text) for text in texts]
    return [{(round(10 * float(x)), round(10 * float(y))) for x, y in of_line} for of_line in points]


def test_an_exchanged_line_lies_where_plotly_draws_it(chart: Chart):
    chart.press_slider()
    exchanged = lines(chart)
    chart.reset()  # drawn by Plotly
    for ours, plotlys in zip(exchanged, lines(chart), strict=True):
        # Plotly leaves out points that a straight line goes through, and has its own ones at the edges.
        assert len(plotlys & ours) > 0.9 * len(plotlys)


def test_slider_moves_the_line(chart: Chart):
    path = "document.querySelector('.sd-plot .scatterlayer path.js-line').getAttribute('d')"
    before = chart.page.evaluate(path)
    chart.press_slider("ArrowLeft")
    chart.page.wait_for_function(f"before => {path} !== before", arg=before)


def test_zoom_to_a_week_gives_half_hours_of_the_same_week(chart: Chart):
    chart.zoom(WEEK)
    before = chart.times()
    chart.await_resolution("30m")
    apart = [abs(now - then) for now, then in zip(chart.times(), before, strict=True)]
    assert max(apart) <= timedelta(days=1)


def test_zoom_out_again_gives_days(chart: Chart):
    chart.zoom(WEEK)
    chart.await_resolution("30m")
    chart.zoom(-WEEK)
    chart.await_resolution("1d")


@pytest.mark.parametrize(("preset", "resolution"), [("5D", "30m"), ("1Y", "1d"), ("5Y", "1wk"), ("Max", "1mo")])
def test_range_button_shows_its_range(chart: Chart, preset: str, resolution: str):
    chart.preset(preset)
    assert chart.says("resolution") == resolution


def test_range_button_drops_the_users_range(chart: Chart):
    with chart.one_rerun():
        chart.drag(300)
    chart.preset("1M")
    start, end = chart.times()
    assert timedelta(days=28) <= end - start <= timedelta(days=36)


def test_range_button_comes_back_without_an_older_zoom(chart: Chart):
    before = chart.range()
    chart.zoom(WEEK)
    chart.await_resolution("30m")
    chart.reset()
    chart.press_slider()
    assert (chart.range(), chart.says("resolution")) == (before, "1d")


@pytest.mark.parametrize("gesture", ["drag", "wheel", "box", "keys"])
def test_a_gesture_reruns_the_page_once(chart: Chart, gesture: str):
    with chart.one_rerun():
        if gesture == "drag":
            chart.drag(100)
        elif gesture == "wheel":
            chart.zoom(WEEK)
        elif gesture == "box":
            chart.drag(200, shift=True)
        else:
            chart.keys("ArrowLeft", "+", "-")
    chart.press_slider()  # a second rerun of the gesture would be counted here


def test_pan_shows_bars_before_python_answers(chart: Chart):
    reruns = chart.reruns()
    before = chart.range()
    chart.drag(250)
    chart.page.wait_for_function(f"document.querySelector('.sd-chart').dataset.range !== '{before[0]},{before[1]}'")
    assert chart.reruns() == reruns
    assert chart.range()[0] < before[0] - 10


def test_no_frame_is_blank_while_the_resolution_changes(chart: Chart):
    chart.watch_frames()
    chart.zoom(WEEK)
    chart.await_resolution("30m")
    chart.zoom(-WEEK)
    chart.await_resolution("1d")
    assert chart.fewest_candles() > 0


@pytest.mark.parametrize(("notches", "resolution"), [(WEEK, "30m"), (-2 * WEEK, "1mo")])
def test_double_click_goes_back_to_the_range_button(chart: Chart, notches: int, resolution: str):
    before = chart.range()
    chart.zoom(notches)
    chart.await_resolution(resolution)
    x, y = chart.point(0.5)
    chart.page.mouse.dblclick(x, y)
    chart.await_resolution("1d")
    assert chart.range() == pytest.approx(before, abs=1)


def test_y_axis_fits_what_is_visible(chart: Chart):
    span = "(([low, high]) => high - low)(document.querySelector('.sd-plot').layout.yaxis.range)"
    before = chart.page.evaluate(span)
    chart.zoom(WEEK)
    chart.await_resolution("30m")
    assert chart.page.evaluate(span) < before / 2


def test_crosshair_reads_the_bar_under_the_pointer(chart: Chart):
    date = chart.page.locator(".sd-date")
    before = date.inner_text()
    chart.point(0.3)
    assert date.inner_text() != before
    assert chart.page.locator(".sd-date-tag").is_visible()


def test_crosshair_stays_on_its_bar_while_dragging(chart: Chart):
    with chart.one_rerun():
        chart.page.get_by_text("3M", exact=True).click()  # deselected: the same figure again
    chart.point(0.5)
    before = chart.page.locator(".sd-date").inner_text()
    with chart.one_rerun():
        chart.drag(200)
    assert chart.page.locator(".sd-date").inner_text() == before


def test_crosshair_reads_every_kind_of_trace(page: Page, chart_app: str):
    Chart(page, f"{chart_app}/?every")
    for name in ("Bollinger 20, 2", "Middle", "Stop", "Histogram", "Signal"):
        value = page.locator(".sd-pair", has_text=name).locator(".sd-number").inner_text()
        assert any(letter.isdigit() for letter in value), name


def test_held_key_ends_on_the_last_value(chart: Chart):
    slider = chart.page.get_by_role("slider")
    for _ in range(12):
        slider.press("ArrowRight")
    value = slider.input_value()
    chart.page.locator(".sd-name", has_text=f"SMA {value}").wait_for()
    drawn = chart.page.evaluate(
        "document.querySelector('.sd-plot').data.filter(({type}) => type === 'scatter')[1].y.at(-1)"
    )
    shown = chart.page.locator(".sd-pair", has_text="SMA").locator(".sd-number").inner_text()
    assert f"{drawn:.2f}" == shown


def test_newest_bar_is_marked_as_forming(chart: Chart):
    assert "forming" in chart.page.locator(".sd-date").inner_text()


def dashes(chart: Chart) -> list[str]:
    """The dash patterns of the lines in the price pane, in the order in which they were drawn."""
    lines = chart.page.locator(".sd-plot .xy .scatterlayer path.js-line")
    return [line.evaluate("line => line.style.strokeDasharray") for line in lines.all()]


def test_the_last_part_of_a_line_is_dotted_while_its_bar_is_forming(chart: Chart):
    assert [bool(pattern) for pattern in dashes(chart)] == [False, True, False, True]


def test_a_slider_moves_the_dotted_part_too(chart: Chart):
    part = chart.page.locator(".sd-plot .xy .scatterlayer path.js-line").nth(1)
    before = part.get_attribute("d")
    with chart.one_draw():
        chart.press_slider()
    chart.page.wait_for_function(
        "([part, before]) => part.getAttribute('d') !== before", arg=[part.element_handle(), before]
    )
    assert len(dashes(chart)) == 4


def test_theme_change_recolours_the_labels(page: Page, chart_app: str):
    chart = Chart(page, chart_app)
    color = "getComputedStyle(document.querySelector('.sd-plot .ytick text')).fill"
    before = chart.page.evaluate(color)
    chart.page.emulate_media(color_scheme="dark")
    chart.page.wait_for_function(f"before => {color} !== before", arg=before)


def test_chart_follows_the_width_of_the_window(chart: Chart):
    before = chart.page.viewport_size
    chart.page.set_viewport_size({"width": 375, "height": 800})
    chart.page.wait_for_function("document.querySelector('.sd-plot svg.main-svg').getBoundingClientRect().width < 375")
    assert chart.page.evaluate("document.documentElement.scrollWidth") <= 375
    chart.page.set_viewport_size(before)


def test_two_fingers_zoom(chart: Chart):
    start, end = chart.range()
    with chart.one_rerun():
        chart.spread_fingers()
    low, high = chart.range()
    assert high - low < (end - start) * 0.7


@pytest.mark.parametrize("style", ["ohlc", "line", "heikin-ashi", "candles&log"])
def test_style_is_drawn(page: Page, chart_app: str, style: str):
    chart = Chart(page, f"{chart_app}/?style={style}")
    chart.zoom(WEEK)
    chart.await_resolution("30m")
    assert chart.says("state") == "ready"


def test_no_bars_are_said_to_be_none(page: Page, chart_app: str):
    chart = Chart(page, f"{chart_app}/?empty")
    assert page.get_by_text("No bars to show").is_visible()
    chart.point(0.5)


def test_missing_plotly_is_explained(browser, chart_app: str):
    page = browser.new_page()
    page.route("**/plotly-*.min.js", lambda route: route.abort())
    chart = Chart(page, chart_app)
    assert chart.says("state") == "failed"
    assert "could not be loaded" in page.get_by_role("alert").inner_text()
    page.close()


def test_plotly_stays_out_of_the_pages_way(chart: Chart):
    assert chart.page.evaluate("window.Plotly") is None
