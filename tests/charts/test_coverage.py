from datetime import date
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from stockdash.charts.coverage import COLORS, LABELS, coverage_map, legend_html
from stockdash.ingest.gaps import NOTHING, REASONS
from stockdash.market import Market

WEEK = Market().sessions(date(2026, 11, 16), date(2026, 11, 20))
REASON_ROWS = np.array([[0, 0, 0, 1, NOTHING], [2, 2, 3, 3, 3]], dtype=np.int8)
ONE, TWO = np.full((2, 5), 1, dtype=np.int16), np.full((2, 5), 2, dtype=np.int16)


@pytest.fixture
def drawn():
    return coverage_map(["NVDA", "BRK-B"], WEEK, REASON_ROWS, ONE, TWO)


def luminance(color):
    """WCAG 2.2, relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_plotly_takes_it(drawn):
    assert len(go.Figure(drawn).data) == 4


def test_every_reason_has_a_colour_and_a_place_in_the_legend():
    assert tuple(COLORS) == tuple(LABELS) == REASONS
    assert all(f'"background:{COLORS[name]}"></i>{LABELS[name]}<' in legend_html() for name in REASONS)


def test_each_cell_has_the_colour_of_its_reason_alone(drawn):
    cells = np.array([[[one is not None for one in row] for row in trace["z"]] for trace in drawn["data"]])
    assert cells.sum(axis=0).tolist() == [[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]
    assert cells[REASONS.index("unfetched")].tolist() == [[False] * 5, [False, False, True, True, True]]


def test_a_cell_tells_how_many_bars_there_are(drawn):
    assert drawn["data"][0]["customdata"][0][0] == [1, 2]
    assert "%{customdata[0]} of %{customdata[1]} bars" in drawn["data"][0]["hovertemplate"]


def test_days_without_trading_take_no_room(drawn):
    assert drawn["data"][0]["x"] == [f"{day:%a %d %b %Y}" for day in WEEK]
    assert drawn["layout"]["xaxis"]["type"] == "category"


def test_any_two_colours_differ_in_lightness_too():
    for one, other in combinations(map(luminance, COLORS.values()), 2):
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) > 1.3


def test_many_symbols_make_a_taller_figure_and_not_thinner_rows():
    few, many = (
        coverage_map([f"S{at}" for at in range(rows)], WEEK, *(np.zeros((rows, 5), dtype=np.int16) for _ in range(3)))
        for rows in (4, 40)
    )
    assert many["layout"]["height"] - few["layout"]["height"] == 36 * 20
