"""The server's own settings, and what it refuses before it listens."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.app import CONFIG
from dashboard.cli.serve import check_tls, warn_of_plain_http
from dashboard.domain.errors import ConfigError, InputError
from dashboard.domain.models import Secret
from dashboard.settings import Settings
from dashboard.web.headers import build_policy, secured
from tests.certificates import make_certificate
from tests.unit.sources import ROOT

Make = Callable[..., Settings]


def test_without_them_nothing_is_on(settings: Settings) -> None:
    serving = settings.serving
    assert (serving.trusted_proxies, serving.plaid_webhook_url, serving.backups) == ((), "", None)
    assert not serving.stripe_webhook_secret


def test_they_are_read_and_the_secret_is_not_shown(make_settings: Make) -> None:
    settings = make_settings(
        ACH_DESK_TRUSTED_PROXIES="127.0.0.1, 10.1.2.0/24,fd00::/8",
        STRIPE_WEBHOOK_SECRET="whsec_canary",
        ACH_DESK_PLAID_WEBHOOK_URL="https://desk.example.com/webhooks/plaid",
        ACH_DESK_BACKUP_FOLDER="/srv/backups",
        ACH_DESK_BACKUP_HOURS="6",
        ACH_DESK_BACKUP_SEALED="no",
    )
    serving = settings.serving
    assert serving.trusted_proxies == ("127.0.0.1", "10.1.2.0/24", "fd00::/8")
    assert serving.backups is not None
    assert (serving.backups.every, serving.backups.keep, serving.backups.days) == (timedelta(hours=6), 14, 30)
    assert not serving.backups.sealed
    assert "canary" not in repr(settings) + str(settings.as_table())
    assert settings.as_table()["STRIPE_WEBHOOK_SECRET"] == "***"
    assert settings.as_table()["ACH_DESK_BACKUP_HOURS"] == "6"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ACH_DESK_TRUSTED_PROXIES", "*"),
        ("ACH_DESK_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("ACH_DESK_TRUSTED_PROXIES", "::/0"),
        ("ACH_DESK_TRUSTED_PROXIES", "127.0.0.1, proxy.example.com"),
        ("ACH_DESK_TRUSTED_PROXIES", "10.1.2.3/24"),  # a slip of the pen: an address in the place of its network
        ("STRIPE_WEBHOOK_SECRET", "sk_test_x"),
        ("ACH_DESK_PLAID_WEBHOOK_URL", "http://desk.example.com/webhooks/plaid"),
        ("ACH_DESK_PLAID_WEBHOOK_URL", "https://desk.example.com/"),
        ("ACH_DESK_BACKUP_HOURS", "0"),
        ("ACH_DESK_BACKUP_HOURS", "1.5"),
        ("ACH_DESK_BACKUP_KEEP", "-1"),
        ("ACH_DESK_BACKUP_DAYS", "many"),
        ("ACH_DESK_BACKUP_SEALED", "perhaps"),
    ],
)
def test_what_is_wrong_is_named(make_settings: Make, key: str, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make_settings(**{key: value})
    assert refused.value.key == key


def test_a_secret_may_come_as_a_credential_of_systemd(make_settings: Make, tmp_path: Path, cipher_key: Secret) -> None:
    (tmp_path / "ACH_DESK_KEY").write_text(f"{cipher_key.reveal()}\n")
    (tmp_path / "PLAID_SECRET").write_text("from-a-file")
    handed = make_settings(CREDENTIALS_DIRECTORY=str(tmp_path), ACH_DESK_KEY="", PLAID_SECRET="from-the-environment")
    assert [key.reveal() for key in handed.keys] == [cipher_key.reveal()]
    assert handed.plaid_secret.reveal() == "from-the-environment", "the environment wins"
    (tmp_path / "PLAID_SECRET").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError) as refused:
        make_settings(CREDENTIALS_DIRECTORY=str(tmp_path), PLAID_SECRET="")
    assert refused.value.key == "PLAID_SECRET"


@pytest.mark.parametrize("env", ["sandbox", "production"])
def test_the_policy_names_links_documented_origins_and_no_other(make_settings: Make, env: str) -> None:
    """Plaid, Link web, "CSP directives": script and frame from cdn.plaid.com, the API host of the environment."""
    key = "sk_live_canary" if env == "production" else "sk_test_canary"
    settings = make_settings(PLAID_ENV=env, STRIPE_SECRET_KEY=key)
    policy = build_policy(settings.plaid_link_url, settings.plaid_base_url)
    directives = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    cdn, api = "https://cdn.plaid.com", f"https://{env}.plaid.com"
    assert {name for name, values in directives.items() if cdn in values} == {"script-src", "frame-src", "connect-src"}
    assert {name for name, values in directives.items() if api in values} == {"connect-src"}
    foreign = {value for values in directives.values() for value in values if "//" in value}
    assert foreign == {cdn, api}


def test_streamlit_is_told_the_same_by_serve_and_by_its_own_file() -> None:
    file = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    told = {f"{part}.{name}": value for part, values in file.items() for name, value in values.items()}
    assert {name: value for name, value in told.items() if name in CONFIG} == {
        name: value for name, value in CONFIG.items() if name in told
    }
    for name in ("server.address", "server.maxUploadSize", "browser.gatherUsageStats", "client.showErrorDetails"):
        assert name in told and name in CONFIG
    assert CONFIG["client.showErrorDetails"] == "none" and CONFIG["server.enableXsrfProtection"] is True


@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        (b"a=b; Path=/; HttpOnly", b"a=b; Path=/; HttpOnly; Secure"),
        (b"a=b; Path=/; secure", b"a=b; Path=/; secure"),
        (b"a=secure", b"a=secure; Secure"),
    ],
)
def test_a_cookie_over_https_is_for_https(cookie: bytes, sent: bytes) -> None:
    assert secured((b"set-cookie", cookie)) == (b"set-cookie", sent)
    assert secured((b"x-other", cookie)) == (b"x-other", cookie)


def test_a_certificate_that_cannot_serve_is_refused_at_once(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path / "one")
    assert check_tls(certificate, key) == (certificate, key)
    assert check_tls(None, None) is None
    _, other = make_certificate(tmp_path / "other")
    _, locked = make_certificate(tmp_path / "locked", password=b"planted-password")
    for pair in (
        (certificate, None),
        (None, key),
        (certificate, other),
        (tmp_path / "none", key),
        (certificate, locked),
    ):
        with pytest.raises(InputError):
            check_tls(*pair)


@pytest.mark.parametrize(
    ("address", "tls", "proxies", "warns"),
    [
        ("127.0.0.1", False, "", False),
        ("192.0.2.7", False, "", True),
        ("192.0.2.7", True, "", False),
        ("192.0.2.7", False, "192.0.2.9", False),
    ],
)
def test_what_travels_in_the_clear_is_said(
    make_settings: Make, capsys: pytest.CaptureFixture[str], address: str, tls: bool, proxies: str, warns: bool
) -> None:
    warn_of_plain_http(make_settings(ACH_DESK_TRUSTED_PROXIES=proxies), address, tls)
    assert ("not encrypted" in capsys.readouterr().err) is warns
