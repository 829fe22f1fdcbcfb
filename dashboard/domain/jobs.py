"""Durable jobs: the states that an operation can be in, and what is kept of each try.

An operation that moves money or makes a token is a row first and a call second (DESIGN section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashboard.domain.models import Actor, Problem


class JobState(StrEnum):
    """Where a job is. The last three are ends, and an ended job stays ended."""

    WAITING = "waiting"  # for its turn
    ASKING = "asking"  # a person
    BLOCKED = "blocked"  # by a problem that ends by itself
    UNKNOWN = "unknown"  # an outcome that is being looked for
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_ended(self) -> bool:
        """Nothing follows it."""
        return self in ENDED


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELED})


@dataclass(frozen=True)
class Job:
    """One operation: what it is about (`subject`, the domain row's id), its step, who ordered it, when it is due.

    `question` is what a person is asked while the state is `asking`, `answers` how often one was given. `tries` counts
    the runs that came to nothing since the last step; `next_at` is machine time. `ordered_in` names the process that
    took the order.
    """

    id: str
    kind: str
    subject: str
    step: str
    state: JobState
    ordered_by: str
    ordered_from: str
    ordered_at: datetime
    ordered_in: str
    answers: int = 0
    tries: int = 0
    next_at: datetime | None = None
    question: str | None = None
    problem: Problem | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        """Who ordered it, as the audit trail names them; without a permission."""
        return Actor(self.ordered_by, frozenset(), self.ordered_from)


class TryOutcome(StrEnum):
    """What one call came to. `sent` stays where the process died before the answer: as doubtful as `doubtful`."""

    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    NO_EFFECT = "no_effect"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class JobTry:
    """One call of a job: its key, when it was sent, what came of it. `provider_at` is the provider's own clock."""

    job_id: str
    number: int
    step: str
    key: str
    sent_at: datetime
    outcome: TryOutcome
    provider_at: datetime | None = None
    code: str | None = None
    request_id: str | None = None

    @property
    def is_doubtful(self) -> bool:
        """It may have had its effect."""
        return self.outcome in {TryOutcome.SENT, TryOutcome.DOUBTFUL}


@dataclass(frozen=True)
class JobCall:
    """The key and the exact body of one step's call, committed before it is made."""

    job_id: str
    step: str
    key: str
    body: dict[str, Any]
    made_at: datetime
