from __future__ import annotations

import sqlite3

import pytest

from dashboard.clock import FixedClock
from dashboard.models import Actor
from dashboard.store.core import CoreStore


@pytest.fixture
def trail(store: CoreStore, clock: FixedClock, actor: Actor) -> CoreStore:
    for number in range(5):
        store.trail.append(actor, "customer.edited", f"cust_{number % 2}", clock.now(), number=number)
    return store


def test_rows_are_read_newest_first(trail: CoreStore) -> None:
    assert [row.facts["number"] for row in trail.trail.read()] == [4, 3, 2, 1, 0]
    assert [row.facts["number"] for row in trail.trail.read("cust_1")] == [3, 1]
    assert trail.trail.verify() == []


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_rows_cannot_be_changed(trail: CoreStore, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        trail.database.handle.execute(change)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE audit SET facts = '{}' WHERE seq = 3", "Row 3"),
        ("UPDATE audit SET actor = 'x' WHERE seq = 5", "Row 5"),
        ("DELETE FROM audit WHERE seq = 2", "Rows 2 to 2"),
        ("UPDATE audit SET seq = seq + 1 WHERE seq = 5", "Rows 5 to 5"),
    ],
)
def test_who_gets_past_the_triggers_is_found_out(trail: CoreStore, change: str, finding: str) -> None:
    handle = trail.database.handle
    handle.execute("DROP TRIGGER audit_keeps")
    handle.execute("DROP TRIGGER audit_stays")
    handle.execute(change)
    assert any(finding in line for line in trail.trail.verify())


def test_a_row_is_kept_with_its_change_or_not_at_all(trail: CoreStore, clock: FixedClock, actor: Actor) -> None:
    with pytest.raises(RuntimeError), trail.transaction():
        trail.trail.append(actor, "x", "y", clock.now())
        raise RuntimeError
    assert len(trail.trail.read()) == 5
