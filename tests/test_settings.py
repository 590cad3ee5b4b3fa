from datetime import date
from pathlib import Path

import pytest

from stockdash.errors import SettingsError
from stockdash.installed import Gate
from stockdash.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def only_defaults(monkeypatch, tmp_path):
    """Leaves no setting of this machine, and no `.env`, to be read."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def refusal(monkeypatch, **settings):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    return str(caught.value)


def shown_default(name):
    default = Settings.model_fields[name].default
    return ",".join(default) if isinstance(default, tuple) else str(default) if isinstance(default, str | int) else ""


def table():
    rows = [
        f"| `{name.upper()}` | {shown_default(name) and f'`{shown_default(name)}`'} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| Setting | Default | What it does |", "|---|---|---|", *rows])


def example():
    return "\n".join(
        f"# {field.description}\n{name.upper()}={shown_default(name)}\n"
        for name, field in Settings.model_fields.items()
    )


def test_the_readme_lists_every_setting():
    between = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- settings -->")[1]
    assert between.strip() == table()


def test_the_example_file_lists_every_setting():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example()


def test_the_example_file_changes_nothing(tmp_path):
    (tmp_path / ".env").write_bytes((ROOT / ".env.example").read_bytes())
    assert Settings.load() == Settings()


def test_nothing_has_to_be_set():
    settings = Settings.load()
    assert (settings.stockdash_store, settings.stockdash_source) == ("sqlite", "yahoo")
    assert settings.stockdash_tickers == ("TSM", "AAPL", "NVDA", "^GSPC")


def test_everything_wrong_is_named_at_once(monkeypatch):
    message = refusal(
        monkeypatch,
        LOG_LEVEL="loud",
        INGEST_LOCK_LEASE_SECONDS="0",
        STOCKDASH_STORE="csv",
        STOCKDASH_TICKERS="<s>,NVDA,..",
    )
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:-1]] == [
        *("STOCKDASH_STORE", "STOCKDASH_TICKERS", "STOCKDASH_TICKERS", "INGEST_LOCK_LEASE_SECONDS", "LOG_LEVEL")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STOCKDASH_CLOSURES", "2026-02-30"),
        ("STOCKDASH_CLOSURES", "2026-11-24,tomorrow"),
        ("STOCKDASH_TICKERS", "NVDA,../../etc/passwd"),
        ("STOCKDASH_SOURCE", "bloomberg"),
        ("INGEST_LOCK_LEASE_SECONDS", "two"),
        ("ENABLE_SCHEDULER", "perhaps"),
    ],
)
def test_a_wrong_value_is_quoted_with_its_setting(monkeypatch, name, value):
    assert f"{name}: got {value.split(',')[-1]!r}." in refusal(monkeypatch, **{name: value})


def test_a_file_is_no_data_folder(monkeypatch, tmp_path):
    (tmp_path / "bars").write_text("")
    assert "STOCKDASH_DATA_DIR" in refusal(monkeypatch, STOCKDASH_DATA_DIR=str(tmp_path / "bars"))


def test_a_home_that_nobody_has_is_named_with_its_setting(monkeypatch):
    message = refusal(monkeypatch, STOCKDASH_SNAPSHOTS="~nobody-of-that-name/bars", LOG_LEVEL="loud")
    assert "STOCKDASH_SNAPSHOTS: got '~nobody-of-that-name/bars'." in message
    assert "LOG_LEVEL" in message


def test_a_user_without_a_home_is_asked_for_a_data_folder(monkeypatch):
    monkeypatch.setattr("stockdash.settings.user_data_path", lambda _: Path("~nobody-of-that-name").expanduser())
    with pytest.raises(SettingsError, match="Set STOCKDASH_DATA_DIR"):
        Settings.load()


def test_a_scheduler_needs_a_store_to_write(monkeypatch):
    message = refusal(monkeypatch, STOCKDASH_STORE="parquet", ENABLE_SCHEDULER="true")
    assert "ENABLE_SCHEDULER" in message
    assert "only reads" in message


@pytest.mark.parametrize(("store", "enabled"), [("sqlite", True), ("parquet", False)])
def test_the_scheduler_is_on_where_there_is_a_store_to_write(monkeypatch, store, enabled):
    monkeypatch.setenv("STOCKDASH_STORE", store)
    assert Settings.load().scheduler_enabled is enabled


def test_the_scheduler_can_be_turned_off(monkeypatch):
    monkeypatch.setenv("ENABLE_SCHEDULER", "false")
    assert not Settings.load().scheduler_enabled


def test_symbols_are_spelt_as_yahoo_does_and_stand_once(monkeypatch):
    monkeypatch.setenv("STOCKDASH_TICKERS", " nvda , ^gspc,NVDA,")
    assert Settings.load().stockdash_tickers == ("NVDA", "^GSPC")


def test_closures_are_dates(monkeypatch):
    monkeypatch.setenv("STOCKDASH_CLOSURES", "2026-11-24, 2026-12-01")
    assert Settings.load().stockdash_closures == (date(2026, 11, 24), date(2026, 12, 1))


def test_an_empty_value_is_a_setting_left_out(monkeypatch, tmp_path):
    monkeypatch.setenv("STOCKDASH_SNAPSHOTS", "")
    monkeypatch.setenv("STOCKDASH_DATA_DIR", str(tmp_path))
    assert Settings.load().snapshots == tmp_path / "snapshots"


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("STOCKDASH_DATA_DIR", "~/bars")
    assert Settings.load().stockdash_data_dir == Path.home() / "bars"


def test_the_environment_beats_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("LOG_LEVEL=error\nSTOCKDASH_TICKERS=MU\n")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    settings = Settings.load()
    assert (settings.log_level, settings.stockdash_tickers) == ("DEBUG", ("MU",))


def test_unknown_names_in_the_file_are_left_alone(tmp_path):
    (tmp_path / ".env").write_text("SOMEBODY_ELSES=1\n")
    assert Settings.load() == Settings()


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env can't be read"):
        Settings.load()


def test_the_lists_of_plugins_are_read_as_one_gate(monkeypatch):
    monkeypatch.setenv("STOCKDASH_PLUGINS_ALLOW", "acme-lines, other:rsi")
    monkeypatch.setenv("STOCKDASH_PLUGINS_BLOCK", "ema")
    assert Settings.load().gate == Gate(allow=("acme-lines", "other:rsi"), block=("ema",))


def test_a_copy_for_another_source_has_a_folder_of_its_own() -> None:
    real = Settings.load()
    folders = [one.own_folder for one in (real, real.model_copy(update={"stockdash_source": "demo"}))]
    assert folders == [Path(), Path("demo")]
