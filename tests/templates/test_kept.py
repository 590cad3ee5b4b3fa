from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stockdash.errors import StockdashError, TemplateError
from stockdash.stores.parquet import ParquetStore
from stockdash.stores.sqlite import SqliteStore
from stockdash.templates import Entry, Template
from stockdash.templates.kept import (
    DEFAULT,
    MOST,
    PREFIX,
    default_template,
    delete,
    is_taken,
    kept,
    rename,
    save,
    set_default,
)
from tests.stores.snapshots import write_snapshot

TREND = Template(name="Trend", indicators=(Entry(id="sma", params={"length": 5}),))


@pytest.fixture
def store(tmp_path: Path):
    opened = SqliteStore(tmp_path / "stockdash.db")
    yield opened
    opened.close()


def names(store):
    return [template.name for template in kept(store).templates.values()]


def test_a_saved_template_is_there(store):
    save(store, TREND)
    assert kept(store).templates == {"trend": TREND}


def test_templates_are_sorted_by_name_whatever_its_case(store):
    for name in ("b", "C", "A"):
        save(store, TREND.model_copy(update={"name": name}))
    assert names(store) == ["A", "b", "C"]


def test_a_taken_name_is_refused_until_it_is_to_be_overwritten(store):
    save(store, TREND)
    other = Template(name="TREND")
    with pytest.raises(TemplateError, match="There is a template named 'TREND' already"):
        save(store, other)
    save(store, other, replace=True)
    assert kept(store).templates == {"trend": other}


def test_a_name_is_known_to_be_taken(store):
    save(store, TREND)
    assert is_taken(store, " trend ")
    assert not is_taken(store, "trends")


def test_a_renamed_template_keeps_what_it_holds_and_its_place_as_default(store):
    save(store, TREND)
    set_default(store, "trend")
    rename(store, "trend", "Long trend")
    assert kept(store).templates["long trend"].indicators == TREND.indicators
    assert (names(store), kept(store).default) == (["Long trend"], "long trend")


def test_a_name_may_change_in_case_alone(store):
    save(store, TREND)
    rename(store, "trend", "TREND")
    assert names(store) == ["TREND"]


def test_a_template_takes_no_other_ones_name(store):
    save(store, TREND)
    save(store, Template(name="Momentum"))
    with pytest.raises(TemplateError, match="already"):
        rename(store, "momentum", "trend")
    assert names(store) == ["Momentum", "Trend"]


def test_a_template_that_somebody_has_deleted_is_not_renamed(store):
    with pytest.raises(TemplateError, match="somebody has deleted"):
        rename(store, "trend", "x")


def test_a_deleted_template_is_no_default_any_more(store):
    save(store, TREND)
    set_default(store, "trend")
    delete(store, "trend")
    assert (names(store), default_template(store), store.state(DEFAULT)) == ([], None, None)


def test_the_default_can_be_taken_back(store):
    save(store, TREND)
    set_default(store, "trend")
    assert default_template(store) == TREND
    set_default(store, None)
    assert default_template(store) is None


def test_a_default_that_is_damaged_is_none(store):
    store.set_state(PREFIX + "trend", "{")
    set_default(store, "trend")
    assert default_template(store) is None


def test_a_damaged_template_hides_no_other(store):
    save(store, TREND)
    store.set_state(PREFIX + "broken", "{")
    assert names(store) == ["Trend"]
    assert "no template that can be read" in kept(store).unreadable["broken"]


def test_a_store_takes_only_so_many(store):
    for number in range(MOST):
        store.set_state(f"{PREFIX}{number}", "{}")
    with pytest.raises(TemplateError, match="Delete one first"):
        save(store, TREND)


def test_everybody_who_saves_at_once_is_kept(tmp_path):
    def saving(number):
        opened = SqliteStore(tmp_path / "shared.db")
        save(opened, TREND.model_copy(update={"name": f"View {number:02}"}))
        opened.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(saving, range(16)))
    assert names(SqliteStore(tmp_path / "shared.db")) == [f"View {number:02}" for number in range(16)]


def test_of_those_who_save_under_one_name_at_once_one_does_and_the_others_are_asked(tmp_path):
    def saving(number):
        opened = SqliteStore(tmp_path / "shared.db")
        try:
            save(opened, Template(name="Mine", indicators=(Entry(id=f"i{number}"),)))
        except StockdashError as exc:
            return str(exc)
        finally:
            opened.close()
        return "saved"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(saving, range(8)))
    assert said.count("saved") == 1
    assert sum("already" in answer for answer in said) == 7


def test_a_snapshot_folder_shows_the_templates_of_the_store_it_came_from(store, tmp_path):
    save(store, TREND)
    set_default(store, "trend")
    write_snapshot(store, tmp_path / "snapshots", ())
    assert default_template(ParquetStore(tmp_path / "snapshots")) == TREND
