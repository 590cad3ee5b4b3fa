"""Bars and indicator traces -> the figure that the browser draws, as bytes.

The bytes are lines of JSON: the head (what is shown and where), the times, the bars, the bars as drawn (for
Heikin-Ashi), the markers, and one line for each trace. The browser compares them line by line with what it
drew last, parses only lines that changed and redraws only their traces, so nothing here may depend on
anything but the arguments.

The x axis is ordinal: a bar's place is its number in the whole history at its resolution, so nights, weekends
and holidays leave no gap, and the numbers stay as the window moves. Colours, tick labels and the y ranges
are the browser's, which knows the theme and what is visible from frame to frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import orjson
import pandas as pd

from stockdash.bars import PRICES
from stockdash.charts.resolution import Resolution, Visible, bars_in, ordinals, touches, window

Style = Literal["candles", "ohlc", "line", "heikin-ashi"]
STYLES: tuple[Style, ...] = ("candles", "ohlc", "line", "heikin-ashi")

Kind = Literal["line", "dashes", "histogram", "points", "band", "profile"]

MARKET_ZONE = "America/New_York"

_NUMPY = orjson.OPT_SERIALIZE_NUMPY
# The readout rounds once more, to cents: with 6 figures one price in twenty came out a cent off.
_SIGNIFICANT = 10


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of prices, from the lowest up, that horizontal bars are drawn in.

    Attributes
    ----------
    low, high : the edges of each row.
    inside : 1 for rows that stand out, 0 for the others, which are drawn paler.
    side : the edge of the chart that the bars begin at.
    group : any text; bars of traces of the same group are put end to end, in the order of the traces.
    """

    low: np.ndarray
    high: np.ndarray
    inside: np.ndarray
    side: Literal["right", "left"]
    group: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One drawn column.

    Attributes
    ----------
    name : what the legend says, e.g. "SMA 20"; one without a name is not in the legend.
    values : float64, one for each bar of the whole frame; NaN is not drawn. Of a band, its upper edge; of a profile,
        the length of each row's bar, in any unit.
    base : a band's lower edge; None for every other kind.
    color : CSS colour, or a place in the theme's palette; empty for the next one of it. A histogram without a colour
        is up and down.
    width : of the line, pixels.
    pane : "price", or any other text: panes are stacked below in order of first appearance.
    levels : horizontal guide lines in the trace's pane, such as 30 and 70.
    rows : where a profile's bars are; None for every other kind. A profile is drawn behind the candles.
    """

    name: str
    values: np.ndarray
    kind: Kind = "line"
    base: np.ndarray | None = None
    color: str | int = ""
    width: float = 1.5
    pane: str = "price"
    levels: tuple[float, ...] = field(default=())
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """A badge under the bar of a corporate action. `ts` is its ex-date, midnight UTC; `text` its tooltip."""

    ts: pd.Timestamp
    kind: Literal["split", "dividend"]
    text: str


def figure(  # noqa: PLR0913 (a chart is this many choices)
    bars: pd.DataFrame,
    *,
    visible: Visible,
    resolution: Resolution,
    revision: str,
    traces: Sequence[Trace] = (),
    markers: Sequence[Marker] = (),
    style: Style = "candles",
    log: bool = False,
    volume: bool = True,
    provisional: np.ndarray | None = None,
    extent: Visible | None = None,
    exact: bool = False,
    title: str = "",
) -> bytes:
    """Give the figure of the bars around `visible`, a UTC range, as bytes for `zoomchart`.

    `bars` is the whole history at `resolution`, a bars frame, and may be empty. The browser keeps the user's own
    range while `revision`, any text, stays; a new one makes it show `visible` (another symbol, a range button).
    `provisional` is True for each bar that may still change. `extent` is the UTC range that zooming out may
    reach, the bars' own when None: give the daily history's with 30-minute bars, which reach back 60 days only.
    With `exact`, what is shown of `visible` are not the whole bars that it touches, but its very minutes.
    `title` begins the readout, e.g. "NVDA".
    """
    index = pd.DatetimeIndex(bars.index)
    sent = window(index, visible, resolution)
    head = {
        "revision": revision,
        "resolution": resolution,
        "title": title,
        "style": style,
        "log": log,
        "volume": volume and bool((bars["volume"].to_numpy()[sent] > 0).any()),
        "first": sent.start,
        "total": len(bars),
        "range": _shown(bars_in(index, visible, resolution)),
        "times": _utc_minutes(visible) if exact and touches(index, visible, resolution) else [],
        "last": bars["close"].tail(2).tolist(),
        "extent": _extent(index, extent),
        "zone": _zone(index[sent], resolution),
        "panes": list(dict.fromkeys(["price", *(trace.pane for trace in traces)])),
    }
    parts = [
        head,
        _minutes(index[sent]),
        _columns(bars, sent, provisional),
        _drawn(bars, sent, style),
        _badges(markers, index, sent, resolution),
    ]
    return b"\n".join([*(orjson.dumps(part, option=_NUMPY) for part in parts), *_lines(traces, sent)])


def changes(
    traces: Sequence[Trace],
    others: Sequence[Trace],
    index: pd.DatetimeIndex,
    *,
    visible: Visible,
    resolution: Resolution,
) -> dict[int, str] | None:
    """Give what a figure of `others` would have in the place of `traces`: lines of JSON by the trace's number.

    None where more than traces would differ. The rest is what `figure` was given; `index` is that of its bars.
    """
    if [trace.pane for trace in traces] != [trace.pane for trace in others]:
        return None
    sent = window(index, visible, resolution)
    numbers = [at for at, pair in enumerate(zip(traces, others, strict=True)) if _differ(*pair)]
    lines = _lines([others[at] for at in numbers], sent)
    return dict(zip(numbers, (line.decode() for line in lines), strict=True))


def heikin_ashi(bars: pd.DataFrame) -> pd.DataFrame:
    """Give the Heikin-Ashi candles of a whole history.

    Close is the mean of the bar's four prices, open the middle of the last Heikin-Ashi body, seeded with the
    first bar's (open + close) / 2 (Valcu, "Using The Heikin-Ashi Technique", Stocks & Commodities 22:2, 2004).
    """
    prices = bars[list(PRICES)].to_numpy()
    close = prices.mean(axis=1)
    opened = np.empty_like(close)
    body = (prices[0, 0] + prices[0, 3]) / 2 if len(prices) else np.nan
    for at, of_bar in enumerate(close.tolist()):
        opened[at] = body
        body = (body + of_bar) / 2
    high = np.maximum(prices[:, 1], np.maximum(opened, close))
    low = np.minimum(prices[:, 2], np.minimum(opened, close))
    return pd.DataFrame({"open": opened, "high": high, "low": low, "close": close}, index=bars.index)


def _shown(seen: slice) -> list[float]:
    return [seen.start - 0.5, seen.stop - 0.5]


def _minutes(index: pd.DatetimeIndex) -> np.ndarray:
    """Give UTC minutes since 1970: short in JSON and exact for every resolution."""
    return index.asi8 // 60_000_000


def _extent(index: pd.DatetimeIndex, extent: Visible | None) -> list[int]:
    bounds = extent or ((index[0], index[-1]) if len(index) else None)
    return [] if bounds is None else _utc_minutes(bounds)


def _utc_minutes(moments: Visible) -> list[int]:
    return [int(moment.timestamp() // 60) for moment in moments]


def _zone(index: pd.DatetimeIndex, resolution: Resolution) -> list[list[int]]:
    """Give New York's offsets over the window as [from UTC minute, minutes to add]; a session date has none."""
    if resolution != "30m" or not len(index):
        return [[0, 0]]
    local = index.tz_convert(MARKET_ZONE).tz_localize(None).as_unit("us").asi8 // 60_000_000
    offsets = local - _minutes(index)
    changes = np.flatnonzero(np.diff(offsets, prepend=offsets[0] + 1))
    return [[int(_minutes(index)[at]), int(offsets[at])] for at in changes]


