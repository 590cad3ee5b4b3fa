"""Every value comes back from a link, and from what a widget shows of it."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from stockdash.fields import Source
from stockdash.forms import Blame, controls, from_link, shown, taken, to_link, validated


class Grade(Enum):
    LOW = 1
    HIGH = 2


class Band(BaseModel):
    upper: float = 2.0
    on: bool | None = None


class Simple(BaseModel):
    kind: Literal["simple"] = "simple"
    length: int = 5


class Weighted(BaseModel):
    kind: Literal["weighted"] = "weighted"
    length: float = 2.5
    band: Band = Band()


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    count: int = 1
    maybe: int | None = None
    ratio: float = 0.5
    on: bool = True
    word: str = "a_b~c"
    maybe_word: str | None = None
    choice: Literal["a", 2, "c_d"] = "a"
    grade: Grade = Grade.LOW
    day: date = date(2024, 2, 29)
    maybe_day: date | None = None
    clock: time = time(9, 30)
    moment: datetime = datetime(2024, 1, 1)  # noqa: DTZ001
    aware: AwareDatetime = datetime(2024, 1, 1, tzinfo=UTC)
    wait: timedelta = timedelta(minutes=5)
    span: tuple[int, int] = (3, 7)
    numbers: list[float] = [1.5, -2.0]
    words: tuple[str, ...] = ("x",)
    grades: frozenset[Grade] = frozenset({Grade.HIGH})
    flags: set[Literal["a", "b_c"]] = {"b_c"}
    source: Source = "close"
    band: Band = Band(upper=3.0)
    average: Annotated[Simple | Weighted, Field(discriminator="kind")] = Simple()


FORM = controls(Everything)
texts = st.text(max_size=12)
whole = st.integers(-(2**40), 2**40)
floats = st.floats(allow_nan=False, allow_infinity=False)
bands = st.builds(Band, upper=floats, on=st.none() | st.booleans())
everything = st.builds(
    Everything,
    count=whole,
    maybe=st.none() | whole,
    ratio=floats,
    on=st.booleans(),
    word=texts,
    maybe_word=st.none() | texts,
    choice=st.sampled_from(["a", 2, "c_d"]),
    grade=st.sampled_from(Grade),
    day=st.dates(),
    maybe_day=st.none() | st.dates(),
    clock=st.times(),
    moment=st.datetimes(),
    aware=st.datetimes(datetime(1950, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    wait=st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    span=st.tuples(whole, whole).map(lambda ends: tuple(sorted(ends))),
    numbers=st.lists(floats, max_size=4),
    words=st.lists(texts.filter(bool), max_size=3).map(tuple),
    grades=st.frozensets(st.sampled_from(Grade)),
    flags=st.sets(st.sampled_from(["a", "b_c"])),
    source=st.sampled_from(["hl2", "volume", "@3.signal"]),
    band=bands,
    average=st.builds(Simple, length=whole) | st.builds(Weighted, length=floats, band=bands),
)


@given(params=everything)
def test_a_link_brings_every_value_back(params: Everything) -> None:
    words = to_link(FORM, params)
    assert not set("~.") & set("".join(words)), "these part the words of a link"
    assert "~" not in "".join(words.values())
    assert Everything.model_validate(taken(FORM, from_link(FORM, words))) == params


@given(params=everything)
def test_what_widgets_show_becomes_the_same_parameters(params: Everything) -> None:
    assert Everything.model_validate(taken(FORM, shown(FORM, params))) == params


@given(words=st.dictionaries(st.sampled_from([control.name.replace(".", "-") for control in FORM]) | texts, texts))
def test_no_words_of_a_link_can_fail_but_in_the_model(words: dict[str, str]) -> None:
    with suppress(ValidationError):
        Everything.model_validate(taken(FORM, from_link(FORM, words)))


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("maybe", None, "_"),
        ("numbers", [], "__"),
        ("numbers", [1.0, -2.5], "1.0_-2.5"),
        ("flags", {"b_c", "a"}, "a_b%5Fc"),
        ("wait", timedelta(minutes=7), "7"),
        ("on", False, "0"),
        ("band", Band(upper=4.0), "4.0"),
        ("grade", Grade.HIGH, "2"),
    ],
)
def test_words_are_short(name: str, value: Any, word: str) -> None:
    words = to_link(FORM, Everything(**{name: value}))
    assert words[{"band": "band-upper"}.get(name, name)] == word


def test_a_sub_form_that_is_not_chosen_leaves_nothing() -> None:
    words = to_link(FORM, Everything(average=Weighted()))
    assert {name: word for name, word in words.items() if name.startswith("average")} == {
        "average-kind": "weighted",
        "average-length": "2.5",
        "average-band-upper": "2.0",
        "average-band-on": "_",
    }
    assert "average-band-on" not in to_link(FORM, Everything())


def test_what_a_link_leaves_out_is_as_in_the_form() -> None:
    read = Everything.model_validate(taken(FORM, from_link(FORM, {"average-kind": "weighted", "band-on": "1"})))
    assert (read.average, read.band) == (Weighted(), Band(upper=3.0, on=True))


@pytest.mark.parametrize("word", ["inf", "nan", "1e300", "soon"])
def test_a_duration_that_is_none_is_refused_at_its_field(word: str) -> None:
    read = validated(Everything, from_link(FORM, {"wait": word}))
    assert isinstance(read, Blame)
    assert set(read.fields) == {"wait"}


def test_an_aware_time_of_a_link_becomes_utc() -> None:
    read = Everything.model_validate(taken(FORM, from_link(FORM, {"aware": "2024-01-01T05%3A00%3A00%2B05%3A00"})))
    assert read.aware == datetime(2024, 1, 1, tzinfo=UTC)
