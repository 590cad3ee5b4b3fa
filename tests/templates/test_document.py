import json

import pytest

from stockdash.errors import TemplateError
from stockdash.templates import MOST_BYTES, Entry, Style, Template, checked_name, from_json, key_of, to_json

MOMENTUM = Template(
    name="My momentum view",
    indicators=(
        Entry(id="rsi", package="stockdash", version="0.1.0", params={"length": 14}),
        Entry(
            id="sma",
            package="stockdash",
            version="0.1.0",
            params={"length": 9, "source": "@0.rsi"},
            styles={"sma": Style(color="#FF8800", width=2, visible=False)},
            hidden=True,
        ),
    ),
)


def document(**changes):
    return {**json.loads(to_json(MOMENTUM)), **changes}


def refusal(content):
    with pytest.raises(TemplateError) as caught:
        from_json(content if isinstance(content, str | bytes) else json.dumps(content))
    return str(caught.value)


def test_a_template_comes_back_as_it_was_written():
    assert from_json(to_json(MOMENTUM)) == MOMENTUM


def test_the_document_says_format_version_and_the_package_of_each_indicator():
    said = document()
    assert (said["format"], said["version"], said["name"]) == ("stockdash-template", 1, "My momentum view")
    assert said["indicators"][0] == {
        "id": "rsi",
        "package": "stockdash",
        "version": "0.1.0",
        "params": {"length": 14},
        "styles": {},
        "hidden": False,
    }
    assert said["indicators"][1]["styles"] == {"sma": {"color": "#ff8800", "width": 2, "visible": False}}


def test_a_parameter_that_is_none_is_kept():
    template = Template(name="Auto", indicators=(Entry(id="vwap", params={"anchor": None}),))
    assert from_json(to_json(template)) == template


def test_what_is_left_out_is_as_the_indicator_has_it():
    read = from_json(
        json.dumps({"format": "stockdash-template", "version": 1, "name": "x", "indicators": [{"id": "a"}]})
    )
    assert read.indicators == (Entry(id="a"),)


def test_a_newer_format_is_refused_with_what_to_do():
    message = refusal({"format": "stockdash-template", "version": 2, "name": 5, "layers": []})
    assert "version 2" in message
    assert "pip install --upgrade stockdash" in message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut short"),
        pytest.param("null", id="null"),
        pytest.param("[]", id="a list"),
        pytest.param(b"\xff\xfe\x00{", id="no UTF-8"),
        pytest.param(b"PK\x03\x04", id="another kind of file"),
        pytest.param("[" * 5_000 + "]" * 5_000, id="nested"),
        pytest.param({"format": "grafana", "version": 1, "name": "x"}, id="another format"),
        pytest.param(document(version="1"), id="version as text"),
        pytest.param(document(version=0), id="version zero"),
        pytest.param(document(name=""), id="no name"),
        pytest.param(document(name="x" * 61), id="name too long"),
        pytest.param(document(name="abc\u202edef"), id="name that runs backwards"),
        pytest.param(document(name="a\x00b"), id="name with a zero"),
        pytest.param(document(name=["x"]), id="name as list"),
        pytest.param(document(extra=1), id="unknown word"),
        pytest.param(document(indicators=[{"id": "a"}] * 51), id="too many indicators"),
        pytest.param(document(indicators=[{"id": "../../etc/passwd"}]), id="id that is none"),
        pytest.param(document(indicators=[{"id": "a", "package": "x; rm -rf ~"}]), id="package with a command"),
        pytest.param(document(indicators=[{"id": "a", "package": "--index-url=http://x"}]), id="package as option"),
        pytest.param(document(indicators=[{"id": "a", "package": "x\n"}]), id="package with a line end"),
        pytest.param(document(indicators=[{"id": "a", "version": "$(id)"}]), id="version with a command"),
        pytest.param(document(indicators=[{"id": "a", "params": [1]}]), id="params as list"),
        pytest.param(document(indicators=[{"id": "a", "styles": {"a": {"color": "red"}}}]), id="colour by name"),
        pytest.param(document(indicators=[{"id": "a", "styles": {"a": {"width": 99}}}]), id="too wide"),
        pytest.param(to_json(MOMENTUM).replace("14", "NaN"), id="not a number"),
        pytest.param(to_json(MOMENTUM).replace("14", "Infinity"), id="infinite"),
    ],
)
def test_what_is_no_template_is_refused(content):
    assert refusal(content).startswith("This is no template that can be read. ")


def test_a_huge_document_is_not_even_parsed():
    assert "at most 200,000 are read" in refusal("[" * (MOST_BYTES + 1))


def test_a_refusal_holds_nothing_that_a_page_could_take_for_markup():
    message = refusal(document(**{"<img src=x onerror=alert(1)>`![](http://x)": 1, "\u202eevil": 2}))
    assert "`" not in message
    assert "\u202e" not in message
    assert len(message) < 700


@pytest.mark.parametrize(
    ("typed", "name"), [("  My   view ", "My view"), ("E\u0301tude", "\u00c9tude"), ("日本", "日本")]
)
def test_a_name_is_tidied(typed, name):
    assert checked_name(typed) == name


def test_names_that_differ_in_case_are_the_same():
    assert key_of("My View ") == key_of("my view")
