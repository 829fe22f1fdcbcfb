"""What finance reads: charges, refunds, disputes, the balance and its transactions, payouts, events."""

from __future__ import annotations

import json
import re
from typing import Any

from dashboard.sandbox.stripe import aftermath, lifecycle, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, missing, no_such, not_imitated
from dashboard.sandbox.stripe.moment import DAY, EVENT_DAYS, Document
from dashboard.sandbox.stripe.params import merge_metadata

REFUND_DAYS, LEGACY_REFUND_DAYS = 180, 90  # Stripe: how long an ACH payment can be refunded
MOST_TYPES = 20  # Stripe: of one `types` filter on events


def refuse_charge(call: Call) -> Document:
    """POST /v1/charges: the old rail takes no new debits (Stripe: support ended on 15 May 2026; our words)."""
    source = call.params.get("source") or ""
    if "customer" in call.params and not source:
        customer = call.find("customer", call.params["customer"], "customer", "customer")
        source = customer["default_source"] or ""
    if source.startswith(("ba_", "btok_", "pm_")) or not source:
        raise StripeError(
            400,
            "ACH Direct Debit payments on the Charges API are a legacy integration that is no longer supported. "
            "Use the Payment Intents API with the us_bank_account payment method type.",
            param="source",
        )
    raise not_imitated("charges of anything but bank accounts")


def retrieve_charge(call: Call) -> Document:
    """GET /v1/charges/{id}."""
    return render.charge(call.db, call.row("charges", call.ids[0], "charge"))


def update_charge(call: Call) -> Document:
    """POST /v1/charges/{id}: what it says."""
    row = call.row("charges", call.ids[0], "charge")
    call.only(frozenset({"metadata", "description", "receipt_email"}), "a charge")
    values: dict[str, Any] = {
        "metadata": json.dumps(merge_metadata(json.loads(row["metadata"]), call.params.get("metadata")))
    }
    for name, column in (("description", "description"), ("receipt_email", "email")):
        if name in call.params:
            values[column] = call.params[name] or None
    tables.update(call.db, "charges", row["id"], **values)
    lifecycle.emit_charge(call.moment, "charge.updated", row)
    return retrieve_charge(call)


def list_charges(call: Call) -> Document:
    """GET /v1/charges, by customer, payment intent and created."""
    where, values = [], []
    for name, column in (("customer", "customer"), ("payment_intent", "intent")):
        if name in call.params:
            where.append(f"{column} = ?")
            values.append(call.params[name])
    if "transfer_group" in call.params:
        where.append("FALSE")
    return pages.read_page(
        call.db, "charges", call.params, "/v1/charges", lambda rows: render.charges(call.db, rows), where, values
    )


def create_refund(call: Call) -> Document:
    """POST /v1/refunds of a charge or of a payment intent's charge."""
    params = call.params
    call.only(frozenset({"amount", "charge", "payment_intent", "reason", "metadata"}), "a refund")
    if "payment_intent" in params:
        intent = call.row("intents", params["payment_intent"], "payment_intent", "payment_intent")
        if not intent["charge"]:
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise StripeError(400, message, code="payment_intent_unexpected_state", param="payment_intent")
        charge = call.row("charges", intent["charge"], "charge", "payment_intent")
    elif "charge" in params:
        charge = call.row("charges", params["charge"], "charge", "charge")
    else:
        raise missing("charge")
    amount = _refundable(call, charge)
    metadata = merge_metadata({}, params.get("metadata"))
    return aftermath.make_refund(call.moment, charge, amount, params.get("reason"), metadata)


