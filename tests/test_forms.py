import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NewType

import pytest
from annotated_types import Interval
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model
from pydantic_core import SchemaValidator, core_schema

from stockdash import Color
from stockdash.errors import InvalidInputError
from stockdash.fields import Source, Timeframe, widget
from stockdash.forms import SLIDER_STEPS, Control, UnknownFieldError, controls, register_control, shown, taken
from stockdash.indicators.sma import SmaParams


class Side(Enum):
    LONG = "long"
    SHORT = "short"


NEW_YEAR = date(2020, 1, 1)
Bars = Field(ge=1, le=9, json_schema_extra=widget(unit="bars", soft=(2, 5)))


def control_of(annotation: Any, field: Any) -> Control:
    return controls(create_model("Made", value=(annotation, field)))[0]


def test_sma_becomes_a_slider_a_source_and_a_choice() -> None:
    assert controls(SmaParams) == (
        Control(
            name="length",
            kind="slider",
            label="Length",
            help="Bars averaged · 1 to 200",
            default=20,
            minimum=1,
            maximum=200,
            step=1,
        ),
        Control(
            name="source",
            kind="source",
            label="Source",
            help="A price of each bar, its volume, or another indicator",
            default="close",
            choices=("open", "high", "low", "close", "hl2", "hlc3", "ohlc4", "volume"),
        ),
        Control(
            name="timeframe",
            kind="segments",
            label="Timeframe",
            help="Longer bars to compute on: each drawn bar shows the last one that was closed",
            default="chart",
            choices=("chart", "1d", "1wk", "1mo"),
            timeframe=True,
        ),
    )


@pytest.mark.parametrize(
    ("annotation", "field", "kind"),
    [
        (int, Field(5, ge=1, le=9), "slider"),
        (int, Field(5, ge=1, le=1000), "number"),
        (int, Field(5, ge=1), "number"),
        (int, 5, "number"),
        (float, Field(0.5, ge=0, le=1), "slider"),
        (float, 0.5, "number"),
        (bool, True, "toggle"),
        (Literal["a", "b"], "a", "segments"),
        (Literal["a", "b", "c", "d", "e"], "a", "select"),
        (Literal["a long name", "another long name"], "a long name", "select"),
        (Side, Side.LONG, "segments"),
        (str, Field("x", max_length=5), "text"),
        (Color, "#ff8800", "color"),
        (date, date(2024, 1, 1), "date"),
        (time, time(9, 30), "time"),
        (datetime, datetime(2024, 1, 1, 9, 30), "datetime"),  # noqa: DTZ001
        (timedelta, timedelta(days=3), "number"),
        (tuple[float, float], Field((0.2, 0.8)), "pair"),
        (list[int], [1, 2], "chips"),
        (tuple[float, ...], (0.5,), "chips"),
        (set[Literal["a", "b"]], {"a"}, "multiselect"),
        (list[Side], [Side.LONG], "multiselect"),
        (Source, "close", "source"),
        (Timeframe, "chart", "segments"),
    ],
)
def test_each_type_has_its_control(annotation: Any, field: Any, kind: str) -> None:
    assert control_of(annotation, field).kind == kind


