"""The life of a debit: confirmed, submitted at the cut-off, then succeeded, failed, or disputed afterwards.

Stripe: ACH lifecycle. New rail: `payment_intent.processing`, at submission `charge.updated` with the balance
transaction, then `payment_intent.succeeded` and `charge.succeeded`, or `payment_intent.payment_failed` and
`charge.failed`, four business days after submission at the latest. Old rail: the balance transaction is there at once.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from dashboard.domain.business_days import SETTLEMENT_DAYS, add_business_days, last_business_day, submission_day
from dashboard.sandbox.clock import open_of
from dashboard.sandbox.stripe import bookings, render, tables
from dashboard.sandbox.stripe.moment import Document, Moment, moment_of
from dashboard.sandbox.stripe.outcomes import BY_ACCOUNT, OUTCOMES, Outcome

LEGACY_KNOWN_DAYS, LEGACY_FUNDS_DAYS = 5, 6  # Stripe: ach_debit, success after T+5, funds after T+6
OVERRIDES = "stripe.outcome"
FOLLOWS = {"disputed": "dispute", "inquired": "inquiry"}  # what comes a business day after a success


def outcome_for(moment: Moment, account: Document) -> Outcome:
    """How the next debit of this account ends: as somebody chose, else as its test number says, else well."""
    for scope in (account["id"], "*"):
        chosen = moment.state.get(OVERRIDES, scope)
        if chosen:
            return OUTCOMES[chosen["outcome"]]
    return BY_ACCOUNT.get(account["_number"], OUTCOMES["success"])


def refresh(moment: Moment, charge: Document) -> Document:
    """The charge's row as it is now."""
    row = tables.row_of(moment.db, "charges", charge["id"])
    assert row is not None  # noqa: S101  charges are never deleted
    return row


def emit_charge(moment: Moment, type: str, charge: Document, previous: Document | None = None) -> None:
    """An event of a charge as it is now."""
    moment.emit(type, lambda: render.charge(moment.db, refresh(moment, charge)), previous)


def emit_intent(moment: Moment, type: str, id: str) -> None:
    """An event of a payment intent as it is now."""
    moment.emit(type, lambda: render.intent(tables.row_of(moment.db, "intents", id) or {}))


def payment_error(account: Document, charge: str | None, outcome_code: str, text: str, network: str | None) -> Document:
    """A PaymentIntent's `last_payment_error`."""
    return {
        "charge": charge,
        "code": outcome_code,
        "message": text,
        **({"network_decline_code": network} if network else {}),
        "payment_method": render.payment_method(account),
        "payment_method_type": "us_bank_account",
        "type": "invalid_request_error" if charge is None else "card_error",
    }


def start_debit(
    moment: Moment,
    intent: Document | None,
    account: Document,
    outcome: Outcome,
    *,
    mandate: str | None,
    amount: int,
    target: date | None = None,
    **texts: Any,
) -> Document:
    """Make the pending charge of an intent, or of the old rail where there is none, and schedule what follows."""
    legacy = intent is None
    submitted = submission_day(moment_of(moment.at))
    if target:
        submitted = max(submitted, last_business_day(target - timedelta(days=1)))
    charge = {
        "id": moment.id("py"),
        "intent": intent["id"] if intent else None,
        "customer": account["customer"],
        "account": account["id"],
        "mandate": mandate,
        "legacy": int(legacy),
        "amount": amount,
        "created": moment.at,
        "status": "pending",
        "debit_on": None if legacy else (target or add_business_days(submitted, 1)).isoformat(),
        "outcome": outcome.name,
        **texts,
    }
    tables.insert(moment.db, "charges", **charge)
    if intent:
        tables.update(
            moment.db, "intents", intent["id"], status="processing", charge=charge["id"], error=None, next_action=None
        )
        emit_intent(moment, "payment_intent.processing", intent["id"])
        moment.schedule(int(open_of(submitted + timedelta(days=1)).timestamp()), "submit", charge["id"])
    else:
        bookings.book_payment(moment, charge, add_business_days(submitted, LEGACY_FUNDS_DAYS))
        emit_charge(moment, "charge.pending", charge)
    if outcome.kind != "stays":
        schedule_answer(moment, charge, submitted)
    return charge


def schedule_answer(moment: Moment, charge: Document, submitted: date) -> None:
    """Have the bank answer when it is due."""
    outcome = OUTCOMES[charge["outcome"]]
    known = LEGACY_KNOWN_DAYS if charge["legacy"] else SETTLEMENT_DAYS
    days = outcome.days if outcome.kind == "fails" else known
    due = int(open_of(add_business_days(submitted, days)).timestamp())
    moment.schedule(max(due, moment.at), "settle", charge["id"])


