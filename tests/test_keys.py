import base64
import json

import pytest
from pydantic import ValidationError

from stockdash.errors import SettingsError
from stockdash.keys import role_of
from stockdash.settings import Settings

URL = "https://abcdefghijklmnopqrst.supabase.co"
SECRET, PUBLISHABLE = "sb_secret_0123456789abcdef", "sb_publishable_0123456789abcdef"


def legacy(role):
    claims = base64.urlsafe_b64encode(json.dumps({"role": role}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def only_defaults(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def loaded(monkeypatch, **settings):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


@pytest.mark.parametrize(
    ("key", "role"),
    [
        (SECRET, "secret"),
        (PUBLISHABLE, "publishable"),
        (legacy("service_role"), "secret"),
        (legacy("anon"), "publishable"),
        (legacy("other"), "unknown"),
        ("a.b.c", "unknown"),
        ("a.é.c", "unknown"),
        ("self-made", "unknown"),
    ],
)
def test_a_key_tells_by_its_form_what_it_is_for(key, role):
    assert role_of(key) == role


@pytest.mark.parametrize("name", ["SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_SECRET_KEY"])
def test_a_url_and_the_secret_key_choose_the_store_under_both_names(monkeypatch, name):
    settings = loaded(monkeypatch, SUPABASE_URL=f" {URL}/ ", **{name: SECRET})
    assert (settings.stockdash_store, settings.supabase_url) == ("supabase", URL)
    assert settings.supabase_key.get_secret_value() == SECRET
    assert settings.scheduler_enabled


def test_a_publishable_key_alone_only_reads(monkeypatch):
    settings = loaded(monkeypatch, SUPABASE_URL=URL, SUPABASE_PUBLISHABLE_KEY=PUBLISHABLE)
    assert (settings.stockdash_store, settings.scheduler_enabled) == ("supabase", False)
    with pytest.raises(SettingsError, match=r"ENABLE_SCHEDULER.*only reads"):
        loaded(monkeypatch, ENABLE_SCHEDULER="true")


def test_another_store_can_be_chosen_all_the_same(monkeypatch):
    settings = loaded(monkeypatch, SUPABASE_URL=URL, SUPABASE_SECRET_KEY=SECRET, STOCKDASH_STORE="sqlite")
    assert settings.stockdash_store == "sqlite"


@pytest.mark.parametrize(
    "given", [{"SUPABASE_URL": URL}, {"SUPABASE_SECRET_KEY": SECRET}, {"STOCKDASH_STORE": "supabase"}]
)
def test_half_of_a_project_is_refused_rather_than_ignored(monkeypatch, given):
    with pytest.raises(SettingsError, match="It needs SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY"):
        loaded(monkeypatch, **given)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SUPABASE_SERVICE_ROLE_KEY", PUBLISHABLE),
        ("SUPABASE_SECRET_KEY", legacy("anon")),
        ("SUPABASE_PUBLISHABLE_KEY", SECRET),
        ("SUPABASE_PUBLISHABLE_KEY", legacy("service_role")),
        ("SUPABASE_URL", f"https://user:{SECRET}@host.test"),
        ("SUPABASE_URL", SECRET),
    ],
)
def test_a_key_in_the_wrong_place_is_refused_and_not_shown(monkeypatch, name, key):
    with pytest.raises(SettingsError, match=f"{name}: got a value that is not shown") as caught:
        loaded(monkeypatch, **{name: key})
    assert key not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "url", ["ftp://host", "https://", "host.test", f"{URL}/rest/v1", f"{URL}?apikey=x", "http://["]
)
def test_only_the_address_of_a_project_is_a_url(monkeypatch, url):
    with pytest.raises(SettingsError, match="Expected the project's address alone"):
        loaded(monkeypatch, SUPABASE_URL=url)


@pytest.mark.parametrize("url", ["http://host.test", "http://203.0.113.7:8000"])
def test_a_key_does_not_cross_a_network_unencrypted(monkeypatch, url):
    with pytest.raises(SettingsError, match="Expected https"):
        loaded(monkeypatch, SUPABASE_URL=url, SUPABASE_SECRET_KEY=SECRET)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:54321", "http://localhost:54321", "http://[::1]:54321", "http://kong:8000"]
)
def test_a_server_of_this_machine_or_its_containers_needs_no_encryption(monkeypatch, url):
    assert loaded(monkeypatch, SUPABASE_URL=url, SUPABASE_SECRET_KEY=SECRET).supabase_url == url


@pytest.mark.parametrize("key", ["sb_secret_a\nb0123456789", "sb_secret_a b0123456789", "sb_secret_é0123456789"])
@pytest.mark.parametrize("name", ["SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_PUBLISHABLE_KEY"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(monkeypatch, name, key):
    with pytest.raises(SettingsError, match="one line of ASCII") as caught:
        loaded(monkeypatch, SUPABASE_URL=URL, **{name: key})
    assert "0123456789" not in str(caught.value)


def test_settings_do_not_show_the_key(monkeypatch):
    settings = loaded(monkeypatch, SUPABASE_URL=URL, SUPABASE_SECRET_KEY=SECRET)
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_wrong_setting_beside_it_does_not_show_the_key(monkeypatch):
    with pytest.raises(SettingsError) as caught:
        loaded(monkeypatch, SUPABASE_URL=URL, SUPABASE_SECRET_KEY=SECRET, LOG_LEVEL="loud")
    assert SECRET not in str(caught.value)
    assert isinstance(caught.value.__cause__, ValidationError)
    # A traceback shows the cause too.
    assert SECRET not in str(caught.value.__cause__)
