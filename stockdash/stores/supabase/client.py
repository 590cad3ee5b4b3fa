"""Calls of the database's functions through Supabase's Data API, and what goes wrong as errors of ours.

The key goes into a header and nowhere else: no message, log line or URL has it. Every call is one request, and one
transaction in the database.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from supabase import Client, ClientOptions, PostgrestAPIError, create_client
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from stockdash.errors import StoreUnavailableError
from stockdash.stores.supabase.faults import NotSentError, error_of, is_passing

Answer = TypeVar("Answer")

# The database gives up a statement of ours after 8 seconds.
READ_SECONDS, CONNECT_SECONDS = 20.0, 5.0
# Below the 5 seconds after which common servers close an idle connection, which a request would then run into.
IDLE_SECONDS = 3.0
CONNECTIONS = 20
# 0.2, 0.4, 0.8 and 1.6 seconds apart: the time that a database takes to start again.
ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE = 5, 0.2, 2.0

# It logs a line for each request.
logging.getLogger("httpx").setLevel(logging.WARNING)
log = logging.getLogger(__name__)


class DataApi:
    """One project's functions. Any thread may call; one of these is enough for a process."""

    def __init__(self, url: str, key: str) -> None:
        self.host = urlsplit(url).netloc
        # HTTP/1.1: the connection of supabase-py's default, HTTP/2, is not thread-safe (supabase/supabase-py#1064).
        self._http = httpx.Client(
            http2=False,
            verify=url.startswith("https"),  # loading the certificates takes longer than a request
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=IDLE_SECONDS),
        )
        options = ClientOptions(httpx_client=self._http, auto_refresh_token=False, persist_session=False)
        self._client: Client = create_client(url, key, options)

    def __repr__(self) -> str:
        """Name the project, and not its key."""
        return f"<DataApi {self.host}>"

    def ask(self, function: str, **parameters: object) -> Any:
        """Give what a function answers that changes nothing, or nothing more when called again."""
        return self._trying(lambda: self._call(function, parameters), retry=is_passing)

    def ask_once(self, function: str, **parameters: object) -> Any:
        """Give what a function answers that may not be called twice: sent again only if it can't have arrived."""
        return self._trying(lambda: self._call(function, parameters), retry=lambda exc: isinstance(exc, NotSentError))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, function: str, parameters: Mapping[str, object]) -> Any:
        try:
            return self._client.rpc(function, dict(parameters)).execute().data
        except (PostgrestAPIError, httpx.HTTPError) as exc:
            raise error_of(exc, function, self.host) from exc

    def _trying(self, work: Callable[[], Answer], *, retry: Callable[[BaseException], bool]) -> Answer:
        if self._http.is_closed:
            raise StoreUnavailableError(f"The Supabase store at {self.host} was closed. Open the store again.")
        attempts = Retrying(
            retry=retry_if_exception(retry),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(FIRST_PAUSE, LONGEST_PAUSE) + wait_random(0, FIRST_PAUSE),
            before_sleep=lambda state: log.debug("%s; trying again", state.outcome and state.outcome.exception()),
            reraise=True,
        )
        return attempts(work)
