"""What a user does on the chart page, and what it shows."""

import re

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.chart_driver import Chart

PATIENCE_MS = 40_000
MOMENT_MS = 3_000


class App(Chart):
    """The chart page at `url`, opened with the words of a link."""

    def __init__(self, page: Page, url: str, link: str = "") -> None:
        self.page, self.url = page, url
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{url}/{link}")

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_test_id("stSidebar")

    def await_chart(self, **says: str) -> "App":
        """Wait until the chart is drawn and says all of `says` in its data attributes."""
        attributes = "".join(f"[data-{name}='{value}']" for name, value in says.items())
        self.page.wait_for_selector(f".sd-chart[data-state=ready]{attributes}")
        return self

    def has_steps(self, values: str) -> bool:
        """Wait a moment for the steps of a slider to come along with the chart."""
        try:
            self.page.wait_for_selector(f".sd-chart[data-steps='{values}']", timeout=MOMENT_MS)
        except Error:
            return False
        return True

    def await_legend(self, text: str) -> None:
        expect(self.page.locator(".sd-overlay")).to_contain_text(text, timeout=PATIENCE_MS)

    def await_link(self, pattern: str) -> None:
        expect(self.page).to_have_url(re.compile(pattern), timeout=PATIENCE_MS)

    def await_text(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

    def legend(self) -> str:
        return self.page.locator(".sd-overlay").inner_text()

    def picture(self) -> tuple[str, str, str, str]:
        """What tells one picture from another: symbol and legend, resolution, times, link."""
        return self.legend(), self.says("resolution"), self.says("times"), self.page.url

    def pick(self, name: str) -> None:
        """Press a button of the toolbar."""
        self.page.locator(".st-key-toolbar").get_by_text(name, exact=True).click()

    def slider(self, at: int = 0) -> Locator:
        return self.sidebar.get_by_role("slider").nth(at)

    @property
    def ranges(self) -> Locator:
        return self.page.locator(".st-key-range [role=radio]")

    def lit_range(self) -> list[str]:
        return [button.inner_text() for button in self.ranges.and_(self.page.locator("[aria-checked=true]")).all()]

    def watch(self, symbol: str) -> None:
        """Press a row of the watchlist."""
        self.row(symbol).click()

    def row(self, symbol: str) -> Locator:
        """Give a row of the watchlist; the one that is shown is checked."""
        rows = self.page.get_by_role("radiogroup", name="Watchlist")
        return rows.locator("label").filter(has_text=re.compile(rf"^{re.escape(symbol)}\b"))
