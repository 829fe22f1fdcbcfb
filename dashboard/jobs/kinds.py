"""What an operation declares: its steps, its allowed moves, what an error means, and how a person reads it.

A kind stands beside its feature (`debits/job.py`) and is registered in `desk.py`. From that come the restart, the
retries, the audit rows, the *Inbox* and the crash harness; there is nothing else to remember.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from dashboard.domain.errors import DeskError, InputError, ProviderRejected, Refused
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Problem

if TYPE_CHECKING:
    from dashboard.jobs.run import Run

FIRST_PAUSE = timedelta(seconds=30)  # what is over by then is over in most outages
LONGEST_PAUSE = timedelta(hours=1)  # after some hours of an outage nobody waits for the minute
FIRST_AFTER_NO = timedelta(minutes=1)
LONGEST_AFTER_NO = timedelta(hours=12)  # ten times twice as long: 17 hours after the first no a person is asked


@dataclass(frozen=True)
class To:
    """Go on with another step: now, or after a pause."""

    step: str
    after: timedelta = timedelta()
    problem: Problem | None = None


@dataclass(frozen=True)
class Done:
    """The operation is over and did what was ordered."""


@dataclass(frozen=True)
class Failed:
    """The operation is over and did not do what was ordered: a definite no."""

    problem: Problem


@dataclass(frozen=True)
class Canceled:
    """The operation was ended by a person, or by another operation."""

    problem: Problem | None = None


@dataclass(frozen=True)
class Ask:
    """A person has to decide; `Jobs.answer` goes on."""

    question: str
    problem: Problem | None = None
    step: str | None = None


@dataclass(frozen=True)
class Blocked:
    """Nothing was done and the problem ends by itself: the step is run again after `pause`, or the kind's own pause."""

    problem: Problem | None
    pause: timedelta | None = None


@dataclass(frozen=True)
class Unknown:
    """An outcome is not known and is looked for: the step is run again after `pause`, or the kind's own pause."""

    problem: Problem
    pause: timedelta | None = None


Next = To | Done | Failed | Canceled | Ask | Blocked | Unknown
Step = Callable[["Run"], None]

STATES: dict[type, JobState] = {
    To: JobState.WAITING,
    Done: JobState.DONE,
    Failed: JobState.FAILED,
    Canceled: JobState.CANCELED,
    Ask: JobState.ASKING,
    Blocked: JobState.BLOCKED,
    Unknown: JobState.UNKNOWN,
}


ACTIONS: dict[type, str] = {
    To: "goes_on",
    Done: "done",
    Failed: "failed",
    Canceled: "canceled",
    Ask: "asks",
    Blocked: "waits",
    Unknown: "unknown",
}


class Kind(Protocol):
    """One kind of operation."""

    name: str
    """As in the table, and before the dot of its audit actions."""

    @property
    def steps(self) -> Mapping[str, Step]:
        """What each step does. It ends by one move (`Run.moving`), or raises."""

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """Which steps each step may be followed by."""

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """What an error means that a step did not handle."""

    def pause(self, tries: int) -> timedelta:
        """How long to wait after so many tries that came to nothing."""

    def on_move(self, job: Job, next: Next) -> None:
        """Set the domain row's own state, inside the move's transaction; `job` is as the move left it."""

    def action(self, next: Next) -> str:
        """The audit action of a move that an error made."""

    def title(self, job: Job) -> str:
        """What the operation is, for the *Inbox*: plain text, one line."""


class BaseKind:
    """What most kinds do: an outage is waited for, a definite no is the end."""

    name: str

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A definite no fails the job; anything else blocks it until it is over."""
        if isinstance(error, ProviderRejected | Refused | InputError):
            return Failed(problem)
        return Blocked(problem)

    def pause(self, tries: int) -> timedelta:
        """30 seconds, doubling to an hour."""
        return pause_doubling(tries)

    def action(self, next: Next) -> str:
        """The kind's name and what became of it."""
        return f"{self.name}.{ACTIONS[type(next)]}"

    def on_move(self, job: Job, next: Next) -> None:
        """Most domain rows keep no state of the job."""


def pause_doubling(tries: int, first: timedelta = FIRST_PAUSE, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """The pause after so many tries in a row (1 is the first): twice as long each time, up to `longest`."""
    doubled: timedelta = first * 2 ** min(max(tries, 1) - 1, 20)
    return min(doubled, longest)


def back_off(job: Job, problem: Problem, question: str) -> Blocked | Ask:
    """After a definite no to what has to be done: try again, twice as late each time; after most of a day ask a person.

    A setting at the provider may be corrected meanwhile; what is refused for a day is refused until somebody acts.
    """
    pause: timedelta = FIRST_AFTER_NO * 2 ** min(job.tries, 20)
    return Ask(question, problem) if pause > LONGEST_AFTER_NO else Blocked(problem, pause)
