"""What Stripe's rules make of an account's objects, told without the product's code, and such objects at random."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

from dashboard.domain.payment_status import PaymentFacts
from tests.unit.payment_rules import NEW_YORK, TAKES_BACK, expect

Json = dict[str, Any]
START = 1_790_000_000
TODAY = date(2026, 11, 24)
TIMES = (START, START + 54_000, START + 54_400, START + 86_400, START + 400_000)  # before and after a midnight


class Account:
    """A Stripe account as it stands: the newest form of each object, and where balance transactions were paid out."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Json]] = {
            name: {}
            for name in (
                *("customers", "payment_intents", "charges", "balance_transactions", "refunds", "disputes"),
                "payouts",
            )
        }
        self.paid_out: dict[str, str] = {}

    def keep(self, resource: str, one: Json, payout: str | None = None) -> None:
        self.objects[resource][one["id"]] = one
        if payout is not None:
            self.paid_out[one["id"]] = payout

    def payments(self) -> dict[str, Json]:
        """What the table has to show: a row for each charge, and for each PaymentIntent that has none."""
        charged = {one.get("payment_intent") for one in self.objects["charges"].values()}
        rows = [self._of_charge(one) for one in self.objects["charges"].values()]
        rows += [self._of_intent(one) for id, one in self.objects["payment_intents"].items() if id not in charged]
        return {row["id"]: row for row in rows if row["rail"] in {"us_bank_account", "ach_debit"}}

    def _paid_out_in(self, balance_transaction: Json) -> tuple[str | None, Json]:
        """The payout that a balance transaction left with: where that failed, the one that took it along again."""
        first = self.paid_out.get(balance_transaction.get("id", ""))
        payout = self.objects["payouts"].get(first or "", {})
        if payout.get("status") in {"failed", "canceled"}:
            for again in self.objects["balance_transactions"].values():
                came_back = again["source"] == first and again["type"] in {"payout_failure", "payout_cancel"}
                second = self.paid_out.get(again["id"])
                if came_back and second in self.objects["payouts"] and second != first:
                    return second, self.objects["payouts"][second]
        return first, payout

    def _refunded(self, one: Json) -> int:
        """What was given back: its refunds but for those that failed, and what the charge counts beyond them all."""
        refunds = [r for r in self.objects["refunds"].values() if r["charge"] == one["id"]]
        stand: int = sum(r["amount"] for r in refunds if r["status"] not in {"failed", "canceled"})
        beyond: int = one["amount_refunded"] - sum(r["amount"] for r in refunds)
        return stand + max(0, beyond)

    def _common(self, one: Json, payer: Json | None = None) -> Json:
        customer = self.objects["customers"].get(one.get("customer") or "", {}) or payer or {}
        local = datetime.fromtimestamp(one["created"], UTC).astimezone(NEW_YORK).date()
        return {
            **{name: one[name] for name in ("id", "created", "amount", "currency")},
            "day": (local - datetime(1970, 1, 1).date()).days,
            "customer_id": one.get("customer"),
            "customer": customer.get("name") or "",
            "email": customer.get("email") or "",
        }

    def _of_charge(self, one: Json) -> Json:
        intent = self.objects["payment_intents"].get(one.get("payment_intent") or "", {})
        balance_transaction = self.objects["balance_transactions"].get(one.get("balance_transaction") or "", {})
        of_it = [s for s in self.objects["balance_transactions"].values() if s["source"] == one["id"]]
        payout_id, payout = self._paid_out_in(balance_transaction)
        refunded = self._refunded(one)
        disputes = sorted(
            (d for d in self.objects["disputes"].values() if d["charge"] == one["id"]),
            key=lambda d: (d["status"] not in TAKES_BACK, -d["created"], d["id"]),
        )
        dispute = disputes[0] if disputes else {}
        details, source = one.get("payment_method_details"), one.get("source")
        said = details["type"] if details else source and source["object"]
        rail = {None: rail_of(intent) if intent else "unknown", "bank_account": "ach_debit"}.get(said, said)
        bank = details[rail] if details else source or {}
        payer = {} if one.get("customer") else one.get("billing_details") or {}
        state, on, reason = expect(
            PaymentFacts(
                created=one["created"],
                amount=one["amount"],
                intent_status=intent.get("status"),
                intent_error=error_of(intent),
                charge_status=one["status"],
                failure_code=one["failure_code"],
                refunded=refunded,
                dispute_status=dispute.get("status"),
                dispute_reason=dispute.get("reason"),
                dispute_created=dispute.get("created"),
                submitted=bool(balance_transaction),
                available_on=balance_transaction.get("available_on"),
                payout_id=payout_id,
                payout_status=payout.get("status"),
                payout_arrival=payout.get("arrival_date"),
            )
        )
        return {
            **self._common(one, payer),
            "state": state,
            "due": on,
            "reason": reason,
            "rail": rail,
            "bank": bank.get("bank_name") or "",
            "last4": bank.get("last4"),
            "reference": reference_of(one) or reference_of(intent) or "",
            "fee": sum(s["fee"] for s in of_it) if of_it else None,
            "net": sum(s["net"] for s in of_it) if of_it else None,
            "refunded": refunded,
            "available_on": balance_transaction.get("available_on"),
            "payout_id": payout_id,
            "intent_id": one.get("payment_intent"),
            "debit_id": tag_of(one) or tag_of(intent),
            "balance_currency": balance_transaction.get("currency"),
        }

    def _of_intent(self, one: Json) -> Json:
        facts = PaymentFacts(one["created"], one["amount"], intent_status=one["status"], intent_error=error_of(one))
        state, on, reason = expect(facts)
        return {
            **self._common(one),
            "state": state,
            "due": on,
            "reason": reason,
            "rail": rail_of(one),
            "bank": "",
            "last4": None,
            "reference": reference_of(one) or "",
            "fee": None,
            "net": None,
            "refunded": 0,
            "available_on": None,
            "payout_id": None,
            "intent_id": one["id"],
            "debit_id": tag_of(one),
            "balance_currency": None,
        }