def submit(moment: Moment, id: str) -> bool:
    """Hand a pending debit to the bank network: its balance transaction appears, unless it is to stay as it is."""
    charge = tables.row_of(moment.db, "charges", id)
    if not charge or charge["status"] != "pending" or charge["txn"] or OUTCOMES[charge["outcome"]].kind == "stays":
        return False
    day = submission_day(moment_of(moment.at - 60))
    bookings.book_payment(moment, charge, add_business_days(day, SETTLEMENT_DAYS))
    emit_charge(moment, "charge.updated", charge, {"balance_transaction": None})
    return True


def settle(moment: Moment, id: str) -> bool:
    """The bank's answer to a pending debit."""
    charge = tables.row_of(moment.db, "charges", id)
    if not charge or charge["status"] != "pending":
        return False
    if not charge["txn"]:
        submit(moment, id)
        charge = refresh(moment, charge)
    outcome = OUTCOMES[charge["outcome"]]
    if outcome.kind == "fails":
        _fail(moment, charge, outcome)
        return True
    reference = f"{int.from_bytes(id[-6:].encode(), 'big') % 10**15:015d}"
    tables.update(moment.db, "charges", id, status="succeeded", reference=None if charge["legacy"] else reference)
    if charge["intent"]:
        tables.update(moment.db, "intents", charge["intent"], status="succeeded")
        emit_intent(moment, "payment_intent.succeeded", charge["intent"])
    emit_charge(moment, "charge.succeeded", charge)
    if charge["refunded"]:
        moment.schedule(moment.at, "refund_start", id)
    if outcome.kind in FOLLOWS:
        day = submission_day(moment_of(moment.at))
        moment.schedule(int(open_of(add_business_days(day, 1)).timestamp()), FOLLOWS[outcome.kind], id)
    return True


def withdraw(moment: Moment, charge: Document) -> None:
    """Take back a pending debit; where it was booked already, the booking is undone without a failure fee."""
    txn = bookings.unbook_payment(moment, charge, 0) if charge["txn"] else None
    tables.update(
        moment.db, "charges", charge["id"], status="failed", failure_txn=txn, message="The payment was canceled."
    )
    moment.db.execute("DELETE FROM jobs WHERE ref = ?", (charge["id"],))
    emit_charge(moment, "charge.failed", charge)


def _fail(moment: Moment, charge: Document, outcome: Outcome) -> None:
    txn = bookings.unbook_payment(moment, charge, bookings.FAILURE_FEE)
    tables.update(
        moment.db,
        "charges",
        charge["id"],
        status="failed",
        code=outcome.code,
        message=outcome.message,
        network_code=outcome.network_code,
        failure_txn=txn,
    )
    account = tables.get(moment.db, "account", charge["account"])
    if account and outcome.block and not charge["legacy"]:
        block(moment, account, outcome.network_code, outcome.block)
    if charge["intent"] and account:
        error = payment_error(account, charge["id"], outcome.code, outcome.message, outcome.network_code)
        tables.update(
            moment.db,
            "intents",
            charge["intent"],
            status="requires_payment_method",
            account=None,
            error=json.dumps(error),
        )
        emit_intent(moment, "payment_intent.payment_failed", charge["intent"])
    emit_charge(moment, "charge.failed", charge)
    if charge["refunded"]:
        moment.schedule(moment.at, "refund_start", charge["id"])


def block(moment: Moment, account: Document, network_code: str | None, reason: str) -> None:
    """The account can no longer be debited, and says why."""
    account["_blocked"] = {"network_code": network_code, "reason": reason}
    tables.change(moment.db, account)
    moment.emit("payment_method.automatically_updated", lambda: render.payment_method(account))


def refuse_debit(moment: Moment, intent: Document, account: Document, mandate: str | None, outcome: Outcome) -> str:
    """A charge that fails at confirmation, without reaching the bank; gives its id."""
    charge = moment.id("py")
    tables.insert(
        moment.db,
        "charges",
        id=charge,
        intent=intent["id"],
        customer=intent["customer"],
        account=account["id"],
        mandate=mandate,
        legacy=0,
        amount=intent["amount"],
        created=moment.at,
        status="failed",
        code=outcome.code,
        message=outcome.message,
        outcome=outcome.name,
        descriptor=intent["descriptor"],
        description=intent["description"],
        email=intent["email"],
        metadata=intent["metadata"],
        blocked=1,
    )
    error = payment_error(account, charge, outcome.code, outcome.message, None)
    tables.update(
        moment.db,
        "intents",
        intent["id"],
        status="requires_payment_method",
        charge=charge,
        account=None,
        error=json.dumps(error),
    )
    emit_intent(moment, "payment_intent.payment_failed", intent["id"])
    emit_charge(moment, "charge.failed", {"id": charge})
    return charge
