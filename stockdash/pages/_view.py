"""The whole view and its form in a link: what stands in the URL is what is on the screen.

Pure. Reading never fails and never fetches: whatever can't be used becomes its default and a note for the user.
A link names every parameter of every indicator, so that it shows the same picture after a plugin changes its
defaults. Times are UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import unquote

from stockdash.charts import PRESETS, STYLES, Preset, Style
from stockdash.errors import InvalidSymbolError, PluginError
from stockdash.forms import Blame, controls, from_link, link_name, to_link, validated
from stockdash.indicators import Indicator, Params
from stockdash.pages._instances import Instance, moved, without_cycles
from stockdash.pages._looks import SIGN, Looks, read_looks, write_looks
from stockdash.registry import Catalog
from stockdash.symbols import parse_symbol

Pinned = Literal["auto", "30m", "1d", "1wk", "1mo"]
Adjust = Literal["all", "splits", "none"]

MAX_INSTANCES = 12  # more legends than a chart can hold
_MAX_TEXT = 400
_MOST_NAMED = 3
_MAX_INSTANCE = 4000  # every parameter of a large form
_NO_INDICATORS = "none"
_YEARS = range(1900, 2101)
_FLAGS = {"1": True, "0": False}

Query = Mapping[str, Sequence[str]]
T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the user chose.

    `start` and `end` (UTC) are the visible range when the user zoomed or typed one; then `preset` is only what
    they came from.
    """

    symbol: str
    preset: Preset = "3M"
    start: datetime | None = None
    end: datetime | None = None
    interval: Pinned = "auto"
    style: Style = "candles"
    log: bool = False
    volume: bool = True
    adjust: Adjust = "all"
    events: bool = True
    demo: bool = False
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A view read from a link, and what of the link could not be used."""

    view: View
    notes: tuple[str, ...] = ()


def read_view(query: Query, *, catalog: Catalog, default: View) -> Reading:
    """Read the view of a link; what it does not say, or says wrongly, comes from `default`."""
    reader = _Reader({name: values[-1][:_MAX_TEXT] for name, values in query.items() if values})
    start, end = reader.period()
    view = View(
        symbol=reader.symbol(default.symbol),
        preset=reader.choice("range", PRESETS, default.preset),
        start=start,
        end=end,
        interval=reader.choice("interval", get_args(Pinned), default.interval),
        style=reader.choice("style", STYLES, default.style),
        log=reader.flag("log", default=default.log),
        volume=reader.flag("volume", default=default.volume),
        adjust=reader.choice("adjust", get_args(Adjust), default.adjust),
        events=reader.flag("events", default=default.events),
        demo=reader.flag("demo", default=default.demo),
        instances=default.instances,
    )
    if "i" in query:
        view = replace(view, instances=reader.instances(query["i"], catalog))
    return Reading(view, tuple(reader.notes))


def write_view(view: View, *, default: View, names_indicators: bool = False) -> dict[str, list[str]]:
    """Give the query of a link that `read_view` reads back as `view`.

    With `names_indicators` it does so whatever indicators the default has by then.
    """
    query = {"symbol": [view.symbol]}
    words = ("interval", "style", "adjust")
    flags = ("log", "volume", "events", "demo")
    query |= {name: [getattr(view, name)] for name in words if getattr(view, name) != getattr(default, name)}
    query |= {name: [str(int(getattr(view, name)))] for name in flags if getattr(view, name) != getattr(default, name)}
    if view.preset != default.preset:
        query["range"] = [view.preset]
    if view.start is not None and view.end is not None:
        query |= {"from": [_moment_text(view.start)], "to": [_moment_text(view.end)]}
    if names_indicators or view.instances != default.instances:
        query["i"] = [_instance_text(instance) for instance in view.instances] or [_NO_INDICATORS]
    return query


class _Reader:
    """Takes single words of a link and collects the notes."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        self.notes: list[str] = []

    def symbol(self, default: str) -> str:
        if "symbol" not in self._words:
            return default
        try:
            return parse_symbol(self._words["symbol"])
        except InvalidSymbolError as exc:
            self.notes.append(f"{exc} Showing {default} instead.")
            return default

    def choice(self, name: str, choices: tuple[T, ...], default: T) -> T:
        word = self._words.get(name)
        for choice in choices:
            if word == choice:
                return choice
        if word is not None:
            self._refuse(name, word, expected=", ".join(choices))
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        word = self._words.get(name)
        if word is None or word in _FLAGS:
            return default if word is None else _FLAGS[word]
        self._refuse(name, word, expected="0, 1")
        return default

    def period(self) -> tuple[datetime | None, datetime | None]:
        start, end = self._moment("from"), self._moment("to")
        if start is None and end is None:
            return None, None
        if start is None or end is None or start >= end:
            self.notes.append("The link's dates need a start (from) before an end (to); showing the default range.")
            return None, None
        return start, end

    def instances(self, texts: Sequence[str], catalog: Catalog) -> tuple[Instance, ...]:
        if len(texts) > MAX_INSTANCES:
            self.notes.append(f"The link has {len(texts)} indicators; showing the first {MAX_INSTANCES}.")
        wanted = [text for text in texts[:MAX_INSTANCES] if text != _NO_INDICATORS]
        found = [self._instance(text[:_MAX_INSTANCE], catalog) for text in wanted]
        there = [place for place, instance in enumerate(found) if instance is not None]
        kept = [instance for instance in found if instance is not None]
        instances, cut = without_cycles(moved(kept, {old: new for new, old in enumerate(there)}))
        for place in cut:
            name = catalog.find(instances[place].indicator_id).name
            self.notes.append(f"{name} can't take its source from itself; using the default one.")
        return instances

    def _instance(self, text: str, catalog: Catalog) -> Instance | None:
        indicator_id, *parts = text.split("~")
        try:
            indicator = catalog.find(indicator_id)
        except PluginError as exc:
            self.notes.append(f"{exc} It is left out.")
            return None
        said = (part.partition(".") for part in parts if not part.startswith(SIGN))
        looks = self._looks(indicator, [part for part in parts if part.startswith(SIGN)])
        params = self._params(indicator, {name: word for name, _, word in said})
        return Instance(indicator_id, params, looks.styles, looks.hidden)

    def _looks(self, indicator: Indicator[Any], parts: list[str]) -> Looks:
        looks = read_looks(parts)
        if looks.wrong:
            named = ", ".join(unquote(part.removeprefix(SIGN))[:40] for part in looks.wrong[:_MOST_NAMED])
            self.notes.append(f"{indicator.name} can't be drawn with {named}; drawing it as usual there.")
        return looks

    def _params(self, indicator: Indicator[Any], words: dict[str, str]) -> Params:
        form = controls(indicator.params)
        read: Params | Blame = validated(indicator.params, from_link(form, words)) if words else indicator.params()
        if not isinstance(read, Blame):
            return read
        spelt = {link_name(control.name) for control in form}
        wrong = ({link_name(name) for name in read.fields} & set(words)) or set(words) - spelt or set(words)
        named = ", ".join(f"{name[:40]}={unquote(words[name])[:40]}" for name in sorted(wrong))
        self.notes.append(f"{indicator.name} can't be run with {named}; using its defaults there.")
        return self._params(indicator, {name: word for name, word in words.items() if name not in wrong})

    def _moment(self, name: str) -> datetime | None:
        word = self._words.get(name)
        if word is None:
            return None
        try:
            moment = datetime.fromisoformat(word)
        except ValueError:
            moment = None
        if moment is None or moment.year not in _YEARS:
            self._refuse(name, word, expected="a date such as 2024-06-10, or a UTC time such as 2024-06-10T14:30")
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

    def _refuse(self, name: str, word: str, *, expected: str) -> None:
        self.notes.append(f"The link says {name}={word[:40]!r}, expected {expected}; using the default.")


def _instance_text(instance: Instance) -> str:
    words = to_link(controls(type(instance.params)), instance.params)
    looks = write_looks(instance.styles, hidden=instance.hidden)
    return "~".join((instance.indicator_id, *(f"{name}.{word}" for name, word in words.items()), *looks))


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d" if moment.time() == datetime.min.time() else "%Y-%m-%dT%H:%M")
