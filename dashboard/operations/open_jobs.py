"""Every operation that a person has to know of, of whatever kind: a new kind is listed without being named here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.jobs import JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Problem
from dashboard.jobs import Jobs
from dashboard.staff.access import Permission, require
from dashboard.store import Store

SLOW = timedelta(minutes=1)  # most operations take seconds
FAILED_FOR = timedelta(days=30)  # how long one that failed stays listed, unless a later one of its subject was done


@dataclass(frozen=True)
class OpenJob:
    """One operation in a list: what it is, where it is, who ordered it, why it waits."""

    id: str
    kind: str
    subject: str
    title: str
    state: JobState
    ordered_by: str
    ordered_at: datetime
    tries: int
    next_at: datetime | None
    problem: Problem | None


class OpenJobs:
    """The list, and the one thing to do with each: try it now."""

    def __init__(self, store: Store, jobs: Jobs, clock: Clock) -> None:
        self._store, self._jobs, self._clock = store, jobs, clock

    def attention(self, actor: Actor) -> list[OpenJob]:
        """What asks a person, has a problem, is looked for, takes longer than a minute, or failed; oldest first."""
        require(actor, Permission.VIEW_CUSTOMERS)
        now, real = self._clock.now(), self._clock.real()
        found = self._store.jobs.attention(now - SLOW, now - FAILED_FOR, real)
        return [
            OpenJob(
                id=job.id,
                kind=job.kind,
                subject=job.subject,
                title=self._jobs.kinds[job.kind].title(job),
                state=job.state,
                ordered_by=job.ordered_by,
                ordered_at=job.ordered_at,
                tries=job.tries,
                next_at=job.next_at,
                problem=job.problem,
            )
            for job in found
            if job.kind in self._jobs.kinds
        ]

    def retry(self, actor: Actor, id: str) -> None:
        """Try one now instead of at its turn. Raises InputError where there is no such operation."""
        require(actor, Permission.ADMIN)
        job = require_found(self._store.jobs.get(id), "operation")
        self._jobs.retry_now(actor, id, action=f"{job.kind}.resumed")