@pytest.mark.parametrize(
    ("annotation", "limits", "expected"),
    [
        (int, {"gt": 1, "lt": 9}, (2, 8, 1)),
        (int, {"ge": 0, "le": 100, "multiple_of": 5}, (0, 100, 5)),
        (int, {"gt": 0, "le": 100, "multiple_of": 5}, (5, 100, 5)),
        (int, {"ge": 3, "lt": 18, "multiple_of": 5}, (5, 15, 5)),
        (float, {"gt": 0, "le": 1}, (0.01, 1, 0.01)),
        (float, {"ge": 0.5, "le": 5}, (0.5, 5, 0.05)),
        (float, {"gt": 0, "le": 1e-4}, (1e-6, 1e-4, 1e-6)),
        (float, {"ge": 0, "le": 1e12}, (0, 1e12, 1e10)),
        (int, {"ge": 1, "le": 900, "json_schema_extra": widget(soft=(0, 100))}, (1, 100, 1)),
        (int, {"ge": 1, "le": 900, "multiple_of": 5, "json_schema_extra": widget(soft=(2, 52))}, (5, 50, 5)),
        (float, {"ge": 0, "le": 1, "json_schema_extra": widget(soft=(-1, 0.5))}, (0, 0.5, 0.005)),
    ],
)
def test_limits_become_the_reach_of_the_control(
    annotation: Any, limits: dict[str, Any], expected: tuple[float, float, float]
) -> None:
    control = control_of(annotation, Field(5 if annotation is int else min(0.5, limits["le"]), **limits))
    assert (control.minimum, control.maximum, control.step) == pytest.approx(expected)


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_a_bounded_float_is_a_slider_of_at_most_200_steps(low: float, span: float) -> None:
    control = control_of(float, Field(low, ge=low, le=low + span))
    assert control.kind == "slider"
    assert control.step is not None
    assert 79 <= math.ceil(span / control.step - 1e-6) <= SLIDER_STEPS
    assert f"{control.step:.0e}"[0] in "125"


def test_an_enum_offers_its_values() -> None:
    control = control_of(Side, Side.SHORT)
    assert (control.choices, control.default) == (("long", "short"), "short")


def test_a_label_is_made_of_the_name_when_there_is_no_title() -> None:
    [control] = controls(create_model("Made", fast_length=(int, 5)))
    assert control.label == "Fast length"


@pytest.mark.parametrize("annotation", [complex, list, list[complex], dict[str, int], int | str, Any, BaseModel])
def test_an_unknown_type_is_refused_by_package_model_and_field(annotation: Any) -> None:
    with pytest.raises(UnknownFieldError, match=r"^Made\.value .*\(package tests\)$") as caught:
        control_of(annotation, None)
    assert (caught.value.package, caught.value.model, caught.value.field) == ("tests", "Made", "value")


@pytest.mark.parametrize(
    ("annotation", "field"), [(int, Field(500, ge=1, le=100)), (str, Field("", min_length=1)), (Color, "red")]
)
def test_a_default_that_its_own_limits_refuse_is_named(annotation: Any, field: Any) -> None:
    with pytest.raises(UnknownFieldError, match=r"^Made\.value has a default that is refused: "):
        control_of(annotation, field)


def test_a_field_without_default_is_refused() -> None:
    with pytest.raises(UnknownFieldError, match=r"Made\.value has no default"):
        control_of(int, Field(ge=1))


def test_an_exclusive_bound_is_exact_in_a_number_box_and_a_step_away_on_a_slider() -> None:
    box = control_of(float, Field(1.0, gt=0))
    slider = control_of(float, Field(0.5, gt=0, lt=1))
    assert box.minimum == math.nextafter(0, 1)
    assert (slider.minimum, slider.maximum, slider.limits) == (0.01, 0.99, (math.nextafter(0, 1), math.nextafter(1, 0)))
    assert slider.help == "above 0 to below 1"


@pytest.mark.parametrize(("annotation", "default"), [(date, NEW_YEAR), (tuple[date, date], (NEW_YEAR, NEW_YEAR))])
def test_an_exclusive_day_is_not_offered(annotation: Any, default: Any) -> None:
    limits = Field(gt=date(2019, 12, 31), lt=date(2020, 1, 31))
    kinds = {date: Annotated[date, limits], tuple[date, date]: tuple[Annotated[date, limits], Annotated[date, limits]]}
    control = control_of(kinds[annotation], default)
    assert (control.minimum, control.maximum) == (NEW_YEAR, date(2020, 1, 30))
    assert control.help == "2020-01-01 to 2020-01-30"


def test_a_slider_covers_the_soft_range_and_a_box_the_rest() -> None:
    control = control_of(int, Field(20, ge=1, le=5000, json_schema_extra=widget(soft=(2, 100), unit="bars")))
    assert (control.kind, control.minimum, control.maximum, control.limits) == ("slider", 2, 100, (1, 5000))
    assert control.help == "1 to 5000 (usually 2 to 100) bars"


