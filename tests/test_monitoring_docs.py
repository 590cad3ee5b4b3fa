"""What the pages about templates, sign-in and monitoring show is what the code takes and gives."""

import json
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stockdash.access import parse_rule
from stockdash.charts.coverage import LABELS
from stockdash.health import Vitals
from stockdash.health.metrics import Metrics
from stockdash.health.pulse import Beat
from stockdash.ingest.details import EVENTS, RUNS, SESSIONS
from stockdash.stores import Run, Written
from stockdash.templates import LONGEST_NAME, MOST_BYTES, MOST_INDICATORS, Entry, Style, Template, from_json

DOCS = Path(__file__).parents[1] / "docs"
TEMPLATES, SIGN_IN, MONITORING = (
    (DOCS / name).read_text(encoding="utf-8") for name in ("templates.md", "sign-in.md", "monitoring.md")
)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", page, flags=re.DOTALL | re.MULTILINE)


def fields(page: str) -> set[str]:
    return {
        name for row in re.findall(r"^\| (`.*?) \|", page, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }


def test_the_document_is_a_template():
    [document] = blocks(TEMPLATES, "json")
    template = from_json(document)
    assert [entry.id for entry in template.indicators] == ["rsi", "sma"]


def test_every_field_of_the_document_is_in_the_table():
    assert fields(TEMPLATES) >= {"format", "version", *Template.model_fields, *Entry.model_fields}
    assert all(f"`{name}`" in TEMPLATES for name in Style.model_fields)


def test_the_limits_are_those_of_the_code():
    for limit in (f"1 to {LONGEST_NAME} characters", f"at most {MOST_INDICATORS}", f"{MOST_BYTES:,} bytes"):
        assert limit in TEMPLATES


def test_the_secrets_are_what_streamlit_reads():
    [secrets] = blocks(SIGN_IN, "toml")
    wanted = {"redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"}
    assert set(tomllib.loads(secrets)["auth"]) == wanted


def test_the_lists_can_be_read():
    lists = re.findall(r"^ *STOCKDASH_(?:ALLOWED_USERS|OPERATORS)=(\S+)$", SIGN_IN, flags=re.MULTILINE)
    rules = [rule for text in lists for rule in text.split(",")]
    assert len(rules) == 3
    assert [parse_rule(rule) for rule in rules] == rules


def test_every_colour_of_the_picture_is_explained():
    assert all(label.lower() in MONITORING for label in LABELS.values())


def test_the_numbers_of_the_status_are_those_of_the_code():
    assert f"last {RUNS} runs, the last {EVENTS} events and the gaps of the last {SESSIONS} sessions" in MONITORING


def test_the_gap_is_spelt_as_the_status_does():
    [gap] = json.loads(blocks(MONITORING, "json")[0])["gaps"]["NVDA"]
    assert set(gap) == {"interval", "reason", "first", "last", "bars"}


@pytest.fixture
def exposed():
    ended = datetime(2026, 11, 20, tzinfo=UTC)
    run = Run(ended, ended, "", Written(), {})
    vitals = Vitals(1, 0, {"1d": timedelta(0)}, (run,), lease_held=False)
    text, _ = Metrics(Counter({2: 1})).text(Beat(vitals), scheduler_alive=True)
    return set(re.findall(r"^(stockdash_\w+)", text.decode(), flags=re.MULTILINE))


def test_every_metric_is_in_the_table(exposed):
    page = MONITORING.replace("`..._", "`stockdash_last_run_")
    named = set(re.findall(r"`(stockdash_[a-z_]+)", page))
    assert exposed == named
