"""What of an indicator's answer is drawn: its outputs as traces, as the user wants them to look. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import pandas as pd

from stockdash.charts import Rows, Trace
from stockdash.errors import IndicatorError, PluginError
from stockdash.indicators import Output
from stockdash.pages._guard import Columns
from stockdash.pages._instances import Instance, declared
from stockdash.pages._looks import Look
from stockdash.registry import Catalog

_WIDTH = 1.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """One output with the colour (of its own, or a place in the theme's palette) and the width it is drawn in."""

    output: Output
    color: str | int
    width: float
    visible: bool


def dressed(instances: Sequence[Instance], catalog: Catalog) -> list[tuple[Drawn, ...]]:
    """Give the outputs of each indicator as they are to be drawn; none where the plugin can't tell them.

    An output without a colour of its own takes the next of the palette whether or not it is drawn in it, so that a
    change to one leaves the colours of the others.
    """
    shades = count()
    return [tuple(_drawn(output, instance, shades) for output in _outputs(instance, catalog)) for instance in instances]


def traces_of(drawn: Sequence[Drawn], columns: Columns, *, legend: str, pane: str, bars: pd.DataFrame) -> list[Trace]:
    """Give one trace for each visible output, and one for each area between two. `bars` are those that are drawn."""
    shown = {one.output.name: one for one in drawn if one.visible}
    # The readout names the indicator once; an area is told by the two lines around it.
    names = dict.fromkeys(shown, "")
    for at, one in enumerate(shown.values()):
        label = one.output.label if len(drawn) > 1 else ""
        names[one.output.name] = label if at else f"{legend} {label}".strip()
    areas = [_area(one, columns, pane=pane) for one in shown.values() if one.output.fill_to in shown]
    return areas + [_line(one, columns, bars, pane=pane, name=names[name]) for name, one in shown.items()]


def profile_of(drawn: Sequence[Drawn], columns: Columns, *, legend: str, group: str, bars: pd.DataFrame) -> list[Trace]:
    """Give the traces of what sees only the visible range: rows behind the candles, and its levels across them."""
    if not len(columns["low"]):  # nothing was traded
        return []
    shown = [one for one in drawn if one.visible]
    levels = [one for one in shown if one.output.draw != "profile"]
    rows = [_rows(one, columns, group=group) for one in shown if one.output.draw == "profile"]
    flat = {one.output.name: np.full(len(bars), columns[one.output.name][0]) for one in levels}
    badge = f"{legend} of the visible range:"
    names = [one.output.label if at else f"{badge} {one.output.label}" for at, one in enumerate(levels)]
    lines = [_line(one, flat, bars, pane="price", name=name) for one, name in zip(levels, names, strict=True)]
    return rows + lines


def _rows(one: Drawn, columns: Columns, *, group: str) -> Trace:
    rows = Rows(columns["low"], columns["high"], columns["inside"], one.output.side, group)
    return Trace(name="", values=columns[one.output.name], kind="profile", color=one.color, rows=rows)


def _outputs(instance: Instance, catalog: Catalog) -> tuple[Output, ...]:
    try:
        return declared(catalog.find(instance.indicator_id), instance.params)
    except (IndicatorError, PluginError):  # told in the indicator's place
        return ()


def _drawn(output: Output, instance: Instance, shades: Iterator[int]) -> Drawn:
    look = instance.styles.get(output.name, Look())
    usual: str | int = output.color
    if not usual and output.draw != "histogram":  # which is green and red by itself
        usual = next(shades)
    visible = look.visible is not False and not instance.hidden
    return Drawn(output, look.color or usual, look.width or _WIDTH, visible)


def _line(one: Drawn, columns: Columns, bars: pd.DataFrame, *, pane: str, name: str) -> Trace:
    output, values = one.output, columns[one.output.name]
    if output.draw == "markers":
        places = np.select([values > 0, values < 0], [bars["low"], bars["high"]], default=np.nan)
        return Trace(name=name, values=places, kind="points", color=one.color, width=one.width)
    return Trace(
        name=name,
        values=values,
        kind=output.draw,
        color=one.color,
        width=one.width,
        pane=pane,
        levels=output.levels,
    )


def _area(one: Drawn, columns: Columns, *, pane: str) -> Trace:
    base = columns[one.output.fill_to]
    return Trace(name="", values=columns[one.output.name], base=base, kind="band", color=one.color, pane=pane)
