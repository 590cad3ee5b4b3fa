"""The view of one browser session, in step with its link.

The link is read when the session starts and whenever the browser brings one that it does not have from us (a pasted
link, the back button). Going to another page of the app drops the link: coming back brings the session's own. Each run
of the page writes it; between them, the chart keeps the address line up to date.
Each indicator instance has a number of its own for its widgets' keys, so that removing one never moves the others'
values.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

import streamlit as st

from stockdash.forms import Blame
from stockdash.indicators import Params
from stockdash.pages._instances import Instance, moved
from stockdash.pages._looks import Look
from stockdash.pages._view import View, read_view, write_view
from stockdash.registry import Catalog

if TYPE_CHECKING:
    from stockdash.pages._failed import Missing

_KEY, _AWAY, _WANTED = "session", "away", "wanted"
# A browser sends the link it has; while it is being told of a newer one, that is one we have just replaced.
_LINK_LAG_SECONDS = 2.0

Link = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Start:
    """What a visitor without a link sees: `view`, with `notes` about its indicators.

    With `names_indicators` every link names them, since what a link without them shows may change.
    """

    view: View
    notes: tuple[str, ...] = ()
    names_indicators: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the slider `key`, of the indicator at `place`, to `value`.

    `near` are the parameters that the next steps would set, where `instances` are still all that is shown.
    """

    instances: tuple[Instance, ...]
    place: int
    key: str
    value: float
    near: Mapping[float, Params]


