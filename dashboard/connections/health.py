"""The health of connections: asked of Plaid once a day and after every hint, and a list of what has to be done.

`/item/get` is free and says everything that webhooks say; a broken connection comes with HTTP 200 (Plaid: item.error).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.accounts.eligibility import (
    CONSENT_SOON,
    DEACTIVATED,
    connection_problem,
    consent_problem,
    missing_problem,
)
from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.accounts.shared import SharedAccounts
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderError, Refused
from dashboard.domain.models import Actor, BankAccount, Item, ItemState, Problem
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.linking import Linking
from dashboard.linking.relinking import Remapping
from dashboard.messages.problems import explained
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.connections.health import Health, Tally

log = logging.getLogger(__name__)

PER_TURN = 5  # every 10 s: 30 a minute at most, of the 5,000 that Plaid allows
AFTER_SILENCE = timedelta(minutes=30)  # Plaid did not answer, or this process died while it asked
SWITCHED_OFF = frozenset({"bank_account_unusable", DEACTIVATED, "payment_method_bank_account_blocked"})
MOST_LISTED = 100  # a page of a hundred is a morning's work; the next come when these are done
# Debits whose failure may be of a number that the bank has switched off: four business days beside a holiday are nine.
RECENT = timedelta(days=14)


class Action(StrEnum):
    """What can be done about a connection."""

    RELINK = "relink"
    PHONE = "phone"
    LINK_ANEW = "link_anew"
    RENEW = "renew"
    CHECK = "check"
    REMOVE = "remove"


@dataclass(frozen=True)
class WorkItem:
    """One connection that somebody has to do something about; `since` is when it began to be known."""

    item: Item
    accounts: tuple[BankAccount, ...]
    problem: Problem
    since: datetime | None
    actions: tuple[Action, ...]
    is_urgent: bool = True
    plaid_item_id: str | None = None


class HealthWatch:
    """Asks, and lists what has to be done."""

    def __init__(
        self,
        store: Store,
        plaid: LinkProvider,
        stripe: PaymentProvider,
        linking: Linking,
        shared: SharedAccounts,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock
        self._linking, self._shared = linking, shared
        self._zone = settings.timezone
        self._recorder, self._remapping = ItemStateRecorder(store, clock), Remapping(store, clock)

    # Asking.

    def ask_due(self) -> int:
        """Ask Plaid about every connection whose turn it is, a few at most; how many were asked."""
        now = self._clock.now()
        return sum(self._ask(item_id, now) for item_id in self._store.health.due(now, PER_TURN))

    def check_now(self, actor: Actor, item_id: str) -> None:
        """Ask Plaid about one connection at once, and wait. Raises ProviderError, Refused once it is removed."""
        require(actor, Permission.VIEW_ACCOUNTS)
        now = self._clock.now()
        with self._store.transaction():
            self._store.health.ask_soon(item_id, now)
            self._store.trail.append(actor, "item.check_ordered", item_id, now)
        if self._take(item_id, now):
            with explained():
                self._read(item_id, now)

    def hint(self, plaid_item_id: str) -> bool:
        """Something has said that this connection, by Plaid's id, changed: it is asked about in the next turn.

        False where the desk has no such connection.
        """
        item_id = self._store.items.find_plaid(plaid_item_id)
        if item_id is None:
            return False
        with self._store.transaction():
            self._store.health.ask_soon(item_id, self._clock.now())
            self._store.health.note_accounts(item_id, None)
        return True

    def numbers_changed(self, plaid_item_id: str, plaid_account_ids: Sequence[str]) -> int:
        """Plaid has said that accounts have other numbers now (AUTH: DEFAULT_UPDATE): how many are made anew."""
        item_id = self._store.items.find_plaid(plaid_item_id)
        accounts = self._store.accounts.of_item(item_id) if item_id else ()
        return sum(self._renew(one) for one in accounts if one.plaid_account_id in plaid_account_ids)

    def _ask(self, item_id: str, now: datetime) -> bool:
        """One connection's trouble must not keep the others waiting: it is asked about again in its next turn."""
        if not self._take(item_id, now):
            return False
        try:
            self._read(item_id, now)
        except DeskError as error:
            log.warning("Asking about a connection ended with %s.", error.code or type(error).__name__)
        return True

    def _take(self, item_id: str, now: datetime) -> bool:
        day = now.astimezone(self._zone).date()
        return self._store.health.acquire(item_id, now, now + AFTER_SILENCE, day)

    def _read(self, item_id: str, now: datetime) -> None:
        try:
            token = self._store.items.access_token(item_id)
            self._recorder.record_answer(Actor.system(), item_id, self._plaid.item(token))
            known = self._store.health.get(item_id)
            if known is not None and known.state is ItemState.HEALTHY and known.accounts_at is None:
                self._find_accounts(item_id, now)
        except ProviderError as error:
            if not self._recorder.record_error(Actor.system(), item_id, error):
                raise

    def _find_accounts(self, item_id: str, now: datetime) -> None:
        """Once after a link and after each hint: the accounts' ids as they are now, and by what the bank knows them."""
        offered = self._plaid.accounts(self._store.items.access_token(item_id), whole=True)
        with self._store.transaction():
            self._remapping.remap(Actor.system(), item_id, offered)
            self._store.health.note_accounts(item_id, now)
        for account in self._store.accounts.of_item(item_id):
            self._shared.compare(account.id)

    # Numbers that the bank has switched off.

    def check_failures(self) -> int:
        """Look at Stripe where a debit failed in a way that a switched-off number does; how many were made anew.

        One read for each such account and day.
        """
        failing = self._store.accounts.failing(SWITCHED_OFF, self._clock.now(), RECENT)
        return sum(self.check_at_stripe(id) for id in failing)

    def check_at_stripe(self, bank_account_id: str) -> bool:
        """Keep what Stripe says of an account's bank account; make it anew where its number was switched off."""
        account = self._store.accounts.get(bank_account_id)
        if account is None or account.ended or account.stripe_customer_id is None:
            return False
        now = self._clock.now()
        self._store.accounts.record_read(account.id, now)
        try:
            sources = self._stripe.list_sources(account.stripe_customer_id)
        except ProviderError as error:
            log.warning("Looking at a bank account ended with %s.", error.code or type(error).__name__)
            return False
        found = next((one for one in sources if one["id"] == account.stripe_bank_account_id), None)
        status = str(found.get("status") or "unknown") if found else "missing"
        if status != account.stripe_status:
            with self._store.transaction():
                self._store.accounts.edit(account.id, {"stripe_status": status}, now)
                before, after = {"status": account.stripe_status}, {"status": status}
                self._store.trail.append(
                    Actor.system(), "account.stripe_status", account.id, now, before=before, after=after
                )
        return status == DEACTIVATED and self._renew(account)

    def _renew(self, account: BankAccount) -> bool:
        try:
            self._linking.renew_by_itself(account.id)
        except Refused:
            return False
        return True

    # The list.

    def tally(self, actor: Actor) -> Tally:
        """The connections in numbers."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.health.tally()

    def asked_today(self, actor: Actor) -> int:
        """How often Plaid was asked about connections on this day of the business."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.health.asked_on(self._clock.now().astimezone(self._zone).date())

    def work_list(self, actor: Actor) -> list[WorkItem]:
        """The connections that somebody has to do something about, what stops debits first, then the oldest."""
        require(actor, Permission.VIEW_ACCOUNTS)
        now = self._clock.now()
        suspects = self._store.health.suspects(now + CONSENT_SOON, MOST_LISTED)
        found = [work for health in suspects if (work := self._judge(health)) is not None]
        return sorted(found, key=lambda work: (not work.is_urgent, work.since or now))

    def _judge(self, health: Health) -> WorkItem | None:
        item = self._store.items.get(health.item_id)
        if item is None:
            return None
        accounts = tuple(one for one in self._store.accounts.of_item(item.id) if one.ended is None)
        plaid_id = self._store.items.plaid_id(item.id)

        def make(problem: Problem, since: datetime | None, *actions: Action, is_urgent: bool = True) -> WorkItem:
            return WorkItem(item, accounts, problem, since, actions, is_urgent, plaid_id)

        problem = connection_problem(health, item.institution_name)
        if problem is not None:
            return make(problem, health.since, *ACTIONS[health.state])
        for account in accounts:
            missing = missing_problem(account)
            if missing is not None:
                return make(
                    missing, account.missing_since, Action.RELINK, Action.PHONE, Action.LINK_ANEW, Action.REMOVE
                )
            if account.stripe_status == DEACTIVATED and not self._store.attempts.renewal_of(account.id):
                return make(SWITCHED_OFF_NUMBER, None, Action.RENEW, Action.LINK_ANEW, Action.REMOVE)
        consent = consent_problem(health, item.institution_name, self._clock.now(), self._zone)
        if consent is not None:
            return make(consent, health.consent_expires_at, Action.RELINK, Action.PHONE, Action.REMOVE, is_urgent=False)
        return None


ACTIONS: dict[ItemState, tuple[Action, ...]] = {
    ItemState.LOGIN_REQUIRED: (Action.RELINK, Action.PHONE, Action.CHECK, Action.REMOVE),
    ItemState.REVOKED: (Action.LINK_ANEW, Action.CHECK, Action.REMOVE),
    ItemState.DOWN: (Action.CHECK, Action.REMOVE),
}
SWITCHED_OFF_NUMBER = Problem(
    "The bank has deactivated this account's number.",
    "Debits to it are returned. The account and the customer's authorization are still valid.",
    "Renew it: this creates a new bank account at Stripe and records the authorization for it.",
    DEACTIVATED,
    "stripe",
)
