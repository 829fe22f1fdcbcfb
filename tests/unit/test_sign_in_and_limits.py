"""The sign-in's and the debits' settings are whole, or say what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Role
from dashboard.settings import KEYS, Settings, explain_sign_in
from dashboard.settings.sign_in_and_limits import OIDC_KEYS

Make = Callable[..., Settings]
WHOLE = {
    "ACH_DESK_OIDC_CLIENT_ID": "desk",
    "ACH_DESK_OIDC_CLIENT_SECRET": "client-secret-canary",
    "ACH_DESK_OIDC_METADATA_URL": "https://id.example.com/v2.0/.well-known/openid-configuration?p=b2c",
    "ACH_DESK_OIDC_COOKIE_SECRET": "cookie-secret-canary-of-32-letters",
    "ACH_DESK_OIDC_REDIRECT_URI": "https://desk.example.com/oauth2callback",
    "ACH_DESK_ROLE_ADMIN": "ann@example.com, group:payments admins",
}


def test_without_any_of_them_there_is_no_sign_in(make_settings: Make) -> None:
    assert make_settings().open_id is None


def test_a_whole_sign_in_is_read_and_its_secrets_are_not_shown(make_settings: Make) -> None:
    settings = make_settings(**WHOLE, ACH_DESK_OIDC_GROUPS_CLAIM="roles")
    assert settings.open_id is not None
    assert settings.open_id.members[Role.ADMIN] == "ann@example.com, group:payments admins"
    assert settings.open_id.groups_claim == "roles"
    shown = settings.as_table()
    assert set(shown) == {key.name for key in KEYS}
    assert "canary" not in repr(settings) + str(shown)
    assert shown["ACH_DESK_OIDC_CLIENT_ID"] == "desk"
    assert shown["ACH_DESK_ROLE_ADMIN"] == WHOLE["ACH_DESK_ROLE_ADMIN"]


@pytest.mark.parametrize("key", OIDC_KEYS)
def test_half_a_sign_in_is_none_and_says_what_is_missing(make_settings: Make, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make_settings(**{**WHOLE, key: ""})
    assert refused.value.key == key


def test_roles_without_a_provider_are_a_mistake(make_settings: Make) -> None:
    with pytest.raises(ConfigError, match="ACH_DESK_OIDC_CLIENT_ID"):
        make_settings(ACH_DESK_ROLE_OPS="ann@example.com")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("ACH_DESK_OIDC_METADATA_URL", "http://id.example.com/.well-known/openid-configuration", "not https"),
        ("ACH_DESK_OIDC_METADATA_URL", "id.example.com", "not an address"),
        ("ACH_DESK_OIDC_REDIRECT_URI", "https://desk.example.com/callback", "does not end"),
        ("ACH_DESK_OIDC_REDIRECT_URI", "https://desk.example.com/desk/oauth2callback", "does not end"),
        ("ACH_DESK_OIDC_REDIRECT_URI", "http://desk.example.com/oauth2callback", "not https"),
        ("ACH_DESK_OIDC_COOKIE_SECRET", "short", "shorter than 32"),
        ("ACH_DESK_OIDC_SCOPE", "email", "`openid` is missing"),
        ("ACH_DESK_ROLE_ADMIN", "", "nobody has a role"),
        ("ACH_DESK_ROLE_OPS", "ann", "neither an e-mail address nor a group"),
        ("ACH_DESK_ROLE_OPS", "group:", "neither an e-mail address nor a group"),
        ("ACH_DESK_DEBIT_ROLES", "finance, boss", "`boss` is not a role"),
        ("ACH_DESK_DEBIT_ROLES", ",", "names no role"),
        ("ACH_DESK_DEBIT_PROOF_CENTS", "1,000.00", "not a number of cents"),
        ("ACH_DESK_DEBIT_MAX_CENTS", "-1", "not a number of cents"),
        ("ACH_DESK_DEBIT_MAX_CENTS", "100000000", "not a number of cents"),
    ],
)
def test_a_wrong_one_is_named_with_its_fix(make_settings: Make, key: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        make_settings(**{**WHOLE, key: value})
    assert refused.value.key == key
    assert refused.value.action


def test_this_machine_may_use_plain_http(make_settings: Make) -> None:
    local = {
        **WHOLE,
        "ACH_DESK_OIDC_METADATA_URL": "http://127.0.0.1:9/.well-known/openid-configuration",
        "ACH_DESK_OIDC_REDIRECT_URI": "http://localhost:8501/oauth2callback",
    }
    assert make_settings(**local).open_id is not None


def test_by_default_finance_debits_and_proves_itself_above_a_thousand_dollars(make_settings: Make) -> None:
    rules = make_settings().debit_rules
    assert (rules.roles, rules.proof_cents, rules.max_cents) == (frozenset({Role.FINANCE}), 100_000, 99_999_999)


def test_how_sign_in_is_configured_names_every_setting_that_it_takes() -> None:
    assert all(key in explain_sign_in() for key in (*OIDC_KEYS, "ACH_DESK_ROLE_ADMIN"))
