from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from dashboard.clock import FixedClock
from dashboard.models import Actor
from dashboard.store.core import CoreStore
from dashboard.store.trail import GENESIS, TrailEnd, TrailFilter

GUARDS = ("audit_keeps", "audit_stays", "audit_counts", "audit_head_goes_on", "audit_head_stays")


@pytest.fixture
def trail(store: CoreStore, clock: FixedClock, actor: Actor) -> CoreStore:
    for number in range(5):
        store.trail.append(actor, "customer.edited", f"cust_{number % 2}", clock.now(), number=number)
    return store


def drop_guards(store: CoreStore) -> None:
    for name in GUARDS:
        store.database.handle.execute(f"DROP TRIGGER {name}")


def test_rows_are_read_newest_first(trail: CoreStore) -> None:
    assert [row.facts["number"] for row in trail.trail.read()] == [4, 3, 2, 1, 0]
    assert [row.facts["number"] for row in trail.trail.read("cust_1")] == [3, 1]
    assert trail.trail.verify() == []


def test_an_empty_trail_is_whole(store: CoreStore) -> None:
    assert store.trail.verify() == [] and store.trail.end() == TrailEnd(0, GENESIS)
    assert store.trail.verify(TrailEnd(0, GENESIS)) == []
    assert store.trail.get(1) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "UPDATE audit_head SET seq = 1",
        "UPDATE audit_head SET digest = 'x'",
        "DELETE FROM audit_head",
    ],
)
def test_rows_cannot_be_changed(trail: CoreStore, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        trail.database.handle.execute(change)
    assert trail.trail.verify() == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE audit SET facts = '{}' WHERE seq = 3", "Row 3"),
        ("UPDATE audit SET actor = 'x' WHERE seq = 5", "Row 5"),
        ("DELETE FROM audit WHERE seq = 2", "Rows 2 to 2"),
        ("UPDATE audit SET seq = seq + 1 WHERE seq = 5", "Rows 5 to 5"),
        ("DELETE FROM audit WHERE seq > 3", "Rows 4 to 5 are missing from the end"),
        ("DELETE FROM audit", "Rows 1 to 5 are missing from the end"),
        ("DELETE FROM audit_head", "head stands at row 0"),
        ("UPDATE audit SET seq = 9 WHERE seq = 1", "Rows 1 to 1"),
    ],
)
def test_who_gets_past_the_triggers_is_found_out(trail: CoreStore, change: str, finding: str) -> None:
    drop_guards(trail)
    trail.database.handle.execute(change)
    findings = trail.trail.verify()
    assert any(finding in line for line in findings)
    assert sum("guard" in line for line in findings) == len(GUARDS), "a guard that was taken away is said"


def test_two_rows_that_changed_places_are_found(trail: CoreStore) -> None:
    drop_guards(trail)
    for change in ("seq = 99 WHERE seq = 2", "seq = 2 WHERE seq = 3", "seq = 3 WHERE seq = 99"):
        trail.database.handle.execute(f"UPDATE audit SET {change}")
    assert any("Row 2" in line for line in trail.trail.verify())


def test_rows_cut_off_with_the_head_set_back_are_found_by_an_end_noted_elsewhere(trail: CoreStore) -> None:
    noted = trail.trail.end()
    assert noted.seq == 5 and trail.trail.verify(noted) == []
    kept = {
        row["name"]: row["sql"]
        for row in trail.database.handle.query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        if row["name"] in GUARDS
    }
    drop_guards(trail)
    trail.database.handle.execute("DELETE FROM audit WHERE seq > 3")
    end = trail.trail.end()
    trail.database.handle.execute("UPDATE audit_head SET seq = ?, digest = ?", [end.seq, end.digest])
    for sql in kept.values():
        trail.database.handle.execute(sql)
    assert trail.trail.verify() == [], "the file alone cannot tell"
    assert trail.trail.verify(noted) == ["The end that was noted, row 5, is not in the trail."]


def test_a_backup_from_before_there_was_a_head_is_checked_as_far_as_it_can_be(trail: CoreStore) -> None:
    handle = trail.database.handle
    for name in GUARDS[2:]:
        handle.execute(f"DROP TRIGGER {name}")
    handle.execute("DROP TABLE audit_head")
    assert trail.trail.verify() == []


def test_the_check_reads_one_moment_while_others_write(trail: CoreStore, clock: FixedClock, actor: Actor) -> None:
    with trail.database.snapshot():
        assert trail.trail.verify() == []
    with trail.transaction():
        trail.trail.append(actor, "x", "y", clock.now())
        assert trail.trail.verify() == []


def test_a_row_is_kept_with_its_change_or_not_at_all(trail: CoreStore, clock: FixedClock, actor: Actor) -> None:
    with pytest.raises(RuntimeError), trail.transaction():
        trail.trail.append(actor, "x", "y", clock.now())
        raise RuntimeError
    assert len(trail.trail.read()) == 5


def test_one_look_in_five_minutes_is_one_row(store: CoreStore, clock: FixedClock, actor: Actor) -> None:
    for _ in range(9):
        store.trail.note_view(actor, "customer.viewed", "cust_1", clock.now())
        clock.move(timedelta(seconds=30))
    assert len(store.trail.read()) == 1
    store.trail.note_view(actor, "customer.viewed", "cust_2", clock.now())
    store.trail.note_view(Actor("Bea", frozenset()), "customer.viewed", "cust_1", clock.now())
    clock.move(timedelta(seconds=30))
    store.trail.note_view(actor, "customer.viewed", "cust_1", clock.now())
    assert [(row.actor, row.subject) for row in store.trail.read()] == [
        (actor.name, "cust_1"),
        ("Bea", "cust_1"),
        (actor.name, "cust_2"),
        (actor.name, "cust_1"),
    ]


def test_pages_go_by_key_and_every_row_is_walked(store: CoreStore, clock: FixedClock, actor: Actor) -> None:
    for number in range(1_100):
        store.trail.append(actor, "x" if number % 2 else "y", f"s{number % 3}", clock.now())
    assert [row.seq for row in store.trail.walk(TrailFilter())] == list(range(1, 1_101))
    seen: list[int] = []
    while rows := store.trail.search(TrailFilter(action="x"), before=seen[-1] if seen else None, limit=100):
        seen += [row.seq for row in rows]
    assert seen == list(range(1_100, 0, -2))
    assert store.trail.actions() == ["x", "y"]
