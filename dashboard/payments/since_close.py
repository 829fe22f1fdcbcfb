"""What changed since the last business day's end, failures first, and what a person has ticked off of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.periods import last_close
from dashboard.payments import PaymentRow, read_row
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.payments.questions import Sums

MOST = 50  # payments of a group; the table has them all
KEPT = timedelta(days=60)  # how long it is known that something was ticked off
SINCE = "since_close"
# What needs somebody comes first; a payment stands in the first group that has it.
GROUPS = {
    "Failed or returned": PaymentFilter(
        statuses=(PaymentState.FAILED, PaymentState.RETURNED_LATE), dated="failed", period=SINCE
    ),
    "To be looked into": PaymentFilter(statuses=(PaymentState.UNKNOWN, PaymentState.AT_STRIPE, PaymentState.UNSENT)),
    "Overdue: no answer from the bank": PaymentFilter(overdue=True),
    "Succeeded": PaymentFilter(statuses=(PaymentState.SUCCEEDED,), dated="settled", period=SINCE),
    "Paid out": PaymentFilter(dated="paid_out", period=SINCE),
    "New": PaymentFilter(period=SINCE),
}


@dataclass(frozen=True)
class Change:
    """A payment that changed; `done` where this person has ticked it off as it is now."""

    row: PaymentRow
    done: bool

    @property
    def mark(self) -> tuple[str, str]:
        """What is ticked off: the payment in this state. In another one it is something new."""
        return self.row.id, self.row.state.value


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one kind: the first `MOST` of them, and what all come to."""

    name: str
    wanted: PaymentFilter
    changes: list[Change]
    sums: Sums

    @property
    def open(self) -> list[Change]:
        """What is not ticked off yet, of those that are here."""
        return [one for one in self.changes if not one.done]


class SinceClose:
    """Reads what changed since the last close, and keeps what each person has ticked off."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def close(self) -> date:
        """The business day at whose end the last close was, in the business's time zone."""
        return last_close(self._today())

    def list(self, actor: Actor) -> list[ChangeGroup]:
        """Every group that has something, failures first; the newest payments of each first."""
        require(actor, Permission.VIEW_PAYMENTS)
        today, seen, groups = self._today(), set[str](), list[ChangeGroup]()
        ticked = self._store.ticks.of(actor.name)
        for name, wanted in GROUPS.items():
            found = self._store.payments.block(
                wanted, today, sort="created", descending=True, start=0, size=MOST, mark=None
            )
            rows = [read_row(row, today) for row in found.rows if row is not None and row["id"] not in seen]
            seen |= {row.id for row in rows}
            if rows:
                changes = [Change(row, (row.id, row.state.value) in ticked) for row in rows]
                groups.append(ChangeGroup(name, wanted, changes, self._sums(wanted, today)))
        return groups

    def tick(self, actor: Actor, marks: Sequence[tuple[str, str]]) -> None:
        """Keep that this person is done with these, each a payment in a state. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        self._change(actor, marks, done=True)

    def untick(self, actor: Actor, marks: Sequence[tuple[str, str]]) -> None:
        """Take it back. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        self._change(actor, marks, done=False)

    def _change(self, actor: Actor, marks: Sequence[tuple[str, str]], *, done: bool) -> None:
        if not 0 < len(marks) <= MOST:
            raise InputError(f"1 to {MOST} payments are ticked off at once.", action="Reload the page.")
        now = self._clock.now()
        with self._store.transaction():
            if done:
                self._store.ticks.add(actor.name, marks, now, forget_before=now - KEPT)
            else:
                self._store.ticks.remove(actor.name, marks)
            action = "payments.ticked_off" if done else "payments.tick_removed"
            ids = [id for id, _ in marks]
            self._store.trail.append(actor, action, f"person:{actor.name}", now, payments=ids)

    def _sums(self, wanted: PaymentFilter, today: date) -> Sums:
        return self._store.payments.sums(wanted, today)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._settings.timezone).date()
