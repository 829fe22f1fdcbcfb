"""Bank accounts at Stripe: tokens, sources, verification, payment methods, mandates; by the official client."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.contract.test_stripe_requests import error_object, refusal
from tests.sandboxes import OFFLINE, ONLINE, Sandbox


def raw_token(sandbox: Sandbox, number: str = "000123456789") -> stripe.Token:
    bank: Any = {
        "country": "US",
        "currency": "usd",
        "routing_number": "110000000",
        "account_number": number,
        "account_holder_name": "Jenny Rosen",
        "account_holder_type": "individual",
    }
    return sandbox.client.v1.tokens.create({"bank_account": bank})


def test_a_token_of_plaid_gives_a_verified_account_once(sandbox: Sandbox) -> None:
    token = sandbox.token()
    customer = sandbox.client.v1.customers.create({"name": "A"})
    sources = sandbox.client.v1.customers.payment_sources
    account = sources.create(customer.id, {"source": token})
    assert isinstance(account, stripe.BankAccount)
    assert (account.status, account.last4, account.routing_number) == ("verified", "6789", "110000000")
    assert sandbox.client.v1.customers.retrieve(customer.id).default_source == account.id
    assert sandbox.client.v1.tokens.retrieve(token).used
    other = sandbox.client.v1.customers.create({"name": "B"})
    assert refusal(sources.create, other.id, {"source": token}).code == "token_already_used"
    unknown = refusal(sources.create, other.id, {"source": "btok_unknown"})
    assert (unknown.code, unknown.http_status) == ("resource_missing", 400)
    assert "No such token" in str(unknown)


def test_the_same_account_twice_on_one_customer_is_refused_and_the_token_stays_good(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    token = sandbox.token()
    sources = sandbox.client.v1.customers.payment_sources
    assert refusal(sources.create, customer, {"source": token}).code == "bank_account_exists"
    other = sandbox.client.v1.customers.create({"source": token})
    kept = sources.list(other.id).data[0]
    mine = sources.retrieve(customer, account)
    assert isinstance(kept, stripe.BankAccount)
    assert isinstance(mine, stripe.BankAccount)
    assert kept.fingerprint == mine.fingerprint


def test_a_raw_account_is_new_until_the_test_microdeposits_verify_it(sandbox: Sandbox) -> None:
    customer = sandbox.client.v1.customers.create({"source": raw_token(sandbox).id})
    sources = sandbox.client.v1.customers.payment_sources
    account = sources.list(customer.id).data[0]
    assert isinstance(account, stripe.BankAccount)
    assert account.status == "new"
    early: Any = {"mandate_data": {"customer_acceptance": ONLINE}}
    assert refusal(lambda: sandbox.debit(customer.id, account.id, **early)).code == "bank_account_unverified"
    assert refusal(sources.verify, customer.id, account.id, {"amounts": [1, 2]}).http_status == 400
    assert sources.verify(customer.id, account.id, {"amounts": [32, 45]}).status == "verified"
    assert sandbox.debit(customer.id, account.id, **early).status == "processing"


@pytest.mark.parametrize("amounts", [[10, 11], [40, 41]])
def test_too_many_attempts_and_a_timeout_end_the_verification(sandbox: Sandbox, amounts: list[int]) -> None:
    customer = sandbox.client.v1.customers.create({"source": raw_token(sandbox).id})
    sources = sandbox.client.v1.customers.payment_sources
    account = str(customer.default_source or sources.list(customer.id).data[0].id)
    assert (
        refusal(sources.verify, customer.id, account, {"amounts": amounts}).code == "bank_account_verification_failed"
    )
    assert refusal(sources.verify, customer.id, account, {"amounts": [32, 45]}).http_status == 400


def test_three_wrong_amounts_end_the_verification(sandbox: Sandbox) -> None:
    customer = sandbox.client.v1.customers.create({"source": raw_token(sandbox).id})
    sources = sandbox.client.v1.customers.payment_sources
    account = sources.list(customer.id).data[0].id
    for _ in range(3):
        refusal(sources.verify, customer.id, account, {"amounts": [1, 2]})
    found = sources.retrieve(customer.id, account)
    assert isinstance(found, stripe.BankAccount)
    assert found.status == "verification_failed"


@pytest.mark.parametrize(("number", "routing"), [("12", "110000000"), ("000123456789", "1100")])
def test_impossible_numbers_make_no_token(sandbox: Sandbox, number: str, routing: str) -> None:
    bank: Any = {"country": "US", "currency": "usd", "routing_number": routing, "account_number": number}
    code = refusal(sandbox.client.v1.tokens.create, {"bank_account": bank}).code
    assert code == ("routing_number_invalid" if routing == "1100" else "account_number_invalid")


def test_a_bank_account_is_also_a_payment_method_under_its_own_id(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    method = sandbox.client.v1.payment_methods.retrieve(account)
    assert (method.id, method.type, method.customer) == (account, "us_bank_account", customer)
    assert [each.id for each in sandbox.client.v1.payment_methods.list({"customer": customer}).data] == [account]


def test_a_source_is_renamed_but_its_numbers_stay_and_a_deleted_one_is_gone(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    sources = sandbox.client.v1.customers.payment_sources
    changed = sources.update(customer, account, {"account_holder_name": "J. Rosen", "metadata": {"desk": "1"}})
    assert isinstance(changed, stripe.BankAccount)
    assert changed.account_holder_name == "J. Rosen"
    numbers: Any = {"routing_number": "021000021"}
    assert refusal(sources.update, customer, account, numbers).code == "parameter_unknown"
    intent = sandbox.debit(customer, account)
    gone = sources.delete(customer, account)
    assert isinstance(gone, stripe.BankAccount)
    assert gone.deleted
    assert refusal(sources.retrieve, customer, account).http_status == 404
    assert sources.list(customer).data == []
    assert sandbox.client.v1.charges.retrieve(str(intent.latest_charge)).payment_method == account
    assert refusal(lambda: sandbox.debit(customer, account)).http_status == 400


def test_a_test_payment_method_is_set_up_attached_and_debited(sandbox: Sandbox) -> None:
    customer = sandbox.client.v1.customers.create({"name": "T"}).id
    params: Any = {
        "customer": customer,
        "payment_method": "pm_usBankAccount_success",
        "confirm": True,
        "mandate_data": {"customer_acceptance": OFFLINE},
    }
    setup = sandbox.client.v1.setup_intents.create(params)
    assert setup.status == "succeeded"
    method = str(setup.payment_method)
    assert method.startswith("pm_")
    assert sandbox.client.v1.payment_methods.retrieve(method).customer == customer
    assert sandbox.debit(customer, method).status == "processing"
    assert refusal(sandbox.client.v1.setup_intents.cancel, setup.id).code == "setup_intent_unexpected_state"
    assert sandbox.client.v1.payment_methods.detach(method).customer is None


def test_raw_numbers_need_microdeposits_by_descriptor_code(sandbox: Sandbox) -> None:
    bank: Any = {"account_holder_type": "individual", "account_number": "000123456789", "routing_number": "110000000"}
    method = sandbox.client.v1.payment_methods.create(
        {"type": "us_bank_account", "us_bank_account": bank, "billing_details": {"name": "Jenny Rosen"}}
    )
    customer = sandbox.client.v1.customers.create({"name": "T"}).id
    sandbox.client.v1.payment_methods.attach(method.id, {"customer": customer})
    intent = sandbox.debit(customer, method.id, mandate_data={"customer_acceptance": ONLINE})
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.type == "verify_with_microdeposits"
    verify = sandbox.client.v1.payment_intents.verify_microdeposits
    assert refusal(verify, intent.id, {"descriptor_code": "SM00XX"}).http_status == 400
    assert refusal(verify, intent.id, {"descriptor_code": "SM33CC"}).code.endswith("attempts_exceeded")  # type: ignore[union-attr]  # it has a code
    assert verify(intent.id, {"descriptor_code": "SM11AA"}).status == "processing"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 49}, "amount_too_small"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"amount": -5}, "parameter_invalid_integer"),
        ({"currency": "eur"}, None),
        ({"confirm": False, "mandate_data": {"customer_acceptance": OFFLINE}}, None),
        ({"capture_method": "manual"}, None),
        ({"statement_descriptor": "A" * 23}, None),
        ({"statement_descriptor": "A <B>"}, None),
        ({"statement_descriptor": "ACME"}, None),
        ({"statement_descriptor": "12345"}, None),
        ({"statement_descriptor": "АКМЕ ООО"}, None),
        ({"payment_method_options": {"us_bank_account": {"target_date": "2020-01-01"}}}, None),
        ({"payment_method": "pm_none"}, "resource_missing"),
        ({"customer": "cus_none"}, "resource_missing"),
        ({"allowed_payment_method_types": ["ach_debit"]}, None),
    ],
    ids=str,
)
def test_a_debit_that_breaks_a_rule_is_refused_and_makes_no_charge(
    sandbox: Sandbox, change: dict[str, Any], code: str | None
) -> None:
    customer, account = sandbox.link()
    params: dict[str, Any] = {"amount": 500, "currency": "usd", "customer": customer, "payment_method": account}
    error = refusal(sandbox.client.v1.payment_intents.create, {**params, "confirm": True, **change})
    assert error.http_status == 400
    assert code is None or error.code == code
    assert sandbox.client.v1.charges.list({"customer": customer}).data == []


def test_an_account_of_another_customer_cannot_be_debited(sandbox: Sandbox) -> None:
    _, account = sandbox.link()
    other, _ = sandbox.link()
    assert "belongs to a Customer" in str(refusal(lambda: sandbox.debit(other, account)))


def test_the_old_rail_takes_no_new_charge(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    for more in ({"source": account}, {}):
        params: Any = {"amount": 500, "currency": "usd", "customer": customer, **more}
        error = refusal(sandbox.client.v1.charges.create, params)
        assert isinstance(error, stripe.InvalidRequestError)
        assert "legacy" in str(error)
    assert sandbox.client.v1.charges.list({"customer": customer}).data == []


def test_metadata_and_description_can_change_while_a_debit_is_processing_and_the_amount_cannot(
    sandbox: Sandbox,
) -> None:
    intent = sandbox.debit(*sandbox.link(), metadata={"a": "1"})
    update = sandbox.client.v1.payment_intents.update
    assert update(intent.id, {"metadata": {"b": "2"}}).metadata.to_dict() == {"a": "1", "b": "2"}
    assert refusal(update, intent.id, {"amount": 700}).code == "payment_intent_unexpected_state"


def test_the_merchants_account_is_read_by_its_id_and_no_other(sandbox: Sandbox) -> None:
    accounts = sandbox.client.v1.accounts
    own = accounts.retrieve_current()
    assert accounts.retrieve(own.id).to_dict() == own.to_dict()
    other = refusal(accounts.retrieve, "acct_1234567890123456")
    assert (other.http_status, error_object(other)["code"]) == (403, "account_invalid")


def test_a_customers_default_source_and_lists_are_answered_where_asked_for(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    wanted: Any = {"expand": ["default_source", "sources", "subscriptions", "tax_ids"]}
    found = sandbox.client.v1.customers.retrieve(customer, wanted).to_dict()
    assert (found["default_source"]["object"], found["default_source"]["id"]) == ("bank_account", account)
    assert [each["id"] for each in found["sources"]["data"]] == [account]
    for name in ("subscriptions", "tax_ids"):
        assert (found[name]["object"], found[name]["data"]) == ("list", [])
        assert found[name]["url"] == f"/v1/customers/{customer}/{name}"
    assert not {"sources", "subscriptions", "tax_ids"} & set(sandbox.client.v1.customers.retrieve(customer).to_dict())
    nothing: Any = {"expand": ["nonsense"]}
    assert refusal(sandbox.client.v1.customers.retrieve, customer, nothing).http_status == 400


def test_an_address_has_all_its_parts(sandbox: Sandbox) -> None:
    given: Any = {"address": {"line1": "1 Main"}, "shipping": {"name": "J", "address": {"city": "Rome"}}}
    made = sandbox.client.v1.customers.create(given).to_dict()
    parts = {"city", "country", "line1", "line2", "postal_code", "state"}
    assert (set(made["address"]), made["address"]["line1"], made["address"]["line2"]) == (parts, "1 Main", None)
    assert (set(made["shipping"]["address"]), made["shipping"]["address"]["city"]) == (parts, "Rome")


def test_a_deleted_customer_is_told_of_as_they_were(sandbox: Sandbox) -> None:
    customer = sandbox.client.v1.customers.create({"name": "Gone Soon"})
    sandbox.client.v1.customers.delete(customer.id)
    told = sandbox.client.v1.events.list({"type": "customer.deleted", "limit": 1}).data[0]
    assert (told.data.object["id"], told.data.object["name"]) == (customer.id, "Gone Soon")
