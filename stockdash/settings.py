"""Every setting, read once from the environment and `.env`; each has a default that needs no account."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stockdash.errors import SettingsError
from stockdash.symbols import parse_symbol

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class Settings(BaseSettings):
    """The settings, as the README's table lists them."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    stockdash_store: Literal["sqlite", "parquet"] = Field(
        "sqlite",
        description="Where bars are kept: `sqlite`, or `parquet` to read a snapshot folder and write nothing",
    )
    stockdash_source: Literal["yahoo", "demo"] = Field(
        "yahoo", description="Where bars come from: `yahoo`, or `demo` for made-up ones"
    )
    stockdash_tickers: Annotated[tuple[str, ...], NoDecode] = Field(
        ("TSM", "AAPL", "NVDA", "^GSPC"), description="Symbols that are always ingested, separated by commas"
    )
    stockdash_data_dir: Path = Field(
        default_factory=lambda: user_data_path("stockdash"), description="Folder of the embedded store"
    )
    stockdash_snapshots: Path | None = Field(
        None, description="Folder of the Parquet snapshots; `snapshots` in the data folder unless set"
    )
    stockdash_closures: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Extra days without trading, as YYYY-MM-DD separated by commas"
    )
    enable_scheduler: bool | None = Field(
        None, description="Ingest on a schedule inside the app; on for the embedded store unless set"
    )
    ingest_lock_lease_seconds: int = Field(
        120,
        ge=10,
        le=3600,
        description="How long an ingesting process keeps others out after its last sign of life",
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
            raise SettingsError(_explain(exc)) from exc

    @cached_property
    def snapshots(self) -> Path:
        """The snapshot folder that is written, or read in the read-only mode."""
        return self.stockdash_snapshots or self.stockdash_data_dir / "snapshots"

    @property
    def scheduler_enabled(self) -> bool:
        """Whether this process ingests on a schedule."""
        return self.stockdash_store == "sqlite" if self.enable_scheduler is None else self.enable_scheduler

    @field_validator("stockdash_tickers", mode="before")
    @classmethod
    def _symbols(cls, value: object) -> object:
        symbols = _split(value)
        return tuple(dict.fromkeys(parse_symbol(symbol) for symbol in symbols)) if symbols is not None else value

    @field_validator("stockdash_closures", mode="before")
    @classmethod
    def _closures(cls, value: object) -> object:
        return value if (days := _split(value)) is None else days

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _snapshots_to_read(self) -> "Settings":
        if self.stockdash_store == "parquet" and self.enable_scheduler:
            raise ValueError(
                "ENABLE_SCHEDULER is true, but STOCKDASH_STORE=parquet only reads. "
                "Leave ENABLE_SCHEDULER out, or use the sqlite store."
            )
        return self


def _split(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, str):
        return None
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _explain(exc: ValidationError) -> str:
    lines = [f"  {_name(error['loc'])}: {error['msg']}, got {error['input']!r}" for error in exc.errors()]
    return "These settings make no sense:\n" + "\n".join(lines) + "\nCorrect them in the environment or in .env."


def _name(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc).upper() or "together"