def _columns(bars: pd.DataFrame, sent: slice, provisional: np.ndarray | None) -> dict[str, np.ndarray | list[int]]:
    columns: dict[str, np.ndarray | list[int]] = dict(_prices(bars, sent))
    columns["volume"] = np.ascontiguousarray(bars["volume"].to_numpy()[sent])
    columns["provisional"] = [] if provisional is None else np.flatnonzero(provisional[sent])
    return columns


def _drawn(bars: pd.DataFrame, sent: slice, style: Style) -> dict[str, np.ndarray] | None:
    return _prices(heikin_ashi(bars), sent) if style == "heikin-ashi" else None


def _prices(frame: pd.DataFrame, sent: slice) -> dict[str, np.ndarray]:
    decimals = _decimals(frame["low"].to_numpy()[sent])
    return {name: _rounded(frame[name].to_numpy()[sent], decimals) for name in PRICES}


def _badges(
    markers: Sequence[Marker], index: pd.DatetimeIndex, sent: slice, resolution: Resolution
) -> list[dict[str, object]]:
    if not markers:
        return []
    numbers = ordinals(index, pd.DatetimeIndex([marker.ts for marker in markers]), resolution)
    return [
        {"at": int(number), "kind": marker.kind, "text": marker.text}
        for marker, number in zip(markers, numbers, strict=True)
        if sent.start <= number < sent.stop
    ]


