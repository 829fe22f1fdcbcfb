"""Plaid and Stripe in memory, with their effects counted and answers that can be lost before or after the effect."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderRejected, ProviderUnreachable
from dashboard.domain.models import Generation, Institution, OfferedAccount, RiskResult, Secret
from dashboard.gateways.plaid_replies import (
    BankToken,
    Exchange,
    ItemHealth,
    LinkResult,
    LinkSessions,
    LinkToken,
    Owner,
    ProviderAccount,
    RiskAnswer,
    TransactionPage,
)
from dashboard.gateways.stripe_errors import REPLAYED, paused

CHECKING = {"id": "acc-1", "name": "Plaid Checking", "mask": "0000", "type": "depository", "subtype": "checking"}
SAVINGS = {"id": "acc-2", "name": "Plaid Saving", "mask": "1111", "type": "depository", "subtype": "savings"}
CARD = {"id": "acc-3", "name": "Plaid Credit Card", "mask": "3333", "type": "credit", "subtype": "credit card"}


Answer = TypeVar("Answer")


class Killed(BaseException):
    """The process died here: nothing may catch it."""


def lost(*, maybe_done: bool = True, kind: str = "", provider: str = "plaid") -> ProviderUnreachable:
    return ProviderUnreachable(
        "No answer.", maybe_done=maybe_done, provider=provider, code="unreachable", kind=kind, request_id="req-lost"
    )


def refused(code: str, *, provider: str = "plaid", kind: str = "INVALID_INPUT") -> ProviderRejected:
    return ProviderRejected(f"{code}.", provider=provider, code=code, kind=kind, request_id="req-no")


class Faults:
    """Errors to raise at the next call of a method, before or after its effect; each serves once."""

    def __init__(self) -> None:
        self.before: dict[str, list[BaseException]] = {}
        self.after: dict[str, list[BaseException]] = {}
        self.calls: Counter[str] = Counter()
        self.meanwhile: dict[str, Callable[[], object]] = {}  # what somebody else does while a call is on its way

    def run(self, name: str, effect: Callable[[], Answer]) -> Answer:
        self.calls[name] += 1
        if name in self.meanwhile:
            self.meanwhile.pop(name)()
        if self.before.get(name):
            raise self.before[name].pop(0)
        result = effect()
        if self.after.get(name):
            raise self.after[name].pop(0)
        return result


class FakePlaid(Faults):
    generation = Generation.CURRENT

    def __init__(self, generation: Generation = Generation.CURRENT) -> None:
        super().__init__()
        self.generation = generation
        self.spent: list[str] = []
        self.removed: list[Secret] = []
        self.opened: list[dict[str, Any]] = []
        self.item_reason: str | None = None
        self.consent_expires: datetime | None = None
        self.bank_tokens = 0
        self.item_error: str | None = None
        self.sessions = LinkSessions()
        self.available: int | None = 100_000
        self.currency: str | None = "usd"
        self.offered: list[dict[str, Any]] = [CHECKING]
        self.risk: RiskResult | None = RiskResult.ACCEPT
        self.rule_note: str | None = None
        self.evaluated: dict[str, tuple[str, int, str]] = {}
        self.decisions: list[tuple[str, bool, str | None]] = []
        self.returns: list[tuple[str, str]] = []
        self.owners: dict[str, list[Owner]] = {}
        self.pages: dict[str, TransactionPage] = {}
        self.cursors: list[str] = []
        self.banks = [Institution("ins_1", "First Platypus Bank", ("auth",), hint="011000015")]

    def create_link_token(self, customer_id: str, *, hosted: bool = False, **more: Any) -> LinkToken | None:
        self.opened.append(more)
        if self.generation is Generation.CLASSIC:
            return None
        if hosted:
            expires = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
            made = LinkToken(Secret("link-sandbox-2"), expires, "https://secure.plaid.test/link/1")
        else:
            made = LinkToken(Secret("link-sandbox-1"), datetime(2026, 11, 24, 20, tzinfo=UTC))
        return self.run("create_link_token", lambda: made)

    def read_link_token(self, token: Secret) -> LinkSessions:
        return self.run("read_link_token", lambda: self.sessions)

    def keep_session(self, public_token: str) -> None:
        account = OfferedAccount("acc-1", "Plaid Checking", "0000", "depository", "checking")
        self.sessions = LinkSessions((LinkResult(Secret(public_token), (account,), "ins_1", "Bank", "s"),), None, True)

    def exchange(self, public_token: Secret, account_id: str | None = None) -> Exchange:
        def effect() -> Exchange:
            token = public_token.reveal()
            if token in self.spent:
                raise refused("INVALID_PUBLIC_TOKEN")
            self.spent.append(token)
            access = Secret(token.replace("public", "access"))
            if self.generation is Generation.CLASSIC:
                bank = self._mint() if account_id else None
                return Exchange(access, None, bank, "req-x")
            return Exchange(access, f"plaid-item-{len(self.spent)}", None, "req-x")

        return self.run("exchange", effect)

    def _mint(self) -> Secret:
        self.bank_tokens += 1
        return Secret(f"btok_{self.bank_tokens}")

    def make_stripe_token(self, access_token: Secret, account_id: str) -> BankToken:
        return self.run("make_stripe_token", lambda: BankToken(self._mint(), "req-b"))

    def accounts(self, access_token: Secret, *, whole: bool = False) -> list[ProviderAccount]:
        return [
            ProviderAccount(
                str(one["id"]),
                str(one["name"]),
                one["mask"],
                str(one["type"]),
                one["subtype"],
                self.available,
                100_000,
                self.currency,
                one.get("persistent_id"),
            )
            for one in self.offered
        ]

    def balance(self, access_token: Secret, account_id: str) -> ProviderAccount:
        return self.run("balance", lambda: self.accounts(access_token)[0])

    def evaluate(self, access_token: Secret, account_id: str, *, id: str, cents: int, customer_id: str) -> RiskAnswer:
        def effect() -> RiskAnswer:
            if id in self.evaluated:
                raise refused("CLIENT_TRANSACTION_ID_ALREADY_IN_USE", kind="SIGNAL_ERROR")
            self.evaluated[id] = (account_id, cents, customer_id)
            return RiskAnswer(self.risk, self.rule_note, self.available, 100_000, "req-s")

        return self.run("evaluate", effect)

    def report_decision(self, id: str, *, initiated: bool, outcome: str | None) -> None:
        def effect() -> None:
            if id not in self.evaluated:
                raise refused("INVALID_FIELD", kind="INVALID_REQUEST")
            self.decisions.append((id, initiated, outcome))

        self.run("report_decision", effect)

    def report_return(self, id: str, code: str, at: datetime) -> None:
        self.run("report_return", lambda: self.returns.append((id, code)))

    def identity(self, access_token: Secret) -> dict[str, list[Owner]]:
        return self.run("identity", lambda: self.owners)

    def transactions(self, access_token: Secret, cursor: str = "") -> TransactionPage:
        self.cursors.append(cursor)
        return self.run("transactions", lambda: self.pages[cursor])

    def health(self) -> ItemHealth:
        return ItemHealth("item", None, self.item_error, self.item_reason, self.consent_expires, "req-i")

    def item(self, access_token: Secret) -> ItemHealth:
        return self.run("item", lambda: self.health())

    def remove_item(self, access_token: Secret) -> str | None:
        def effect() -> str:
            if access_token in self.removed:
                raise refused("ITEM_NOT_FOUND", kind="ITEM_ERROR")
            self.removed.append(access_token)
            return "req-remove"

        return self.run("remove_item", effect)

    def invalidate_access_token(self, access_token: Secret) -> Secret:
        return Secret("access-sandbox-new")

    def institutions(self) -> Iterator[Institution]:
        yield from self.run("institutions", lambda: self.banks)


class FakeStripe(Faults):
    """Keeps idempotency as Stripe does: the first answer of a key is given again, a lost 500 is replayed."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self.clock = clock
        self.kept: dict[str, tuple[datetime, Any, dict[str, Any]]] = {}
        self.customers: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, list[dict[str, Any]]] = {}
        self.used_tokens: set[str] = set()
        self.detached: list[str] = []
        self.setup_intents: list[dict[str, Any]] = []
        self.intents: list[dict[str, Any]] = []
        self.refunds: list[dict[str, Any]] = []
        self.disputed: set[str] = set()
        self.guards_refunds = True  # as Stripe does; a test that must not lean on it turns it off
        self.charge_status = "succeeded"
        self.fingerprint = "fp-1"
        self.source_status = "verified"
        self.lead = timedelta()  # how far Stripe's clock is ahead of ours
        self.silent = False  # no answer has come yet
        self.holds: set[str] = set()  # calls that a rule of Stripe's own asks a second person about
        self.approvals: dict[str, dict[str, Any]] = {}
        self.names_requests = True
        self.held: dict[str, Callable[[], dict[str, Any]]] = {}
        self.save_failures = False  # a lost answer is kept as a 500 that replays

    def once(self, name: str, key: str, body: Any, effect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            kept = self.kept.get(key)
            if kept and self.clock.now() - kept[0] < timedelta(hours=24):
                if kept[1] != body:
                    raise refused("idempotency_error", provider="stripe")
                if kept[2].get("failed"):
                    raise lost(kind=REPLAYED, provider="stripe")
                return copy.deepcopy(kept[2])
            if name in self.holds:
                id = f"areq_{len(self.approvals) + 1}"
                self.approvals[id] = {"id": id, "object": "approval_request", "status": "requires_review"}
                self.held[id] = effect
                raise paused(id if self.names_requests else "")
            made = effect()
            failed = self.save_failures and bool(self.after.get(name))
            self.kept[key] = (self.clock.now(), copy.deepcopy(body), {"failed": True} if failed else made)
            return copy.deepcopy(made)

        return self.run(name, run)

    def decide(self, id: str, status: str = "approved") -> None:
        """What somebody at Stripe decides; what is approved Stripe does itself."""
        if status == "approved":
            self.held.pop(id)()
            status = "succeeded"
        self.approvals[id]["status"] = status

    def read_approval_request(self, id: str) -> dict[str, Any]:
        return self.run("read_approval_request", lambda: dict(self.approvals[id]))

    def create_customer(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            made = {**body, "id": f"cus_{len(self.customers) + 1}", "created": 1}
            self.customers[made["id"]] = made
            return made

        return self.once("create_customer", key, dict(body), effect)

    def read_customer(self, id: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            if id not in self.customers:
                raise refused("resource_missing", provider="stripe")
            return self.customers[id]

        return self.run("read_customer", effect)

    def find_customers_by_email(self, email: str, limit: int = 10) -> list[dict[str, Any]]:
        return [one for one in self.customers.values() if one.get("email") == email]

    def require_customer(self, id: str) -> None:
        if self.customers.get(id, {}).get("deleted"):
            raise refused("resource_missing", provider="stripe")

    def attach_source(
        self, customer_id: str, bank_token: Secret, *, metadata: Mapping[str, str], key: str
    ) -> dict[str, Any]:
        token = bank_token.reveal()

        def effect() -> dict[str, Any]:
            self.require_customer(customer_id)
            if token in self.used_tokens:
                raise refused("token_already_used", provider="stripe")
            owned = self.sources.setdefault(customer_id, [])
            if any(one["fingerprint"] == self.fingerprint for one in owned):
                raise refused("bank_account_exists", provider="stripe")
            self.used_tokens.add(token)
            made = {
                "id": f"ba_{sum(len(some) for some in self.sources.values()) + len(self.detached) + 1}",
                "object": "bank_account",
                "status": self.source_status,
                "bank_name": "STRIPE TEST BANK",
                "last4": "6789",
                "fingerprint": self.fingerprint,
                "metadata": dict(metadata),
            }
            owned.append(made)
            return made

        return self.once("attach_source", key, (customer_id, token), effect)

    def set_holder(self, customer_id: str, source_id: str, *, holder_type: str, holder_name: str) -> dict[str, Any]:
        self.require_customer(customer_id)
        found = next(one for one in self.sources[customer_id] if one["id"] == source_id)
        found |= {"account_holder_type": holder_type, "account_holder_name": holder_name}
        return self.run("set_holder", lambda: found)

    def detach_source(self, customer_id: str, source_id: str, *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            owned = self.sources.get(customer_id, [])
            found = next((one for one in owned if one["id"] == source_id), None)
            if found is None:
                raise refused("resource_missing", provider="stripe")
            owned.remove(found)
            self.detached.append(source_id)
            return {"id": source_id, "deleted": True}

        return self.once("detach_source", key, (customer_id, source_id), effect)

    def read_fingerprint(self, bank_token: Secret) -> str | None:
        return self.fingerprint

    def list_sources(self, customer_id: str) -> list[dict[str, Any]]:
        return list(self.sources.get(customer_id, []))

    def create_setup_intent(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            self.require_customer(str(body["customer"]))
            number = len(self.setup_intents) + 1
            made = {**body, "id": f"seti_{number}", "status": "succeeded", "mandate": f"mandate_{number}"}
            self.setup_intents.append(made)
            return made

        return self.once("create_setup_intent", key, dict(body), effect)

    def find_setup_intents(self, customer_id: str, payment_method: str) -> Iterator[dict[str, Any]]:
        yield from (one for one in self.setup_intents if one["customer"] == customer_id)

    def read_mandate(self, mandate_id: str) -> dict[str, Any]:
        return self.run("read_mandate", lambda: {"id": mandate_id, "status": "active"})

    def create_payment_intent(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            number = len(self.intents) + 1
            made = {**copy.deepcopy(dict(body)), "id": f"pi_{number}", "status": "requires_confirmation"}
            self.intents.append({**made, "latest_charge": None, "created": self.clock.now()})
            return made

        return self.once("create_payment_intent", key, dict(body), effect)

    def confirm_payment_intent(self, id: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            found = self.intent(id)
            if found["status"] != "requires_confirmation":
                raise refused("payment_intent_unexpected_state", provider="stripe")
            found |= {"status": "processing", "latest_charge": f"py_{id.removeprefix('pi_')}"}
            return found

        return self.once("confirm_payment_intent", key, (id, dict(body)), effect)

    def cancel_payment_intent(self, id: str, *, key: str, reason: str = "") -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            found = self.intent(id)
            if not found["status"].startswith("requires_"):
                raise refused("payment_intent_unexpected_state", provider="stripe")
            found |= {"status": "canceled", "cancellation_reason": reason or None}
            return found

        return self.once("cancel_payment_intent", key, id, effect)

    def read_payment_intent(self, id: str) -> dict[str, Any]:
        return self.run("read_payment_intent", lambda: copy.deepcopy(self.intent(id)))

    def intent(self, id: str) -> dict[str, Any]:
        found = next((one for one in self.intents if one["id"] == id), None)
        if found is None:
            raise refused("resource_missing", provider="stripe")
        return found

    def read_charge(self, id: str) -> dict[str, Any]:
        return self.run("read_charge", lambda: self.charge(id))

    def charge(self, id: str) -> dict[str, Any]:
        """The charge of a PaymentIntent that was confirmed, as Stripe lists it."""
        intent = next((one for one in self.intents if one["latest_charge"] == id), None)
        if intent is None:
            raise refused("resource_missing", provider="stripe")
        bank = {"type": "us_bank_account", "us_bank_account": {"last4": "6789", "bank_name": "STRIPE TEST BANK"}}
        return {
            "id": id,
            "object": "charge",
            "amount": intent["amount"],
            "currency": intent["currency"],
            "created": int(intent["created"].timestamp()),
            "customer": intent["customer"],
            "payment_intent": intent["id"],
            "metadata": intent["metadata"],
            "payment_method_details": bank,
            "status": self.charge_status,
            "disputed": id in self.disputed,
            "amount_refunded": self.refunded(id),
        }

    def refunded(self, charge_id: str) -> int:
        """Cents that refunds of a charge have given back, or are about to."""
        return sum(one["amount"] for one in self.refunds if one["charge"] == charge_id and one["status"] != "failed")

    def create_refund(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            charge = self.charge(str(body["charge"]))
            if charge["disputed"] and self.guards_refunds:
                raise refused("charge_disputed", provider="stripe")
            if charge["status"] != "succeeded":
                raise refused("charge_not_refundable", provider="stripe")
            if self.guards_refunds and self.refunded(charge["id"]) + body["amount"] > charge["amount"]:
                raise refused("charge_already_refunded", provider="stripe")
            made = {**copy.deepcopy(dict(body)), "id": f"re_{len(self.refunds) + 1}", "object": "refund"}
            made |= {"status": "pending", "currency": charge["currency"], "created": int(self.clock.now().timestamp())}
            self.refunds.append(made)
            return made

        return self.once("create_refund", key, dict(body), effect)

    def find_refunds(self, charge_id: str) -> Iterator[dict[str, Any]]:
        found = [copy.deepcopy(one) for one in self.refunds if one["charge"] == charge_id]
        yield from self.run("find_refunds", lambda: found)

    @property
    def debited(self) -> list[dict[str, Any]]:
        """The PaymentIntents that move money."""
        return [one for one in self.intents if one["latest_charge"]]

    def time(self) -> datetime | None:
        return None if self.silent else self.clock.now() + self.lead

    def server_time(self) -> datetime:
        return self.run("server_time", lambda: self.clock.now() + self.lead)

    def find_payment_intents(self, customer_id: str) -> Iterator[dict[str, Any]]:
        found = [one for one in self.intents if one["customer"] == customer_id]
        yield from self.run("find_payment_intents", lambda: found)

    def update_customer(self, id: str, *, name: str, email: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            self.require_customer(id)
            self.customers[id] |= {"name": name, "email": email}
            return self.customers[id]

        return self.run("update_customer", effect)
