"""From a key press to the redrawn chart, against Dash: `python -m tests.bench.peer_speed`. Read the ratios.

One browser has five pages open and presses the arrow keys on them in turns: the floor of `chart_speed`, the same bare
page with the settings that Plotly has by default, the whole app, and `dash_app` in its two ways. All draw the same
bars, as many traces and the same size, with the same plotly.js. A press ends with the frame that shows the new chart.
The app is measured twice: on one slider, and on two in turns, where each press is the first one on its slider, which
has been in focus for 0.3 s.
"""

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from stockdash.query import read_bars
from stockdash.stores.sqlite import SqliteStore
from tests.bench import chart_speed
from tests.bench.app_speed import LINKS, app, chart_page, fill
from tests.bench.dash_app import View, dash_server
from tests.browser.chromium import chromium

_PLOT = ".js-plotly-plot"
FLOOR, APP, FIRST = "bare page, static", "stockdash", "stockdash, first step"

_HOOK = "(plot) => plot.on('plotly_afterplot', () => window.redrawn())"
_LOOK = """(plot) => {
  const { width, height } = plot.getBoundingClientRect();
  return { bars: plot._fullData[0].x.length, traces: plot.data.length, width, height };
}"""


def main() -> None:
    """Print a table for each range."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        fill(folder / "few", 4)
        _write_history(folder)
        with app(folder / "few") as url:
            for shown, link in LINKS.items():
                bars, times = _measured(browser, f"{url}/{link}", folder / "history.parquet")
                _print(f"{shown}, {bars} bars", times)


def _write_history(folder: Path) -> None:
    store = SqliteStore(folder / "few" / "demo" / "stockdash.db")
    read_bars(store, "NVDA", "1d").bars.to_parquet(folder / "history.parquet")
    store.close()


def _measured(browser: Browser, link: str, history: Path) -> tuple[int, dict[str, list[float]]]:
    with ExitStack() as ends:
        shown = chart_page(browser, link)
        figure, place, size = shown.evaluate(chart_speed._TAKE_FIGURE)
        numbers = figure["data"][0]["x"]
        view = View(str(history), numbers[0], numbers[-1] + 1, figure["layout"]["xaxis"]["range"], **size)
        pages = {
            FLOOR: chart_speed._floor_page(browser, figure, place, size),
            "bare page, interactive": chart_speed._floor_page(browser, _interactive(figure), place, size, {}),
            APP: shown,
            "Dash, Patch": _dash_page(browser, ends.enter_context(dash_server("patch", view))),
            "Dash, Figure": _dash_page(browser, ends.enter_context(dash_server("figure", view))),
        }
        _check_alike(pages)
        times: dict[str, list[float]] = {name: [] for name in (*pages, FIRST)}
        for _ in range(chart_speed.ROUNDS):
            for name, page in pages.items():
                times[name] += chart_speed._presses(page, page.get_by_role("slider").first)
            times[FIRST] += chart_speed._presses(shown, *(shown.get_by_role("slider").nth(at) for at in (0, 1)))
        for page in pages.values():
            page.close()
    return len(numbers), times


def _interactive(figure: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the app turns off because it does it itself."""
    traces = [{name: value for name, value in trace.items() if name != "hoverinfo"} for trace in figure["data"]]
    off = ("hovermode", "dragmode")
    return {"data": traces, "layout": {name: value for name, value in figure["layout"].items() if name not in off}}


def _dash_page(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport=chart_speed.SIZE)
    page.add_init_script(chart_speed._CLOCK)
    page.goto(url)
    page.wait_for_selector("#chart .main-svg")
    page.wait_for_timeout(2000)
    page.locator(_PLOT).evaluate(_HOOK)
    return page


def _check_alike(pages: dict[str, Page]) -> None:
    looks = {name: page.locator(_PLOT).evaluate(_LOOK) for name, page in pages.items()}
    if any(look != looks[APP] for look in looks.values()):
        raise RuntimeError(f"The pages draw different charts: {looks}")


def _print(title: str, times: dict[str, list[float]]) -> None:
    print(f"{title:26} {'ms':>7} {'times the floor':>16} {'times stockdash':>16} {'n':>4}")
    medians = {name: statistics.median(of_page) for name, of_page in times.items()}
    for name, ms in medians.items():
        floor, app_ms = medians[FLOOR], medians[APP]
        print(f"{name:26} {ms:7.1f} {ms / floor:16.2f} {ms / app_ms:16.2f} {len(times[name]):4d}")


if __name__ == "__main__":
    main()
