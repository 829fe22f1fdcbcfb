"""Durable jobs: what the table keeps, lists and forbids."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    LeaseLost,
)
from dashboard.domain.jobs import JobState, TryOutcome
from dashboard.store import Store
from tests.unit.letters import MINUTE, Post, due, go_on

# The table.


def test_tries_are_numbered_within_their_job_and_asked_by_step(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    job, other = post.order("l1"), post.order("l2")
    numbers = [store.jobs.add_try(job.id, step, f"k{n}", clock.now()) for n, step in enumerate(("one", "two", "one"))]
    assert numbers == [1, 2, 3] and store.jobs.add_try(other.id, "one", "k", clock.now()) == 1
    store.jobs.end_try(job.id, 2, TryOutcome.REFUSED, provider_at=clock.now(), code="c", request_id="r")
    assert [(one.number, one.outcome.value) for one in store.jobs.tries(job.id)] == [
        (1, "sent"),
        (2, "refused"),
        (3, "sent"),
    ]
    assert [one.number for one in store.jobs.tries(job.id, "one")] == [1, 3]
    second = store.jobs.tries(job.id, "two")[0]
    assert (second.provider_at, second.code, second.request_id) == (clock.now(), "c", "r")
    assert [one.outcome.value for one in store.jobs.tries(other.id)] == ["sent"]


def test_jobs_are_listed_open_ended_and_due(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    first = post.order("l1")
    clock.move(MINUTE)
    second, third = post.order("l2"), post.order("l3")
    assert [job.id for job in store.jobs.open()] == [first.id, second.id, third.id]
    assert [job.id for job in store.jobs.open("letter")] == [first.id, second.id, third.id]
    assert store.jobs.open("parcel") == []
    store.jobs.write(second.id, {"next_at": clock.real() - timedelta(hours=1)})
    assert due(store, clock.real()) == [second.id, first.id, third.id], "the longest due first"
    assert due(store, clock.real() - timedelta(minutes=30)) == [second.id]
    for job in (first, second):
        post.run(job)
        clock.move(MINUTE)
    assert [job.id for job in store.jobs.open()] == [third.id]
    assert [job.id for job in store.jobs.ended("letter", JobState.DONE)] == [second.id, first.id]
    assert [job.id for job in store.jobs.ended("letter", JobState.DONE, limit=1)] == [second.id]
    assert store.jobs.ended("letter", JobState.FAILED) == store.jobs.ended("parcel", JobState.DONE) == []
    again = post.order("l1")
    assert store.jobs.find("letter", "l1") == post.now(again), "an open one before one that ended"
    post.run(again)
    assert store.jobs.find("letter", "l1") == post.now(again), "then the newest"
    assert store.jobs.find("parcel", "l1") is None and store.jobs.get("job_none") is None


def test_the_database_keeps_an_ended_job_ended_and_knows_every_state(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    job = post.run(post.order())
    for change in ("state = 'waiting', ended_at = NULL, next_at = 1", "step = 'one'", "state = 'failed'"):
        with pytest.raises(sqlite3.IntegrityError, match="an ended job stays ended"):
            store.database.handle.execute(f"UPDATE job SET {change}")
    open_one = post.order("l2")
    for change in (
        *("state = 'nonsense'", "state = 'done'", "state = 'asking'", "question = 'x'", "next_at = NULL"),
        *("tries = -1", "ended_at = 1"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            store.database.handle.execute(f"UPDATE job SET {change} WHERE id = '{open_one.id}'")
    assert post.now(job).state is JobState.DONE and post.now(open_one).state is JobState.WAITING


def test_a_lease_that_is_not_held_is_lost(store: Store, clock: FixedClock) -> None:
    job = Post(store, clock, go_on).order()
    with pytest.raises(LeaseLost):
        store.jobs.require(job.id, "me")
    store.jobs.acquire(job.id, "me", clock.real(), clock.real() + MINUTE)
    store.jobs.require(job.id, "me")
    store.jobs.release_all("else")
    store.jobs.require(job.id, "me")
    store.jobs.release_all("me")
    with pytest.raises(LeaseLost):
        store.jobs.require(job.id, "me")
