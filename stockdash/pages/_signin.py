"""The one place that decides who sees a page: nothing of the app runs for anyone else.

Streamlit speaks OpenID Connect itself (`st.login`, `st.user`) once ``[auth]`` stands in its secrets; the settings say
who of those who can sign in may come in. What can't be made sense of lets nobody in.
"""

import importlib.util
import ipaddress
import logging
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from stockdash.access import Access, Role
from stockdash.errors import AccessError, SettingsError
from stockdash.pages._engine import Desk, engine
from stockdash.pages._style import STYLE
from stockdash.settings import Settings

_NO_LIBRARY = "Signing in needs more packages. Install them with: pip install 'stockdash[signin]'"

log = logging.getLogger(__name__)


def guard() -> bool:
    """Tell whether this visitor may see the pages; for anyone else draw why not, in the place of every page."""
    try:
        providers = _providers()
        if providers is None:
            _check_nobody_is_expected()
        elif not st.user.get("is_logged_in"):
            _ask_to_sign_in(providers)
            return False
        else:
            role()
    except AccessError as exc:
        _refuse(str(exc))
        return False
    return True


def role() -> Role:
    """Tell what this visitor may do; without sign-in everybody is an operator.

    Raises
    ------
    AccessError
        Nothing at all.
    """
    if _providers() is None:
        return "operator"
    if not st.user.get("is_logged_in"):
        raise AccessError("You are not signed in.")
    return _access().role(st.user.to_dict())


def is_operator() -> bool:
    """Tell whether this visitor may fetch, and change the watchlist and the templates."""
    try:
        return role() == "operator"
    except AccessError:
        # Signed out in another tab while this page is open.
        return False


def may_fetch(desk: Desk) -> bool:
    """Tell whether this visitor may fetch into `desk` and change its watchlist; the demo beside is for everybody."""
    return desk is not engine().real or is_operator()


def account() -> None:
    """Draw, at the foot of the sidebar, who is signed in and the way out; nothing without sign-in."""
    if _providers() is None:
        return
    with st.sidebar, st.container(key="account"):
        st.html(f"<p class=sd-quiet>{escape(str(st.user.get('email')))} · {role()}</p>")
        st.button("Sign out", key="sign-out", icon=":material/logout:", type="tertiary", on_click=st.logout)


def exposure(*, is_guarded: bool, address: str | None) -> str:
    """Give the warning for an app that anybody in reach can use; empty for none.

    Parameters
    ----------
    is_guarded : whether people have to sign in.
    address : what the server listens on; None for everything.
    """
    if is_guarded or (address and _is_loopback(address)):
        return ""
    return (
        f"This app listens on {address or 'every network address'} and asks nobody to sign in: whoever reaches it may "
        "fetch and change the watchlist and the templates. Configure sign-in (docs/sign-in.md), or listen on this "
        "machine alone with --server.address=127.0.0.1."
    )


def present_exposure() -> str:
    """Give the warning as the server runs now."""
    address: str | None = st.get_option("server.address")
    return exposure(is_guarded=_is_configured(), address=address)


def warn_of_exposure() -> None:
    """Log the warning, once, when the server starts."""
    if warning := present_exposure():
        log.warning(warning)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


def _is_configured() -> bool:
    try:
        return _providers() is not None
    except AccessError:
        return True


def _providers() -> tuple[str | None, ...] | None:
    """Give the names of the identity providers, None being the only one's; None for all when there is no sign-in."""
    auth = _auth_secrets()
    if auth is None:
        return None
    if importlib.util.find_spec("authlib") is None or importlib.util.find_spec("httpx") is None:
        raise AccessError(_NO_LIBRARY)
    named = tuple(name for name, value in auth.items() if isinstance(value, Mapping) and "client_id" in value)
    return (*((None,) if "client_id" in auth else ()), *named)


def _auth_secrets() -> Mapping[str, Any] | None:
    try:
        return st.secrets.get("auth")
    except StreamlitSecretNotFoundError as exc:
        # A file that is there and can't be read may be the one that was to keep people out.
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            log.critical("The secrets can't be read: %s", exc)
            raise AccessError(
                "The secrets of this app can't be read. Its operator finds the reason in its log."
            ) from exc
        return None


@st.cache_resource(show_spinner=False)
def _access() -> Access:
    try:
        return Settings.load().access
    except SettingsError as exc:
        log.critical("%s", exc)
        raise AccessError("The settings of this app make no sense. Its operator finds the reason in its log.") from exc


def _check_nobody_is_expected() -> None:
    """Refuse to go on open where the settings name people but nothing asks who somebody is."""
    rules = _access()
    if rules.allowed or rules.operators:
        raise AccessError(
            "STOCKDASH_ALLOWED_USERS or STOCKDASH_OPERATORS is set, but no [auth] in .streamlit/secrets.toml: nobody "
            "can be told apart. Configure sign-in (docs/sign-in.md), or leave the two settings out."
        )


def _ask_to_sign_in(providers: tuple[str | None, ...]) -> None:
    with _card():
        st.subheader("Sign in to stockdash", anchor=False)
        st.markdown("This app is for invited people. Your address decides what you may do here.")
        for provider in providers:
            label = "Sign in" if provider is None else f"Sign in with {provider.capitalize()}"
            arguments = () if provider is None else (provider,)
            st.button(label, key=f"sign-in.{provider or ''}", type="primary", on_click=st.login, args=arguments)
        if not providers:
            st.html("<p class=sd-reason>[auth] in the secrets names no provider: client_id is missing.</p>")


def _refuse(reason: str) -> None:
    with _card():
        st.subheader("You have no access to this app", anchor=False)
        st.html(f'<p class="sd-reason" role="alert">{escape(reason)}</p>')
        if st.user.get("is_logged_in"):
            st.button("Sign in as somebody else", key="sign-out", icon=":material/logout:", on_click=st.logout)


def _card() -> Any:
    st.html(STYLE)
    return st.container(border=True, key="arriving")
