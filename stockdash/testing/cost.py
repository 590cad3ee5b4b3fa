"""What an indicator costs: processor time of this thread and the peak of the memory that numpy and Python ask for."""

import math
import time
import tracemalloc

from stockdash.testing import made_up
from stockdash.testing.probe import Probe
from stockdash.testing.report import Cost

SAMPLE = 1000  # bars
HISTORY = 15_000  # bars of sixty years, the longest that a chart computes on
LONGEST_SECONDS = 3.0
MOST_BYTES = 4096  # a bar
_NOTICEABLE_SECONDS = 0.01  # below this, growth can't be told from the fixed cost of a call


def measure_cost(probe: Probe) -> Cost:
    """Give what a bar costs with the default parameters; too much is a finding."""
    seconds = min(_seconds(probe, SAMPLE), _seconds(probe, SAMPLE))
    grown = _seconds(probe, 2 * SAMPLE) if seconds > _NOTICEABLE_SECONDS else 2 * seconds
    # A cost that doubles with the bars is the rule; one that grows fourfold is seen at twice the bars.
    growth = max(grown / (2 * seconds), 1.0) if seconds else 1.0
    foreseen = seconds * HISTORY / SAMPLE * growth ** math.log2(HISTORY / SAMPLE)
    if foreseen > LONGEST_SECONDS:
        probe.add(
            "cost", "defaults", f"{HISTORY:,} bars would take {foreseen:.1f} s, {LONGEST_SECONDS:g} s is the limit"
        )
    memory = _peak_bytes(probe) / SAMPLE
    if memory > MOST_BYTES:
        probe.add("cost", "defaults", f"takes {memory:,.0f} bytes of memory a bar, {MOST_BYTES:,} is the limit")
    return Cost(round(seconds / SAMPLE * 1e6, 3), round(memory, 1))


def _seconds(probe: Probe, count: int) -> float:
    bars = made_up.daily(count)
    started = time.thread_time()
    probe.answer(bars, probe.defaults, check="cost", where=f"{count} bars")
    return time.thread_time() - started


def _peak_bytes(probe: Probe) -> int:
    """Give the most that was held at once; Python traces memory for all threads, so others can only add to it."""
    bars, traced_before = made_up.daily(SAMPLE), tracemalloc.is_tracing()
    if not traced_before:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        probe.answer(bars, probe.defaults, check="cost", where=f"{SAMPLE} bars")
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not traced_before:
            tracemalloc.stop()
