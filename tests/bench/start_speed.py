"""From the server's start to the first candles: `python -m tests.bench.start_speed`. Read the ratios.

The store is already filled, and the browser has plotly.js in its cache, as on a second visit. Against it stand an empty
Streamlit page, and one chart draw: the same figure on a bare page, from loading plotly.js to the painted frame.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from stockdash.plotlyjs import _plotly_file
from tests.bench.app_speed import app, fill
from tests.bench.chart_speed import _TAKE_FIGURE, SIZE
from tests.browser.chromium import chromium
from tests.browser.server import streamlit_server

STARTS = 5
EMPTY_PAGE = "import streamlit as st\nst.write('ready')\n"
BARE_PAGE = """
<body style="margin:0"><div id="chart"></div><script src="{plotly}"></script><script>
const figure = {figure};
const settings = {{ displayModeBar: false, staticPlot: true, responsive: false }};
Plotly.newPlot("chart", figure.data, figure.layout, settings).then(() => requestAnimationFrame(() => {{
  setTimeout(() => {{ document.body.dataset.state = "ready"; }});
}}));
</script></body>
"""
CHART = ".sd-chart[data-state=ready]"


def main() -> None:
    """Measure in turns and print the medians with both readings of the ratio."""
    times: dict[str, list[float]] = {"empty": [], "draw": [], "app": []}
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        fill(folder / "store", 4)
        (folder / "empty.py").write_text(EMPTY_PAGE)
        context = browser.new_context(viewport=SIZE)
        for _ in range(STARTS + 1):
            times["empty"].append(_start(context, streamlit_server(folder / "empty.py"), "text=ready"))
            times["app"].append(_start(context, app(folder / "store"), CHART, bare=folder / "bare.html"))
            times["draw"].append(_draw(context, folder / "bare.html"))
    # The first turn fills caches: of the disk, and the browser's.
    empty, draw, candles = (statistics.median(times[name][1:]) for name in ("empty", "draw", "app"))
    print(f"empty page {empty:.0f} ms, one chart draw {draw:.0f} ms, first candles {candles:.0f} ms")
    print(f"candles against the empty page and one draw {candles / (empty + draw):.2f}")
    print(f"candles, less one draw, against the empty page {(candles - draw) / empty:.2f}")


def _start(context: BrowserContext, server, ready: str, *, bare: Path | None = None) -> float:
    began = time.perf_counter()
    with server as url:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector(ready)
        taken = 1000 * (time.perf_counter() - began)
        if bare is not None:
            _write_bare(page, bare)
        page.close()
    return taken


def _write_bare(page: Page, bare: Path) -> None:
    figure, _, _ = page.evaluate(_TAKE_FIGURE)
    bare.write_text(BARE_PAGE.format(plotly=_plotly_file().as_uri(), figure=json.dumps(figure)))


def _draw(context: BrowserContext, bare: Path) -> float:
    page = context.new_page()
    began = time.perf_counter()
    page.goto(bare.as_uri())
    page.wait_for_selector("[data-state=ready]")
    taken = 1000 * (time.perf_counter() - began)
    page.close()
    return taken


if __name__ == "__main__":
    main()
