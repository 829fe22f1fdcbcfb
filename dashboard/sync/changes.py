"""What is new since the last sync: events, each touched object read once, and a sweep of what waits for an answer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.bankdays import EASTERN
from dashboard.status import WAITING, PaymentState
from dashboard.store.sync_state import SyncRows
from dashboard.sync.backfill import itemise
from dashboard.sync.reread import ORDER, Found, keep, read_objects
from dashboard.sync.run import DAY, Run
from dashboard.sync.windows import PAGE

OVERLAP = 600  # seconds; events are listed by whole seconds and may appear late (tap-stripe looks back as far)
EVENTS_KEPT = 25 * DAY  # Stripe keeps events for 30 days; five are left for a desk that stood still
CURSOR, SLOW_CURSOR, SWEPT = "events", "events_slow", "swept"
SLOW_EVERY = 7_200  # seconds; on a quiet day the second list is asked for less often, which saves 36 reads
# Stripe takes at most 20 types in one list, so they are asked for in two: what a payment does, and what else there is.
TYPES = {
    CURSOR: (
        *(
            "charge.pending",
            "charge.updated",
            "charge.succeeded",
            "charge.failed",
            "charge.refunded",
            "charge.captured",
        ),
        *("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"),
        *("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated", "charge.refund.updated"),
        *("payment_intent.created", "payment_intent.processing", "payment_intent.succeeded"),
        *("payment_intent.payment_failed", "payment_intent.canceled", "payment_intent.requires_action"),
    ),
    SLOW_CURSOR: (
        *("refund.created", "refund.updated", "refund.failed", "payout.created", "payout.updated", "payout.paid"),
        *("payout.failed", "payout.canceled", "payout.reconciliation_completed"),
        *("customer.created", "customer.updated", "customer.deleted"),
    ),
}
RESOURCES = {
    "charge": "charges",
    "payment_intent": "payment_intents",
    "refund": "refunds",
    "dispute": "disputes",
    "payout": "payouts",
    "customer": "customers",
}
# An event carries its object as it was then, in the words of the API version of then. That is as good as a read where
# no later event names the object and every part that is kept is there; a charge is read anyway.
MONEY = frozenset({"id", "created", "amount", "currency", "status"})
WHOLE = {
    "payment_intents": MONEY | {"customer", "latest_charge", "last_payment_error", "metadata", "payment_method"},
    "refunds": MONEY | {"charge", "reason"},
    "disputes": MONEY | {"charge", "reason"},
    "payouts": MONEY | {"arrival_date", "automatic", "reconciliation_status"},
}
OPEN_REFUNDS, OPEN_DISPUTES, OPEN_PAYOUTS = (
    ("pending", "requires_action"),
    ("needs_response", "under_review", "warning_needs_response", "warning_under_review"),
    ("pending", "in_transit"),
)
LATE_AGAIN = "late_again"  # when what is overdue is read again
LATE_EVERY = 3_600  # seconds for each read that it takes: an answer that is late by days comes no sooner for asking
SWEPT_DAYS = 120  # a dispute that is open for longer, or a payment that nobody confirmed, will not move by itself


@dataclass
class News:
    """What the events of one sync say: objects to read, objects that came whole, and the events themselves."""

    since: int
    touched: Found = field(default_factory=lambda: {resource: {} for resource in ORDER})
    newest: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """Note an event; returns its resource and object where that can be kept as it is."""
        id, at = str(event.get("id")), _seconds(event.get("created"))
        self.seen[id] = at
        data = event.get("data")
        thing = data.get("object") if isinstance(data, Mapping) else None
        if not isinstance(thing, Mapping) or not isinstance(thing.get("id"), str):
            return None
        resource, name = RESOURCES.get(str(thing.get("object"))), str(thing["id"])
        if resource is None:
            return None
        if isinstance(thing.get("charge"), str):
            self.touched["charges"].setdefault(thing["charge"], 0)
        newest = self.newest.get(name, -1)
        self.newest[name] = max(newest, at)
        if at < newest:
            return None  # a later event told more
        whole = resource in WHOLE and thing.keys() >= WHOLE[resource]
        if whole and at > newest and at > self.since:
            return resource, thing
        # Two events of one second, one that came late, or an object that is not whole: the provider is asked.
        self.touched[resource][name] = _seconds(thing.get("created"))
        return None


def follow_events(run: Run, name: str, since: int) -> int:
    """Read one list's events since an instant (inclusive, with an overlap) and every charge that they name, once each.

    Returns how many were new. The cursor is committed only after everything that it covers.
    """
    started = int(run.clock.now().timestamp())
    news = News(since)
    params = {"types": list(TYPES[name]), "created": {"gte": since - OVERLAP}}
    walk(run, "events", params, lambda events: _take_page(run, news, events))
    read_objects(run, news.touched)
    cursor = max([since, *news.seen.values()]) if news.seen else max(since, started - OVERLAP)
    state = run.store.sync_state

    def remember() -> None:
        state.note_events(news.seen, cursor - 2 * OVERLAP)
        state.set_cursor(name, str(cursor))

    run.commit("charges", [], remember)
    return len(news.seen)


def walk(
    run: Run, resource: str, params: Mapping[str, Any], take: Callable[[Sequence[Mapping[str, Any]]], None]
) -> None:
    """Hand every page of a list over, newest first."""
    after: dict[str, str] = {}
    while True:
        page = run.page(resource, {"limit": PAGE, **params, **after})
        take(page.data)
        if not page.has_more or not page.data:
            return
        after = {"starting_after": str(page.data[-1]["id"])}


def _take_page(run: Run, news: News, events: Sequence[Mapping[str, Any]]) -> None:
    fresh = run.store.sync_state.unseen_events([str(event["id"]) for event in events]) if events else set()
    whole: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event["id"] in fresh and (taken := news.take(event)):
            whole.setdefault(taken[0], []).append(taken[1])
    for resource in ORDER:
        for id, created in keep(run, resource, whole.get(resource, [])).get("charges", {}).items():
            news.touched["charges"].setdefault(id, created)


def sweep(run: Run, *, everything: bool, since: int | None = None) -> None:
    """Read again what waits for an answer: all of it once a day, what is overdue hourly, or by 24 reads a day at most.

    Once a day also every refund, dispute and payout that is not final or new since the last sweep, and their charges.
    """
    state = run.store.sync_state
    now = int(run.clock.now().timestamp())
    local = run.clock.now().astimezone(EASTERN)
    midnight = int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    touched: Found = {resource: {} for resource in ORDER}
    if everything or now >= int(state.cursor(LATE_AGAIN) or 0):
        touched = waiting_objects(state, None if everything else midnight)
    if everything:
        since = int(state.cursor(SWEPT) or now) if since is None else since
        touched["charges"] |= read_aftermath(run, since)
        for id in state.incomplete_intents(PaymentState.INCOMPLETE.value, now - SWEPT_DAYS * DAY):
            touched["payment_intents"].setdefault(id, 0)
        for resource, statuses in (("refunds", OPEN_REFUNDS), ("disputes", OPEN_DISPUTES), ("payouts", OPEN_PAYOUTS)):
            touched[resource] = dict.fromkeys(state.open_objects(resource, statuses, now - SWEPT_DAYS * DAY, since), 0)
    before = run.budget.total
    read_objects(run, touched)
    again = now + LATE_EVERY * max(1, run.budget.total - before)
    run.store.ledger.apply_debits(state.open_debits())
    itemise(run)

    def remember() -> None:
        state.set_cursor(LATE_AGAIN, str(again if not everything else now + LATE_EVERY))
        if everything:
            state.set_cursor(SWEPT, str(now))

    if everything or any(touched.values()):
        run.commit("charges", [], remember)


def waiting_objects(state: SyncRows, due_before: int | None) -> Found:
    """What to read again for the payments without an answer, all or those overdue at an instant."""
    touched: Found = {resource: {} for resource in ORDER}
    for row in state.waiting_payments(sorted(state.value for state in WAITING), due_before):
        if row["id"].startswith("pi_"):
            touched["payment_intents"][row["id"]] = 0
        elif not row["id"].startswith("debit_"):
            touched["charges"][row["id"]] = 0
        elif row["intent_id"]:
            touched["payment_intents"][row["intent_id"]] = row["created"]
    return touched


def read_aftermath(run: Run, since: int) -> dict[str, int]:
    """Keep the refunds, disputes and payouts made since an instant; returns the charges that they point at."""
    charges: dict[str, int] = {}

    def take(resource: str, objects: Sequence[Mapping[str, Any]]) -> None:
        keep(run, resource, objects)
        charges.update({one["charge"]: 0 for one in objects if isinstance(one.get("charge"), str)})

    for resource in ("refunds", "disputes", "payouts"):
        walk(run, resource, {"created": {"gte": since - OVERLAP}}, functools.partial(take, resource))
    return charges


def _seconds(value: object) -> int:
    return value if isinstance(value, int) else 0