def _differ(trace: Trace, other: Trace) -> bool:
    if trace.values is not other.values:  # noqa: PD011 (an array's own field)
        return True
    return any(getattr(trace, name) != getattr(other, name) for name in ("name", "kind", "color", "width", "levels"))


def _lines(traces: Sequence[Trace], sent: slice) -> list[bytes]:
    return [orjson.dumps(_trace(trace, sent), option=_NUMPY) for trace in traces]


def _trace(trace: Trace, sent: slice) -> dict[str, object]:
    if trace.rows is not None:
        return _profile(trace, trace.rows)
    values = trace.values[sent]  # noqa: PD011 (an array's own field)
    decimals = _decimals(values)
    return {
        "name": trace.name,
        "kind": trace.kind,
        "pane": trace.pane,
        "color": trace.color,
        "width": trace.width,
        "levels": list(trace.levels),
        "values": _rounded(values, decimals),
        "base": None if trace.base is None else _rounded(trace.base[sent], decimals),
    }


def _profile(trace: Trace, rows: Rows) -> dict[str, object]:
    decimals = _decimals(rows.high)
    edges = {name: _rounded(getattr(rows, name), decimals) for name in ("low", "high")}
    drawn = {
        **edges,
        "inside": rows.inside,
        "lengths": _rounded(trace.values, 0),
        "side": rows.side,
        "group": rows.group,
    }
    shared = {"name": "", "kind": trace.kind, "pane": trace.pane, "color": trace.color, "width": trace.width}
    return {**shared, "levels": [], "values": [], "base": None, "rows": drawn}


def _rounded(values: np.ndarray, decimals: int) -> np.ndarray:
    return np.ascontiguousarray(np.round(values.astype("float64"), decimals))


def _decimals(values: np.ndarray) -> int:
    """Give the decimals that keep `_SIGNIFICANT` figures of the smaller values: old prices are small after splits."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if not len(sizes):
        return 2
    at = len(sizes) // 20  # partitioned, which takes a tenth of the time of a quantile
    typical = float(np.partition(sizes, at)[at])
    return int(np.clip(_SIGNIFICANT - 1 - np.floor(np.log10(typical)), 2, 12))
