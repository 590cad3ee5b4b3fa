import pandas as pd
import pytest

from stockdash import Indicator, Output, Params
from stockdash.registry import HOST, Catalog, Origin, load_catalog, search

CATALOG = load_catalog()
OWN = Catalog(
    {name: listing for name, listing in CATALOG.listings.items() if CATALOG.origins[name].package == HOST},
    origins={name: origin for name, origin in CATALOG.origins.items() if origin.package == HOST},
)


def made(indicator_id: str, **told: object) -> Indicator:
    return Indicator(
        **{"id": indicator_id, "name": indicator_id} | told,
        params=Params,
        outputs=(Output("x", "X"),),
        compute=lambda bars, _: pd.DataFrame({"x": bars["close"]}),
        warmup=lambda _: 0,
    )


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("boll", "bollinger"),
        ("BOLLINGER", "bollinger"),
        ("sma", "sma"),
        ("average exponential", "ema"),
        ("relative strength", "rsi"),
        ("%r", "williams"),
        ("parabolic stop", "sar"),
        ("bolinger", "bollinger"),
        ("stohastic", "stochastic"),
    ],
)
def test_a_built_in_is_found_first(text: str, first: str) -> None:
    assert search(OWN, text)[0] == first


def test_every_word_has_to_match() -> None:
    assert search(OWN, "moving average zebra crossing") == []
    assert {"sma", "ema", "wma", "hma"} <= set(search(OWN, "moving average"))


@pytest.mark.parametrize("text", ["", "  ", "·"])
def test_no_words_give_everything_our_own_first(text: str) -> None:
    found = search(CATALOG, text)
    assert sorted(found) == sorted(CATALOG.listings)
    assert set(found[: len(OWN.listings)]) == set(OWN.listings)


def test_the_id_counts_more_than_the_name_and_that_more_than_what_is_said() -> None:
    catalog = Catalog(
        {
            "a": made("a", description="Like the force of others"),
            "b": made("b", category="Force"),
            "c": made("c", synonyms=("the force",)),
            "d": made("d", name="Force of many"),
            "force": made("force", name="Other"),
        }
    )
    assert search(catalog, "force") == ["force", "d", "c", "b", "a"]


def test_a_whole_word_counts_more_than_the_start_of_one_and_that_more_than_its_inside() -> None:
    names = {"a": "unforced", "b": "forced", "c": "force it"}
    assert search(Catalog({key: made(key, name=name) for key, name in names.items()}), "force") == ["c", "b", "a"]


def test_a_package_is_found_by_what_it_is_known_as_elsewhere() -> None:
    catalog = Catalog({"efi": made("efi", name="Elder's oscillator", synonyms=("Force Index",))})
    assert search(catalog, "index force") == ["efi"]


def test_of_equals_our_own_come_first_and_then_the_names_in_order() -> None:
    offered = {name: made(name, name=f"{name} mean") for name in ("zz", "bb", "aa")}
    origins = {"zz": Origin(HOST, "1"), "aa": Origin("acme", "1"), "bb": Origin("acme", "1")}
    assert search(Catalog(offered, origins=origins), "mean") == ["zz", "aa", "bb"]
