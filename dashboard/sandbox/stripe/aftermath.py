"""What can follow a debit: a dispute, a refund, and the payouts that carry the money to the merchant's bank."""

from __future__ import annotations

import json
from datetime import date, timedelta

from dashboard.bankdays import add_business_days, submission_day
from dashboard.sandbox.clock import open_of
from dashboard.sandbox.stripe import render, tables
from dashboard.sandbox.stripe.lifecycle import DISPUTE_FEE, block, emit_charge
from dashboard.sandbox.stripe.moment import Document, Moment, midnight, moment_of
from dashboard.sandbox.stripe.outcomes import OUTCOMES

REFUND_DAYS = 3  # Stripe: an ACH refund takes up to three business days
HALF_HOUR = 1800


def book(moment: Moment, type: str, amount: int, source: str, legacy: int, **more: object) -> str:
    """One row of the balance that is not a payment; gives its id. `amount` in cents, negative where it leaves."""
    txn = moment.id("txn")
    values = {"fee": 0, "created": moment.at, "available_on": moment.at, "description": None, **more}
    tables.insert(moment.db, "txns", id=txn, type=type, amount=amount, source=source, legacy=legacy, **values)
    return txn


def open_dispute(moment: Moment, id: str) -> bool:
    """A succeeded debit comes back: final at once, its mandate revoked; the account's second one blocks it."""
    charge = tables.row_of(moment.db, "charges", id)
    if not charge or charge["status"] != "succeeded" or charge["disputed"]:
        return False
    outcome, dispute_id = OUTCOMES[charge["outcome"]], moment.id("dp")
    fees = json.dumps([("Dispute fee", DISPUTE_FEE)])
    txn = book(
        moment,
        "adjustment",
        -charge["amount"],
        dispute_id,
        charge["legacy"],
        fee=DISPUTE_FEE,
        fees=fees,
        description=f"Chargeback withdrawal for {id}",
    )
    doc: Document = {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge["amount"],
        "charge": id,
        "created": moment.at,
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": outcome.network_code,
        "payment_intent": charge["intent"],
        "reason": outcome.reason or "debit_not_authorized",
        "status": "needs_response",
        "_txn": txn,
    }
    tables.put(moment.db, "dispute", doc, parent=id, look=charge["intent"])
    tables.update(moment.db, "charges", id, disputed=1)
    moment.emit("charge.dispute.created", lambda: dispute(moment, doc))
    moment.emit("charge.dispute.funds_withdrawn", lambda: dispute(moment, doc))
    account = tables.get(moment.db, "account", charge["account"])
    if account:
        account["_disputes"] += 1
        tables.change(moment.db, account)
        if not charge["legacy"]:
            revoke_mandates(moment, account["id"])
        if account["_disputes"] > 1:
            block(moment, account, outcome.network_code, "debit_not_authorized")
    doc["status"] = "lost"
    tables.change(moment.db, doc)
    moment.emit("charge.dispute.closed", lambda: dispute(moment, doc))
    return True


def dispute(moment: Moment, doc: Document) -> Document:
    """A Dispute with its balance transactions, which are whole objects in it."""
    row = tables.row_of(moment.db, "txns", doc["_txn"])
    return {**render.public(doc), "balance_transactions": [render.txn(row, moment.at)] if row else []}


def revoke_mandates(moment: Moment, account: str) -> None:
    """Every active mandate of an account becomes inactive."""
    for mandate in tables.find(moment.db, "mandate", parent=account):
        if mandate["status"] == "active":
            mandate["status"] = "inactive"
            tables.change(moment.db, mandate)
            moment.emit("mandate.updated", lambda kept=mandate: render.public(kept), {"status": "active"})  # type: ignore[misc]  # the default binds the loop's mandate


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
    moment.emit("refund.created", lambda: doc)
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
            fail_refund(moment, doc, charge)
    return True


def send_refund(moment: Moment, doc: Document, charge: Document) -> None:
    """Take the money of a refund from the balance, and have it arrive three business days later."""
    doc["balance_transaction"] = book(
        moment, "payment_refund", -doc["amount"], doc["id"], charge["legacy"], description="REFUND FOR PAYMENT"
    )
    doc["pending_reason"] = "processing"
    tables.change(moment.db, doc)
    day = submission_day(moment_of(moment.at))
    moment.schedule(int(open_of(add_business_days(day, REFUND_DAYS)).timestamp()), "refund_end", doc["id"])


