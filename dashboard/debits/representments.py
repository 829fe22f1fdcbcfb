"""Whether a payment may be presented again, asked when it is shown, ordered, approved and sent."""

from __future__ import annotations

from datetime import tzinfo

from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.models import Problem
from dashboard.domain.representments import Representment, find_representment
from dashboard.store import Store

NOT_FAILED = Problem(
    "The first payment is no longer one that came back for want of money.",
    "It was disputed, or Stripe has corrected what it said: another debit of it would be wrong.",
    "Look at the first payment.",
    "not_failed",
)


class RepresentmentRules:
    """The rules over every debit of one debt, as the desk knows them now."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store, self._clock, self._zone = store, clock, zone

    def find(self, payment_id: str, *, without: str = "") -> Representment | None:
        """What may be done about a payment; None where it did not come back for want of money.

        `without` is the id of a debit that is not counted.
        """
        chain = self._store.cases.chain(payment_id, self._zone)
        own = self._store.payments.get(without) if without else None
        if own is not None:
            chain = [one for one in chain if one.payment_id != own["id"]]
        return find_representment(payment_id, chain, self._clock.now().astimezone(self._zone).date())

    def refusal(self, debit_id: str) -> Problem | None:
        """Why a debit that presents a payment again may not be sent by now; None for any other debit."""
        attempt = self._store.representments.of_debit(debit_id)
        if attempt is None:
            return None
        found = self.find(attempt.original_id, without=debit_id)
        return found.problem if found is not None else NOT_FAILED

    def require(self, debit_id: str) -> None:
        """As `refusal`. Raises Refused."""
        problem = self.refusal(debit_id)
        if problem is not None:
            raise refused(problem)


def refused(problem: Problem) -> Refused:
    """A rule that forbids it, as an error."""
    return Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)
