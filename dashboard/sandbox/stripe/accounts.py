"""Bank accounts: tokens, and a customer's sources (`ba_`)."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox import tokens
from dashboard.sandbox.stripe import pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, missing, no_such, not_imitated
from dashboard.sandbox.stripe.moment import Document, Moment
from dashboard.sandbox.stripe.params import merge_metadata

MICRODEPOSITS, TOO_MANY, TIMED_OUT = [32, 45], [10, 11], [40, 41]  # Stripe: test amounts, in cents
MOST_ATTEMPTS = 3  # Stripe: of a ba_; ten of a pm_


def make_account(moment: Moment, id: str, number: str, routing: str, **given: Any) -> Document:
    """Keep a new bank account; `_` names are the sandbox's own."""
    doc: Document = {
        "id": id,
        "created": moment.at,
        "customer": None,
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "bank_name": "STRIPE TEST BANK",
        "billing_details": {},
        "fingerprint": tokens.fingerprint_of(moment.state, routing, number),
        "last4": number[-4:],
        "metadata": {},
        "routing_number": routing,
        "status": "new",
        "_number": number,
        "_blocked": None,
        "_disputes": 0,
        "_attempts": 0,
        **given,
    }
    return save(moment, doc)


def save(moment: Moment, doc: Document) -> Document:
    """Keep an account under its customer and fingerprint."""
    return tables.put(moment.db, "account", doc, customer=doc["customer"], look=doc["fingerprint"])


def detach(moment: Moment, doc: Document) -> None:
    """Take an account from its customer; what it paid keeps showing it."""
    customer = tables.get(moment.db, "customer", doc["customer"])
    doc["customer"] = None
    save(moment, {**doc, "_deleted": True})
    if customer and customer["default_source"] == doc["id"]:
        customer["default_source"] = None
        tables.change(moment.db, customer)
    for mandate in tables.find(moment.db, "mandate", parent=doc["id"]):
        if mandate["status"] == "active":
            tables.change(moment.db, {**mandate, "status": "inactive"})


def check_numbers(routing: Any, number: Any, prefix: str) -> None:
    """Refuse numbers that no US bank account can have."""
    if not routing:
        raise missing(f"{prefix}[routing_number]")
    if not number:
        raise missing(f"{prefix}[account_number]")
    if not str(routing).isdigit() or len(str(routing)) != 9:
        raise StripeError(
            400, "Invalid routing number.", code="routing_number_invalid", param=f"{prefix}[routing_number]"
        )
    if not str(number).isdigit() or not 4 <= len(str(number)) <= 17:
        raise StripeError(
            400, "Invalid account number.", code="account_number_invalid", param=f"{prefix}[account_number]"
        )


def create_token(call: Call) -> Document:
    """POST /v1/tokens for a bank account; it will need microdeposits."""
    bank = call.params.get("bank_account")
    if not bank:
        raise not_imitated("tokens of anything but a bank account")
    check_numbers(bank.get("routing_number"), bank.get("account_number"), "bank_account")
    if bank.get("country") != "US" or str(bank.get("currency", "usd")).lower() != "usd":
        raise StripeError(400, "ACH needs a US bank account in usd.", param="bank_account[country]")
    id = tokens.mint_bank_token(
        call.moment.state,
        account_number=bank["account_number"],
        routing_number=bank["routing_number"],
        holder_name=bank.get("account_holder_name"),
        holder_type=bank.get("account_holder_type"),
    )
    return _token(tokens.find_bank_token(call.moment.state, id) or {})


def _token(doc: Document) -> Document:
    account = {
        "id": doc["bank_account"],
        "account_holder_name": doc["holder_name"],
        "account_holder_type": doc["holder_type"],
        "account_type": None,
        "bank_name": doc["bank_name"],
        "customer": None,
        "fingerprint": doc["fingerprint"],
        "last4": doc["account_number"][-4:],
        "metadata": {},
        "routing_number": doc["routing_number"],
        "status": "verified" if doc["from_plaid"] else "new",
    }
    return {
        "id": doc["id"],
        "object": "token",
        "bank_account": render.bank_account(account),
        "client_ip": None,
        "created": doc["created"],
        "livemode": False,
        "type": "bank_account",
        "used": doc["used"],
    }


def retrieve_token(call: Call) -> Document:
    """GET /v1/tokens/{id}."""
    doc = tokens.find_bank_token(call.moment.state, call.ids[0])
    if doc is None:
        raise no_such("token", call.ids[0])
    return _token(doc)


def find_token(call: Call, id: str) -> Document:
    """A token that can still be spent; raises Stripe's refusals of one that is unknown or spent."""
    doc = tokens.find_bank_token(call.moment.state, id)
    if doc is None:
        if id.startswith(("tok_", "src_", "card_")):
            raise not_imitated("cards")
        raise no_such("token", id, "source", 400)
    if doc["used"]:
        message = f"You cannot use a Stripe token more than once: {id}."
        raise StripeError(400, message, code="token_already_used", param="source")
    return doc


