"""The current gateway over mocked HTTP: what is sent, what is repeated, and what becomes of every kind of answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from dashboard.domain.errors import (
    ProviderBroken,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.models import Secret
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_http import make_session
from dashboard.messages.problems import explain
from dashboard.settings import Settings
from tests.unit.plaid_over_http import ACCESS, ACCOUNT, PUBLIC, URL, answer_error, http, naps, plaid

__all__ = ["http", "naps", "plaid"]  # fixtures


def test_keys_travel_in_headers_and_not_in_the_body(http: responses.RequestsMock, plaid: Plaid) -> None:
    http.post(
        f"{URL}/item/public_token/exchange",
        json={"access_token": "access-sandbox-9", "item_id": "i1", "request_id": "req-1"},
        match=[
            matchers.json_params_matcher({"public_token": "public-sandbox-1"}),
            matchers.header_matcher(
                {
                    "PLAID-CLIENT-ID": "client-id",
                    "PLAID-SECRET": "plaid-secret-canary",
                    "Plaid-Version": "2020-09-14",
                    "Content-Type": "application/json",
                }
            ),
        ],
    )
    made = plaid.exchange(PUBLIC)
    assert (made.access_token.reveal(), made.item_id, made.request_id) == ("access-sandbox-9", "i1", "req-1")
    assert "access-sandbox" not in repr(made)


def test_link_is_opened_with_what_the_settings_say(
    http: responses.RequestsMock, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(
        PLAID_PRODUCTS="auth,identity",
        PLAID_LINK_CUSTOMIZATION="desk",
        PLAID_REDIRECT_URI="https://ops.example.com/plaid",
    )
    http.post(
        f"{URL}/link/token/create",
        json={"link_token": "link-sandbox-1", "expiration": "2026-11-24T19:00:00Z", "request_id": "r"},
    )
    with make_session() as session:
        made = Plaid(settings, session).create_link_token("cust_1", hint="011000015")
    assert made.expires_at == datetime(2026, 11, 24, 19, tzinfo=UTC)
    assert json.loads(http.calls[0].request.body or b"") == {
        "client_name": "Acme Payments",
        "language": "en",
        "country_codes": ["US"],
        "user": {"client_user_id": "cust_1"},
        "products": ["auth"],
        "additional_consented_products": ["identity"],
        "account_filters": {"depository": {"account_subtypes": ["checking", "savings", "cash management"]}},
        "institution_data": {"routing_number": "011000015"},
        "redirect_uri": "https://ops.example.com/plaid",
        "link_customization_name": "desk",
    }


def test_a_bank_is_named_by_its_id_and_its_routing_number(http: responses.RequestsMock, plaid: Plaid) -> None:
    http.post(f"{URL}/link/token/create", json={"link_token": "link-sandbox-1", "request_id": "r"})
    plaid.create_link_token("cust_1", hint="011000015", institution_id="ins_56")
    body = json.loads(http.calls[0].request.body or b"")
    assert body["institution_data"] == {"institution_id": "ins_56", "routing_number": "011000015"}


@pytest.mark.parametrize("code", ["UNKNOWN_FIELDS", "INVALID_FIELD", "INVALID_INSTITUTION"])
@pytest.mark.parametrize("hint", ["011000015", None])
def test_keys_outside_the_beta_fall_back_to_the_routing_number(
    http: responses.RequestsMock, plaid: Plaid, code: str, hint: str | None
) -> None:
    http.post(f"{URL}/link/token/create", **answer_error("INVALID_REQUEST", code))
    http.post(f"{URL}/link/token/create", json={"link_token": "link-sandbox-1", "request_id": "r"})
    assert plaid.create_link_token("cust_1", hint=hint, institution_id="ins_56").token == Secret("link-sandbox-1")
    body = json.loads(http.calls[1].request.body or b"")
    assert body.get("institution_data") == ({"routing_number": hint} if hint else None)


def test_what_else_is_wrong_with_a_link_token_is_no_reason_to_ask_twice(
    http: responses.RequestsMock, plaid: Plaid
) -> None:
    http.post(f"{URL}/link/token/create", **answer_error("INVALID_INPUT", "INVALID_API_KEYS"))
    with pytest.raises(ProviderError):
        plaid.create_link_token("cust_1", institution_id="ins_56")
    assert len(http.calls) == 1


def test_update_mode_names_the_item_and_no_products(http: responses.RequestsMock, plaid: Plaid) -> None:
    http.post(f"{URL}/link/token/create", json={"link_token": "link-sandbox-1", "expiration": None, "request_id": "r"})
    plaid.create_link_token("cust_1", access_token=ACCESS, select_accounts=True, hosted=True)
    body = json.loads(http.calls[0].request.body or b"")
    assert "products" not in body
    assert body["update"] == {"account_selection_enabled": True}
    assert body["hosted_link"] == {}


@pytest.mark.parametrize(
    "call",
    [
        lambda plaid: plaid.exchange(Secret("public-production-1")),
        lambda plaid: plaid.accounts(Secret("access-development-1")),
        lambda plaid: plaid.accounts(PUBLIC),
        lambda plaid: plaid.read_link_token(Secret("link-production-1")),
    ],
)
def test_a_token_of_another_environment_is_refused_before_the_call(
    http: responses.RequestsMock, plaid: Plaid, call: Callable[[Plaid], object]
) -> None:
    with pytest.raises(ProviderRejected) as caught:
        call(plaid)
    assert caught.value.code == "TOKEN_OF_ANOTHER_ENVIRONMENT"
    assert "production-1" not in caught.value.sentences()
    assert len(http.calls) == 0


@pytest.mark.parametrize(
    ("reply", "error", "maybe_done"),
    [
        (answer_error("INVALID_INPUT", "INVALID_PUBLIC_TOKEN"), ProviderRejected, None),
        (answer_error("INVALID_INPUT", "A_CODE_OF_TOMORROW"), ProviderRejected, None),
        (answer_error("RATE_LIMIT_EXCEEDED", "A_LIMIT_OF_TOMORROW", 429), ProviderLimited, None),
        (answer_error("API_ERROR", "INTERNAL_SERVER_ERROR", 500), ProviderUnreachable, True),
        (answer_error("API_ERROR", "PLANNED_MAINTENANCE", 503), ProviderUnreachable, False),
        (answer_error("INSTITUTION_ERROR", "INSTITUTION_DOWN"), ProviderUnreachable, False),
        ({"body": "<html>Bad Gateway</html>", "status": 502}, ProviderUnreachable, True),
        ({"body": "Slow down", "status": 429}, ProviderLimited, None),
        ({"json": {}, "status": 429}, ProviderLimited, None),
        ({"json": {"error": "x"}, "status": 400}, ProviderBroken, False),
        ({"body": "<html>", "status": 200}, ProviderBroken, True),
        ({"json": [], "status": 200}, ProviderBroken, True),
        ({"json": {"access_token": 5, "item_id": "i"}, "status": 200}, ProviderBroken, True),
        ({"json": {"access_token": "access-sandbox-1"}, "status": 200}, ProviderBroken, True),
        ({"body": requests.ReadTimeout()}, ProviderUnreachable, True),
        ({"body": requests.ConnectionError("reset")}, ProviderUnreachable, True),
        ({"body": requests.ConnectTimeout()}, ProviderUnreachable, False),
        ({"body": requests.ConnectionError("NewConnectionError: refused")}, ProviderUnreachable, False),
    ],
)
def test_an_exchange_is_sent_once_whatever_comes_back(
    http: responses.RequestsMock,
    plaid: Plaid,
    reply: dict[str, Any],
    error: type[ProviderError],
    maybe_done: bool | None,
) -> None:
    http.post(f"{URL}/item/public_token/exchange", **reply)
    with pytest.raises(error) as caught:
        plaid.exchange(PUBLIC)
    assert getattr(caught.value, "maybe_done", None) is maybe_done
    assert len(http.calls) == 1
    assert explain(caught.value).what


def test_a_read_is_repeated_with_growing_pauses(http: responses.RequestsMock, plaid: Plaid, naps: list[float]) -> None:
    http.post(f"{URL}/accounts/get", **answer_error("API_ERROR", "INTERNAL_SERVER_ERROR", 500))
    http.post(f"{URL}/accounts/get", body=requests.ReadTimeout())
    http.post(f"{URL}/accounts/get", json={"accounts": [ACCOUNT], "item": {}, "request_id": "r"})
    (account,) = plaid.accounts(ACCESS)
    assert (account.available_cents, account.current_cents, account.currency) == (11_050, 12_000, "usd")
    assert len(naps) == 2
    assert 0.2 <= naps[0] <= 0.6 <= naps[1] * 1.5


def test_a_read_gives_up_in_the_end(http: responses.RequestsMock, plaid: Plaid) -> None:
    http.post(f"{URL}/accounts/get", **answer_error("RATE_LIMIT_EXCEEDED", "ACCOUNTS_LIMIT", 429))
    with pytest.raises(ProviderLimited) as caught:
        plaid.accounts(ACCESS)
    assert len(http.calls) == 3
    assert (caught.value.code, caught.value.request_id, caught.value.http_status) == ("ACCOUNTS_LIMIT", "req-1", 429)


def test_a_bank_without_an_available_balance_gives_none(http: responses.RequestsMock, plaid: Plaid) -> None:
    balances = {"available": None, "current": 5.01, "limit": None, "iso_currency_code": None}
    http.post(f"{URL}/accounts/balance/get", json={"accounts": [{**ACCOUNT, "balances": balances}]})
    found = plaid.balance(ACCESS, "a1")
    assert (found.available_cents, found.current_cents, found.currency) == (None, 501, None)


@pytest.mark.parametrize(
    "account",
    [
        {**ACCOUNT, "account_id": "another"},
        {**ACCOUNT, "balances": None},
        {**ACCOUNT, "balances": {"available": "much"}},
        {**ACCOUNT, "balances": {"available": "NaN"}},
        {**ACCOUNT, "balances": {"available": True}},
        {**ACCOUNT, "type": 3},
        "account",
    ],
)
def test_a_balance_of_another_shape_is_a_broken_answer(
    http: responses.RequestsMock, plaid: Plaid, account: object
) -> None:
    http.post(f"{URL}/accounts/balance/get", json={"accounts": [account], "request_id": "req-7"})
    with pytest.raises(ProviderBroken) as caught:
        plaid.balance(ACCESS, "a1")
    assert caught.value.request_id == "req-7"


def test_every_page_of_banks_is_read(http: responses.RequestsMock, plaid: Plaid) -> None:
    def page(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = json.loads(request.body or b"")
        banks = [
            {"institution_id": f"ins_{n}", "name": f"Bank {n}", "products": ["auth"], "oauth": n % 2 == 0}
            for n in range(asked["offset"], min(asked["offset"] + asked["count"], 1001))
        ]
        return 200, {}, json.dumps({"institutions": banks, "total": 1001, "request_id": "r"})

    http.add_callback(responses.POST, f"{URL}/institutions/get", callback=page)
    assert len({bank.id for bank in plaid.institutions()}) == 1001
    assert len(http.calls) == 3


def test_a_list_of_banks_that_ends_early_ends(http: responses.RequestsMock, plaid: Plaid) -> None:
    http.post(f"{URL}/institutions/get", json={"institutions": [], "total": 9, "request_id": "r"})
    assert list(plaid.institutions()) == []


def test_a_finished_session_gives_its_public_tokens(http: responses.RequestsMock, plaid: Plaid) -> None:
    account = {"id": "a1", "name": "Checking", "mask": None, "type": "depository", "subtype": "checking"}
    added = {
        "public_token": "public-sandbox-5",
        "accounts": [account],
        "institution": {"name": "Bank", "institution_id": "ins_1"},
    }
    session = {"link_session_id": "s1", "finished_at": "2026-11-24T15:00:00Z", "results": {"item_add_results": [added]}}
    left = {"link_session_id": "s2", "exit": {"error": None, "metadata": {"status": "requires_code"}}, "results": None}
    http.post(f"{URL}/link/token/get", json={"link_sessions": [session, left], "request_id": "r"})
    found = plaid.read_link_token(Secret("link-sandbox-1"))
    assert found.finished
    assert found.exit == {"error": None, "metadata": {"status": "requires_code"}}
    assert found.results[0].public_token == Secret("public-sandbox-5")
    assert found.results[0].link_session_id == "s1"


def test_a_broken_item_is_reported_with_a_good_status(http: responses.RequestsMock, plaid: Plaid) -> None:
    error = {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "error_code_reason": "OAUTH_USER_REVOKED"}
    http.post(f"{URL}/item/get", json={"item": {"item_id": "i", "error": error}, "request_id": "r"})
    health = plaid.item(ACCESS)
    assert (health.error_code, health.error_reason) == ("ITEM_LOGIN_REQUIRED", "OAUTH_USER_REVOKED")


def test_owners_are_read_with_what_the_bank_knows(http: responses.RequestsMock, plaid: Plaid) -> None:
    owner = {
        "names": ["Jenny Rosen"],
        "emails": [{"data": "j@example.com", "primary": True, "type": "primary"}],
        "phone_numbers": [],
        "addresses": [{"data": {"street": "1 Main St", "city": None, "country": "US"}, "primary": True}],
    }
    http.post(f"{URL}/identity/get", json={"accounts": [{**ACCOUNT, "owners": [owner]}], "request_id": "r"})
    (found,) = plaid.identity(ACCESS)["a1"]
    assert (found.names, found.addresses) == (("Jenny Rosen",), ("1 Main St, US",))


def test_what_changes_an_item_is_never_repeated(http: responses.RequestsMock, plaid: Plaid) -> None:
    http.post(f"{URL}/item/access_token/invalidate", body=requests.ReadTimeout())
    http.post(f"{URL}/item/remove", json={"request_id": "req-5"})
    with pytest.raises(ProviderUnreachable) as caught:
        plaid.invalidate_access_token(ACCESS)
    assert caught.value.maybe_done
    assert plaid.remove_item(ACCESS) == "req-5"
    assert len(http.calls) == 2


def test_no_token_reaches_logs_or_errors(
    http: responses.RequestsMock, plaid: Plaid, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    http.post(f"{URL}/accounts/get", json={"access_token": "access-sandbox-canary", "accounts": 5})
    with pytest.raises(ProviderBroken) as caught:
        plaid.accounts(ACCESS)
    said = f"{caught.value.sentences()} {vars(caught.value)} {caplog.text}"
    assert "canary" not in said