def _refundable(call: Call, charge: Document) -> int:
    left = int(charge["amount"]) - int(charge["refunded"])
    amount = int(call.params.get("amount", left))
    days = LEGACY_REFUND_DAYS if charge["legacy"] else REFUND_DAYS
    if charge["disputed"]:
        raise StripeError(
            400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if charge["status"] == "failed":
        raise StripeError(
            400, f"Charge {charge['id']} has failed and cannot be refunded.", code="charge_not_refundable"
        )
    if left <= 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(400, message, code="charge_already_refunded")
    if call.moment.at - charge["created"] > days * DAY:
        message = f"Charge {charge['id']} is older than {days} days and cannot be refunded."
        raise StripeError(400, message, code="charge_not_refundable")
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if amount > left:
        message = f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge (${left / 100:.2f})"
        raise StripeError(400, message, param="amount")
    return amount


def retrieve_refund(call: Call) -> Document:
    """GET /v1/refunds/{id}."""
    return call.find("refund", call.ids[0], "refund")


def update_refund(call: Call) -> Document:
    """POST /v1/refunds/{id}: metadata."""
    doc = call.find("refund", call.ids[0], "refund")
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    tables.change(call.db, doc)
    call.moment.emit("refund.updated", lambda: doc)
    return doc


def refuse_cancel(call: Call) -> Document:
    """POST /v1/refunds/{id}/cancel: an ACH refund cannot be cancelled."""
    doc = call.find("refund", call.ids[0], "refund")
    raise StripeError(
        400, f"You cannot cancel the refund {doc['id']}: only refunds that require action can be canceled."
    )


def _list_kind(call: Call, kind: str, url: str, filters: dict[str, str]) -> Document:
    where, values = ["kind = ?"], [kind]
    for name, column in filters.items():
        if name in call.params:
            where.append(f"{column} = ?")
            values.append(call.params[name])
    if "arrival_date" in call.params:
        conditions, bounds = pages.compare("json_extract(doc, '$.arrival_date')", call.params["arrival_date"])
        where += conditions
        values += bounds

    def show(rows: list[Document]) -> list[Document]:
        documents = [json.loads(row["doc"]) for row in rows]
        if kind == "dispute":
            return [aftermath.dispute(call.moment, doc) for doc in documents]
        return [render.public(doc) for doc in documents]

    return pages.read_page(call.db, "objects", call.params, url, show, where, values)


def list_refunds(call: Call) -> Document:
    """GET /v1/refunds, by charge, payment intent and created."""
    return _list_kind(call, "refund", "/v1/refunds", {"charge": "parent", "payment_intent": "look"})


def retrieve_dispute(call: Call) -> Document:
    """GET /v1/disputes/{id}."""
    return aftermath.dispute(call.moment, call.find("dispute", call.ids[0], "dispute"))


def list_disputes(call: Call) -> Document:
    """GET /v1/disputes, by charge, payment intent and created."""
    return _list_kind(call, "dispute", "/v1/disputes", {"charge": "parent", "payment_intent": "look"})


def close_dispute(call: Call) -> Document:
    """POST /v1/disputes/{id}/close: an ACH dispute is closed and lost from the first."""
    doc = call.find("dispute", call.ids[0], "dispute")
    raise StripeError(400, f"This dispute is already closed: {doc['id']}.", code="status_transition_invalid")


def retrieve_balance(call: Call) -> Document:
    """GET /v1/balance: what is available and what is pending, by balance type."""
    sums = {"available": {0: 0, 1: 0}, "pending": {0: 0, 1: 0}}
    for bucket, comparison in (("available", "<="), ("pending", ">")):
        for legacy in (0, 1):
            total = call.db.execute(
                "SELECT SUM(amount - fee) FROM txns WHERE legacy = ? AND payout IS NULL"
                f" AND available_on {comparison} ?",
                (legacy, call.moment.at),
            ).fetchone()[0]
            sums[bucket][legacy] = total or 0

    def show(by_rail: dict[int, int]) -> list[Document]:
        types = {"card": by_rail[0], "bank_account": by_rail[1]}
        return [{"amount": sum(by_rail.values()), "currency": "usd", "source_types": types}]

    return {
        "object": "balance",
        "available": show(sums["available"]),
        "livemode": False,
        "pending": show(sums["pending"]),
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }


def retrieve_txn(call: Call) -> Document:
    """GET /v1/balance_transactions/{id}."""
    return render.txn(call.row("txns", call.ids[0], "balance transaction"), call.moment.at)


def list_txns(call: Call) -> Document:
    """GET /v1/balance_transactions, by payout (once it is reconciled), type, source, currency and created."""
    where, values = [], []
    if "payout" in call.params:
        payout = call.find("payout", call.params["payout"], "payout", "payout")
        if payout["reconciliation_status"] != "completed":
            message = f"The balance transactions of the payout {payout['id']} are not ready yet."
            raise StripeError(400, message, code="payout_reconciliation_not_ready", param="payout")
    for name in ("payout", "type", "source"):
        if name in call.params:
            where.append(f"{name} = ?")
            values.append(call.params[name])
    if call.params.get("currency", "usd").lower() != "usd":
        where.append("FALSE")
    now = call.moment.at
    return pages.read_page(
        call.db,
        "txns",
        call.params,
        "/v1/balance_transactions",
        lambda rows: [render.txn(row, now) for row in rows],
        where,
        values,
    )


def retrieve_payout(call: Call) -> Document:
    """GET /v1/payouts/{id}."""
    return call.find("payout", call.ids[0], "payout")


def list_payouts(call: Call) -> Document:
    """GET /v1/payouts, by status, arrival date and created."""
    if "destination" in call.params:
        raise not_imitated("the parameter destination of the list of payouts")
    return _list_kind(call, "payout", "/v1/payouts", {"status": "look"})


def retrieve_event(call: Call) -> Document:
    """GET /v1/events/{id}, for 30 days."""
    row = call.row("events", call.ids[0], "event")
    if row["created"] < call.moment.at - EVENT_DAYS * DAY:
        raise no_such("event", row["id"])
    return render.event(row)


def list_events(call: Call) -> Document:
    """GET /v1/events of the last 30 days, by type (with `*`), types and created."""
    params = call.params
    where, values = ["created >= ?"], [call.moment.at - EVENT_DAYS * DAY]
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.", "types", "parameters_exclusive")
    types = params.get("types", [])
    if len(types) > MOST_TYPES:
        raise invalid("You may only specify up to 20 event types.", "types")
    if types:
        where.append(f"type IN ({', '.join('?' * len(types))})")
        values += types
    if "type" in params:
        if not re.fullmatch(r"[a-z_.]+(\*)?|\*", params["type"]):
            raise invalid("Invalid event type", "type")
        where.append("type GLOB ?")
        values.append(params["type"])
    if params.get("delivery_success") is False:
        where.append("FALSE")
    return pages.read_page(
        call.db, "events", params, "/v1/events", lambda rows: [render.event(row) for row in rows], where, values
    )
