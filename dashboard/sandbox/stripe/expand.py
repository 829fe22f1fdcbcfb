"""`expand`: ids that are answered as the objects they name, four levels deep, in lists by `data.…`."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox.stripe import customers, disputes, mandates, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import invalid
from dashboard.sandbox.stripe.moment import Document

DEEPEST = 4  # Stripe: levels of an expansion
INCLUDABLE = {("charge", "refunds"), *(("customer", name) for name in ("sources", "subscriptions", "tax_ids"))}
ABSENT = {("refund", "failure_balance_transaction"), (None, "mandate")}  # expandable, and left out without a value
EXPANDABLE = {
    "charge", "customer", "payment_intent", "latest_charge", "balance_transaction", "failure_balance_transaction",
    "payment_method", "mandate", "single_use_mandate", "source", "default_source", "original_payout",
    "default_payment_method", "destination",
}  # fmt: skip


def expand(call: Call, answer: Document, wanted: list[str]) -> Document:
    """The answer with every wanted path expanded; raises StripeError for a property that has no object behind it."""
    for path in wanted:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property (requested: {path}).", "expand")
        _walk(call, answer, parts, path)
    return answer


def _walk(call: Call, place: Any, parts: list[str], path: str) -> None:
    if isinstance(place, list):
        for item in place:
            _walk(call, item, parts, path)
        return
    name, rest = parts[0], parts[1:]
    if name == "data" and place.get("object") == "list":
        _walk(call, place["data"], rest, path)
        return
    whose = place.get("object")
    if (whose, name) in INCLUDABLE:
        place[name] = _include(call, place, name)
    elif name not in place and (whose, name) in ABSENT:
        return
    elif name not in place and name != "payment_method_details":
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    inner = place.get(name)
    if isinstance(inner, str):
        if name not in EXPANDABLE:
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        inner = place[name] = fetch(call, inner, source=name.endswith("source") and whose == "customer") or inner
    if rest and isinstance(inner, dict | list):
        _walk(call, inner, rest, path)


def _include(call: Call, place: Document, name: str) -> Document:
    """A list that Stripe answers where it was asked for only; the sandbox has no subscriptions and no tax ids."""
    id, found = place["id"], []
    if name == "refunds":
        found = [render.refund(doc) for doc in tables.find(call.db, "refund", parent=id)]
    elif name == "sources":
        kept = tables.find(call.db, "account", customer=id)
        found = [render.bank_account(doc) for doc in kept if doc["id"].startswith("ba_")]
    url = f"/v1/{place['object']}s/{id}/{name}"
    return {"object": "list", "data": found[:10], "has_more": len(found) > 10, "url": url}


def fetch(call: Call, id: str, *, source: bool = False) -> Document | None:
    """The object that an id names, in the view of its prefix; None where it is not kept (the merchant's own bank).

    A `ba_` is a PaymentMethod everywhere but as a customer's `source`, where it is a BankAccount.
    """
    prefix = id.split("_")[0]
    if prefix in ("py", "ch"):
        row = tables.row_of(call.db, "charges", id)
        return render.charge(call.db, row) if row else None
    if prefix == "pi":
        row = tables.row_of(call.db, "intents", id)
        return render.intent(row) if row else None
    if prefix == "txn":
        row = tables.row_of(call.db, "txns", id)
        return render.txn(row, call.moment.at) if row else None
    if prefix in ("pm", "ba"):
        doc = tables.get(call.db, "account", id)
        show = render.bank_account if source and prefix == "ba" else render.payment_method
        return show(doc) if doc else None
    kinds = {"cus": "customer", "mandate": "mandate", "pyr": "refund", "dp": "dispute", "po": "payout"}
    doc = tables.get(call.db, kinds.get(prefix, ""), id)
    if doc is None:
        return None
    if prefix == "cus":
        return customers.public(call, doc)
    if prefix == "mandate":
        return mandates.public_mandate(doc)
    if prefix == "dp":
        return disputes.dispute(call.moment, doc)
    return render.refund(doc) if prefix == "pyr" else render.public(doc)
