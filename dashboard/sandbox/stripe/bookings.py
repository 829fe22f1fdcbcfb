"""Rows of the Stripe balance: a payment, its failure, and what else moves money; cents, negative where it leaves."""

from __future__ import annotations

import json
from datetime import date

from dashboard.sandbox.stripe import tables
from dashboard.sandbox.stripe.moment import Document, Moment, midnight

FEE_PERCENT, FEE_CAP, FAILURE_FEE, DISPUTE_FEE = 0.8, 500, 400, 1500  # cents; Stripe's prices of March 2026


def fee_of(amount: int) -> int:
    """The processing fee in cents: 0.8 %, five dollars at most."""
    return min(round(amount * FEE_PERCENT / 100), FEE_CAP)


def book(moment: Moment, type: str, amount: int, source: str | None, legacy: int, **more: object) -> str:
    """One row of the balance that is not a payment; gives its id. `amount` in cents, negative where it leaves."""
    txn = moment.id("txn")
    values = {"fee": 0, "created": moment.at, "available_on": moment.at, "description": None, **more}
    tables.insert(moment.db, "txns", id=txn, type=type, amount=amount, source=source, legacy=legacy, **values)
    return txn


def book_payment(moment: Moment, charge: Document, available: date) -> None:
    """The payment's balance transaction, pending until the day it becomes available."""
    txn = moment.id("txn")
    tables.insert(
        moment.db,
        "txns",
        id=txn,
        type="payment",
        amount=charge["amount"],
        fee=fee_of(charge["amount"]),
        created=moment.at,
        available_on=midnight(available),
        source=charge["id"],
        legacy=charge["legacy"],
        description=charge.get("description"),
    )
    tables.update(moment.db, "charges", charge["id"], txn=txn)


def unbook_payment(moment: Moment, charge: Document, failure_fee: int) -> str:
    """Undo a payment's booking, its fee included, and book `failure_fee` cents; gives the new row's id."""
    txn, paid = moment.id("txn"), fee_of(charge["amount"])
    fees = [("Processing fee returned", -paid)]
    if failure_fee:
        fees.insert(0, ("ACH Direct Debit failure fee", failure_fee))
    booked = tables.row_of(moment.db, "txns", charge["txn"])
    tables.insert(
        moment.db,
        "txns",
        id=txn,
        type="payment_failure_refund",
        amount=-charge["amount"],
        fee=failure_fee - paid,
        created=moment.at,
        available_on=booked["available_on"] if booked else moment.at,
        source=charge["id"],
        legacy=charge["legacy"],
        description="Payment failure refund",
        fees=json.dumps(fees),
    )
    return txn
