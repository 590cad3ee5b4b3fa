"""How complete the stored sessions of many symbols are -> a heat map: a row a symbol, a column a session.

A plain Plotly figure, a trace for each reason. Its legend is HTML, so that it names all of them always. The colours are
those of Okabe and Ito (2008, Color Universal Design), which people with any kind of colour blindness can tell apart;
they differ in lightness, too. What is well is blue, what lacks is the redder the more there is to do about it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLORS = {"complete": "#0072b2", "provisional": "#f0e442", "missing": "#e69f00", "unfetched": "#d55e00"}
LABELS = {
    "complete": "Complete",
    "provisional": "Provisional",
    "missing": "Missing at the source",
    "unfetched": "Not fetched",
}

_ROW, _DAYS, _AIR = 20, 28, 8  # pixels: of a row, of the days below them, and around
_MOST_TICKS = 5  # as many as a phone has room for
_GAPPED = 130  # sessions whose cells stay wide enough for a gap between them


def coverage_map(
    symbols: Sequence[str],
    sessions: pd.DatetimeIndex,
    reasons: NDArray[np.int8],
    stored: NDArray[np.int16],
    expected: NDArray[np.int16],
) -> dict[str, Any]:
    """Give the figure.

    Parameters
    ----------
    symbols, sessions : of the rows and the columns; sessions as starts of daily bars.
    reasons : one row a symbol, one column a session; places in `COLORS`, or -1 for an empty cell.
    stored, expected : how many bars there are and should be, in the same shape.
    """
    days = [f"{day:%a %d %b %Y}" for day in sessions]
    common = {
        "type": "heatmap",
        "x": days,
        "y": list(symbols),
        "customdata": np.stack((stored, expected), axis=-1).tolist(),
        "xgap": int(len(days) <= _GAPPED),
        "ygap": 2,
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "showlegend": False,
        "hoverongaps": False,
    }
    traces = [_trace(name, reasons == code, common) for code, name in enumerate(COLORS)]
    return {"data": traces, "layout": _layout(days, sessions, rows=len(symbols))}


def legend_html() -> str:
    """Give what each colour means."""
    items = (f'<li><i style="background:{color}"></i>{LABELS[name]}</li>' for name, color in COLORS.items())
    return f'<ul class="sd-legend">{"".join(items)}<li><i></i>Nothing expected</li></ul>'


def height(rows: int) -> int:
    """Give the height of the figure in pixels."""
    return _DAYS + 2 * _AIR + _ROW * max(rows, 1)


def _trace(name: str, cells: NDArray[np.bool_], common: dict[str, Any]) -> dict[str, Any]:
    color, bars = COLORS[name], "%{customdata[0]} of %{customdata[1]} bars"
    return common | {
        "name": LABELS[name],
        "z": [[1 if cell else None for cell in row] for row in cells.tolist()],
        "colorscale": [[0, color], [1, color]],
        "hovertemplate": f"%{{y}}, %{{x}}<br>{LABELS[name]}: {bars}<extra></extra>",
    }


def _layout(days: list[str], sessions: pd.DatetimeIndex, *, rows: int) -> dict[str, Any]:
    step = max(len(days) // _MOST_TICKS, 1)
    # Counted from the newest, which is the one that is looked for.
    at = list(range(len(days) - 1, -1, -step))
    return {
        "height": height(rows),
        "margin": {"l": _AIR, "r": _AIR, "t": _AIR, "b": _DAYS},
        "xaxis": {
            "type": "category",
            "tickvals": [days[place] for place in at],
            "ticktext": [f"{sessions[place].day} {sessions[place]:%b}" for place in at],
            "tickangle": 0,
            "showgrid": False,
            "fixedrange": True,
        },
        "yaxis": {
            "type": "category",
            "autorange": "reversed",
            "automargin": True,
            "showgrid": False,
            "fixedrange": True,
            "ticks": "",
            "dtick": 1,
        },
        "dragmode": False,
    }
