"""Numbers, durations and ordered pairs of numbers: sliders where a slider can hit each value, else number boxes."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, get_args

from annotated_types import Ge, GroupedMetadata, Gt, Le, Lt, MultipleOf

from stockdash.forms.control import Control, Spot
from stockdash.forms.unwrap import unwrap

SLIDER_STEPS = 200  # more can't be hit with a pointer on 250 pixels
_FLOAT_STEPS = 100
_DIGITS = 12  # what a double keeps of a sum of decimal steps
_LARGEST = 2**53 - 1  # the last whole number that a browser tells from its neighbours
_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a number as its author wrote them."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    multiple: Any = None

    @classmethod
    def of(cls, metadata: Iterable[object]) -> "Limits":
        """Read them from what pydantic keeps of a field."""
        found: dict[str, Any] = {}
        for item in _flat(metadata):
            match item:
                case Ge():
                    found |= {"low": item.ge, "low_open": False}
                case Gt():
                    found |= {"low": item.gt, "low_open": True}
                case Le():
                    found |= {"high": item.le, "high_open": False}
                case Lt():
                    found |= {"high": item.lt, "high_open": True}
                case MultipleOf():
                    found["multiple"] = item.multiple_of
        return cls(**{name: value for name, value in found.items() if value not in (math.inf, -math.inf)})


@dataclass(frozen=True, slots=True)
class _Reach:
    """The values of a number: `low` to `high` on a grid of `step`, and the exact limits that a box may be given."""

    low: Any
    high: Any
    step: Any
    exact: tuple[Any, Any]
    words: str

    @property
    def is_slider(self) -> bool:
        if self.low is None or self.high is None or self.low >= self.high:
            return False
        return bool((self.high - self.low) / self.step <= SLIDER_STEPS + 1e-6)


def integer(spot: Spot) -> Control:
    """Make the control of an int."""
    return _numeric(spot, _whole(Limits.of(spot.metadata), spot.hints.soft), spot.default)


def real(spot: Spot) -> Control:
    """Make the control of a float."""
    default = None if spot.default is None else float(spot.default)
    return _numeric(spot, _real(Limits.of(spot.metadata), spot.hints.soft), default)


def duration(spot: Spot) -> Control:
    """Make the control of a timedelta, in the largest unit in which its default, limits and step are whole."""
    limits = Limits.of(spot.metadata)
    known = [value for value in (limits.low, limits.high, limits.multiple, spot.default) if value is not None]
    seconds = [value.total_seconds() if isinstance(value, timedelta) else float(value) for value in known]
    whole = (pair for pair in _UNITS if all(value % pair[1] == 0 for value in seconds))
    unit, scale = next(whole, _UNITS[-1])
    scaled = replace(limits, low=_scaled(limits.low, scale), high=_scaled(limits.high, scale), multiple=None)
    default = None if spot.default is None else _scaled(spot.default, scale)
    whole_units = all(isinstance(value or 0, int) for value in (default, *_ends(scaled)))
    reach = _whole if whole_units else _real
    return _numeric(spot, reach(scaled, None), default, scale=scale, reach_unit=unit)


def pair(spot: Spot) -> Control:
    """Make the control of two values, the lower one first: a slider with two handles, or two number boxes."""
    (kind, first), (_, second) = (unwrap(part) for part in get_args(spot.annotation))
    limits = _both(Limits.of((*spot.metadata, *first)), Limits.of((*spot.metadata, *second)))
    if issubclass(kind, date):
        if limits.low is None or limits.high is None:
            raise spot.refuse("is a pair of dates without limits (ge, le), for which there is no control")
        day = timedelta(days=1)
        first, last = limits.low + day * limits.low_open, limits.high - day * limits.high_open
        return spot.control("range", reach=f"{first} to {last}", minimum=first, maximum=last, step=day)
    reach = (_whole if kind is int else _real)(limits, spot.hints.soft)
    default = tuple(sorted(kind(value) for value in spot.default))
    return spot.control(
        "range" if reach.is_slider else "pair",
        reach=reach.words,
        default=default,
        minimum=reach.low,
        maximum=reach.high,
        step=reach.step,
        limits=_beyond(reach),
    )


def _numeric(spot: Spot, reach: _Reach, default: Any, *, scale: float = 0, reach_unit: str = "") -> Control:
    usual = spot.hints.soft
    words = (reach.words, reach_unit, f"(usually {usual[0]:g} to {usual[1]:g})" if usual else "")
    low, high = (reach.low, reach.high) if reach.is_slider else reach.exact
    return spot.control(
        "slider" if reach.is_slider else "number",
        reach=" ".join(word for word in words if word),
        default=default,
        minimum=low,
        maximum=high,
        step=reach.step,
        scale=scale,
        limits=_beyond(reach),
    )


def _beyond(reach: _Reach) -> tuple[Any, Any] | None:
    return reach.exact if reach.is_slider and reach.exact != (reach.low, reach.high) else None


def _whole(limits: Limits, soft: tuple[float, float] | None) -> _Reach:
    step = int(limits.multiple or 1)
    low = None if limits.low is None else math.floor(limits.low) + 1 if limits.low_open else math.ceil(limits.low)
    high = None if limits.high is None else math.ceil(limits.high) - 1 if limits.high_open else math.floor(limits.high)
    low = None if low is None or low < -_LARGEST else math.ceil(low / step) * step
    high = None if high is None or high > _LARGEST else math.floor(high / step) * step
    usual = (
        (low, high)
        if soft is None
        else (_inside(soft[0], low, step, math.ceil), _inside(soft[1], high, step, math.floor))
    )
    return _Reach(usual[0], usual[1], step, (low, high), _range(low, high))


def _inside(soft: float, hard: int | None, step: int, rounded: Callable[[float], int]) -> int:
    """Give a soft limit on the grid, and not beyond the hard one."""
    end = rounded(soft / step) * step
    if hard is None:
        return end
    return max(end, hard) if rounded is math.ceil else min(end, hard)


def _real(limits: Limits, soft: tuple[float, float] | None) -> _Reach:
    low, high = (None if end is None else float(end) for end in _ends(limits))
    ends = (low, high) if soft is None else _clipped((float(soft[0]), float(soft[1])), low, high)
    step = float(limits.multiple or _float_step(*ends))
    first = None if ends[0] is None else _on_grid(ends[0], step, up=True, is_free=not limits.multiple)
    last = None if ends[1] is None else _on_grid(ends[1], step, up=False, is_free=not limits.multiple)
    if limits.low_open and first is not None and first == low:
        first = _decimal(first + step)
    if limits.high_open and last is not None and last == high:
        last = _decimal(last - step)
    exact_low = math.nextafter(low, math.inf) if low is not None and limits.low_open else low
    exact_high = math.nextafter(high, -math.inf) if high is not None and limits.high_open else high
    return _Reach(first, last, step, (exact_low, exact_high), _open_range(low, high, limits))


def _clipped(ends: tuple[float, float], low: float | None, high: float | None) -> tuple[float, float]:
    return ends[0] if low is None else max(ends[0], low), ends[1] if high is None else min(ends[1], high)


def _on_grid(value: float, step: float, *, up: bool, is_free: bool) -> float:
    if is_free:
        return value
    cells = value / step
    return _decimal((math.ceil(cells - 1e-9) if up else math.floor(cells + 1e-9)) * step)


def _decimal(value: float) -> float:
    """Give the number that is meant: a sum of decimal steps misses it by the last bits of a double."""
    return float(f"{value:.{_DIGITS}g}")


def _float_step(low: float | None, high: float | None) -> float:
    """Give a round step (0.1, 0.2, 0.5, 1, 2 ...) that cuts the range into 80 to 200 parts."""
    if low is None or high is None or high <= low:
        return 0.1
    span = high - low
    decade = math.floor(math.log10(span / _FLOAT_STEPS))
    cells = span / 10.0**decade
    return float(f"{1 if cells <= SLIDER_STEPS else 2 if cells <= 2 * SLIDER_STEPS else 5}e{decade}")


def _both(first: Limits, second: Limits) -> Limits:
    """Give the limits of two values of which the first is the lower."""
    low = first if first.low is not None else second
    high = second if second.high is not None else first
    multiple = first.multiple or second.multiple
    return Limits(low.low, high.high, low.low_open, high.high_open, multiple)


def _ends(limits: Limits) -> tuple[Any, Any]:
    return limits.low, limits.high


def _scaled(value: timedelta | None, scale: int) -> float | None:
    if value is None:
        return None
    units = value.total_seconds() / scale
    return int(units) if units.is_integer() else units


def _flat(metadata: Iterable[object]) -> Iterator[object]:
    for item in metadata:
        if isinstance(item, GroupedMetadata):
            yield from _flat(item)
        else:
            yield item


def _open_range(low: float | None, high: float | None, limits: Limits) -> str:
    return _range(low, high, above="above " if limits.low_open else "", below="below " if limits.high_open else "")


def _range(low: float | None, high: float | None, *, above: str = "", below: str = "") -> str:
    if low is not None and high is not None:
        return f"{above}{low:g} to {below}{high:g}"
    if low is not None:
        return f"{above or 'at least '}{low:g}"
    return "" if high is None else f"{below or 'at most '}{high:g}"
