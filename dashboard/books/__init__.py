"""The books of a month: the Stripe balance tied, and what stands in the way of closing it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from dashboard.books.blockers import Blockers
from dashboard.domain.books import Balance, Books, Month, Movement, OnItsWay, read_month
from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor
from dashboard.domain.stripe_balance import Comparison, compare
from dashboard.payouts import name_of
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.sql import from_epoch

MOST_MONTHS = 24  # that are offered


class MonthBooks:
    """Reads the books of a month."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, matching: PayoutMatching) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._blockers = Blockers(store, matching, settings.timezone)
        self._compared: tuple[tuple[int, int], Comparison] | None = None

    def months(self, actor: Actor) -> list[str]:
        """The months of which there is anything, the last one first: `2026-11`."""
        require(actor, Permission.VIEW_STATEMENTS)
        span = self._store.books.span()
        today = self._clock.now().astimezone(self._settings.timezone).date()
        first = self._day(from_epoch(span[0])) if span else today
        found: list[str] = []
        day = today.replace(day=1)
        while day >= first.replace(day=1) and len(found) < MOST_MONTHS:
            found.append(day.isoformat()[:7])
            day = (day - timedelta(days=1)).replace(day=1)
        return found

    def look(self, actor: Actor, month: str) -> Books:
        """A month as it stands now. Raises InputError."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self.read(actor, read_month(month, self._settings.timezone))

    def read(self, actor: Actor, month: Month) -> Books:
        """The same of a month that was read already."""
        require(actor, Permission.VIEW_STATEMENTS)
        coming = self._on_their_way(month)
        balances = self._balances(month, coming)
        blocked = self._blockers.find(actor, month, balances, self._clock.now())
        return Books(month, balances, coming, blocked)

    def compare(self, actor: Actor) -> Comparison | None:
        """Stripe's own balance beside ours of the same instant; None where it was never read.

        Worked out once for each sync: between two, nothing of it moves.
        """
        require(actor, Permission.VIEW_STATEMENTS)
        held, at = self._store.stripe_balance.read()
        if at is None:
            return None
        last = self._store.sync_state.last_finished()
        mark = at, last["id"] if last else 0
        if self._compared is None or self._compared[0] != mark:
            moment = from_epoch(at)
            until = Month("", self._day(moment), self._day(moment), at, at + 1)
            self._compared = mark, Comparison(moment, compare(held, self._balances(until, ())))
        return self._compared[1]

    def balances(self, month: Month) -> tuple[Balance, ...]:
        """The balances of a month, for other use cases, which have asked who may see them."""
        return self._balances(month, self._on_their_way(month))

    def _balances(self, month: Month, coming: tuple[OnItsWay, ...]) -> tuple[Balance, ...]:
        before: defaultdict[tuple[bool, str], int] = defaultdict(int)
        stays: defaultdict[tuple[bool, str], int] = defaultdict(int)
        paid: defaultdict[tuple[bool, str], int] = defaultdict(int)
        moved: defaultdict[tuple[bool, str], dict[str, list[int]]] = defaultdict(dict)
        for row in self._store.books.movements(month.begins_at, month.ends_at):
            key = bool(row["old_rail"]), row["currency"]
            before[key] += row["before"]
            stays[key] += row["unpaid"]
            if row["count"]:
                sums = moved[key].setdefault(name_of(row["type"], row["rail"]), [0, 0, 0, 0])
                for place, name in enumerate(("count", "amount", "fee", "net")):
                    sums[place] += row[name]
        for row in self._store.books.payouts(month.begins_at, month.ends_at):
            key = bool(row["old_rail"]), row["currency"]
            before[key] -= row["before"]
            paid[key] += row["within"]
            stays[key] -= row["by_hand"]  # Stripe does not say what such a payout was made of
        return tuple(
            Balance(
                *key,
                opening=before[key],
                movements=tuple(Movement(name, *sums) for name, sums in sorted(moved[key].items())),
                payouts=paid[key],
                closing=stays[key],
                in_transit=sum(one.cents for one in coming if (one.old_rail, one.currency) == key),
            )
            for key in sorted(before.keys() | stays.keys() | paid.keys())
        )

    def _on_their_way(self, month: Month) -> tuple[OnItsWay, ...]:
        rows = self._store.books.on_their_way(month.ends_at, month.bank_ends)
        return tuple(
            OnItsWay(
                row["id"],
                from_epoch(row["arrival"] or 0).date(),
                row["amount"],
                row["currency"],
                row["status"],
                bool(row["old_rail"]),
            )
            for row in rows
        )

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._settings.timezone).date()
