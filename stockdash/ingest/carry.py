"""Rows that a source does not send again, brought along when it moved its prices. Pure.

What is stored at one time is on one basis, and follows the daily prices. One thing can break this: the source moves
its prices after it answered for the daily bars and before it answers for the 30-minute bars. So 30-minute rows are
held against the high and the low of their day, which tells the new shares from the old.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from stockdash.adjust import Factors, Steps, session_days, split_scale
from stockdash.bars import OBSERVED, PRICES, TS_DTYPE, Action


def carry_daily(rows: pd.DataFrame, actions: Sequence[Action], moved: Steps, *, fetched_at: datetime) -> pd.DataFrame:
    """Give those daily rows that `moved` concerns as the source would send them at `fetched_at`."""
    ratio = moved.at(session_days(rows.index))
    concerned = ratio != 1
    return _as_sent(rows[concerned], (_scale(rows, actions) * ratio)[concerned], fetched_at)


def carry_intraday(
    rows: pd.DataFrame, actions: Sequence[Action], moved: Steps, *, daily: pd.DataFrame, fetched_at: datetime
) -> pd.DataFrame:
    """Give those 30-minute rows that are not yet what the source would send at `fetched_at`.

    `daily` is on today's shares. Rows of a day that it does not have move with the rest.
    """
    scale = _scale(rows, actions)
    choices = np.stack([scale * moved.at(session_days(rows.index)), scale, np.ones(len(rows))])
    factor = np.choose(_misfits(rows, choices, daily).argmin(axis=0), choices)
    concerned = np.abs(factor / scale - 1) > 1e-9  # noqa: PLR2004 - rounding of a product
    return _as_sent(rows[concerned], factor[concerned], fetched_at)


def _scale(rows: pd.DataFrame, actions: Sequence[Action]) -> Factors:
    return split_scale(session_days(rows.index), rows["fetched_at"].array.asi8, actions)


def _misfits(rows: pd.DataFrame, choices: Factors, daily: pd.DataFrame) -> Factors:
    """Give how far each choice of factors takes the rows of a day, as far as fetched together, out of its range."""
    days = session_days(rows.index)
    together = rows.groupby([days, rows["fetched_at"].array.asi8])
    high, low = together["high"].transform("max").to_numpy(), together["low"].transform("min").to_numpy()
    ranges = daily[["high", "low"]].set_axis(session_days(daily.index), axis=0).reindex(days)
    above = np.log(high * choices / ranges["high"].to_numpy())
    below = np.log(ranges["low"].to_numpy() / (low * choices))
    # Rounded, so that what fits equally well is decided by the order of the choices.
    misfits: Factors = np.nan_to_num(np.round(np.maximum(above, 0) + np.maximum(below, 0), 9))
    return misfits


def _as_sent(rows: pd.DataFrame, factor: Factors, fetched_at: datetime) -> pd.DataFrame:
    columns: dict[str, object] = {name: rows[name].to_numpy() * factor for name in PRICES}
    columns["volume"] = np.rint(rows["volume"].to_numpy() / factor).astype(np.int64)
    columns["fetched_at"] = pd.Series(pd.Timestamp(fetched_at), index=rows.index, dtype=TS_DTYPE)
    return pd.DataFrame({**columns, "final": rows["final"]}, index=rows.index)[list(OBSERVED)]
