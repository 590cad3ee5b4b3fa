"""Supabase's URL and keys as settings: their form, checked before anything is sent.

A project has a publishable key, which every browser may hold, and a secret one. Until the end of 2026 there are also
legacy keys, which are JSON web tokens that name their role.
"""

import base64
import binascii
import json
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

Role = Literal["secret", "publishable", "unknown"]

_PREFIXES: dict[str, Role] = {"sb_secret_": "secret", "sb_publishable_": "publishable"}
_LEGACY_ROLES: dict[str, Role] = {"service_role": "secret", "anon": "publishable"}
_WHERE = "the project's Settings > API Keys has both"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def role_of(key: str) -> Role:
    """Tell what a key is for, by its form."""
    for prefix, role in _PREFIXES.items():
        if key.startswith(prefix):
            return role
    return _LEGACY_ROLES.get(_claimed_role(key), "unknown")


def _claimed_role(key: str) -> str:
    parts = key.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims and signature
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return ""
    return str(claims.get("role", "")) if isinstance(claims, dict) else ""


def _secret(key: SecretStr) -> SecretStr:
    text = _in_one_piece(key)
    if role_of(text) == "publishable":
        raise ValueError(f"This is the publishable key, which may not write; expected the secret key: {_WHERE}")
    return SecretStr(text)


def _publishable(key: SecretStr) -> SecretStr:
    text = _in_one_piece(key)
    if role_of(text) == "secret":
        raise ValueError(f"This is the secret key; here belongs the one that may only read: {_WHERE}")
    return SecretStr(text)


def _in_one_piece(key: SecretStr) -> str:
    """Give the key as a header can hold it: an HTTP library that refuses one repeats it in its message."""
    text = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]*", text):
        raise ValueError(f"A key is one line of ASCII without spaces; copy it again: {_WHERE}")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
        is_address = parts.scheme in ("http", "https") and parts.hostname and is_plain and parts.port != 0
    except ValueError:
        is_address = None
    if not is_address:
        raise ValueError("Expected the project's address alone, such as https://abcdefghijklmnopqrst.supabase.co")
    if parts.scheme == "http" and not _is_near(parts.hostname or ""):
        raise ValueError("Expected https: over http the key would cross the network for everybody to read")
    return f"{parts.scheme}://{parts.netloc}"


def _is_near(host: str) -> bool:
    """Tell whether `host` is this machine, or one of a private network of containers, whose names have no dot."""
    return host in _LOOPBACK or ("." not in host and ":" not in host)


SecretKey = Annotated[SecretStr, AfterValidator(_secret)]
PublishableKey = Annotated[SecretStr, AfterValidator(_publishable)]
ProjectUrl = Annotated[str, AfterValidator(_url)]
