"""Stripe's objects as the columns that the product keeps; unknown fields, nulls and missing parts pass.

What money is counted by does not pass: an object without its amount, currency or time is refused, not read as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeGuard

from dashboard.domain.errors import ProviderBroken
from dashboard.domain.tags import DEBIT_TAG
from dashboard.domain.text_safety import clean, is_clean
from dashboard.store.engine.dialect import on_repeat

LARGEST_CENTS = 10**13  # Stripe takes at most twelve digits; a sum of a hundred thousand such still fits 64 bits
UNSAID = "unknown"  # the rail of what Stripe says none of
LATEST = 4_102_444_800  # the year 2100: a later time is a mistake

Json = Mapping[str, Any]  # of plain dicts, as JSON makes them
Row = tuple[Any, ...]


def _id(value: Any) -> str | None:
    """An id, from a reference or from the expanded object."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value and (value.isascii() or is_clean(value)) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else clean(value)  # a charge has a dozen, nearly all of them ASCII


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _cents(o: Json, name: str, *, required: bool = True) -> int:
    """An amount that is there; where it need not be, absent means nothing. Raises ProviderBroken."""
    value = o.get(name)
    if value is None and not required:
        return 0
    if not _is_whole(value) or abs(value) > LARGEST_CENTS:
        raise _broken(o, name)
    return value


def _created(o: Json) -> int:
    value = o.get("created")
    if not _is_whole(value) or not 0 <= value <= LATEST:
        raise _broken(o, "created")
    return value


def _currency(o: Json) -> str:
    value = o.get("currency")
    if not isinstance(value, str) or len(value) != 3 or not value.isascii() or not value.isalpha():
        raise _broken(o, "currency")
    return value.lower()


def _moment(value: Any) -> int:
    """Epoch seconds, or 0 where there are none that make sense."""
    return value if _is_whole(value) and 0 <= value <= LATEST else 0


def _day(value: Any) -> str | None:
    return _iso_day(value) if isinstance(value, str) else None


