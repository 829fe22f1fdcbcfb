"""Durable jobs: what may follow what, what is kept before and after each call, and who may go on with one."""

from __future__ import annotations

import itertools
import os
import socket
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    DeskError,
    InputError,
    LeaseLost,
    ProviderBroken,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.jobs import ENDED, Job, JobState, JobTry, TryOutcome
from dashboard.domain.models import Actor, Problem
from dashboard.jobs import Jobs, leases
from dashboard.jobs.kinds import Ask, BaseKind, Blocked, Canceled, Done, Failed, Next, Step, To, Unknown, pause_doubling
from dashboard.jobs.leases import PROCESS
from dashboard.jobs.run import MoveNotAllowed, Run, move, outcome_of
from dashboard.jobs.worker import InlineWorker
from dashboard.store import Store
from dashboard.store.jobs import wake

ANN = Actor("Ann", frozenset(), "192.0.2.5")
WHY = Problem("Something is in the way.", "Nothing was done.", "Wait.", "why", "stripe", "req-1")
STEPS = ("one", "two", "three")
# Which step and which state each step may be followed by, as the kind below declares it.
MOVES: dict[str, frozenset[str]] = {
    "one": frozenset({"two", "asking", "failed", "unknown"}),
    "two": frozenset({"three", "asking", "unknown", "done", "failed"}),
    "three": frozenset({"done", "canceled"}),
}
MINUTE = timedelta(minutes=1)


class Letter(BaseKind):
    """A kind whose first step is what a test gives it; its other steps end the job."""

    name = "letter"

    def __init__(self, first: Step) -> None:
        self.first = first
        self.moved: list[tuple[JobState, str, Next]] = []

    @property
    def steps(self) -> Mapping[str, Step]:
        return {"one": self.first, "two": lambda run: run.move(Done(), "letter.sent"), "three": lambda run: None}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        return MOVES

    def on_move(self, job: Job, next: Next) -> None:
        self.moved.append((job.state, job.step, next))

    def title(self, job: Job) -> str:
        return f"Letter {job.subject}"


class Waiting(InlineWorker):
    """Keeps what was submitted until the test runs it."""

    def __init__(self) -> None:
        self.queued: list[Callable[[], object]] = []

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        self.queued.append(lambda: fn(*args))


class Post:
    """A process with one kind of job, over the store of the test."""

    def __init__(self, store: Store, clock: FixedClock, first: Step, process: str = "here") -> None:
        self.store, self.clock, self.kind = store, clock, Letter(first)
        self.worker = Waiting()
        self.jobs = Jobs(store, clock, self.worker, process=process)
        self.jobs.register(self.kind)

    def order(self, subject: str = "l1", **facts: object) -> Job:
        job = self.jobs.order("letter", subject, ANN, step="one", action="letter.ordered", **facts)
        assert job is not None
        return job

    def run(self, job: Job) -> Job:
        self.jobs.run(job.id)
        return self.now(job)

    def now(self, job: Job) -> Job:
        found = self.store.jobs.get(job.id)
        assert found is not None
        return found

    def actions(self) -> list[str]:
        return [row.action for row in reversed(self.store.trail.read())]


def go_on(run: Run) -> None:
    run.move(To("two"), "letter.written")


def due(store: Store, now: datetime) -> list[str]:
    return [id for id, kind in store.jobs.due(now) if kind == "letter"]


def make_job(clock: FixedClock, **values: Any) -> Job:
    kept: dict[str, Any] = {"id": "job_1", "kind": "letter", "subject": "l1", "step": "one"}
    kept |= {"state": JobState.WAITING, "ordered_by": "Ann", "ordered_from": "", "ordered_at": clock.now()}
    return Job(**{**kept, "ordered_in": "here", **values})


def test_a_job_that_was_just_ordered_was_tried_and_answered_by_nobody(clock: FixedClock) -> None:
    fresh = make_job(clock)
    assert (fresh.answers, fresh.tries) == (0, 0)


# What may follow what.

NEXTS: tuple[Next, ...] = (
    *(To(step) for step in (*STEPS, "four")),
    To("two", after=MINUTE, problem=WHY),
    Done(),
    Failed(WHY),
    *(Canceled(), Canceled(WHY)),
    *(Ask("why?"), Ask("why?", WHY, "one"), Ask("why?", None, "two"), Ask("why?", None, "three")),
    *(Blocked(WHY), Blocked(None, MINUTE), Unknown(WHY), Unknown(WHY, MINUTE)),
)
STATE_OF = {To: "waiting", Done: "done", Failed: "failed", Canceled: "canceled", Ask: "asking", Blocked: "blocked"}


