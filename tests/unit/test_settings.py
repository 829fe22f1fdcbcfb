from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Generation, Mode
from dashboard.settings import KEYS, Need, Settings, load_settings

Make = Callable[..., Settings]

SECRETS = {"PLAID_SECRET", "STRIPE_SECRET_KEY", "ACH_DESK_KEY"}
SIGN_IN_SECRETS = {"ACH_DESK_OIDC_CLIENT_SECRET", "ACH_DESK_OIDC_COOKIE_SECRET", "STRIPE_WEBHOOK_SECRET"}
OTHER_SECRETS = {"ACH_DESK_SMTP_PASSWORD", "ACH_DESK_NOTICE_CHAT_URL"}


def test_defaults_are_those_of_a_first_test_set_up(settings: Settings) -> None:
    assert settings.generation is Generation.CURRENT
    assert settings.plaid_base_url == "https://sandbox.plaid.com"
    assert settings.stripe_api_base == "https://api.stripe.com"
    assert settings.plaid_link_url == "https://cdn.plaid.com/link/v2/stable/link-initialize.js"
    assert settings.plaid_products == ("auth",)
    assert str(settings.timezone) == "America/New_York"
    assert settings.mode is Mode.TEST


def test_settings_are_frozen(settings: Settings) -> None:
    with pytest.raises(FrozenInstanceError):
        settings.plaid_env = "production"  # type: ignore[misc]  # that is what is refused


