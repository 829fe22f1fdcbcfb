"""Payouts compared with the payments in them, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import RAILS
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.sql import from_epoch

PAGE_SIZE = 50


class Finding(StrEnum):
    """How a payout stands to what is in it; the value says it to a person.

    Stripe: only automatic payouts can be itemized, once their reconciliation is completed.
    """

    TIES = "Ties to the cent"
    BY_HAND = "Made manually: Stripe does not list what is in it"
    RETURNED = "Did not arrive: the money went back to the Stripe balance"
    NOT_ITEMIZED = "Stripe has not itemized it yet"
    UNREAD = "Its items have not been read yet: the next sync reads them"
    DIFFERS = "Differs from what is in it"


class Group(StrEnum):
    """What a balance transaction is to a controller; the value is its name. They are shown in this order."""

    PAYMENTS = "Payments"
    OTHER_MEANS = "Payments by other means than ACH"
    REFUNDS = "Refunds"
    FAILED = "Failures, returns, adjustments"
    FEES = "Stripe fees"
    PAYOUTS = "Payouts that came back"
    RESERVES = "Reserves and holds"
    TRANSFERS = "Transfers and top-ups"
    PLATFORM = "Platform fees and collections"
    ISSUING = "Card issuing"
    FINANCING = "Financing by Stripe Capital"
    CLIMATE = "Climate contributions"
    OTHER = "Other"


# Stripe: balance transaction types. `payment_failure_refund` takes back a payment that failed after it was counted; a
# return that comes late is a dispute, whose balance transaction is an `adjustment`.
TYPES: dict[Group, tuple[str, ...]] = {
    Group.PAYMENTS: ("charge", "payment"),
    Group.REFUNDS: ("refund", "payment_refund", "refund_failure"),
    Group.FAILED: ("payment_failure_refund", "payment_reversal", "payment_unreconciled", "adjustment"),
    Group.FEES: (
        *("stripe_fee", "stripe_fx_fee", "tax_fee", "tax_fund", "fee_credit_funding"),
        *("stripe_balance_payment_debit", "stripe_balance_payment_debit_reversal"),
    ),
    Group.PAYOUTS: ("payout", "payout_cancel", "payout_failure"),
    Group.RESERVES: (
        *("reserve_transaction", "reserve_hold", "reserve_release", "reserved_funds"),
        *("payment_network_reserve_hold", "payment_network_reserve_release"),
        *("payout_minimum_balance_hold", "payout_minimum_balance_release"),
    ),
    Group.TRANSFERS: (
        *("transfer", "transfer_cancel", "transfer_failure", "transfer_refund", "topup", "topup_reversal"),
        *("inbound_transfer", "inbound_transfer_reversal", "obligation_outbound", "obligation_reversal_inbound"),
    ),
    Group.PLATFORM: ("application_fee", "application_fee_refund", "connect_collection_transfer"),
    Group.ISSUING: (
        *("issuing_authorization_hold", "issuing_authorization_release", "issuing_transaction", "issuing_dispute"),
        *("issuing_dispute_provisional_credit", "issuing_dispute_provisional_credit_reversal"),
    ),
    Group.FINANCING: ("advance", "advance_funding", "anticipation_repayment"),
    Group.CLIMATE: ("climate_order_purchase", "climate_order_refund", "contribution"),
}
GROUPS = {type: group for group, types in TYPES.items() for type in types}


def group_of(type: str, rail: str | None = None) -> Group:
    """What a type is; `rail` is that of the charge that it is about, where there is one."""
    group = GROUPS.get(type, Group.OTHER)
    return Group.OTHER_MEANS if group is Group.PAYMENTS and rail is not None and rail not in RAILS else group


def name_of(type: str, rail: str | None = None) -> str:
    """A group's name; of a type that nobody knows yet its own."""
    group = group_of(type, rail)
    return type.replace("_", " ").capitalize() if group is Group.OTHER else group.value


