"""The guide's gateway over mocked HTTP: form-encoded, with the guide's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from dashboard.domain.errors import (
    ProviderBroken,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.models import Secret
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.messages.problems import explain
from dashboard.settings import Settings

URL = "http://127.0.0.1:9999"
KEYS = {"client_id": "client-id", "secret": "plaid-secret-canary"}
TOKEN = Secret("test,chase,connected")


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def plaid(make_settings: Callable[..., Settings]) -> Iterator[PlaidClassic]:
    settings = make_settings(
        PLAID_LINK_GENERATION="classic", PLAID_ENV="tartan", PLAID_PUBLIC_KEY="test_key", PLAID_BASE_URL=URL
    )
    with make_session(URL) as session:
        yield PlaidClassic(settings, session, sleep=lambda _: None)


def test_an_exchange_without_an_account_gives_the_access_token_alone(
    http: responses.RequestsMock, plaid: PlaidClassic
) -> None:
    form = {**KEYS, "public_token": "test,chase,connected"}
    http.post(
        f"{URL}/exchange_token",
        json={"access_token": "test_chase"},
        headers={"x-request-id": "req-h"},
        match=[matchers.urlencoded_params_matcher(form)],
    )
    made = plaid.exchange(TOKEN)
    assert (made.access_token.reveal(), made.bank_token, made.item_id, made.request_id) == (
        "test_chase",
        None,
        None,
        "req-h",
    )


def test_an_exchange_with_an_account_gives_both_tokens(http: responses.RequestsMock, plaid: PlaidClassic) -> None:
    form = {**KEYS, "public_token": "test,chase,connected", "account_id": "a1"}
    http.post(
        f"{URL}/exchange_token",
        json={"access_token": "test_chase", "stripe_bank_account_token": "btok_1"},
        match=[matchers.urlencoded_params_matcher(form)],
    )
    assert plaid.exchange(TOKEN, "a1").bank_token == Secret("btok_1")


@pytest.mark.parametrize(
    ("reply", "error", "maybe_done", "says"),
    [
        ((401, 1106, "bad public_token"), ProviderRejected, None, "expired or was already used"),
        ((401, 1102, "secret or client_id invalid"), ProviderDenied, None, "keys"),
        ((402, 1200, "invalid credentials"), ProviderRejected, None, "user name or password"),
        ((402, 1203, "invalid mfa"), ProviderRejected, None, "code or answer"),
        ((402, 1205, "account locked"), ProviderRejected, None, "locked"),
        ((400, 2001, "non-depository account ID specified"), ProviderRejected, None, "not a checking or savings"),
        ((429, 1113, "rate limit exceeded"), ProviderLimited, None, "fewer requests"),
        ((500, 1702, "plaid error"), ProviderUnreachable, True, "has an outage"),
        ((503, 1800, "planned maintenance"), ProviderUnreachable, False, "maintenance"),
        ((400, 4711, "a code of yesterday"), ProviderRejected, None, "4711"),
    ],
)
def test_the_guides_errors_are_told_apart(
    http: responses.RequestsMock,
    plaid: PlaidClassic,
    reply: tuple[int, int, str],
    error: type[ProviderError],
    maybe_done: bool | None,
    says: str,
) -> None:
    status, code, message = reply
    body = {"code": code, "message": message, "resolve": "Do this."}
    http.post(f"{URL}/exchange_token", json=body, status=status, headers={"x-request-id": "req-h"})
    with pytest.raises(error) as caught:
        plaid.exchange(TOKEN, "a1")
    problem = explain(caught.value)
    assert getattr(caught.value, "maybe_done", None) is maybe_done
    assert says in problem.what
    assert (problem.code, problem.request_id) == (str(code), "req-h")
    assert len(http.calls) == 1


@pytest.mark.parametrize("body", [{}, {"code": "x"}, {"code": True}, []])
def test_an_error_without_a_code_is_a_broken_answer(
    http: responses.RequestsMock, plaid: PlaidClassic, body: Any
) -> None:
    http.post(f"{URL}/exchange_token", json=body, status=400)
    with pytest.raises(ProviderBroken):
        plaid.exchange(TOKEN)


def test_a_balance_is_asked_for_again_after_a_failure(http: responses.RequestsMock, plaid: PlaidClassic) -> None:
    account = {
        "_id": "a1",
        "balance": {"available": 1203.42, "current": 1274.93},
        "meta": {"name": "Plaid Savings", "number": "9606"},
        "type": "depository",
        "subtype": "savings",
    }
    http.post(f"{URL}/balance", body=requests.ReadTimeout())
    http.post(f"{URL}/balance", json={"accounts": [account], "access_token": "test_chase"})
    found = plaid.balance(Secret("test_chase"), "a1")
    assert (found.available_cents, found.mask, found.currency) == (120_342, "9606", "usd")


def test_an_account_that_is_gone_is_said(http: responses.RequestsMock, plaid: PlaidClassic) -> None:
    http.post(f"{URL}/balance", json={"accounts": []})
    with pytest.raises(ProviderRejected, match="no longer lists"):
        plaid.balance(Secret("test_chase"), "a1")


def test_the_list_of_banks_holds_those_with_auth(http: responses.RequestsMock, plaid: PlaidClassic) -> None:
    rows = [
        {"id": "1", "type": "chase", "name": "Chase", "products": ["auth", "connect"]},
        {"id": "2", "type": "amex", "name": "American Express", "products": ["connect"]},
    ]
    http.get(f"{URL}/institutions", json=rows)
    (bank,) = plaid.institutions()
    assert (bank.id, bank.hint) == ("chase", "chase")


@pytest.mark.parametrize("body", [{}, [1], [{"type": "x", "products": ["auth"]}]])
def test_a_list_of_another_shape_is_a_broken_answer(
    http: responses.RequestsMock, plaid: PlaidClassic, body: Any
) -> None:
    http.get(f"{URL}/institutions", json=body)
    with pytest.raises(ProviderBroken):
        list(plaid.institutions())


@pytest.mark.parametrize(
    "call",
    [
        lambda plaid: plaid.make_stripe_token(TOKEN, "a"),
        lambda plaid: plaid.identity(TOKEN),
        lambda plaid: plaid.invalidate_access_token(TOKEN),
    ],
)
def test_what_the_guide_does_not_have_is_said(plaid: PlaidClassic, call: Callable[[PlaidClassic], object]) -> None:
    with pytest.raises(ProviderRejected, match="classic generation has no call"):
        call(plaid)
