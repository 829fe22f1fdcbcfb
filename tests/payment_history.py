"""A small deterministic history of payments as whole Stripe objects, for tests of what is kept of them."""

from __future__ import annotations

import json
import random
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

START = 1_730_000_000  # October 2024; the last payment is always in the past
DAY = 86_400
OUTCOMES: list[tuple[str, str | None, int]] = [
    ("succeeded", None, 93),
    ("failed", "insufficient_funds", 3),
    ("failed", "account_closed", 1),
    ("pending", None, 3),
]


@dataclass
class Listing:
    """One resource, newest first: ids, creation times and rendered bodies side by side."""

    ids: list[str] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)

    def finish(self, objects: list[dict[str, Any]]) -> None:
        """Sort and render."""
        objects.sort(key=lambda one: (-one["created"], one["id"]))
        self.ids = [one["id"] for one in objects]
        self.created = [-one["created"] for one in objects]
        self.bodies = [json.dumps(one).encode() for one in objects]
        self.place = {id: number for number, id in enumerate(self.ids)}

    def replace(self, one: dict[str, Any]) -> None:
        """Render one object anew."""
        self.bodies[self.place[one["id"]]] = json.dumps(one).encode()

    def window(self, low: int | None, high: int | None) -> tuple[int, int]:
        """The places of `low <= created < high`."""
        first = bisect_left(self.created, -(high - 1)) if high is not None else 0
        last = bisect_left(self.created, -low + 1) if low is not None else len(self.ids)
        return first, last


