"""Texts, colours, dates and times."""

from datetime import UTC, datetime, timedelta
from typing import Any

from annotated_types import MaxLen, MinLen
from pydantic import AwareDatetime

from stockdash.fields import SOURCES
from stockdash.forms.control import Control, Spot
from stockdash.forms.numbers import Limits

_DAY = timedelta(days=1)


def text(spot: Spot) -> Control:
    """Make the control of a str; its JSON schema's format tells a colour and a source from a text."""
    if spot.hints.format == "color":
        return spot.control("color")
    if spot.hints.format == "source":
        return spot.control("source", choices=SOURCES)
    longest = next((item.max_length for item in spot.metadata if isinstance(item, MaxLen)), None)
    shortest = next((item.min_length for item in spot.metadata if isinstance(item, MinLen)), 0)
    pattern = next((item.pattern for item in spot.metadata if getattr(item, "pattern", None)), "")
    reach = ", ".join(part for part in (_letters(shortest, longest), f"like {pattern}" if pattern else "") if part)
    return spot.control("text", reach=reach, max_length=longest, pattern=str(getattr(pattern, "pattern", pattern)))


def day(spot: Spot) -> Control:
    """Make the control of a date."""
    limits = _closed(Limits.of(spot.metadata))
    return _dated(spot, "date", limits)


def moment(spot: Spot) -> Control:
    """Make the control of a datetime; an aware one is shown in UTC."""
    return _dated(spot, "datetime", Limits.of(spot.metadata))


def clock(spot: Spot) -> Control:
    """Make the control of a time of day; a browser's has no limits, so the model checks them."""
    limits = Limits.of(spot.metadata)
    return spot.control("time", reach=_span(limits))


def naive_utc(value: Any) -> Any:
    """Give an aware datetime as a browser shows it: UTC, without saying so."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def _closed(limits: Limits) -> Limits:
    """Give the first and the last day that are allowed, where the limits exclude the ones they name."""
    low = limits.low + _DAY if limits.low_open else limits.low
    high = limits.high - _DAY if limits.high_open else limits.high
    return Limits(low, high)


def _dated(spot: Spot, kind: Any, limits: Limits) -> Control:
    aware = spot.annotation is AwareDatetime or getattr(spot.default, "tzinfo", None) is not None
    return spot.control(
        kind,
        reach=f"{_span(limits)} {'UTC' if aware else ''}".strip(),
        default=naive_utc(spot.default),
        minimum=naive_utc(limits.low),
        maximum=naive_utc(limits.high),
        zone="UTC" if aware else "",
    )


def _span(limits: Limits) -> str:
    if limits.low is not None and limits.high is not None:
        return f"{limits.low} to {limits.high}"
    if limits.low is not None:
        return f"from {limits.low}"
    return "" if limits.high is None else f"up to {limits.high}"


def _letters(shortest: int, longest: int | None) -> str:
    if longest is not None:
        return f"{shortest} to {longest} letters" if shortest else f"at most {longest} letters"
    return f"at least {shortest} letters" if shortest else ""