@dataclass(frozen=True)
class PayoutLine:
    """One payout beside what is in it; money in cents, `arrival` the day it reaches the bank."""

    id: str
    arrival: date
    amount: int
    currency: str
    status: str
    parts: int
    net: int
    trace: str | None
    finding: Finding

    @property
    def ties(self) -> bool:
        """Whether the parts add up to the payout to the cent."""
        return self.finding is Finding.TIES

    @property
    def difference(self) -> int:
        """What the payout has more than its parts, in cents; 0 where nothing can be said."""
        return self.amount - self.net if self.finding is Finding.DIFFERS else 0


@dataclass(frozen=True)
class PayoutSum:
    """One kind of thing in a payout; money in cents, `net` is `amount - fee`."""

    group: Group
    name: str
    parts: int
    amount: int
    fee: int
    net: int


@dataclass(frozen=True)
class PayoutItem:
    """One balance transaction in a payout; money in cents."""

    id: str
    type: str
    source_id: str | None
    payment_id: str | None
    created: datetime
    amount: int
    fee: int
    net: int
    currency: str
    customer: str
    reference: str
    rail: str | None

    @property
    def group(self) -> Group:
        """What it is; a type that nobody knows yet is something else."""
        return group_of(self.type, self.rail)

    @property
    def name(self) -> str:
        """What it is, in words."""
        return name_of(self.type, self.rail)


class Payouts:
    """Ties payouts to payments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, actor: Actor, payout_id: str) -> PayoutLine:
        """One payout. Raises InputError where it is not known."""
        require(actor, Permission.VIEW_PAYMENTS)
        row = self._store.payouts.get(payout_id)
        if row is None:
            raise InputError("There is no such payout here.", action="Press Sync now, then look again.", code="payout")
        return read_line(row)

    def sums(self, actor: Actor, payout_id: str) -> list[PayoutSum]:
        """What is in a payout, by group, a type that nobody knows by itself; the nets add up to the net of its line."""
        require(actor, Permission.VIEW_PAYMENTS)
        found: dict[tuple[Group, str], list[int]] = {}
        for row in self._store.payouts.sums(payout_id):
            key = group_of(row["type"], row["rail"]), name_of(row["type"], row["rail"])
            sums = found.setdefault(key, [0, 0, 0, 0])
            for place, name in enumerate(("parts", "amount", "fee", "net")):
                sums[place] += row[name]
        order = list(Group)
        return [PayoutSum(*key, *found[key]) for key in sorted(found, key=lambda key: (order.index(key[0]), key[1]))]

    def items(
        self, actor: Actor, payout_id: str, number: int = 0, size: int = PAGE_SIZE
    ) -> tuple[list[PayoutItem], bool]:
        """A page of what is in one payout, oldest first, and whether there is more; pages count from 0."""
        require(actor, Permission.VIEW_PAYMENTS)
        rows = self._store.payouts.parts(payout_id, size + 1, number * size)
        return [read_item(row) for row in rows[:size]], len(rows) > size


def read_line(row: dict[str, Any]) -> PayoutLine:
    """A payout with its finding."""
    if not row["automatic"]:
        finding = Finding.BY_HAND
    elif row["status"] in {"failed", "canceled"}:
        finding = Finding.RETURNED
    elif row["reconciliation"] != "completed":
        finding = Finding.NOT_ITEMIZED
    elif not row["itemized"]:
        finding = Finding.UNREAD
    else:
        finding = Finding.TIES if row["net"] == row["amount"] else Finding.DIFFERS
    return PayoutLine(
        arrival=from_epoch(row["arrival"]).date(),
        finding=finding,
        **{name: row[name] for name in ("id", "amount", "currency", "status", "parts", "net", "trace")},
    )


def read_item(row: dict[str, Any]) -> PayoutItem:
    """A balance transaction as a person reads it; without a payment of ours it has no customer."""
    return PayoutItem(
        created=from_epoch(row["created"]),
        customer=row["customer"] or "",
        reference=row["reference"] or "",
        **{name: row[name] for name in ("id", "type", "source_id", "payment_id", "rail")},
        **{name: row[name] for name in ("amount", "fee", "net", "currency")},
    )
