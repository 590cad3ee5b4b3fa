"""Who gets to see a page; the real sign-in is tested in the browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stockdash.pages._signin import exposure

AUTH = {
    "redirect_uri": "http://localhost/oauth2callback",
    "cookie_secret": "x",
    "client_id": "me",
    "client_secret": "x",
}
ANN = {"is_logged_in": True, "email": "ann@example.org", "email_verified": True}

Visit = Callable[..., AppTest]


def script() -> None:
    import streamlit  # noqa: PLC0415 - AppTest runs this function's source alone

    from stockdash.pages import _signin  # noqa: PLC0415

    if _signin.guard():
        streamlit.text(f"secret page of an {_signin.role()}")
        _signin.account()


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open a guarded page as somebody, with these settings."""
    monkeypatch.chdir(tmp_path)
    st.cache_resource.clear()

    def visiting(user: dict | None = None, *, auth: dict | None = AUTH, **settings: str) -> AppTest:
        for name, value in settings.items():
            monkeypatch.setenv(f"STOCKDASH_{name.upper()}", value)
        test = AppTest.from_function(script, default_timeout=30)
        if auth is not None:
            test.secrets["auth"] = auth
        if user is not None:
            test.user = user
        return test.run()

    return visiting


def shown(test: AppTest) -> str:
    return " ".join(text.value for text in test.text)


def told(test: AppTest) -> str:
    return " ".join(element.proto.body for element in test.main.get("html"))


def test_without_sign_in_everybody_is_an_operator(visit: Visit) -> None:
    assert shown(visit(auth=None)) == "secret page of an operator"


def test_who_is_not_signed_in_is_asked_to_and_sees_nothing_else(visit: Visit) -> None:
    test = visit(allowed_users="*")
    assert not test.exception
    assert [button.label for button in test.button] == ["Sign in"]
    assert shown(test) == ""


@pytest.mark.parametrize(("setting", "role"), [("allowed_users", "viewer"), ("operators", "operator")])
def test_who_is_on_a_list_has_its_role(visit: Visit, setting: str, role: str) -> None:
    assert shown(visit(ANN, **{setting: "@example.org"})) == f"secret page of an {role}"


def test_who_is_signed_in_sees_as_whom_and_the_way_out(visit: Visit) -> None:
    test = visit(ANN, allowed_users="@example.org")
    assert "ann@example.org · viewer" in test.sidebar.get("html")[0].proto.body
    assert [button.label for button in test.sidebar.button] == ["Sign out"]


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ({**ANN, "email": "bob@example.net"}, "bob@example.net is not on the list"),
        ({**ANN, "email_verified": False}, "has not verified"),
        ({"is_logged_in": True, "sub": "1"}, "no e-mail address"),
        ({**ANN, "email": "<img src=x onerror=alert(1)>@example.net"}, "&lt;img"),
    ],
)
def test_who_is_refused_sees_why_and_nothing_else(visit: Visit, user: dict, reason: str) -> None:
    test = visit(user, allowed_users="@example.org")
    assert reason in told(test)
    assert shown(test) == ""


def test_without_lists_nobody_is_let_in(visit: Visit) -> None:
    test = visit(ANN)
    assert "STOCKDASH_ALLOWED_USERS" in told(test)
    assert shown(test) == ""


def test_a_list_without_sign_in_lets_nobody_in(visit: Visit) -> None:
    test = visit(auth=None, allowed_users="@example.org")
    assert "nobody can be told apart" in told(test)
    assert shown(test) == ""


def test_an_identity_that_no_provider_has_confirmed_counts_for_nothing(visit: Visit) -> None:
    test = visit({"email": "ann@example.org", "email_verified": True}, allowed_users="*")
    assert shown(test) == ""


def test_settings_that_make_no_sense_let_nobody_in(visit: Visit) -> None:
    test = visit(ANN, allowed_users="example.org")
    assert "make no sense" in told(test)
    assert shown(test) == ""


def test_secrets_that_can_not_be_read_let_nobody_in(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth\n")
    test = visit(auth=None)
    assert "can't be read" in told(test).replace("&#x27;", "'")
    assert shown(test) == ""


def test_each_provider_has_its_button(visit: Visit) -> None:
    common = {name: AUTH[name] for name in ("redirect_uri", "cookie_secret")}
    test = visit(auth={**common, "google": {"client_id": "me"}, "okta": {"client_id": "me"}}, allowed_users="*")
    assert [button.label for button in test.button] == ["Sign in with Google", "Sign in with Okta"]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.9.9.9"])
def test_an_app_for_this_machine_alone_needs_no_warning(address: str) -> None:
    assert exposure(is_guarded=False, address=address) == ""


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.5", "app.example.org"])  # noqa: S104
def test_an_open_app_that_others_reach_warns(address: str | None) -> None:
    assert "asks nobody to sign in" in exposure(is_guarded=False, address=address)
    assert exposure(is_guarded=True, address=address) == ""


def test_who_has_signed_out_meanwhile_is_no_operator(visit: Visit) -> None:
    def asking() -> None:
        import streamlit  # noqa: PLC0415 - AppTest runs this function's source alone

        from stockdash.pages import _signin  # noqa: PLC0415

        streamlit.text(str(_signin.is_operator()))

    assert callable(visit)
    test = AppTest.from_function(asking, default_timeout=30)
    test.secrets["auth"] = AUTH
    assert shown(test.run()) == "False"


VIEWER_PAGES = {
    "chart": "Only an operator of this app can fetch it.",
    "data": "Only an operator of this app can ingest",
}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("name", VIEWER_PAGES)
def test_a_viewer_is_told_what_an_operator_could_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stockdash.pages._signin.role", lambda: "viewer")

    def page(name: str) -> None:
        import importlib  # noqa: PLC0415 - AppTest runs this function's source alone

        importlib.import_module(f"stockdash.pages.{name}").page()

    test = AppTest.from_function(page, args=(name,), default_timeout=30)
    test.query_params["symbol"] = "IBM"
    test.run()
    assert not test.exception
    assert any(VIEWER_PAGES[name] in caption.value for caption in test.caption)
    assert not [button for button in test.button if button.key in {"follow", "unfollow", "data.ingest"}]
