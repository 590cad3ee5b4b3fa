"""The whole app's times: `python -m tests.bench.app_speed`. Read the ratios; the milliseconds are this machine's.

- From a key press on a parameter slider to the redrawn chart, 3 indicators, against the floor of `chart_speed`: a step
  like the one before, and the first one of a slider that has come into focus 0.3 s before (docs/decisions/0013).
- One full run of the page with 4 and with 2,000 stored symbols.
"""

import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st
from playwright.sync_api import Browser, Page
from streamlit.testing.v1 import AppTest

from stockdash.bars import INTERVALS
from stockdash.market import Market
from stockdash.sources.demo import DemoSource
from stockdash.stores import Batch
from stockdash.stores.sqlite import SqliteStore
from tests.bench import chart_speed
from tests.browser.chromium import chromium
from tests.browser.server import ROOT, streamlit_server

THREE = "i=sma~length.20&i=sma~length.50&i=ema~length.30"
LINKS = {"3 months": f"?symbol=NVDA&range=3M&{THREE}", "5 years": f"?symbol=NVDA&range=5Y&interval=1d&{THREE}"}
RUNS, TURNS = 15, 5


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        fill(folder / "few", 4)
        with app(folder / "few") as url:
            sliders(browser, url)
    with tempfile.TemporaryDirectory() as name:
        pages(Path(name))


def app(folder: Path):
    """Serve the app over the store in `folder`, without a scheduler."""
    quiet = dict.fromkeys(("ENABLE_SCHEDULER", "STOCKDASH_CHECK_PLUGINS"), "false")
    settings = {"STOCKDASH_DATA_DIR": str(folder), "STOCKDASH_SOURCE": "demo", **quiet}
    return streamlit_server(ROOT / "streamlit_app.py", environment=settings)


def fill(folder: Path, symbols: int) -> None:
    """Store one made-up history under many names."""
    store = SqliteStore(folder / "demo" / "stockdash.db")
    lease = store.acquire("ingest", "bench", 600)
    assert lease is not None
    now = datetime.now(UTC)
    bars = {}
    for interval in INTERVALS:
        fetched = DemoSource(lambda: now).fetch("NVDA", interval, start=None)
        index = fetched.bars.index
        bars[interval] = fetched.bars.assign(fetched_at=now, final=Market().final(interval, index, now)).astype(
            {"fetched_at": "datetime64[us, UTC]"}
        )
    short = {interval: frame.tail(250) for interval, frame in bars.items()}
    store.write(Batch("NVDA", bars), lease)
    for number in range(symbols - 1):
        store.write(Batch(["TSM", "AAPL", "^GSPC"][number] if number < 3 else f"S{number}", short), lease)
    store.release(lease)
    store.close()


def sliders(browser: Browser, url: str) -> None:
    print(
        f"{'key press to redrawn':24} {'bars':>5} {'floor ms':>9} {'app ms':>8} {'ratio':>6} {'first':>9} {'ratio':>6}"
    )
    for name, link in LINKS.items():
        page = chart_page(browser, f"{url}/{link}")
        figure, place, size = page.evaluate(chart_speed._TAKE_FIGURE)
        floor = chart_speed._floor_page(browser, figure, place, size)
        floors, times, firsts = [], [], []
        for _ in range(chart_speed.ROUNDS):
            floors += chart_speed._presses(floor, floor.locator("input"))
            times += chart_speed._presses(page, page.get_by_role("slider").first)
            firsts += chart_speed._presses(page, page.get_by_role("slider").first, page.get_by_role("slider").nth(1))
        low, high, first = map(statistics.median, (floors, times, firsts))
        row = f"{name:24} {len(figure['data'][0]['x']):5d} {low:9.1f} {high:8.1f} {high / low:6.2f}"
        print(f"{row} {first:9.1f} {first / low:6.2f}")
        page.close()
        floor.close()


def chart_page(browser: Browser, link: str) -> Page:
    """Open the app where the link leads, wait until the chart is there, and start the clock of its redraws."""
    page = browser.new_page(viewport=chart_speed.SIZE)
    page.add_init_script(chart_speed._APP_CLOCK)
    page.goto(link)
    page.wait_for_selector(".sd-chart[data-state=ready]")
    page.wait_for_timeout(2000)
    return page


def pages(folder: Path) -> None:
    """Measure full runs of the page with few and many stored symbols, in turns."""
    turns: dict[int, list[float]] = {4: [], 2000: []}
    for count in turns:
        fill(folder / str(count), count)
    for _ in range(TURNS):
        for count, times in turns.items():
            times.append(_page_ms(folder / str(count)))
    few, many = (statistics.median(times) for times in turns.values())
    print(f"full run of the page: 4 symbols {few:.1f} ms, 2,000 symbols {many:.1f} ms, {many / few:.2f} times")


def _page_ms(folder: Path) -> float:
    os.environ |= {"STOCKDASH_DATA_DIR": str(folder), "STOCKDASH_SOURCE": "demo", "ENABLE_SCHEDULER": "false"}
    st.cache_resource.clear()
    st.cache_data.clear()
    test = AppTest.from_function(_script, default_timeout=60).run()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        test.run()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _script() -> None:
    from stockdash.pages import chart  # noqa: PLC0415 - AppTest runs this function's source alone

    chart.page()


if __name__ == "__main__":
    main()
