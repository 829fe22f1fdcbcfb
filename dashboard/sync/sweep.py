"""Reading again what is not final: what waits for an answer, and after a pause everything that may have moved.

Stripe tells of a change once, by an event that it keeps for 30 days, and a list shows when an object was made and not
when it changed. So what was not final when the sync last looked is read again, whether anything new was made or not.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.domain.business_days import EASTERN
from dashboard.domain.payment_status import WAITING
from dashboard.store.payments.stripe_objects import RESOURCES
from dashboard.store.sync.state import SyncStateTable, Window
from dashboard.sync.backfill import BEGINNING, itemize
from dashboard.sync.changes import OVERLAP, walk
from dashboard.sync.permissions import read_left_out
from dashboard.sync.reread import ORDER, Found, keep, read_mandates, read_objects
from dashboard.sync.run import DAY, SyncRun

SWEPT = "swept"  # the cursor: when everything that was not final was last read again
# Stripe: the statuses of each kind from which it still moves.
NOT_FINAL = {
    "refunds": ("pending", "requires_action"),
    "disputes": ("needs_response", "under_review", "warning_needs_response", "warning_under_review"),
    "payouts": ("pending", "in_transit"),
    "payment_intents": (
        *("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"),
    ),
}
# Stripe: a refund that a bank sends back turns from succeeded to failed up to 30 days later, and a payout from paid to
# failed within a few business days. Events tell of it; after a pause these are looked at as well.
SENT_BACK = {"refunds": 35 * DAY, "payouts": 10 * DAY}
LATE_AGAIN = "late_again"  # when what is overdue is read again
LATE_EVERY = 3_600  # seconds for each read that it takes: an answer that is late by days comes no sooner for asking
SWEPT_DAYS = 120  # a dispute that is open for longer, or a payment that nobody confirmed, will not move by itself
REVOKED = "inactive"  # a mandate's last status


def sweep(run: SyncRun, *, everything: bool, paused_since: int | None = None) -> None:
    """Read again what is overdue, hourly or by 24 reads a day at most; once a day `everything` that is not final.

    `paused_since` (epoch seconds) says that no event told of what happened since: then mandates, and what a bank may
    have sent back, are read too, however old they are.
    """
    state = run.store.sync_state
    now = int(run.clock.now().timestamp())
    touched: Found = {resource: {} for resource in ORDER}
    if everything or now >= int(state.cursor(LATE_AGAIN) or 0):
        touched = find_waiting(state, None if everything else _midnight(run))
    if everything:
        since = int(state.cursor(SWEPT) or now) if paused_since is None else paused_since
        _add(touched, read_aftermath(run, since, after_pause=paused_since is not None))
        _add(touched, find_open(state, 0 if paused_since is not None else now - SWEPT_DAYS * DAY))
        final = (REVOKED,) if paused_since is not None else (REVOKED, "active")
        read_mandates(run, state.mandates_other_than(final))
        ask_again(run)
    before = run.budget.total
    read_objects(run, touched)
    again = now + LATE_EVERY * max(1, run.budget.total - before)
    run.store.projection.apply_debits(state.open_debits())
    itemize(run)

    def remember() -> None:
        state.set_cursor(LATE_AGAIN, str(again if not everything else now + LATE_EVERY))
        if everything:
            state.set_cursor(SWEPT, str(now))

    if everything or any(touched.values()):
        run.commit("charges", [], remember)


def ask_again(run: SyncRun) -> None:
    """Ask for what the key could not read before; what it may read now is read from its beginning by the next sync."""
    state, now = run.store.sync_state, int(run.clock.now().timestamp())
    for resource in read_left_out(state).keys() & RESOURCES.keys():
        run.page(resource, {"limit": 1})
        if resource not in run.left_out:
            window = Window(resource, BEGINNING, now + 1, None)
            run.commit("charges", [], functools.partial(state.replace_window, window))


def find_waiting(state: SyncStateTable, due_before: int | None) -> Found:
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


def find_open(state: SyncStateTable, since: int) -> Found:
    """Objects made since an instant that are not final, and the charges that they are about.

    The charges are read first: while that is not done, the object stays open and is found again.
    """
    touched: Found = {resource: {} for resource in ORDER}
    for resource in ("refunds", "disputes"):
        for id, charge in state.open_aftermath(resource, NOT_FINAL[resource], since):
            touched[resource][id] = 0
            if charge:
                touched["charges"][charge] = 0
    touched["payouts"] = dict.fromkeys(state.open_payouts(NOT_FINAL["payouts"], since), 0)
    touched["payment_intents"] = dict.fromkeys(state.open_intents(NOT_FINAL["payment_intents"], since), 0)
    return touched


def read_aftermath(run: SyncRun, since: int, *, after_pause: bool) -> Found:
    """Keep the refunds, disputes and payouts made since an instant; returns the charges that they are about."""
    charges: dict[str, int] = {}

    def take(resource: str, objects: Sequence[Mapping[str, Any]]) -> None:
        keep(run, resource, objects)
        charges.update({one["charge"]: 0 for one in objects if isinstance(one.get("charge"), str)})

    for resource in ("refunds", "disputes", "payouts"):
        earlier = SENT_BACK.get(resource, 0) if after_pause else 0
        walk(run, resource, {"created": {"gte": since - OVERLAP - earlier}}, functools.partial(take, resource))
    return {"charges": charges}


def _add(touched: Found, more: Found) -> None:
    for resource, ids in more.items():
        for id, created in ids.items():
            touched[resource].setdefault(id, created)


def _midnight(run: SyncRun) -> int:
    local = run.clock.now().astimezone(EASTERN)
    return int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
