import itertools
from typing import Any

import pytest
from playwright.sync_api import Page

MODULES = "/_stcore/bidi-components/stockdash.zoomchart"
# Thursday to Tuesday, over a weekend, as UTC minutes: 2026-11-19, 20, 23, 24.
DAYS = [29_919_360, 29_920_800, 29_925_120, 29_926_560]
DAY = 1440


@pytest.fixture(scope="module")
def evaluate(shared_page: Page, chart_app: str) -> Any:
    shared_page.goto(chart_app)

    def with_module(name: str, expression: str, *values: object) -> Any:
        script = f"async (values) => {{ const module = await import('{MODULES}/{name}'); return ({expression}); }}"
        return shared_page.evaluate(script, list(values))

    return with_module


def scale(expression: str, resolution: str = "1d") -> str:
    head = f"{{ first: 100, resolution: '{resolution}', zone: [[0, 0]] }}"
    return f"(scale => {expression})(new module.TimeScale({head}, values[0]))"


def test_bar_starts_half_a_place_left_of_its_number(evaluate):
    assert evaluate("time.js", scale("scale.xAt(values[1])"), DAYS, DAYS[1]) == 100.5


def test_weekend_has_no_width(evaluate):
    saturday, sunday = DAYS[1] + DAY, DAYS[1] + 2 * DAY
    assert evaluate("time.js", scale("[scale.xAt(values[1]), scale.xAt(values[2])]"), DAYS, saturday, sunday) == [
        101.5,
        101.5,
    ]


@pytest.mark.parametrize("x", [40.25, 99.5, 100.0, 101.3, 103.4, 180.75])
def test_place_to_time_and_back_is_the_same_place(evaluate, x: float):
    assert evaluate("time.js", scale("scale.xAt(scale.timeAt(values[1]))"), DAYS, x) == pytest.approx(x)


def date_labels(evaluate, apart: int) -> dict[str, list]:
    scale = "{ times: values[0], first: 0, resolution: '1d', clock: (minute) => new Date(minute * 60_000) }"
    days = [DAYS[0] + number * DAY for number in range(300)]
    return evaluate("ticks.js", f"module.dateTicks({scale}, values[1])", days, apart)


def test_labels_never_stand_closer_than_asked(evaluate):
    places = date_labels(evaluate, 7)["values"]
    assert min(right - left for left, right in itertools.pairwise(places)) >= 7


def test_new_year_is_labelled_before_anything_else(evaluate):
    assert "<b>2027</b>" in date_labels(evaluate, 150)["texts"]


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0.03, 0.05, ["0.030", "0.035", "0.040", "0.045", "0.050"]),
        (212, 214.2, ["212.00", "212.50", "213.00", "213.50", "214.00"]),
        (42_000, 45_000, ["42,000", "43,000", "44,000", "45,000"]),
    ],
)
def test_axis_labels_are_round_and_all_different(evaluate, low: float, high: float, texts: list[str]):
    label = "(all => all.map(value => module.axisPrice(value, Math.max(2, module.decimalsToTell(all)))))"
    assert evaluate("numbers.js", f"{label}(module.roundValues(values[0], values[1], 5))", low, high) == texts


def test_log_axis_is_labelled_over_three_decades(evaluate):
    assert evaluate("numbers.js", "module.roundLogValues(0.5, 300, 9)") == pytest.approx([1, 3, 10, 30, 100, 300])


def test_overlay_inside_the_room_leaves_the_axis_alone(evaluate):
    fit = "module.fitRange({ id: 'price' }, values[0], 0, 2)"
    bars = {"low": [10, 11], "high": [20, 21], "close": [15, 15]}
    bare = {"head": {"style": "candles", "log": False}, "bars": bars, "drawn": None, "traces": []}
    line = {"pane": "price", "kind": "line", "values": [12, 18], "base": None, "levels": []}
    assert evaluate("panes.js", fit, {**bare, "traces": [line]}) == evaluate("panes.js", fit, bare)


def test_unchanged_line_keeps_its_object(evaluate):
    read = "(bytes => module.readPayload(bytes, values[0]))(new TextEncoder().encode(values[1]))"
    before = '{}\n{}\n[]\n{}\nnull\n[]\n{"name":"a"}\n{"name":"b"}'
    twice = f"""((first) => {{ const second = module.readPayload(new TextEncoder().encode(values[2]), first);
        return first.traces.map((trace, at) => trace === second.traces[at]); }})({read})"""
    assert evaluate("payload.js", twice, None, before, before.replace('"b"', '"c"')) == [True, False]


BARS = {"close": [1, 2, 3, 4, 5]}


@pytest.mark.parametrize(
    ("provisional", "joined", "final", "forming"),
    [
        ([], True, [1, 2, 3, 4, 5], None),
        ([4], True, [1, 2, 3, 4, None], [4, 5]),
        ([3, 4], True, [1, 2, 3, None, None], [3, 4, 5]),
        ([2], True, [1, 2, None, 4, 5], [2, 3, 4]),
        ([0], True, [None, 2, 3, 4, 5], [1, 2]),
        ([4], False, [1, 2, 3, 4, None], [None, 5]),
    ],
    ids=["none", "newest", "two", "in the middle", "oldest", "points"],
)
def test_a_line_is_cut_where_its_bars_may_still_change(
    evaluate, provisional: list[int], *, joined: bool, final: list, forming: list | None
):
    cut = "module.cut(values[0].close, module.formingOf({ bars: values[0] }), values[1])"
    parts = evaluate("forming.js", cut, {**BARS, "provisional": provisional}, joined)
    assert parts == [final] + ([forming] if forming else [])


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG 2.2's contrast ratio of two sRGB colours."""

    def luminance(parts: list[int]) -> float:
        shares = (part / 255 for part in parts)
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("color", ["#089981", "#f23645", "#f57c00", "#ffff00", "#131722", "white"])
@pytest.mark.parametrize(("ink", "background"), [("#131722", [255, 255, 255]), ("#d5d8e0", [19, 23, 34])])
def test_readouts_can_be_read_whatever_the_colour(evaluate, color: str, ink: str, background: list[int]):
    against = f"rgb({','.join(map(str, background))})"
    shown = evaluate("theme.js", "module.readable(...values)", color, ink, against)
    assert contrast([int(part) for part in shown[4:-1].split(",")], background) >= 4.5


def test_a_colour_that_can_be_read_stays(evaluate):
    assert evaluate("theme.js", "module.readable('#2962ff', '#131722', '#ffffff')") == "rgb(41,98,255)"
