"""Groups, conditions, sub-forms and errors: what is said of several fields."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, create_model, model_validator

from stockdash.fields import fields_error, widget
from stockdash.forms import Blame, UnknownFieldError, blame, controls, is_enabled, is_there


class Band(BaseModel):
    upper: int = Field(70, ge=50, le=100, title="Upper")
    lower: int = Field(30, ge=0, le=50, title="Lower", json_schema_extra=widget(group="Deep", advanced=True))


class Plain(BaseModel):
    kind: Literal["plain"] = "plain"
    length: int = Field(5, ge=1, le=9)


class Odd(BaseModel):
    kind: Literal["odd"] = "odd"
    length: float = Field(0.5, ge=0, le=1)


class Form(BaseModel):
    last: int = Field(1, json_schema_extra=widget(order=9))
    mode: Literal["auto", "manual"] = "auto"
    by_hand: int = Field(3, json_schema_extra=widget(enabled_if={"mode": "manual"}, row="r", advanced=True))
    band: Band = Field(Band(upper=80), title="Band")
    average: Annotated[Plain | Odd, Field(discriminator="kind")] = Field(Plain(), title="Average")
    fast: int = Field(3, title="Fast length")
    slow: int = Field(9, title="Slow")

    @model_validator(mode="after")
    def _in_order(self) -> "Form":
        if self.fast > self.slow:
            raise ValueError("Fast length must be below slow")
        if self.slow > 100:
            raise fields_error("Too slow", "slow", "mode")
        if self.last < 0:
            raise ValueError("Nothing works any more")
        return self


FORM = {control.key: control for control in controls(Form)}


def blamed(**values: object) -> Blame:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate(values)
    return blame(tuple(FORM.values()), caught.value)


def test_order_comes_before_the_order_of_the_model() -> None:
    assert [control.name for control in controls(Form)][-3:] == ["fast", "slow", "last"]


def test_a_nested_model_is_a_group_with_the_defaults_of_the_field() -> None:
    upper, lower = FORM["band.upper"], FORM["band.lower"]
    assert (upper.group, upper.default, lower.group, lower.advanced) == ("Band", 80, "Band · Deep", True)


def test_a_union_is_a_choice_and_a_sub_form_for_each() -> None:
    choice = FORM["average.kind"]
    assert (choice.label, choice.kind, choice.choices, choice.governs) == (
        "Average",
        "segments",
        ("plain", "odd"),
        True,
    )
    for word in ("plain", "odd"):
        there = [control.key for control in FORM.values() if is_there(control, {"average.kind": word})]
        assert f"{word}.average.length" in there
        assert len([key for key in there if key.endswith("average.length")]) == 1


def test_a_condition_says_when_a_field_may_be_changed() -> None:
    by_hand = FORM["by_hand"]
    assert (is_enabled(by_hand, {"mode": "manual"}), is_enabled(by_hand, {"mode": "auto"})) == (True, False)
    assert (FORM["mode"].governs, by_hand.governs, by_hand.row, by_hand.advanced) == (True, False, "r", True)


def test_a_condition_on_a_stranger_is_refused() -> None:
    field = Field(1, json_schema_extra=widget(enabled_if={"nobody": 1}))
    with pytest.raises(UnknownFieldError, match=r"enabled by .'nobody'.*no field of Made"):
        controls(create_model("Made", value=(int, field)))


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"fast": "x"}, {"fast"}),
        ({"band": {"upper": 7}}, {"band.upper"}),
        ({"average": {"kind": "odd", "length": 7}}, {"average.length"}),
        ({"average": {"kind": "none"}}, {"average.kind"}),
        ({"fast": 10}, {"fast", "slow"}),
        ({"slow": 101}, {"slow", "mode"}),
    ],
    ids=str,
)
def test_an_error_is_about_the_fields_that_it_names(values: dict[str, Any], fields: set[str]) -> None:
    found = blamed(**values)
    assert (set(found.fields), found.form) == (fields, ())


def test_an_error_that_names_nothing_stands_at_the_foot() -> None:
    assert blamed(last=-1) == Blame({}, ("Nothing works any more",))
