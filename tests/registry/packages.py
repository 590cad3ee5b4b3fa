"""Packages of one module, put where Python finds them: by hand, or with pip as a user does it."""

import shutil
import subprocess
import sys
from pathlib import Path

from stockdash.registry import GROUP

SOURCE = """
import pandas as pd
from stockdash import Indicator, Output, Params

INDICATOR = Indicator(
    id="{name}", name="{title}", params=Params, outputs=(Output("x", "X"),),
    compute=lambda bars, p: pd.DataFrame({{"x": bars["close"]}}), warmup=lambda p: 0,
)
"""
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{package}"
version = "{version}"
[project.entry-points."{group}"]
{package} = "{module}:INDICATOR"
[tool.hatch.build.targets.wheel]
only-include = ["{module}.py"]
[tool.hatch.build]
dev-mode-dirs = ["."]
"""


def indicator(name: str, title: str = "Made") -> str:
    """Give the source of a module with one indicator."""
    return SOURCE.format(name=name, title=title)


def put(site: Path, package: str, source: str, *, version: str = "1.0", declares: str = "") -> None:
    """Put a package of one module where it would be after an installation, in place of what is there of it.

    It declares its INDICATOR, unless told what else: a group, a name and something of the module.
    """
    module = package.replace("-", "_")
    remove(site, package)
    info = site / f"{module}-{version}.dist-info"
    info.mkdir(parents=True)
    group, name, what = (declares or f"{GROUP} {package} INDICATOR").split()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:{what}\n")
    (site / f"{module}.py").write_text(source)


def remove(site: Path, package: str) -> None:
    """Remove a package."""
    module = package.replace("-", "_")
    for info in site.glob(f"{module}-*.dist-info"):
        shutil.rmtree(info)
    (site / f"{module}.py").unlink(missing_ok=True)


def project(folder: Path, package: str, source: str, *, version: str = "1.0") -> Path:
    """Write a project that pip can install."""
    module = package.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    words = {"package": package, "module": module, "version": version, "group": GROUP}
    (folder / "pyproject.toml").write_text(PYPROJECT.format(**words))
    (folder / f"{module}.py").write_text(source)
    return folder


def pip_install(prefix: Path, *what: str | Path) -> None:
    """Install with pip below `prefix`; nothing is fetched."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--prefix",
        prefix,
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, *what], check=True, capture_output=True)
