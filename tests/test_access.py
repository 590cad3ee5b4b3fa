import pytest

from stockdash.access import Access, parse_rule
from stockdash.errors import AccessError

ANN = {"email": "ann@example.org", "email_verified": True}
RULES = Access(("@example.com", "ann@example.org"), ("boss@example.com",))


def refusal(claims, rules=RULES):
    with pytest.raises(AccessError) as caught:
        rules.role(claims)
    return str(caught.value)


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("ann@example.org", "viewer"),
        ("Ann@Example.ORG", "viewer"),
        ("anybody@example.com", "viewer"),
        ("boss@example.com", "operator"),
        ("BOSS@example.com", "operator"),
    ],
)
def test_a_listed_address_has_its_role(address, role):
    assert RULES.role({"email": address, "email_verified": True}) == role


@pytest.mark.parametrize(
    "address",
    [
        "bob@example.org",
        "ann@example.org.evil.net",
        "ann@sub.example.com",
        "example.com@evil.net",
        "x@evil.net@example.com",
        "ann@example.org ",
        " ann@example.org",
        "@example.org",
        "ann@examp\u217ce.org",
    ],
)
def test_an_address_that_is_not_listed_is_refused(address):
    refusal({"email": address, "email_verified": True})


@pytest.mark.parametrize("verified", [False, None, "false", "", 0, 1, "True ", [True]])
def test_an_address_that_is_not_verified_is_refused(verified):
    assert "has not verified" in refusal({"email": "ann@example.org", "email_verified": verified})


def test_an_address_without_the_claim_is_refused():
    assert "has not verified" in refusal({"email": "ann@example.org"})


def test_a_provider_that_spells_the_claim_as_text_is_understood():
    assert RULES.role({**ANN, "email_verified": "true"}) == "viewer"


@pytest.mark.parametrize("address", [None, "", "ann", 5, ["ann@example.org"], "b\u00f6b@example.com"])
def test_what_is_no_address_is_refused(address):
    assert "no e-mail address" in refusal({"email": address, "email_verified": True})


def test_without_a_list_nobody_is_let_in():
    assert "STOCKDASH_ALLOWED_USERS" in refusal(ANN, Access())


def test_an_operator_needs_no_second_entry():
    assert Access((), ("ann@example.org",)).role(ANN) == "operator"


def test_everybody_can_be_let_in_with_a_verified_address():
    assert Access(("*",)).role(ANN) == "viewer"
    assert "has not verified" in refusal({**ANN, "email_verified": False}, Access(("*",)))


@pytest.mark.parametrize("text", ["ann@example.org", "@example.org", "*"])
def test_a_rule_is_an_address_a_domain_or_everybody(text):
    assert parse_rule(text.upper()) == text


@pytest.mark.parametrize(
    "text", ["", "ann", "example.org", "@", "@org", "ann@", "a@b@c.org", "*@example.org", "@*.org"]
)
def test_anything_else_is_no_rule(text):
    with pytest.raises(ValueError, match="Expected an address"):
        parse_rule(text)