def test_no_secret_is_printed(settings: Settings, environ: dict[str, str]) -> None:
    printed = f"{settings!r} {settings} {vars(settings)}"
    for name in ("PLAID_SECRET", "STRIPE_SECRET_KEY", "ACH_DESK_KEY"):
        assert environ[name] not in printed
    assert "***" in printed


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"PLAID_CLIENT_ID": ""}, "PLAID_CLIENT_ID"),
        ({"PLAID_SECRET": " "}, "PLAID_SECRET"),
        ({"STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "pk_test_x"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "whatever"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "sk_live_x"}, "STRIPE_SECRET_KEY"),
        ({"PLAID_ENV": "production"}, "STRIPE_SECRET_KEY"),
        ({"PLAID_ENV": "development"}, "PLAID_ENV"),
        ({"PLAID_ENV": "tartan"}, "PLAID_ENV"),
        ({"PLAID_LINK_GENERATION": "newest"}, "PLAID_LINK_GENERATION"),
        ({"PLAID_LINK_GENERATION": "classic", "PLAID_ENV": "tartan"}, "PLAID_BASE_URL"),
        ({"PLAID_LINK_GENERATION": "classic", "PLAID_BASE_URL": "http://127.0.0.1:1"}, "PLAID_PUBLIC_KEY"),
        ({"PLAID_RISK": "score"}, "PLAID_RISK"),
        (
            {
                "PLAID_RISK": "signal",
                "PLAID_LINK_GENERATION": "classic",
                "PLAID_BASE_URL": "http://127.0.0.1:1",
                "PLAID_PUBLIC_KEY": "k",
            },
            "PLAID_RISK",
        ),
        ({"PLAID_INSTITUTION_ID": "maybe"}, "PLAID_INSTITUTION_ID"),
        ({"PLAID_PRODUCTS": "auth,balance"}, "PLAID_PRODUCTS"),
        ({"PLAID_PRODUCTS": "identity"}, "PLAID_PRODUCTS"),
        ({"PLAID_CLIENT_NAME": "A" * 31}, "PLAID_CLIENT_NAME"),
        ({"PLAID_REDIRECT_URI": "https://ops.example.com/plaid?x=1"}, "PLAID_REDIRECT_URI"),
        ({"ACH_DESK_NOTICE_MAIL": "ops@acme.example"}, "ACH_DESK_SMTP_HOST"),
        (
            {
                "ACH_DESK_NOTICE_MAIL": "ops@acme.example, fin",
                "ACH_DESK_SMTP_HOST": "127.0.0.1",
                "ACH_DESK_SMTP_FROM": "desk@acme.example",
            },
            "ACH_DESK_NOTICE_MAIL",
        ),
        ({"ACH_DESK_REPORT_DAY": "16"}, "ACH_DESK_REPORT_DAY"),
        ({"ACH_DESK_REPORT_DAY": "3"}, "ACH_DESK_REPORT_DAY"),
        ({"ACH_DESK_REPORTS": "month, weather"}, "ACH_DESK_REPORTS"),
        ({"ACH_DESK_NOTICE_HOUR": "24"}, "ACH_DESK_NOTICE_HOUR"),
        ({"ACH_DESK_NOTICE_HOUR": "eight"}, "ACH_DESK_NOTICE_HOUR"),
        ({"ACH_DESK_NOTICE_ALL_QUIET": "weekly"}, "ACH_DESK_NOTICE_ALL_QUIET"),
        ({"ACH_DESK_NOTICE_CHAT": "irc"}, "ACH_DESK_NOTICE_CHAT"),
        ({"ACH_DESK_NOTICE_CHAT_NAMES": "maybe"}, "ACH_DESK_NOTICE_CHAT_NAMES"),
        ({"ACH_DESK_NOTICE_CHAT_URL": "whatever"}, "ACH_DESK_NOTICE_CHAT_URL"),
        ({"ACH_DESK_NOTICE_CHAT_URL": "http://hooks.example.com/whatever"}, "ACH_DESK_NOTICE_CHAT_URL"),
        ({"ACH_DESK_CONTACT_PHONE": "call us"}, "ACH_DESK_CONTACT_PHONE"),
        ({"ACH_DESK_CONTACT_EMAIL": "acme.example"}, "ACH_DESK_CONTACT_EMAIL"),
        ({"ACH_DESK_CONTACT_ADDRESS": "x" * 201}, "ACH_DESK_CONTACT_ADDRESS"),
        ({"PLAID_REDIRECT_URI": "https://ops.example.com/plaid#top"}, "PLAID_REDIRECT_URI"),
        ({"PLAID_REDIRECT_URI": "ops.example.com"}, "PLAID_REDIRECT_URI"),
        (
            {"PLAID_ENV": "production", "STRIPE_SECRET_KEY": "sk_live_x", "PLAID_REDIRECT_URI": "http://ops.example"},
            "PLAID_REDIRECT_URI",
        ),
        ({"STRIPE_STATEMENT_DESCRIPTOR": "A" * 23}, "STRIPE_STATEMENT_DESCRIPTOR"),
        ({"STRIPE_STATEMENT_DESCRIPTOR": "<ACME>"}, "STRIPE_STATEMENT_DESCRIPTOR"),
        ({"STRIPE_STATEMENT_DESCRIPTOR": "12345"}, "STRIPE_STATEMENT_DESCRIPTOR"),
        ({"STRIPE_API_BASE": "http://stripe.example.com"}, "STRIPE_API_BASE"),
        ({"ACH_DESK_SANDBOX_URL": "http://127.0.0.1:8600"}, "ACH_DESK_SANDBOX_URL"),
        ({"PLAID_BASE_URL": "plaid.example.com"}, "PLAID_BASE_URL"),
        ({"ACH_DESK_KEY": "short"}, "ACH_DESK_KEY"),
        ({"ACH_DESK_KEY": "ä" * 44}, "ACH_DESK_KEY"),
        ({"ACH_DESK_TIMEZONE": "Mars/Olympus"}, "ACH_DESK_TIMEZONE"),
        ({"ACH_DESK_TIMEZONE": "../etc/passwd"}, "ACH_DESK_TIMEZONE"),
    ],
)
def test_a_wrong_setting_is_named_with_its_fix(make_settings: Make, changes: dict[str, str], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_settings(**changes)
    assert caught.value.key == key
    assert key in caught.value.what
    assert caught.value.action.endswith(".")
    for value in changes.values():
        if value.startswith(("sk_", "pk_", "whatever")):
            assert value not in caught.value.sentences()


def test_a_live_key_is_not_sent_to_this_machine(make_settings: Make) -> None:
    with pytest.raises(ConfigError) as caught:
        make_settings(PLAID_ENV="production", STRIPE_SECRET_KEY="sk_live_x", STRIPE_API_BASE="http://127.0.0.1:9")
    assert caught.value.key == "STRIPE_API_BASE"


def test_a_sync_runs_with_stripe_and_the_key_alone(environ: dict[str, str]) -> None:
    kept = {name: value for name, value in environ.items() if not name.startswith("PLAID_")}
    settings = load_settings(kept, None, needs=frozenset({Need.STRIPE, Need.KEY}))
    assert settings.mode is Mode.TEST
    with pytest.raises(ConfigError, match="PLAID_CLIENT_ID"):
        load_settings(kept, None)


def test_a_broken_plaid_setting_does_not_stop_a_sync(environ: dict[str, str]) -> None:
    needs = frozenset({Need.STRIPE, Need.KEY})
    assert load_settings({**environ, "PLAID_ENV": "production", "PLAID_PRODUCTS": "x"}, None, needs=needs)


def test_the_environment_comes_before_the_file(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('PLAID_CLIENT_NAME = "From the file"\nACH_DESK_TIMEZONE = "Europe/Berlin"\n[auth]\nx = 1\n')
    settings = load_settings(environ, file)
    assert (settings.plaid_client_name, str(settings.timezone)) == ("Acme Payments", "Europe/Berlin")


def test_a_broken_file_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("PLAID_SECRET = canary")
    with pytest.raises(ConfigError) as caught:
        load_settings(environ, file)
    assert "canary" not in caught.value.sentences()


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({}, Mode.TEST),
        ({"ACH_DESK_SANDBOX_URL": "http://127.0.0.1:8600", "STRIPE_API_BASE": "http://127.0.0.1:8600"}, Mode.SANDBOX),
        ({"STRIPE_API_BASE": "http://localhost:8600/"}, Mode.SANDBOX),
        ({"STRIPE_API_BASE": "http://[::1]:8600"}, Mode.SANDBOX),
        ({"PLAID_ENV": "production", "STRIPE_SECRET_KEY": "rk_live_x"}, Mode.LIVE),
    ],
)
def test_the_mode_says_whose_money_moves(make_settings: Make, changes: dict[str, str], mode: Mode) -> None:
    assert make_settings(**changes).mode is mode


