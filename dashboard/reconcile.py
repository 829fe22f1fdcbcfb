"""Payouts against the payments in them: what arrived is the sum of what is listed, or it is said why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from dashboard.access import Permission, require
from dashboard.errors import InputError
from dashboard.models import Actor
from dashboard.store import Store

PAGE_SIZE = 50


class Finding(StrEnum):
    """How a payout stands to what is in it; the value says it to a person.

    Stripe: only automatic payouts can be itemised, once their reconciliation is completed.
    """

    TIES = "Ties to the cent"
    BY_HAND = "Made by hand: Stripe does not say what is in it"
    RETURNED = "Did not arrive: the money went back to the Stripe balance"
    NOT_ITEMISED = "Stripe has not itemised it yet"
    UNREAD = "Its parts are not read yet: the next sync reads them"
    DIFFERS = "Differs from what is in it"


class Group(StrEnum):
    """What a balance transaction is to a controller; the value is its name."""

    PAYMENTS = "Payments"
    REFUNDS = "Refunds"
    FAILED = "Failures, returns, adjustments"
    FEES = "Stripe's own fees"
    OTHER = "Other"


# Stripe: balance transaction types. `payment_failure_refund` takes back a payment that failed after it was counted; a
# return that comes late is a dispute, whose balance transaction is an `adjustment`.
GROUPS = {
    "charge": Group.PAYMENTS,
    "payment": Group.PAYMENTS,
    "refund": Group.REFUNDS,
    "payment_refund": Group.REFUNDS,
    "refund_failure": Group.REFUNDS,
    "payment_failure_refund": Group.FAILED,
    "payment_reversal": Group.FAILED,
    "adjustment": Group.FAILED,
    "stripe_fee": Group.FEES,
}


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
    parts: int
    amount: int
    fee: int
    net: int


@dataclass(frozen=True)
class PayoutPart:
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

    @property
    def group(self) -> Group:
        """What it is; a type that nobody knows yet is something else."""
        return GROUPS.get(self.type, Group.OTHER)


class Reconcile:
    """Ties payouts to payments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def payouts(self, actor: Actor, number: int = 0, size: int = PAGE_SIZE) -> tuple[list[PayoutLine], bool]:
        """A page of payouts, the last to arrive first, and whether there are more; pages count from 0."""
        require(actor, Permission.VIEW_PAYMENTS)
        rows = self._store.payouts.recent(size + 1, number * size)
        return [read_line(row) for row in rows[:size]], len(rows) > size

    def payout(self, actor: Actor, payout_id: str) -> PayoutLine:
        """One payout. Raises InputError where it is not known."""
        require(actor, Permission.VIEW_PAYMENTS)
        row = self._store.payouts.get(payout_id)
        if row is None:
            raise InputError("There is no such payout here.", action="Press Sync now, then look again.", code="payout")
        return read_line(row)

    def sums(self, actor: Actor, payout_id: str) -> list[PayoutSum]:
        """What is in a payout, by group; the nets add up to the net of its line."""
        require(actor, Permission.VIEW_PAYMENTS)
        found: dict[Group, list[int]] = {}
        for row in self._store.payouts.sums(payout_id):
            sums = found.setdefault(GROUPS.get(row["type"], Group.OTHER), [0, 0, 0, 0])
            for place, name in enumerate(("parts", "amount", "fee", "net")):
                sums[place] += row[name]
        return [PayoutSum(group, *found[group]) for group in Group if group in found]

    def parts(
        self, actor: Actor, payout_id: str, number: int = 0, size: int = PAGE_SIZE
    ) -> tuple[list[PayoutPart], bool]:
        """A page of what is in one payout, oldest first, and whether there is more; pages count from 0."""
        require(actor, Permission.VIEW_PAYMENTS)
        rows = self._store.payouts.parts(payout_id, size + 1, number * size)
        return [read_part(row) for row in rows[:size]], len(rows) > size


def read_line(row: dict[str, Any]) -> PayoutLine:
    """A payout with its finding."""
    if not row["automatic"]:
        finding = Finding.BY_HAND
    elif row["status"] in {"failed", "canceled"}:
        finding = Finding.RETURNED
    elif row["reconciliation"] != "completed":
        finding = Finding.NOT_ITEMISED
    elif not row["itemised"]:
        finding = Finding.UNREAD
    else:
        finding = Finding.TIES if row["net"] == row["amount"] else Finding.DIFFERS
    return PayoutLine(
        arrival=datetime.fromtimestamp(row["arrival"], UTC).date(),
        finding=finding,
        **{name: row[name] for name in ("id", "amount", "currency", "status", "parts", "net", "trace")},
    )


def read_part(row: dict[str, Any]) -> PayoutPart:
    """A balance transaction as a person reads it; without a payment of ours it has no customer."""
    return PayoutPart(
        created=datetime.fromtimestamp(row["created"], UTC),
        customer=row["customer"] or "",
        reference=row["reference"] or "",
        **{name: row[name] for name in ("id", "type", "source_id", "payment_id", "amount", "fee", "net", "currency")},
    )
