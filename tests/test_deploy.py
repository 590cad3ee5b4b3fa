"""What stands in the files that run stockdash elsewhere, as far as no account is needed to see that it is right."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from stockdash.ingest.schedule import next_run
from stockdash.market import Market
from stockdash.settings import Settings

ROOT = Path(__file__).parents[1]
RENDER = yaml.safe_load((ROOT / "render.yaml").read_text())
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ingest.yml").read_text())
UNITS = ("stockdash.service", "stockdash-worker.service")
NOT_OURS = {"PYTHON_VERSION"}  # Render's own

SETTINGS = {name.upper() for name in Settings.model_fields}


def commands():
    for service in RENDER["services"]:
        yield f"render {service['type']}", service["startCommand"]
    for name in UNITS:
        yield name, re.search(r"^ExecStart=\S*/bin/(.*)$", (ROOT / "deploy" / name).read_text(), re.MULTILINE)[1]


def named_variables():
    groups = [*RENDER["services"], *RENDER["envVarGroups"]]
    render = {entry["key"] for group in groups for entry in group["envVars"] if "key" in entry}
    return (render - NOT_OURS) | set(WORKFLOW["jobs"]["ingest"]["steps"][-1]["env"])


@pytest.mark.parametrize("name", sorted(named_variables()))
def test_every_variable_is_a_setting(name):
    assert name in SETTINGS


@pytest.mark.parametrize(("where", "command"), list(commands()), ids=lambda value: value[:24])
def test_every_start_command_is_one_that_the_readme_names(where, command):
    readme = (ROOT / "README.md").read_text()
    assert " ".join(command.split()[: 3 if command.startswith("streamlit") else 2]) in readme, where


@pytest.mark.parametrize("copied", ["streamlit_app.py", ".streamlit", "requirements.lock", "plugins/stockdash-talib"])
def test_the_image_is_built_from_what_is_there(copied):
    assert copied in (ROOT / "Dockerfile").read_text()
    assert (ROOT / copied).exists()


@pytest.mark.parametrize("day", [datetime(2026, 1, 14, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)], ids=str)
def test_a_cron_run_starts_within_half_an_hour_after_each_bar_became_final(day):
    runs, due, market = _cron_times(day), day, Market()
    while (due := next_run(market, due)) < day + timedelta(days=1):
        assert any(timedelta() <= run - due < timedelta(minutes=30) for run in runs), due


def _cron_times(day):
    # YAML reads the key `on` as True.
    minutes, hours, *_ = WORKFLOW[True]["schedule"][0]["cron"].split()
    first, last = map(int, hours.split("-"))
    return [
        day.replace(hour=hour, minute=int(minute)) for hour in range(first, last + 1) for minute in minutes.split(",")
    ]