def test_the_classic_generation_works_against_a_named_server(make_settings: Make) -> None:
    settings = make_settings(
        PLAID_LINK_GENERATION="classic",
        PLAID_ENV="tartan",
        PLAID_PUBLIC_KEY="test_key",
        PLAID_BASE_URL="http://127.0.0.1:8600/",
    )
    assert (settings.generation, settings.plaid_base_url) == (Generation.CLASSIC, "http://127.0.0.1:8600")


def test_the_settings_in_force_are_shown_by_name_and_without_secrets(
    settings: Settings, environ: dict[str, str]
) -> None:
    shown = settings.as_table()
    assert set(shown) == {key.name for key in KEYS}
    assert {shown[name] for name in SECRETS} == {"***"}
    assert {shown[name] for name in SIGN_IN_SECRETS} == {""}
    assert not {environ[name] for name in SECRETS} & set(shown.values())


def test_every_setting_is_described_once() -> None:
    names = [key.name for key in KEYS]
    assert len(names) == len(set(names))
    assert {key.name for key in KEYS if key.secret} == SECRETS | SIGN_IN_SECRETS | OTHER_SECRETS
    assert all(key.what and not key.what.endswith(".") for key in KEYS)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ACH_DESK_TIMEZNOE", "ACH_DESK_TIMEZONE"),
        ("ACH_DESK_TRUSTED_PROXY", "ACH_DESK_TRUSTED_PROXIES"),
        ("PLAID_SECERT", "PLAID_SECRET"),
        ("STRIPE_SECRETKEY", "STRIPE_SECRET_KEY"),
    ],
)
def test_a_misspelt_setting_stops_the_start_wherever_it_stands(
    environ: dict[str, str], tmp_path: Path, name: str, meant: str
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(f'{name} = "x"\n')
    (tmp_path / "handed").mkdir()
    (tmp_path / "handed" / name).write_text("x")
    for where, environment, secrets in (
        ("environment", {**environ, name: "x"}, None),
        ("file of secrets", environ, file),
        ("credentials", {**environ, "CREDENTIALS_DIRECTORY": str(tmp_path / "handed")}, None),
    ):
        with pytest.raises(ConfigError) as refused:
            load_settings(environment, secrets)
        assert refused.value.key == name and where in refused.value.what
        assert refused.value.action == f"Did you mean {meant}?"


def test_a_setting_under_a_section_is_not_read_and_so_it_is_said(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('[desk]\nACH_DESK_TIMEZONE = "America/Chicago"\n')
    with pytest.raises(ConfigError, match="ACH_DESK_TIMEZONE is in this one"):
        load_settings(environ, file)


def test_what_is_nobodys_setting_is_said_and_what_is_another_programs_is_let_be(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings({**environ, "ACH_DESK_COLOUR_OF_THE_WALL": "x"}, None)
    assert refused.value.action == "Correct its name, or remove it."
    load_settings({**environ, "STRIPE_DEVICE_NAME": "laptop", "PATH": "/bin", "OTHER_ACH_DESK_THING": "x"}, None)


def test_everything_that_is_missing_is_listed_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings({}, None)
    for name in ("PLAID_CLIENT_ID", "PLAID_SECRET", "STRIPE_SECRET_KEY", "ACH_DESK_KEY"):
        assert name in refused.value.sentences()
    assert "ach-desk keys init" in refused.value.action


def test_so_is_everything_that_is_missing_of_a_sign_in(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings({**environ, "ACH_DESK_OIDC_CLIENT_ID": "desk"}, None)
    for name in ("CLIENT_SECRET", "METADATA_URL", "COOKIE_SECRET", "REDIRECT_URI"):
        assert f"ACH_DESK_OIDC_{name}" in refused.value.what
