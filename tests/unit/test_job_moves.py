"""Durable jobs: what may follow what, and what an error means."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    DeskError,
    InputError,
    ProviderBroken,
    ProviderDenied,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.jobs import ENDED, Job, JobState
from dashboard.jobs import Jobs
from dashboard.jobs.kinds import Ask, Blocked, Canceled, Done, Failed, Next, To, Unknown, pause_doubling
from dashboard.jobs.run import MoveNotAllowed, move
from dashboard.store import Store
from tests.unit.letters import MINUTE, MOVES, STEPS, WHY, Letter, Waiting, go_on, make_job, stripe_error


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
