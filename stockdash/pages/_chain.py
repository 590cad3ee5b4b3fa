"""Which indicator takes its source from which: what is computed, in what order and under which key. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.charts import Resolution
from stockdash.errors import IndicatorError
from stockdash.fields import Reference
from stockdash.forms import controls, shown
from stockdash.indicators import Indicator, Params
from stockdash.pages._instances import Instance, declared, references
from stockdash.registry import Catalog

_LENGTHS: tuple[Resolution, ...] = ("30m", "1d", "1wk", "1mo")
_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One indicator to be computed.

    Attributes
    ----------
    place : where it stands among the active ones, from 0.
    inputs : the calls whose outputs it takes, by what its parameters call them.
    timeframe : the bars that it asks for; None for the drawn ones.
    key : the same for calls that give the same answer over the same bars.
    """

    indicator: Indicator[Any]
    params: Params
    place: int
    inputs: Mapping[Reference, "Call"] = field(default_factory=dict)
    timeframe: Resolution | None = None
    version: str = ""

    @property
    def key(self) -> str:
        """Tell what the answer depends on, other than the bars; not where the indicators stand."""
        said = self.params.model_dump_json()
        for at, call in self.inputs.items():
            said = said.replace(f'"{at}"', f"[{at.output} of {call.key}]")
        return f"{self.indicator.id} {self.version} {self.timeframe} {said}"

    @property
    def plugin(self) -> str:
        """Tell whose code it is: failures of one version say nothing of another."""
        return f"{self.indicator.id} {self.version}"

    @property
    def warmup(self) -> int:
        """Count the leading rows that are not known: its own and those of its longest chain of sources."""
        return self.indicator.warmup(self.params) + max((call.warmup for call in self.inputs.values()), default=0)

    @property
    def legend(self) -> str:
        """Give the legend text; a source is told by that indicator's own."""
        text = self.indicator.legend(self.params)
        for at, call in self.inputs.items():
            outputs = declared(call.indicator, call.params)
            label = next(output.label for output in outputs if output.name == at.output)
            text = text.replace(str(at), f"({call.legend}{f' {label}' if len(outputs) > 1 else ''})")
        return text

    @property
    def home(self) -> "Call | None":
        """Give the indicator in whose pane it is drawn; None for the prices'."""
        try:
            pane = self.indicator.pane_of(self.params)
        except Exception as exc:
            raise _refused(self.indicator, f"can't tell its pane: {type(exc).__name__}: {exc}") from exc
        if pane != "price":
            return self
        return next((call.home for call in self.inputs.values()), None)

    def longer(self, drawn: Resolution) -> Resolution | None:
        """Give the timeframe when it is longer than the drawn bars."""
        wanted = self.timeframe
        return wanted if wanted and _LENGTHS.index(wanted) > _LENGTHS.index(drawn) else None


def call_of(place: int, instances: Sequence[Instance], catalog: Catalog, *, above: tuple[int, ...] = ()) -> Call:
    """Give the call of the indicator at `place`; `above` are those that take it as their source.

    Raises
    ------
    IndicatorError
        Its source is not there, or is itself.
    """
    instance = instances[place]
    indicator = catalog.find(instance.indicator_id)
    inputs: dict[Reference, Call] = {}
    for at in references(instance.params).values():
        if at.place in (*above, place):
            raise _refused(indicator, "takes its source from itself")
        if at.place >= len(instances):
            raise _refused(indicator, f"takes its source from indicator {at.place + 1}, which is not there")
        inputs[at] = call_of(at.place, instances, catalog, above=(*above, place))
        if inputs[at].indicator.sees == "visible":
            raise _refused(indicator, f"can't take its source from {inputs[at].indicator.name}")
        outputs = [output.name for output in declared(inputs[at].indicator, inputs[at].params)]
        if at.output not in outputs:
            raise _refused(indicator, f"takes its source from {at.output!r}, which is none of {outputs}")
    origin = catalog.origins.get(indicator.id)
    version = origin.version if origin else ""
    return Call(indicator, instance.params, place, inputs, _timeframe(instance.params), version)


def last_closed(drawn: pd.DatetimeIndex, longer: pd.DatetimeIndex, *, is_intraday: bool) -> NDArray[np.intp]:
    """Give, for each drawn bar, the number of the last longer bar that was closed when it began; -1 for none.

    The longer bar that a drawn one falls into counts as open to its end, so that nothing looks ahead. An intraday
    bar falls into the earlier one of its dates in New York and in UTC: round-the-clock symbols may go by either.
    """
    days = drawn.tz_localize(None).to_numpy()
    if is_intraday:
        days = np.minimum(days, drawn.tz_convert(_ZONE).normalize().tz_localize(None).to_numpy())
    starts = longer.tz_localize(None).to_numpy()
    return np.maximum(starts.searchsorted(days, side="right") - 2, -1)


def _timeframe(params: Params) -> Resolution | None:
    for control in controls(type(params)):
        if control.timeframe:
            asked = shown((control,), params)[control.name]
            return next((length for length in _LENGTHS if length == asked), None)
    return None


def _refused(indicator: Indicator[Any], why: str) -> IndicatorError:
    return IndicatorError(f"{indicator.name} {why}.", indicator_id=indicator.id)