def expect_move(job: Job, next: Next, clock: FixedClock) -> dict[str, object] | None:
    """What the columns become by the rules in `Kind`; None where the move is not allowed."""
    state = STATE_OF.get(type(next), "unknown")
    step = getattr(next, "step", None) or job.step
    if job.state.value in {"done", "failed", "canceled"} or step not in STEPS:
        return None
    if step != job.step and step not in MOVES[job.step]:
        return None
    if state not in {"waiting", "blocked"} and state not in MOVES[job.step]:
        return None
    waits = state in {"blocked", "unknown"}
    tries = job.tries + 1 if waits else 0
    turns = {
        "waiting": getattr(next, "after", None),
        **dict.fromkeys(("blocked", "unknown"), getattr(next, "pause", None) or timedelta(seconds=30 * 2**job.tries)),
    }
    turn = turns.get(state)
    return {
        "state": JobState(state),
        "step": step,
        "tries": tries,
        "problem": getattr(next, "problem", None),
        "next_at": None if turn is None else clock.real() + turn,
        "question": "why?" if state == "asking" else None,
        "ended_at": clock.now() if state in {"done", "failed", "canceled"} else None,
        "updated_at": clock.now(),
    }


def test_every_move_from_every_step_and_state_is_as_declared_or_raises(clock: FixedClock) -> None:
    kind, allowed, refused = Letter(go_on), 0, 0
    for step, state, next in itertools.product(STEPS, JobState, NEXTS):
        job = make_job(clock, step=step, state=state, tries=2)
        expected = expect_move(job, next, clock)
        if expected is None:
            refused += 1
            with pytest.raises(MoveNotAllowed):
                move(kind, job, next, clock.real(), clock.now())
        else:
            allowed += 1
            assert move(kind, job, next, clock.real(), clock.now()) == expected
    assert allowed > 50 and refused > 150


def test_a_pause_without_length_is_none(clock: FixedClock) -> None:
    values = move(Letter(go_on), make_job(clock), Blocked(WHY, timedelta()), clock.real(), clock.now())
    assert values["next_at"] == clock.real()


def test_the_ends_are_three() -> None:
    assert {state.value for state in ENDED} == {"done", "failed", "canceled"}
    assert {state for state in JobState if state.is_ended} == ENDED


def test_a_pause_doubles_from_half_a_minute_to_an_hour() -> None:
    seconds = [int(pause_doubling(tries).total_seconds()) for tries in range(1, 10)]
    assert seconds == [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]
    assert pause_doubling(0) == pause_doubling(-5) == timedelta(seconds=30)
    assert pause_doubling(10_000) == timedelta(hours=1)
    assert pause_doubling(3, timedelta(seconds=5), timedelta(minutes=5)) == timedelta(seconds=20)
    assert pause_doubling(1_000, timedelta(seconds=1), timedelta(days=400)) == timedelta(days=400) or pause_doubling(
        1_000, timedelta(seconds=1), timedelta(days=400)
    ) == timedelta(seconds=2**20)