def error_of(intent: Json) -> str | None:
    error = intent.get("last_payment_error") or {}
    return error.get("decline_code") or error.get("code") or intent.get("cancellation_reason")


def rail_of(intent: Json) -> str:
    """What a PaymentIntent was tried with, else the one thing that it may be paid with."""
    tried = (intent.get("last_payment_error") or {}).get("payment_method")
    types = intent["payment_method_types"]
    if tried:
        return str(tried["type"])
    return types[0] if len(types) == 1 else "several" if types else "unknown"


def reference_of(one: Json) -> str | None:
    return one.get("metadata", {}).get("invoice_reference") or one.get("description")


def tag_of(one: Json) -> str | None:
    metadata: dict[str, str] = one.get("metadata", {})
    return metadata.get("ach_desk_debit")


class Draw:
    """Objects of a small account, at random, each time perhaps in another form than before."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.failed = False

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def base(self, id: str, number: int) -> Json:
        return {"id": id, "created": TIMES[number % len(TIMES)], "amount": 1_000 + number, "currency": "usd"}

    def customers(self) -> Json:
        number = self.random.randrange(3)
        name, email = self.one(("Ana", "ana@example.com"), ("Bo", None), (None, None))
        return {"id": f"cus_{number}", "created": START, "name": name, "email": email}

    def metadata(self, number: int) -> dict[str, str]:
        chosen: dict[str, str] = self.one(
            {}, {"invoice_reference": f"INV-{number}"}, {"ach_desk_debit": f"debit_{number}"}
        )
        return chosen

    def payment_intents(self) -> Json:
        number = self.random.randrange(6)
        tried = self.one(None, {"type": "us_bank_account"}, {"type": "card"})
        error = self.one(
            *(None, None, {"code": "c", "decline_code": "d"}, {"code": "c", "decline_code": None}),
            {"code": "c", "decline_code": None, "payment_method": tried},
        )
        ach = ["us_bank_account"]
        return {
            **self.base(f"pi_{number}", number),
            "status": self.one(
                "processing", "succeeded", "canceled", "requires_payment_method", "requires_action", "new"
            ),
            "customer": self.one("cus_0", "cus_1", None),
            "payment_method_types": self.one(ach, ach, ach, ach, ["ach_debit"], ["card"], ["card", *ach], []),
            "last_payment_error": error,
            "cancellation_reason": self.one(None, "abandoned"),
            "metadata": self.metadata(number),
            "description": self.one(None, "by hand"),
        }

    def charges(self) -> Json:
        number = self.random.randrange(7)
        bank = {"bank_name": self.one("CHASE", None), "last4": self.one("6789", None)}
        rail = self.one("us_bank_account", "us_bank_account", "us_bank_account", "card")
        shape = self.one(
            {"payment_method_details": {"type": rail, rail: bank}, "source": None},
            {"payment_method_details": None, "source": {"object": "bank_account", **bank}},
            {"payment_method_details": None, "source": self.one(None, {"object": "card", **bank})},
        )
        return {
            **self.base(f"py_{number}", number),
            **shape,
            "status": self.one("pending", "succeeded", "succeeded", "failed", "new"),
            "failure_code": self.one(None, "account_closed"),
            "amount_refunded": self.one(0, 0, 0, 500, 1_000 + number),
            "payment_intent": None if number == 6 else f"pi_{number // 2}",
            "customer": self.one("cus_0", "cus_2", None),
            "balance_transaction": self.one(None, f"txn_{number}"),
            "billing_details": self.one(None, {"name": "A Payer", "email": "payer@example.com"}, {"name": None}),
            "metadata": self.metadata(number),
            "description": self.one(None, "by hand"),
        }

    def balance_transactions(self) -> Json:
        number = self.random.randrange(15)
        fee = self.one(0, 5, 40)
        one = self.base(f"txn_{number}", number)
        return {
            **one,
            "fee": fee,
            "net": one["amount"] - fee,
            "status": "available",
            "available_on": START + self.one(500_000, 600_000),
            # Beside its own, a charge has one that took it back; the last one says that a payout came back.
            "type": "payment" if number < 14 else self.one("payout_failure", "payout_cancel"),
            "source": f"py_{number % 7}" if number < 14 else "po_0",
        }

    def refunds(self) -> Json:
        number = self.random.randrange(3)
        return {
            **self.base(f"re_{number}", number),
            "amount": self.one(300, 500),
            "status": self.one("pending", "succeeded", "failed", "canceled"),
            "charge": f"py_{number % 2}",
        }

    def disputes(self) -> Json:
        number = self.random.randrange(5)
        return {
            **self.base(f"du_{number}", number),
            "created": START + self.one(700_000, 700_001, 700_002),
            "status": self.one("needs_response", "lost", "won", "warning_closed", "prevented"),
            "reason": self.one("debit_not_authorized", "insufficient_funds"),
            "charge": f"py_{number % 3}",
        }

    def payouts(self) -> Json:
        number = self.random.randrange(2)
        self.failed = self.failed or (number == 0 and self.one(True, False, False))  # for good
        fine = self.one("paid", "in_transit", "pending")
        return {
            **self.base(f"po_{number}", number),
            "status": "failed" if number == 0 and self.failed else fine,
            "arrival_date": START + self.one(800_000, 900_000),
            "automatic": True,
            "reconciliation_status": "completed",
        }

    def step(self) -> tuple[str, list[Json], str | None]:
        """A page: one to three objects of a resource, and the payout that it was listed for."""
        names = ("customers", "payment_intents", "charges", "balance_transactions", "disputes", "payouts", "refunds")
        resource = self.random.choices(names, (1, 3, 4, 4, 2, 2, 1))[0]
        page = {one["id"]: one for one in (getattr(self, resource)() for _ in range(self.one(1, 1, 3)))}
        payout = None
        if resource == "balance_transactions":  # each is listed by one payout: the even ones by the first
            payout = self.one(None, "po_0", "po_1")
            listed = {id: "po_1" if id == "txn_14" else f"po_{int(id[4:]) % 2}" for id in page}
            page = {id: one for id, one in page.items() if payout in (None, listed[id])}
        return resource, list(page.values()), payout
