"""Link attempts: which state may follow which. The store checks each move here, and a trigger keeps the ends."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.domain.models import AttemptState

MOVES: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.OPENED: frozenset({AttemptState.RECEIVED, AttemptState.EXITED, AttemptState.FAILED}),
    AttemptState.EXITED: frozenset({AttemptState.RECEIVED, AttemptState.FAILED}),  # Link can be opened again
    AttemptState.RECEIVED: frozenset(
        {
            AttemptState.CHOOSING,
            AttemptState.EXCHANGED,
            AttemptState.TOKENIZED,
            AttemptState.AUTHORIZED,
            AttemptState.EXITED,
            AttemptState.FAILED,
            AttemptState.UNKNOWN,
        }
    ),
    AttemptState.CHOOSING: frozenset({AttemptState.RECEIVED, AttemptState.EXCHANGED, AttemptState.FAILED}),
    AttemptState.EXCHANGED: frozenset({AttemptState.CHOOSING, AttemptState.TOKENIZED, AttemptState.FAILED}),
    AttemptState.TOKENIZED: frozenset({AttemptState.CUSTOMER, AttemptState.FAILED}),
    AttemptState.CUSTOMER: frozenset(
        {AttemptState.EXCHANGED, AttemptState.ATTACHED, AttemptState.AUTHORIZED, AttemptState.FAILED}
    ),
    AttemptState.ATTACHED: frozenset({AttemptState.AUTHORIZED, AttemptState.FAILED}),
    AttemptState.FAILED: frozenset(  # resumed at the step that failed
        {
            AttemptState.RECEIVED,
            AttemptState.EXCHANGED,
            AttemptState.TOKENIZED,
            AttemptState.CUSTOMER,
            AttemptState.ATTACHED,
        }
    ),
    AttemptState.AUTHORIZED: frozenset(),
    AttemptState.UNKNOWN: frozenset(),
}


class ForbiddenMove(Exception):
    """A link attempt was to go from one state to another that may not follow: a mistake in the program."""


def check_move(before: AttemptState, after: AttemptState) -> None:
    """Nothing where `after` may follow `before`, or is the same. Raises ForbiddenMove."""
    if after is not before and after not in MOVES[before]:
        raise ForbiddenMove(f"A link attempt may not go from {before} to {after}")
