"""Stripe's objects as the columns that the product keeps; unknown fields, nulls and missing parts pass.

What money is counted by does not pass: an object without its amount, currency or time is refused, not read as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeGuard

from dashboard.errors import ProviderBroken
from dashboard.texts import is_sound, make_sound

LARGEST_CENTS = 10**13  # Stripe takes at most twelve digits; a sum of a hundred thousand such still fits 64 bits
LATEST = 4_102_444_800  # the year 2100: a later time is a mistake

Json = Mapping[str, Any]  # of plain dicts, as JSON makes them
Row = tuple[Any, ...]


def _id(value: Any) -> str | None:
    """An id, from a reference or from the expanded object."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value and (value.isascii() or is_sound(value)) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else make_sound(value)  # a charge has a dozen, nearly all of them ASCII


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
        meaning="Nothing of this page was kept: an amount or a time must not be guessed.",
        action="Sync again later; if it goes on, send this id to Stripe's support.",
    )


def _part(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}  # what JSON makes; asking for any Mapping takes five times as long


def read_charge(o: Json) -> Row:
    """A charge of either rail; an old one may lack `payment_method_details` and carry its `source` instead."""
    details = _part(o.get("payment_method_details"))
    rail = _text(details.get("type"))
    source = _part(o.get("source"))
    if rail is None:
        rail = "ach_debit" if source.get("object") == "bank_account" else "other"
    bank = _part(details.get(rail)) or source
    metadata, outcome = _part(o.get("metadata")), _part(o.get("outcome"))
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
        _id(o.get("payment_method")),
        _id(o.get("customer")),
        _id(o.get("balance_transaction")),
        _text(bank.get("bank_name")),
        _text(bank.get("last4")),
        _text(bank.get("account_holder_type")),
        _id(bank.get("mandate")),
        _day(bank.get("expected_debit_date")),
        _text(bank.get("payment_reference")),
        _text(o.get("calculated_statement_descriptor")) or _text(o.get("statement_descriptor")),
        _text(metadata.get("ach_desk_debit")),
        _text(metadata.get("invoice_reference")) or _text(o.get("description")),
        _text(outcome.get("network_decline_code")),
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
        _text(metadata.get("ach_desk_debit")),
        _text(metadata.get("invoice_reference")) or _text(o.get("description")),
        _id(o.get("payment_method")),
    )


def read_settlement(o: Json) -> Row:
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
    """A refund; for ACH a separate credit that can fail."""
    return (
        o["id"],
        _created(o),
        _cents(o, "amount"),
        _currency(o),
        _text(o.get("status")) or "unknown",
        _id(o.get("charge")),
        _text(o.get("reason")),
        _text(o.get("failure_reason")),
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
    """A payout; only an automatic one can be itemised, once its reconciliation is completed."""
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
    )


def read_customer(o: Json) -> Row:
    """A customer at Stripe; a deleted one has neither name nor e-mail."""
    return (o["id"], _moment(o.get("created")), _text(o.get("name")), _text(o.get("email")))


class Kind:
    """One kind of object: Stripe's resource, our table, and how to read and keep a row."""

    def __init__(
        self, resource: str, table: str, columns: str, read: Callable[[Json], Row], keep: Sequence[str] = ()
    ) -> None:
        """`keep` names columns that a later read of the object must not erase."""
        self.resource, self.table, self.columns, self.read = resource, table, columns.split(), read
        marks = ", ".join("?" * len(self.columns))
        updates = ", ".join(
            f"{name} = coalesce(excluded.{name}, {name})"
            if name in keep
            else f"{name} = max(excluded.{name}, {name})"
            if name == "itemised"
            else f"{name} = excluded.{name}"
            for name in self.columns[1:]
        )
        self.upsert = (
            f"INSERT INTO {table} ({', '.join(self.columns)}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {updates}"  # noqa: S608
        )


KINDS: dict[str, Kind] = {
    kind.resource: kind
    for kind in (
        Kind("customers", "stripe_customer", "id created name email", read_customer),
        Kind(
            "payouts",
            "payout",
            "id created amount currency status arrival automatic reconciliation trace itemised",
            read_payout,
        ),
        Kind(
            "balance_transactions",
            "settlement",
            "id created amount fee net currency type status available_on source_id payout_id",
            read_settlement,
            keep=("payout_id",),
        ),
        Kind("disputes", "dispute", "id created amount currency status charge_id reason", read_dispute),
        Kind("refunds", "refund", "id created amount currency status charge_id reason failure_reason", read_refund),
        Kind(
            "payment_intents",
            "intent",
            "id created amount currency status customer_id charge_id error_code debit_id reference method_id",
            read_intent,
        ),
        Kind(
            "charges",
            "charge",
            "id created amount currency status refunded disputed failure_code failure_message rail intent_id method_id"
            " customer_id settlement_id bank last4 holder_type mandate_id expected_debit trace descriptor debit_id"
            " reference network_code",
            read_charge,
        ),
    )
}
