"""Virtual environments for tests that install something."""

import subprocess
import sysconfig
import venv
from pathlib import Path


def fresh_environment(folder: Path) -> Path:
    """A virtual environment that sees the packages of this one, but installs into its own folder."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    (Path(own) / "seen.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return python


def pip_install(python: Path, *wanted: object) -> None:
    """Install into the environment of `python`, without a network."""
    command = [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation", *wanted]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
