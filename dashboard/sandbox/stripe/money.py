"""What finance reads: charges, the balance and its transactions, events."""

from __future__ import annotations

import json
import re
from typing import Any

from dashboard.sandbox.stripe import lifecycle, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, no_such, not_imitated
from dashboard.sandbox.stripe.moment import DAY, EVENT_DAYS, Document
from dashboard.sandbox.stripe.params import merge_metadata

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
