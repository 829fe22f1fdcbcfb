"""How Stripe takes requests: keys, parameters, lists, expansion, idempotency; driven by the official client."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import stripe

from dashboard.sandbox import ids
from dashboard.sandbox.stripe.params import specification
from tests.contract.stripe_spec import read_specification
from tests.sandboxes import ONLINE, Sandbox


def refusal(call: Any, *arguments: Any) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as refused:
        call(*arguments)
    return refused.value


def error_object(error: stripe.StripeError) -> dict[str, Any]:
    """The error object of the answer, as it came."""
    assert isinstance(error.json_body, dict)
    return dict(error.json_body["error"])


def test_the_kept_parameters_are_those_of_the_installed_client() -> None:
    assert specification() == json.loads(json.dumps(read_specification()))


@pytest.mark.parametrize("key", ["sk_test_wrong_wrong_wrong_wrong", "nonsense"])
def test_a_wrong_key_is_refused_and_not_shown(sandbox: Sandbox, key: str) -> None:
    error = refusal(sandbox.connect(key).v1.balance.retrieve)
    assert isinstance(error, stripe.AuthenticationError)
    assert error.http_status == 401
    assert key not in str(error)


def test_a_key_is_taken_as_bearer_or_as_basic_user_and_the_version_is_echoed(sandbox: Sandbox) -> None:
    key = sandbox.keys["stripe"]["secret_key"]
    url = f"{sandbox.url}/v1/account"
    basic = sandbox.http.get(url, auth=(key, ""), headers={"Stripe-Version": "2026-04-22.dahlia"}, timeout=10)
    assert basic.status_code == 200
    assert basic.headers["Stripe-Version"] == "2026-04-22.dahlia"
    assert basic.headers["Request-Id"].startswith("req_")
    bare = sandbox.http.get(url, timeout=10)
    assert (bare.status_code, bare.headers["Request-Id"][:4]) == (401, "req_")


def test_an_unknown_parameter_a_missing_one_and_a_wrong_one_are_named(sandbox: Sandbox) -> None:
    create = sandbox.client.v1.customers.create
    unknown = refusal(create, {"nickname": "J"})
    assert (unknown.http_status, unknown.code, unknown.param) == (400, "parameter_unknown", "nickname")  # type: ignore[attr-defined]  # of InvalidRequestError
    intents = sandbox.client.v1.payment_intents
    missing = refusal(intents.create, {"amount": 100})
    assert (missing.code, missing.param) == ("parameter_missing", "currency")  # type: ignore[attr-defined]  # as above
    nested = refusal(
        intents.create,
        {
            "amount": 100,
            "currency": "usd",
            "confirm": True,
            "mandate_data": {"customer_acceptance": {"kind": "online"}},
        },
    )
    assert nested.param == "mandate_data[customer_acceptance][kind]"  # type: ignore[attr-defined]  # as above
    assert refusal(intents.create, {"amount": "ten", "currency": "usd"}).code == "parameter_invalid_integer"
    acceptance = {"type": "shouted"}
    wrong = refusal(
        intents.create,
        {"amount": 100, "currency": "usd", "confirm": True, "mandate_data": {"customer_acceptance": acceptance}},
    )
    assert "must be one of offline, or online" in str(wrong)


OLD: Any = {"stripe_version": "2026-08-26.dahlia"}


@pytest.mark.parametrize("version", ["2026-09-30.endive", "2026-10-28.endive", "2026-10-28.preview"])
def test_payment_method_types_is_refused_since_it_ended(sandbox: Sandbox, version: str) -> None:
    customer, account = sandbox.link()
    intent: Any = {"amount": 100, "currency": "usd", "payment_method_types": ["us_bank_account"]}
    setup: Any = {"customer": customer, "payment_method": account, "payment_method_types": ["us_bank_account"]}
    for create, body in (
        (sandbox.client.v1.payment_intents.create, intent),
        (sandbox.client.v1.setup_intents.create, setup),
    ):
        error = refusal(create, body, {"stripe_version": version})
        assert (error.http_status, error.code) == (400, "payment_method_types_no_longer_supported")


def test_an_older_version_takes_payment_method_types_and_never_both_names(sandbox: Sandbox) -> None:
    body: Any = {"amount": 100, "currency": "usd", "payment_method_types": ["us_bank_account"]}
    intents = sandbox.client.v1.payment_intents
    made = intents.create(body, OLD)
    assert (made.status, made.payment_method_types) == ("requires_payment_method", ["us_bank_account"])
    both = {**body, "allowed_payment_method_types": ["us_bank_account"]}
    assert refusal(intents.create, both, OLD).code == "parameters_exclusive"
    assert "legacy" in str(refusal(intents.create, {**body, "payment_method_types": ["ach_debit"]}, OLD))


def test_without_a_version_the_newest_counts(sandbox: Sandbox) -> None:
    key = {"Authorization": f"Bearer {sandbox.keys['stripe']['secret_key']}"}
    body = {"amount": "100", "currency": "usd", "payment_method_types[]": "us_bank_account"}
    answer = sandbox.http.post(f"{sandbox.url}/v1/payment_intents", data=body, headers=key, timeout=10)
    assert answer.json()["error"]["code"] == "payment_method_types_no_longer_supported"


def test_a_customer_is_made_changed_found_by_email_and_deleted(sandbox: Sandbox) -> None:
    customers = sandbox.client.v1.customers
    made = customers.create({"email": "One.Only@example.com", "metadata": {"a": "1", "b": "2"}})
    changed = customers.update(made.id, {"name": "Only", "metadata": {"a": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert [each.id for each in customers.list({"email": "One.Only@example.com"}).data] == [made.id]
    assert customers.list({"email": "one.only@example.com"}).data == []
    assert not (customers.update(made.id, {"metadata": ""}).metadata or {}).to_dict()  # type: ignore[union-attr]  # Stripe gives an object
    assert customers.delete(made.id).deleted
    assert customers.retrieve(made.id).deleted
    assert customers.list({"email": "One.Only@example.com"}).data == []
    assert refusal(customers.update, made.id, {"name": "x"}).http_status == 404


def test_lists_page_both_ways_newest_first_and_refuse_a_wrong_limit(fresh: Sandbox) -> None:
    customer, account = fresh.link()
    made = [fresh.debit(customer, account, 1000 + n).id for n in range(7)]
    intents = fresh.client.v1.payment_intents
    assert [each.id for each in intents.list({"limit": 3}).auto_paging_iter()] == made[::-1]
    first = intents.list({"limit": 3})
    assert first.has_more
    second = intents.list({"limit": 3, "starting_after": first.data[-1].id})
    back = intents.list({"limit": 3, "ending_before": second.data[0].id})
    assert [each.id for each in back.data] == [each.id for each in first.data]
    for limit in (0, 101):
        assert refusal(intents.list, {"limit": limit}).http_status == 400
    assert refusal(intents.list, {"starting_after": "pi_none"}).code == "resource_missing"
    both: Any = {"starting_after": made[0], "ending_before": made[1]}
    assert refusal(intents.list, both).code == "parameters_exclusive"
    at = intents.retrieve(made[0]).created
    assert len(intents.list({"created": {"gte": at}, "customer": customer}).data) == 7
    assert intents.list({"created": {"lt": at}}).data == []
    assert intents.list({"created": {"gt": at + 1000}}).data == []


def test_expansion_reaches_into_lists_and_refuses_what_is_no_object(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    sandbox.debit(customer, account)
    params: Any = {"customer": customer, "expand": ["data.latest_charge.customer", "data.payment_method"]}
    intent = sandbox.client.v1.payment_intents.list(params).data[0]
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert isinstance(intent.latest_charge.customer, stripe.Customer)
    assert isinstance(intent.payment_method, stripe.PaymentMethod)
    assert intent.payment_method.id == account
    for path in ("amount_nonsense", "status"):
        assert "cannot be expanded" in str(
            refusal(sandbox.client.v1.payment_intents.retrieve, intent.id, {"expand": [path]})
        )


def key() -> stripe.RequestOptions:
    return {"idempotency_key": ids.stripe_id("key")}


def test_a_repeated_key_replays_the_first_answer_and_does_nothing(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    params: Any = {"amount": 500, "currency": "usd", "customer": customer, "payment_method": account, "confirm": True}
    options = key()
    create = sandbox.client.v1.payment_intents.create
    first, second = create(params, options), create(params, options)
    assert first.id == second.id
    assert second.last_response is not None
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response is not None
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(sandbox.client.v1.payment_intents.list({"customer": customer}).data) == 1
    other = refusal(create, {**params, "amount": 501}, options)
    assert isinstance(other, stripe.IdempotencyError)
    assert other.http_status == 400
    long: Any = {"idempotency_key": "k" * 256}
    assert refusal(create, params, long).http_status == 400


def test_a_key_is_forgotten_after_a_day_of_sandbox_time(fresh: Sandbox) -> None:
    options = key()
    first = fresh.client.v1.customers.create({"name": "A"}, options)
    fresh.advance(2)
    assert fresh.client.v1.customers.create({"name": "A"}, options).id != first.id


def test_a_failed_validation_frees_its_key_and_a_refusal_keeps_it(sandbox: Sandbox) -> None:
    options = key()
    unknown: Any = {"nickname": "x"}
    refusal(sandbox.client.v1.customers.create, unknown, options)
    assert sandbox.client.v1.customers.create({"name": "x"}, options).name == "x"
    kept = key()
    first = refusal(sandbox.client.v1.customers.create, {"source": "btok_none"}, kept)
    second = refusal(sandbox.client.v1.customers.create, {"source": "btok_none"}, kept)
    assert (first.http_status, second.http_status) == (400, 400)
    assert second.headers is not None
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_500_after_the_effect_is_saved_and_replayed(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    params: Any = {"amount": 500, "currency": "usd", "customer": customer, "payment_method": account, "confirm": True}
    options = key()
    sandbox.fault(path="/v1/payment_intents", method="POST", kind="500_after")
    create = sandbox.client.v1.payment_intents.create
    for replayed in (None, "true"):
        error = refusal(create, params, options)
        assert error.http_status == 500
        assert (error.headers or {}).get("Idempotent-Replayed") == replayed
    assert len(sandbox.client.v1.payment_intents.list({"customer": customer}).data) == 1


def test_a_key_in_flight_is_refused_with_409(sandbox: Sandbox) -> None:
    options, answers = key(), []
    sandbox.fault(path="/v1/customers", method="POST", kind="hold", ms=700)
    thread = threading.Thread(
        target=lambda: answers.append(sandbox.connect().v1.customers.create({"name": "slow"}, options))
    )
    thread.start()
    deadline = time.monotonic() + 5
    while sandbox.control("GET", "")["faults"] and time.monotonic() < deadline:
        time.sleep(0.01)
    error = refusal(sandbox.client.v1.customers.create, {"name": "slow"}, options)
    assert error.error is not None
    assert (error.http_status, error_object(error)["code"]) == (409, "idempotency_key_in_use")
    thread.join(10)
    assert sandbox.client.v1.customers.create({"name": "slow"}, options).id == answers[0].id


def test_faults_come_once_and_as_asked(sandbox: Sandbox) -> None:
    retrieve = sandbox.client.v1.balance.retrieve
    headers = {"Stripe-Should-Retry": "false", "Stripe-Rate-Limited-Reason": "global-rate"}
    sandbox.fault(path="/v1/balance", kind="429", headers=headers)
    limited = refusal(retrieve)
    assert isinstance(limited, stripe.RateLimitError)
    assert limited.headers is not None
    assert limited.headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    sandbox.fault(path="/v1/balance", kind="500_before")
    assert refusal(retrieve).http_status == 500
    for kind in ("drop", "cut_body"):
        sandbox.fault(path="/v1/balance", kind=kind)
        assert isinstance(refusal(sandbox.connect().v1.balance.retrieve), stripe.APIConnectionError)
    sandbox.fault(path="/v1/balance", kind="garbage")
    assert isinstance(refusal(retrieve), stripe.APIError)
    sandbox.fault(path="/v1/balance", kind="garbage")
    assert sandbox.control("DELETE", "/faults") == {"cleared": 1}
    assert retrieve().object == "balance"
    with pytest.raises(ValueError, match="kind must be"):
        sandbox.fault(path="/", kind="earthquake")


def test_rate_limits_are_per_endpoint_when_they_are_asked_for(tmp_path: Any) -> None:
    limited = Sandbox(tmp_path, rate_limit=3)
    try:
        errors = []
        for _ in range(8):
            try:
                limited.client.v1.balance.retrieve()
            except stripe.RateLimitError as error:
                errors.append((error.headers or {})["Stripe-Rate-Limited-Reason"])
        assert errors
        assert set(errors) == {"endpoint-rate"}
        assert limited.client.v1.customers.list().data == []
    finally:
        limited.stop()


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "customers/search"), ("POST", "topups"), ("GET", "subscriptions"), ("GET", "files")]
)
def test_what_is_not_imitated_says_so(sandbox: Sandbox, method: str, path: str) -> None:
    answer = sandbox.http.request(
        method, f"{sandbox.url}/v1/{path}", auth=(sandbox.keys["stripe"]["secret_key"], ""), timeout=10
    )
    assert answer.status_code == 501
    assert "does not imitate" in answer.json()["error"]["message"]


def test_a_reset_forgets_everything_but_the_keys(fresh: Sandbox) -> None:
    fresh.debit(*fresh.link())
    fresh.advance(3)
    fresh.control("POST", "/reset")
    assert fresh.client.v1.customers.list().data == []
    customer, account = fresh.link()
    fresh.debit(customer, account, mandate_data={"customer_acceptance": ONLINE})
    fresh.advance(5)
    assert fresh.client.v1.payouts.list().data


def test_latency_delays_and_harms_nothing(sandbox: Sandbox) -> None:
    sandbox.fault(path="/v1/balance", kind="latency", ms=150)
    before = time.monotonic()
    assert sandbox.client.v1.balance.retrieve().object == "balance"
    assert time.monotonic() - before >= 0.15


def test_many_clients_with_one_key_make_one_debit(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    params: Any = {"amount": 500, "currency": "usd", "customer": customer, "payment_method": account, "confirm": True}
    options = key()
    sandbox.fault(path="/v1/payment_intents", method="POST", kind="hold", ms=100)
    found: list[str] = []

    def debit() -> None:
        try:
            found.append(sandbox.connect().v1.payment_intents.create(params, options).id)
        except stripe.APIError as error:
            assert error.http_status == 409

    threads = [threading.Thread(target=debit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(set(found)) == 1
    assert len(sandbox.client.v1.payment_intents.list({"customer": customer}).data) == 1


def test_a_parameter_that_would_be_ignored_is_a_501(sandbox: Sandbox) -> None:
    params: Any = {"amount": 500, "currency": "usd", "application_fee_amount": 5}
    error = refusal(sandbox.client.v1.payment_intents.create, params)
    assert error.http_status == 501
    assert "application_fee_amount" in str(error)


@pytest.mark.parametrize("off_session", [True, "recurring"])
def test_a_debit_off_session_says_so_as_a_boolean_or_in_a_word(sandbox: Sandbox, off_session: bool | str) -> None:
    assert sandbox.debit(*sandbox.link(), off_session=off_session).status == "processing"
    assert refusal(lambda: sandbox.debit(*sandbox.link(), off_session="sometimes")).http_status == 400
