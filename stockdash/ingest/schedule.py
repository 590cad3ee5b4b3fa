"""Ingesting on a schedule, in the background of the app or of ``stockdash worker``.

A run starts whenever a bar becomes final: every half hour of an open session, 15 minutes after the bar's end, and
20 minutes after the close (16:20 New York, 13:20 on half days) for the day and its last half hour. Nothing on
holidays. One more run at the start catches up with what was missed.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from stockdash.ingest.backlog import Backlog, Snapshot
from stockdash.ingest.run import Ingestion
from stockdash.market import DAILY_DELAY, INTRADAY_DELAY, Market

# A sleeping computer's timers stand still; so the time is looked at this often.
LOOK_AT_CLOCK = timedelta(minutes=2)

# A lease that ends by the store's clock may already have ended by ours, and is not asked for in a tight loop.
SOONEST = timedelta(seconds=1)

log = logging.getLogger(__name__)
# It logs each time it wakes, and each time that a job comes due while one waits already.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


def next_run(market: Market, now: datetime) -> datetime:
    """Give the first time after `now` (UTC) at which a bar of the exchange becomes final."""
    session = market.current_session(now)
    return min(at for day in (session, market.after(session)) for at in _run_times(market, day) if at > now)


def newest_run(market: Market, now: datetime) -> datetime:
    """Give the last such time up to `now` (UTC)."""
    session = market.current_session(now)
    return max(at for day in (market.before(session), session) for at in _run_times(market, day) if at <= now)


class Scheduler:
    """Runs an `Ingestion` on the exchange's calendar, and at once when asked. Any thread may call its methods."""

    def __init__(self, ingestion: Ingestion, watched: Callable[[], Sequence[str]]) -> None:
        """Keep `watched`, which gives the symbols to keep up to date whenever a run starts."""
        self._ingestion = ingestion
        self._backlog = Backlog(ingestion, watched)
        self._on_schedule = False
        self._working = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread, so that no two runs of this process meet.
            executors={"default": ThreadPoolExecutor(1)},
            # Two: a run that comes due during another one waits for its end.
            job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None},
        )

    def start(self, *, on_schedule: bool = True) -> None:
        """Start in the background and catch up at once; without `on_schedule` only `run_now` starts a run.

        A scheduler that was stopped stays so.
        """
        if self._backlog.is_stopped:
            return
        self._on_schedule = on_schedule
        if on_schedule:
            due = _Due(self._ingestion.market)
            self._scheduler.add_job(self._run_everything, due, id="due", next_run_time=datetime.now(UTC))
            self._scheduler.add_job(_look_at_clock, "interval", seconds=LOOK_AT_CLOCK.total_seconds(), id="clock")
        self._scheduler.start()
        log.info("Background scheduler started")

    def stop(self) -> None:
        """End after the symbol that is going on, which is waited for; the lease is given back."""
        self._backlog.stop()
        if not self._scheduler.running:
            return
        # APScheduler would wait with a lock held that a run needs to plan its retry.
        self._scheduler.shutdown(wait=False)
        with self._working:
            log.info("Background scheduler stopped")

    @property
    def is_alive(self) -> bool:
        """Whether it was started and not stopped."""
        return bool(self._scheduler.running) and not self._backlog.is_stopped

    def run_now(self, symbols: Iterable[str] = ()) -> None:
        """Ingest `symbols`, or all watched ones, as soon as possible; returns at once."""
        asked = tuple(symbols)
        if asked:
            self._backlog.want(asked)
        else:
            self._backlog.want_everything()
        self._scheduler.add_job(self._work)

    def snapshot(self) -> Snapshot:
        """Tell what goes on, and when the next run is."""
        seen = self._backlog.snapshot()
        planned = next_run(self._ingestion.market, self._ingestion.clock()) if self._on_schedule else None
        return replace(seen, next_run=min(filter(None, (planned, seen.retry_at)), default=None))

    def _run_everything(self) -> None:
        # What another process has asked for since the bar became final need not be asked for again.
        self._backlog.want_everything(newest_run(self._ingestion.market, self._ingestion.clock()))
        self._work()

    def _work(self) -> None:
        with self._working:
            self._backlog.work()
        retry_at = self._backlog.snapshot().retry_at
        if retry_at is not None:
            at = max(retry_at, datetime.now(UTC) + SOONEST)
            self._scheduler.add_job(self._run_everything, "date", run_date=at, id="retry", replace_existing=True)
            return
        with suppress(JobLookupError):
            self._scheduler.remove_job("retry")


class _Due(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 is untyped
    """Fires when `next_run` says so."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Give the first time after both; APScheduler's contract."""
        return next_run(self._market, max(previous_fire_time or now, now))


def _run_times(market: Market, session: date) -> list[datetime]:
    _, closes = market.hours(session)
    # The last half hour of the day is final before the day is; one run brings both.
    ends = market.bar_ends("30m", market.grid(session)[:-1])
    return [*(ends + INTRADAY_DELAY).to_pydatetime(), closes + DAILY_DELAY]


def _look_at_clock() -> None:
    """Do nothing: APScheduler looks at the clock before and after."""
