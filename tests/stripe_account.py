"""A Stripe account in memory: objects of every kind that the sync keeps, its lists, and its events for 30 days."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderDenied, ProviderError, ProviderRejected
from dashboard.domain.stripe_balance import Held
from dashboard.gateways.plaid_replies import Page

EVENTS_KEPT = 30 * 86_400
LISTED = ("customers", "payouts", "balance_transactions", "refunds", "disputes", "payment_intents", "charges", "events")
PREFIXES = {
    "customers": ("cus", "customer"),
    "payouts": ("po", "payout"),
    "balance_transactions": ("txn", "balance_transaction"),
    "refunds": ("re", "refund"),
    "disputes": ("du", "dispute"),
    "payment_intents": ("pi", "payment_intent"),
    "charges": ("py", "charge"),
    "mandates": ("mandate", "mandate"),
}


class Account:
    """What Stripe knows; stands where the gateway stands. A change is told by an event of its moment."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.objects: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in (*LISTED, "mandates")}
        self.asked: Counter[str] = Counter()
        self.no_balance: ProviderError | None = None
        self.forbidden: set[str] = set()  # resources that the key may not read
        self._numbers: Counter[str] = Counter()
        self._guard = threading.RLock()

    def make(self, resource: str, **values: Any) -> dict[str, Any]:
        """A new object of now, with its event."""
        prefix, kind = PREFIXES[resource]
        self._numbers[resource] += 1
        id = f"{prefix}_{self._numbers[resource]:016d}"
        made = {"id": id, "object": kind, "created": self._now(), **values}
        self.objects[resource][id] = made
        self._tell(f"{kind}.created", made)
        return made

    def change(self, resource: str, id: str, **values: Any) -> None:
        """An object moves on, with its event."""
        thing = self.objects[resource][id]
        thing.update(values)
        self._tell(f"{thing['object']}.updated", thing)

    def delete_customer(self, id: str) -> None:
        """A customer is deleted: no list shows it any more, and its id is no cursor."""
        gone = self.objects["customers"].pop(id)
        self._tell("customer.deleted", gone)

    def debit(self, amount: int, customer: str | None = None, **values: Any) -> dict[str, Any]:
        """A PaymentIntent with its pending charge; gives the charge."""
        intent = self.make(
            "payment_intents",
            amount=amount,
            currency="usd",
            status="processing",
            customer=customer,
            latest_charge=None,
            payment_method_types=["us_bank_account"],
            metadata={},
        )
        bank = {"bank_name": "STRIPE TEST BANK", "last4": "6789"}
        charge = self.make(
            "charges",
            **{
                "amount": amount,
                "currency": "usd",
                "status": "pending",
                "amount_refunded": 0,
                "disputed": False,
                "customer": customer,
                "payment_intent": intent["id"],
                "balance_transaction": None,
                "payment_method_details": {"type": "us_bank_account", "us_bank_account": bank},
                "metadata": {},
                **values,
            },
        )
        self.change("payment_intents", intent["id"], latest_charge=charge["id"])
        return charge

    def settle(self, charge_id: str, *, fee: int = 40) -> dict[str, Any]:
        """A charge succeeds; gives its balance transaction."""
        charge = self.objects["charges"][charge_id]
        booked = self.book("payment", charge["amount"], charge_id, fee=fee)
        self.change("charges", charge_id, status="succeeded", balance_transaction=booked["id"])
        self.change("payment_intents", charge["payment_intent"], status="succeeded")
        return booked

    def book(self, type: str, amount: int, source: str, *, fee: int = 0, currency: str = "usd") -> dict[str, Any]:
        """One balance transaction, in the currency's smallest unit."""
        return self.make(
            "balance_transactions",
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=currency,
            type=type,
            status="available",
            available_on=self._now(),
            source=source,
            payout=None,
        )

    def refund(self, charge_id: str, amount: int, status: str = "pending") -> dict[str, Any]:
        """A refund; its charge says at once that the amount is given back."""
        charge = self.objects["charges"][charge_id]
        made = self.make("refunds", amount=amount, currency=charge["currency"], status=status, charge=charge_id)
        self.change("charges", charge_id, amount_refunded=charge["amount_refunded"] + amount)
        return made

    def end_refund(self, id: str, status: str) -> None:
        """A refund's answer; where it fails, its charge no longer counts it."""
        refund = self.objects["refunds"][id]
        self.change("refunds", id, status=status)
        if status in {"failed", "canceled"}:
            charge = self.objects["charges"][refund["charge"]]
            self.change("charges", charge["id"], amount_refunded=charge["amount_refunded"] - refund["amount"])

    def dispute(self, charge_id: str, status: str = "needs_response", reason: str = "debit_not_authorized") -> str:
        """A dispute about the whole charge; gives its id."""
        charge = self.objects["charges"][charge_id]
        made = self.make(
            "disputes",
            amount=charge["amount"],
            currency=charge["currency"],
            status=status,
            charge=charge_id,
            reason=reason,
        )
        self.change("charges", charge_id, disputed=True)
        return str(made["id"])

    def pay_out(self, booked: Sequence[str], status: str = "in_transit") -> str:
        """An automatic payout of these balance transactions; gives its id."""
        amount = sum(self.objects["balance_transactions"][id]["net"] for id in booked)
        made = self.make(
            "payouts",
            amount=amount,
            currency="usd",
            status=status,
            arrival_date=self._now() + 86_400,
            automatic=True,
            reconciliation_status="in_progress",
        )
        for id in booked:
            self.objects["balance_transactions"][id]["payout"] = made["id"]
        return str(made["id"])

    def page(self, resource: str, params: Mapping[str, Any]) -> Page:
        """As Stripe lists: newest first, by the time it was made. Raises ProviderRejected for an unknown cursor."""
        with self._guard:
            self._count(resource)
            window = params.get("created", {})
            found = [one for one in self._listed(resource) if _within(one["created"], window)]
            if "types" in params:
                found = [one for one in found if one["type"] in params["types"]]
            for name in ("payout", "charge"):
                if name in params:
                    found = [one for one in found if one.get(name) == params[name]]
            found.sort(key=lambda one: (one["created"], one["id"]), reverse=True)
            if after := params.get("starting_after"):
                places = [place for place, one in enumerate(found) if one["id"] == after]
                if after not in {one["id"] for one in self._listed(resource)}:
                    raise _refuse(400, "resource_missing", f"No such object: '{after}'")
                found = found[places[0] + 1 :]
            limit = int(params.get("limit", 10))
            wanted = [str(name).removeprefix("data.") for name in params.get("expand", ())]
            return Page([self._expand(one, wanted) for one in found[:limit]], len(found) > limit)

    def read(self, resource: str, id: str, expand: Sequence[str] = ()) -> dict[str, Any]:
        """One object with what it is to bring along. Raises ProviderRejected where there is none."""
        with self._guard:
            self._count(resource)
            if id not in self.objects[resource]:
                raise _refuse(404, "resource_missing", f"No such object: '{id}'")
            return self._expand(self.objects[resource][id], expand)

    def _expand(self, thing: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        found = copy.deepcopy(dict(thing))
        for name in names:
            where = {"balance_transaction": "balance_transactions", "payment_intent": "payment_intents"}.get(name)
            if where and isinstance(found.get(name), str):
                found[name] = copy.deepcopy(self.objects[where][found[name]])
        return found

    def account(self) -> dict[str, Any]:
        """The account behind the key."""
        self._count("account")
        return {"id": "acct_1", "object": "account"}

    def balance(self) -> list[Held]:
        """What it holds."""
        self._count("balance")
        if self.no_balance:
            raise self.no_balance
        return [Held("usd", "card", 1_000, 0)]

    def _listed(self, resource: str) -> list[dict[str, Any]]:
        found = list(self.objects[resource].values())
        if resource == "events":
            return [one for one in found if one["created"] >= self._now() - EVENTS_KEPT]
        return found

    def _count(self, resource: str) -> None:
        self.asked[resource] += 1
        if resource in self.forbidden:
            permission = f"rak_{PREFIXES.get(resource, ('', resource.rstrip('s')))[1]}_read"
            message = f"The provided key does not have the required permissions. Having the '{permission}' permission"
            raise ProviderDenied(
                f"{message} would allow this request to continue.",
                provider="stripe",
                code="permission",
                http_status=403,
            )

    def _tell(self, type: str, thing: Mapping[str, Any]) -> None:
        self._numbers["events"] += 1
        id = f"evt_{self._numbers['events']:016d}"
        kind = {"dispute": "charge.dispute", "charge.created": "charge.pending"}.get(str(thing["object"]))
        name = type.replace("dispute", kind, 1) if kind else type
        if name == "payment_intent.updated":
            name = "payment_intent.processing"
        if name == "charge.created":
            name = "charge.pending"
        event = {
            "id": id,
            "object": "event",
            "created": self._now(),
            "type": name,
            "data": {"object": copy.deepcopy(dict(thing))},
        }
        self.objects["events"][id] = event

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def _within(created: int, window: Mapping[str, int]) -> bool:
    return (
        window.get("gte", 0) <= created
        and created <= window.get("lte", created)
        and created < window.get("lt", created + 1)
    )


def _refuse(status: int, code: str, message: str) -> ProviderRejected:
    return ProviderRejected(message, provider="stripe", code=code, http_status=status)