@dataclass(slots=True)
class Session:
    """What one session remembers between reruns.

    `written` is the link that the page wrote last: what Streamlit's side of the browser believes to be the present one.
    `given` is the one that stands in the address line, from the page or from the chart.
    `numbers` are the instances' own, in the order of ``view.instances``. `resets` counts how often the user asked
    for a range: the chart keeps the user's zoom while it stays. `troubles` says, by the
    instance's number, what is wrong with the parameters that are set. `seconds` is how long the instance's last
    computation took, and `pending` what the user set and has not applied. `start` is what the session began with.
    `step` is the one that the chart does not show yet. `styling` says whose looks are laid open, `missing` what the
    chart does not show, and `told` what stands below it.
    """

    view: View
    default: View
    written: Link
    given: Link = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    resets: int = 0
    troubles: dict[int, Blame] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    pending: dict[int, Params] = field(default_factory=dict)
    styling: set[int] = field(default_factory=set)
    step: Step | None = None
    missing: "Missing | None" = None
    told: "Missing | None" = None
    start: Start | None = None
    clock: Callable[[], float] = time.monotonic
    _replaced: deque[tuple[float, Link]] = field(default_factory=lambda: deque(maxlen=50))
    _fresh: "count[int]" = field(default_factory=count)

    @property
    def revision(self) -> str:
        """What the chart's range belongs to."""
        return f"{self.view.symbol} {self.resets} {int(self.view.demo)}"

    def show(self, **changes: object) -> None:
        """Change the view."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]

    def open(self, symbol: str) -> None:
        """Show another symbol, at the range button that is on."""
        self.show_range(symbol=symbol, start=None, end=None)

    def show_range(self, **changes: object) -> None:
        """Change the view and make the chart show its range again."""
        self.notes = ()
        self.show(**changes)
        self.resets += 1

    def add(self, instance: Instance) -> None:
        """Add an indicator below the others."""
        self.show(instances=(*self.view.instances, instance))
        self.numbers = (*self.numbers, next(self._fresh))

    def remove(self, number: int) -> None:
        """Remove the indicator of that number; what took its source from it takes its default one."""
        kept = [place for place, at in enumerate(self.numbers) if at != number]
        instances = [self.view.instances[place] for place in kept]
        self.numbers = tuple(self.numbers[place] for place in kept)
        self.show(instances=moved(instances, {old: new for new, old in enumerate(kept)}))
        self.pending.clear()

    def replace_all(self, instances: tuple[Instance, ...], notes: tuple[str, ...] = ()) -> None:
        """Show these indicators in the place of the present ones."""
        self.show(instances=instances)
        self._number()
        self.notes = notes

    def instance(self, number: int) -> Instance:
        """Give the indicator of that number."""
        return self.view.instances[self.numbers.index(number)]

    def tune(self, number: int, params: Params) -> None:
        """Set the parameters of the indicator of that number."""
        self._change(number, params=params)

    def dress(self, number: int, styles: Mapping[str, Look]) -> None:
        """Set how the outputs of the indicator of that number are drawn; none is computed again."""
        self._change(number, styles={name: look for name, look in styles.items() if look != Look()})

    def hide(self, number: int, *, hidden: bool) -> None:
        """Take the indicator of that number off the chart, or draw it again."""
        self._change(number, hidden=hidden)

    def _change(self, number: int, **changes: object) -> None:
        pairs = zip(self.numbers, self.view.instances, strict=True)
        changed = (replace(was, **changes) if at == number else was for at, was in pairs)  # type: ignore[arg-type]
        self.show(instances=tuple(changed))

    def read(self, link: Link, catalog: Catalog) -> None:
        """Take the view from a link."""
        reading = read_view(link, catalog=catalog, default=self.default)
        self.view, self.notes, self.written = reading.view, reading.notes, link
        if self.start is not None and "i" not in link:
            self.notes += self.start.notes
        self._number()
        self.resets += 1

    def _number(self) -> None:
        """Give every indicator a new number: no widget keeps what it showed of another one."""
        self.numbers = tuple(next(self._fresh) for _ in self.view.instances)
        self.troubles.clear()
        self.seconds.clear()
        self.pending.clear()

    def is_foreign(self, link: Link) -> bool:
        """Tell whether `link` is none that we have given the browser as the present one."""
        moment_ago = self.clock() - _LINK_LAG_SECONDS
        replaced = [old for at, old in self._replaced if at > moment_ago]
        return link not in (self.link, self.written, self.given, *replaced)

    @property
    def link(self) -> Link:
        """The words of the link to what is shown."""
        names_indicators = self.start is not None and self.start.names_indicators
        return write_view(self.view, default=self.default, names_indicators=names_indicators)

    def give(self) -> Link:
        """Give the link for the chart to put into the address line, and remember that it stands there."""
        link = self.link
        if link != self.given:
            self._replaced.append((self.clock(), self.given))
            self.given = link
        return link

    def write(self) -> Link:
        """Give the link for the page to put into the address line, and remember that it stands there."""
        link = self.give()
        if link != self.written:
            self._replaced.append((self.clock(), self.written))
            self.written = link
        return link


def open_session(catalog: Catalog, usual: Callable[[], Start]) -> tuple[Session, bool]:
    """Give this browser session, and whether its widgets are to show its view anew; `usual` is asked once."""
    link = {name: st.query_params.get_all(name) for name in st.query_params}
    session, was_away = present_session(), st.session_state.pop(_AWAY, False)
    if session is None:
        start = usual()
        session = st.session_state[_KEY] = Session(view=start.view, default=start.view, written={}, start=start)
        session.read(link, catalog)
    elif was_away and not link:
        session.written = link
    elif session.is_foreign(link):
        session.read(link, catalog)
    elif not was_away:
        return session, False
    for instance in st.session_state.pop(_WANTED, ()):
        session.add(instance)
    return session, True


def present_session() -> Session | None:
    """Give this browser session if the chart has been opened in it."""
    return st.session_state.get(_KEY)


def leave() -> None:
    """Remember that something else is shown: the chart's widgets don't survive that, nor does its link another page."""
    st.session_state[_AWAY] = True


def want(instance: Instance) -> None:
    """Have the chart add an indicator when it is next opened."""
    st.session_state[_WANTED] = (*st.session_state.get(_WANTED, ()), instance)


def write_link(session: Session) -> None:
    """Put the view into the browser's address line, as a step that the back button undoes."""
    before = session.written
    after = session.write()
    if after != before:
        st.query_params.from_dict(after)
