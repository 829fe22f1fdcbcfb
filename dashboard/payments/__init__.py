"""Payments as finance sees them: pages, filters, sums, details, charts, exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import WAITING, PaymentState, Waiting, waiting_of
from dashboard.domain.return_codes import explain
from dashboard.domain.searches import check_search
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.payments.questions import SORTS, Sums

FIGURE_DAYS = timedelta(days=30)
STATES = {state.value: state for state in PaymentState}


@dataclass(frozen=True)
class PaymentRow:
    """One line of the table; money in cents, times aware UTC."""

    id: str
    created: datetime
    amount: int
    currency: str
    state: PaymentState
    on: datetime | None
    waiting: Waiting
    reason: str | None
    rail: str
    customer_id: str | None
    customer: str
    email: str
    bank: str
    last4: str | None
    reference: str
    fee: int | None
    net: int | None
    refunded: int
    payout_id: str | None
    intent_id: str | None
    debit_id: str | None
    balance_currency: str | None

    @property
    def next_action(self) -> str:
        """What somebody has to do now, in a few words."""
        return next_action(self.state, self.reason, self.waiting)


@dataclass(frozen=True)
class Totals:
    """What a filter shows and what it hides, so that nothing is hidden silently."""

    shown: Sums
    hidden: Sums


class Payments:
    """Reads the payments table for people."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def today(self) -> date:
        """The business's day now."""
        return self._clock.now().astimezone(self._settings.timezone).date()

    def catch_up(self) -> None:
        """Read the payments into memory, or what has changed of them since; no question waits for it then."""
        self._store.columns.refresh()

    def totals(self, actor: Actor, wanted: PaymentFilter) -> Totals:
        """How many and how much the filter shows and hides."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_search(wanted.text)
        today = self.today()
        everything = self._store.payments.sums(PaymentFilter(), today)
        shown = everything if wanted.is_empty else self._store.payments.sums(wanted, today)
        amounts = {c: cents - shown.amounts.get(c, 0) for c, cents in everything.amounts.items()}
        return Totals(shown, Sums(everything.count - shown.count, amounts))

    def summary(self, actor: Actor) -> dict[str, Sums]:
        """The four figures at the top: all that waits, and how the last 30 days stand."""
        require(actor, Permission.VIEW_PAYMENTS)
        today = self.today()
        ever = self._store.payments.sums_by_state(None, today)
        lately = self._store.payments.sums_by_state(today - FIGURE_DAYS, today)
        return {
            "Pending": add_up(ever, sorted(WAITING)),
            "Succeeded, 30 days": add_up(lately, [PaymentState.SUCCEEDED]),
            "Paid out, 30 days": add_up(lately, [PaymentState.PAID_OUT]),
            "Failed or returned, 30 days": add_up(lately, [PaymentState.FAILED, PaymentState.RETURNED_LATE]),
        }

    def rows(
        self, actor: Actor, wanted: PaymentFilter, *, sort: str = "created", descending: bool = False
    ) -> Iterator[PaymentRow]:
        """Every row that the filter shows, in one of the table's orders, in bounded memory: what an export writes.

        Whoever hands the file out notes it in the trail (`Exports`). Raises InputError for an unknown sort.
        """
        require(actor, Permission.EXPORT)
        check_sort(sort)
        today = self.today()
        found = self._store.payments.walk_sorted(wanted, today, sort=sort, descending=descending)
        return (read_row(row, today) for row in found)

    def picked_rows(
        self, actor: Actor, wanted: PaymentFilter, keys: Sequence[int], *, sort: str, descending: bool
    ) -> Iterator[PaymentRow]:
        """The rows that somebody picked, by their keys, as `rows` gives them."""
        require(actor, Permission.EXPORT)
        check_sort(sort)
        today = self.today()
        found = self._store.payments.walk_keys(keys, wanted, today, sort=sort, descending=descending)
        return (read_row(row, today) for row in found)

    def find_customers(self, actor: Actor, text: str) -> list[dict[str, object]]:
        """Stripe customers by pieces of name and e-mail, or by id: `{id, name, email}`."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_search(text)
        return self._store.payments.customers(text) if text.strip() else []

    def banks(self, actor: Actor) -> list[str]:
        """The banks that payments came from."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.payments.banks()


def check_sort(sort: str) -> None:
    """Raises InputError for an order that the table has not."""
    if sort not in SORTS:
        raise InputError(f"Payments cannot be sorted by {sort}.", action=f"Sort by {', '.join(SORTS)}.")


def add_up(by_state: Mapping[str, Sums], states: Iterable[str]) -> Sums:
    """Several states together."""
    chosen = [by_state[state] for state in states if state in by_state]
    amounts: dict[str, int] = defaultdict(int)
    for one in chosen:
        for currency, cents in one.amounts.items():
            amounts[currency] += cents
    return Sums(sum(one.count for one in chosen), dict(amounts))


def read_row(row: dict[str, object], today: date) -> PaymentRow:
    """A row as the page shows it; a state that an older version wrote and nobody knows reads as unknown."""
    state = STATES.get(str(row["state"]), PaymentState.UNKNOWN)
    due = row["due"] if isinstance(row["due"], int) else None
    names = ("currency", "reason", "rail", "customer_id", "customer", "email", "bank", "last4", "reference")
    more = ("fee", "net", "refunded", "payout_id", "intent_id", "debit_id", "amount", "id", "balance_currency")
    return PaymentRow(
        created=_time(row["created"]),
        state=state,
        on=_time(due) if due is not None else None,
        waiting=waiting_of(state, due, today),
        **{name: row[name] for name in (*names, *more)},  # type: ignore[arg-type]  # columns of a STRICT table
    )


def next_action(state: PaymentState, reason: str | None, waiting: Waiting) -> str:
    """What to do now; for a failure the dictionary of codes says it."""
    if waiting.overdue:
        return "Overdue: press Sync now; if it stays overdue, ask Stripe's support with the ids"
    if state in {PaymentState.FAILED, PaymentState.RETURNED_LATE}:
        meaning = explain(reason)
        return meaning.action if meaning else "Ask the customer, then debit again or another account"
    return {
        PaymentState.UNKNOWN: "Nothing: the desk is searching for it at Stripe and does not send it again",
        PaymentState.REVIEW: "A second person approves or declines it, under Approvals",
        PaymentState.AT_STRIPE: "Somebody approves or rejects it in Stripe's Dashboard; it is not sent again",
        PaymentState.SCHEDULED: "Nothing until its day; it can be canceled under New debit",
        PaymentState.UNSENT: "Confirm it again or cancel it, in the Inbox",
        PaymentState.INCOMPLETE: "Finish it at Stripe, or cancel it there",
    }.get(state, "Nothing")


def _time(seconds: object) -> datetime:
    return datetime.fromtimestamp(int(str(seconds)), UTC)
