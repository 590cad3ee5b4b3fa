import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
from filelock import FileLock

from stockdash.registry import Catalog, load_catalog
from stockdash.testing import Repainting, Report
from stockdash.verdicts.asking import COMMAND, Asking
from stockdash.verdicts.checking import MOST_CRASHES, Checking
from tests.verdicts.packages import install

PATIENCE_SECONDS = 60


class Scripted(Asking):
    """A process that answers what it is told to."""

    def __init__(self, ids: Sequence[str], *, deadly: Sequence[str] = (), never_starts: bool = False) -> None:
        self.crashed = False
        self.ids, self._deadly, self._never_starts = ids, deadly, never_starts

    def answers(self) -> Iterator[tuple[str, Report | str]]:
        if self._never_starts:
            self.crashed = True
            yield "", "no module"
            return
        for name in self.ids:
            if name in self._deadly:
                self.crashed = True
                yield name, "crashed"
                return
            yield name, Report(name, name, repainting=Repainting("clean"))

    def stop(self) -> None:
        pass


class Asked:
    """Starts such processes and remembers what each was asked."""

    def __init__(self, **script: object) -> None:
        self.started: list[tuple[str, ...]] = []
        self._script = script

    def __call__(self, ids: Sequence[str]) -> Scripted:
        self.started.append(tuple(ids))
        return Scripted(ids, **self._script)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of this process and of its children."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    yield folder
    sys.modules.pop("stub_lines", None)


def points() -> list[EntryPoint]:
    return [point for point in entry_points(group="stockdash.indicators") if point.module == "stub_lines"]


def checking(site: Path, *lines: str, is_on: bool = True, **script: object) -> tuple[Checking, Asked]:
    install(site, *lines)
    catalog, asked = load_catalog(points()), Asked(**script)
    return Checking(site / "verdicts", lambda: catalog, is_on=is_on, ask=asked), asked


def badges(one: Checking, *ids: str) -> list[str]:
    return [one.of(name).badge for name in ids]


def test_everything_is_asked_once_and_kept(site: Path) -> None:
    first, asked = checking(site, "plain", "peek")
    assert badges(first, "plain") == ["not checked yet"]
    assert first.look()
    assert badges(first, "plain", "peek") == ["never repaints"] * 2
    again, not_asked = checking(site, "plain", "peek")
    assert again.look()
    assert badges(again, "plain", "peek") == ["never repaints"] * 2
    assert (asked.started, not_asked.started) == ([("peek", "plain")], [])


def test_only_what_is_missing_is_asked(site: Path) -> None:
    checking(site, "plain")[0].look()
    (site / "stub_lines-1.0.dist-info" / "entry_points.txt").write_text(
        "[stockdash.indicators]\nplain = stub_lines:plain\npeek = stub_lines:peek\n"
    )
    catalog, asked = Catalog(), Asked()
    one = Checking(site / "verdicts", lambda: catalog, ask=asked)
    assert one.look()
    install(site, "plain", "peek")
    sys.modules.pop("stub_lines")
    catalog = load_catalog(points())
    assert one.look()
    assert asked.started == [("peek",)]


def test_the_one_that_takes_the_process_down_is_left_out_and_the_rest_goes_on(site: Path) -> None:
    one, asked = checking(site, "deadly", "peek", "plain", deadly=["peek"])
    assert one.look()
    assert badges(one, "deadly", "peek", "plain") == ["never repaints", "check failed", "never repaints"]
    assert asked.started == [("deadly", "peek", "plain"), ("plain",)]


def test_a_package_that_crashes_again_and_again_is_given_up(site: Path) -> None:
    lines = ["plain", "peek", "deadly", "sleepy", "noisy"]
    one, asked = checking(site, *lines, deadly=lines)
    assert one.look()
    assert len(asked.started) == MOST_CRASHES
    assert badges(one, *lines) == ["check failed"] * 5


def test_a_process_that_never_starts_is_asked_once(site: Path) -> None:
    one, asked = checking(site, "plain", "peek", never_starts=True)
    assert one.look()
    assert len(asked.started) == 1
    assert one.of("peek").reason == "no module"


def test_switched_off_nothing_is_asked_but_what_is_kept_is_told(site: Path) -> None:
    one, asked = checking(site, "plain", is_on=False)
    assert one.look()
    assert (asked.started, badges(one, "plain")) == ([], ["not checked"])
    checking(site, "plain")[0].look()
    assert one.look()
    assert badges(one, "plain") == ["never repaints"]


