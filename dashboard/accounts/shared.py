"""The same bank account under two customers: shown to an administrator, who says whether that is right.

It may be: a joint account, or a person and their company (Plaid: warn, do not block).
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor, BankAccount
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.accounts.shared import Shared

HOW = {"fingerprint": "Stripe's fingerprint of the account number", "persistent_id": "the bank's own id of the account"}


@dataclass(frozen=True)
class SharedPair:
    """Two linked accounts, of two customers, that are one at the bank."""

    shared: Shared
    one: BankAccount
    other: BankAccount

    @property
    def how(self) -> str:
        """By what it was recognized."""
        return HOW[self.shared.how]


class SharedAccounts:
    """Finds and shows bank accounts that two customers have."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock = store, clock
        # Every token of Plaid's test environments is the same account at Stripe: there a fingerprint says nothing.
        self._columns = ("fingerprint", "persistent_id") if settings.plaid_env == "production" else ("persistent_id",)

    def compare(self, bank_account_id: str) -> int:
        """Whether other customers have this account too; keeps each new pair with its audit row, says how many."""
        found = 0
        for column in self._columns:
            for other in self._store.shared_accounts.find(bank_account_id, column):
                now = self._clock.now()
                with self._store.transaction():
                    if self._store.shared_accounts.add(bank_account_id, other, column, now):
                        found += 1
                        for one, two in ((bank_account_id, other), (other, bank_account_id)):
                            self._store.trail.append(Actor.system(), "account.shared", one, now, other=two, how=column)
        return found

    def unseen(self, actor: Actor) -> list[SharedPair]:
        """The pairs that no administrator has looked at yet, newest first."""
        require(actor, Permission.ADMIN)
        pairs = []
        for shared in self._store.shared_accounts.unseen():
            one, other = self._store.accounts.get(shared.account_id), self._store.accounts.get(shared.other_id)
            if one is not None and other is not None:
                pairs.append(SharedPair(shared, one, other))
        return pairs

    def accept(self, actor: Actor, shared: Shared) -> None:
        """Write down that the pair is right, such as a joint account; it is not shown again."""
        require(actor, Permission.ADMIN)
        now = self._clock.now()
        with self._store.transaction():
            if self._store.shared_accounts.see(shared.account_id, shared.other_id, actor.name, now):
                self._store.trail.append(
                    actor, "account.shared_accepted", shared.account_id, now, other=shared.other_id, how=shared.how
                )
