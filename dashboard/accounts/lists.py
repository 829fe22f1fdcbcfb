"""Linked accounts as a list that somebody scrolls through, with whether each can be debited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from dashboard.accounts.status_words import STATUSES, bare, word
from dashboard.domain.clock import Clock
from dashboard.domain.lists import (
    MOST_LISTED,
    Block,
    ListOrder,
    Tally,
    check_copied,
    check_order,
    check_piece,
    check_ranges,
    join_ranges,
    read_mark,
)
from dashboard.domain.models import Actor, BankAccount, Problem
from dashboard.domain.payment_filter import read_day
from dashboard.domain.searches import LONGEST, check_search
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.accounts.rows import LIST_SORTS, AccountSearch, OwnedAccount

SORTS = (*LIST_SORTS, "status")
Blockers = Callable[[Actor, list[BankAccount]], Mapping[str, Problem | None]]


@dataclass(frozen=True)
class AccountFilter:
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
        parts = [f"status {' or '.join(self.statuses)}"] if self.statuses else []
        if self.bank:
            parts.append(f"bank {self.bank}")
        if self.linked_from or self.linked_to:
            start = self.linked_from.isoformat() if self.linked_from else "the beginning"
            parts.append(f"linked {start} to {self.linked_to.isoformat() if self.linked_to else 'today'}")
        if self.text:
            parts.append(f"containing “{self.text}”")
        return "All linked accounts" if not parts else "Linked accounts: " + ", ".join(parts)


@dataclass(frozen=True)
class AccountRow:
    """An account with whose it is and, in a word with an icon, whether it can be debited."""

    account: BankAccount
    owner: str
    reference: str
    status: str


class AccountLists:
    """Reads pieces of lists of accounts for people. Everything raises InputError for what a list does not have.

    `blockers` says what prevents a debit. It is no column of a table, so a list that is filtered or sorted by it reads
    all accounts that the rest of its filter shows.
    """

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, blockers: Blockers) -> None:
        self._store, self._clock, self._zone, self._blockers = store, clock, zone, blockers

    def block(
        self, actor: Actor, order: ListOrder[AccountFilter], *, start: int, size: int, mark: str = ""
    ) -> Block[AccountRow]:
        """Rows `start` to `start + size` of a list, counted from 0; without a mark a list begins."""
        require(actor, Permission.VIEW_ACCOUNTS)
        check_search(order.wanted.text)
        check_piece(start, size, order.sort, SORTS)
        since = read_mark(mark) if mark else None
        if not order.wanted.statuses and order.sort != "status":
            found = self._store.accounts.piece(self._resolve(order), start, size, since)
            rows = {row.account.id: row for row in self._read(actor, found.ids)}
            return Block([rows.get(id) for id in found.ids], found.total, found.newer, str(found.mark))
        kept, first = self._walk(actor, order, since)
        return Block(list(kept[start : start + size]), len(kept), 0, str(first))

    def tally(self, actor: Actor, wanted: AccountFilter) -> Tally:
        """How many accounts a filter shows."""
        require(actor, Permission.VIEW_ACCOUNTS)
        check_search(wanted.text)
        order = ListOrder(wanted, "linked")
        if not wanted.statuses:
            return self._store.accounts.tally(self._resolve(order).wanted)
        return Tally(len(self._walk(actor, order, None)[0]))

    def rows(self, actor: Actor, order: ListOrder[AccountFilter]) -> list[AccountRow]:
        """Every account of a list in its order, for a file."""
        require(actor, Permission.VIEW_ACCOUNTS)
        check_search(order.wanted.text)
        check_order(order.sort, SORTS)
        return self._walk(actor, order, None)[0]

    def picked(
        self, actor: Actor, order: ListOrder[AccountFilter], mark: str, ranges: Sequence[tuple[int, int]] | None
    ) -> Tally:
        """How many places of a list are picked, both ends included; without ranges all of it."""
        require(actor, Permission.VIEW_ACCOUNTS)
        check_ranges(ranges)
        check_search(order.wanted.text)
        check_order(order.sort, SORTS)
        if not order.wanted.statuses:
            resolved = ListOrder(self._resolve(order).wanted, "linked")
            return self._store.accounts.picked(resolved, read_mark(mark), ranges)
        total = len(self._walk(actor, order, read_mark(mark))[0])
        joined = join_ranges(ranges if ranges is not None else [(0, total)], total)
        return Tally(sum(high - low + 1 for low, high in joined))

    def note_copy(self, actor: Actor, order: ListOrder[AccountFilter], rows: int) -> None:
        """Keep in the trail that rows of a list leave the desk, as an export's do."""
        require(actor, Permission.EXPORT)
        check_copied(rows)
        searched = bool(order.wanted.text)
        self._store.trail.append(actor, "accounts.copied", "accounts", self._clock.now(), rows=rows, searched=searched)

    def banks(self, actor: Actor) -> Sequence[str]:
        """The banks at which accounts are linked."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.accounts.banks()

    def _walk(self, actor: Actor, order: ListOrder[AccountFilter], mark: int | None) -> tuple[list[AccountRow], int]:
        sort = "linked" if order.sort == "status" else order.sort
        resolved = self._resolve(ListOrder(order.wanted, sort, order.descending))
        found = self._store.accounts.piece(resolved, 0, MOST_LISTED, mark)
        wanted = set(order.wanted.statuses)
        rows = [row for row in self._read(actor, found.ids) if not wanted or bare(row.status) in wanted]
        if order.sort == "status":
            rows.sort(key=lambda row: bare(row.status), reverse=order.descending)
        return rows, found.mark

    def _read(self, actor: Actor, ids: Sequence[str]) -> list[AccountRow]:
        owned = self._store.accounts.several(ids)
        found: list[OwnedAccount] = [owned[id] for id in ids if id in owned]
        blockers = self._blockers(actor, [one.account for one in found])
        return [
            AccountRow(one.account, one.owner, one.reference, word(one.account, blockers[one.account.id]))
            for one in found
        ]

    def _resolve(self, order: ListOrder[AccountFilter]) -> ListOrder[AccountSearch]:
        wanted = order.wanted
        start = self._midnight(wanted.linked_from) if wanted.linked_from else None
        end = self._midnight(wanted.linked_to + timedelta(days=1)) if wanted.linked_to else None
        return ListOrder(AccountSearch(wanted.text, wanted.bank, start, end), order.sort, order.descending)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)
