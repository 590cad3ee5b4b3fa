"""Installed packages, as pip would leave them, in a folder of their own."""

from pathlib import Path

HEAD = """
import os
import time

import pandas as pd

from stockdash import Indicator, Output, Params


def made(name, compute):
    return Indicator(
        id=name, name=name.capitalize(), params=Params, outputs=(Output("line", "Line"),), warmup=lambda params: 0,
        compute=lambda bars, params: pd.DataFrame({"line": compute(bars)}),
    )


def die(bars):
    os.kill(os.getpid(), 9)


def sleep(bars):
    time.sleep(3600)
"""
LINES = {
    "plain": 'plain = made("plain", lambda bars: bars["close"] + 0)',
    "peek": 'peek = made("peek", lambda bars: bars["close"].shift(-1).ffill())',
    "fails": 'fails = made("fails", lambda bars: 1 / 0)',
    "deadly": 'deadly = made("deadly", die)',
    "busy": 'busy = made("busy", lambda bars: sum(iter(int, 1)))',
    "sleepy": 'sleepy = made("sleepy", sleep)',
    "noisy": 'noisy = made("noisy", lambda bars: (print("{}") or bars["close"] + 0))',
}


def install(folder: Path, *lines: str, name: str = "stub-lines", version: str = "1.0", requires: str = "") -> Path:
    """Write a package with these indicators and give the folder that belongs on the path."""
    module = name.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{module}.py").write_text("\n".join([HEAD, *(LINES[line] for line in lines)]))
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
    points = "".join(f"{line} = {module}:{line}\n" for line in lines)
    (info / "entry_points.txt").write_text(f"[stockdash.indicators]\n{points}")
    (info / "RECORD").write_text(f"{module}.py,sha256=1,1\n")
    return folder
