"""What becomes of a view's indicators as a template and back."""

from enum import Enum

import pytest
from pydantic import Field

from stockdash.fields import Source
from stockdash.indicators import Indicator, Listing, Output, Params
from stockdash.installed import Origin
from stockdash.pages._applied import applied, template_of
from stockdash.pages._instances import Instance
from stockdash.pages._looks import Look
from stockdash.pages._view import MAX_INSTANCES
from stockdash.registry import Catalog, Failure, load_catalog
from stockdash.templates import Entry, Template, from_json, to_json


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


class WaveParams(Params):
    length: int = Field(3, ge=1, le=50, title="Length")
    mode: Mode = Field(Mode.FAST, title="Mode")
    limit: float | None = Field(None, ge=0, le=1, title="Limit")
    source: Source = Field("close", title="Source")


def indicator(name="wave"):
    return Indicator(
        id=name,
        name=name.title(),
        params=WaveParams,
        compute=lambda bars, _: bars[["close"]].rename(columns={"close": "wave"}),
        warmup=lambda _: 0,
        outputs=(Output("wave", "Wave"),),
    )


@pytest.fixture
def catalog():
    waves = {name: indicator(name) for name in ("wave", "swell")}
    return Catalog(waves, origins={name: Origin("wave-plugin", "1.2") for name in waves})


def through_json(name, instances, catalog):
    return from_json(to_json(template_of(name, instances, catalog)))


def test_parameters_styles_and_sources_come_back(catalog):
    instances = (
        Instance("wave", WaveParams(length=9, mode=Mode.SLOW, limit=0.5)),
        Instance("swell", WaveParams(source="@0.wave"), {"wave": Look("#ff8800", 2, visible=False)}, hidden=True),
    )
    assert applied(through_json("x", instances, catalog), catalog).instances == instances


def test_a_parameter_that_was_set_to_none_stays_none(catalog):
    instances = (Instance("wave", WaveParams(limit=None)),)
    assert applied(through_json("x", instances, catalog), catalog).instances == instances


def test_the_package_and_version_of_each_indicator_are_told(catalog):
    (entry,) = template_of("x", (Instance("wave", WaveParams()),), catalog).indicators
    assert (entry.package, entry.version) == ("wave-plugin", "1.2")


def test_every_built_in_comes_back_with_its_defaults():
    built_ins = load_catalog()
    own = [name for name, origin in built_ins.origins.items() if origin.package == "stockdash"]
    for name in own:
        instances = (Instance(name, built_ins.find(name).params()),)
        said = applied(through_json("x", instances, built_ins), built_ins)
        assert (said.instances, said.notes) == (instances, ()), name


def test_a_missing_package_is_named_with_the_command_that_installs_it_and_the_rest_is_shown(catalog):
    entries = (Entry(id="rsi2", package="strange-plugin"), Entry(id="wave"), Entry(id="rsi3", package="strange-plugin"))
    said = applied(Template(name="x", indicators=entries), catalog)
    assert [instance.indicator_id for instance in said.instances] == ["wave"]
    (note,) = said.notes
    assert note.startswith("rsi2, rsi3: the package strange-plugin is not installed; it is left out.")
    assert note.endswith("If you trust that package, install it with: stockdash plugins install strange-plugin")


def test_sources_follow_their_indicators_when_one_before_them_is_missing(catalog):
    entries = (Entry(id="gone"), Entry(id="wave"), Entry(id="swell", params={"source": "@1.wave"}))
    said = applied(Template(name="x", indicators=entries), catalog)
    assert said.instances[1].params.source == "@0.wave"


def test_a_source_that_is_missing_becomes_the_default_one(catalog):
    entries = (Entry(id="gone"), Entry(id="wave", params={"source": "@0.gone"}))
    assert applied(Template(name="x", indicators=entries), catalog).instances[0].params.source == "close"


def test_a_circle_of_sources_is_cut(catalog):
    entries = (Entry(id="wave", params={"source": "@1.wave"}), Entry(id="swell", params={"source": "@0.wave"}))
    said = applied(Template(name="x", indicators=entries), catalog)
    assert [instance.params.source for instance in said.instances] == ["close", "@0.wave"]
    assert "can't take its source from itself" in said.notes[0]


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        pytest.param({"length": 99, "limit": 0.5}, {"limit": 0.5}, id="beyond a limit"),
        pytest.param({"length": 5, "colour": "red"}, {"length": 5}, id="a parameter that is gone"),
        pytest.param({"mode": {"a": [1]}, "length": 5}, {"length": 5}, id="another type"),
    ],
)
def test_parameters_that_do_not_fit_become_defaults_and_are_named(catalog, params, kept):
    said = applied(Template(name="x", indicators=(Entry(id="wave", params=params),)), catalog)
    assert said.instances[0].params == WaveParams(**kept)
    assert "using its defaults there" in said.notes[0]


def test_a_package_that_has_the_indicator_no_more_is_told(catalog):
    said = applied(Template(name="x", indicators=(Entry(id="tide", package="wave-plugin"),)), catalog)
    assert "pip install --upgrade wave-plugin" in said.notes[0]


def test_a_package_that_failed_to_load_is_told_with_its_reason():
    broken = Catalog({}, failures=(Failure("wave", "1.2", "ImportError: no tide", "wave-plugin", "Mend it."),))
    said = applied(Template(name="x", indicators=(Entry(id="wave", package="wave-plugin"),)), broken)
    assert said.notes == ("wave of wave-plugin could not be loaded and is left out. ImportError: no tide Mend it.",)


def test_an_indicator_that_fails_when_it_is_loaded_is_told():
    listing = Listing(id="wave", name="Wave", load=lambda: 1 / 0)
    said = applied(Template(name="x", indicators=(Entry(id="wave"),)), Catalog({"wave": listing}))
    assert said.instances == ()
    assert "ZeroDivisionError" in said.notes[0]


def test_no_more_indicators_are_shown_than_a_chart_holds(catalog):
    said = applied(Template(name="x", indicators=(Entry(id="wave"),) * 40), catalog)
    assert len(said.instances) == MAX_INSTANCES
    assert "has 40 indicators" in said.notes[0]
