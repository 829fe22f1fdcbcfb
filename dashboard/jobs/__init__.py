"""Durable jobs: ordered in a transaction, run under a lease, and continued by one completer until each has ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError, LeaseLost, StoreUnavailable
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, Problem
from dashboard.jobs import leases
from dashboard.jobs.kinds import Blocked, Kind, To
from dashboard.jobs.leases import LEASE, is_dead, new_owner
from dashboard.jobs.run import MoveNotAllowed, Run, move
from dashboard.jobs.worker import Runner
from dashboard.messages.problems import explain
from dashboard.store import Store

__all__ = ["Job", "Jobs", "Run"]

log = logging.getLogger(__name__)

INTERNAL = Problem(
    "The desk met a mistake of its own.",
    "Nothing more was done; what was done before is kept.",
    "It is retried automatically. If it stays, give the log to whoever runs the desk.",
    "internal",
)


class Jobs:
    """Orders jobs and runs them. One for the process; the completer (`run_due`) is called again and again."""

    def __init__(self, store: Store, clock: Clock, worker: Runner, *, process: str = "") -> None:
        """`process` names this process, so that a job that another one took is looked into before it acts."""
        self._store, self._clock, self._worker, self._process = store, clock, worker, process or leases.PROCESS
        self._kinds: dict[str, Kind] = {}
        self._queued: set[str] = set()  # only so that the completer does not queue a job twice
        self._guard = threading.Lock()

    def register(self, *kinds: Kind) -> None:
        """Make kinds known; once, when the desk is put together. Raises ValueError where moves and steps differ."""
        for kind in kinds:
            unknown = {one for allowed in kind.moves.values() for one in allowed} - set(kind.steps) - set(JobState)
            if set(kind.moves) != set(kind.steps) or unknown:
                raise ValueError(f"{kind.name}: moves and steps differ, or {unknown} is neither a step nor a state")
            self._kinds[kind.name] = kind

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Every kind of operation, by name."""
        return self._kinds

    def order(
        self,
        kind: str,
        subject: str,
        actor: Actor,
        *,
        step: str,
        action: str | None = None,
        **facts: object,
    ) -> Job | None:
        """Commit an order inside the caller's transaction, with its audit row; `start` it after the commit.

        None where a job of this kind for this subject has not ended yet. Raises MoveNotAllowed for an unknown step.
        """
        if step not in self._kinds[kind].steps:
            raise MoveNotAllowed(f"{kind} has no step {step}")
        return self._add(kind, subject, actor, step, action, 0, facts)

    def order_foreseen(
        self, id: str, kind: str, subject: str, actor: Actor, step: str, action: str, facts: Mapping[str, object]
    ) -> Job | None:
        """As `order`, of what every copy of the file may order by itself; `id` is drawn from what all of them know.

        So their calls have one key. It counts as answered by a person, so that the step looks before it acts.
        """
        return self._add(kind, subject, actor, step, action, 1, facts, id)

    def order_again(self, actor: Actor, ended: Job, *, action: str, **facts: object) -> Job | None:
        """Order what an ended job was to do as a new one, from the step at which it ended; as `order` otherwise.

        It counts as answered by a person, so that the step looks before it acts.
        """
        return self._add(ended.kind, ended.subject, actor, ended.step, action, 1, facts)

    def _add(
        self,
        kind: str,
        subject: str,
        actor: Actor,
        step: str,
        action: str | None,
        answers: int,
        facts: Mapping[str, object],
        id: str = "",
    ) -> Job | None:
        now = self._clock.now()
        job = Job(
            id=id or new_id("job"),
            kind=kind,
            subject=subject,
            step=step,
            state=JobState.WAITING,
            ordered_by=actor.name,
            ordered_from=actor.address,
            ordered_at=now,
            ordered_in=self._process,
            answers=answers,
            next_at=self._clock.real(),
        )
        with self._store.transaction():
            if not self._store.jobs.add(job):
                return None
            if action is not None:
                self._store.trail.append(actor, action, subject, now, **facts)
        return job

    def wake(self, kind: str, subject: str) -> None:
        """Make an open job of a subject due now, whatever it waits for; inside the caller's transaction."""
        with self._store.transaction():
            job = self._store.jobs.find(kind, subject)
            if job is not None and job.next_at is not None:
                self._store.jobs.write(job.id, {"next_at": self._clock.real()})

    def start(self, id: str) -> None:
        """Run a job on the worker."""
        with self._guard:
            if id in self._queued:
                return
            self._queued.add(id)
        self._worker.submit(self._run_queued, id)

    def _run_queued(self, id: str) -> None:
        with self._guard:
            self._queued.discard(id)
        self.run(id)

    def run(self, id: str) -> None:
        """Run step after step until the job ends, asks a person, or has to wait.

        Does nothing where another worker holds it, or it is not its turn.
        """
        owner = new_owner()
        try:
            while self._acquire(id, owner):
                job = self._store.jobs.get(id)
                if job is None or job.next_at is None or job.next_at > self._clock.real():
                    return
                if job.kind not in self._kinds:  # of a newer version of the desk over the same file
                    return
                self._run_step(job, owner)
        except LeaseLost:
            return
        finally:
            self._store.jobs.release(id, owner)

    def _run_step(self, job: Job, owner: str) -> None:
        kind = self._kinds[job.kind]
        run = Run(self._store, self._clock, kind, job, owner, self._process)
        try:
            kind.steps[job.step](run)
            if not run.moved:
                raise MoveNotAllowed(f"{job.kind} did not move at {job.step}")
        except (LeaseLost, StoreUnavailable):
            raise
        except DeskError as error:
            if run.moved:
                raise
            problem = explain(error)
            next = kind.after(run.job, error, problem)
            run.move(next, kind.action(next), step=run.job.step, code=problem.code, request_id=problem.request_id)
        except Exception:
            if not run.moved:
                run.move(Blocked(INTERNAL), kind.action(Blocked(INTERNAL)), step=run.job.step, code=INTERNAL.code)
            raise

    def _acquire(self, id: str, owner: str) -> bool:
        now = self._clock.real()
        return self._store.jobs.acquire(id, owner, now, now + LEASE)

    def run_due(self) -> int:
        """The completer: free what dead processes held, and start every job whose turn it is. Returns how many."""
        for holder in self._store.jobs.holders():
            if is_dead(holder):
                self._store.jobs.release_all(holder)
        due = self._store.jobs.due(self._clock.real())
        known = [id for id, kind in due if kind in self._kinds]
        for id in known:
            self.start(id)
        return len(known)

    # What people do with jobs; the use case that calls these has asked whether they may.

    def answer(self, actor: Actor, id: str, step: str, *, action: str, **facts: object) -> Job:
        """Go on at a step in the name of who answered. Call it inside a transaction, and `start` after the commit.

        Raises InputError where the job no longer asks.
        """
        return self._answer(actor, id, To(step), action, facts)

    def answer_no(self, actor: Actor, id: str, step: str, problem: Problem, *, action: str, **facts: object) -> Job:
        """As `answer`, at a step that ends the job; `problem` is why."""
        return self._answer(actor, id, To(step, problem=problem), action, facts)

    def redirect(self, actor: Actor, id: str, step: str, *, at: str, action: str, **facts: object) -> Job:
        """As `answer`, of a job that waits for its turn at the step `at`: whoever runs that step now loses the job.

        Raises InputError where it has gone on.
        """
        return self._answer(actor, id, To(step), action, facts, at=at)

    def _answer(
        self, actor: Actor, id: str, next: To, action: str, facts: Mapping[str, object], at: str | None = None
    ) -> Job:
        with self._store.transaction():
            job = self._store.jobs.get(id)
            waits = job is not None and not job.state.is_ended and job.step == at
            if job is None or not (waits or job.state is JobState.ASKING):
                raise InputError("This was decided already.", action="Reload the page.", code="already_decided")
            kind, real, now = self._kinds[job.kind], self._clock.real(), self._clock.now()
            values: dict[str, Any] = move(kind, job, next, real, now)
            values |= {"ordered_by": actor.name, "ordered_from": actor.address, "ordered_at": now}
            values |= {"ordered_in": self._process, "answers": job.answers + 1}
            if waits:
                values |= {"lease_owner": None, "lease_until": None}
            self._store.jobs.write(id, values)
            moved = self._store.jobs.get(id) or job
            kind.on_move(moved, next)
            self._store.trail.append(actor, action, job.subject, now, **facts)
        return moved

    def retry_now(self, actor: Actor, id: str, *, action: str, **facts: object) -> None:
        """Run a job now instead of at its turn; nothing where it has ended or asks a person."""
        with self._store.transaction():
            job = self._store.jobs.get(id)
            if job is None or job.next_at is None:
                return
            self._store.jobs.write(id, {"next_at": self._clock.real()})
            self._store.trail.append(actor, action, job.subject, self._clock.now(), **facts)
        self.start(id)

    def try_again(self, actor: Actor, kind: str, subject: str, *, action: str) -> None:
        """Run a subject's open job now; where it asks whether to, that is the answer. Nothing where none is open."""
        job = self._store.jobs.find(kind, subject)
        if job is None or job.state.is_ended:
            return
        if job.state is JobState.ASKING:
            self.answer(actor, job.id, job.step, action=action)
            self.start(job.id)
        else:
            self.retry_now(actor, job.id, action=action)
