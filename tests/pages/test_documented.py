import re
from dataclasses import replace
from typing import Literal

import pandas as pd
import pytest
from pydantic import BaseModel, Field

from stockdash import Indicator, Output, Params, widget
from stockdash.indicators import Listing
from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.pages._documented import chip_html, declaration_html, head_html, origin_html, proof_html
from stockdash.registry import Origin
from stockdash.testing import Finding
from stockdash.verdicts import Verdict

HOSTILE = '<img src=x onerror="alert(1)">'


class Band(BaseModel):
    width: float = Field(2.0, gt=0, le=9, title="Width", description="How wide")


class ManyParams(Params):
    length: int = Field(
        20, ge=1, le=250, title="Length", description="Bars looked back over", json_schema_extra=widget(unit="bars")
    )
    kind: Literal["simple", "weighted"] = Field("simple", title="Kind")
    limit: float | None = Field(None, ge=0, le=1, title="Limit")
    show: bool = Field(True, title="Show")
    band: Band = Field(Band(), title="Band")


MANY = Indicator(
    id="many",
    name="Many",
    params=ManyParams,
    outputs=(Output("up", "Up", levels=(30, 70)), Output("mark", "Mark", draw="markers")),
    compute=lambda bars, _: pd.DataFrame({"up": bars["close"], "mark": bars["close"]}),
    warmup=lambda params: params.length,
    pane="own",
)


def row(html: str, name: str) -> list[str]:
    """The cells of the first row whose first begins with `name`."""
    rows = [re.findall("<td>(.*?)</td>", found) for found in re.findall("<tr>(<td>.*?)</tr>", html)]
    return next(found for found in rows if found[0].startswith(name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Length", ["Length", "20", "whole number 1 to 250 bars", "Bars looked back over"]),
        ("Kind", ["Kind", "simple", "simple | weighted", ""]),
        ("Show", ["Show", "on", "on or off", ""]),
    ],
)
def test_a_parameter_has_default_values_and_description(name: str, expected: list[str]) -> None:
    assert row(declaration_html(MANY), name) == expected


def test_a_parameter_that_may_be_none_says_auto() -> None:
    assert row(declaration_html(MANY), "Limit")[1:3] == ["auto", "number, or auto 0 to 1"]


def test_a_nested_parameter_stands_under_its_group_with_its_own_description() -> None:
    assert row(declaration_html(MANY), "Band · Width") == ["Band · Width", "2", "number above 0 to 9", "How wide"]


def test_outputs_say_how_and_where_they_are_drawn() -> None:
    html = declaration_html(MANY)
    assert "<td>Up</td><td>line with lines at 30, 70</td><td>a pane of its own</td>" in html
    assert "<td>Mark</td><td>marks at bars</td><td>over the prices</td>" in html


@pytest.mark.parametrize(
    ("warmup", "says"),
    [
        (lambda params: params.length, "the first 20 bars have no value"),
        (lambda _: 1, "the first 1 bar has no value"),
        (lambda _: 0, "a value from the first bar on"),
        (lambda _: 1 / 0, "be told: ZeroDivisionError"),
    ],
)
def test_the_warm_up_is_told(warmup, says: str) -> None:
    assert says in declaration_html(replace(MANY, warmup=warmup))


def test_outputs_that_can_not_be_told_leave_the_parameters() -> None:
    def broken(_: ManyParams) -> tuple[Output, ...]:
        if broken.is_armed:
            raise RuntimeError(HOSTILE)
        return (Output("up", "Up"),)

    broken.is_armed = False
    indicator = replace(MANY, outputs=broken)
    broken.is_armed = True
    html = declaration_html(indicator)
    assert "Length" in html
    assert "RuntimeError: &lt;img" in html


def test_an_indicator_without_parameters_has_no_table_of_them() -> None:
    assert "Parameters" not in declaration_html(replace(MANY, params=Params, warmup=lambda _: 0))


def test_the_head_tells_name_badge_package_and_source() -> None:
    html = head_html(Listing.of(RSI), Origin("acme", "1.2", author="Ann", licence="MIT"), Verdict("clean"))
    for part in ("Relative strength index", "never repaints", "acme 1.2 · by Ann · MIT", "Wilder 1978", "oversold"):
        assert part in html


def test_only_a_web_address_becomes_a_link() -> None:
    assert '<a href="https://acme.example"' in origin_html(Origin("acme", "1", homepage="https://acme.example"))
    assert "<a" not in origin_html(Origin("acme", "1", homepage="javascript:alert(1)"))


def test_an_address_that_is_none_takes_nothing_down() -> None:
    assert "acme 1" in origin_html(Origin("acme", "1", homepage="http://["))


def test_everything_a_plugin_says_is_escaped() -> None:
    listing = replace(
        Listing.of(RSI), name=HOSTILE, description=HOSTILE, source=HOSTILE, synonyms=(HOSTILE,), category=HOSTILE
    )
    origin = Origin(HOSTILE, HOSTILE, author=HOSTILE, licence=HOSTILE, homepage=f"https://x/{HOSTILE}")
    verdict = Verdict("failed", reason=HOSTILE, breaches=(Finding("cost", HOSTILE, HOSTILE),))
    outputs = replace(MANY, outputs=(Output("up", HOSTILE),))
    html = head_html(listing, origin, verdict) + proof_html(verdict) + chip_html(verdict) + declaration_html(outputs)
    assert "<img" not in html
    assert html.count("&lt;img") >= 12


def test_each_finding_is_told_in_full() -> None:
    html = proof_html(Verdict("clean", breaches=(Finding("warm-up", "length=1", "declared are 3"),)))
    assert "<b>warm-up</b>, length=1: declared are 3" in html


def test_a_column_without_a_word_is_left_out() -> None:
    class BareParams(Params):
        length: int = Field(2, ge=1, le=9, title="Length")

    html = declaration_html(replace(MANY, params=BareParams))
    assert "What it does" not in html
    assert row(html, "Length") == ["Length", "2", "whole number 1 to 9"]
