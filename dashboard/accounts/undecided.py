"""Account holders that somebody has to decide about: the bank names others than the customer, or nobody.

What is to be decided is kept beside the names (`bank_holder.to_decide`), so that the inbox opens only those few; where
the customer is renamed or the bank names others it is unset, and compared again.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.accounts.bank_data import Holder, find_holder
from dashboard.domain.models import Actor, BankAccount
from dashboard.staff.access import Permission, require
from dashboard.store import Store


@dataclass(frozen=True)
class Undecided:
    """One account whose holder is to be decided about."""

    account: BankAccount
    holder: Holder

    @property
    def state(self) -> str:
        """How it stands: other names, or another read, are another matter."""
        return f"{self.holder.likeness.value} {int(self.holder.read_at.timestamp())}"


class UndecidedHolders:
    """Finds them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, actor: Actor) -> list[Undecided]:
        """Every account that waits for a decision, the longest first."""
        require(actor, Permission.CHECK_HOLDER)
        found = (self._read(id) for id in self._store.bank_data.undecided(compared=True))
        return [one for one in found if one is not None and one.holder.needs_decision]

    def catch_up(self) -> int:
        """Compare what was not compared yet: of files from before, and of customers who were renamed. How many."""
        ids = self._store.bank_data.undecided(compared=False)
        for id in ids:
            one = self._read(id)
            self._store.bank_data.note_to_decide(id, needed=one is not None and one.holder.needs_decision)
        return len(ids)

    def _read(self, id: str) -> Undecided | None:
        account = self._store.accounts.get(id)
        customer = self._store.customers.get(account.customer_id) if account else None
        holder = find_holder(self._store, account, customer) if account and customer else None
        return Undecided(account, holder) if account and holder else None
