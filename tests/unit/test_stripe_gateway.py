"""The Stripe gateway over mocked HTTP: keys, raw JSON, and what becomes of every kind of answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
import stripe as official
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
from dashboard.gateways.stripe import Stripe
from dashboard.gateways.stripe_errors import REPLAYED
from dashboard.gateways.stripe_permissions import PERMISSIONS
from dashboard.messages.problems import explain
from dashboard.settings import Settings

API = "https://api.stripe.com/v1"


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def reads() -> list[str]:
    return []


@pytest.fixture
def stripe(settings: Settings, reads: list[str]) -> Stripe:
    return Stripe(settings, on_read=reads.append, retries=0)


def answer_error(status: int, code: str | None, kind: str = "invalid_request_error", **headers: str) -> dict[str, Any]:
    error = {"type": kind, "message": "the message", **({"code": code} if code else {})}
    return {"json": {"error": error}, "status": status, "headers": {"Request-Id": "req_1", **headers}}


def test_telemetry_is_off(stripe: Stripe) -> None:
    assert official.enable_telemetry is False


def test_a_payment_intent_is_sent_as_it_was_committed_under_its_key(
    http: responses.RequestsMock, stripe: Stripe
) -> None:
    body = {"amount": 50, "confirm": True, "metadata": {"a": "b"}, "allowed_payment_method_types": ["us_bank_account"]}
    http.post(
        f"{API}/payment_intents",
        json={"id": "pi_1", "object": "payment_intent", "unknown": {"x": None}},
        match=[
            matchers.header_matcher({"Idempotency-Key": "key_1", "Authorization": "Bearer sk_test_canary"}),
            matchers.urlencoded_params_matcher(
                {
                    "amount": "50",
                    "confirm": "true",
                    "metadata[a]": "b",
                    "allowed_payment_method_types[0]": "us_bank_account",
                }
            ),
        ],
    )
    assert stripe.create_payment_intent(body, key="key_1")["unknown"] == {"x": None}


def test_a_page_is_raw_json_and_counted(http: responses.RequestsMock, stripe: Stripe, reads: list[str]) -> None:
    http.get(
        f"{API}/charges", json={"object": "list", "data": [{"id": "py_1", "status": "tomorrow"}], "has_more": True}
    )
    page = stripe.page("charges", {"limit": 100, "created": {"gte": 5}, "expand": ["data.balance_transaction"]})
    assert (page.data, page.has_more) == ([{"id": "py_1", "status": "tomorrow"}], True)
    asked = parse_qs(urlsplit(str(http.calls[0].request.url)).query)
    assert asked == {"limit": ["100"], "created[gte]": ["5"], "expand[0]": ["data.balance_transaction"]}
    assert reads == ["charges"]


def test_an_id_cannot_lead_to_another_path(http: responses.RequestsMock, stripe: Stripe) -> None:
    http.get(f"{API}/charges/..%2Faccount", json={"id": "x"})
    assert stripe.read("charges", "../account")["id"] == "x"


def test_a_list_is_walked_to_its_end(http: responses.RequestsMock, stripe: Stripe) -> None:
    def page(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        after = parse_qs(urlsplit(str(request.url)).query).get("starting_after", ["pi_0"])[0]
        number = int(after[3:]) + 1
        return 200, {}, f'{{"data": [{{"id": "pi_{number}"}}], "has_more": {"true" if number < 3 else "false"}}}'

    http.add_callback(responses.GET, f"{API}/payment_intents", callback=page)
    found = list(stripe.find_payment_intents("cus_1"))
    assert [one["id"] for one in found] == ["pi_1", "pi_2", "pi_3"]
    asked = parse_qs(urlsplit(str(http.calls[0].request.url)).query)
    assert set(asked) == {"customer", "limit"}, "no window: our clock may be wrong"
    assert asked["customer"] == ["cus_1"]


@pytest.mark.parametrize("rows", ['{"id": "pi_1"}', ""], ids=["for ever", "nothing more"])
def test_a_list_that_has_no_end_is_no_answer(http: responses.RequestsMock, stripe: Stripe, rows: str) -> None:
    """What was not walked to its end does not say that a payment is missing."""
    http.add(responses.GET, f"{API}/payment_intents", body=f'{{"data": [{rows}], "has_more": true}}')
    with pytest.raises(ProviderBroken):
        list(stripe.find_payment_intents("cus_1"))


@pytest.mark.parametrize(
    ("reply", "error", "code", "maybe_done"),
    [
        (answer_error(400, "parameter_unknown"), ProviderRejected, "parameter_unknown", None),
        (answer_error(400, None), ProviderRejected, "invalid_request_error", None),
        (answer_error(400, None, "idempotency_error"), ProviderRejected, "idempotency_error", None),
        (answer_error(401, None), ProviderDenied, "invalid_request_error", None),
        (answer_error(402, "bank_account_unusable", "card_error"), ProviderRejected, "bank_account_unusable", None),
        (answer_error(403, "a_code_of_tomorrow"), ProviderDenied, "a_code_of_tomorrow", None),
        (answer_error(404, "resource_missing"), ProviderRejected, "resource_missing", None),
        (answer_error(409, "idempotency_key_in_use"), ProviderUnreachable, "idempotency_key_in_use", True),
        (answer_error(429, "lock_timeout"), ProviderLimited, "lock_timeout", None),
        (answer_error(429, None), ProviderLimited, "invalid_request_error", None),
        (answer_error(500, None, "api_error"), ProviderUnreachable, "api_error", True),
        ({"body": "<html>", "status": 503}, ProviderUnreachable, "unreachable", True),
        ({"body": "<html>", "status": 200}, ProviderBroken, "broken_reply", True),
        ({"body": '{"id": "pi_1', "status": 200}, ProviderBroken, "broken_reply", True),
        ({"json": [], "status": 200}, ProviderBroken, "broken_reply", True),
        ({"json": {"object": "payment_intent"}, "status": 200}, ProviderBroken, "broken_reply", True),
        ({"body": requests.ReadTimeout()}, ProviderUnreachable, "unreachable", True),
        ({"body": requests.ConnectTimeout()}, ProviderUnreachable, "unreachable", False),
        ({"body": requests.ConnectionError("NewConnectionError(x)")}, ProviderUnreachable, "unreachable", False),
    ],
)
def test_every_answer_to_a_debit_is_an_error_of_the_tree(
    http: responses.RequestsMock,
    stripe: Stripe,
    reply: dict[str, Any],
    error: type[ProviderError],
    code: str,
    maybe_done: bool | None,
) -> None:
    http.post(f"{API}/payment_intents", **reply)
    with pytest.raises(error) as caught:
        stripe.create_payment_intent({"amount": 50}, key="key_1")
    assert caught.value.code == code
    assert getattr(caught.value, "maybe_done", None) is maybe_done
    if "headers" in reply:
        assert caught.value.request_id == "req_1"
    assert "sk_test" not in explain(caught.value).what


def test_a_replayed_failure_is_told_apart(http: responses.RequestsMock, stripe: Stripe) -> None:
    replayed = {"Idempotent-Replayed": "true"}
    http.post(f"{API}/payment_intents", **answer_error(500, None, "api_error", **replayed))
    with pytest.raises(ProviderUnreachable) as caught:
        stripe.create_payment_intent({"amount": 50}, key="key_1")
    assert caught.value.kind == REPLAYED


def test_a_failed_read_has_no_effect(http: responses.RequestsMock, stripe: Stripe) -> None:
    http.get(f"{API}/account", body=requests.ReadTimeout())
    with pytest.raises(ProviderUnreachable) as caught:
        stripe.account()
    assert not caught.value.maybe_done


@pytest.mark.parametrize(
    "body", [{"data": {}}, {"data": [1], "has_more": False}, {"data": [], "has_more": "no"}, {"has_more": False}]
)
def test_a_list_of_another_shape_is_a_broken_answer(
    http: responses.RequestsMock, stripe: Stripe, body: dict[str, Any]
) -> None:
    http.get(f"{API}/charges", json=body)
    with pytest.raises(ProviderBroken):
        stripe.page("charges", {})


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.create_setup_intent({"customer": "cus_1"}, key="key_9"),
        lambda s: s.create_payment_intent({"customer": "cus_1"}, key="key_9"),
        lambda s: s.confirm_payment_intent("pi_1", {}, key="key_9"),
        lambda s: s.cancel_payment_intent("pi_1", key="key_9"),
        lambda s: s.create_customer({"name": "J"}, key="key_9"),
        lambda s: s.attach_source("cus_1", Secret("btok_1"), metadata={}, key="key_9"),
        lambda s: s.detach_source("cus_1", "ba_1", key="key_9"),
    ],
)
def test_the_client_never_repeats_what_changes_something(
    http: responses.RequestsMock, settings: Settings, call: Callable[[Stripe], object]
) -> None:
    for method in ("POST", "DELETE"):
        http.add(method, re.compile(API), **answer_error(500, None, "api_error"))
    http.assert_all_requests_are_fired = False
    with pytest.raises(ProviderUnreachable):
        call(Stripe(settings))
    assert len(http.calls) == 1
    assert http.calls[0].request.headers["Idempotency-Key"] == "key_9"


def test_the_client_repeats_reads(http: responses.RequestsMock, settings: Settings) -> None:
    http.get(f"{API}/payment_intents/pi_1", **answer_error(500, None, "api_error"))
    http.get(f"{API}/payment_intents/pi_1", json={"id": "pi_1"})
    assert Stripe(settings, retries=1).read_payment_intent("pi_1")["id"] == "pi_1"


def test_stripes_time_is_that_of_its_newest_answer(http: responses.RequestsMock, settings: Settings) -> None:
    stripe = Stripe(settings)
    assert stripe.time() is None
    http.get(f"{API}/payment_intents/pi_1", json={"id": "pi_1"}, headers={"Date": "Tue, 24 Nov 2026 15:00:00 GMT"})
    stripe.read_payment_intent("pi_1")
    heard = stripe.time()
    assert heard is not None
    assert timedelta() <= heard - datetime(2026, 11, 24, 15, tzinfo=UTC) < timedelta(minutes=5)
    dated = answer_error(403, "x") | {"headers": {"Date": "Wed, 25 Nov 2026 15:00:00 GMT"}}
    http.get(f"{API}/payment_intents/pi_2", **dated)
    with pytest.raises(ProviderDenied):
        stripe.read_payment_intent("pi_2")
    heard = stripe.time()
    assert heard is not None and heard.day == 25, "a refusal has a date too"


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (lambda s: s.create_customer({"name": "J"}, key="k"), "POST", "/v1/customers"),
        (
            lambda s: s.attach_source("cus_1", Secret("btok_1"), metadata={}, key="k"),
            "POST",
            "/v1/customers/cus_1/sources",
        ),
        (
            lambda s: s.set_holder("cus_1", "ba_1", holder_type="company", holder_name="J"),
            "POST",
            "/v1/customers/cus_1/sources/ba_1",
        ),
        (lambda s: s.detach_source("cus_1", "ba_1", key="k"), "DELETE", "/v1/customers/cus_1/sources/ba_1"),
        (lambda s: s.read_mandate("mandate_1"), "GET", "/v1/mandates/mandate_1"),
    ],
)
def test_each_call_goes_where_stripe_has_it(
    http: responses.RequestsMock, stripe: Stripe, call: Callable[[Stripe], dict[str, Any]], method: str, path: str
) -> None:
    http.add(method, f"https://api.stripe.com{path}", json={"id": "x_1"})
    assert call(stripe)["id"] == "x_1"


def test_customers_and_sources_are_lists(http: responses.RequestsMock, stripe: Stripe) -> None:
    http.get(f"{API}/customers", json={"data": [{"id": "cus_1"}], "has_more": False})
    http.get(f"{API}/customers/cus_1/sources", json={"data": [{"id": "ba_1"}], "has_more": False})
    http.get(f"{API}/setup_intents", json={"data": [{"id": "seti_1"}], "has_more": False})
    http.get(f"{API}/tokens/btok_1", json={"id": "btok_1", "bank_account": {"fingerprint": "fp"}})
    assert stripe.find_customers_by_email("j@example.com") == [{"id": "cus_1"}]
    assert stripe.list_sources("cus_1") == [{"id": "ba_1"}]
    assert list(stripe.find_setup_intents("cus_1", "ba_1")) == [{"id": "seti_1"}]
    assert stripe.read_fingerprint(Secret("btok_1")) == "fp"


def test_no_key_reaches_logs_or_errors(
    http: responses.RequestsMock, stripe: Stripe, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    http.post(f"{API}/customers/cus_1/sources", body="echo btok_canary sk_test_canary", status=200)
    with pytest.raises(ProviderBroken) as caught:
        stripe.attach_source("cus_1", Secret("btok_canary"), metadata={}, key="k")
    assert "canary" not in f"{caught.value.sentences()} {vars(caught.value)} {caplog.text}"


def test_a_permission_is_known_by_a_refusal_and_by_any_other_answer(
    http: responses.RequestsMock, stripe: Stripe
) -> None:
    cancel = next(one for one in PERMISSIONS if one.name == "PaymentIntents")
    url = f"{API}/payment_intents/pi_permission_probe/cancel"
    http.post(url, **answer_error(403, None))
    assert not stripe.may(cancel)
    http.post(url, **answer_error(404, "resource_missing"))
    assert stripe.may(cancel)
    http.post(url, **answer_error(401, None))
    with pytest.raises(ProviderDenied):
        stripe.may(cancel)


def test_stripes_time_is_known_by_a_key_that_may_not_read_the_account(
    http: responses.RequestsMock, stripe: Stripe
) -> None:
    refused = answer_error(403, None)
    http.get(f"{API}/account", **(refused | {"headers": {"Date": "Wed, 25 Nov 2026 15:00:00 GMT"}}))
    assert stripe.server_time().day == 25
