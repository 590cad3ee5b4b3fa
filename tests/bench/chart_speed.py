"""From a key press to the redrawn chart, against the floor: `python -m tests.bench.chart_speed`.

The floor is a bare page with a range input and `Plotly.react`: no Streamlit, no server, every figure already in the
page. It draws exactly the figure that the app drew (taken from the app's own page), the same size, with the same
settings. Both are measured in the same browser and run, in turns, from the key event to the frame that shows the
new chart. Read the ratios; the milliseconds are this machine's.
"""

import statistics

from playwright.sync_api import Browser, Page

from stockdash.plotlyjs import _plotly_file
from tests.browser.chromium import chromium
from tests.browser.server import ROOT, streamlit_server

ROUNDS = 6
PRESSES = 10  # a round, to the right and then to the left
SIZE = {"width": 1280, "height": 900}
DEBOUNCE_MS = 150

# Measured the same way on both pages: from the event's own time stamp to after the frame that paints the result.
_CLOCK = """
window.times = [];
for (const name of ["keydown", "wheel"]) addEventListener(name, (event) => { window.pressed = event.timeStamp }, true);
window.redrawn = () => {
  if (window.pressed === undefined) return;
  const from = window.pressed;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.times.push(performance.now() - from);
    channel.port2.postMessage(0);
  });
};
"""
_APP_CLOCK = _CLOCK + "addEventListener('stockdash:drawn', () => window.redrawn());"

_FLOOR = """
<body style="margin:0"><input type="range" min="2" max="60" value="20"><div id="chart"></div></body>
"""
_BARE = {"displayModeBar": False, "staticPlot": True, "responsive": False}
_FLOOR_DRAW = """([figure, lines, place, size, settings]) => {
  const chart = document.getElementById("chart");
  Object.assign(chart.style, { width: size.width + "px", height: size.height + "px" });
  const copies = Object.fromEntries(lines.map(([length, y]) => {
    const copy = structuredClone(figure);
    copy.data[place].y = y;
    return [length, copy];
  }));
  const input = document.querySelector("input");
  const draw = () => Plotly.react(chart, copies[input.value].data, copies[input.value].layout, settings);
  input.addEventListener("input", () => draw().then(() => window.redrawn()));
  return draw().then(() => true);
}"""
_TAKE_FIGURE = """() => {
  const plot = document.querySelector(".sd-plot");
  const { data, layout } = plot;
  const place = data.findIndex((trace) => trace.type === "scatter");
  const { width, height } = plot.getBoundingClientRect();
  return [JSON.parse(JSON.stringify({ data, layout })), place, { width, height }];
}"""


def main() -> None:
    """Print the table."""
    with streamlit_server(ROOT / "tests" / "browser" / "chart_app.py") as url, chromium() as browser:
        rows = [_compared(browser, url, preset, shown) for preset, shown in (("3M", "3 months"), ("5Y", "5 years"))]
        zooms = _zoom_times(browser, url)
    print(f"{'key press to redrawn':24} {'bars':>5} {'floor ms':>9} {'app ms':>8} {'ratio':>6}")
    for name, bars, floor, app in rows:
        print(f"{name:24} {bars:5d} {floor:9.1f} {app:8.1f} {app / floor:6.2f}")
    beyond = statistics.median(zooms) - DEBOUNCE_MS
    print(f"zoom end to new resolution drawn: {beyond:.0f} ms beyond the debounce of {DEBOUNCE_MS} ms (n={len(zooms)})")


def _compared(browser: Browser, url: str, preset: str, name: str) -> tuple[str, int, float, float]:
    app = _app_page(browser, url, preset)
    figure, place, size = app.evaluate(_TAKE_FIGURE)
    bars = len(figure["data"][0]["x"])
    floor = _floor_page(browser, figure, place, size)
    floor_times: list[float] = []
    app_times: list[float] = []
    for _ in range(ROUNDS):
        floor_times += _presses(floor, floor.locator("input"))
        app_times += _presses(app, app.get_by_role("slider"))
    app.close()
    floor.close()
    return name, bars, statistics.median(floor_times), statistics.median(app_times)


def _app_page(browser: Browser, url: str, preset: str) -> Page:
    page = browser.new_page(viewport=SIZE)
    page.add_init_script(_APP_CLOCK)
    page.goto(url)
    page.wait_for_selector("[data-state=ready]")
    page.get_by_text(preset, exact=True).click()
    page.wait_for_selector(f"[data-revision='made up {preset}']")
    return page


def _floor_page(
    browser: Browser,
    figure: dict[str, object],
    place: int,
    size: dict[str, float],
    settings: dict[str, bool] = _BARE,
) -> Page:
    page = browser.new_page(viewport=SIZE)
    page.set_content(_FLOOR)
    page.evaluate(_CLOCK)
    page.add_script_tag(path=str(_plotly_file()))
    y = figure["data"][place]["y"]  # type: ignore[index]
    # Another average for each length: the same number of points, other values.
    lines = [(length, [value and value * (1 + length / 4000) for value in y]) for length in range(2, 61)]
    page.evaluate(_FLOOR_DRAW, [figure, lines, place, size, settings])
    return page


def _presses(page: Page, *sliders) -> list[float]:
    """Press the arrow keys on one slider after the other; with several, each press comes 0.3 s after the focus."""
    page.bring_to_front()
    for at, key in enumerate(["ArrowRight"] * PRESSES + ["ArrowLeft"] * PRESSES):
        if at == 0 or len(sliders) > 1:
            sliders[at % len(sliders)].focus()
            page.wait_for_timeout(300)
        before = page.evaluate("window.times.length")
        page.keyboard.press(key)
        page.wait_for_function(f"window.times.length > {before}")
        page.wait_for_timeout(120)
    times = page.evaluate("window.times.splice(0)")
    return times[1:]  # the first press of a round warms up


def _zoom_times(browser: Browser, url: str) -> list[float]:
    page = _app_page(browser, url, "3M")
    chart = page.locator(".sd-chart")
    times: list[float] = []
    for _ in range(ROUNDS * 2):
        box = chart.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3)
        for step, resolution in ((-100, "30m"), (100, "1d")):
            times.append(_zoom(page, step, resolution))
    page.close()
    return times


def _zoom(page: Page, step: int, resolution: str) -> float:
    for _ in range(18):
        page.mouse.wheel(0, step)
        page.wait_for_timeout(16)
    page.wait_for_selector(f"[data-resolution='{resolution}']")
    page.wait_for_timeout(200)
    return float(page.evaluate("window.times.splice(0).at(-1)"))


if __name__ == "__main__":
    main()
