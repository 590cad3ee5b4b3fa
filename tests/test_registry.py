import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import Distribution, EntryPoint, version
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest
from pydantic import Field

from stockdash import Indicator, Listing, Output, Params
from stockdash.errors import PluginError
from stockdash.indicators.sma import INDICATOR as SMA
from stockdash.registry import GROUP, Catalog, Failure, Gate, Origin, load_catalog


class OneParams(Params):
    length: int = Field(2, ge=1, le=9, title="Length")


class OddParams(Params):
    when: complex = Field(1j, title="When")


def made(indicator_id: str, params: type[Params] = OneParams) -> Indicator:
    return Indicator(
        id=indicator_id,
        name=f"The {indicator_id}",
        params=params,
        outputs=(Output("x", "X"),),
        compute=lambda bars, _: pd.DataFrame({"x": bars["close"]}),
        warmup=lambda _: 0,
    )


def leave() -> None:
    sys.exit("a plugin that ends the program")


def listed(load: Callable[[], object], **told: object) -> Listing:
    return Listing(**{"id": "lazy", "name": "The lazy", "load": load} | told)


def no_module() -> None:
    raise ModuleNotFoundError("No module named 'acme_core'", name="acme_core")


LAZY = listed(lambda: made("lazy"))
OFFERED = SimpleNamespace(
    alpha=made("alpha"),
    twin=made("alpha"),
    several=lambda: [made("one"), made("two")],
    half=lambda: [made("three"), made("one")],
    odd=made("odd", OddParams),
    number=7,
    leaves=leave,
    sma=made("sma"),
    lazy=lambda: [LAZY],
)


@pytest.fixture(autouse=True)
def plugin_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("plugin_under_test")
    vars(module).update(vars(OFFERED))
    monkeypatch.setitem(sys.modules, module.__name__, module)


def point(name: str, value: str = "") -> EntryPoint:
    return EntryPoint(name, value or f"plugin_under_test:{name}", GROUP)


def failures(*points: EntryPoint) -> list[Failure]:
    return list(load_catalog(points).failures)


def test_installed_built_ins_are_found() -> None:
    catalog = load_catalog()
    assert {"sma", "ema"} <= set(catalog.listings)
    assert catalog.failures == ()


def test_one_entry_point_may_give_several() -> None:
    assert sorted(load_catalog([point("several"), point("alpha")]).listings) == ["alpha", "one", "two"]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (point("gone", "no_such_module_at_all:X"), "ModuleNotFoundError"),
        (point("missing", "plugin_under_test:missing"), "AttributeError"),
        (point("number"), "TypeError"),
        (point("odd"), "OddParams.when has the type"),
        (point("leaves"), "SystemExit: a plugin that ends the program"),
    ],
    ids=lambda value: value.name if isinstance(value, EntryPoint) else "",
)
def test_a_broken_plugin_is_recorded_and_the_rest_works(broken: EntryPoint, says: str) -> None:
    catalog = load_catalog([broken, point("alpha")])
    assert list(catalog.listings) == ["alpha"]
    assert [(failure.plugin, says in failure.reason) for failure in catalog.failures] == [(broken.name, True)]


def test_a_taken_id_is_refused_and_the_first_stays() -> None:
    [failure] = failures(point("alpha"), point("twin"))
    assert (failure.plugin, failure.reason) == ("twin", "PluginError: The id 'alpha' is taken by 'The alpha'.")


def test_a_stranger_never_takes_the_place_of_a_built_in() -> None:
    catalog = load_catalog([point("sma"), point("zz", "stockdash.indicators.sma:INDICATOR")])
    assert catalog.listings["sma"].name == "Simple moving average"


def test_a_package_with_one_bad_indicator_brings_none() -> None:
    assert sorted(load_catalog([point("half"), point("pair", "plugin_under_test:several")]).listings) == [
        "one",
        "three",
    ]


def test_of_many_known_ids_those_most_like_the_unknown_one_are_named() -> None:
    catalog = Catalog(dict.fromkeys(("rsi", *(f"x{number}" for number in range(400))), SMA))
    with pytest.raises(PluginError, match=r"Unknown indicator 'rsi2'. Known: rsi and 400 more. Is its"):
        catalog.find("rsi2")


def test_an_unknown_id_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PluginError, match="Unknown indicator 'rsi2'"):
        Catalog().find("rsi2")


def packaged(folder: Path, *, requires: str, name: str = "alpha", says: str = "") -> EntryPoint:
    info = folder / "acme_lines-2.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: acme-lines\nVersion: 2.5\nRequires-Dist: {requires}\n{says}"
    )
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = plugin_under_test:{name}\n")
    [found] = Distribution.at(info).entry_points
    return found


