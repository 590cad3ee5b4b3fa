import math
from enum import Enum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from stockdash import Color
from stockdash.forms import SLIDER_STEPS, Control, UnknownFieldError, controls
from stockdash.indicators.sma import SmaParams


class Side(Enum):
    LONG = "long"
    SHORT = "short"


def control_of(annotation: Any, field: Any) -> Control:
    return controls(create_model("Made", value=(annotation, field)))[0]


def test_sma_becomes_a_slider_and_a_choice() -> None:
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
            kind="select",
            label="Price",
            help="Which price of each bar",
            default="close",
            choices=("open", "high", "low", "close", "hl2", "hlc3", "ohlc4"),
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
    ],
)
def test_limits_become_the_reach_of_the_control(
    annotation: Any, limits: dict[str, Any], expected: tuple[float, float, float]
) -> None:
    control = control_of(annotation, Field(5 if annotation is int else 0.5, **limits))
    assert (control.minimum, control.maximum, control.step) == pytest.approx(expected)


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_a_bounded_float_is_a_slider_of_at_most_200_steps(low: float, span: float) -> None:
    control = control_of(float, Field(low, ge=low, le=low + span))
    assert control.kind == "slider"
    assert control.step is not None
    assert 20 <= math.ceil(span / control.step - 1e-6) <= SLIDER_STEPS


def test_an_enum_offers_its_values() -> None:
    control = control_of(Side, Side.SHORT)
    assert (control.choices, control.default) == (("long", "short"), "short")


def test_a_label_is_made_of_the_name_when_there_is_no_title() -> None:
    [control] = controls(create_model("Made", fast_length=(int, 5)))
    assert control.label == "Fast length"


@pytest.mark.parametrize("annotation", [complex, int | None, list[int], dict[str, int], Any, BaseModel])
def test_an_unknown_type_is_refused_by_model_and_field(annotation: Any) -> None:
    with pytest.raises(UnknownFieldError, match=r"^Made\.value has the type .* Known: bool, float, int, str") as caught:
        control_of(annotation, None)
    assert (caught.value.model, caught.value.field) == ("Made", "value")
