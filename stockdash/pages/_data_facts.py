"""The head of the Data page: how the store is doing, in a line of facts. Pure: values in, HTML out, all escaped.

Times are shown in New York time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from stockdash.market import NEW_YORK
from stockdash.pages._header import age_text
from stockdash.stores import Lease, Run

_NAMED, _FAILURES = 6, 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What the head tells.

    Attributes
    ----------
    store : its name, as messages have it.
    stale : of the `watched` symbols, those without a bar that the newest run should have brought.
    leases : of the processes that ingest at the moment; None where that is not known.
    next_run : UTC; None where this process follows no schedule.
    silence : why the source is not asked at the moment; empty when it may be.
    reads_only : whether this store can't be written from here.
    """

    store: str
    watched: int
    stale: tuple[str, ...]
    last_run: Run | None
    leases: tuple[Lease, ...] | None
    next_run: datetime | None
    silence: str
    reads_only: bool


def facts_html(facts: Facts, *, now: datetime) -> str:
    """Give the head."""
    cells = [
        _cell("Up to date", _up_to_date(facts), "sd-stale" if facts.stale else ""),
        _cell(
            "Last run", _last_run(facts.last_run, now), "sd-stale" if facts.last_run and facts.last_run.failed else ""
        ),
        _cell("Next run", _next_run(facts)),
        _cell("At work", _at_work(facts.leases)),
        _cell("Source", facts.silence or _source(facts), _doubt(facts)),
    ]
    return (
        f'<header class="sd-head" aria-label="State of the data"><div class="sd-name"><h1>Data</h1>'
        f'<span>{escape(store_text(facts.store))}</span></div><dl class="sd-facts">{"".join(cells)}</dl></header>'
    )


def _source(facts: Facts) -> str:
    if facts.reads_only:
        return "not asked from here"
    return "some answers failed" if facts.last_run and facts.last_run.failed else "answers"


def store_text(name: str) -> str:
    """Give a store's name as a reader knows it: embedded, on Supabase, or snapshots."""
    kinds = {
        "The SQLite store ": "Embedded store at ",
        "The Supabase store at ": "Supabase project ",
        "The snapshot folder ": "Snapshot folder ",
    }
    for prefix, kind in kinds.items():
        if name.startswith(prefix):
            return kind + name.removeprefix(prefix)
    return name


def moment_text(moment: datetime, now: datetime) -> str:
    """Give a time of the past with its age: ``Fri 20 Nov 16:21 ET · 5 h ago``."""
    return f"{clock_text(moment)} · {age_text(now - moment)}"


def clock_text(moment: datetime) -> str:
    """Give a time: ``Fri 20 Nov 16:21 ET``."""
    there = moment.astimezone(NEW_YORK)
    return f"{there:%a} {there.day} {there:%b %H:%M} ET"


def lease_text(lease: Lease) -> str:
    """Give who ingests, and until when that keeps others out at least."""
    return f"{holder_text(lease.holder)} until {lease.expires_at.astimezone(NEW_YORK):%H:%M:%S} ET at least"


def holder_text(holder: str) -> str:
    """Give host and process of a holder, without what only tells one start of it from another."""
    return ":".join(holder.split(":")[:2])


def run_text(run: Run) -> str:
    """Give what a run did: how long it took, what it wrote and how many symbols failed."""
    written = run.written
    bars = [f"{written.inserted:,} bars new", f"{written.updated:,} updated"]
    failed = [f"{len(run.failed):,} failed"] if run.failed else []
    return ", ".join([f"took {duration_text(run.finished_at - run.started_at)}", *bars, *failed])


def failures_html(failed: Mapping[str, str]) -> str:
    """Give which symbols failed in the newest run, and why; the first of many."""
    shown = [f"<li><b>{escape(symbol)}</b>: {escape(reason)}</li>" for symbol, reason in failed.items()][:_FAILURES]
    more = f"<li>and {len(failed) - len(shown):,} more</li>" if len(failed) > len(shown) else ""
    return f'<ul class="sd-notes" aria-label="Failed in the newest run">{"".join(shown)}{more}</ul>'


def duration_text(duration: timedelta) -> str:
    """Give a duration: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``1 h 5 min``."""
    seconds = duration.total_seconds()
    if seconds < 10:  # noqa: PLR2004 - below, tenths say more
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _up_to_date(facts: Facts) -> str:
    if not facts.stale:
        return f"all {facts.watched:,} watched symbols" if facts.watched else "nothing is watched"
    named = ", ".join(facts.stale[:_NAMED]) + (" …" if len(facts.stale) > _NAMED else "")
    return f"{len(facts.stale):,} of {facts.watched:,} watched symbols are not: {named}"


def _at_work(leases: tuple[Lease, ...] | None) -> str:
    if leases is None:
        return "not known here"
    return ", ".join(lease_text(lease) for lease in leases) or "nobody"


def _last_run(run: Run | None, now: datetime) -> str:
    return "none yet" if run is None else f"{moment_text(run.finished_at, now)}, {run_text(run)}"


def _next_run(facts: Facts) -> str:
    if facts.next_run is not None:
        return clock_text(facts.next_run)
    return "by another process" if facts.reads_only else "none, the schedule is off here"


def _doubt(facts: Facts) -> str:
    return "sd-stale" if facts.silence else ""


def _cell(term: str, text: str, name: str = "") -> str:
    return f'<div><dt>{escape(term)}</dt><dd class="{name}">{escape(text)}</dd></div>'
