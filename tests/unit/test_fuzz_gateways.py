"""Whatever a provider answers, a gateway gives what can be kept, or an error of the one tree; nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dashboard.domain.errors import DeskError
from dashboard.domain.models import Secret
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.sandbox_control import SandboxControl
from dashboard.gateways.signatures import PlaidVerifier, verify_stripe
from dashboard.gateways.stripe import Stripe
from dashboard.messages.problems import explain
from dashboard.settings import Settings
from tests.odd_replies import ODD_VALUES, odd_replies, storable

UUID = "5c224a01-8314-4491-a06f-39e193d5cddc"
ACCESS, PUBLIC, LINK = (Secret(f"{kind}-sandbox-{UUID}") for kind in ("access", "public", "link"))
CLASSIC = Secret("ab" * 32)
END = datetime(2026, 11, 30, tzinfo=UTC)
QUICK = effort(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

ACCOUNT: dict[str, Any] = {
    "account_id": "a1",
    "balances": {"available": 110.5, "current": 120, "limit": None, "iso_currency_code": "USD"},
    "mask": "0000",
    "name": "Checking",
    "official_name": None,
    "type": "depository",
    "subtype": "checking",
    "persistent_account_id": "p1",
    "owners": [
        {
            "names": ["Jenny"],
            "emails": [{"data": "j@example.com"}],
            "phone_numbers": [{"data": "1"}],
            "addresses": [{"data": {"street": "1 Main", "city": None}}],
        }
    ],
}
TRANSACTION = {
    "transaction_id": "t1",
    "account_id": "a1",
    "date": "2026-11-20",
    "merchant_name": None,
    "name": "Coffee",
    "amount": 4.5,
    "iso_currency_code": "USD",
    "unofficial_currency_code": None,
    "pending": False,
}
BANK = {"institution_id": "ins_1", "name": "Bank", "products": ["auth"], "oauth": False, "routing_numbers": ["1"]}
SESSION: dict[str, Any] = {
    "link_session_id": "s",
    "finished_at": "2026-11-24T19:00:00Z",
    "exit": {"error": None},
    "results": {
        "item_add_results": [
            {
                "public_token": PUBLIC.reveal(),
                "institution": {"institution_id": "ins_1", "name": "Bank"},
                "accounts": [{"id": "a1", "name": "C", "mask": "0000", "type": "depository", "subtype": "checking"}],
            }
        ]
    },
}
ITEM = {
    "item_id": "i1",
    "institution_id": "ins_1",
    "error": {"error_code": "ITEM_LOGIN_REQUIRED", "error_code_reason": None},
    "consent_expiration_time": "2027-01-01T00:00:00Z",
}
# What each method is answered when all is well; the request id and an error's fields may be odd in any of them.
COMMON = {"request_id": "req-1", "error_type": "API_ERROR", "error_code": "X", "error_message": "m"}
CURRENT: dict[str, tuple[Callable[[Plaid], Any], dict[str, Any]]] = {
    "create_link_token": (
        lambda plaid: plaid.create_link_token("cust_1", hosted=True),
        {"link_token": LINK.reveal(), "expiration": "2026-11-24T19:00:00Z", "hosted_link_url": "https://x"},
    ),
    "read_link_token": (lambda plaid: plaid.read_link_token(LINK), {"link_sessions": [SESSION]}),
    "exchange": (lambda plaid: plaid.exchange(PUBLIC), {"access_token": ACCESS.reveal(), "item_id": "i1"}),
    "make_stripe_token": (
        lambda plaid: plaid.make_stripe_token(ACCESS, "a1"),
        {"stripe_bank_account_token": "btok_1"},
    ),
    "accounts": (lambda plaid: plaid.accounts(ACCESS), {"accounts": [ACCOUNT]}),
    "balance": (lambda plaid: plaid.balance(ACCESS, "a1"), {"accounts": [ACCOUNT]}),
    "identity": (lambda plaid: list(plaid.identity(ACCESS).items()), {"accounts": [ACCOUNT]}),
    "transactions": (
        lambda plaid: plaid.transactions(ACCESS, "c0"),
        {
            "added": [TRANSACTION],
            "modified": [TRANSACTION],
            "removed": [{"transaction_id": "t0"}],
            "next_cursor": "c1",
            "has_more": False,
            "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
        },
    ),
    "evaluate": (
        lambda plaid: plaid.evaluate(ACCESS, "a1", id="sig_1", cents=100, customer_id="cust_1"),
        {
            "ruleset": {"result": "ACCEPT", "triggered_rule_details": {"internal_note": "n"}},
            "core_attributes": {"available_balance": 5, "current_balance": 5},
        },
    ),
    "item": (lambda plaid: plaid.item(ACCESS), {"item": ITEM}),
    "remove_item": (lambda plaid: plaid.remove_item(ACCESS), {}),
    "invalidate": (lambda plaid: plaid.invalidate_access_token(ACCESS), {"new_access_token": ACCESS.reveal()}),
    "institutions": (lambda plaid: list(plaid.institutions()), {"institutions": [BANK], "total": 1}),
    "check_keys": (lambda plaid: plaid.check_keys(), {"institutions": [BANK], "total": 1}),
    "check_stripe_link": (
        lambda plaid: plaid.check_stripe_link(),
        {"public_token": PUBLIC.reveal(), "access_token": ACCESS.reveal(), "item_id": "i", "accounts": [ACCOUNT]},
    ),
}
OLD_ACCOUNT = {
    "_id": "a1",
    "balance": {"available": 10.5, "current": 11},
    "meta": {"name": "C", "number": "1"},
    "type": "depository",
    "subtype": "checking",
}
OLD_COMMON = {"code": 1000, "message": "m", "resolve": "r"}
OLD: dict[str, tuple[Callable[[PlaidClassic], Any], Any]] = {
    "exchange": (
        lambda plaid: plaid.exchange(CLASSIC, "a1"),
        {"access_token": CLASSIC.reveal(), "stripe_bank_account_token": "btok_1"},
    ),
    "accounts": (lambda plaid: plaid.accounts(CLASSIC), {"accounts": [OLD_ACCOUNT]}),
    "balance": (lambda plaid: plaid.balance(CLASSIC, "a1"), {"accounts": [OLD_ACCOUNT]}),
    "item": (lambda plaid: plaid.item(CLASSIC), {"accounts": [OLD_ACCOUNT]}),
    "remove_item": (lambda plaid: plaid.remove_item(CLASSIC), {}),
    "invalidate": (lambda plaid: plaid.invalidate_access_token(CLASSIC), {}),
    "institutions": (
        lambda plaid: list(plaid.institutions()),
        [{"type": "chase", "name": "Chase", "products": ["auth"]}],
    ),
    "check_keys": (lambda plaid: plaid.check_keys(), {"access_token": CLASSIC.reveal()}),
}
OBJECT = {"id": "x_1", "object": "thing", "created": 1_790_000_000, "error": {"code": "c", "type": "t", "message": "m"}}
LIST = {"object": "list", "data": [OBJECT], "has_more": False}
STRIPE: dict[str, tuple[Callable[[Stripe], Any], dict[str, Any]]] = {
    "page": (lambda stripe: stripe.page("charges", {"limit": 100}), LIST),
    "read": (lambda stripe: stripe.read("charges", "py_1"), OBJECT),
    "account": (lambda stripe: stripe.account(), OBJECT),
    "server_time": (lambda stripe: stripe.server_time(), OBJECT),
    "create_customer": (lambda stripe: stripe.create_customer({"name": "J"}, key="k"), OBJECT),
    "find_customers": (lambda stripe: stripe.find_customers_by_email("j@example.com"), LIST),
    "attach_source": (lambda stripe: stripe.attach_source("cus_1", Secret("btok_1"), metadata={}, key="k"), OBJECT),
    "read_fingerprint": (
        lambda stripe: stripe.read_fingerprint(Secret("btok_1")),
        {**OBJECT, "bank_account": {"fingerprint": "fp"}},
    ),
    "set_holder": (lambda stripe: stripe.set_holder("cus_1", "ba_1", holder_type="company", holder_name="J"), OBJECT),
    "list_sources": (lambda stripe: stripe.list_sources("cus_1"), LIST),
    "detach_source": (lambda stripe: stripe.detach_source("cus_1", "ba_1", key="k"), OBJECT),
    "create_setup_intent": (lambda stripe: stripe.create_setup_intent({"customer": "c"}, key="k"), OBJECT),
    "read_mandate": (lambda stripe: stripe.read_mandate("mandate_1"), OBJECT),
    "find_setup_intents": (lambda stripe: list(stripe.find_setup_intents("cus_1", "ba_1")), LIST),
    "create_payment_intent": (lambda stripe: stripe.create_payment_intent({"amount": 50}, key="k"), OBJECT),
    "read_customer": (lambda stripe: stripe.read_customer("cus_1"), OBJECT),
    "find_payment_intents": (lambda stripe: list(stripe.find_payment_intents("cus_1")), LIST),
}
CONTROL: dict[str, tuple[Callable[[SandboxControl], Any], dict[str, Any]]] = {
    "now": (lambda control: control.now(), {"now": 1_790_000_000}),
    "advance": (lambda control: control.advance(1), {"now": 1_790_000_000}),
    "outcomes": (lambda control: control.outcomes(), {"outcomes": [{"outcome": "success", "text": "t"}], "error": "e"}),
    "set_outcome": (lambda control: control.set_outcome("success"), {"error": "e"}),
}


@pytest.fixture(scope="module")
def http() -> Iterator[list[tuple[int, bytes, str]]]:
    """Answers every request with the first of this list, whatever is asked."""
    answers: list[tuple[int, bytes, str]] = []

    def answer(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        mock.calls.reset()  # it keeps every exchange, and there are thousands
        status, body, date = answers[0]
        return status, {"Date": date}, body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "DELETE"):
            mock.add_callback(method, re.compile(".*"), callback=answer)
        yield answers


def judge(call: Callable[[], Any]) -> Any:
    """The result, which can be kept and shown; or None for an error that says what to do."""
    try:
        result = call()
    except DeskError as error:
        words = explain(error)
        assert error.what and words.what, "an error says what happened"
        assert storable([words.what, words.meaning, words.action, words.code, words.request_id])
        return None
    assert storable(result)
    return result


DATES = st.sampled_from(["", "x", "Tue, 24 Nov 2026 15:00:00 GMT", "Tue, 99 Nov 99999 15:00:00 GMT"])


@pytest.mark.parametrize("name", CURRENT)
def test_the_current_generation_survives_any_answer(
    name: str, http: list[tuple[int, bytes, str]], settings: Settings
) -> None:
    call, template = CURRENT[name]

    @QUICK
    @given(odd_replies({**COMMON, **template}))
    def check(reply: tuple[int, bytes]) -> None:
        http[:] = [(*reply, "")]
        judge(lambda: call(plaid))

    with make_session() as session:
        plaid = Plaid(settings, session, sleep=lambda seconds: None)
        check()


@pytest.mark.parametrize("name", OLD)
def test_the_classic_generation_survives_any_answer(
    name: str, http: list[tuple[int, bytes, str]], make_settings: Callable[..., Settings]
) -> None:
    call, template = OLD[name]
    settings = make_settings(
        PLAID_LINK_GENERATION="classic", PLAID_ENV="tartan", PLAID_PUBLIC_KEY="k", PLAID_BASE_URL="http://127.0.0.1:9"
    )

    @QUICK
    @given(odd_replies(template if isinstance(template, list) else {**OLD_COMMON, **template}))
    def check(reply: tuple[int, bytes]) -> None:
        http[:] = [(*reply, "")]
        judge(lambda: call(plaid))

    with make_session() as session:
        plaid = PlaidClassic(settings, session, sleep=lambda seconds: None)
        check()


@pytest.mark.parametrize("name", STRIPE)
def test_stripe_survives_any_answer(name: str, http: list[tuple[int, bytes, str]], settings: Settings) -> None:
    call, template = STRIPE[name]
    stripe = Stripe(settings, retries=0)

    @QUICK
    @given(odd_replies(template), DATES)
    def check(reply: tuple[int, bytes], date: str) -> None:
        http[:] = [(*reply, date)]
        result = judge(lambda: call(stripe))
        rows = result if isinstance(result, list) else getattr(result, "data", [result])
        for row in rows:
            if isinstance(row, dict):
                assert isinstance(row["id"], str) and row["id"] and storable(row["id"]), "what has no id is no object"

    check()


@pytest.mark.parametrize("name", CONTROL)
def test_the_sandboxs_controls_survive_any_answer(name: str, http: list[tuple[int, bytes, str]]) -> None:
    call, template = CONTROL[name]

    @QUICK
    @given(odd_replies(template))
    def check(reply: tuple[int, bytes]) -> None:
        http[:] = [(*reply, "")]
        judge(lambda: call(control))

    with make_session() as session:
        control = SandboxControl("http://127.0.0.1:9", session)
        check()


@QUICK
@given(st.binary(max_size=200), st.text(max_size=80), st.sampled_from(ODD_VALUES))
def test_a_webhook_that_nobody_signed_is_refused_whatever_it_is(body: bytes, header: str, odd: Any) -> None:
    verifier = PlaidVerifier(lambda kid: {"kty": "EC", "kid": odd}, lambda: END)
    with pytest.raises(DeskError):
        verify_stripe(body, header, Secret("whsec_1"))
    with pytest.raises(DeskError):
        verifier.verify(body, header)
