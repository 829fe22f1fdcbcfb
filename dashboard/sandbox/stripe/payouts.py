"""Payouts: what carries the balance to the merchant's bank, every business day, one for each balance type."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.sandbox.clock import open_of
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import balance_settings, bookings, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, not_imitated
from dashboard.sandbox.stripe.moment import Document, Moment, midnight, moment_of
from dashboard.sandbox.stripe.params import merge_metadata

HALF_HOUR = 1800


OVERRIDES = "stripe.payout_outcome"
UNPAID = "legacy = ? AND payout IS NULL AND available_on <= ?"
IMITATED = frozenset({"amount", "currency", "description", "metadata", "method", "source_type", "statement_descriptor"})


def make_payouts(moment: Moment, day_text: str) -> bool:
    """The automatic payouts of one business day, one for each balance type; the next day's are scheduled."""
    day = date.fromisoformat(day_text)
    following = add_business_days(day + timedelta(days=1), 0)
    moment.schedule(payout_time(following), "payouts", following.isoformat())
    settings = balance_settings.read(moment.state)
    made = False
    if balance_settings.pays_out(settings, day):
        for legacy in (0, 1):
            made |= _make_payout(moment, legacy, following, settings)
    return made


def payout_time(day: date) -> int:
    """When a business day's payouts are made: as it opens, after its debits were answered (their jobs are older)."""
    return int(open_of(day).timestamp())


def available(moment: Moment, legacy: int) -> int:
    """Cents of one balance type that can be paid out now."""
    row = moment.db.execute(f"SELECT SUM(amount - fee) FROM txns WHERE {UNPAID}", (legacy, moment.at)).fetchone()
    return int(row[0] or 0)


def _make_payout(moment: Moment, legacy: int, arrival: date, settings: Document) -> bool:
    payout = moment.id("po")
    total = available(moment, legacy)
    minimum = 0 if legacy else int(settings["minimum"] or 0)
    if total <= minimum:
        return False
    if minimum:  # it is held back from this payout, and is in the balance again for the next
        hold = "payout_minimum_balance_hold"
        bookings.book(moment, hold, -minimum, None, legacy, payout=payout, description="Minimum balance hold")
        release = "payout_minimum_balance_release"
        bookings.book(
            moment, release, minimum, None, legacy, available_on=moment.at + 1, description="Minimum balance release"
        )
    moment.db.execute(f"UPDATE txns SET payout = ? WHERE {UNPAID}", (payout, legacy, moment.at))
    doc = _keep_payout(
        moment,
        payout,
        total - minimum,
        legacy,
        arrival,
        automatic=True,
        statement_descriptor=settings["statement_descriptor"],
        row_of=payout,
    )
    moment.schedule(int(open_of(arrival).timestamp()), "payout_paid", doc["id"])
    return True


def _keep_payout(
    moment: Moment,
    id: str,
    amount: int,
    legacy: int,
    arrival: date,
    *,
    automatic: bool,
    row_of: str | None,
    **given: Any,
) -> Document:
    arrives = midnight(arrival)
    txn = bookings.book(
        moment,
        "payout",
        -amount,
        id,
        legacy,
        available_on=arrives if automatic else moment.at,
        payout=row_of,
        description="STRIPE PAYOUT",
    )
    doc: Document = {
        "id": id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrives,
        "automatic": automatic,
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
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "bank_account" if legacy else "card",
        "statement_descriptor": None,
        "status": "in_transit" if automatic else "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
        **given,
    }
    _save(moment, doc)
    moment.emit("payout.created", lambda: doc)
    return doc


def _save(moment: Moment, doc: Document) -> None:
    tables.put(moment.db, "payout", doc, look=doc["status"])


def send_payout(moment: Moment, id: str) -> bool:
    """A manual payout leaves at the cut-off of its day, unless it was canceled."""
    doc = tables.get(moment.db, "payout", id)
    if not doc or doc["status"] != "pending":
        return False
    doc["status"] = "in_transit"
    _save(moment, doc)
    moment.emit("payout.updated", lambda: doc, {"status": "pending"})
    moment.schedule(int(open_of(moment_of(doc["arrival_date"]).date()).timestamp()), "payout_paid", id)
    return True


def pay_out(moment: Moment, id: str) -> bool:
    """A payout has arrived, or the bank has sent it back."""
    doc = tables.get(moment.db, "payout", id)
    if not doc or doc["status"] != "in_transit":
        return False
    chosen = moment.state.get(OVERRIDES, id) or moment.state.get(OVERRIDES, "*")
    if chosen and chosen["fails"]:
        _fail_payout(moment, doc)
        return True
    doc.update(status="paid", trace_id={"status": "supported", "value": trace_of(id)})
    _save(moment, doc)
    moment.emit("payout.updated", lambda: doc, {"status": "in_transit"})
    moment.emit("payout.paid", lambda: doc)
    if doc["automatic"]:
        moment.schedule(moment.at + HALF_HOUR, "payout_reconciled", id)
    return True


