"""One run of a job under its lease: what a step may ask, and the one place where a job's state and step are written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    ProviderBroken,
    ProviderError,
    ProviderPaused,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.jobs import Job, JobCall, JobState, TryOutcome
from dashboard.domain.models import Problem
from dashboard.gateways.stripe_errors import REPLAYED
from dashboard.jobs.kinds import STATES, Ask, Blocked, Canceled, Failed, Kind, Next, To, Unknown
from dashboard.store import Store

FRESH = timedelta(minutes=2)  # a first call within this of the order, in the process that took it, needs no look before
KEY_LIFE = timedelta(hours=23)  # Stripe keeps a key for at least 24 h; an hour is left for clocks that differ
SAME_KEY = frozenset({"idempotency_error", "idempotency_key_in_use"})  # Stripe has had this key: look before all else

Found = TypeVar("Found")


class MoveNotAllowed(Exception):
    """A step tried a move that its kind does not declare: a mistake in the program, never shown to a person."""


class Run:
    """A job that this worker holds. A step ends by one move, or raises."""

    def __init__(self, store: Store, clock: Clock, kind: Kind, job: Job, owner: str, process: str) -> None:
        self.job, self.moved = job, False
        self._store, self._clock, self._kind, self._owner, self._process = store, clock, kind, owner, process

    # Moves.

    @contextmanager
    def moving(self, next: Next, action: str | None = None, *, subject: str = "", **facts: object) -> Iterator[None]:
        """Commit a move together with what is written inside and its audit row, in the name of who ordered the job.

        Raises LeaseLost where another worker holds the job, MoveNotAllowed for a move that the kind does not declare.
        """
        now = self._clock.now()
        with self._store.transaction():
            self._store.jobs.require(self.job.id, self._owner)
            values = move(self._kind, self.job, next, self._clock.real(), now)
            yield
            self._store.jobs.write(self.job.id, values)
            moved = self._store.jobs.get(self.job.id) or self.job
            self._kind.on_move(moved, next)
            if action is not None:
                self._store.trail.append(self.job.actor, action, subject or self.job.subject, now, **facts)
        self.job, self.moved = moved, True

    def move(self, next: Next, action: str | None = None, *, subject: str = "", **facts: object) -> None:
        """A move beside which nothing else is written."""
        with self.moving(next, action, subject=subject, **facts):
            pass

    @contextmanager
    def committing(self, action: str | None = None, *, subject: str = "", **facts: object) -> Iterator[None]:
        """Commit what a step has reached, without a move. Raises LeaseLost where another worker holds the job."""
        with self._store.transaction():
            self._store.jobs.require(self.job.id, self._owner)
            yield
            if action is not None:
                self._store.trail.append(
                    self.job.actor, action, subject or self.job.subject, self._clock.now(), **facts
                )

    # Calls.

    @property
    def is_own(self) -> bool:
        """Whether this process took the order; another one's clock may have been another."""
        return self.job.ordered_in == self._process

    def is_first(self) -> bool:
        """Whether nothing can have been sent in this step: no try, in the process that took the order, minutes ago.

        After a restart, in a restored or copied file, or after a gap it is False: then a step looks before it acts.
        """
        now = self._clock.real()
        late = now - (self.job.next_at or now)  # since its turn came: a machine that was asleep
        return (
            self.is_own
            and self.job.answers == 0
            and abs(late) < FRESH
            and abs(self._clock.now() - self.job.ordered_at) < FRESH
            and not self._store.jobs.tries(self.job.id, self.job.step)
        )

    def has_doubtful_try(self) -> bool:
        """Whether a call of this step may have had its effect and its outcome was never learned."""
        return any(one.is_doubtful for one in self._store.jobs.tries(self.job.id, self.job.step))

    def attempt(self, key: str, send: Callable[[], Found], provider_time: Callable[[], datetime | None]) -> Found:
        """Make one call, its try committed before and what it came to after. Raises what the call raises."""
        with self.committing():
            number = self._store.jobs.add_try(self.job.id, self.job.step, key, self._clock.now())
        try:
            answer = send()
        except ProviderError as error:
            self._store.jobs.end_try(
                self.job.id,
                number,
                outcome_of(error),
                provider_at=provider_time(),
                code=REPLAYED if error.kind == REPLAYED else error.code,
                request_id=error.request_id,
            )
            raise
        self._store.jobs.end_try(self.job.id, number, TryOutcome.DONE, provider_at=provider_time())
        return answer

    def once(
        self,
        body: Mapping[str, Any],
        send: Callable[[dict[str, Any], str], Found],
        find: Callable[[], Found | None],
        provider_time: Callable[[], datetime | None] = lambda: None,
    ) -> Found:
        """Make a call whose effect must come once: body and key committed before, looked for after any doubt.

        `find` looks for the effect at the provider. Where it is not the first try, it is looked for before anything is
        sent; after a lost answer, or a refusal that follows one, it is looked for at once. A key is used again only
        while the provider surely knows it, by our clock and by theirs. Raises what the call or the look raises.
        """
        if not self.is_first():
            found = find()
            if found is not None:
                return found
        call = self._call(body, provider_time())
        doubtful = self.has_doubtful_try()
        try:
            return self.attempt(call.key, lambda: send(call.body, call.key), provider_time)
        except ProviderError as error:
            if outcome_of(error) is TryOutcome.DOUBTFUL or (doubtful and isinstance(error, ProviderRejected)):
                found = find()
                if found is not None:
                    return found
            raise

    def _call(self, body: Mapping[str, Any], provider_now: datetime | None) -> JobCall:
        """The committed call of this step: the same key and body while the key lives, else a new key."""
        kept = self._store.jobs.call(self.job.id, self.job.step)
        if kept is not None and kept.body == body and self._key_lives(kept, provider_now):
            return kept
        made = JobCall(self.job.id, self.job.step, self._next_key(), dict(body), self._clock.now())
        with self.committing():
            self._store.jobs.put_call(made)
        return made

    def _next_key(self) -> str:
        """The key of a new call: the same in every copy of the file, so that the provider makes one of their calls.

        Another one after each answer of a person, and in the place of each that is not to be used again.
        """
        used = {one.key for one in self._store.jobs.tries(self.job.id, self.job.step)}
        parts = (self.job.id, self.job.step, str(self.job.answers), str(len(used)))
        return f"key_{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:32]}"

    def _key_lives(self, call: JobCall, provider_now: datetime | None) -> bool:
        tries = [one for one in self._store.jobs.tries(self.job.id, self.job.step) if one.key == call.key]
        if any(one.code in SAME_KEY or one.code == REPLAYED for one in tries):
            return False
        ages = [abs(self._clock.now() - call.made_at)]
        answered = [one.provider_at for one in tries if one.provider_at is not None]
        if answered and provider_now is not None:
            ages.append(abs(provider_now - answered[0]))
        return max(ages) < KEY_LIFE


