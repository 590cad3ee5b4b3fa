"""The chart: columns, labels, panes and what is visible -> a figure; not how a column was computed.

`figure` and `resolution_for` are pure; `stockdash.charts.zoomchart` draws what they give in the browser.
"""

from stockdash.charts.figure import STYLES, Marker, Rows, Style, Trace, changes, figure
from stockdash.charts.resolution import (
    PRESETS,
    RESOLUTIONS,
    Preset,
    Resolution,
    Visible,
    preset_range,
    resolution_for,
    snapped,
)

__all__ = [
    "PRESETS",
    "RESOLUTIONS",
    "STYLES",
    "Marker",
    "Preset",
    "Resolution",
    "Rows",
    "Style",
    "Trace",
    "Visible",
    "changes",
    "figure",
    "preset_range",
    "resolution_for",
    "snapped",
]
