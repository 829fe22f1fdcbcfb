"""Durable jobs: nothing that was ordered is forgotten, whoever dies, fails or knows no such kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    DeskError,
    InputError,
    ProviderDenied,
    ProviderLimited,
    Refused,
    StoreUnavailable,
)
from dashboard.domain.jobs import Job, JobState, TryOutcome
from dashboard.domain.models import Actor, Problem
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import Ask, BaseKind, Blocked, Done, Next, Step, To, Unknown, pause_doubling
from dashboard.jobs.leases import LEASE, MACHINE
from dashboard.jobs.run import MoveNotAllowed
from dashboard.jobs.worker import InlineWorker
from dashboard.operations.open_jobs import OpenJobs
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from tests.unit.fakes import Killed, lost, refused

WHO = Actor("ann@example.com", frozenset(), "192.0.2.7")
WRONG = Problem("It went wrong.", code="wrong")


class Bake(BaseKind):
    """An operation for the tests: mix, then bake; what each step does is given."""

    name = "cake"

    def __init__(self) -> None:
        self.does: dict[str, Callable[[Run], None]] = {}

    @property
    def steps(self) -> Mapping[str, Step]:
        return {name: lambda run, name=name: self.does[name](run) for name in ("mix", "bake", "never")}  # type: ignore[misc]

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        return {
            "mix": frozenset({"bake", JobState.ASKING, JobState.FAILED}),
            "bake": frozenset({JobState.DONE, JobState.UNKNOWN, JobState.FAILED, JobState.CANCELED}),
            "never": frozenset({JobState.DONE}),
        }

    def title(self, job: Job) -> str:
        return f"Cake {job.subject}"


@pytest.fixture
def kind() -> Bake:
    return Bake()


@pytest.fixture
def jobs(store: Store, clock: FixedClock, kind: Bake) -> Jobs:
    made = Jobs(store, clock, InlineWorker(), process="one")
    made.register(kind)
    return made


def order(jobs: Jobs, subject: str = "cake_1", step: str = "mix") -> str:
    job = jobs.order("cake", subject, WHO, step=step, action="cake.ordered", size=3)
    assert job is not None
    return job.id


def get(store: Store, id: str) -> Job:
    job = store.jobs.get(id)
    assert job is not None
    return job


def moving(next: Next, action: str | None = None) -> Callable[[Run], None]:
    return lambda run: run.move(next, action)


def raising(*errors: BaseException) -> Callable[[Run], None]:
    waiting = list(errors)

    def step(run: Run) -> None:
        if waiting:
            raise waiting.pop(0)
        run.move(Done() if run.job.step == "bake" else To("bake"))

    return step


# Running.


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (refused("NO"), JobState.FAILED),
        (Refused("No."), JobState.FAILED),
        (InputError("No."), JobState.FAILED),
        (lost(), JobState.BLOCKED),
        (ProviderLimited("Slow.", provider="stripe"), JobState.BLOCKED),
        (ProviderDenied("Wrong key.", provider="stripe", http_status=401), JobState.BLOCKED),
    ],
)
def test_what_an_error_means(jobs: Jobs, store: Store, kind: Bake, error: DeskError, state: JobState) -> None:
    kind.does = {"mix": raising(error)}
    id = order(jobs)
    jobs.run(id)
    job = get(store, id)
    assert job.state is state and job.problem is not None
    word = "failed" if state is JobState.FAILED else "waits"
    assert store.trail.read("cake_1")[0].action == f"cake.{word}"


def test_tries_are_counted_and_their_pauses_double_to_an_hour(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock
) -> None:
    kind.does = {"mix": raising(*[lost() for _ in range(12)]), "bake": moving(Done())}
    id = order(jobs)
    pauses = []
    for count in range(1, 13):
        jobs.run_due()
        job = get(store, id)
        assert (job.tries, job.state) == (count, JobState.BLOCKED)
        assert job.next_at is not None
        pauses.append(int((job.next_at - clock.real()).total_seconds()))
        clock.at = job.next_at - timedelta(seconds=1)
        assert jobs.run_due() == 0, "not before its turn"
        clock.at = job.next_at
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]
    jobs.run_due()
    assert get(store, id).state is JobState.DONE
    assert pause_doubling(0) == pause_doubling(1) == timedelta(seconds=30)


def test_a_new_step_begins_to_count_anew(jobs: Jobs, store: Store, kind: Bake, clock: FixedClock) -> None:
    kind.does = {"mix": raising(lost()), "bake": raising(lost())}
    id = order(jobs)
    jobs.run_due()
    clock.move(timedelta(minutes=1))
    jobs.run_due()
    assert (get(store, id).step, get(store, id).tries) == ("bake", 1)


@pytest.mark.parametrize("error", [KeyError("a mistake of ours"), MoveNotAllowed("likewise")])
def test_a_mistake_of_our_own_waits_and_is_listed(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock, error: Exception
) -> None:
    kind.does = {"mix": raising(error), "bake": moving(Done())}
    id = order(jobs)
    with pytest.raises(type(error)):
        jobs.run(id)
    job = get(store, id)
    assert job.problem is not None and job.problem.code == "internal"
    assert jobs.run_due() == 0
    clock.move(timedelta(minutes=1))
    jobs.run_due()
    assert get(store, id).state is JobState.DONE


def test_an_unavailable_database_changes_nothing(jobs: Jobs, store: Store, kind: Bake) -> None:
    kind.does = {"mix": raising(StoreUnavailable("Full.")), "bake": moving(Done())}
    id = order(jobs)
    with pytest.raises(StoreUnavailable):
        jobs.run(id)
    assert get(store, id).state is JobState.WAITING
    jobs.run_due()
    assert get(store, id).state is JobState.DONE


# Leases.


def test_a_job_in_another_workers_hands_is_left_alone_until_its_lease_is_over(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock
) -> None:
    kind.does = {"mix": moving(To("bake")), "bake": moving(Done())}
    id = order(jobs)
    now = clock.real()
    assert store.jobs.acquire(id, "elsewhere/1/2/3", now, now + LEASE)
    jobs.run(id)
    assert jobs.run_due() == 0
    clock.move(LEASE + timedelta(seconds=1))
    assert jobs.run_due() == 1
    assert get(store, id).state is JobState.DONE


def test_what_a_dead_process_held_is_freed_by_the_completer(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock
) -> None:
    kind.does = {"mix": moving(To("bake")), "bake": moving(Done())}
    id = order(jobs)
    now = clock.real()
    assert store.jobs.acquire(id, f"{MACHINE}/999999999/gone/1", now, now + LEASE)
    jobs.run_due()
    assert get(store, id).state is JobState.DONE


def test_a_killed_process_leaves_a_job_that_goes_on(jobs: Jobs, store: Store, kind: Bake, clock: FixedClock) -> None:
    kind.does = {"mix": raising(Killed()), "bake": moving(Done())}
    id = order(jobs)
    with pytest.raises(Killed):
        jobs.run(id)
    jobs.run_due()
    assert get(store, id).state is JobState.DONE


def test_a_job_of_a_kind_that_this_version_does_not_know_is_left_alone(store: Store, clock: FixedClock) -> None:
    newer = Jobs(store, clock, InlineWorker(), process="newer")
    newer.register(Bake())
    id = order(newer)
    older = Jobs(store, clock, InlineWorker(), process="older")
    assert older.run_due() == 0
    older.run(id)
    assert get(store, id).state is JobState.WAITING


# Asking.


def test_a_question_is_answered_once_in_the_name_of_who_answers(jobs: Jobs, store: Store, kind: Bake) -> None:
    kind.does = {"mix": moving(Ask("sweet?")), "bake": moving(Done(), "cake.baked")}
    id = order(jobs)
    jobs.run(id)
    assert (get(store, id).state, get(store, id).question) == (JobState.ASKING, "sweet?")
    assert jobs.run_due() == 0
    bob = Actor("bob@example.com", frozenset(), "192.0.2.8")
    jobs.answer(bob, id, "bake", action="cake.answered", sweet=True)
    jobs.start(id)
    assert get(store, id).state is JobState.DONE
    assert [(row.action, row.actor) for row in store.trail.read("cake_1")][:2] == [
        ("cake.baked", "bob@example.com"),
        ("cake.answered", "bob@example.com"),
    ]
    with pytest.raises(InputError, match="decided already"):
        jobs.answer(bob, id, "bake", action="cake.answered")


# Calls.


def test_the_first_call_needs_no_look_and_any_other_does(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock
) -> None:
    seen: list[bool] = []

    def mix(run: Run) -> None:
        seen.append(run.is_first())
        run.attempt("key", lambda: None, lambda: None)
        seen.append(run.is_first())
        run.move(Blocked(WRONG))

    kind.does = {"mix": mix}
    jobs.run(order(jobs))
    assert seen == [True, False]


Found = dict[str, object]


def once(kind: Bake, *answers: object, found: Found | None = None) -> list[str]:
    """A step that makes one call by `Run.once`; returns the list of keys that are sent."""
    keys: list[str] = []
    waiting = list(answers)

    def send(body: Found, key: str) -> Found:
        keys.append(key)
        answer = waiting.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return {"id": answer}

    def mix(run: Run) -> None:
        run.once({"size": 3}, send, lambda: found)
        run.move(To("bake"))

    kind.does = {"mix": mix, "bake": moving(Done())}
    return keys


def test_a_call_is_repeated_under_its_key_while_the_key_lives_and_under_a_new_one_after(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock
) -> None:
    keys = once(kind, lost(), lost(), lost(), "made")
    id = order(jobs)
    for wait in (timedelta(), timedelta(hours=22), timedelta(hours=2), timedelta(hours=1)):
        clock.move(wait)
        jobs.run_due()
    assert get(store, id).state is JobState.DONE
    assert keys[0] == keys[1] != keys[2] == keys[3], "23 hours: Stripe keeps a key for at least 24"
    outcomes = [one.outcome for one in store.jobs.tries(id)]
    assert outcomes == [TryOutcome.DOUBTFUL] * 3 + [TryOutcome.DONE]


def test_a_try_of_a_process_that_died_is_doubtful(jobs: Jobs, store: Store, kind: Bake) -> None:
    once(kind, Killed())
    id = order(jobs)
    with pytest.raises(Killed):
        jobs.run(id)
    (one,) = store.jobs.tries(id)
    assert one.outcome is TryOutcome.SENT and one.is_doubtful


# The list.


def test_every_operation_that_a_person_should_know_of_is_listed_whatever_its_kind(
    jobs: Jobs, store: Store, kind: Bake, clock: FixedClock
) -> None:
    desk, admin = OpenJobs(store, jobs, clock), demo_actor()
    kind.does = {"mix": raising(lost()), "bake": moving(Unknown(WRONG))}
    blocked = order(jobs, "cake_blocked")
    jobs.run(blocked)
    kind.does["mix"] = moving(Ask("sweet?"))
    jobs.run(order(jobs, "cake_asking"))
    jobs.run(order(jobs, "cake_unknown", "bake"))
    kind.does["mix"] = raising(refused("NO"))
    jobs.run(order(jobs, "cake_failed"))
    kind.does["mix"] = moving(To("bake"))
    kind.does["bake"] = moving(Done())
    jobs.run(order(jobs, "cake_done"))
    order(jobs, "cake_fresh")
    assert {one.subject for one in desk.attention(admin)} == {
        *("cake_blocked", "cake_asking", "cake_unknown", "cake_failed"),
    }
    assert {one.title for one in desk.attention(admin)} >= {"Cake cake_blocked"}
    clock.move(timedelta(minutes=2))
    assert "cake_fresh" in {one.subject for one in desk.attention(admin)}, "it takes longer than a minute"
    desk.retry(admin, blocked)
    assert "cake_blocked" not in {one.subject for one in desk.attention(admin)}
    jobs.run(order(jobs, "cake_failed"))
    assert "cake_failed" not in {one.subject for one in desk.attention(admin)}, "a later one was done"
    with pytest.raises(InputError):
        desk.retry(admin, "job_nobody")
