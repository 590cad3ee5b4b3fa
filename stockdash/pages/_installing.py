"""How to install another package: the very command for the Python that runs here, to copy."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import streamlit as st

from stockdash.errors import InstallError, InvalidInputError
from stockdash.installing import target, write_constraints
from stockdash.pages._adder import plain

_EXAMPLE = "stockdash-example"


def installing(folder: Path) -> None:
    """Draw the popover; `folder` gets the constraints file that the command names."""
    with st.popover("Install a package", icon=":material/download:"):
        st.caption(
            "Indicator packages come from pip. The command keeps every package that stockdash itself runs on at the "
            "version it has. Run it on the machine of this app, then press Rescan: no restart is needed."
        )
        name = st.text_input("Package", placeholder=_EXAMPLE, key="plugins.install")
        if name:
            _command(name, folder)


def command(python: str, name: str, constraints: Path) -> str:
    """Give the command as a shell of this operating system takes it."""
    words = [python, "-m", "pip", "install", name, "--constraint", str(constraints)]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _command(name: str, folder: Path) -> None:
    try:
        wanted, constraints = target(name), write_constraints(folder)
    except (InvalidInputError, InstallError) as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    st.code(command(sys.executable, wanted, constraints), language="shell", wrap_lines=True)
    st.caption("What would it change? This shows it, and refuses what would harm the app:")
    words = [sys.executable, "-m", "stockdash", "plugins", "install", wanted, "--dry-run"]
    st.code(shlex.join(words), language="shell", wrap_lines=True)
