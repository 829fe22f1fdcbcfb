"""Refunds: a credit of its own to the account that was debited; it arrives, or it fails and the money returns."""

from __future__ import annotations

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.sandbox.clock import open_of
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import bookings, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, missing
from dashboard.sandbox.stripe.lifecycle import emit_charge
from dashboard.sandbox.stripe.moment import DAY, Document, Moment, moment_of
from dashboard.sandbox.stripe.params import merge_metadata

REFUND_DAYS = 3  # Stripe: an ACH refund takes up to three business days
REFUNDABLE_DAYS, LEGACY_REFUNDABLE_DAYS = 180, 90  # Stripe: how long an ACH payment can be refunded
OVERRIDES = "stripe.refund_outcome"


def make_refund(
    moment: Moment, charge: Document, amount: int, reason: str | None, metadata: dict[str, str]
) -> Document:
    """Keep a new refund of `amount` cents; it leaves at once, or waits until the payment has succeeded."""
    doc: Document = {
        "id": moment.id("pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": moment.at,
        "currency": "usd",
        "destination_details": {
            "type": "us_bank_transfer",
            "us_bank_transfer": {"reference": None, "reference_status": "pending"},
        },
        "customer": charge["customer"],
        "customer_account": None,
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": metadata,
        "payment_intent": charge["intent"],
        "payment_method": charge["account"],
        "pending_reason": "charge_pending" if charge["status"] == "pending" else "processing",
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }
    tables.put(moment.db, "refund", doc, parent=charge["id"], look=charge["intent"])
    tables.update(moment.db, "charges", charge["id"], refunded=charge["refunded"] + amount)
    if charge["status"] == "succeeded":
        send_refund(moment, doc, charge)
    moment.emit("refund.created", lambda: render.refund(doc))
    emit_charge(moment, "charge.refunded", charge)
    return doc


def refund_whole(moment: Moment, id: str) -> bool:
    """A seeded history's refund of a succeeded payment, where nothing else has happened to it."""
    charge = tables.row_of(moment.db, "charges", id)
    if not charge or charge["status"] != "succeeded" or charge["disputed"] or charge["refunded"]:
        return False
    make_refund(moment, charge, charge["amount"], "requested_by_customer", {})
    return True


def start_refunds(moment: Moment, charge_id: str) -> bool:
    """The refunds that waited for their payment go on their way, or fail with it."""
    charge = tables.row_of(moment.db, "charges", charge_id)
    if not charge or charge["status"] == "pending":
        return False
    for doc in tables.find(moment.db, "refund", parent=charge_id):
        if doc["status"] != "pending" or doc["balance_transaction"]:
            continue
        if charge["status"] == "succeeded":
            send_refund(moment, doc, charge)
        else:
            fail_refund(moment, doc)
    return True


def send_refund(moment: Moment, doc: Document, charge: Document) -> None:
    """Take the money of a refund from the balance, and have it arrive three business days later."""
    doc["balance_transaction"] = bookings.book(
        moment, "payment_refund", -doc["amount"], doc["id"], charge["legacy"], description="REFUND FOR PAYMENT"
    )
    doc["pending_reason"] = "processing"
    tables.change(moment.db, doc)
    day = submission_day(moment_of(moment.at))
    moment.schedule(int(open_of(add_business_days(day, REFUND_DAYS)).timestamp()), "refund_end", doc["id"])


def fail_refund(moment: Moment, doc: Document, reason: str = "unknown") -> None:
    """A refund that could not be made: what had left the balance returns to it."""
    charge = tables.row_of(moment.db, "charges", doc["charge"]) or {}
    if doc["balance_transaction"]:
        doc["failure_balance_transaction"] = bookings.book(
            moment, "refund_failure", doc["amount"], doc["id"], charge["legacy"], description="REFUND FAILURE"
        )
    doc.update(status="failed", failure_reason=reason, pending_reason=None)
    tables.change(moment.db, doc)
    tables.update(moment.db, "charges", charge["id"], refunded=charge["refunded"] - doc["amount"])
    moment.emit("refund.failed", lambda: render.refund(doc))
    moment.emit("charge.refund.updated", lambda: render.refund(doc))


def fail_pending(moment: Moment, charge_id: str, reason: str) -> None:
    """The refunds of a charge that are still on their way fail, as Stripe has it where the charge is disputed."""
    for doc in tables.find(moment.db, "refund", parent=charge_id):
        if doc["status"] == "pending":
            fail_refund(moment, doc, reason)


def chosen_to_fail(moment: Moment, id: str) -> bool:
    """Whether somebody chose that this refund fails, or all do."""
    chosen = moment.state.get(OVERRIDES, id) or moment.state.get(OVERRIDES, "*")
    return bool(chosen and chosen["fails"])


def choose_outcome(state: State, *, fails: bool, refund: str | None) -> dict[str, object]:
    """Say how one pending refund ends, or all of them; raises ValueError for one that is not pending."""
    with state.transaction() as db:
        if refund and (tables.get(db, "refund", refund) or {}).get("status") != "pending":
            raise ValueError(f"{refund} is no pending refund")
        state.put(OVERRIDES, refund or "*", {"fails": fails})
    return {"fails": fails, "refund": refund}


def end_refund(moment: Moment, id: str) -> bool:
    """The refund's answer: it fails where the account was blocked in the meantime."""
    doc = tables.get(moment.db, "refund", id)
    charge = tables.row_of(moment.db, "charges", doc["charge"]) if doc else None
    if not doc or not charge or doc["status"] != "pending":
        return False
    account = tables.get(moment.db, "account", charge["account"])
    if chosen_to_fail(moment, id):
        fail_refund(moment, doc, "declined")
        return True
    if account and account["_blocked"] and not charge["legacy"]:
        fail_refund(moment, doc)
        return True
    bank = {"reference": f"{moment.at % 10**9:09d}", "reference_status": "available"}
    doc.update(status="succeeded", pending_reason=None)
    doc["destination_details"] = {"type": "us_bank_transfer", "us_bank_transfer": bank}
    tables.change(moment.db, doc)
    moment.emit("refund.updated", lambda: render.refund(doc), {"status": "pending"})
    moment.emit("charge.refund.updated", lambda: render.refund(doc), {"status": "pending"})
    return True


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
    return render.refund(make_refund(call.moment, charge, amount, params.get("reason"), metadata))


def _refundable(call: Call, charge: Document) -> int:
    left = int(charge["amount"]) - int(charge["refunded"])
    amount = int(call.params.get("amount", left))
    days = LEGACY_REFUNDABLE_DAYS if charge["legacy"] else REFUNDABLE_DAYS
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
    return render.refund(call.find("refund", call.ids[0], "refund"))


def update_refund(call: Call) -> Document:
    """POST /v1/refunds/{id}: metadata."""
    doc = call.find("refund", call.ids[0], "refund")
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    tables.change(call.db, doc)
    call.moment.emit("refund.updated", lambda: render.refund(doc))
    return render.refund(doc)


def refuse_cancel(call: Call) -> Document:
    """POST /v1/refunds/{id}/cancel: an ACH refund cannot be canceled."""
    doc = call.find("refund", call.ids[0], "refund")
    raise StripeError(
        400, f"You cannot cancel the refund {doc['id']}: only refunds that require action can be canceled."
    )


def list_refunds(call: Call) -> Document:
    """GET /v1/refunds, by charge, payment intent and created."""
    filters = {"charge": "parent", "payment_intent": "look"}
    return pages.read_objects(call.db, "refund", call.params, "/v1/refunds", filters, render.refund)
