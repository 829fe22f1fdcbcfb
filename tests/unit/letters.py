"""A kind of job for the tests: a letter whose first step is what the test gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    ProviderError,
)
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, Problem
from dashboard.jobs import Jobs
from dashboard.jobs.kinds import BaseKind, Done, Next, Step, To
from dashboard.jobs.run import Run
from dashboard.jobs.worker import InlineWorker
from dashboard.store import Store

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


def stripe_error(kind: type[ProviderError], code: str = "code", **more: Any) -> ProviderError:
    return kind("No.", provider="stripe", code=code, request_id="req-9", **more)
