"""What goes wrong between us and Supabase, as errors that say what to do.

The codes are those of PostgreSQL (SQLSTATE), of PostgREST (PGRST...) and of our own functions (PT409). Supabase Lite
hands on some of PostgreSQL's with its words alone.
"""

import re
from typing import NamedTuple

import httpx
from supabase import PostgrestAPIError

from stockdash.errors import (
    LeaseLostError,
    StoreError,
    StoreKeyError,
    StoreRightsError,
    StoreSchemaError,
    StoreTimeoutError,
    StoreUnavailableError,
)

LEASE_LOST = "PT409"
CHECK = "Run: stockdash db check"


class NotSentError(StoreUnavailableError):
    """There was no connection, so that the request can't have arrived."""


class _Fault(NamedTuple):
    """Which answers it is about, by code and by words, and what they mean."""

    codes: str
    words: str
    error: type[StoreError]
    advice: str


_NEVER = "(?!)"
# The first that fits.
_FAULTS = (
    _Fault(LEASE_LOST, _NEVER, LeaseLostError, "It expired or was taken over. Nothing of this write was stored."),
    _Fault(
        "401|PGRST30[123]",
        "api key|jwt",
        StoreKeyError,
        "The project does not know this key. Copy the secret key (sb_secret_...) of the project whose URL is in"
        " SUPABASE_URL from Settings > API Keys into SUPABASE_SERVICE_ROLE_KEY.",
    ),
    _Fault(
        "42501",
        "permission denied|row-level security",
        StoreRightsError,
        f"The key may not do this: writing needs the secret key, and the rights of sql/*.sql. {CHECK}",
    ),
    _Fault(
        "PGRST20[0-9]|42883|42P01|42703",
        _NEVER,
        StoreSchemaError,
        f"The project lacks some of stockdash's tables or functions. {CHECK}; it prints what to apply.",
    ),
    _Fault(
        "57014|504",
        "statement timeout",
        StoreTimeoutError,
        "The database took too long. Is the project busy or its disk used up? Try again.",
    ),
    _Fault(
        "08...|53...|57P..|40001|40P01|PGRST00.|50[0-9]|52[0-9]|544",
        "ECONN|CONNECTION_|CONNECT_TIMEOUT|terminating connection|starting up|shutting down|recovery mode",
        StoreUnavailableError,
        "The database can't be reached, is starting, or has no connection free. Is the project paused? Try again.",
    ),
)


def error_of(exc: PostgrestAPIError | httpx.HTTPError, function: str, host: str) -> StoreError:
    """Give the error that calling `function` of the project at `host` ended in."""
    where = f"The Supabase store at {host}"
    if isinstance(exc, PostgrestAPIError):
        return _told(exc, function, where)
    if isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return NotSentError(f"{where} can't be reached: {exc}. Is SUPABASE_URL right, and is there a network?")
    if isinstance(exc, httpx.TimeoutException):
        return StoreTimeoutError(f"{where} did not answer {function} in time. Try again.")
    return StoreUnavailableError(f"{where} broke off while it was asked for {function}: {exc}. Try again.")


def is_passing(exc: BaseException) -> bool:
    """Tell whether the same request may succeed in a moment."""
    return isinstance(exc, StoreUnavailableError) and not isinstance(exc, StoreTimeoutError)


def _told(exc: PostgrestAPIError, function: str, where: str) -> StoreError:
    code, message = str(exc.code or ""), str(exc.message or "")
    for fault in _FAULTS:
        if re.fullmatch(fault.codes, code) or re.search(fault.words, message, re.IGNORECASE):
            return fault.error(f"{where} refused {function}: {message.rstrip('.')}. {fault.advice}")
    return StoreError(f"{where} failed in {function}: {message.rstrip('.')} ({code or 'no code'}). {CHECK}")
