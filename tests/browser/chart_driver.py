"""What a user does to the chart, and what the chart says of itself in its data attributes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from playwright.sync_api import Page

_CHART = ".sd-chart"
# Counts, at every frame, the candles in the plot: a frame without any is a blank one.
_WATCH = """() => {
  window.candles = [];
  const look = () => {
    window.candles.push(document.querySelectorAll(".sd-plot .boxlayer path").length);
    requestAnimationFrame(look);
  };
  look();
}"""


# Two fingers, 200 pixels apart, move to 400.
_SPREAD = """() => {
  const chart = document.querySelector(".sd-chart");
  chart.setPointerCapture = () => {};
  const touch = (type, pointerId, clientX) => chart.dispatchEvent(
    new PointerEvent(type, { pointerId, clientX, clientY: 300, pointerType: "touch", bubbles: true }));
  touch("pointerdown", 1, 500);
  touch("pointerdown", 2, 700);
  for (const by of [20, 60, 100]) {
    touch("pointermove", 1, 500 - by);
    touch("pointermove", 2, 700 + by);
  }
  touch("pointerup", 1, 400);
  touch("pointerup", 2, 800);
  delete chart.setPointerCapture;
}"""


class Chart:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        page.wait_for_selector(f"{_CHART}:is([data-state=ready], [data-state=empty], [data-state=failed])")

    def says(self, name: str) -> str:
        return self.page.locator(_CHART).get_attribute(f"data-{name}") or ""

    def range(self) -> tuple[float, float]:
        low, high = self.says("range").split(",")
        return float(low), float(high)

    def times(self) -> tuple[datetime, datetime]:
        start, end = (datetime.fromtimestamp(float(minute) * 60, UTC) for minute in self.says("times").split(","))
        return start, end

    def draws(self) -> int:
        return int(self.says("draws"))

    def reruns(self) -> int:
        return int(self.page.get_by_text("reruns ").inner_text().split()[1])

    @contextmanager
    def one_rerun(self) -> Iterator[None]:
        """Do something that the page answers with exactly one rerun."""
        before = self.reruns()
        yield
        self.page.get_by_text(f"reruns {before + 1}", exact=True).wait_for()

    @contextmanager
    def one_draw(self) -> Iterator[None]:
        before = self.draws()
        yield
        self.page.wait_for_function(f"document.querySelector('{_CHART}').dataset.draws > {before}")
        assert self.draws() == before + 1

    def await_resolution(self, resolution: str) -> None:
        self.page.wait_for_selector(f"{_CHART}[data-resolution='{resolution}']")

    def zoom(self, notches: int, *, at: float = 0.6) -> None:
        """Turn the wheel: in for positive notches, out for negative, with the pointer at a share of the width."""
        self.point(at)
        for _ in range(abs(notches)):
            self.page.mouse.wheel(0, -100 if notches > 0 else 100)

    def drag(self, pixels: float, *, shift: bool = False) -> None:
        x, y = self.point(0.5)
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=5)
        self.page.mouse.up()
        if shift:
            self.page.keyboard.up("Shift")

    def keys(self, *names: str) -> None:
        self.page.locator(_CHART).focus()
        for name in names:
            self.page.keyboard.press(name)

    def spread_fingers(self) -> None:
        self.page.evaluate(_SPREAD)

    def point(self, share: float) -> tuple[float, float]:
        box = self.page.locator(_CHART).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * share, box["y"] + box["height"] * 0.35
        self.page.mouse.move(x, y)
        return x, y

    def press_slider(self, key: str = "ArrowRight") -> None:
        """Move the slider one step and wait for the rerun."""
        with self.one_rerun():
            self.page.get_by_role("slider").press(key)

    def preset(self, name: str) -> None:
        self.page.get_by_text(name, exact=True).click()
        self.page.wait_for_selector(f"{_CHART}[data-revision='made up {name}']")

    def reset(self) -> None:
        """Show three months of days again, as after loading the page."""
        self.page.mouse.move(0, 0)
        self.preset("1M")
        self.preset("3M")

    def watch_frames(self) -> None:
        self.page.evaluate(_WATCH)

    def fewest_candles(self) -> int:
        return int(self.page.evaluate("Math.min(...window.candles)"))
