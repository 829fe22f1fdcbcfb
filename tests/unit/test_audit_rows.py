"""What a row of the audit trail says, how often one is written, and how rows are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor
from dashboard.store import Store
from dashboard.store.audit_trail import AuditRow, TrailFilter


def test_a_row_is_kept_with_its_change_or_not_at_all(trail: Store, clock: FixedClock, actor: Actor) -> None:
    with pytest.raises(RuntimeError), trail.transaction():
        trail.trail.append(actor, "x", "y", clock.now())
        raise RuntimeError
    assert len(trail.trail.read()) == 5


def test_one_look_in_five_minutes_is_one_row(store: Store, clock: FixedClock, actor: Actor) -> None:
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


def test_pages_go_by_key_and_every_row_is_walked(store: Store, clock: FixedClock, actor: Actor) -> None:
    with store.transaction():
        for number in range(1_100):
            store.trail.append(actor, "x" if number % 2 else "y", f"s{number % 3}", clock.now())
    assert [row.seq for row in store.trail.walk(TrailFilter())] == list(range(1, 1_101))
    assert [row.seq for row in store.trail.walk(TrailFilter(action="x"))] == list(range(2, 1_101, 2))
    seen: list[int] = []
    while rows := store.trail.search(TrailFilter(action="x"), before=seen[-1] if seen else None, limit=100):
        seen += [row.seq for row in rows]
    assert seen == list(range(1_100, 0, -2))
    assert store.trail.actions() == ["x", "y"]
    assert (len(store.trail.read()), len(store.trail.search(TrailFilter()))) == (200, 200)


def test_a_row_says_who_from_where_what_about_whom_and_when(store: Store, clock: FixedClock) -> None:
    ann = Actor("Ann", frozenset(), "192.0.2.5")
    store.trail.append(ann, "customer.edited", "cust_1", clock.now(), before={"b": 1, "a": 2}, at_least=clock.now())
    row = store.trail.get(1)
    assert row is not None and row.digest == store.trail.end().digest
    assert replace(row, digest="") == AuditRow(
        seq=1,
        at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
        actor="Ann",
        address="192.0.2.5",
        action="customer.edited",
        subject="cust_1",
        facts={"before": {"a": 2, "b": 1}, "at_least": "2026-11-24 15:00:00+00:00"},
        digest="",
    )
    [kept] = store.database.handle.query("SELECT facts FROM audit")
    assert kept["facts"] == '{"at_least": "2026-11-24 15:00:00+00:00", "before": {"a": 2, "b": 1}}', "in one order"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TrailFilter(), [4, 3, 2, 1]),
        (TrailFilter(actor="NN"), [4, 1]),
        (TrailFilter(actor="ob"), [3, 2]),
        (TrailFilter(action="b"), [3]),
        (TrailFilter(subjects=("s1",)), [3, 1]),
        (TrailFilter(subjects=("s1", "s2")), [3, 2, 1]),
        (TrailFilter(start=datetime(2026, 11, 24, 16, tzinfo=UTC)), [4, 3, 2]),
        (TrailFilter(end=datetime(2026, 11, 24, 17, tzinfo=UTC)), [2, 1]),
        (TrailFilter(start=datetime(2026, 11, 24, 16, 0, 1, tzinfo=UTC), actor="o"), [3]),
        (TrailFilter(actor="ann", action="b"), []),
    ],
)
def test_rows_are_found_by_each_part_of_a_filter_and_by_all_together(
    store: Store, clock: FixedClock, wanted: TrailFilter, found: list[int]
) -> None:
    for number, (actor, action, subject) in enumerate(
        [("Ann", "a", "s1"), ("Bob", "a", "s2"), ("Bob", "b", "s1"), ("Ann", "a", "s3")]
    ):
        store.trail.append(Actor(actor, frozenset()), action, subject, clock.now() + timedelta(hours=number))
    assert [row.seq for row in store.trail.search(wanted)] == found
    assert [row.seq for row in store.trail.walk(wanted)] == found[::-1]


def test_a_look_in_five_minutes_counts_by_the_trails_own_time(store: Store, clock: FixedClock, actor: Actor) -> None:
    now = clock.now()
    for seconds in (0, 299, 300, -3_600, -3_000, 601):
        store.trail.note_view(actor, "customer.viewed", "cust_1", now + timedelta(seconds=seconds))
    assert [(row.at - now).total_seconds() for row in store.trail.read()] == [601, 300, 0], "a clock set back adds none"