def stripe_error(kind: type[ProviderError], code: str = "code", **more: Any) -> ProviderError:
    return kind("No.", provider="stripe", code=code, request_id="req-9", **more)


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (stripe_error(ProviderRejected), True),
        (Refused("No."), True),
        (InputError("No."), True),
        (stripe_error(ProviderLimited), False),
        (stripe_error(ProviderDenied), False),
        (stripe_error(ProviderUnreachable, maybe_done=False), False),
        (stripe_error(ProviderBroken, maybe_done=True), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_definite_no_ends_a_job_and_anything_else_is_waited_for(
    clock: FixedClock, error: DeskError, ends: bool
) -> None:
    expected: Next = Failed(WHY) if ends else Blocked(WHY)
    assert Letter(go_on).after(make_job(clock), error, WHY) == expected
    assert Letter(go_on).action(expected) == ("letter.failed" if ends else "letter.waits")
    assert Letter(go_on).pause(2) == MINUTE


@pytest.mark.parametrize(
    ("next", "action"),
    [
        (To("two"), "letter.goes_on"),
        (Done(), "letter.done"),
        (Canceled(), "letter.canceled"),
        (Ask("?"), "letter.asks"),
        (Unknown(WHY), "letter.unknown"),
    ],
)
def test_a_move_that_an_error_made_has_its_name_in_the_trail(next: Next, action: str) -> None:
    assert Letter(go_on).action(next) == action


def test_a_kind_whose_moves_and_steps_differ_is_not_registered(store: Store, clock: FixedClock) -> None:
    class Odd(Letter):
        declared: Mapping[str, frozenset[str]] = MOVES

        @property
        def moves(self) -> Mapping[str, frozenset[str]]:
            return self.declared

    jobs = Jobs(store, clock, Waiting())
    for declared in ({}, {**MOVES, "four": frozenset({"done"})}, {**MOVES, "three": frozenset({"four"})}):
        kind = Odd(go_on)
        kind.declared = declared
        with pytest.raises(ValueError, match="letter: moves and steps differ"):
            jobs.register(kind)
    assert jobs.kinds == {}


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
    here = f"{socket.gethostname()}/{os.getpid()}"
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


# Calls whose effect must come once.


class Provider:
    """Keeps what was sent and what had its effect; `say` has what each call answers, `time` the provider's clock."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.ahead, self.knows_time = clock, timedelta(), True
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.effects: list[str] = []
        self.looks = 0
        self.say: list[ProviderError | None] = []
        self.reaches: list[bool] = []

    def send(self, body: dict[str, Any], key: str) -> str:
        self.sent.append((key, body))
        error = self.say.pop(0) if self.say else None
        if error is None or (self.reaches.pop(0) if self.reaches else False):
            self.effects.append(key)
        if error is not None:
            raise error
        return key

    def find(self) -> str | None:
        self.looks += 1
        return self.effects[0] if self.effects else None

    def time(self) -> Any:
        return self.clock.now() + self.ahead if self.knows_time else None


class Mail(Post):
    """A process whose first step makes one call."""

    def __init__(self, store: Store, clock: FixedClock, provider: Provider, process: str = "here") -> None:
        self.provider, self.body = provider, {"to": "Jenny"}
        super().__init__(store, clock, self.call, process)

    def call(self, run: Run) -> None:
        done = run.once(self.body, self.provider.send, self.provider.find, self.provider.time)
        assert done in self.provider.effects, "the answer, or what was found, and nothing else"
        run.move(To("two"), "letter.written", key=done)


def lost(*, maybe_done: bool = True) -> ProviderError:
    return stripe_error(ProviderUnreachable, "unreachable", maybe_done=maybe_done)


@pytest.fixture
def provider(clock: FixedClock) -> Provider:
    return Provider(clock)


@pytest.fixture
def mail(store: Store, clock: FixedClock, provider: Provider) -> Mail:
    return Mail(store, clock, provider)


def test_key_body_and_try_are_committed_before_the_call(store: Store, mail: Mail, provider: Provider) -> None:
    seen: list[tuple[Any, Any]] = []
    send = provider.send

    def look_then_send(body: dict[str, Any], key: str) -> str:
        (job,) = store.jobs.open()
        seen.append((store.jobs.call(job.id, "one"), store.jobs.tries(job.id)))
        return send(body, key)

    provider.send = look_then_send  # type: ignore[method-assign]
    job = mail.run(mail.order())
    ((call, tries),) = seen
    assert (call.body, call.made_at) == ({"to": "Jenny"}, mail.clock.now())
    assert tries == [JobTry(job.id, 1, "one", call.key, mail.clock.now(), TryOutcome.SENT)]
    assert provider.looks == 0 and job.state is JobState.DONE
    (ended,) = store.jobs.tries(job.id)
    assert ended == replace(tries[0], outcome=TryOutcome.DONE, provider_at=mail.clock.now())


def test_a_lost_answer_is_looked_for_and_not_sent_again(mail: Mail, provider: Provider) -> None:
    provider.say, provider.reaches = [lost()], [True]
    job = mail.run(mail.order())
    assert job.state is JobState.DONE and len(provider.sent) == len(provider.effects) == 1 == provider.looks
    (tried,) = mail.store.jobs.tries(job.id)
    assert (tried.outcome, tried.code, tried.request_id) == (TryOutcome.DOUBTFUL, "unreachable", "req-9")
    assert tried.provider_at == mail.clock.now()


def test_what_a_look_could_not_find_at_once_is_found_later_and_not_sent_again(mail: Mail, provider: Provider) -> None:
    provider.say, provider.reaches = [lost()], [True]
    find, fails = provider.find, [lost(maybe_done=False)]

    def look() -> str | None:
        if fails:
            provider.looks += 1
            raise fails.pop()
        return find()

    provider.find = look  # type: ignore[method-assign]
    job = mail.run(mail.order())
    assert job.state is JobState.BLOCKED
    mail.clock.move(timedelta(seconds=30))
    assert mail.run(job).state is JobState.DONE
    assert len(provider.sent) == len(provider.effects) == 1 and provider.looks == 2


def test_a_limit_after_a_doubtful_try_is_waited_for_without_another_look(mail: Mail, provider: Provider) -> None:
    provider.say = [lost(), stripe_error(ProviderLimited, "rate_limit")]
    job = mail.run(mail.order())
    mail.clock.move(timedelta(seconds=30))
    assert mail.run(job).state is JobState.BLOCKED and provider.looks == 2


def test_what_was_never_received_is_looked_for_and_sent_under_the_same_key(mail: Mail, provider: Provider) -> None:
    provider.say = [lost()]
    job = mail.run(mail.order())
    assert job.state is JobState.BLOCKED and provider.looks == 1
    mail.clock.move(timedelta(seconds=30))
    assert mail.run(job).state is JobState.DONE
    assert provider.looks == 2, "it looked before it sent"
    assert provider.sent[0] == provider.sent[1] and len(provider.effects) == 1


@pytest.mark.parametrize("code", ["idempotency_error", "idempotency_key_in_use", "replayed"])
def test_a_key_that_the_provider_has_had_is_not_used_again(mail: Mail, provider: Provider, code: str) -> None:
    provider.say = [stripe_error(ProviderUnreachable, "unreachable" if code != "replayed" else code, maybe_done=True)]
    if code != "replayed":
        provider.say = [stripe_error(ProviderRejected, code)]
    mail.kind.after = lambda job, error, problem: Blocked(problem)  # type: ignore[method-assign]
    job = mail.run(mail.order())
    assert provider.looks == 1, "it may have had its effect"
    mail.clock.move(timedelta(seconds=30))
    mail.run(job)
    assert len({key for key, _ in provider.sent}) == 2


@pytest.mark.parametrize(
    ("age", "same"),
    [
        (timedelta(hours=22, minutes=59, seconds=59), True),
        (timedelta(hours=23), False),
        (-timedelta(hours=22), True),
        (-timedelta(hours=23), False),
    ],
)
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_key_is_used_for_less_than_23_hours_by_our_clock_and_by_theirs(
    mail: Mail, provider: Provider, age: timedelta, same: bool, whose: str
) -> None:
    """Stripe keeps a key for at least 24 hours: after that the same key would do the same thing a second time."""
    provider.say = [lost()]
    job = mail.run(mail.order())
    if whose == "ours":
        mail.clock.move(age)
        provider.ahead = -age
        mail.store.jobs.write(job.id, {"next_at": mail.clock.real()})
    else:
        mail.clock.move(timedelta(seconds=30))
        provider.ahead = age - timedelta(seconds=30)
    assert mail.run(job).state is JobState.DONE
    assert (provider.sent[0][0] == provider.sent[1][0]) is same


def test_a_time_that_the_provider_does_not_say_makes_no_key_old(mail: Mail, provider: Provider) -> None:
    provider.say, provider.knows_time = [lost()], False
    job = mail.run(mail.order())
    mail.clock.move(timedelta(hours=1))
    mail.run(job)
    assert provider.sent[0] == provider.sent[1]


@pytest.mark.parametrize("known", [(False, True), (True, False)], ids=["learned later", "not known later"])
def test_a_time_that_is_known_of_one_try_only_makes_no_key_old(
    mail: Mail, provider: Provider, known: tuple[bool, bool]
) -> None:
    provider.say, provider.knows_time = [lost()], known[0]
    job = mail.run(mail.order())
    provider.knows_time, provider.ahead = known[1], timedelta(days=9)
    mail.clock.move(timedelta(hours=1))
    assert mail.run(job).state is JobState.DONE
    assert provider.sent[0] == provider.sent[1]


def test_a_key_is_given_up_by_what_was_said_of_it_and_not_of_the_one_before(mail: Mail, provider: Provider) -> None:
    provider.say = [lost(), stripe_error(ProviderUnreachable, "replayed", maybe_done=True), lost(), None]
    job = mail.run(mail.order())
    for _ in range(3):
        mail.clock.move(timedelta(minutes=10))
        job = mail.run(job)
    keys = [key for key, _ in provider.sent]
    assert job.state is JobState.DONE and keys == [keys[0], keys[0], keys[2], keys[2]] and keys[0] != keys[2]
    assert all(key.startswith("key_") for key in keys)


def test_another_body_has_another_key(mail: Mail, provider: Provider) -> None:
    provider.say = [lost(maybe_done=False)]
    job = mail.run(mail.order())
    assert provider.looks == 0, "nothing can have happened"
    mail.body = {"to": "Ana"}
    mail.clock.move(timedelta(seconds=30))
    mail.run(job)
    (first, _), (second, body) = provider.sent
    assert first != second and body == {"to": "Ana"}
    assert mail.store.jobs.call(job.id, "one").body == {"to": "Ana"}  # type: ignore[union-attr]


def test_a_refusal_is_believed_only_where_no_try_before_it_is_in_doubt(mail: Mail, provider: Provider) -> None:
    provider.say = [stripe_error(ProviderRejected, "account_closed")]
    job = mail.run(mail.order())
    assert job.state is JobState.FAILED and provider.looks == 0
    provider.say, provider.reaches = [lost(), stripe_error(ProviderRejected, "account_closed")], [False, True]
    other = mail.run(mail.order("l2"))
    mail.clock.move(timedelta(seconds=30))
    other = mail.run(other)
    assert other.state is JobState.DONE and provider.looks == 3, "after the loss, before the try, after the refusal"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (lost(), "doubtful"),
        (lost(maybe_done=False), "no_effect"),
        (stripe_error(ProviderBroken, maybe_done=True), "doubtful"),
        (stripe_error(ProviderBroken, maybe_done=False), "no_effect"),
        (stripe_error(ProviderRejected, "account_closed"), "refused"),
        (stripe_error(ProviderRejected, "idempotency_error"), "doubtful"),
        (stripe_error(ProviderRejected, "idempotency_key_in_use"), "doubtful"),
        (stripe_error(ProviderLimited), "no_effect"),
        (stripe_error(ProviderDenied), "no_effect"),
    ],
)
def test_what_an_error_says_of_the_calls_effect(error: ProviderError, outcome: str) -> None:
    assert outcome_of(error).value == outcome


def test_a_call_whose_process_died_is_in_doubt() -> None:
    doubtful = {one.value for one in TryOutcome if JobTry("j", 1, "one", "k", None, one).is_doubtful}  # type: ignore[arg-type]
    assert doubtful == {"sent", "doubtful"}


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("nothing", True),
        ("almost two minutes", True),
        ("two minutes", False),
        ("two minutes back", False),
        ("another process", False),
        ("slept", False),
        ("an answer", False),
        ("a try", False),
        ("a try of another step", True),
    ],
)
def test_what_may_be_sent_without_a_look(
    store: Store, clock: FixedClock, provider: Provider, change: str, first: bool
) -> None:
    """A look comes first, unless this very process took the order within the last two minutes and has not tried."""
    seen: list[bool] = []

    def look(run: Run) -> None:
        seen.append(run.is_first())
        run.move(To("two"))

    post = Post(store, clock, look)
    job = post.order()
    moves = {"almost two minutes": 119, "two minutes": 120, "two minutes back": -120}
    if change in moves:
        clock.move(timedelta(seconds=moves[change]))
        store.jobs.write(job.id, {"next_at": clock.real()})
    elif change == "slept":
        clock.move(timedelta(seconds=119))
        store.jobs.write(job.id, {"next_at": clock.real() - timedelta(seconds=120)})
    elif change == "an answer":
        store.jobs.write(job.id, {"answers": 1})
    elif change.startswith("a try"):
        store.jobs.add_try(job.id, "two" if "another" in change else "one", "key", clock.now())
    if change == "another process":
        post = Post(store, clock, look, process="there")
    post.run(job)
    assert seen == [first]


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
    for change in ("state = 'nonsense'", "state = 'done'", "state = 'asking'", "question = 'x'", "next_at = NULL"):
        with pytest.raises(sqlite3.IntegrityError):
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
