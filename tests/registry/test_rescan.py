import site as python_site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockdash.errors import PluginError
from stockdash.registry import Gate, Restart, load_catalog, news, rescan
from tests.registry.packages import indicator, pip_install, project, put, remove


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "prefix"


@pytest.fixture
def site(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that this process finds packages in; what is imported from it is forgotten afterwards."""
    folder = Path(sysconfig.get_path("purelib", vars={"base": str(prefix), "platbase": str(prefix)}))
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # two versions are written within one second
    yield folder
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


def test_a_package_that_pip_installs_meanwhile_is_found(site: Path, prefix: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="needs the build backend: pip install hatchling")
    before = load_catalog()
    pip_install(prefix, project(tmp_path / "acme", "acme-new", indicator("acme-new")))
    after = rescan(before)
    assert ("acme-new" in before.listings, after.find("acme-new").name) == (False, "Made")
    assert (after.origins["acme-new"].package, after.restarts, site.is_dir()) == ("acme-new", (), True)


@pytest.mark.usefixtures("site")
def test_an_editable_install_is_found_although_its_path_is_read_at_the_start_only(prefix: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="needs the build backend: pip install hatchling")
    before = load_catalog()
    pip_install(prefix, "-e", project(tmp_path / "acme", "acme-edit", indicator("acme-edit")))
    after = rescan(before)
    assert [one for one in after.failures if one.package == "acme-edit"] == []
    assert Path(sys.modules["acme_edit"].__file__ or "").parent == tmp_path / "acme"


def test_an_editable_install_that_finds_its_module_by_code_is_found(site: Path, tmp_path: Path) -> None:
    before = load_catalog()
    put(site, "acme-hook", indicator("acme-hook"))
    (tmp_path / "acme").mkdir()
    (site / "acme_hook.py").rename(tmp_path / "acme" / "acme_hook.py")
    (site / "acme_hook.pth").write_text(f"import sys; sys.path.append({str(tmp_path / 'acme')!r})\n")
    (site / "acme_hook-1.0.dist-info" / "RECORD").write_text("acme_hook.pth,,\n")
    assert rescan(before).find("acme-hook").name == "Made"


def test_an_upgraded_package_goes_on_and_says_that_it_waits_for_a_restart(site: Path) -> None:
    put(site, "acme-up", indicator("acme-up", "Old"))
    before = load_catalog()
    put(site, "acme-up", indicator("acme-up", "New"), version="1.1")
    after = rescan(before)
    assert (after.find("acme-up").name, after.origins["acme-up"].version) == ("Old", "1.0")
    assert after.restarts == (Restart("acme-up", "1.0", "1.1"),)
    assert after.restarts[0].text == "acme-up 1.1 is installed, 1.0 is running: restart to use it."


def test_a_removed_package_goes_on_and_says_that_it_waits_for_a_restart(site: Path) -> None:
    put(site, "acme-gone", indicator("acme-gone"))
    before = load_catalog()
    remove(site, "acme-gone")
    after = rescan(before)
    assert after.find("acme-gone") is before.find("acme-gone")
    assert [one.text for one in after.restarts] == [
        "acme-gone 1.0 is running but no longer installed: restart to drop it."
    ]


def test_what_waited_for_a_restart_no_longer_does_once_it_is_put_back(site: Path) -> None:
    put(site, "acme-back", indicator("acme-back"))
    before = load_catalog()
    remove(site, "acme-back")
    between = rescan(before)
    put(site, "acme-back", indicator("acme-back"))
    assert rescan(between).restarts == ()


def test_what_is_loaded_stays_loaded(site: Path) -> None:
    before = load_catalog()
    sma = before.find("sma")
    put(site, "acme-more", indicator("acme-more"))
    assert rescan(before).find("sma") is sma


def test_nothing_new_gives_the_same(site: Path) -> None:
    put(site, "acme-same", indicator("acme-same"))
    before = load_catalog()
    after = rescan(before)
    assert (dict(after.listings), after.failures) == (dict(before.listings), before.failures)
    assert (after.origins, after.blocked, after.restarts) == (before.origins, before.blocked, ())


def test_what_failed_is_tried_again(site: Path) -> None:
    put(site, "acme-mended", "raise RuntimeError('no licence')")
    before = load_catalog()
    put(site, "acme-mended", indicator("acme-mended"), version="1.1")
    after = rescan(before)
    assert [one.reason for one in before.failures if one.package == "acme-mended"] == ["RuntimeError: no licence"]
    assert [one for one in after.failures if one.package == "acme-mended"] == []
    assert (after.find("acme-mended").name, after.restarts) == ("Made", ())


def test_what_failed_and_is_as_it_was_fails_once(site: Path) -> None:
    put(site, "acme-bad", "INDICATOR = 7")
    after = rescan(rescan(load_catalog()))
    assert [one.plugin for one in after.failures if one.package == "acme-bad"] == ["acme-bad"]


def test_a_broken_package_that_is_removed_is_forgotten(site: Path) -> None:
    put(site, "acme-bad", "raise RuntimeError('no licence')")
    before = load_catalog()
    remove(site, "acme-bad")
    after = rescan(before)
    assert [one for one in (*after.failures, *after.restarts) if one.package == "acme-bad"] == []


def test_an_indicator_that_failed_when_it_was_used_is_tried_again(site: Path) -> None:
    lazy = indicator("acme-late") + (
        "from stockdash import Listing\n"
        "LATE = INDICATOR\n"
        "def load():\n    import acme_core\n    return LATE\n"
        "def INDICATOR():\n    return [Listing('acme-late', 'Made', load)]\n"
    )
    put(site, "acme-late", lazy)
    before = load_catalog()
    with pytest.raises(PluginError, match="No module named 'acme_core'"):
        before.find("acme-late")
    (site / "acme_core.py").write_text("")
    assert rescan(before).find("acme-late").name == "Made"


def test_something_new_never_takes_an_id_that_is_in_use(site: Path) -> None:
    put(site, "acme-zz", indicator("acme-id", "First"))
    before = load_catalog()
    put(site, "acme-aa", indicator("acme-id", "Second"))
    after = rescan(before)
    assert after.find("acme-id").name == "First"
    [clash] = [one for one in after.failures if one.package == "acme-aa"]
    assert clash.reason == "PluginError: The id 'acme-id' is taken by 'First' of acme-zz."
    assert clash.cure == "Keep one of the two out: STOCKDASH_PLUGINS_BLOCK=acme-zz:acme-id or acme-aa:acme-id."


def test_a_folder_of_the_user_that_pip_has_made_meanwhile_is_seen(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, folder = load_catalog(), tmp_path / "user"
    monkeypatch.setattr(python_site, "ENABLE_USER_SITE", True)
    monkeypatch.setattr(python_site, "USER_SITE", str(folder))
    put(folder, "acme-user", indicator("acme-user"))
    assert "acme-user" in rescan(before).listings
    assert site.is_dir()


def test_what_is_blocked_stays_so(site: Path) -> None:
    before = load_catalog(gate=Gate(block=("acme-kept-out",)))
    put(site, "acme-kept-out", "raise RuntimeError('imported')")
    after = rescan(rescan(before))
    assert [one.package for one in after.blocked] == ["acme-kept-out"]
    assert after.failures == before.failures


def test_what_a_rescan_has_changed_is_told(site: Path) -> None:
    put(site, "acme-up", indicator("acme-up"))
    before = load_catalog()
    put(site, "acme-up", indicator("acme-up"), version="1.1")
    put(site, "acme-new", indicator("acme-new"), version="3.2")
    put(site, "acme-bad", "raise RuntimeError('no licence')")
    assert news(before, rescan(before)) == (
        "Found acme-new 3.2 with 1 indicator.",
        (
            "acme-bad 1.0: acme-bad failed. RuntimeError: no licence. Try a newer version of acme-bad, or keep it out "
            "with STOCKDASH_PLUGINS_BLOCK=acme-bad."
        ),
        "acme-up 1.1 is installed, 1.0 is running: restart to use it.",
    )


def test_no_news_of_what_was_known() -> None:
    before = load_catalog()
    assert news(before, rescan(before)) == ()
