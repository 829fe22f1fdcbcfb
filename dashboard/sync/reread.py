"""Reading again what may have changed: by single reads, or by re-listing its time, whichever costs fewer reads.

A page of a list costs one read like a single object and brings a hundred. So pages are laid over the wanted objects,
newest first, each beginning at the newest that no page has shown yet: no choice of windows needs fewer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dashboard.domain.errors import ProviderDenied, ProviderRejected
from dashboard.sync.run import After, SyncRun
from dashboard.sync.windows import PAGE

ORDER = ("customers", "payouts", "balance_transactions", "refunds", "disputes", "payment_intents", "charges")
# What a charge's read brings along for nothing.
MOVES = ("balance_transaction", "failure_balance_transaction")  # how an object moved the balance, and back
EXPANDED = {
    "charges": (*MOVES, "payment_intent"),
    "refunds": MOVES,
    "payouts": ("failure_balance_transaction",),  # what its own would add is said by its amount
}
LANES = 4  # at 150 ms a reply one lane makes 6 requests a second; each more costs at most one page
LANE_LEAST = 500  # objects below which more lanes are not worth their pages

Found = dict[str, dict[str, int]]  # resource -> id -> when it was made (epoch seconds), 0 where nobody said


def read_objects(run: SyncRun, touched: Mapping[str, Mapping[str, int]]) -> None:
    """Read each of these objects once and keep it, and what it points at where that is not kept yet.

    `touched` says of each when it was made, as far as an event told it; of a kept object the row knows.
    """
    wanted: Found = {resource: dict(touched.get(resource, {})) for resource in ORDER}
    brought = _read_all(run, "charges", wanted["charges"])
    for id in brought.get("payment_intents", ()):
        wanted["payment_intents"].pop(id, None)
    for resource in ORDER[:-1]:
        named = _read_all(run, resource, wanted[resource]).get("charges", {})
        unread = {id: created for id, created in named.items() if id not in wanted["charges"]}
        wanted["charges"] |= unread
        _read_all(run, "charges", unread)  # made without an event of its own


def _read_all(run: SyncRun, resource: str, wanted: Mapping[str, int]) -> Found:
    """Read objects of one resource; returns what came along (`payment_intents`) or is named (`charges`)."""
    if not wanted:
        return {}
    told = {id: created for id, created in wanted.items() if created}
    known = told | run.store.sync_state.created_of(resource, sorted(wanted))
    dated = sorted(known.items(), key=lambda one: (-one[1], one[0]))
    lanes = LANES if len(dated) >= LANE_LEAST else 1
    size = -(-len(dated) // lanes) or 1
    parts = [dated[start : start + size] for start in range(0, len(dated), size)]
    found: Found = {}
    with ThreadPoolExecutor(lanes, thread_name_prefix="sync") as pool:
        for named in pool.map(functools.partial(_read_dated, run, resource), parts):
            _add(found, named)
    undated = sorted(wanted.keys() - known.keys())
    for start in range(0, len(undated), PAGE):
        objects = [one for id in undated[start : start + PAGE] if (one := _read_one(run, resource, id))]
        _add(found, keep(run, resource, objects))
    return found


def _read_dated(run: SyncRun, resource: str, dated: Sequence[tuple[str, int]]) -> Found:
    """Lay pages over objects whose time is known, newest first."""
    found: Found = {}
    left = {id for id, _ in dated}
    singles: list[dict[str, Any]] = []
    last = After("", -1)  # the object that ended the page before
    for place, (id, created) in enumerate(dated):
        if id not in left:
            continue
        left.discard(id)
        following = next((dated[n][1] for n in range(place + 1, len(dated)) if dated[n][0] in left), None)
        if following is None or _is_far(run, resource, created, following):
            one = _read_one(run, resource, id)
            singles += [one] if one else []
            if len(singles) == PAGE:
                _add(found, keep(run, resource, singles))
                singles = []
            continue
        params: dict[str, Any] = {"created": {"gte": dated[-1][1], "lte": created}, "limit": PAGE}
        # Behind the last page where that did not get through its second.
        page = run.page(resource, params, EXPANDED.get(resource, ()), after=last if last.created == created else None)
        _add(found, keep(run, resource, page.data))
        shown = {str(one.get("id")) for one in page.data}
        left -= shown
        if page.data:
            last = After(str(page.data[-1].get("id")), int(page.data[-1].get("created") or -1))
        if id not in shown:  # deleted, or behind a hundred others of its second
            one = _read_one(run, resource, id)
            singles += [one] if one else []
    if singles:
        _add(found, keep(run, resource, singles))
    return found


def _is_far(run: SyncRun, resource: str, created: int, following: int) -> bool:
    """Whether a page from here would not reach the next wanted object, as far as the kept rows tell."""
    if resource not in {"charges", "payment_intents"}:
        return False
    reach = run.store.sync_state.payment_before(created, PAGE - 1)
    return reach is not None and following < reach


def _read_one(run: SyncRun, resource: str, id: str) -> dict[str, Any] | None:
    """One object, or None where the provider knows it no more or the key may not read it."""
    if resource in run.left_out:
        return None
    try:
        return run.read(resource, id, EXPANDED.get(resource, ()))
    except ProviderDenied as error:
        run.leave_out(resource, error)
        return None
    except ProviderRejected as error:
        if error.http_status != 404:
            raise
        return None


def read_mandates(run: SyncRun, ids: Iterable[str]) -> None:
    """Read those of these mandates that the desk keeps, and what Stripe now says of each; there is no list of them."""
    for id in run.store.sync_state.known_mandates(sorted(ids)):
        found = _read_one(run, "mandates", id)
        if found and isinstance(status := found.get("status"), str):
            run.commit("charges", [], functools.partial(run.store.sync_state.set_mandate_status, id, status))


def _add(found: Found, more: Found) -> None:
    for resource, ids in more.items():
        found.setdefault(resource, {}).update(ids)


def keep(run: SyncRun, resource: str, objects: Sequence[Mapping[str, Any]]) -> Found:
    """Keep objects that were just read, with what came along; reads what they lack. Returns what they bring or name."""
    if not objects:
        return {}
    if resource == "payment_intents":
        run.commit(resource, objects)
        # A charge is made with its PaymentIntent's confirmation, mostly within its second.
        charges = {
            one["latest_charge"]: int(one.get("created") or 0) + 1
            for one in objects
            if isinstance(one.get("latest_charge"), str)
        }
        kept = run.store.sync_state.created_of("charges", sorted(charges))
        return {"charges": {id: created for id, created in charges.items() if id not in kept}}
    if resource != "charges":
        run.commit(resource, objects, before=[("balance_transactions", _moves_of(run, resource, objects))])
        return {}
    intents = _brought(objects, "payment_intent")
    failures = _brought(objects, "failure_balance_transaction")
    balance_transactions = {str(one["id"]): one for one in (*_brought(objects, "balance_transaction"), *failures)}
    # Only what is news is asked for by itself: what was missing before is missing at the provider too.
    kept_before = run.store.sync_state.kept_charges([str(one["id"]) for one in objects])
    named = {
        balance_transaction
        for one in objects
        if isinstance(balance_transaction := one.get("balance_transaction"), str)
        and kept_before.get(str(one["id"]), (None, 0))[0] != balance_transaction
    }
    unknown = run.store.payments.unknown_balance_transactions(sorted(named | balance_transactions.keys()))
    fresh = [balance_transactions.get(id) or _read_one(run, "balance_transactions", id) for id in unknown]
    came_along = [("payment_intents", intents), ("balance_transactions", [one for one in fresh if one])]
    run.commit("charges", objects, before=came_along)
    refunded = [
        str(one["id"])
        for one in objects
        if one.get("amount_refunded") and kept_before.get(str(one["id"]), (None, 0))[1] != one["amount_refunded"]
    ]
    for id in run.store.sync_state.unexplained_refunds(refunded):
        keep(run, "refunds", run.page("refunds", {"charge": id, "limit": PAGE}, EXPANDED["refunds"]).data)
    return {"payment_intents": {str(one["id"]): 0 for one in intents}}


def _moves_of(run: SyncRun, resource: str, objects: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """How these moved the balance, which no payout may say for days, or ever. Stripe lists a dispute's inside it."""
    if resource == "disputes":
        listed = [one.get("balance_transactions") for one in objects]
        rows = [row for rows in listed if isinstance(rows, list) for row in rows]
        return [row for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str)]
    brought = {str(one["id"]): one for name in EXPANDED.get(resource, ()) for one in _brought(objects, name)}
    named = {id for one in objects for name in EXPANDED.get(resource, ()) if isinstance(id := one.get(name), str)}
    unknown = run.store.payments.unknown_balance_transactions(sorted(named))
    read = (_read_one(run, "balance_transactions", id) for id in unknown)
    return [*brought.values(), *(one for one in read if one)]


def _brought(objects: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The expanded parts; a server that does not expand leaves ids."""
    return [part for one in objects if isinstance(part := one.get(name), Mapping) and isinstance(part.get("id"), str)]
