"""Every error that stockdash raises on purpose.

StockdashError
├── InvalidInputError          what arrived can't be used
│   ├── InvalidSymbolError
│   ├── InvalidBarsError
│   ├── SettingsError
│   └── TemplateError          a template, or its name, that can't be used
├── SourceError                an outside service did not give bars
│   ├── UnknownSymbolError
│   ├── RateLimitedError
│   └── SourceUnavailableError
├── StoreError                 the store could not do what was asked
│   ├── StoreUnavailableError  locked, disk full, folder missing, server gone
│   │   └── StoreTimeoutError
│   ├── StoreDamagedError
│   ├── StoreTooNewError
│   ├── ReadOnlyStoreError
│   ├── StoreKeyError          a server does not know the key
│   ├── StoreRightsError       a server knows the key, and it may not do this
│   ├── StoreSchemaError       a server lacks a table, a column or a function
│   ├── LeaseTakenError        another process ingests at the moment
│   └── LeaseLostError         a write with a stale token
├── IndicatorError             an indicator failed or answered wrongly
├── PluginError                an entry point could not be loaded
├── AccessError                somebody who may not come in, or may not do that
└── InstallError               a package could not be installed, or may not be

A message says what arrived, what was expected and what to do; the values are kept as attributes.
"""

from datetime import datetime


class StockdashError(Exception):
    """Base of all errors raised by stockdash."""


class InvalidInputError(StockdashError, ValueError):
    """What arrived can't be used; the message names the value and the bound it broke."""


class InvalidSymbolError(InvalidInputError):
    """A text that is no ticker symbol.

    Attributes
    ----------
    given : the text as it arrived, cut to 40 characters.
    """

    def __init__(self, message: str, *, given: str) -> None:
        super().__init__(message)
        self.given = given


class InvalidBarsError(InvalidInputError):
    """A frame that is no bars frame."""


class SettingsError(InvalidInputError):
    """Settings that make no sense; the message lists all of them at once."""


class TemplateError(InvalidInputError):
    """A template that can't be read or kept; the message says what is wrong with it."""


class SourceError(StockdashError):
    """An outside service did not give bars.

    Attributes
    ----------
    symbol : the symbol that was asked for.
    """

    def __init__(self, message: str, *, symbol: str) -> None:
        super().__init__(message)
        self.symbol = symbol


class UnknownSymbolError(SourceError):
    """The service does not know the symbol; asking again won't help."""


class RateLimitedError(SourceError):
    """The service refuses more requests for now.

    Attributes
    ----------
    retry_at : UTC time before which no request is sent, or None when unknown.
    """

    def __init__(self, message: str, *, symbol: str, retry_at: datetime | None = None) -> None:
        super().__init__(message, symbol=symbol)
        self.retry_at = retry_at


class SourceUnavailableError(SourceError):
    """No network, a timeout, a server error or an answer that can't be read."""


class StoreError(StockdashError):
    """The store could not do what was asked."""


class StoreUnavailableError(StoreError):
    """The store can't be reached or written: locked, disk full, folder missing, server gone."""


class StoreTimeoutError(StoreUnavailableError):
    """The store took too long; what was asked may or may not have been done."""


class StoreDamagedError(StoreError):
    """A store file that can't be read."""


class StoreTooNewError(StoreError):
    """A store file written by a newer stockdash."""


class ReadOnlyStoreError(StoreError):
    """A write to a store that only reads."""


class StoreKeyError(StoreError):
    """A server does not know the key."""


class StoreRightsError(StoreError):
    """A server knows the key, but it may not do what was asked."""


class StoreSchemaError(StoreError):
    """A server lacks a table, a column or a function."""


class LeaseTakenError(StoreError):
    """Another process ingests at the moment.

    Attributes
    ----------
    holder : who that is.
    expires_at : UTC time until which it keeps others out, unless it prolongs that.
    """

    def __init__(self, message: str, *, holder: str, expires_at: datetime) -> None:
        super().__init__(message)
        self.holder = holder
        self.expires_at = expires_at


class LeaseLostError(StoreError):
    """A write whose lease has expired or was taken over; nothing of it was stored."""


class IndicatorError(StockdashError):
    """An indicator failed or gave an answer that breaks its declaration.

    Attributes
    ----------
    indicator_id : the id of the indicator.
    """

    def __init__(self, message: str, *, indicator_id: str) -> None:
        super().__init__(message)
        self.indicator_id = indicator_id


class PluginError(StockdashError):
    """An entry point could not be loaded or does not keep the contract.

    Attributes
    ----------
    cure : what the user can do about it; empty when the message says it.
    """

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.cure = cure


class InstallError(StockdashError):
    """A package could not be installed beside the app, or would change what the app runs on."""


class AccessError(StockdashError):
    """Somebody may not come in; the message says why, for that person to read."""
