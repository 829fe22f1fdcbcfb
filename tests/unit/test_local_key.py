"""A desk without sign-in: live keys never, test keys for whoever sees this machine's terminal, the sandbox for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.domain.errors import ConfigError
from dashboard.settings import Settings
from dashboard.web.local_key import COOKIE, LocalKey, LocalOnly, local_key_for
from tests.asgi import Inner, ask
from tests.unit.test_sign_in_and_limits import WHOLE

Make = Callable[..., Settings]
HOST = ("Host", "127.0.0.1:8501")
KEY = LocalKey("k" * 43)
GOOD = ("Cookie", f"{COOKIE}={'k' * 43}")
LIVE = {"STRIPE_SECRET_KEY": "sk_live_canary", "PLAID_ENV": "production"}


def status(*headers: tuple[str, str], peer: str = "127.0.0.1", kind: str = "http", query: str = "") -> int:
    return ask(LocalOnly(Inner(), KEY), "/", *headers, peer=peer, kind=kind, query=query).status


def test_live_keys_are_never_served_without_sign_in(make_settings: Make) -> None:
    with pytest.raises(ConfigError, match="without sign-in anybody who reaches the desk could debit"):
        local_key_for(make_settings(**LIVE))
    assert local_key_for(make_settings(**LIVE, **WHOLE)) is None


def test_test_keys_behind_a_named_proxy_need_sign_in(make_settings: Make) -> None:
    with pytest.raises(ConfigError, match="ACH_DESK_TRUSTED_PROXIES"):
        local_key_for(make_settings(ACH_DESK_TRUSTED_PROXIES="127.0.0.1"))
    assert local_key_for(make_settings(ACH_DESK_TRUSTED_PROXIES="127.0.0.1", **WHOLE)) is None


def test_test_keys_on_this_machine_need_the_printed_key_and_the_sandbox_none(make_settings: Make) -> None:
    assert local_key_for(make_settings()) is not None
    assert local_key_for(make_settings(STRIPE_API_BASE="http://127.0.0.1:9")) is None


def test_the_printed_address_lets_a_browser_in_and_leaves_no_key_in_its_address_bar() -> None:
    inner = Inner()
    answer = ask(LocalOnly(inner, KEY), "/", HOST, query=f"key={KEY.value}")
    assert (answer.status, dict(answer.headers)[b"location"]) == (303, b"/")
    (cookie,) = answer.cookies()
    assert cookie == f"{COOKIE}={KEY.value}; Path=/; HttpOnly; SameSite=Lax"
    assert not inner.scope
    assert status(HOST, GOOD) == 200
    assert status(HOST, GOOD, kind="websocket") == 101


@pytest.mark.parametrize(
    "headers",
    [
        [HOST],
        [HOST, ("Cookie", f"{COOKIE}={'x' * 43}")],
        [("Host", "desk.example.com"), GOOD],
        [HOST, GOOD, ("X-Forwarded-For", "127.0.0.1")],
        [HOST, GOOD, ("X-Real-IP", "127.0.0.1")],
        [HOST, GOOD, ("Forwarded", "for=127.0.0.1")],
        [HOST, GOOD, ("Via", "1.1 proxy")],
        [HOST, GOOD, ("X-Forwarded-Proto", "https")],
    ],
)
def test_nobody_else_is_let_in(headers: list[tuple[str, str]]) -> None:
    """A default nginx on this machine: the peer is loopback, the Host is the upstream's, and nothing says for whom."""
    assert status(*headers) == 403
    assert status(*headers, kind="websocket") == 403


def test_another_machine_is_refused_even_with_the_key() -> None:
    assert status(HOST, GOOD, peer="192.0.2.7") == 403
    assert status(HOST, peer="192.0.2.7", query=f"key={KEY.value}") == 403
    assert status(HOST, query="key=wrong") == status(HOST, query="key=") == 403


def test_what_machines_ask_is_open_and_says_nothing() -> None:
    for path in ("/healthz", "/readyz"):
        assert ask(LocalOnly(Inner(), KEY), path, HOST).status == 200


def test_each_process_has_a_key_of_its_own() -> None:
    assert LocalKey().value != LocalKey().value
    assert LocalKey().visit != LocalKey().visit
    assert KEY.value not in KEY.visit
