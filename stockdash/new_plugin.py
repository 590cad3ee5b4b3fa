"""A new plugin package, written from the template in ``plugin_template``: one indicator, its test, its metadata."""

import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template

from stockdash.errors import InvalidInputError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40  # letters of an indicator's id


def write_plugin(name: str, parent: Path) -> Path:
    """Write the package `name` into a new folder of that name in `parent` and give the folder.

    Raises
    ------
    InvalidInputError
        The name is none that pip and Python can both live with, or the folder exists.
    """
    indicator = name.removeprefix("stockdash-")
    if not _NAME.fullmatch(name) or not indicator or len(indicator) > _LONGEST or name == "stockdash":
        raise InvalidInputError(
            f"Expected a name like stockdash-my-lines, a-z, 0-9 and single hyphens, got {name[:60]!r}."
        )
    folder = parent / name
    words = {
        "package": name,
        "module": name.replace("-", "_"),
        "indicator": indicator,
        "title": indicator.replace("-", " ").capitalize(),
        "model": "".join(part.capitalize() for part in indicator.split("-")),
        "host": version("stockdash"),
    }
    _write(folder, words)
    return folder


def _write(folder: Path, words: dict[str, str]) -> None:
    template = files("stockdash") / "plugin_template"
    module = words["module"]
    targets = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "module.py": f"{module}.py",
        "test_module.py": f"tests/test_{module}.py",
    }
    try:
        (folder / "tests").mkdir(parents=True)
        for source, target in targets.items():
            text = (template / f"{source}.txt").read_text(encoding="utf-8")
            (folder / target).write_text(Template(text).substitute(words), encoding="utf-8")
    except FileExistsError as exc:
        raise InvalidInputError(f"{folder} exists already; choose another name or another folder with --into.") from exc
    except OSError as exc:
        raise InvalidInputError(f"{folder} can't be written: {exc}. Choose another folder with --into.") from exc