def attach_token(call: Call, customer: Document, token: Document, metadata: Any) -> Document:
    """Make the bank account of a token the customer's; refused where the customer has it already."""
    for kept in tables.find(call.db, "account", customer=customer["id"]):
        if kept["fingerprint"] == token["fingerprint"]:
            raise StripeError(
                400,
                "A bank account with that routing number and account number already exists for this customer.",
                code="bank_account_exists",
            )
    tokens.spend_bank_token(call.moment.state, token["id"])
    doc = make_account(
        call.moment,
        token["bank_account"],
        token["account_number"],
        token["routing_number"],
        customer=customer["id"],
        account_holder_name=token["holder_name"],
        account_holder_type=token["holder_type"],
        bank_name=token["bank_name"],
        metadata=merge_metadata({}, metadata),
        status="verified" if token["from_plaid"] else "new",
    )
    if customer["default_source"] is None:
        customer["default_source"] = doc["id"]
        tables.change(call.db, customer)
    call.moment.emit("customer.source.created", lambda: render.bank_account(doc))
    return doc


def _customer(call: Call) -> Document:
    doc = call.find("customer", call.ids[0], "customer")
    if doc.get("deleted"):
        raise no_such("customer", doc["id"])
    return doc


def create_source(call: Call) -> Document:
    """POST /v1/customers/{id}/sources with a `btok_`."""
    customer = _customer(call)
    token = find_token(call, call.params["source"])
    return render.bank_account(attach_token(call, customer, token, call.params.get("metadata")))


def find_source(call: Call, customer: Document, id: str) -> Document:
    """A bank account of this customer."""
    doc = tables.get(call.db, "account", id)
    if doc is None or doc["customer"] != customer["id"]:
        raise no_such("source", id)
    return doc


def list_sources(call: Call) -> Document:
    """GET /v1/customers/{id}/sources: the `ba_` ones."""
    customer = _customer(call)
    kept = [each for each in tables.find(call.db, "account", customer=customer["id"]) if each["id"].startswith("ba_")]
    if call.params.get("object") not in (None, "bank_account"):
        kept = []
    return pages.whole(
        [render.bank_account(each) for each in kept], call.params, f"/v1/customers/{customer['id']}/sources"
    )


def retrieve_source(call: Call) -> Document:
    """GET /v1/customers/{id}/sources/{ba}."""
    return render.bank_account(find_source(call, _customer(call), call.ids[1]))


def update_source(call: Call) -> Document:
    """POST /v1/customers/{id}/sources/{ba}: metadata and the holder; the numbers cannot be edited."""
    doc = find_source(call, _customer(call), call.ids[1])
    for name in ("account_holder_name", "account_holder_type"):
        if name in call.params:
            doc[name] = call.params[name] or None
    call.only(frozenset({"account_holder_name", "account_holder_type", "metadata"}), "a bank account")
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    save(call.moment, doc)
    call.moment.emit("customer.source.updated", lambda: render.bank_account(doc))
    return render.bank_account(doc)


def delete_source(call: Call) -> Document:
    """DELETE /v1/customers/{id}/sources/{ba}."""
    doc = find_source(call, _customer(call), call.ids[1])
    shown = render.bank_account(doc)
    detach(call.moment, doc)
    call.moment.emit("customer.source.deleted", lambda: shown)
    return {"id": doc["id"], "object": "bank_account", "currency": "usd", "deleted": True}


def verify_source(call: Call) -> Document:
    """POST /v1/customers/{id}/sources/{ba}/verify with the two microdeposits: 32 and 45 in test mode."""
    doc = find_source(call, _customer(call), call.ids[1])
    if "amounts" not in call.params:
        raise missing("amounts")
    amounts = sorted(call.params["amounts"])
    if doc["status"] == "verified":
        raise StripeError(
            400, "This bank account has already been verified.", code="payment_method_bank_account_already_verified"
        )
    if doc["status"] == "verification_failed" or amounts == TOO_MANY:
        return _fail_verification(call, doc, "You have exceeded the number of allowed verification attempts.")
    if amounts == TIMED_OUT:
        return _fail_verification(call, doc, "The verification of this bank account has timed out.")
    if amounts != MICRODEPOSITS or doc["_number"] == "000666666661":
        doc["_attempts"] += 1
        if doc["_attempts"] >= MOST_ATTEMPTS:
            return _fail_verification(call, doc, "You have exceeded the number of allowed verification attempts.")
        save(call.moment, doc)
        raise StripeError(
            400,
            "The amounts provided do not match the amounts that were sent to the bank account.",
            code="payment_method_microdeposit_verification_amounts_mismatch",
            param="amounts",
            kept=True,
        )
    doc["status"] = "verified"
    save(call.moment, doc)
    call.moment.emit("customer.source.updated", lambda: render.bank_account(doc), {"status": "new"})
    return render.bank_account(doc)


def _fail_verification(call: Call, doc: Document, message: str) -> Document:
    doc["status"] = "verification_failed"
    save(call.moment, doc)
    raise StripeError(400, message, code="bank_account_verification_failed", kept=True)