def fail_refund(moment: Moment, doc: Document, charge: Document) -> None:
    """A refund that could not be made: what had left the balance returns to it."""
    if doc["balance_transaction"]:
        doc["failure_balance_transaction"] = book(
            moment, "refund_failure", doc["amount"], doc["id"], charge["legacy"], description="REFUND FAILURE"
        )
    doc.update(status="failed", failure_reason="unknown", pending_reason=None)
    tables.change(moment.db, doc)
    tables.update(moment.db, "charges", charge["id"], refunded=charge["refunded"] - doc["amount"])
    moment.emit("refund.failed", lambda: render.public(doc))
    moment.emit("charge.refund.updated", lambda: render.public(doc))


def end_refund(moment: Moment, id: str) -> bool:
    """The refund's answer: it fails where the account was blocked in the meantime."""
    doc = tables.get(moment.db, "refund", id)
    charge = tables.row_of(moment.db, "charges", doc["charge"]) if doc else None
    if not doc or not charge or doc["status"] != "pending":
        return False
    account = tables.get(moment.db, "account", charge["account"])
    if account and account["_blocked"] and not charge["legacy"]:
        fail_refund(moment, doc, charge)
        return True
    bank = {"reference": f"{moment.at % 10**9:09d}", "reference_status": "available"}
    doc.update(status="succeeded", pending_reason=None)
    doc["destination_details"] = {"type": "us_bank_transfer", "us_bank_transfer": bank}
    tables.change(moment.db, doc)
    moment.emit("refund.updated", lambda: render.public(doc), {"status": "pending"})
    moment.emit("charge.refund.updated", lambda: render.public(doc), {"status": "pending"})
    return True


def make_payouts(moment: Moment, day_text: str) -> bool:
    """The automatic payouts of one business day, one for each balance type; the next day's are scheduled."""
    day = date.fromisoformat(day_text)
    following = add_business_days(day + timedelta(days=1), 0)
    moment.schedule(payout_time(following), "payouts", following.isoformat())
    made = False
    for legacy in (0, 1):
        made |= _make_payout(moment, legacy, following)
    return made


def payout_time(day: date) -> int:
    """When a business day's payouts are made: as it opens, after its debits were answered (their jobs are older)."""
    return int(open_of(day).timestamp())


def _make_payout(moment: Moment, legacy: int, arrival: date) -> bool:
    unpaid = "legacy = ? AND payout IS NULL AND available_on <= ?"
    total = moment.db.execute(f"SELECT SUM(amount - fee) FROM txns WHERE {unpaid}", (legacy, moment.at)).fetchone()[0]
    if not total or total <= 0:
        return False
    payout = moment.id("po")
    moment.db.execute(f"UPDATE txns SET payout = ? WHERE {unpaid}", (payout, legacy, moment.at))
    arrives = midnight(arrival)
    txn = book(
        moment, "payout", -total, payout, legacy, available_on=arrives, payout=payout, description="STRIPE PAYOUT"
    )
    doc: Document = {
        "id": payout,
        "object": "payout",
        "amount": total,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrives,
        "automatic": True,
        "balance_transaction": txn,
        "created": moment.at,
        "currency": "usd",
        "description": "STRIPE PAYOUT",
        "destination": "ba_" + moment.state.secret("stripe.account").removeprefix("acct_"),
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress",
        "reversed_by": None,
        "source_type": "bank_account" if legacy else "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
    tables.put(moment.db, "payout", doc, look="in_transit")
    moment.emit("payout.created", lambda: doc)
    moment.schedule(int(open_of(arrival).timestamp()), "payout_paid", payout)
    return True


def pay_out(moment: Moment, id: str) -> bool:
    """A payout has arrived."""
    doc = tables.get(moment.db, "payout", id)
    if not doc:
        return False
    doc.update(status="paid", trace_id={"status": "supported", "value": f"{moment.at % 10**12:015d}"})
    tables.put(moment.db, "payout", doc, look="paid")
    moment.emit("payout.updated", lambda: doc, {"status": "in_transit"})
    moment.emit("payout.paid", lambda: doc)
    moment.schedule(moment.at + HALF_HOUR, "payout_reconciled", id)
    return True


def reconcile(moment: Moment, id: str) -> bool:
    """The transactions of a payout can be listed from now on."""
    doc = tables.get(moment.db, "payout", id)
    if not doc:
        return False
    doc["reconciliation_status"] = "completed"
    tables.put(moment.db, "payout", doc, look="paid")
    moment.emit("payout.reconciliation_completed", lambda: doc)
    return True
