"""Many analysts on one process: websocket clients that each change a parameter every two seconds.

Run by hand against a running app: ``python -m tests.bench.sessions --url http://127.0.0.1:8501 --sessions 100``.
Speaks Streamlit's own protocol, so the server does all it does for a browser; only the drawing is missing. Prints the
median and 95th percentile of the time from the changed widget to the end of its rerun. With ``--pid`` it tells the
server's memory: ten more sessions come first and stay, so that what a process loads and caches once is loaded; then it
is measured before the others come and when all have done their work and are still there. ``--sessions 1 --rounds 1000
--think 0`` tells whether memory stays flat over the reruns of one session.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
import statistics
import time
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates

CHARTS = {"bidi_component", "plotly_chart"}
EARLY = 10


class Analyst:
    """One session: opens the page, then sets its first slider to one value after another."""

    def __init__(self, url: str, query: str) -> None:
        self.url = re.sub("^http", "ws", url) + "/_stcore/stream"
        self.query = query
        self.states: dict[str, float] = {}
        self.slider = ""
        self.limits = (0.0, 0.0)
        self.fragment = ""
        self.seconds: list[float] = []

    async def work(self, options: argparse.Namespace, *, crowd: "Crowd") -> None:
        """Open the page, wait until everybody has, change the slider ``options.rounds`` times, stay to the end."""
        async with websockets.connect(
            self.url, max_size=None, subprotocols=["streamlit"], ping_interval=None
        ) as socket:
            async with crowd.gate:
                await self._rerun(socket)
            if not self.slider:
                raise SystemExit("The page shows no slider; is it the chart page with an indicator?")
            await crowd.opened.wait()
            for _ in range(options.rounds):
                await asyncio.sleep(options.think * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
                self.states[self.slider] = self._another_value()
                await self._take_waiting(socket)
                started = time.perf_counter()
                await self._rerun(socket)
                self.seconds.append(time.perf_counter() - started)
            await crowd.worked.wait()
            await crowd.leave.wait()

    def _another_value(self) -> float:
        lowest, highest = map(round, self.limits)
        others = set(range(lowest, highest + 1)) - {self.states.get(self.slider)}
        return float(random.choice(sorted(others)))  # noqa: S311 - no secret

    async def _rerun(self, socket: websockets.ClientConnection) -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = self.fragment
        message.rerun_script.widget_states.CopyFrom(self._widget_states())
        await socket.send(message.SerializeToString())
        drawn = False
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._notice(answer)
                drawn = drawn or answer.delta.new_element.WhichOneof("type") in CHARTS
            if drawn and kind == "script_finished":
                return

    async def _take_waiting(self, socket: websockets.ClientConnection) -> None:
        """Take what a rerun sent after its end, such as the one that the page asks for itself."""
        with contextlib.suppress(TimeoutError):
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(await asyncio.wait_for(socket.recv(), 0.05))
                if answer.WhichOneof("type") == "delta":
                    self._notice(answer)

    def _widget_states(self) -> WidgetStates:
        states = WidgetStates()
        for widget, value in self.states.items():
            state = states.widgets.add()
            state.id = widget
            state.double_array_value.data.append(value)
        return states

    def _notice(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if not self.slider and element.WhichOneof("type") == "slider":
            self.slider = element.slider.id
            self.fragment = message.delta.fragment_id
            self.limits = (element.slider.min, element.slider.max)


class Crowd:
    """Analysts who open the page together, wait until all have worked, and leave when they are told."""

    def __init__(self, tasks: asyncio.TaskGroup, analysts: list[Analyst], options: argparse.Namespace) -> None:
        self.gate = asyncio.Semaphore(4)
        self.opened = asyncio.Barrier(len(analysts))
        self.worked = asyncio.Barrier(len(analysts) + 1)
        self.leave = asyncio.Event()
        for analyst in analysts:
            tasks.create_task(analyst.work(options, crowd=self))


def resident_megabytes(pid: int) -> float:
    """Give the resident memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


async def run(options: argparse.Namespace) -> dict[str, float]:
    """Let all analysts work at once and give the figures."""
    analysts = [Analyst(options.url, options.query) for _ in range(options.sessions)]
    early = [Analyst(options.url, options.query) for _ in range(EARLY)]
    memory = []
    async with asyncio.TaskGroup() as tasks:
        crowds = []
        for group, rounds in ((early, 5), (analysts, options.rounds)):
            crowds.append(Crowd(tasks, group, argparse.Namespace(rounds=rounds, think=options.think)))
            await crowds[-1].worked.wait()
            memory.append(resident_megabytes(options.pid) if options.pid else 0.0)
        for crowd in crowds:
            crowd.leave.set()
    before, after = memory
    # The first round still overlaps with other sessions' first page load.
    milliseconds = sorted(second * 1000 for analyst in analysts for second in analyst.seconds[1:])
    return {
        "sessions": options.sessions,
        "reruns": len(milliseconds),
        "median_ms": round(statistics.median(milliseconds), 1),
        "p95_ms": round(milliseconds[int(len(milliseconds) * 0.95)], 1),
        "megabytes_before": round(before, 1),
        "megabytes_after": round(after, 1),
        "megabytes_per_session": round((after - before) / options.sessions, 3),
    }


def main() -> None:
    """Read the options, run, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8501")
    parser.add_argument("--query", default="")
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--think", type=float, default=2.0)
    parser.add_argument("--pid", type=int, default=0)
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
