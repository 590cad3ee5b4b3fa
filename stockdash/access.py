"""Who is let in, and who may change what everybody sees. Pure: claims of an identity provider in, a role out.

A viewer reads: charts, links, templates, the state of the data. An operator also fetches, keeps the watchlist and the
templates. What a viewer could change would be changed for everybody, or would spend the source's patience.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stockdash.errors import AccessError

Role = Literal["viewer", "operator"]

EVERYBODY = "*"


def parse_rule(text: str) -> str:
    """Give the rule ``ann@example.org``, ``@example.org`` or ``*``, in lower case.

    Raises
    ------
    ValueError
        It is none of them.
    """
    name, at, domain = text.partition("@")
    is_plain = text.isascii() and text.isprintable() and not any(sign in text for sign in " \"'<>()[]\\,;:*")
    if text != EVERYBODY and not (at and "." in domain.strip(".") and "@" not in domain and is_plain):
        raise ValueError(f"Expected an address (ann@example.org), a domain (@example.org) or {EVERYBODY}")
    return f"{name}{at}{domain}".lower()


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in, and who of them may change things; rules as `parse_rule` gives them."""

    allowed: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()

    def role(self, claims: Mapping[str, object]) -> Role:
        """Give the role of who has these claims.

        Only an address that the provider has verified counts: anybody can type another one's into a profile.

        Raises
        ------
        AccessError
            Who that is may not come in; the message says why, for that person to read.
        """
        address = _address(claims)
        if _matches(address, self.operators):
            return "operator"
        if _matches(address, self.allowed):
            return "viewer"
        if not self.allowed and not self.operators:
            raise AccessError("Nobody is let in yet. The operator of this app has to set STOCKDASH_ALLOWED_USERS.")
        raise AccessError(f"{address} is not on the list of those who may use this app. Ask its operator.")


def _address(claims: Mapping[str, object]) -> str:
    address, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(address, str) or address.count("@") != 1 or not address.isascii():
        raise AccessError("The identity provider tells no e-mail address that can be compared with the list.")
    # Some providers spell the claim as a text.
    if verified is not True and verified != "true":
        raise AccessError(f"The identity provider has not verified that {address} is yours. Verify it there first.")
    return address.lower()


def _matches(address: str, rules: tuple[str, ...]) -> bool:
    return any(rule in (EVERYBODY, address, address[address.index("@") :]) for rule in rules)
