"""Durable jobs: what people answer, hurry and try again, and what wakes a job that waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    InputError,
)
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor
from dashboard.jobs.kinds import Ask, Blocked, To
from dashboard.jobs.run import MoveNotAllowed, Run
from dashboard.store import Store
from dashboard.store.jobs import wake
from tests.unit.letters import ANN, MINUTE, WHY, Post, due, go_on

# People.


def ask(run: Run) -> None:
    run.move(Ask("sure?", WHY, "two"), "letter.asked")


def test_an_answer_goes_on_in_the_name_of_who_gave_it(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, ask)
    job = post.run(post.order())
    assert (job.state, job.step, job.question, job.problem) == (JobState.ASKING, "two", "sure?", WHY)
    assert due(store, clock.real() + timedelta(days=9)) == [], "a person's turn is nobody's"
    clock.move(MINUTE)
    bob = Actor("Bob", frozenset(), "192.0.2.6")
    answered = Post(store, clock, ask, process="there").jobs.answer(bob, job.id, "two", action="letter.sure", how="yes")
    assert (answered.ordered_by, answered.ordered_from, answered.ordered_in) == ("Bob", "192.0.2.6", "there")
    assert (answered.ordered_at, answered.answers, answered.question) == (clock.now(), 1, None)
    assert (answered.state, answered.next_at) == (JobState.WAITING, clock.real())
    row = store.trail.read(limit=1)[0]
    assert (row.actor, row.action, row.subject, row.facts) == ("Bob", "letter.sure", "l1", {"how": "yes"})
    with pytest.raises(InputError, match="decided already") as decided:
        post.jobs.answer(bob, job.id, "two", action="letter.sure")
    assert decided.value.code == "already_decided"
    with pytest.raises(InputError):
        post.jobs.answer(bob, "job_none", "two", action="letter.sure")


def test_an_answer_is_a_move_of_its_kind(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, ask)
    job = post.run(post.order())
    post.jobs.answer(ANN, job.id, "three", action="letter.sure")
    assert post.kind.moved[-1] == (JobState.WAITING, "three", To("three"))
    other = post.run(post.order("l2"))
    with pytest.raises(MoveNotAllowed):
        post.jobs.answer(ANN, other.id, "one", action="letter.sure")
    assert post.now(other).answers == 0


def test_who_does_not_want_to_wait_has_it_run_now(store: Store, clock: FixedClock) -> None:
    post = Post(
        store, clock, lambda run: run.move(Blocked(WHY, timedelta(hours=9)) if run.job.tries < 1 else To("two"))
    )
    job = post.run(post.order())
    post.jobs.retry_now(ANN, job.id, action="letter.hurried", why="post leaves")
    assert post.now(job).next_at == clock.real()
    for work in post.worker.queued:
        work()
    assert post.now(job).state is JobState.DONE
    row = next(one for one in store.trail.read() if one.action == "letter.hurried")
    assert (row.actor, row.subject, row.facts) == ("Ann", "l1", {"why": "post leaves"})
    before = store.trail.end()
    post.jobs.retry_now(ANN, job.id, action="letter.hurried")
    post.jobs.retry_now(ANN, "job_none", action="letter.hurried")
    assert store.trail.end() == before, "an ended job is not run again"


def test_a_job_can_be_made_due_by_what_another_operation_did(store: Store, clock: FixedClock) -> None:
    later = Blocked(WHY, timedelta(hours=9))
    post = Post(store, clock, lambda run: run.move(Ask("?") if run.job.subject == "l2" else later))
    blocked, asking = post.run(post.order("l1")), post.run(post.order("l2"))
    for subject in ("l1", "l2", "l3"):
        post.jobs.wake("letter", subject)
    assert due(store, clock.real()) == [blocked.id]
    assert (post.now(blocked).next_at, post.now(asking).next_at) == (clock.real(), None)


def test_to_try_again_is_the_answer_where_a_job_asks_and_else_its_turn(store: Store, clock: FixedClock) -> None:
    later = Blocked(WHY, timedelta(hours=9))
    post = Post(store, clock, lambda run: run.move(Ask("?") if run.job.subject == "l2" else later))
    blocked, asking = post.run(post.order("l1")), post.run(post.order("l2"))
    ended = Post(store, clock, go_on).run(post.order("l3"))
    end = store.trail.end()
    post.jobs.try_again(ANN, "letter", "l3", action="letter.again")
    post.jobs.try_again(ANN, "letter", "l4", action="letter.again")
    assert store.trail.end() == end and post.worker.queued == [] and ended.state is JobState.DONE
    for subject in ("l1", "l2"):
        post.jobs.try_again(ANN, "letter", subject, action="letter.again")
    assert due(store, clock.real()) == [blocked.id, asking.id] and len(post.worker.queued) == 2
    assert (post.now(asking).answers, post.now(blocked).answers) == (1, 0)
    rows = [(row.actor, row.action, row.subject) for row in reversed(store.trail.read(limit=2))]
    assert rows == [("Ann", "letter.again", "l1"), ("Ann", "letter.again", "l2")]


def test_what_becomes_known_wakes_the_open_jobs_of_its_subjects(store: Store, clock: FixedClock) -> None:
    post = Post(store, clock, ask)
    asking, other, ended = post.run(post.order("l1")), post.run(post.order("l2")), post.order("l3")
    Post(store, clock, go_on).run(ended)
    with store.transaction() as db:
        wake(db.conn, "parcel", ["l1", "l2", "l3"])
    assert post.now(asking).state is JobState.ASKING
    with store.transaction() as db:
        wake(db.conn, "letter", ["l1", "l3"])
    woken = post.now(asking)
    assert (woken.state, woken.question) == (JobState.WAITING, None)
    assert due(store, clock.real()) == [asking.id]
    assert (post.now(other).state, post.now(ended).state) == (JobState.ASKING, JobState.DONE)