def test_each_indicator_tells_its_package_and_version(tmp_path: Path) -> None:
    assert load_catalog([packaged(tmp_path, requires="stockdash")]).origins == {"alpha": Origin("acme-lines", "2.5")}
    sma = load_catalog().origins["sma"]
    assert (sma.package, sma.version) == ("stockdash", version("stockdash"))


def test_an_origin_tells_author_licence_and_homepage(tmp_path: Path) -> None:
    says = "Author-email: Ada Lovelace <ada@example.org>\nLicense-Expression: MIT\nProject-URL: Homepage, https://a.example\n"
    origin = load_catalog([packaged(tmp_path, requires="stockdash", says=says)]).origins["alpha"]
    assert (origin.author, origin.licence, origin.homepage) == ("Ada Lovelace", "MIT", "https://a.example")


def test_a_package_for_another_stockdash_is_refused_with_both_versions(tmp_path: Path) -> None:
    [failure] = failures(packaged(tmp_path, requires="StockDash>=99"))
    assert (failure.package, failure.version) == ("acme-lines", "2.5")
    assert f"needs stockdash>=99, {version('stockdash')} is running" in failure.reason


@pytest.mark.parametrize("requires", ["stockdash>=0.0.1", "other>=99", "stockdash>=99; python_version < '3'"])
def test_a_requirement_that_is_met_or_does_not_apply_is_no_failure(tmp_path: Path, requires: str) -> None:
    assert failures(packaged(tmp_path, requires=requires)) == []


def test_a_clash_names_the_package_that_was_first(tmp_path: Path) -> None:
    [failure] = failures(packaged(tmp_path, requires="stockdash"), point("twin"))
    assert failure.reason.endswith("is taken by 'The alpha' of acme-lines.")


def test_a_plugin_that_is_slow_to_import_works_and_is_named() -> None:
    ticks = count(0.0, 1.5)
    catalog = load_catalog([point("alpha")], clock=lambda: next(ticks))
    assert list(catalog.listings) == ["alpha"]
    assert [(slow.plugin, slow.reason[:11]) for slow in catalog.slow] == [("alpha", "took 1.5 s ")]


def test_what_is_listed_is_not_loaded_before_it_is_used() -> None:
    calls: list[str] = []
    catalog = Catalog({"lazy": listed(lambda: calls.append("loaded") or made("lazy"))})
    assert (catalog.listings["lazy"].name, calls) == ("The lazy", [])
    assert [catalog.find("lazy").id, catalog.find("lazy").id, *calls] == ["lazy", "lazy", "loaded"]


def test_an_entry_point_may_give_listings() -> None:
    assert load_catalog([point("lazy")]).find("lazy").name == "The lazy"


def test_an_indicator_is_listed_as_it_says_of_itself() -> None:
    assert Catalog({"sma": SMA}).listings["sma"] == Listing.of(SMA)
    assert Catalog({"sma": SMA}).find("sma") is SMA


def test_many_threads_load_an_indicator_once() -> None:
    calls: list[int] = []
    together = threading.Barrier(8)

    def load() -> Indicator:
        calls.append(threading.get_ident())
        return made("lazy")

    def find(_: int) -> Indicator:
        together.wait()
        return catalog.find("lazy")

    catalog = Catalog({"lazy": listed(load)})
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(find, range(8)))
    assert (len(calls), len(set(map(id, found)))) == (1, 1)


@pytest.mark.parametrize(
    ("listing", "reason"),
    [
        (listed(lambda: 1 / 0), "ZeroDivisionError: division by zero"),
        (listed(leave), "SystemExit: a plugin that ends the program"),
        (listed(lambda: 7), "PluginError: The listing 'lazy' loads int, expected a stockdash.Indicator."),
        (listed(lambda: made("late")), "PluginError: The listing 'lazy' tells id 'lazy', the indicator 'late'."),
        (listed(lambda: made("lazy"), category="Trend"), "tells category 'Trend', the indicator 'Other'."),
        (listed(lambda: made("lazy", OddParams)), "OddParams.when has the type"),
    ],
    ids=["raises", "exits", "no indicator", "other id", "other category", "unknown field"],
)
def test_what_fails_when_it_is_used_is_recorded_with_its_package(listing: Listing, reason: str) -> None:
    catalog = Catalog({"lazy": listing}, origins={"lazy": Origin("acme", "2.5")})
    assert catalog.failures == ()
    with pytest.raises(PluginError, match="The lazy of acme can't be loaded"):
        catalog.find("lazy")
    [failure] = catalog.failures
    assert (failure.plugin, failure.package, failure.version) == ("lazy", "acme", "2.5")
    assert reason in failure.reason


