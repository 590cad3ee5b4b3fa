"""What the indicators of a view answer, as traces: those that are drawn, and those of a slider's next steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from stockdash.adjust import Mode
from stockdash.charts import Resolution, Trace, Visible, changes, snapped
from stockdash.charts.zoomchart import Slider
from stockdash.errors import IndicatorError, PluginError
from stockdash.indicators import Params
from stockdash.pages import _frames
from stockdash.pages._chain import Call, call_of
from stockdash.pages._engine import engine
from stockdash.pages._failed import Failed
from stockdash.pages._frames import Outline, Shelf
from stockdash.pages._guard import Ahead, Answer, Keeper, Trouble, guard
from stockdash.pages._instances import Instance
from stockdash.pages._session import Session
from stockdash.pages._traces import Drawn, dressed, profile_of, traces_of
from stockdash.query import History
from stockdash.registry import Catalog

_LONGEST_WEEKEND = pd.Timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: all bars of `resolution`, or the finest ones in the `visible` range."""

    of: Shelf
    history: History
    mode: Mode
    resolution: Resolution
    visible: Visible

    def answer(self, call: Call, keeper: Keeper) -> Answer | Trouble:
        """Give what `call` answers over what it is to see."""
        if call.indicator.sees == "visible":
            return self._in_sight(call, keeper)
        return _frames.answer(self.of, call, resolution=self.resolution, mode=self.mode, guard=keeper)

    def _in_sight(self, call: Call, keeper: Keeper) -> Answer | Trouble:
        index = pd.DatetimeIndex(self.history.bars.index)
        whole = snapped(index, self.visible, self.resolution) if len(index) else self.visible
        first = intraday_from(self.visible, _frames.outline(self.of))
        finest: Resolution = "30m" if first is not None and first.floor("D") <= whole[0] else "1d"
        return _frames.in_sight(self.of, call, visible=whole, resolution=finest, mode=self.mode, guard=keeper)


@dataclass(frozen=True, slots=True)
class Computed:
    """The traces of every indicator that could be computed, why the others could not, and the seconds by number."""

    traces: list[Trace] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    seconds: dict[int, float] = field(default_factory=dict)

    @property
    def missing(self) -> list[int]:
        """Give the numbers of the indicators that could not be computed."""
        return [one.number for one in self.failed]


def computed(session: Session, catalog: Catalog, sight: Sight) -> Computed:
    """Compute what is drawn, and remember in the session how long it took."""
    found = _computed(session.view.instances, session.numbers, catalog, sight, guard())
    session.seconds |= found.seconds
    return found


def next_steps(session: Session, catalog: Catalog, sight: Sight, drawn: Computed) -> Slider | None:
    """Give what the next steps of the slider that was moved will change of what is `drawn`; once for each step."""
    step, session.step = session.step, None
    if step is None or step.instances is not session.view.instances or session.numbers[step.place] in drawn.missing:
        return None
    index, near = pd.DatetimeIndex(sight.history.bars.index), {}
    for value, params in step.near.items():
        found = _computed(_with(step.instances, step.place, params), session.numbers, catalog, sight, Ahead(guard()))
        lines = changes(drawn.traces, found.traces, index, visible=sight.visible, resolution=sight.resolution)
        if lines is not None and found.missing == drawn.missing:
            near[value] = lines
    return Slider(step.key, step.value, near)


def intraday_from(visible: Visible, outline: Outline) -> pd.Timestamp | None:
    """Give the start of the 30-minute bars; None when they end too long before what is visible does."""
    if outline.intraday is None:
        return None
    first, last = outline.intraday
    last_day = outline.sessions[-1] + pd.Timedelta(days=1)
    return first if min(visible[1], last_day) - last <= _LONGEST_WEEKEND else None


def _with(instances: Sequence[Instance], place: int, params: Params) -> tuple[Instance, ...]:
    return tuple(replace(was, params=params) if at == place else was for at, was in enumerate(instances))


def _computed(
    instances: Sequence[Instance], numbers: Sequence[int], catalog: Catalog, sight: Sight, keeper: Keeper
) -> Computed:
    all_found = Computed()
    for place, drawn in enumerate(dressed(instances, catalog)):
        instance, number = instances[place], numbers[place]
        if instance.hidden or (drawn and not any(one.visible for one in drawn)):
            continue
        call: Call | None = None
        try:
            call = call_of(place, instances, catalog)
            found = sight.answer(call, keeper)
            home = call.home
        except (IndicatorError, PluginError) as exc:
            all_found.failed.append(Failed(number, instance.indicator_id, call, Trouble("refused", str(exc))))
            continue
        if isinstance(found, Trouble):
            all_found.failed.append(Failed(number, instance.indicator_id, call, found))
            if found.kind == "late":
                all_found.seconds[number] = guard().budget_seconds
            continue
        all_found.seconds[number] = found.seconds
        pane = "price" if home is None else f"{home.indicator.id}.{numbers[home.place]}"
        all_found.traces.extend(_drawn(call, drawn, found, sight, pane=pane, group=str(number)))
    return all_found


def _drawn(call: Call, drawn: Sequence[Drawn], found: Answer, sight: Sight, *, pane: str, group: str) -> list[Trace]:
    bars = sight.history.bars
    if call.indicator.sees == "visible":
        return profile_of(drawn, found.columns, legend=call.legend, group=group, bars=bars)
    legend = f"{call.legend} {engine().verdict(call.indicator.id).warning}".rstrip()
    return traces_of(drawn, found.columns, legend=legend, pane=pane, bars=bars)
