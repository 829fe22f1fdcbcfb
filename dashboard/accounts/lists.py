"""Linked accounts as a list that somebody scrolls through, with whether each can be debited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from dashboard.accounts.status_words import STATUSES, bare, word
from dashboard.domain.clock import Clock
from dashboard.domain.lists import ListFilter, ListOrder, check_order, midnight, say_days, say_filter
from dashboard.domain.models import Actor, BankAccount, Problem
from dashboard.domain.payment_filter import read_day
from dashboard.domain.searches import LONGEST
from dashboard.lists import Lists
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.accounts.rows import AccountSearch, OwnedAccount
from dashboard.store.listing import Find

Blockers = Callable[[Actor, list[BankAccount]], Mapping[str, Problem | None]]


@dataclass(frozen=True)
class AccountFilter(ListFilter):
    """Every part that is set must hold. `statuses` are words of `STATUSES`; days are the business's, both included."""

    text: str = ""
    bank: str = ""
    statuses: tuple[str, ...] = ()
    linked_from: date | None = None
    linked_to: date | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> AccountFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        return cls(
            text=query.get("text", "")[: LONGEST + 1],  # one more than may be searched for: refused, not cut
            bank=query.get("bank", "")[:100],
            statuses=tuple(one for one in query.get("status", "").split(",") if one in STATUSES),
            linked_from=read_day(query.get("linked_from")),
            linked_to=read_day(query.get("linked_to")),
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        return say_filter(
            "All linked accounts",
            "Linked accounts",
            f"status {' or '.join(self.statuses)}" if self.statuses else "",
            f"bank {self.bank}" if self.bank else "",
            say_days("linked", self.linked_from, self.linked_to),
            text=self.text,
        )


@dataclass(frozen=True)
class AccountRow:
    """An account with whose it is and, in a word with an icon, whether it can be debited."""

    account: BankAccount
    owner: str
    reference: str
    status: str


class AccountLists(Lists[AccountFilter, AccountSearch, AccountRow]):
    """Linked accounts. `blockers` says what prevents a debit.

    It is no column of a table, so a list that is filtered or sorted by it reads all accounts that the rest of its
    filter shows.
    """

    subject = "accounts"
    permission = Permission.VIEW_ACCOUNTS

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, blockers: Blockers) -> None:
        super().__init__(store, clock, store.accounts.listing)
        self._zone, self._blockers = zone, blockers

    @property
    def sorts(self) -> Sequence[str]:
        """What it can be sorted by."""
        return [*super().sorts, "status"]

    def rows(self, actor: Actor, order: ListOrder[AccountFilter]) -> list[AccountRow]:
        """Every account of a list in its order, for a file."""
        require(actor, Permission.VIEW_ACCOUNTS)
        self._check(order.wanted)
        check_order(order.sort, self.sorts)
        return self._walk(actor, order)

    def banks(self, actor: Actor) -> Sequence[str]:
        """The banks at which accounts are linked."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.accounts.banks()

    def _find(self, actor: Actor, order: ListOrder[AccountFilter]) -> Find | None:
        if not order.wanted.statuses and order.sort != "status":
            return None
        return lambda: [row.account.id for row in self._walk(actor, order)]

    def _walk(self, actor: Actor, order: ListOrder[AccountFilter]) -> list[AccountRow]:
        sort = "linked" if order.sort == "status" else order.sort
        resolved = ListOrder(self._resolve(actor, order.wanted), sort, order.descending)
        wanted = set(order.wanted.statuses)
        rows = self._read(actor, self._listing.all(resolved)).values()
        found = [row for row in rows if not wanted or bare(row.status) in wanted]
        if order.sort == "status":
            found.sort(key=lambda row: bare(row.status), reverse=order.descending)
        return found

    def _read(self, actor: Actor, ids: Sequence[str]) -> Mapping[str, AccountRow]:
        owned = self._store.accounts.several(ids)
        found: list[OwnedAccount] = [owned[id] for id in ids if id in owned]
        blockers = self._blockers(actor, [one.account for one in found])
        return {
            one.account.id: AccountRow(
                one.account, one.owner, one.reference, word(one.account, blockers[one.account.id])
            )
            for one in found
        }

    def _resolve(self, _actor: Actor, wanted: AccountFilter) -> AccountSearch:
        start, end = midnight(wanted.linked_from, self._zone), midnight(wanted.linked_to, self._zone, 1)
        return AccountSearch(wanted.text, wanted.bank, start, end)
