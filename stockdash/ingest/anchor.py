"""The oldest bar as a witness: what an append can't see of the past shows in its prices.

Every split changes the oldest close, and every split or dividend the source's own adjusted close of that bar, no
matter how late it was announced, corrected or withdrawn. So each append asks for that one bar too. What the source
said of it last is kept as a small state, written with the bars; without it the whole history is asked for, which is
only slower.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from stockdash.adjust import Steps, rebase, steps
from stockdash.bars import Action
from stockdash.ingest.plan import RECHECK, RECHECK_UNSETTLED
from stockdash.sources import Fetched, Source
from stockdash.stores import ANCHOR, Store

# Yahoo's factors move by up to 1e-6 from answer to answer; a cent of dividend on 500 dollars by 2e-5.
TOLERANCE = 5e-6


@dataclass(frozen=True, slots=True)
class Anchor:
    """The oldest bar at the last look.

    Attributes
    ----------
    day : its start, UTC.
    factor : the source's adjusted close / close; 1 where it gives none.
    history_at : UTC, when the source was last asked for the whole history.
    settled : whether listed actions explained all prices then; they may be listed a little later.
    """

    day: AwareDatetime
    factor: float
    history_at: AwareDatetime
    settled: bool

    def is_old(self, now: datetime) -> bool:
        """Tell whether the whole history should be looked at again at `now`."""
        return now - self.history_at >= (RECHECK if self.settled else RECHECK_UNSETTLED)


_ANCHOR = TypeAdapter(Anchor)


def recall(store: Store, symbol: str) -> Anchor | None:
    """Give what was remembered; None without it, or when it is damaged."""
    text = store.state(_key(symbol))
    try:
        return _ANCHOR.validate_json(text) if text is not None else None
    except ValidationError:
        return None


def remembering(symbol: str, anchor: Anchor) -> Mapping[str, str]:
    """Give the state that keeps `anchor`; to be written with the bars it speaks of."""
    return {_key(symbol): _ANCHOR.dump_json(anchor).decode()}


def anchor_of(history: Fetched, *, settled: bool) -> Anchor:
    """Give the anchor of an answer with the whole history, which has at least one bar."""
    return Anchor(history.bars.index[0].to_pydatetime(), _factor(history), history.fetched_at, settled)


def factor_of(daily: pd.DataFrame, actions: tuple[Action, ...]) -> float:
    """Give what the dividends after the first row of an observed daily frame make of the prices before them."""
    factors: Steps = steps(actions, "all", daily=rebase(daily, actions))
    return float(factors.factors[0])


def seen_again(
    store: Store, source: Source, symbol: str, *, anchor: Anchor, actions: tuple[Action, ...], change: float
) -> Anchor | None:
    """Ask for the anchor's bar and give the anchor anew; None when it is not what the store leads to expect.

    `change` is what the actions that the append brought make of its factor.
    """
    until = anchor.day + timedelta(days=1)
    stored = store.read(symbol, "1d", start=anchor.day, end=until)
    answer = source.fetch(symbol, "1d", start=anchor.day, end=until)
    if stored.empty or not stored["final"].iloc[0]:
        return None
    if answer.bars.empty:
        # Silence is no evidence. Were it taken for some, a source without the bar would be asked for all at each run.
        return anchor
    close = rebase(stored, actions)["close"].iloc[0]
    seen = replace(anchor, factor=_factor(answer))
    agrees = np.isclose(answer.bars["close"].iloc[0], close, rtol=TOLERANCE, atol=0) and np.isclose(
        seen.factor, anchor.factor * change, rtol=TOLERANCE, atol=0
    )
    return seen if agrees else None


def _factor(answer: Fetched) -> float:
    if answer.adj_close is None or not np.isfinite(answer.adj_close.iloc[0]):
        return 1.0
    return float(answer.adj_close.iloc[0] / answer.bars["close"].iloc[0])


def _key(symbol: str) -> str:
    return f"{ANCHOR}{symbol}"
