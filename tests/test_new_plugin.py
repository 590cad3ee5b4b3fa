import json
import subprocess
import sys
from pathlib import Path

import pytest

from stockdash.errors import InvalidInputError
from stockdash.new_plugin import write_plugin
from tests.environments import fresh_environment, pip_install

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "name", ["", "My", "a b", "../up", "-a", "a-", "a--b", "stockdash", "stockdash-", "é", "x" * 60]
)
def test_a_name_that_pip_or_python_refuses_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="Expected a name like"):
        write_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    write_plugin("my-lines", tmp_path)
    with pytest.raises(InvalidInputError, match="exists already"):
        write_plugin("my-lines", tmp_path)


def test_the_checked_in_example_is_what_the_template_gives(tmp_path: Path) -> None:
    made, kept = write_plugin("stockdash-example", tmp_path), ROOT / "plugins" / "stockdash-example"
    for path in (path.relative_to(made) for path in made.rglob("*") if path.is_file()):
        assert (kept / path).read_text() == (made / path).read_text()


def test_a_new_package_is_installed_with_pip_and_keeps_the_contract(tmp_path: Path) -> None:
    pytest.importorskip("pip", reason="needs pip: python -m ensurepip")
    pytest.importorskip("hatchling", reason="needs the build backend: pip install hatchling")
    package, python = write_plugin("my-lines", tmp_path), fresh_environment(tmp_path / "venv")
    pip_install(python, package)
    command = [python, "-m", "stockdash", "plugins", "check", "my-lines", "--json"]
    told = json.loads(subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout)
    assert [(one["indicator_id"], one["package"], one["ok"]) for one in told["reports"]] == [
        ("my-lines", "my-lines", True)
    ]
    assert sys.prefix not in str(python)