def test_what_has_failed_is_not_tried_again() -> None:
    calls: list[str] = []
    catalog = Catalog({"lazy": listed(lambda: calls.append("tried"))})
    for _ in range(2):
        with pytest.raises(PluginError):
            catalog.find("lazy")
    assert calls == ["tried"]


@pytest.mark.parametrize(
    ("load", "cure"),
    [
        (no_module, "Install the package that has the module 'acme_core', beside acme, and rescan."),
        (leave, "Try a newer version of acme, or keep it out with STOCKDASH_PLUGINS_BLOCK=acme."),
    ],
    ids=["a module is missing", "anything else"],
)
def test_a_failure_tells_its_cure(load: Callable[[], object], cure: str) -> None:
    catalog = Catalog({"lazy": listed(load)}, origins={"lazy": Origin("acme", "2.5")})
    with pytest.raises(PluginError, match=cure):
        catalog.find("lazy")
    assert catalog.failures[0].cure == cure


def rest_of(catalog: Catalog) -> list[tuple[str, str, str]]:
    return [(one.package, one.indicator_id, one.reason) for one in catalog.blocked]


@pytest.mark.parametrize("word", ["acme-lines", "Acme_Lines"])
def test_a_blocked_package_is_listed_as_such_and_no_failure(tmp_path: Path, word: str) -> None:
    catalog = load_catalog([packaged(tmp_path, requires="stockdash")], gate=Gate(block=(word,)))
    assert rest_of(catalog) == [("acme-lines", "", "blocked by STOCKDASH_PLUGINS_BLOCK")]
    assert (list(catalog.listings), catalog.failures) == ([], ())


def test_a_blocked_package_is_not_imported(tmp_path: Path) -> None:
    leaving = packaged(tmp_path, requires="stockdash", name="no_such_attribute")
    assert load_catalog([leaving], gate=Gate(block=("acme-lines",))).failures == ()


@pytest.mark.parametrize("word", ["one", "acme-lines:one"])
def test_a_single_indicator_can_be_blocked(tmp_path: Path, word: str) -> None:
    catalog = load_catalog([packaged(tmp_path, requires="stockdash", name="several")], gate=Gate(block=(word,)))
    assert list(catalog.listings) == ["two"]
    assert rest_of(catalog) == [("acme-lines", "one", "blocked by STOCKDASH_PLUGINS_BLOCK")]


def test_blocking_one_of_two_solves_a_clash(tmp_path: Path) -> None:
    points = [packaged(tmp_path, requires="stockdash"), point("twin")]
    catalog = load_catalog(points, gate=Gate(block=("acme-lines:alpha",)))
    assert (list(catalog.listings), catalog.failures) == (["alpha"], ())


@pytest.mark.parametrize(
    ("allow", "ids"),
    [((), ["one", "two"]), (("acme-lines",), ["one", "two"]), (("acme-lines:two",), ["two"]), (("other",), [])],
    ids=["no list", "package", "one of it", "another"],
)
def test_only_what_is_allowed_is_loaded(tmp_path: Path, allow: tuple[str, ...], ids: list[str]) -> None:
    catalog = load_catalog([packaged(tmp_path, requires="stockdash", name="several")], gate=Gate(allow))
    assert list(catalog.listings) == ids
    assert {reason for _, _, reason in rest_of(catalog)} <= {"not among STOCKDASH_PLUGINS_ALLOW"}


def test_built_ins_need_not_be_allowed_but_can_be_blocked() -> None:
    catalog = load_catalog(gate=Gate(allow=("nothing-else",), block=("ema",)))
    assert {origin.package for origin in catalog.origins.values()} == {"stockdash"}
    assert ("sma" in catalog.listings, "ema" in catalog.listings) == (True, False)


def test_what_is_blocked_is_stronger_than_what_is_allowed() -> None:
    assert Gate(allow=("acme",), block=("acme",)).refusal("acme") == "blocked by STOCKDASH_PLUGINS_BLOCK"


def test_words_that_name_nothing_are_told(caplog: pytest.LogCaptureFixture) -> None:
    words = ("stockdash-pandas-ta", "talib-rsi", "stockdash:ema", "yahoo", "stokdash-talib", "stockdash:rsi2")
    catalog = load_catalog(gate=Gate(block=words))
    assert catalog.unmatched == ("stokdash-talib", "stockdash:rsi2")
    assert "names 'stokdash-talib', which is not installed" in caplog.text


def test_without_lists_nothing_is_unmatched() -> None:
    assert load_catalog().unmatched == ()
