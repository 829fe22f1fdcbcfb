"""What is new since the last sync: events, each touched object read once, and a sweep of what waits for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.bankdays import EASTERN
from dashboard.errors import ProviderRejected
from dashboard.status import WAITING
from dashboard.sync.backfill import PAGE, itemise
from dashboard.sync.run import DAY, Run

OVERLAP = 600  # seconds; events are listed by whole seconds and may appear late (tap-stripe looks back as far)
EVENTS_KEPT = 25 * DAY  # Stripe keeps events for 30 days; five are left for a desk that stood still
CURSOR, SWEPT = "events", "swept"
# Stripe takes at most 20 types in one list, so they are asked for in two.
TYPES = (
    (
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
    (
        *("refund.created", "refund.updated", "refund.failed", "payout.created", "payout.updated", "payout.paid"),
        *("payout.failed", "payout.canceled", "payout.reconciliation_completed"),
        *("customer.created", "customer.updated", "customer.deleted", "mandate.updated"),
    ),
)
RESOURCES = {
    "charge": "charges",
    "payment_intent": "payment_intents",
    "refund": "refunds",
    "dispute": "disputes",
    "payout": "payouts",
    "customer": "customers",
}
ORDER = ("customers", "payouts", "balance_transactions", "refunds", "disputes", "payment_intents", "charges")


def follow_events(run: Run, since: int) -> int:
    """Read the events since an instant (inclusive, with an overlap) and every object that they name, once each.

    Returns the new cursor: it is committed only after everything that it covers.
    """
    started = int(run.clock.now().timestamp())
    touched: dict[str, set[str]] = {resource: set() for resource in ORDER}
    seen: dict[str, int] = {}
    for types in TYPES:
        after: dict[str, str] = {}
        while True:
            params = {"limit": PAGE, "types": list(types), "created": {"gte": since - OVERLAP}, **after}
            page = run.page("events", params)
            ids = [str(event["id"]) for event in page.data]
            fresh = run.store.sync_state.unseen_events(ids) if ids else set()
            for event in page.data:
                if event["id"] in fresh:
                    seen[str(event["id"])] = int(event["created"])
                    _note(touched, event)
            if not page.has_more or not page.data:
                break
            after = {"starting_after": ids[-1]}
    read_objects(run, touched)
    cursor = max([since, *seen.values()]) if seen else max(since, started - OVERLAP)
    state = run.store.sync_state

    def keep() -> None:
        state.note_events(seen, cursor - 2 * OVERLAP)
        state.set_cursor(CURSOR, str(cursor))

    run.commit("charges", [], keep)
    return cursor


def _note(touched: dict[str, set[str]], event: Mapping[str, Any]) -> None:
    """An event is a hint: what it names is read afresh, since its content is of the moment it was made."""
    data = event.get("data")
    thing = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(thing, Mapping):
        return
    resource = RESOURCES.get(str(thing.get("object")))
    if resource and isinstance(thing.get("id"), str):
        touched[resource].add(thing["id"])
    charge = thing.get("charge")
    if resource in {"refunds", "disputes"} and isinstance(charge, str):
        touched["charges"].add(charge)


def read_objects(run: Run, touched: Mapping[str, set[str]]) -> None:
    """Read each of these objects once and keep it; a charge brings its balance transaction along."""
    wanted = {resource: set(touched.get(resource, ())) for resource in ORDER}
    for resource in ORDER:
        found: list[dict[str, Any]] = []
        for id in sorted(wanted[resource]):
            try:
                found.append(run.read(resource, id))
            except ProviderRejected as error:
                if error.http_status != 404:
                    raise
            else:
                charge = found[-1].get("latest_charge")
                if isinstance(charge, str):  # made without an event of its own
                    wanted["charges"].add(charge)
            if len(found) == PAGE:
                _keep(run, resource, found)
                found = []
        if found:
            _keep(run, resource, found)


def _keep(run: Run, resource: str, found: list[dict[str, Any]]) -> None:
    if resource == "charges":
        settlements = [one["balance_transaction"] for one in found if isinstance(one.get("balance_transaction"), str)]
        missing = run.store.payments.unknown_settlements(settlements)
        if missing:
            run.commit("balance_transactions", [run.read("balance_transactions", id) for id in missing])
        refunded = [one["id"] for one in found if one.get("amount_refunded")]
        for id in refunded:
            run.commit("refunds", run.page("refunds", {"charge": id, "limit": PAGE}).data)
    run.commit(resource, found)


def sweep(run: Run, *, everything: bool) -> None:
    """Read again what waits for an answer: all of it once a day, what is overdue each time."""
    now = run.clock.now().astimezone(EASTERN)
    midnight = int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    states = sorted(state.value for state in WAITING)
    waiting = run.store.sync_state.waiting_payments(states, None if everything else midnight)
    touched: dict[str, set[str]] = {"charges": set(), "payment_intents": set()}
    for row in waiting:
        if row["id"].startswith("pi_"):
            touched["payment_intents"].add(row["id"])
        elif not row["id"].startswith("debit_"):
            touched["charges"].add(row["id"])
        elif row["intent_id"]:
            touched["payment_intents"].add(row["intent_id"])
    read_objects(run, touched)
    run.store.ledger.apply_debits(run.store.sync_state.open_debits())
    itemise(run)
    if everything:
        run.commit("charges", [], lambda: run.store.sync_state.set_cursor(SWEPT, str(int(run.clock.now().timestamp()))))
