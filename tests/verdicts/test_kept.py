from pathlib import Path

import pytest

from stockdash.installed import Origin
from stockdash.testing import Repainting, Report
from stockdash.verdicts.kept import Kept, key_of, read, write
from tests.verdicts.packages import install

ORIGIN = Origin("Stub_Lines", "1.0")
REPORT = Report("plain", "Plain", repainting=Repainting("last bars", 3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for verdicts, and the package installed."""
    monkeypatch.syspath_prepend(install(tmp_path / "site", "plain", requires="packaging"))
    (tmp_path / "verdicts").mkdir()
    return tmp_path / "verdicts"


def fill(folder: Path) -> Path:
    write(folder, ORIGIN, Kept(key_of(ORIGIN), {"plain": REPORT}, {"deadly": "crashed"}))
    [file] = folder.iterdir()
    return file


def test_what_is_written_is_read_back(folder: Path) -> None:
    fill(folder)
    kept = read(folder, ORIGIN)
    assert (kept.reports, kept.failures) == ({"plain": REPORT}, {"deadly": "crashed"})
    assert kept.has(["plain", "deadly"])
    assert not kept.has(["plain", "other"])
    assert (kept.verdict("plain").badge, kept.verdict("deadly").reason) == ("⟲ repaints 3 bars", "crashed")


def test_nothing_is_kept_at_first(folder: Path) -> None:
    assert not read(folder, ORIGIN).has(["plain"])


def test_a_name_that_is_a_path_stays_in_the_folder(folder: Path) -> None:
    write(folder, Origin("a/../../b", "1.0"), Kept("key"))
    assert [file.name for file in folder.iterdir()] == ["a_-_-_b-1.0.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": 1}', b"\xff\x00"])
def test_a_damaged_file_counts_as_none(folder: Path, damage: bytes) -> None:
    fill(folder).write_bytes(damage)
    assert read(folder, ORIGIN) == Kept(key_of(ORIGIN))


def test_half_a_file_counts_as_none(folder: Path) -> None:
    file = fill(folder)
    file.write_bytes(file.read_bytes()[:-20])
    assert not read(folder, ORIGIN).reports


def test_a_file_is_replaced_as_a_whole(folder: Path) -> None:
    before = fill(folder).stat().st_ino
    assert fill(folder).stat().st_ino != before


def test_another_version_has_a_file_of_its_own(folder: Path) -> None:
    fill(folder)
    newer = Origin("stub-lines", "2.0+local/..")
    assert not read(folder, newer).reports
    write(folder, newer, Kept(key_of(newer)))
    assert sorted(file.name for file in folder.iterdir()) == ["stub-lines-1.0.json", "stub-lines-2.0+local_...json"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("named", ["Stub_Lines 1.0", "stockdash ", "kit ", "python 3.", "packaging "])
def test_the_key_names_what_the_verdicts_depend_on(named: str) -> None:
    assert named in key_of(ORIGIN)


def test_the_same_version_installed_with_other_files_is_checked_again(folder: Path, tmp_path: Path) -> None:
    fill(folder)
    (tmp_path / "site" / "stub_lines-1.0.dist-info" / "RECORD").write_text("stub_lines.py,sha256=2,1\n")
    assert not read(folder, ORIGIN).reports


def test_an_editable_package_is_checked_again_when_a_source_file_changes(folder: Path, tmp_path: Path) -> None:
    info = tmp_path / "site" / "stub_lines-1.0.dist-info"
    (info / "direct_url.json").write_text('{"dir_info": {"editable": true}, "url": "file:///somewhere"}')
    fill(folder)
    assert read(folder, ORIGIN).reports
    (tmp_path / "site" / "stub_lines.py").write_text("changed = True")
    assert not read(folder, ORIGIN).reports


def test_a_package_that_pip_does_not_know_has_a_key_too() -> None:
    assert "unknown unknown" in key_of(Origin("unknown", "unknown"))


def test_a_requirement_that_is_none_is_passed_over(folder: Path, tmp_path: Path) -> None:
    needs = "Requires-Dist: no requirement!\nRequires-Dist: packaging\n"
    metadata = tmp_path / "site" / "stub_lines-1.0.dist-info" / "METADATA"
    metadata.write_text(f"Metadata-Version: 2.1\nName: stub-lines\nVersion: 1.0\n{needs}")
    assert "packaging " in key_of(ORIGIN)
    assert not read(folder, ORIGIN).reports