def trace_of(id: str) -> str:
    """A payout's trace number at the bank: 15 digits, of which the first eight are the bank's."""
    return f"09100001{int(hashlib.sha256(id.encode()).hexdigest()[:12], 16) % 10**7:07d}"


def _fail_payout(moment: Moment, doc: Document) -> None:
    """The money is back on the balance, as one row; the next payout carries it."""
    legacy = int(doc["source_type"] == "bank_account")
    back = bookings.book(moment, "payout_failure", doc["amount"], doc["id"], legacy, description="PAYOUT FAILURE")
    doc.update(
        status="failed",
        failure_balance_transaction=back,
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
        trace_id={"status": "unsupported", "value": None},
    )
    _save(moment, doc)
    moment.emit("payout.updated", lambda: doc, {"status": "in_transit"})
    moment.emit("payout.failed", lambda: doc)
    if doc["automatic"]:
        moment.schedule(moment.at + HALF_HOUR, "payout_reconciled", doc["id"])


def reconcile(moment: Moment, id: str) -> bool:
    """The transactions of a payout can be listed from now on."""
    doc = tables.get(moment.db, "payout", id)
    if not doc:
        return False
    doc["reconciliation_status"] = "completed"
    _save(moment, doc)
    moment.emit("payout.reconciliation_completed", lambda: doc)
    return True


def choose_outcome(state: State, *, fails: bool, payout: str | None) -> dict[str, object]:
    """Say whether one payout on its way, or every one from now on, fails; raises ValueError for one that is not."""
    with state.transaction() as db:
        if payout and (tables.get(db, "payout", payout) or {}).get("status") not in ("pending", "in_transit"):
            raise ValueError(f"{payout} is no payout on its way")
        state.put(OVERRIDES, payout or "*", {"fails": fails})
    return {"fails": fails, "payout": payout}


def create_payout(call: Call) -> Document:
    """POST /v1/payouts by hand, of what is available; it is sent at the cut-off and arrives two business days later."""
    params = call.params
    call.only(IMITATED, "a payout")
    if params.get("method") == "instant":
        raise not_imitated("instant payouts")
    if params["currency"].lower() != "usd":
        raise invalid("You do not have an external account in that currency.", "currency")
    if params["amount"] < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    legacy = int(params.get("source_type") == "bank_account")
    if params["amount"] > available(call.moment, legacy):
        raise StripeError(
            400,
            "You have insufficient available funds in your Stripe account for this payout.",
            code="balance_insufficient",
        )
    day = submission_day(moment_of(call.moment.at))
    given = {name: params[name] for name in ("description", "statement_descriptor") if name in params}
    doc = _keep_payout(
        call.moment,
        call.moment.id("po"),
        params["amount"],
        legacy,
        add_business_days(day, 2),
        automatic=False,
        row_of=None,
        metadata=merge_metadata({}, params.get("metadata")),
        **given,
    )
    call.moment.schedule(int(open_of(day + timedelta(days=1)).timestamp()), "payout_sent", doc["id"])
    return doc


def update_payout(call: Call) -> Document:
    """POST /v1/payouts/{id}: metadata."""
    doc = call.find("payout", call.ids[0], "payout")
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    _save(call.moment, doc)
    call.moment.emit("payout.updated", lambda: doc)
    return doc


def cancel_payout(call: Call) -> Document:
    """POST /v1/payouts/{id}/cancel: one by hand that was not sent yet."""
    doc = call.find("payout", call.ids[0], "payout")
    if doc["status"] != "pending":
        raise StripeError(
            400, f"Payouts with a status of {doc['status']} cannot be canceled.", code="payouts_not_allowed"
        )
    legacy = int(doc["source_type"] == "bank_account")
    back = bookings.book(call.moment, "payout_cancel", doc["amount"], doc["id"], legacy, description="PAYOUT CANCEL")
    doc.update(status="canceled", failure_balance_transaction=back)
    _save(call.moment, doc)
    call.moment.emit("payout.canceled", lambda: doc)
    return doc


def retrieve_payout(call: Call) -> Document:
    """GET /v1/payouts/{id}."""
    return call.find("payout", call.ids[0], "payout")


def list_payouts(call: Call) -> Document:
    """GET /v1/payouts, by status, arrival date and created."""
    if "destination" in call.params:
        raise not_imitated("the parameter destination of the list of payouts")
    return pages.read_objects(call.db, "payout", call.params, "/v1/payouts", {"status": "look"}, render.public)
