"""What changed since the last close: failures first, each once, and ticked off by each person for themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.payments.since_close import KEPT, MOST, SinceClose
from dashboard.settings import Settings
from dashboard.store import Store
from tests.unit.test_payment_columns import COLUMNS

ADA, BEN = (Actor(name, frozenset({Role.FINANCE})) for name in ("ada", "ben"))
NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)  # a Monday; the last close was Friday's


def keep(store: Store, id: str, state: str, created: datetime, **more: object) -> None:
    row: dict[str, object] = dict.fromkeys(COLUMNS)
    row |= {"id": id, "state": state, "created": int(created.timestamp()), "day": 0, "amount": 1_000, "refunded": 0}
    row |= {"currency": "usd", "rail": "us_bank_account", "customer": "Ana", "email": "", "bank": "", "reference": ""}
    row |= more
    names = [name for name in COLUMNS if name != "seq"]
    with store.transaction() as db:
        db.execute(f"INSERT INTO payment ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})", row)


@pytest.fixture
def since(store: Store, settings: Settings) -> SinceClose:
    return SinceClose(store, FixedClock(NOW), settings)


def day(number: int) -> int:
    """A bank's day of November 2026, as Stripe gives it."""
    return int(datetime(2026, 11, number, tzinfo=UTC).timestamp())


def test_failures_come_first_and_what_came_before_the_close_is_not_there(since: SinceClose, store: Store) -> None:
    weekend, before = NOW - timedelta(days=1), NOW - timedelta(days=4)
    keep(store, "py_new", "pending", weekend, due=day(30) + 5 * 86_400)
    keep(store, "py_old", "pending", before, due=day(30) + 86_400)
    keep(store, "py_late", "pending", before, due=day(20))
    keep(store, "py_failed", "failed", weekend, reason="insufficient_funds")
    keep(store, "py_returned", "returned_late", before, due=day(29))
    keep(store, "py_paid", "paid_out", before, due=day(30))
    keep(store, "py_paid_before", "paid_out", before, due=day(27))
    keep(store, "py_in_doubt", "unknown", before)
    found = since.list(ADA)
    assert since.close() == date(2026, 11, 27)
    assert [(group.name, [one.row.id for one in group.changes]) for group in found] == [
        ("Failed or returned", ["py_failed", "py_returned"]),
        ("To be looked into", ["py_in_doubt"]),
        ("Overdue: no answer from the bank", ["py_late"]),
        ("Paid out", ["py_paid"]),
        ("New", ["py_new"]),
    ]
    assert found[0].sums.count == 2 and found[0].sums.amounts == {"usd": 2_000}


def test_a_tick_is_a_persons_own_and_holds_for_the_state_it_was_made_in(since: SinceClose, store: Store) -> None:
    keep(store, "py_1", "pending", NOW - timedelta(hours=9), due=day(30) + 5 * 86_400)
    (group,) = since.list(ADA)
    since.tick(ADA, [one.mark for one in group.open])
    since.tick(ADA, [one.mark for one in group.open])
    assert [group.open for group in since.list(ADA)] == [[]]
    assert [len(group.open) for group in since.list(BEN)] == [1]
    with store.transaction() as db:
        db.execute("UPDATE payment SET state = 'failed', reason = 'account_closed' WHERE id = 'py_1'")
    assert [(group.name, len(group.open)) for group in since.list(ADA)] == [("Failed or returned", 1)]
    since.tick(ADA, [("py_1", "failed")])
    since.untick(ADA, [("py_1", "failed")])
    assert [len(group.open) for group in since.list(ADA)] == [1]
    assert {row.action for row in store.trail.read("person:ada")} == {"payments.ticked_off", "payments.tick_removed"}
    assert store.trail.read("person:ada")[0].facts == {"payments": ["py_1"]}


def test_ticks_that_nobody_needs_any_more_are_forgotten(since: SinceClose, store: Store, settings: Settings) -> None:
    since.tick(ADA, [("py_1", "failed")])
    later = SinceClose(store, FixedClock(NOW + KEPT + timedelta(days=1)), settings)
    later.tick(ADA, [("py_2", "failed")])
    assert store.ticks.of("ada") == {("py_2", "failed")} and store.ticks.of("ben") == set()


def test_a_tick_is_asked_for_by_who_may_and_never_for_nothing(since: SinceClose) -> None:
    for marks in ([], [("py_1", "failed")] * (MOST + 1)):
        with pytest.raises(InputError):
            since.tick(ADA, marks)
    ops = Actor("olga", frozenset({Role.OPS}))
    calls = (lambda: since.list(ops), lambda: since.tick(ops, [("a", "b")]), lambda: since.untick(ops, [("a", "b")]))
    for call in calls:
        with pytest.raises(AccessDenied):
            call()
