"""Every setting, read once from the environment and `.env`; each has a default that needs no account."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stockdash.access import Access, parse_rule
from stockdash.errors import SettingsError
from stockdash.installed import SOURCES, Gate, packages
from stockdash.keys import ProjectUrl, PublishableKey, SecretKey
from stockdash.symbols import parse_symbol

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def _folder(path: Path) -> Path:
    try:
        whole = path.expanduser().absolute()
    except RuntimeError as exc:
        raise ValueError(str(exc)) from exc
    if whole.exists() and not whole.is_dir():
        raise ValueError("Expected a folder, but this is a file")
    return whole


# `.env` reaches us without a shell that would replace ~.
Folder = Annotated[Path, AfterValidator(_folder)]
Symbol = Annotated[str, AfterValidator(parse_symbol)]
Rule = Annotated[str, AfterValidator(parse_rule)]


class Settings(BaseSettings):
    """The settings, as the README's table lists them."""

    # An empty value, as .env.example has them, is a setting left out.
    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    supabase_url: ProjectUrl | None = Field(
        None, description="Address of the Supabase project that bars are kept in, for many processes at once"
    )
    supabase_service_role_key: SecretKey | None = Field(
        None, description="The project's secret key, which may write; never shown or logged"
    )
    supabase_secret_key: SecretKey | None = Field(None, description="The same under its newer name")
    supabase_publishable_key: PublishableKey | None = Field(
        None, description="A key that may only read, for pages without the secret one (see docs/supabase.md)"
    )
    stockdash_store: Literal["sqlite", "supabase", "parquet"] = Field(
        default_factory=lambda given: "supabase" if _names_a_project(given) else "sqlite",
        validate_default=True,
        description="Where bars are kept: `sqlite`, `supabase`, or `parquet` to read a snapshot folder and write "
        "nothing; `supabase` where SUPABASE_URL is set, else `sqlite`",
    )
    stockdash_source: str = Field(
        "yahoo",
        pattern=r"^[a-z][a-z0-9_-]{0,39}$",
        description="Where bars come from: `yahoo`, `demo` for made-up ones, or a source that a package brings",
    )
    stockdash_tickers: Annotated[tuple[Symbol, ...], NoDecode] = Field(
        ("TSM", "AAPL", "NVDA", "^GSPC"), description="Symbols that are always ingested, separated by commas"
    )
    stockdash_data_dir: Folder = Field(
        default_factory=lambda: user_data_path("stockdash"),
        description="Folder of the embedded store; the user's data folder unless set",
    )
    stockdash_snapshots: Folder | None = Field(
        None,
        description="Folder of the Parquet snapshots; unless set, `snapshots` in the data folder, and none of Supabase",
    )
    stockdash_closures: Annotated[tuple[date, ...], NoDecode] = Field(
        (), description="Extra days without trading, as YYYY-MM-DD separated by commas"
    )
    stockdash_plugins_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Plugins that are let in, separated by commas: packages, or single indicators as `package:id`; "
        "all unless set",
    )
    stockdash_plugins_block: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Plugins that are kept out and not imported: packages, `package:id`, or ids, built-ins too; "
        "stronger than the list above",
    )
    stockdash_check_plugins: bool = Field(
        True,
        description="Find out in the background whether installed indicators repaint; off shows only what is known",
    )
    stockdash_allowed_users: Annotated[tuple[Rule, ...], NoDecode] = Field(
        (),
        description="Who may sign in where `[auth]` is configured, separated by commas: addresses, domains such as "
        "`@example.org`, or `*` for everybody the provider knows",
    )
    stockdash_operators: Annotated[tuple[Rule, ...], NoDecode] = Field(
        (), description="Who of them may fetch and change the watchlist and the templates; written as above"
    )
    stockdash_metrics_token: SecretStr | None = Field(
        None, description="What `/metrics` asks for as a bearer token; without one it answers this machine alone"
    )
    enable_scheduler: bool | None = Field(
        None, description="Ingest on a schedule inside the app; on unless set where the store can be written"
    )
    ingest_lock_lease_seconds: int = Field(
        120,
        ge=10,
        le=3600,
        description="How long an ingesting process keeps others out after its last sign of life",
    )
    ingest_shards: int = Field(
        1,
        ge=1,
        le=1024,
        description="Parts that a large universe is ingested in, so that several processes share it; "
        "the same number in all of them",
    )
    stockdash_indicator_seconds: int = Field(
        5, ge=1, le=600, description="How long a page waits for one indicator before it goes on without it"
    )
    log_level: LogLevel = Field("INFO", description="Least severe log lines shown")

    @classmethod
    def load(cls) -> "Settings":
        """Read the settings.

        Raises
        ------
        SettingsError
            Lists everything that makes no sense, all at once.
        """
        try:
            return cls()
        except ValidationError as exc:
            raise SettingsError(_explain(exc.errors(include_url=False))) from exc
        except (OSError, UnicodeDecodeError) as exc:
            raise SettingsError(f"The file .env can't be read as UTF-8 text: {exc}.") from exc
        except RuntimeError as exc:
            # What the default of the data folder raises for a user without a home.
            raise SettingsError(f"There is no folder to keep bars in: {exc}. Set STOCKDASH_DATA_DIR.") from exc

    # Not kept once computed: a copy with another source would take over the first one's folder.
    @property
    def snapshots(self) -> Path:
        """The snapshot folder that is written, or read in the read-only mode."""
        return self.stockdash_snapshots or self.stockdash_data_dir / "snapshots"

    @property
    def own_folder(self) -> Path:
        """Where in a folder the bars of this source stand: those of two sources are never mixed."""
        name = self.stockdash_source
        return {"yahoo": Path(), "demo": Path("demo")}.get(name, Path("sources", name))

    @property
    def gate(self) -> Gate:
        """What the lists of plugins let in."""
        return Gate(self.stockdash_plugins_allow, self.stockdash_plugins_block)

    @property
    def access(self) -> Access:
        """Who may sign in, and who of them may change things."""
        return Access(self.stockdash_allowed_users, self.stockdash_operators)

    @property
    def scheduler_enabled(self) -> bool:
        """Whether this process ingests on a schedule; of several with one store, the lease lets one at a time."""
        return self.has_store_to_write if self.enable_scheduler is None else self.enable_scheduler

    @property
    def has_store_to_write(self) -> bool:
        """Whether these settings allow to write the store."""
        return _can_write(self.stockdash_store, self.supabase_key)

    @property
    def supabase_key(self) -> SecretStr | None:
        """The key that may write, under whichever name."""
        return self.supabase_service_role_key or self.supabase_secret_key

    @field_validator(
        "stockdash_tickers",
        "stockdash_closures",
        "stockdash_plugins_allow",
        "stockdash_plugins_block",
        "stockdash_allowed_users",
        "stockdash_operators",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("stockdash_source")
    @classmethod
    def _installed(cls, value: str) -> str:
        names = {point.name for package in packages(SOURCES) for point in package.points}
        if value not in names:
            raise ValueError(f"No package that is installed brings it; there are: {', '.join(sorted(names)) or 'none'}")
        return value

    @field_validator("stockdash_tickers")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value))

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("stockdash_store")
    @classmethod
    def _only_with_a_project(cls, value: object, info: ValidationInfo) -> object:
        if value == "supabase" and not _has_project(info.data):
            raise ValueError("It needs SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY too")
        return value

    @field_validator("enable_scheduler")
    @classmethod
    def _only_with_a_store_to_write(cls, value: object, info: ValidationInfo) -> object:
        store = info.data.get("stockdash_store", "sqlite")
        if value and not _can_write(store, _writing_key(info.data)):
            what = "STOCKDASH_STORE=parquet" if store == "parquet" else "SUPABASE_PUBLISHABLE_KEY"
            raise ValueError(f"{what} only reads; leave this out, or use a store that can be written")
        return value


