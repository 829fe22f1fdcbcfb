"""Histories of a Stripe account, made up step by step, with the balance counted beside them by the plainest means.

`HISTORIES=200` (`make books`) makes as many of each property; else a slice of them is made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.store import Store

NEW_YORK = ZoneInfo("America/New_York")
RAILS = ("us_bank_account", "ach_debit")
BEGIN = datetime(2026, 8, 25, 12, tzinfo=UTC)
WHOLE = int(os.environ.get("HISTORIES", "0"))


def seeds(slice_: int, first: int = 0) -> range:
    """The histories that a property is tried on: a slice of them, or all where they were asked for."""
    return range(first, first + (WHOLE or slice_))


@dataclass
class History:
    """What happened: `moves` are (when, rail, cents), `payouts` (when, arrival, back at, rail, cents)."""

    moves: list[tuple[int, str, int]] = field(default_factory=list)
    payouts: list[tuple[int, int, int | None, str, int]] = field(default_factory=list)
    is_said: bool = True  # whether Stripe's source type of its payouts is kept

    def balance(self, rail: str, at: int) -> int:
        """Cents on the Stripe balance before an instant."""
        paid = sum(cents for when, _, _, mine, cents in self.payouts if mine == rail and when < at)
        return sum(cents for when, mine, cents in self.moves if mine == rail and when < at) - paid

    def in_transit(self, rail: str, at: int, bank_day: int) -> int:
        """Cents that had left the balance before an instant and had neither arrived nor come back."""
        return sum(
            cents
            for when, arrival, back, mine, cents in self.payouts
            if mine == rail and when < at and (arrival >= bank_day if back is None else back >= at)
        )


def make(store: Store, seed: int, days: int = 70) -> History:
    """Payments, fees, refunds, late returns and payouts of both rails over some days, a few of which fail."""
    random, history = Random(seed), History(is_said=seed % 2 == 0)
    waiting: dict[str, list[dict[str, Any]]] = {rail: [] for rail in RAILS}
    number = 0

    def book(rail: str, at: int, type: str, amount: int, fee: int, source: str) -> None:
        nonlocal number
        number += 1
        row = {"id": f"txn_{number}", "created": at, "amount": amount, "fee": fee, "net": amount - fee}
        row |= {"currency": "usd", "type": type, "status": "available", "source": source}
        store.projection.apply("balance_transactions", [row])
        waiting[rail].append(row)
        history.moves.append((at, rail, amount - fee))

    for place in range(days):
        opens = int((BEGIN + timedelta(days=place)).timestamp())
        for rail in RAILS:
            for _ in range(random.randrange(3)):
                number += 1
                at, cents, charge = opens + random.randrange(40_000), random.randrange(500, 90_000), f"py_{number}"
                bank = {"bank_name": ("Acme Bank", "Big Bank", "")[number % 3], "last4": "6789"}
                details: dict[str, Any] = {"payment_method_details": {"type": rail, rail: bank}}
                details["balance_transaction"] = f"txn_{number + 1}"  # the next that is booked
                if number % 5:
                    details["customer"] = f"cus_{number % 7}"
                one = {
                    "id": charge,
                    "created": at,
                    "amount": cents,
                    "currency": "usd",
                    "status": "succeeded",
                    **details,
                }
                store.projection.apply("charges", [one])
                book(rail, at, "payment", cents, 500, charge)
                if random.random() < 0.2:
                    refund: dict[str, Any] = {"id": f"re_{number}", "created": at, "amount": cents, "currency": "usd"}
                    store.projection.apply("refunds", [{**refund, "status": "succeeded", "charge": charge}])
                    book(rail, at + 60, "payment_refund", -cents, 0, refund["id"])
                elif random.random() < 0.2:
                    dispute: dict[str, Any] = {"id": f"du_{number}", "created": at, "amount": cents, "currency": "usd"}
                    store.projection.apply("disputes", [{**dispute, "status": "lost", "charge": charge}])
                    book(rail, at + 60, "adjustment", -cents, 1_500, dispute["id"])
            if random.random() < 0.4 and (parts := waiting[rail]):
                _pay_out(store, history, random, rail, opens + 50_000, parts, waiting)
    return history


def _pay_out(
    store: Store,
    history: History,
    random: Random,
    rail: str,
    at: int,
    parts: list[dict[str, Any]],
    waiting: dict[str, list[dict[str, Any]]],
) -> None:
    id, total = f"po_{len(history.payouts)}_{rail}", sum(one["net"] for one in parts)
    arrival = (at // 86_400 + random.randrange(1, 5)) * 86_400
    failed = random.random() < 0.15 and any(one["type"] == "payment" for one in parts)
    payout = {"id": id, "created": at, "arrival_date": arrival, "amount": total, "currency": "usd"}
    payout |= {"status": "failed" if failed else "paid", "automatic": True, "reconciliation_status": "completed"}
    if history.is_said:
        payout["source_type"] = "bank_account" if rail == "ach_debit" else "card"
    store.projection.apply("payouts", [payout])
    store.projection.apply("balance_transactions", parts, payout_id=id)
    store.projection.mark_itemized(id)
    waiting[rail] = []
    back = None
    if failed:
        back = arrival + 3_600
        row = {"id": f"txn_back_{id}", "created": back, "amount": total, "fee": 0, "net": total, "currency": "usd"}
        row |= {"type": "payout_failure", "status": "available", "source": id}
        store.projection.apply("balance_transactions", [row])
        history.moves.append((back, rail, total))
    history.payouts.append((at, arrival, back, rail, total))
