"""Whose address an identity carries, which groups, and so which roles: nobody is taken for somebody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.domain.addresses import fold_address, name_odd_letters
from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Role
from dashboard.settings import Settings
from dashboard.staff.identity import RoleRules, read_rules
from tests.unit.test_sign_in_and_limits import WHOLE

MEMBERS = {
    Role.OPS: "kim.strauss@example.com, Group:counter",
    Role.ADMIN: "group:/admins/desk",
    Role.FINANCE: "GROUP:Payments Finance",
}
RULES = read_rules(MEMBERS)
VERIFIED = {"sub": "1", "email": "kim.strauss@example.com", "email_verified": True}


@pytest.mark.parametrize("address", ["kim.strauss@example.com", "KIM.Strauss@EXAMPLE.com"])
def test_an_address_compares_in_ascii_lower_case(address: str) -> None:
    assert RULES.roles_of({**VERIFIED, "email": address}) == {Role.OPS}
    assert RULES.name_of({**VERIFIED, "email": address}) == "kim.strauss@example.com"


LOOKALIKES = {
    "kim.strau\u00dfe@example.com": "LATIN SMALL LETTER SHARP S",
    "kim.\u017ftrauss@example.com": "LATIN SMALL LETTER LONG S",
    "\u212aim.strauss@example.com": "KELVIN SIGN",
    "kim.strau\u017fs@example.com": "LATIN SMALL LETTER LONG S",
    "k\u0131m.strauss@example.com": "LATIN SMALL LETTER DOTLESS I",
    "kim.\ufb06rauss@example.com": "LATIN SMALL LIGATURE ST",
    "kim.strauss@example.com\u200b": "ZERO WIDTH SPACE",
    "kim.strauss@ex\u0430mple.com": "CYRILLIC SMALL LETTER A",
}


@pytest.mark.parametrize("address", LOOKALIKES)
def test_a_letter_that_only_looks_or_folds_alike_is_another_persons_and_is_named(address: str) -> None:
    claims = {**VERIFIED, "email": address}
    assert RULES.roles_of(claims) == frozenset()
    assert RULES.address_of(claims) == "" == fold_address(address)
    assert name_odd_letters(address) == [LOOKALIKES[address]]
    assert LOOKALIKES[address] in RULES.explain(claims)


@pytest.mark.parametrize("address", LOOKALIKES)
def test_such_an_address_in_the_settings_is_refused_by_the_letters_name(
    make_settings: Callable[..., Settings], address: str
) -> None:
    with pytest.raises(ConfigError, match=LOOKALIKES[address]):
        make_settings(**{**WHOLE, "ACH_DESK_ROLE_OPS": address})


@pytest.mark.parametrize("address", ["group:counter@x", "GROUP:counter@x", "gRoUp:/admins/desk@x"])
def test_an_address_that_reads_like_a_group_is_none(address: str) -> None:
    rules = read_rules({Role.OPS: "group:counter@x", Role.ADMIN: "group:/admins/desk@x"})
    assert rules.roles_of({**VERIFIED, "email": address}) == frozenset()


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        (["counter"], {Role.OPS}),
        (["/counter"], {Role.OPS}),
        ("counter", {Role.OPS}),
        ("/admins/desk", {Role.ADMIN}),
        (["other", "Payments Finance", "admins/desk"], {Role.FINANCE, Role.ADMIN}),
        ("counter,admins/desk", set()),
        (["Counter"], set()),
        (["//counter"], set()),
        ([["counter"], {"name": "counter"}, None, 7], set()),
        ({"counter": True}, set()),
        (["", "/"], set()),
        (None, set()),
    ],
)
def test_groups_come_as_a_list_or_as_one_text_with_keycloaks_slash_or_without(groups: object, roles: set[Role]) -> None:
    assert RULES.roles_of({"sub": "9", "groups": groups}) == roles


@pytest.mark.parametrize(
    ("verified", "required", "assumed"),
    [
        (True, True, True),
        ("true", True, True),
        ("True", True, True),
        (None, False, True),
        (False, False, False),
        ("false", False, False),
        ("", False, False),
        (1, False, False),
        ("yes", False, False),
    ],
)
def test_an_address_counts_where_the_provider_says_that_it_is_verified(
    verified: object, required: bool, assumed: bool
) -> None:
    claims = {"sub": "1", "email": "kim.strauss@example.com", "email_verified": verified}
    missing = {name: value for name, value in claims.items() if value is not None}
    assert bool(RULES.roles_of(missing)) is required
    assert bool(read_rules(MEMBERS, assume_verified=True).roles_of(missing)) is assumed


def test_what_names_a_person_is_a_setting(make_settings: Callable[..., Settings]) -> None:
    open_id = make_settings(**WHOLE, ACH_DESK_OIDC_ADDRESS_CLAIM="preferred_username").open_id
    assert open_id is not None and (open_id.address_claim, open_id.assume_verified) == ("preferred_username", False)
    rules = read_rules(MEMBERS, address_claim="preferred_username")
    assert rules.roles_of({"preferred_username": "Kim.Strauss@example.com"}) == {Role.OPS}
    assert rules.roles_of(VERIFIED) == frozenset()
    assert make_settings(**WHOLE, ACH_DESK_OIDC_EMAIL_VERIFIED="assumed").open_id.assume_verified  # type: ignore[union-attr]  # it is set
    with pytest.raises(ConfigError):
        make_settings(**WHOLE, ACH_DESK_OIDC_EMAIL_VERIFIED="yes")


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"sub": "1", "name": "Eve Adams"}, "The claim email has no address."),
        ({"email": "eve@example.com", "email_verified": False}, "says that the address is not verified"),
        ({"email": "eve@example.com"}, "no claim email_verified"),
    ],
)
def test_who_has_no_role_is_told_why_and_which_claims_came(claims: dict[str, object], words: str) -> None:
    said = RULES.explain({**claims, "is_logged_in": True, "provider": "desk", "<b>odd</b>": 1})
    assert words in said
    assert f"these claims: {', '.join(sorted(claims))}." in said
    assert "Eve Adams" not in said and "eve@" not in said and "odd" not in said


def test_a_flood_of_claims_is_not_listed_to_its_end() -> None:
    said = RULES.explain({f"claim{number:03}": 1 for number in range(100)})
    assert "and 60 more" in said and "claim099" not in said


def test_nobody_is_somebody_by_an_empty_rule() -> None:
    rules = RoleRules({Role.ADMIN: read_rules({Role.ADMIN: " , group:, group:/ "}).members[Role.ADMIN]})
    assert rules.roles_of({"sub": "1", "email": "", "groups": ["", "/"]}) == frozenset()
