"""Bank accounts saved on the old rail that need a mandate: listed, asked about at Stripe, put aside.

A mandate is never made without the customer's act: they link the bank again (at the counter or on their phone, through
`dashboard/linking`), or have signed one on paper (`written.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.customers import Customers
from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.lists import ListOrder
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Customer, HolderType
from dashboard.domain.old_accounts import OldAccount, OldAccountFilter, OldFigures, OldState
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.lists import Lists
from dashboard.mandates import check_reason
from dashboard.messages.problems import explained
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.mandates.old_accounts import OldSearch

YEAR = timedelta(days=365)
ASKED_FOR = timedelta(days=30)  # how long Stripe's word of a customer's accounts counts as asked
MOST_ASKED = 50  # customers at one press, one to three reads each: some ten seconds at Stripe's pace
TO_COLLECT = OldAccountFilter(states=(OldState.NEEDS,))


class OldAccountLists(Lists[OldAccountFilter, OldSearch, OldAccount]):
    """Accounts of the old rail; what brought in most stands first."""

    subject = "old_accounts"
    permission = Permission.VIEW_ACCOUNTS

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock, store.old_accounts.listing)

    def _resolve(self, _actor: Actor, wanted: OldAccountFilter) -> OldSearch:
        return OldSearch(wanted, self._since())

    def _read(self, _actor: Actor, ids: Sequence[str]) -> Mapping[str, OldAccount]:
        return self._store.old_accounts.several(ids, self._since())

    def _since(self) -> datetime:
        return self._clock.now() - YEAR


class OldAccounts:
    """What is done about them."""

    def __init__(
        self, store: Store, stripe: PaymentProvider, clock: Clock, lists: OldAccountLists, customers: Customers
    ) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock
        self._lists, self._customers = lists, customers

    def get(self, actor: Actor, id: str) -> OldAccount:
        """One account by Stripe's id. Raises InputError where it is not known."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._get(id)

    def figures(self, actor: Actor) -> OldFigures:
        """How many are left to collect, and what they brought in."""
        require(actor, Permission.VIEW_ACCOUNTS)
        now = self._clock.now()
        return self._store.old_accounts.figures(now - YEAR, now - ASKED_FOR)

    def worklist(self, actor: Actor, most: int) -> tuple[list[OldAccount], int]:
        """Some of those that need one, by name, and how many there are.

        What each brought in is added up for those few: the inbox asks every few seconds, the list has them in order.
        """
        require(actor, Permission.VIEW_ACCOUNTS)
        first = self._lists.first(actor, ListOrder(TO_COLLECT, "customer", descending=False), most)
        return first, self._lists.tally(actor, TO_COLLECT).count

    def ask_stripe(self, actor: Actor) -> int:
        """Ask which bank accounts the next customers have there, and whether a mandate stands; how many were asked.

        Each customer's answer is kept by itself, so what was asked before an error stays. Raises ProviderError.
        """
        require(actor, Permission.LINK_BANK)
        ids = self._store.old_accounts.to_ask(MOST_ASKED, self._clock.now() - ASKED_FOR)
        with explained():
            for id in ids:
                self._ask(id)
        with self._store.transaction():
            now = self._clock.now()
            self._store.trail.append(actor, "old_accounts.asked", "old_accounts", now, customers=len(ids))
        return len(ids)

    def put_aside(self, actor: Actor, id: str, reason: str) -> None:
        """Keep that no mandate is wanted, and why. Raises InputError without a reason."""
        require(actor, Permission.LINK_BANK)
        account = self._get(id)
        text = check_reason(reason, "Putting an account aside", "Say why, for example: no longer a customer.")
        now = self._clock.now()
        with self._store.transaction():
            self._store.old_accounts.put_aside(account.id, actor.name, now, text)
            self._append(actor, "old_account.put_aside", account, {"reason": text})

    def take_back(self, actor: Actor, id: str) -> None:
        """Put an account among those that need a mandate again."""
        require(actor, Permission.LINK_BANK)
        account = self._get(id)
        with self._store.transaction():
            self._store.old_accounts.take_back(account.id)
            self._append(actor, "old_account.taken_back", account, {})

    def add_customer(
        self, actor: Actor, id: str, name: str, email: str, reference: str, holder_type: HolderType | str
    ) -> Customer:
        """Whose account it is as a customer of the desk, under their own Stripe customer. Raises FormError, Refused."""
        require(actor, Permission.LINK_BANK)
        account = self._get(id)
        if account.state is OldState.GONE:
            raise Refused("This account is gone at Stripe.", action="There is nothing to collect.", code="gone")
        with self._store.transaction():
            owner = self._store.customers.by_stripe_id(account.stripe_customer_id)
            if owner is not None:
                return owner
            made = self._customers.add(actor, name, email, reference, holder_type)
            now = self._clock.now()
            self._store.customers.decide(made.id, account.stripe_customer_id, now)
            before, after = {"stripe_customer": None}, {"stripe_customer": account.stripe_customer_id}
            self._store.trail.append(actor, "customer.adopted", made.id, now, before=before, after=after)
        return require_found(self._store.customers.get(made.id), "customer")

    def _ask(self, stripe_customer_id: str) -> None:
        listed = self._stripe.list_sources(stripe_customer_id)
        known = [one for one in listed if not self._store.old_accounts.is_ours(str(one["id"]))]
        read = [self._read(stripe_customer_id, one) for one in known]
        self._store.old_accounts.keep(stripe_customer_id, read, self._clock.now())

    def _read(self, stripe_customer_id: str, source: Mapping[str, Any]) -> dict[str, Any]:
        """A source with the mandate that stands for it at Stripe, whoever made that; there is no list of mandates."""
        mandate = None
        if source.get("status") == "verified":
            mandate = self._find_mandate(stripe_customer_id, str(source["id"])) or self._read_known(str(source["id"]))
        bank, last4, status = source.get("bank_name"), source.get("last4"), source.get("status")
        return {
            "id": str(source["id"]),
            "bank": bank if isinstance(bank, str) else "",
            "last4": last4 if isinstance(last4, str) else None,
            "status": status if isinstance(status, str) else "unknown",
            "mandate_id": mandate and str(mandate["id"]),
            "mandate_status": mandate and str(mandate.get("status") or "unknown"),
        }

    def _find_mandate(self, stripe_customer_id: str, source_id: str) -> Mapping[str, Any] | None:
        """The newest mandate, an active one before any other."""
        newest = None
        for intent in self._stripe.find_setup_intents(stripe_customer_id, source_id):
            if intent.get("status") != "succeeded" or not isinstance(intent.get("mandate"), str):
                continue
            mandate = self._stripe.read_mandate(intent["mandate"])
            if mandate.get("status") == "active":
                return mandate
            newest = newest or mandate
        return newest

    def _read_known(self, source_id: str) -> Mapping[str, Any] | None:
        """The mandate under which it was debited, which somebody may have made in another way."""
        known = self._store.old_accounts.get(source_id, self._clock.now())
        return self._stripe.read_mandate(known.mandate_id) if known and known.mandate_id else None

    def _get(self, id: str) -> OldAccount:
        return require_found(self._store.old_accounts.get(id, self._clock.now() - YEAR), "account")

    def _append(self, actor: Actor, action: str, account: OldAccount, private: dict[str, object]) -> None:
        """The audit row; what was typed is sealed under the customer's key where they are one of ours."""
        facts: dict[str, Any] = {"stripe_customer": account.stripe_customer_id}
        if account.customer_id is not None:
            facts["customer"] = account.customer_id
            if private:
                facts["private"] = self._store.private.seal(account.customer_id, private)
        self._store.trail.append(actor, action, account.id, self._clock.now(), **facts)