def outcome_of(error: ProviderError) -> TryOutcome:
    """What a provider's error says of the call's effect."""
    if isinstance(error, ProviderUnreachable | ProviderBroken):
        return TryOutcome.DOUBTFUL if error.maybe_done else TryOutcome.NO_EFFECT
    if isinstance(error, ProviderPaused):  # it was not done, and somebody else may have it done at any moment
        return TryOutcome.DOUBTFUL
    if isinstance(error, ProviderRejected):
        return TryOutcome.DOUBTFUL if error.code in SAME_KEY else TryOutcome.REFUSED
    return TryOutcome.NO_EFFECT  # too many requests, or a key that is not accepted: asked before anything is done


def move(kind: Kind, job: Job, next: Next, real: datetime, now: datetime) -> dict[str, object]:
    """The columns that a move sets: the one place that says what follows what. Raises MoveNotAllowed."""
    state = STATES[type(next)]
    step = next.step if isinstance(next, To | Ask) and next.step else job.step
    if step not in kind.steps:
        raise MoveNotAllowed(f"{kind.name} has no step {step}")
    allowed = kind.moves[job.step]
    if job.state.is_ended or (step != job.step and step not in allowed):
        raise MoveNotAllowed(f"{kind.name} may not go from {job.step} ({job.state}) to {step}")
    if state not in {JobState.WAITING, JobState.BLOCKED} and state.value not in allowed:
        raise MoveNotAllowed(f"{kind.name} may not be {state} at {job.step}")
    tries = job.tries + 1 if isinstance(next, Blocked | Unknown) else 0
    turn: datetime | None = None
    if isinstance(next, To):
        turn = real + next.after
    elif isinstance(next, Blocked | Unknown):
        turn = real + (next.pause if next.pause is not None else kind.pause(tries))
    problem: Problem | None = None
    if isinstance(next, To | Failed | Canceled | Ask | Blocked | Unknown):
        problem = next.problem
    return {
        "state": state,
        "step": step,
        "tries": tries,
        "next_at": turn,
        "question": next.question if isinstance(next, Ask) else None,
        "problem": problem,
        "ended_at": now if state.is_ended else None,
        "updated_at": now,
    }
