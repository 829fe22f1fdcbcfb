"""Disputes: a debit that succeeded and came back; final at once, as Stripe documents for ACH."""

from __future__ import annotations

import json
from typing import Any

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.sandbox.clock import open_of
from dashboard.sandbox.stripe import bookings, mandates, pages, refunds, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, not_imitated
from dashboard.sandbox.stripe.lifecycle import block
from dashboard.sandbox.stripe.moment import Document, Moment, moment_of
from dashboard.sandbox.stripe.outcomes import OUTCOMES
from dashboard.sandbox.stripe.params import merge_metadata

ANSWER_DAYS = 10  # Nacha: banking days in which proof of an authorization is given
EVIDENCE_NAMES = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
)
EVIDENCE = tuple(EVIDENCE_NAMES.split())


def _keep_dispute(moment: Moment, charge: Document, id: str, **given: Any) -> Document:
    outcome = OUTCOMES[charge["outcome"]]
    doc: Document = {
        "id": id,
        "object": "dispute",
        "amount": charge["amount"],
        "charge": charge["id"],
        "created": moment.at,
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": outcome.network_code,
        "payment_intent": charge["intent"],
        "reason": outcome.reason or "debit_not_authorized",
        "status": "needs_response",
        "_txn": None,
        **given,
    }
    return tables.put(moment.db, "dispute", doc, parent=charge["id"], look=charge["intent"])


def open_inquiry(moment: Moment, id: str) -> bool:
    """The bank asks for proof of the authorization; no money moves while the question is open."""
    charge = tables.row_of(moment.db, "charges", id)
    if not charge or charge["status"] != "succeeded" or charge["disputed"]:
        return False
    due = int(open_of(add_business_days(submission_day(moment_of(moment.at)), ANSWER_DAYS)).timestamp())
    doc = _keep_dispute(moment, charge, moment.id("dp"), is_charge_refundable=True, status="warning_needs_response")
    doc["evidence_details"]["due_by"] = due
    tables.change(moment.db, doc)
    moment.emit("charge.dispute.created", lambda: dispute(moment, doc))
    moment.schedule(due, "inquiry_end", doc["id"])
    return True


def end_inquiry(moment: Moment, id: str) -> bool:
    """An answered question is closed; one that nobody answered becomes a dispute, which takes the money."""
    doc = tables.get(moment.db, "dispute", id)
    if not doc or doc["status"] not in ("warning_needs_response", "warning_under_review"):
        return False
    answered = doc["status"] == "warning_under_review"
    doc.update(status="warning_closed")
    doc["evidence_details"]["past_due"] = not answered
    tables.change(moment.db, doc)
    moment.emit("charge.dispute.closed", lambda: dispute(moment, doc))
    if not answered:
        open_dispute(moment, doc["charge"])
    return True


def open_dispute(moment: Moment, id: str) -> bool:
    """A succeeded debit comes back: final at once, its mandate revoked; the account's second one blocks it."""
    charge = tables.row_of(moment.db, "charges", id)
    if not charge or charge["status"] != "succeeded" or charge["disputed"]:
        return False
    outcome, dispute_id = OUTCOMES[charge["outcome"]], moment.id("dp")
    fees = json.dumps([("Dispute fee", bookings.DISPUTE_FEE)])
    txn = bookings.book(
        moment,
        "adjustment",
        -charge["amount"],
        dispute_id,
        charge["legacy"],
        fee=bookings.DISPUTE_FEE,
        fees=fees,
        description=f"Chargeback withdrawal for {id}",
    )
    doc = _keep_dispute(moment, charge, dispute_id, _txn=txn)
    tables.update(moment.db, "charges", id, disputed=1)
    refunds.fail_pending(moment, id, "charge_for_pending_refund_disputed")
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
            moment.emit("mandate.updated", lambda kept=mandate: mandates.public_mandate(kept), {"status": "active"})  # type: ignore[misc]  # the default binds the loop's mandate


def retrieve_dispute(call: Call) -> Document:
    """GET /v1/disputes/{id}."""
    return dispute(call.moment, call.find("dispute", call.ids[0], "dispute"))


def list_disputes(call: Call) -> Document:
    """GET /v1/disputes, by charge, payment intent and created."""
    filters = {"charge": "parent", "payment_intent": "look"}
    return pages.read_objects(
        call.db, "dispute", call.params, "/v1/disputes", filters, lambda doc: dispute(call.moment, doc)
    )


def update_dispute(call: Call) -> Document:
    """POST /v1/disputes/{id}: metadata always; evidence once, while the bank waits for it."""
    doc = call.find("dispute", call.ids[0], "dispute")
    call.only(frozenset({"evidence", "metadata", "submit", "intended_submission_method"}), "a dispute")
    evidence = call.params.get("evidence") or {}
    if set(evidence) - set(EVIDENCE):
        raise not_imitated("enhanced evidence and appeals")
    submit = call.params.get("submit", bool(evidence))
    if (evidence or submit) and doc["status"] != "warning_needs_response":
        raise StripeError(400, f"This dispute takes no evidence: it has a status of {doc['status']}.")
    doc["evidence"].update({name: text or None for name, text in evidence.items()})
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    doc["intended_submission_method"] = call.params.get("intended_submission_method")
    doc["evidence_details"]["has_evidence"] = any(doc["evidence"][name] for name in EVIDENCE)
    if submit:
        doc["evidence_details"].update(submission_count=1, submission_method="manual")
        doc["status"] = "warning_under_review"
    tables.change(call.db, doc)
    call.moment.emit("charge.dispute.updated", lambda: dispute(call.moment, doc))
    return dispute(call.moment, doc)


def close_dispute(call: Call) -> Document:
    """POST /v1/disputes/{id}/close: a question is given up; a dispute of a debit is closed and lost from the first."""
    doc = call.find("dispute", call.ids[0], "dispute")
    if doc["status"] == "warning_needs_response":
        end_inquiry(call.moment, doc["id"])
        return dispute(call.moment, call.find("dispute", doc["id"], "dispute"))
    raise StripeError(400, f"This dispute is already closed: {doc['id']}.", code="status_transition_invalid")
