"""Volume profile of the visible range: at which prices how much was traded, of the bars that are in sight.

The range from the lowest low to the highest high is cut into equal rows. Each bar's volume is spread evenly from its
low to its high, and counts as up where it closed at or above its open (TradingView, "How is Volume Profile
calculated?", support/solutions/43000480324, and "Visible Range Volume Profile", 43000703076: the finest bars that the
range is small enough for). The point of control (POC) is the middle of the row with the most volume, of equal ones the
one nearest to the profile's centre. The value area grows from it by the two rows above or the two below, whichever
pair holds more, until it holds its share (Dalton, Jones and Dalton 2013, Mind over Markets, appendix 1); VAH and VAL
are its upper and lower edge.

Unlike every other value it depends on what is visible: that is what it is for. TA-Lib has none. Without volume there
is no profile.
"""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from stockdash.fields import widget
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Array, Known

_PAIR = 2  # rows that the value area grows by


class VolumeProfileParams(Params):
    """Parameters of the volume profile."""

    rows: int = Field(24, ge=2, le=200, title="Rows", description="Rows between the lowest and the highest price")
    value_area: int = Field(
        70, ge=5, le=100, title="Value area", description="Share that it holds", json_schema_extra=widget(unit="%")
    )
    volume: Literal["split", "total"] = Field("split", title="Volume", description="Of rising and falling bars apart")
    side: Literal["right", "left"] = Field("right", title="Placement", description="Where the rows begin")


def volume_profile(bars: pd.DataFrame, params: VolumeProfileParams) -> pd.DataFrame:
    """Compute the rows from the lowest up: volume in shares, levels in the unit of the prices."""
    known = Known(*(bars[name] for name in ("open", "high", "low", "close", "volume")))
    opened, high, low, close, volume = known.columns
    if not volume.sum() > 0:
        return pd.DataFrame(columns=[*_names(params), "low", "high", "inside"], dtype="float64")
    edges = _edges(low.min(), high.max(), params.rows)
    rises = close >= opened
    up, down = (_shared_out(low[those], high[those], volume[those], edges) for those in (rises, ~rises))
    total = up + down
    area = _value_area(total, params.value_area / 100)
    poc = _fullest(total)
    parts = {"up": up, "down": down} if params.volume == "split" else {"total": total}
    inside = np.zeros(len(total))
    inside[area] = 1
    levels = {"poc": (edges[poc] + edges[poc + 1]) / 2, "vah": edges[area.stop], "val": edges[area.start]}
    return pd.DataFrame({**parts, **levels, "low": edges[:-1], "high": edges[1:], "inside": inside})


def _edges(bottom: float, top: float, rows: int) -> Array:
    return np.linspace(bottom, top, rows + 1) if bottom < top else np.array([bottom, top])


def _shared_out(low: Array, high: Array, volume: Array, edges: Array) -> Array:
    """Give the volume of each row: a bar gives each as much as the row covers of it, one without a span all to one."""
    span = high - low
    below = (edges[:, None] > low).astype("float64")  # the share of each bar below each edge
    np.divide(edges[:, None] - low, span, out=below, where=span > 0)
    below = below.clip(0, 1)
    below[0], below[-1] = 0, 1
    return np.diff(below, axis=0) @ volume


def _fullest(volume: Array) -> int:
    fullest = np.flatnonzero(volume == volume.max())
    return int(fullest[np.abs(fullest - (len(volume) - 1) / 2).argmin()])


def _value_area(volume: Array, share: float) -> slice:
    first = _fullest(volume)
    stop = first + 1
    while volume[first:stop].sum() < share * volume.sum() and stop - first < len(volume):
        above, below = volume[stop : stop + _PAIR].sum(), volume[max(first - _PAIR, 0) : first].sum()
        if first == 0 or (stop < len(volume) and above >= below):
            stop = min(stop + _PAIR, len(volume))
        else:
            first = max(first - _PAIR, 0)
    return slice(first, stop)


def _names(params: VolumeProfileParams) -> list[str]:
    return [output.name for output in _outputs(params)]


def _outputs(params: VolumeProfileParams) -> tuple[Output, ...]:
    bars = {"up": ("Up", "#2d8cff"), "down": ("Down", "#ff9800")}
    drawn = bars if params.volume == "split" else {"total": ("Volume", "#2d8cff")}
    return (
        *(Output(name, label, draw="profile", color=color, side=params.side) for name, (label, color) in drawn.items()),
        Output("poc", "POC", color="#e5484d"),
        Output("vah", "VAH", draw="dashes", color="#8e6cef"),
        Output("val", "VAL", draw="dashes", color="#8e6cef"),
    )


INDICATOR = Indicator(
    id="volume-profile",
    name="Volume profile of the visible range",
    short="VP",
    params=VolumeProfileParams,
    outputs=_outputs,
    compute=volume_profile,
    warmup=lambda _: 0,
    sees="visible",
    description="At which prices most shares changed hands, of the bars in sight: it changes as you zoom.",
    category="Volume",
    synonyms=("VPVR", "VRVP", "volume by price", "POC", "value area", "market profile"),
    source="TradingView, Visible Range Volume Profile; Dalton, Jones and Dalton 2013, Mind over Markets, appendix 1",
)