class History:
    """Everything that a Stripe account of `count` payments lists."""

    def __init__(self, count: int, days: int = 400, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self.resources: dict[str, Listing] = {}
        self.by_payout: dict[str, list[int]] = {}
        self.now = START + days * DAY
        self._build(count, days)

    def _build(self, count: int, days: int) -> None:
        rng = self._random
        customers: list[dict[str, Any]] = [
            {
                "id": f"cus_{number:014d}",
                "object": "customer",
                "created": START - number,
                "name": f"Customer {number}",
                "email": f"c{number}@example.com",
                "metadata": {},
                "balance": 0,
                "livemode": False,
            }
            for number in range(max(10, count // 50))
        ]
        self.charges: list[dict[str, Any]] = []
        intents, balance_transactions, payouts, refunds, disputes = [], [], [], [], []
        in_payout: dict[str, list[dict[str, Any]]] = {}
        for number in range(count):
            created = START + int(number * days * DAY / count)
            status, code, _ = rng.choices(OUTCOMES, [one[2] for one in OUTCOMES])[0]
            if created < self.now - 10 * DAY and status == "pending":
                status = "succeeded"
            charge, intent, balance_transaction = _payment(
                number, created, rng, rng.choice(customers)["id"], status, code
            )
            day = (created + 6 * DAY) // DAY
            if status == "succeeded" and day * DAY < self.now:
                in_payout.setdefault(f"po_{day:016d}", []).append(balance_transaction)
            self.charges.append(charge)
            intents.append(intent)
            balance_transactions.append(balance_transaction)
            if status == "succeeded" and number % 90 == 0:
                charge["amount_refunded"], charge["refunded"] = charge["amount"], True
                refunds.append(_part("re", number, charge, created + 5 * DAY, status="succeeded"))
            elif status == "succeeded" and number % 700 == 0:
                charge["disputed"] = True
                disputes.append(
                    _part("du", number, charge, created + 8 * DAY, status="lost", reason="debit_not_authorized")
                )
        for id, parts in in_payout.items():
            arrival = int(id[3:]) * DAY
            payouts.append(
                {
                    "id": id,
                    "object": "payout",
                    "created": arrival,
                    "arrival_date": arrival + DAY,
                    "amount": sum(part["net"] for part in parts),
                    "currency": "usd",
                    "status": "paid",
                    "automatic": True,
                    "reconciliation_status": "completed",
                    "trace_id": {"status": "supported", "value": f"T{id[3:]}"},
                }
            )
        for resource, objects in {
            "customers": customers,
            "payment_intents": intents,
            "balance_transactions": balance_transactions,
            "charges": self.charges,
            "refunds": refunds,
            "disputes": disputes,
            "payouts": payouts,
            "events": [],
        }.items():
            self.resources[resource] = Listing()
            self.resources[resource].finish(objects)
        place = self.resources["balance_transactions"].place
        self.by_payout = {id: sorted(place[part["id"]] for part in parts) for id, parts in in_payout.items()}

    def change(self, share: float) -> list[str]:
        """Change this share of the charges' statuses, with the events that Stripe would send; returns their ids."""
        chosen = self._random.sample(self.charges, int(len(self.charges) * share))
        events = []
        for number, charge in enumerate(chosen):
            charge["status"] = "failed" if charge["status"] == "succeeded" else "succeeded"
            charge["failure_code"] = "insufficient_funds" if charge["status"] == "failed" else None
            self.resources["charges"].replace(charge)
            events.append(
                {
                    "id": f"evt_{number:020d}",
                    "object": "event",
                    "created": self.now + 1 + number // 50,
                    "type": f"charge.{charge['status']}",
                    "data": {"object": {"id": charge["id"], "object": "charge", "created": charge["created"]}},
                }
            )
        self.resources["events"].finish(events)
        return [charge["id"] for charge in chosen]


def _part(prefix: str, number: int, charge: dict[str, Any], created: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{prefix}_{number:020d}",
        "object": {"re": "refund", "du": "dispute"}[prefix],
        "created": created,
        "amount": charge["amount"],
        "currency": "usd",
        "charge": charge["id"],
        **more,
    }


def _payment(
    number: int, created: int, rng: random.Random, customer: str, status: str, code: str | None
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    amount = rng.randrange(500, 90_000)
    fee = min(500, amount * 8 // 1000)
    ids = {"charge": f"py_{number:020d}", "intent": f"pi_{number:020d}", "balance_transaction": f"txn_{number:020d}"}
    reference = f"INV-{number:07d}"
    charge = {
        "id": ids["charge"],
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "balance_transaction": ids["balance_transaction"],
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": None,
            "name": "A Customer",
            "phone": None,
        },
        "calculated_statement_descriptor": "ACH DESK",
        "captured": True,
        "created": created,
        "currency": "usd",
        "customer": customer,
        "description": f"Invoice {reference}",
        "disputed": False,
        "failure_code": code,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {"invoice_reference": reference, "source": "history", "padding": "x" * 900},
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "not_assessed",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": status != "failed",
        "payment_intent": ids["intent"],
        "payment_method": f"pm_{number:020d}",
        "payment_method_details": {
            "type": "us_bank_account",
            "us_bank_account": {
                "account_holder_type": "individual",
                "account_type": "checking",
                "bank_name": f"BANK {number % 40}",
                "expected_debit_date": "2026-01-05",
                "fingerprint": f"fp{number % 5000:014d}",
                "last4": f"{number % 10000:04d}",
                "mandate": f"mandate_{number:020d}",
                "payment_reference": None,
                "routing_number": "110000000",
            },
        },
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": "ACH DESK",
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }
    intent = {
        "id": ids["intent"],
        "object": "payment_intent",
        "amount": amount,
        "amount_received": amount,
        "created": created,
        "currency": "usd",
        "customer": customer,
        "latest_charge": ids["charge"],
        "livemode": False,
        "metadata": {"invoice_reference": reference},
        "payment_method": f"pm_{number:020d}",
        "payment_method_types": ["us_bank_account"],
        "last_payment_error": None,
        "status": {"failed": "requires_payment_method", "pending": "processing"}.get(status, "succeeded"),
    }
    balance_transaction = {
        "id": ids["balance_transaction"],
        "object": "balance_transaction",
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "created": created + 3600,
        "available_on": (created // DAY + 6) * DAY,
        "currency": "usd",
        "type": "payment",
        "status": "available",
        "source": ids["charge"],
        "reporting_category": "charge",
        "fee_details": [{"amount": fee, "type": "stripe_fee", "currency": "usd", "description": "fee"}],
    }
    return charge, intent, balance_transaction
