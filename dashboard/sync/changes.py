"""What is new since the last sync: events, and each object that they name read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.sync.reread import ORDER, Found, keep, read_mandates, read_objects
from dashboard.sync.run import DAY, After, SyncRun
from dashboard.sync.windows import PAGE

OVERLAP = 600  # seconds; events are listed by whole seconds and may appear late (tap-stripe looks back as far)
EVENTS_KEPT = 25 * DAY  # Stripe keeps events for 30 days; five are left for a desk that stood still
CURSOR, SLOW_CURSOR = "events", "events_slow"
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
        *("customer.created", "customer.updated", "customer.deleted", "mandate.updated"),
    ),
}
RESOURCES = {
    "charge": "charges",
    "payment_intent": "payment_intents",
    "refund": "refunds",
    "dispute": "disputes",
    "payout": "payouts",
    "customer": "customers",
    "mandate": "mandates",
}
# An event carries its object as it was then, in the words of the API version of then. That is as good as a read where
# no later event names the object and every part that is kept is there; a charge is read anyway.
MONEY = frozenset({"id", "created", "amount", "currency", "status"})
WHOLE = {
    "payment_intents": MONEY
    | {"customer", "latest_charge", "last_payment_error", "metadata", "payment_method", "payment_method_types"},
    "refunds": MONEY | {"charge", "reason"},
    "disputes": MONEY | {"charge", "reason"},
    "payouts": MONEY | {"arrival_date", "automatic", "reconciliation_status", "source_type"},
}


@dataclass
class News:
    """What the events of one sync say: objects to read, objects that came whole, and the events themselves."""

    since: int
    touched: Found = field(default_factory=lambda: {resource: {} for resource in ORDER})
    mandates: set[str] = field(default_factory=set)
    newest: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def add(self, event: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """Note an event; returns its resource and object where that can be kept as it is."""
        id, at = str(event.get("id")), _seconds(event.get("created"))
        self.seen[id] = at
        data = event.get("data")
        thing = data.get("object") if isinstance(data, Mapping) else None
        if not isinstance(thing, Mapping) or not isinstance(thing.get("id"), str):
            return None
        resource, name = RESOURCES.get(str(thing.get("object"))), str(thing["id"])
        if resource == "mandates":
            self.mandates.add(name)
            return None
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


def follow_events(run: SyncRun, name: str, since: int) -> int:
    """Read one list's events since an instant (inclusive, with an overlap) and every charge that they name, once each.

    Returns how many were new. The cursor is committed only after everything that it covers.
    """
    started = int(run.clock.now().timestamp())
    news = News(since)
    params = {"types": list(TYPES[name]), "created": {"gte": since - OVERLAP}}
    walk(run, "events", params, lambda events: _take_page(run, news, events))
    read_objects(run, news.touched)
    read_mandates(run, news.mandates)
    cursor = max([since, *news.seen.values()]) if news.seen else max(since, started - OVERLAP)
    state = run.store.sync_state

    def remember() -> None:
        state.note_events(news.seen, cursor - 2 * OVERLAP)
        state.set_cursor(name, str(cursor))

    run.commit("charges", [], remember)
    return len(news.seen)


def walk(
    run: SyncRun, resource: str, params: Mapping[str, Any], take: Callable[[Sequence[Mapping[str, Any]]], None]
) -> None:
    """Hand every page of a list over, newest first."""
    after: After | None = None
    while True:
        page = run.page(resource, {"limit": PAGE, **params}, after=after)
        take(page.data)
        if not page.has_more or not page.data:
            return
        after = After(str(page.data[-1]["id"]), _seconds(page.data[-1].get("created")))


def _take_page(run: SyncRun, news: News, events: Sequence[Mapping[str, Any]]) -> None:
    fresh = run.store.sync_state.unseen_events([str(event["id"]) for event in events]) if events else set()
    whole: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event["id"] in fresh and (taken := news.add(event)):
            whole.setdefault(taken[0], []).append(taken[1])
    for resource in ORDER:
        for id, created in keep(run, resource, whole.get(resource, [])).get("charges", {}).items():
            news.touched["charges"].setdefault(id, created)


def _seconds(value: object) -> int:
    return value if isinstance(value, int) else 0
