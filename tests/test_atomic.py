import os
from pathlib import Path

import pytest

from stockdash.atomic import replace_file
from stockdash.errors import StoreUnavailableError


def test_a_file_is_replaced_and_nothing_else_left(tmp_path: Path):
    path = tmp_path / "bars.csv"
    for content in (b"old", b"new"):
        replace_file(path, content)
    assert ([file.name for file in tmp_path.iterdir()], path.read_bytes()) == (["bars.csv"], b"new")


def test_who_has_the_old_file_open_reads_it_to_its_end(tmp_path: Path):
    path = tmp_path / "bars.csv"
    replace_file(path, b"old")
    with path.open("rb") as reader:
        replace_file(path, b"new")
        assert reader.read() == b"old"


def test_a_folder_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(StoreUnavailableError, match=r"none/bars\.csv can't be written: there is no folder"):
        replace_file(tmp_path / "none" / "bars.csv", b"new")


def test_a_fault_before_the_end_leaves_the_old_content_and_nothing_else(tmp_path: Path, monkeypatch):
    def refuse(_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "bars.csv"
    replace_file(path, b"old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreUnavailableError, match=r"No space left on device\. What was there before"):
        replace_file(path, b"new")
    assert ([file.name for file in tmp_path.iterdir()], path.read_bytes()) == (["bars.csv"], b"old")