@pytest.mark.parametrize(
    ("annotation", "told", "start"),
    [
        (int | None, {"ge": 3, "le": 9}, 3),
        (Annotated[float, Field(gt=0, le=1)] | None, {}, 0.01),
        (int | None, {"json_schema_extra": widget(start=14)}, 14),
        (Literal["a", "b"] | None, {}, "a"),
        (date | None, {"ge": date(2020, 1, 1)}, date(2020, 1, 1)),
        (bool | None, {}, False),
    ],
    ids=str,
)
def test_an_optional_field_is_auto_and_knows_what_comes_after(
    annotation: Any, told: dict[str, Any], start: Any
) -> None:
    control = control_of(annotation, Field(None, **told))
    assert (control.optional, control.default, control.start, control.governs) == (True, None, start, True)


def test_what_an_alias_says_is_heard_below_an_optional() -> None:
    source, color, length = (
        control_of(annotation | None, None) for annotation in (Source, Color, Annotated[int, Bars])
    )
    assert (source.kind, source.start, source.choices[0]) == ("source", "close", "open")
    assert (color.kind, color.start) == ("color", "#2962ff")
    assert (length.maximum, length.help) == (5, "1 to 9 (usually 2 to 5) bars")
    assert control_of(Timeframe | None, None).timeframe


def test_placing_a_source_leaves_it_one() -> None:
    placed = control_of(Source, Field("high", json_schema_extra=widget(group="Prices")))
    assert (placed.kind, placed.group) == ("source", "Prices")


def test_a_duration_is_counted_in_its_largest_whole_unit() -> None:
    field = Field(timedelta(hours=6), ge=timedelta(hours=1), le=timedelta(days=1))
    control = control_of(timedelta, field)
    assert (control.kind, control.default, control.minimum, control.maximum, control.scale) == (
        "slider",
        6,
        1,
        24,
        3600,
    )
    assert control.help == "1 to 24 hours"


def test_a_pair_reaches_from_the_limit_of_its_first_to_that_of_its_second() -> None:
    percent = Annotated[int, Field(ge=0, le=100)]
    control = control_of(tuple[percent, percent], (30, 70))
    assert (control.kind, control.default, control.minimum, control.maximum) == ("range", (30, 70), 0, 100)


def test_an_alias_is_looked_through() -> None:
    assert control_of(NewType("Bars", int), Field(3, ge=1, le=9)).kind == "slider"
    assert control_of(Annotated[int, Interval(ge=1, le=9)], 3).kind == "slider"


class Angle:
    """A type of somebody else's."""

    def __init__(self, degrees: float) -> None:
        self.degrees = degrees

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        made = core_schema.no_info_after_validator_function(cls, core_schema.float_schema())
        written = core_schema.plain_serializer_function_ser_schema(lambda angle: angle.degrees)
        either = core_schema.union_schema([core_schema.is_instance_schema(cls), made])
        return core_schema.no_info_plain_validator_function(
            SchemaValidator(either).validate_python, serialization=written
        )


def test_a_package_registers_a_type_of_its_own() -> None:
    register_control(Angle, like=Annotated[float, Field(ge=0, le=360)])
    model = create_model("Made", turn=(Angle, Angle(90)))
    [control] = controls(model)
    assert (control.kind, control.default, control.maximum) == ("slider", 90, 360)
    assert shown((control,), model(turn=Angle(45))) == {"turn": 45}


def test_a_type_that_is_written_as_text_is_shown_as_what_it_is_like() -> None:
    register_control(Decimal, like=Annotated[float, Field(ge=0, le=1)])
    model = create_model("Made", share=(Decimal | None, Decimal("0.25")))
    [control] = controls(model)
    assert (control.kind, control.default, control.optional) == ("slider", 0.25, True)
    assert model.model_validate(taken((control,), shown((control,), model(share=Decimal("0.5"))))).share == Decimal(
        "0.5"
    )


@pytest.mark.parametrize(("kind", "like"), [(int, float), (Path, complex)], ids=str)
def test_registering_what_is_taken_or_unlike_anything_is_refused(kind: type, like: Any) -> None:
    with pytest.raises(InvalidInputError):
        register_control(kind, like=like)
