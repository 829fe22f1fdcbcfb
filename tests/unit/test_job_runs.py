"""Durable jobs: what an order keeps, what a run does step after step, and who holds a job meanwhile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    InputError,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.jobs import JobState
from dashboard.jobs import Jobs, leases
from dashboard.jobs.kinds import Done, Step, To
from dashboard.jobs.leases import PROCESS
from dashboard.jobs.run import MoveNotAllowed, Run
from dashboard.store import Store
from tests.unit.letters import ANN, MINUTE, Letter, Post, Waiting, due, go_on, stripe_error

# Orders.


def test_an_order_is_kept_with_who_ordered_it_from_where_and_its_audit_row(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    job = post.order(pages=3)
    kept = post.now(job)
    assert kept == replace(job, updated_at=clock.now())
    assert (kept.kind, kept.subject, kept.step, kept.state) == ("letter", "l1", "one", JobState.WAITING)
    assert (kept.ordered_by, kept.ordered_from, kept.ordered_in) == ("Ann", "192.0.2.5", "here")
    assert (kept.ordered_at, kept.next_at, kept.answers, kept.tries) == (clock.now(), clock.real(), 0, 0)
    (row,) = store.trail.read()
    assert (row.actor, row.address, row.action, row.subject) == ("Ann", "192.0.2.5", "letter.ordered", "l1")
    assert row.facts == {"pages": 3}


def test_of_one_subject_there_is_one_open_job_of_a_kind(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    job = post.order()
    assert post.jobs.order("letter", "l1", ANN, step="one", action="letter.ordered") is None
    assert post.actions() == ["letter.ordered"], "what was not ordered is not in the trail"
    assert post.run(job).state is JobState.DONE
    again = post.order()
    assert store.jobs.find("letter", "l1") == post.now(again)


def test_an_order_without_an_audit_row_says_nothing(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    assert post.jobs.order("letter", "l1", ANN, step="two") is not None
    assert post.actions() == []
    assert post.order("l5").id.startswith("job_")
    assert Jobs(store, clock, Waiting())._process == leases.PROCESS, "a process without a name has its number's"
    with pytest.raises(MoveNotAllowed, match="letter has no step four"):
        post.jobs.order("letter", "l2", ANN, step="four")


def test_an_order_falls_with_the_transaction_that_it_is_part_of(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    with pytest.raises(RuntimeError), store.transaction():
        post.order()
        raise RuntimeError
    assert store.jobs.open() == [] and post.actions() == []


# Runs.


def test_a_job_runs_step_after_step_to_its_end_in_the_name_of_who_ordered_it(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    job = post.run(post.order())
    assert (job.state, job.step, job.ended_at, job.next_at) == (JobState.DONE, "two", clock.now(), None)
    assert post.actions() == ["letter.ordered", "letter.written", "letter.sent"]
    assert {(row.actor, row.address, row.subject) for row in store.trail.read()} == {("Ann", "192.0.2.5", "l1")}
    assert post.kind.moved == [(JobState.WAITING, "two", To("two")), (JobState.DONE, "two", Done())]
    assert store.jobs.holders() == []


def test_a_move_may_be_about_another_subject_and_have_no_row(store: Store, clock: FixedClock) -> None:
    def first(run: Run) -> None:
        with run.committing("letter.folded", subject="paper", by="hand"):
            pass
        with run.committing("letter.sealed"):
            pass
        with run.committing():
            pass
        run.move(To("two"), "letter.written", subject="desk", pen="blue")

    post = Post(store, clock, first)
    post.run(post.order())
    rows = [(row.action, row.subject, row.facts) for row in reversed(store.trail.read())]
    assert rows[1:4] == [
        ("letter.folded", "paper", {"by": "hand"}),
        ("letter.sealed", "l1", {}),
        ("letter.written", "desk", {"pen": "blue"}),
    ]


def test_a_job_is_not_run_before_its_turn(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, lambda run: run.move(To("two", after=MINUTE)))
    job = post.run(post.order())
    assert (job.step, job.state, job.next_at) == ("two", JobState.WAITING, clock.real() + MINUTE)
    clock.move(MINUTE - timedelta(seconds=1))
    assert post.run(job).step == "two" and due(store, clock.real()) == []
    clock.move(timedelta(seconds=1))
    assert due(store, clock.real()) == [job.id]
    assert post.run(job).state is JobState.DONE


def test_an_error_moves_the_job_as_its_kind_says_with_the_problem_and_its_ids(store: Store, clock: FixedClock) -> None:
    errors: list[ProviderError] = [
        stripe_error(ProviderLimited, "rate_limit"),
        stripe_error(ProviderUnreachable, "unreachable", maybe_done=False),
        stripe_error(ProviderRejected, "account_closed"),
    ]

    def first(run: Run) -> None:
        raise errors.pop(0)

    post = Post(store, clock, first)
    job = post.run(post.order())
    assert (job.state, job.tries, job.step) == (JobState.BLOCKED, 1, "one")
    assert job.problem is not None and (job.problem.code, job.problem.request_id) == ("rate_limit", "req-9")
    assert job.next_at == clock.real() + timedelta(seconds=30)
    clock.move(timedelta(seconds=30))
    job = post.run(job)
    assert (job.state, job.tries, job.next_at) == (JobState.BLOCKED, 2, clock.real() + MINUTE)
    clock.move(MINUTE)
    job = post.run(job)
    assert job.state is JobState.FAILED and job.problem is not None and job.problem.code == "account_closed"
    rows = [(row.action, row.facts) for row in reversed(store.trail.read())][1:]
    assert [action for action, _ in rows] == ["letter.waits", "letter.waits", "letter.failed"]
    assert rows[0][1] == {"step": "one", "code": "rate_limit", "request_id": "req-9"}


def test_a_mistake_of_our_own_is_tried_again_and_is_on_record(store: Store, clock: FixedClock) -> None:
    def first(run: Run) -> None:
        raise ZeroDivisionError

    post = Post(store, clock, first)
    job = post.order()
    with pytest.raises(ZeroDivisionError):
        post.jobs.run(job.id)
    job = post.now(job)
    assert job.state is JobState.BLOCKED and job.problem is not None and job.problem.code == "internal"
    assert store.trail.read(limit=1)[0].action == "letter.waits"
    assert store.trail.read(limit=1)[0].facts == {"step": "one", "code": "internal"}
    assert store.jobs.holders() == [], "nobody holds it any more"


def test_a_step_that_does_not_move_is_a_mistake(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, lambda run: None)
    job = post.order()
    with pytest.raises(MoveNotAllowed, match="letter did not move at one"):
        post.jobs.run(job.id)
    assert post.now(job).state is JobState.BLOCKED


def test_what_goes_wrong_after_a_move_leaves_the_move(store: Store, clock: FixedClock) -> None:
    errors: list[Exception] = [ZeroDivisionError(), InputError("Not this.", code="odd")]

    def first(run: Run) -> None:
        run.move(To("two", after=MINUTE), "letter.written")
        raise errors.pop(0)

    for error in (ZeroDivisionError, InputError):
        post = Post(store, clock, first)
        job = post.order(error.__name__)
        with pytest.raises(error):
            post.jobs.run(job.id)
        job = post.now(job)
        assert (job.step, job.state, job.problem, job.tries) == ("two", JobState.WAITING, None, 0)
        assert post.actions()[-1] == "letter.written"


# Leases.


def test_two_workers_never_run_the_same_job(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    job = post.order()
    now = clock.real()
    assert store.jobs.acquire(job.id, "else", now, now + MINUTE)
    assert store.jobs.is_held(job.id, now) and store.jobs.holders() == ["else"]
    assert post.run(job).step == "one"
    assert not store.jobs.acquire(job.id, "third", now, now + MINUTE)
    assert store.jobs.acquire(job.id, "else", now, now + MINUTE), "its owner renews it"
    store.jobs.release(job.id, "third")
    assert post.run(job).step == "one", "only its owner gives it back"
    clock.move(MINUTE + timedelta(seconds=1))
    assert not store.jobs.is_held(job.id, clock.real())
    assert post.run(job).state is JobState.DONE


@pytest.mark.parametrize("way", ["move", "keep", "call"])
def test_a_worker_that_lost_its_lease_writes_nothing(store: Store, clock: FixedClock, way: str) -> None:
    sent: list[str] = []

    def first(run: Run) -> None:
        store.jobs.release_all(store.jobs.holders()[0])
        assert store.jobs.acquire(run.job.id, "else", clock.real(), clock.real() + MINUTE)
        if way == "move":
            with run.moving(To("two"), "letter.written"):
                store.trail.append(ANN, "inside", "l1", clock.now())
        elif way == "keep":
            with run.committing("letter.folded"):
                store.trail.append(ANN, "inside", "l1", clock.now())
        else:
            run.attempt("key_1", lambda: sent.append("sent"), lambda: None)

    post = Post(store, clock, first)
    job = post.run(post.order())
    assert (job.step, job.state, post.actions()) == ("one", JobState.WAITING, ["letter.ordered"])
    assert sent == [] and store.jobs.tries(job.id) == []
    assert store.jobs.holders() == ["else"], "and gives nothing back that is another's"


def test_the_lease_is_renewed_before_each_step(store: Store, clock: FixedClock) -> None:
    ends: list[Any] = []

    def first(run: Run) -> None:
        clock.move(timedelta(seconds=100))
        go_on(run)

    class Watched(Letter):
        @property
        def steps(self) -> Mapping[str, Step]:
            def second(run: Run) -> None:
                ends.append(next(iter(store.database.handle.query("SELECT lease_until FROM job")))["lease_until"])
                run.move(Done())

            return {**super().steps, "two": second}

    jobs = Jobs(store, clock, Waiting())
    jobs.register(Watched(first))
    job = jobs.order("letter", "l1", ANN, step="one")
    assert job is not None
    jobs.run(job.id)
    assert ends == [int(clock.real().timestamp()) + 180]


def test_the_completer_starts_what_is_due_and_frees_what_the_dead_held(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, go_on)
    first, second, third = post.order("l1"), post.order("l2"), post.order("l3")
    here = f"{leases.MACHINE}/{os.getpid()}"
    dead = f"{here}/0000/1"  # our own process number, of a process before us
    assert store.jobs.acquire(first.id, dead, clock.real(), clock.real() + MINUTE)
    assert store.jobs.acquire(second.id, f"{PROCESS}/1", clock.real(), clock.real() + MINUTE)
    assert post.jobs.run_due() == 2
    assert store.jobs.holders() == [f"{PROCESS}/1"]
    assert post.jobs.run_due() == 2 and len(post.worker.queued) == 2, "no job is queued twice"
    for work in post.worker.queued:
        work()
    assert [post.now(one).state.value for one in (first, second, third)] == ["done", "waiting", "done"]
    assert post.jobs.run_due() == 0
    post.worker.queued.clear()
    post.jobs.start(second.id)
    assert len(post.worker.queued) == 1, "it can be queued again once it ran"