def _writing_key(given: Mapping[str, Any]) -> SecretStr | None:
    return given.get("supabase_service_role_key") or given.get("supabase_secret_key")


def _names_a_project(given: Mapping[str, Any]) -> bool:
    """Tell whether any half of a project is set: one without the other is a mistake, and SQLite no answer to it."""
    return bool(given.get("supabase_url") or _writing_key(given) or given.get("supabase_publishable_key"))


def _has_project(given: Mapping[str, Any]) -> bool:
    return bool(given.get("supabase_url") and (_writing_key(given) or given.get("supabase_publishable_key")))


def _can_write(store: str, key: SecretStr | None) -> bool:
    return store == "sqlite" or (store == "supabase" and key is not None)


def _explain(errors: list[ErrorDetails]) -> str:
    lines = ["These settings make no sense:"]
    for error in errors:
        reason = error["msg"].removeprefix("Value error, ").rstrip(".")
        name = str(error["loc"][0])
        given = "a value that is not shown" if name in _SECRETS else repr(str(error["input"]))
        lines.append(f"  {name.upper()}: got {given}. {reason}.")
    return "\n".join([*lines, "Correct them in the environment or in .env."])


# A key may have been pasted into the place of the URL.
_SECRETS = {"supabase_url"} | {n for n, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