@lru_cache(maxsize=4_096)
def _iso_day(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _broken(o: Json, name: str) -> ProviderBroken:
    return ProviderBroken(
        f"Stripe's {_text(o.get('object')) or 'object'} {o['id']} has no usable `{name}`.",
        maybe_done=False,
        provider="stripe",
        code="broken_reply",
        meaning="Nothing on this page was saved: an amount or a time must not be guessed.",
        action="Sync again later; if it continues, send this id to Stripe's support.",
    )


def _part(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}  # what JSON makes; asking for any Mapping takes five times as long


def read_charge(o: Json) -> Row:
    """A charge of either rail; an old one may lack `payment_method_details` and carry its `source` instead."""
    details = _part(o.get("payment_method_details"))
    rail = _text(details.get("type"))
    source = _part(o.get("source"))
    if rail is None:
        rail = "ach_debit" if source.get("object") == "bank_account" else "other" if source else UNSAID
    bank = _part(details.get(rail)) or source
    metadata, outcome = _part(o.get("metadata")), _part(o.get("outcome"))
    # A customer's name is kept once, at the customer, where it can be erased; only who is none is named here.
    payer = {} if _id(o.get("customer")) else _part(o.get("billing_details"))
    return (
        o["id"],
        _created(o),
        _cents(o, "amount"),
        _currency(o),
        _text(o.get("status")) or "unknown",
        _cents(o, "amount_refunded", required=False),
        int(o.get("disputed") is True),
        _text(o.get("failure_code")),
        _text(o.get("failure_message")),
        rail,
        _id(o.get("payment_intent")),
        _id(o.get("payment_method")) or (_id(source) if rail == "ach_debit" else None),
        _id(o.get("customer")),
        _id(o.get("balance_transaction")),
        _text(bank.get("bank_name")),
        _text(bank.get("last4")),
        _text(bank.get("account_holder_type")),
        _id(bank.get("mandate")),
        _day(bank.get("expected_debit_date")),
        _text(bank.get("payment_reference")),
        _text(o.get("calculated_statement_descriptor")) or _text(o.get("statement_descriptor")),
        _text(metadata.get(DEBIT_TAG)),
        _text(metadata.get("invoice_reference")) or _text(o.get("description")),
        _text(outcome.get("network_decline_code")),
        _text(payer.get("name")),
        _text(payer.get("email")),
    )


def read_intent(o: Json) -> Row:
    """A PaymentIntent; its current charge is `latest_charge`."""
    metadata, error = _part(o.get("metadata")), _part(o.get("last_payment_error"))
    return (
        o["id"],
        _created(o),
        _cents(o, "amount"),
        _currency(o),
        _text(o.get("status")) or "unknown",
        _id(o.get("customer")),
        _id(o.get("latest_charge")),
        _text(error.get("decline_code")) or _text(error.get("code")) or _text(o.get("cancellation_reason")),
        _text(metadata.get(DEBIT_TAG)),
        _text(metadata.get("invoice_reference")) or _text(o.get("description")),
        _id(o.get("payment_method")),
        _rail_of_intent(o),
    )


def _rail_of_intent(o: Json) -> str:
    """What it was tried with, else the one thing that it may be paid with; `several` where that is still open."""
    tried = _part(_part(o.get("last_payment_error")).get("payment_method")) or _part(o.get("payment_method"))
    if kind := _text(tried.get("type")):
        return kind
    types = o.get("allowed_payment_method_types") or o.get("payment_method_types")
    kinds = {one for one in types if isinstance(one, str)} if isinstance(types, list) else set()
    return "several" if len(kinds) > 1 else next(iter(kinds), UNSAID)


def read_balance_transaction(o: Json) -> Row:
    """A balance transaction; which payout it was paid in is known only from the payout's own list."""
    return (
        o["id"],
        _created(o),
        amount := _cents(o, "amount"),
        fee := _cents(o, "fee", required=False),
        _cents(o, "net") if o.get("net") is not None else amount - fee,
        _currency(o),
        _text(o.get("type")) or "unknown",
        _text(o.get("status")) or "unknown",
        _moment(o.get("available_on")),
        _id(o.get("source")),
        None,
    )


def read_refund(o: Json) -> Row:
    """A refund; for ACH a separate credit that can fail, under a reference that the customer's bank can search by."""
    sent = _part(_part(o.get("destination_details")).get("us_bank_transfer"))
    return (
        o["id"],
        _created(o),
        _cents(o, "amount"),
        _currency(o),
        _text(o.get("status")) or "unknown",
        _id(o.get("charge")),
        _text(o.get("reason")),
        _text(o.get("failure_reason")),
        _text(sent.get("reference")),
        _text(sent.get("reference_status")),
    )


def read_dispute(o: Json) -> Row:
    """A dispute: a late return, or an inquiry."""
    return (
        o["id"],
        _created(o),
        _cents(o, "amount"),
        _currency(o),
        _text(o.get("status")) or "unknown",
        _id(o.get("charge")),
        _text(o.get("reason")),
    )


def read_payout(o: Json) -> Row:
    """A payout; only an automatic one can be itemized, once its reconciliation is completed."""
    return (
        o["id"],
        _created(o),
        _cents(o, "amount"),
        _currency(o),
        _text(o.get("status")) or "unknown",
        _moment(o.get("arrival_date")),
        int(o.get("automatic") is True),
        _text(o.get("reconciliation_status")),
        _text(_part(o.get("trace_id")).get("value")),
        0,
        _text(o.get("source_type")),
    )


def read_customer(o: Json) -> Row:
    """A customer at Stripe; a deleted one has neither name nor e-mail."""
    name, email = _text(o.get("name")), _text(o.get("email"))
    return (o["id"], _moment(o.get("created")), name, email, int(o.get("deleted") is True))


# A balance transaction that two payouts list was paid out by the one that did not fail.
_NOT_OF_A_FAILED_PAYOUT = (
    "payout_id = CASE WHEN excluded.payout_id IS NULL OR (payout_id IS NOT NULL AND EXISTS (SELECT 1 FROM payout WHERE"
    " id = excluded.payout_id AND status IN ('failed', 'canceled'))) THEN payout_id ELSE excluded.payout_id END"
)


class Resource:
    """One kind of object: Stripe's resource, our table, and how to read and keep a row."""

    def __init__(
        self,
        name: str,
        table: str,
        columns: str,
        read: Callable[[Json], Row],
        keep: Sequence[str] = (),
        *,
        lasting: str = "",
    ) -> None:
        """`keep` names columns that a later read of the object must not erase.

        `lasting` names one that says that the object is at its end: it stays set, and the others as they were known.
        """
        self.name, self.table, self.columns, self.read = name, table, columns.split(), read
        marks = ", ".join("?" * len(self.columns))
        updates = ", ".join(
            _NOT_OF_A_FAILED_PAYOUT
            if name == "payout_id"
            else f"{name} = coalesce(excluded.{name}, {name})"
            if name in keep
            else f"{name} = max(excluded.{name}, {name})"
            if name in {"itemized", lasting}
            else f"{name} = CASE WHEN excluded.{lasting} THEN {name} ELSE excluded.{name} END"
            if lasting
            else f"{name} = excluded.{name}"
            for name in self.columns[1:]
        )
        self.upsert = f"INSERT INTO {table} ({', '.join(self.columns)}) VALUES ({marks}){on_repeat('id')} {updates}"


RESOURCES: dict[str, Resource] = {
    one.name: one
    for one in (
        Resource("customers", "stripe_customer", "id created name email deleted", read_customer, lasting="deleted"),
        Resource(
            "payouts",
            "payout",
            "id created amount currency status arrival automatic reconciliation trace itemized source_type",
            read_payout,
            keep=("source_type",),
        ),
        Resource(
            "balance_transactions",
            "balance_transaction",
            "id created amount fee net currency type status available_on source_id payout_id",
            read_balance_transaction,
            keep=("payout_id",),
        ),
        Resource("disputes", "dispute", "id created amount currency status charge_id reason", read_dispute),
        Resource(
            "refunds",
            "refund",
            "id created amount currency status charge_id reason failure_reason reference reference_status",
            read_refund,
            keep=("reference", "reference_status"),
        ),
        Resource(
            "payment_intents",
            "intent",
            "id created amount currency status customer_id charge_id error_code debit_id reference method_id rail",
            read_intent,
        ),
        Resource(
            "charges",
            "charge",
            "id created amount currency status refunded disputed failure_code failure_message rail intent_id method_id"
            " customer_id balance_transaction_id bank last4 holder_type mandate_id expected_debit trace descriptor"
            " debit_id reference network_code payer payer_email",
            read_charge,
        ),
    )
}
