"""The examination of an indicator that sees only the visible range: a profile of the volume, row by row of prices.

It may not be asked whether it repaints, nor for a warm-up: it changes with what is in sight, and says so. What must
hold instead: its rows lie within the range of the bars, and none of their volume is lost or made up.
"""

import numpy as np
import pandas as pd

from stockdash.bars import COLUMNS
from stockdash.indicators import Params
from stockdash.testing import made_up
from stockdash.testing.cost import measure_cost
from stockdash.testing.probe import Probe
from stockdash.testing.report import Cost, History, Repainting
from stockdash.testing.variants import check_pickling, variants

_BARS = 400
_CLOSE = 1e-6  # relative


def examine_visible(probe: Probe) -> tuple[Repainting, History, Cost]:
    """Run all checks that make sense for it."""
    tried = variants(probe)
    check_pickling(probe, tried)
    first = _checked(probe, made_up.daily(_BARS), probe.defaults, where="defaults")
    if first is None:
        return Repainting(), History(), Cost()
    for where, params in tried.items():
        _checked(probe, made_up.daily(_BARS), params, where=where)
    for where, bars in made_up.edge_cases(_BARS).items():
        probe.watched(bars, probe.defaults, where=where)
        _checked(probe, bars, probe.defaults, where=where)
    again = _checked(probe, made_up.daily(_BARS), probe.defaults, where="defaults")
    if again is not None and not first.equals(again):
        probe.add("determinism", "defaults", "another run on the same bars gives another answer")
    return Repainting("visible"), History(0), measure_cost(probe)


def _checked(probe: Probe, bars: pd.DataFrame, params: Params, *, where: str) -> pd.DataFrame | None:
    rows = probe.answer(bars, params, check="parameters" if where == "defaults" else "answer", where=where)
    if rows is None:
        return None
    known = bars[list(COLUMNS)].dropna()
    _check_volume(probe, rows, known, params, where=where)
    if len(rows):
        _check_reach(probe, rows, known, params, where=where)
    return rows


def _check_volume(probe: Probe, rows: pd.DataFrame, known: pd.DataFrame, params: Params, *, where: str) -> None:
    drawn = [output.name for output in probe.indicator.outputs_of(params) if output.draw == "profile"]
    shared, traded = float(rows[drawn].to_numpy().sum()), float(known["volume"].sum())
    if (rows[drawn] < 0).any(axis=None):
        probe.add("answer", where, f"a row has less than no volume: {rows[drawn].min().min():g}")
    if abs(shared - traded) > _CLOSE * traded:
        message = f"the rows hold a volume of {shared:,.0f}, the bars one of {traded:,.0f}: share out all of it"
        probe.add("answer", where, message)


def _check_reach(probe: Probe, rows: pd.DataFrame, known: pd.DataFrame, params: Params, *, where: str) -> None:
    levels = [output.name for output in probe.indicator.outputs_of(params) if output.draw != "profile"]
    bottom, top = known["low"].min(), known["high"].max()
    room = _CLOSE * (abs(bottom) + abs(top))
    for name in ("low", "high", *levels):
        found = rows[name].to_numpy()
        if found.min() < bottom - room or found.max() > top + room:
            message = (
                f"{name!r} leaves the range of the bars, {bottom:g} to {top:g}: {found.min():g} to {found.max():g}"
            )
            probe.add("answer", where, message)
        if name in levels and not np.all(found == found[0]):
            probe.add("answer", where, f"the level {name!r} differs from row to row; it is one price")
