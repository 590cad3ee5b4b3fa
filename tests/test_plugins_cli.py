import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from stockdash.__main__ import app
from stockdash._plugins_check import examined
from stockdash.registry import GROUP, Failure, load_catalog
from stockdash.testing import Report

SOURCE = """
import pandas as pd
from pydantic import Field
from stockdash import Indicator, Output, Params

class ShiftParams(Params):
    by: int = Field({by}, ge=-5, le=5, title="By")

INDICATOR = Indicator(
    id="{name}", name="Later [close]", params=ShiftParams, outputs=(Output("x", "X"),), category="Price",
    compute=lambda bars, p: pd.DataFrame({{"x": bars["close"].shift(abs(p.by) * {sign})}}),
    warmup=lambda p: max(abs(p.by) * {sign}, 0),
)
"""


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Puts a package of one module on the path, as pip would."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(package: str, source: str) -> None:
        module = package.replace("-", "_")
        info = tmp_path / f"{module}-2.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.5\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{package} = {module}:INDICATOR\n")
        (tmp_path / f"{module}.py").write_text(source)

    return install


def plugins(*arguments: str, exits: int = 0) -> Result:
    result = CliRunner().invoke(app, ["plugins", *arguments])
    assert result.exit_code == exits, result.output
    return result


@pytest.fixture
def honest(install: Callable[..., None]) -> None:
    install("acme-honest", SOURCE.format(name="honest", by=2, sign=1))


@pytest.fixture
def cheat(install: Callable[..., None]) -> None:
    install("acme-cheat", SOURCE.format(name="cheat", by=2, sign=-1))


@pytest.fixture
def broken(install: Callable[..., None]) -> None:
    install("acme-broken", "raise RuntimeError('no licence')")


@pytest.mark.usefixtures("honest")
def test_a_package_is_listed_with_its_version_and_category() -> None:
    [line] = [line for line in plugins("list").stdout.splitlines() if line.startswith("honest")]
    assert line.split() == ["honest", "Later", "[close]", "acme-honest", "2.5", "Price"]


def test_built_ins_are_listed_with_the_version_of_stockdash() -> None:
    listed = json.loads(plugins("list", "--json").stdout)
    [sma] = [one for one in listed["indicators"] if one["id"] == "sma"]
    assert (sma["package"], sma["version"]) == ("stockdash", version("stockdash"))


@pytest.mark.usefixtures("broken")
def test_a_package_that_could_not_be_loaded_is_listed_with_the_reason() -> None:
    result = plugins("list", exits=1)
    assert "acme-broken of acme-broken 2.5 could not be loaded: RuntimeError: no licence" in result.stdout


@pytest.mark.usefixtures("honest")
@pytest.mark.parametrize("target", ["acme-honest", "Acme_Honest", "honest"])
def test_a_package_or_an_id_is_checked(target: str) -> None:
    assert "1 checked, 0 break the contract" in plugins("check", target).stdout


@pytest.mark.usefixtures("cheat")
def test_a_cheat_is_told_with_its_finding() -> None:
    told = plugins("check", "acme-cheat", exits=1).stdout
    assert "breaks repainting" in told
    assert "it repaints the last 2 bars: the value of" in told


@pytest.mark.usefixtures("cheat", "honest")
def test_reports_come_as_json_that_can_be_read_back() -> None:
    told = json.loads(plugins("check", "cheat", "honest", "--json", exits=1).stdout)
    reports = [Report.from_json(json.dumps(report)) for report in told["reports"]]
    assert [(report.package, report.version, report.ok) for report in reports] == [
        ("acme-cheat", "2.5", False),
        ("acme-honest", "2.5", True),
    ]
    assert told["ok"] is False


@pytest.mark.usefixtures("broken")
def test_a_package_that_could_not_be_loaded_fails_its_check() -> None:
    told = json.loads(plugins("check", "acme-broken", "--json", exits=1).stdout)
    assert (told["reports"], told["failures"][0]["reason"]) == ([], "RuntimeError: no licence")


def test_an_unknown_target_is_answered_with_the_packages() -> None:
    assert "No installed package and no indicator is named 'nothing'" in plugins("check", "nothing", exits=1).stderr


def test_a_new_package_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    told = plugins("new", "my-lines", "--into", str(tmp_path)).stdout
    assert "stockdash plugins check my-lines" in told
    assert (tmp_path / "my-lines" / "my_lines.py").is_file()


LISTED = """
import os
from stockdash import Listing

def fail():
    raise RuntimeError("no licence")

def INDICATOR():
    return [Listing("acme-late", "Late", {load}), *(Listing(f"acme-{{n}}", "Late", fail) for n in range({more}))]
"""


@pytest.mark.usefixtures("honest")
def test_what_fails_only_when_it_is_used_fails_the_check(install: Callable[..., None]) -> None:
    install("acme-late", LISTED.format(load="fail", more=0))
    told = json.loads(plugins("check", "acme-late", "honest", "--json", exits=1).stdout)
    assert [one["indicator_id"] for one in told["reports"]] == ["honest"]
    assert [(one["plugin"], one["reason"]) for one in told["failures"]] == [("acme-late", "RuntimeError: no licence")]


def test_many_are_examined_by_several_processes_and_one_that_takes_its_down_is_named(
    install: Callable[..., None],
) -> None:
    install("acme-crash", LISTED.format(load="lambda: os._exit(7)", more=8))
    catalog = load_catalog()
    ids = [name for name, origin in catalog.origins.items() if origin.package == "acme-crash"]
    found = [(one.plugin, one.reason) for one in examined(catalog, ids, processes=2) if isinstance(one, Failure)]
    assert found[0] == ("acme-late", "It ends the process that it runs in")
    assert found[1:] == [(f"acme-{number}", "RuntimeError: no licence") for number in range(8)]
