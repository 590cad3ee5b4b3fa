import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from stockdash.errors import InstallError, InvalidInputError
from stockdash.installing import Change, constraints, host_versions, offers_plugins, plan, target, write_constraints
from tests.test_new_plugin import fresh_environment

pytest.importorskip("pip", reason="needs pip: python -m ensurepip")

MODULE = """
import pandas as pd
from stockdash import Indicator, Output, Params

INDICATOR = Indicator(
    id="stub", name="Stub", params=Params, outputs=(Output("stub", "Stub"),), warmup=lambda params: 0,
    compute=lambda bars, params: bars[["close"]].rename(columns={"close": "stub"}),
)
"""


def wheel(folder: Path, name: str, version: str, *requires: str, points: str = "") -> Path:
    """Write a wheel by hand."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in requires)
    files = {
        f"{module}.py": MODULE if points else "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": points,
    }
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for at, text in files.items():
            archive.writestr(at, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{at},,\n" for at in (*files, f"{info}/RECORD")))
    return path


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, which is all that pip sees."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    points = "[stockdash.indicators]\nstub = stockdash_stub:INDICATOR\n"
    wheel(folder, "stockdash-stub", "1.0", "stockdash", "stub-part>=1", points=points)
    wheel(folder, "stub-part", "1.0")
    return folder


@pytest.mark.parametrize("text", ["stockdash-stub", "stub[extra]>=1.2,<2", "stub @ https://example.org/stub-1.whl"])
def test_a_requirement_is_taken_as_it_is(text: str) -> None:
    assert Requirement(target(text)) == Requirement(text)


@pytest.mark.parametrize(
    "text", ["", "-r requirements.txt", "--index-url=http://127.0.0.1", "-e.", "a b", "./none", "none.whl", "../up;x"]
)
def test_options_and_what_is_not_there_are_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match="Expected"):
        target(text)


def test_a_file_that_is_called_like_an_option_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "--pre.whl").touch()
    assert target("--pre.whl") == str(tmp_path / "--pre.whl")


def test_the_host_is_stockdash_and_all_that_it_needs_at_any_depth() -> None:
    held = host_versions()
    # numpy is no dependency of stockdash's own, pandas brings it.
    assert {name: held[name] for name in ("stockdash", "pandas", "numpy")} == {
        name: version(name) for name in ("stockdash", "pandas", "numpy")
    }
    assert not {"pytest", "stockdash-talib", "ruff"} & set(held)


def test_the_constraints_are_lines_that_pip_reads_and_are_written_once(tmp_path: Path) -> None:
    file = write_constraints(tmp_path / "new")
    lines = [Requirement(line) for line in file.read_text().splitlines()]
    assert {line.name: str(line.specifier) for line in lines}["pandas"] == f"=={version('pandas')}"
    before = file.stat().st_ino
    assert write_constraints(tmp_path / "new").stat().st_ino == before
    assert [path.name for path in file.parent.iterdir()] == ["constraints.txt"]


@pytest.mark.usefixtures("wheels")
def test_a_plan_tells_what_comes() -> None:
    assert plan(["stockdash-stub"]) == (Change("stockdash-stub", "1.0"), Change("stub-part", "1.0"))


@pytest.mark.usefixtures("wheels")
def test_a_plan_of_what_is_there_is_empty() -> None:
    assert plan(["pandas"]) == ()


@pytest.mark.parametrize("need", ["pandas<3", "numpy<1", "streamlit>99"])
def test_a_package_that_wants_another_host_is_refused_by_name(wheels: Path, need: str) -> None:
    wheel(wheels, "stockdash-old", "2.0", need)
    name = Requirement(need).name
    with pytest.raises(
        InstallError, match=f"stockdash-old 2.0 asks for {need}, stockdash runs with {name} {version(name)}"
    ):
        plan(["stockdash-old"])


def test_another_version_of_the_hosts_own_is_refused(wheels: Path) -> None:
    wheel(wheels, "pandas", "2.0")
    with pytest.raises(InstallError, match=f"You ask for pandas<3, stockdash runs with pandas {version('pandas')}"):
        plan(["pandas<3"])


def test_the_same_version_of_the_hosts_own_is_not_put_in_anew(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again = wheel(wheels, "pandas", version("pandas"))
    monkeypatch.setenv("PIP_FORCE_REINSTALL", "1")
    monkeypatch.setenv("PIP_NO_DEPS", "1")
    with pytest.raises(InstallError, match="would put in pandas anew"):
        plan([str(again)])


@pytest.mark.usefixtures("wheels")
def test_what_would_break_another_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "site" / "neighbour-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: neighbour\nVersion: 1.0\nRequires-Dist: stub-part<1\n")
    monkeypatch.syspath_prepend(info.parent)
    with pytest.raises(InstallError, match=r"neighbour 1\.0 wants stub-part<1, it would get 1\.0"):
        plan(["stockdash-stub"])


@pytest.mark.usefixtures("wheels")
def test_an_old_package_whose_requirements_are_none_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "site" / "old-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: old\nVersion: 1.0\nRequires-Dist: no requirement!\n")
    monkeypatch.syspath_prepend(info.parent)
    assert len(plan(["stockdash-stub"])) == 2


@pytest.mark.usefixtures("wheels")
def test_what_no_index_has_is_told_in_pips_words() -> None:
    with pytest.raises(InstallError, match="No matching distribution found for stockdash-none"):
        plan(["stockdash-none"])


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nothing listens there
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(InstallError, match="can't be reached"):
        plan(["stockdash-none"])


def test_a_package_without_entry_points_offers_nothing() -> None:
    assert [offers_plugins(name) for name in ("stockdash", "pandas", "not-there")] == [True, False, False]


def test_constraints_have_one_line_a_package() -> None:
    assert constraints({"a": "1", "b": "2.0+local"}) == "a==1\nb==2.0+local\n"


@pytest.mark.usefixtures("wheels")
def test_the_command_shows_then_installs_and_the_indicator_is_listed(tmp_path: Path) -> None:
    python = fresh_environment(tmp_path / "venv")

    def stockdash(*words: str) -> str:
        command = [python, "-m", "stockdash", "plugins", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    shown = stockdash("install", "stockdash-stub", "--dry-run")
    assert [line.split() for line in shown.splitlines()[1:]] == [
        ["stockdash-stub", "-", "1.0"],
        ["stub-part", "-", "1.0"],
    ]
    assert "stockdash-stub" not in stockdash("list")
    assert "stockdash plugins check stockdash-stub" in stockdash("install", "stockdash-stub")
    assert "stockdash-stub" in stockdash("list")
    assert "Nothing would change" in stockdash("install", "stockdash-stub")
    assert sys.prefix not in str(python)