def test_while_another_process_checks_this_one_waits_for_its_files(site: Path) -> None:
    one, asked = checking(site, "plain")
    (site / "verdicts").mkdir()
    with FileLock(site / "verdicts" / "checking.lock"):
        assert not one.look()
    assert asked.started == []
    checking(site, "plain")[0].look()
    assert one.look()
    assert (asked.started, badges(one, "plain")) == ([], ["never repaints"])


def test_a_folder_that_can_not_be_written_costs_only_the_keeping(site: Path) -> None:
    (site / "verdicts").touch()
    one, asked = checking(site, "plain")
    assert one.look()
    assert one.look()
    assert (len(asked.started), badges(one, "plain")) == (1, ["never repaints"])


def test_the_progress_is_counted(site: Path) -> None:
    one, _ = checking(site, "plain", "peek")
    assert one.progress() == (0, 2)
    one.look()
    assert one.progress() == (2, 2)


def test_in_the_background_it_looks_again_when_woken_and_ends_when_told(site: Path) -> None:
    install(site, "plain")
    catalog, asked = Catalog(), Asked()
    one = Checking(site / "verdicts", lambda: catalog, ask=asked)
    one.start()
    catalog = load_catalog(points())
    one.wake()
    while badges(one, "plain") != ["never repaints"]:
        one.wake()
    one.stop()
    assert asked.started == [("plain",)]


def test_what_is_kept_is_told_before_anything_is_checked(site: Path) -> None:
    checking(site, "plain")[0].look()
    one, asked = checking(site, "plain")
    one.start(delay_seconds=3600)
    while badges(one, "plain") != ["never repaints"]:
        pass
    one.stop()
    assert asked.started == []


def test_the_real_process_tells_the_cheat_and_survives_the_killer(site: Path) -> None:
    install(site, "deadly", "noisy", "peek", "plain")
    catalog = load_catalog(points())
    one = Checking(site / "verdicts", lambda: catalog)
    assert one.look()
    assert badges(one, "noisy", "peek", "plain") == ["never repaints", "⟲ repaints 1 bar", "never repaints"]
    assert one.of("deadly").text.startswith("The check failed: the check crashed, it took its process down (SIGKILL)")


def test_the_real_process_is_nice_and_ends_with_the_one_that_asked(site: Path) -> None:
    install(site, "sleepy")
    child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(["sleepy"]) + "\n")
    child.stdin.flush()
    assert json.loads(child.stdout.readline()) == {"at": "sleepy"}
    assert os.getpriority(os.PRIO_PROCESS, child.pid) == 19
    session = Path(f"/proc/{child.pid}/autogroup")  # only Linux has it, and not every Linux
    assert not session.is_file() or session.read_text().endswith("nice 19\n")
    child.stdin.close()
    assert child.wait(PATIENCE_SECONDS) == 1
    child.stdout.close()


def test_a_process_that_is_stopped_says_nothing_more(site: Path) -> None:
    install(site, "sleepy")
    asking = Asking(["sleepy"])
    asking.stop()
    assert list(asking.answers()) == []
    assert not asking.crashed


def test_a_report_that_can_not_be_read_fails_that_one_alone() -> None:
    lines = [{"at": "one"}, {"report": "{}"}, {"at": "two"}, {"failed": "no module"}]
    script = f"print({chr(10).join(map(json.dumps, lines))!r})"
    answers = list(Asking(["one", "two"], command=[sys.executable, "-c", script]).answers())
    assert [name for name, _ in answers] == ["one", "two"]
    assert str(answers[0][1]).startswith("its report can't be read")
    assert answers[1][1] == "no module"


@pytest.mark.parametrize(("line", "limit"), [("busy", "PATIENCE_SECONDS"), ("sleepy", "HANG_SECONDS")])
def test_one_that_never_ends_is_given_up(site: Path, line: str, limit: str) -> None:
    install(site, line)
    script = f"from stockdash.verdicts import child; child.{limit} = 1; child.main()"
    [(name, found)] = Asking([line], command=[sys.executable, "-c", script]).answers()
    assert name == line
    assert "given up" in str(found) if line == "busy" else "exit code 1" in str(found)
