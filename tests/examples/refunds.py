"""A refund as a durable job, whole: what a new operation that moves money costs.

In the product these would be `domain/refunds.py`, `store/refunds/rows.py` with its migration, `refunds/job.py` and
`refunds/__init__.py`; beside them one line each in `desk.py` and `tests/crash/flows.py`, which a test asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dashboard.debits.intents import Verdict, judge
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError, ProviderRejected, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, DebitState, Problem
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Blocked, Done, Failed, Next, Step, pause_doubling
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.sql import insert, select, select_one, update

KIND, TAG = "refund", "ach_desk_refund"
SCHEMA = """CREATE TABLE desk_refund (
  id TEXT PRIMARY KEY, debit_id TEXT NOT NULL REFERENCES debit(id), cents INTEGER NOT NULL CHECK (cents > 0),
  state TEXT NOT NULL CHECK (state IN ('ordered', 'refunded', 'refused')), stripe_refund_id TEXT
) STRICT"""


@dataclass(frozen=True)
class Refund:
    """An order to give a debit's money back; cents."""

    id: str
    debit_id: str
    cents: int
    state: str
    stripe_refund_id: str | None


class RefundTable:
    """The table `desk_refund`."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    def add(self, refund: Refund) -> None:
        """Insert an order."""
        with self._database.transaction() as db:
            insert(db, "desk_refund", vars(refund))

    def get(self, id: str) -> Refund | None:
        """One order."""
        row = select_one(self._database.handle, "SELECT * FROM desk_refund WHERE id = ?", [id])
        return Refund(**row) if row else None

    def total(self, debit_id: str) -> int:
        """What was refunded of a debit, or is on its way; cents."""
        query = "SELECT coalesce(sum(cents), 0) AS n FROM desk_refund WHERE debit_id = ? AND state <> 'refused'"
        return int(select(self._database.handle, query, [debit_id])[0]["n"])

    def edit(self, id: str, values: Mapping[str, object]) -> None:
        """Set columns of an order."""
        with self._database.transaction() as db:
            update(db, "desk_refund", id, values)


class RefundKind(BaseKind):
    """One step: create the refund under a committed key; after a lost answer it is found by our tag."""

    name = KIND

    def __init__(self, store: Store, refunds: RefundTable, stripe: Any) -> None:
        self._store, self._refunds, self._stripe = store, refunds, stripe

    @property
    def steps(self) -> Mapping[str, Step]:
        """Create."""
        return {"create": self._create}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends."""
        return {"create": frozenset({JobState.DONE, JobState.FAILED})}

    def pause(self, tries: int) -> timedelta:
        """A person waits for it."""
        return pause_doubling(tries, timedelta(seconds=5), timedelta(minutes=5))

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A no is believed only where no try before it may have had its effect."""
        doubtful = any(one.is_doubtful for one in self._store.jobs.tries(job.id))
        return Failed(problem) if isinstance(error, ProviderRejected) and not doubtful else Blocked(problem)

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the order's own state."""
        if job.state is JobState.FAILED:
            self._refunds.edit(job.subject, {"state": "refused"})

    def title(self, job: Job) -> str:
        """Which debit."""
        refund = self._refunds.get(job.subject)
        return f"Refund of {refund.debit_id}" if refund else "Refund"

    def _create(self, run: Run) -> None:
        refund = self._refunds.get(run.job.subject)
        debit = self._store.debits.get(refund.debit_id) if refund else None
        if refund is None or debit is None:
            raise InputError("There is no such refund.", action="Reload the page.", code="unknown_refund")
        body = {"payment_intent": debit.payment_intent_id, "amount": refund.cents, "metadata": {TAG: refund.id}}
        made = run.once(
            body,
            lambda body, key: self._stripe.create_refund(body, key=key),
            lambda: self._stripe.find_refund(TAG, refund.id),
            self._stripe.time,
        )
        with run.moving(Done(), "refund.submitted", refund=made["id"]):
            self._refunds.edit(refund.id, {"state": "refunded", "stripe_refund_id": made["id"]})


class Refunds:
    """Orders to give money back."""

    def __init__(self, store: Store, refunds: RefundTable, stripe: Any, jobs: Jobs, clock: Clock) -> None:
        self._store, self._refunds, self._stripe, self._jobs, self._clock = store, refunds, stripe, jobs, clock

    def order(self, actor: Actor, debit_id: str, cents: int, *, total_will_be: int) -> Refund:
        """Refund part or all of a debit. `total_will_be` is what will then have been refunded, as the person saw it.

        Raises InputError, Refused where it is more than was debited, or somebody refunded meanwhile.
        """
        require(actor, Permission.CREATE_DEBIT)
        with self._store.transaction():
            debit = self._store.debits.get(debit_id)
            if debit is None or debit.state is not DebitState.SUBMITTED:
                raise InputError("This debit cannot be refunded.", action="Pick another.", code="not_refundable")
            if judge(self._stripe.read_payment_intent(str(debit.payment_intent_id))) is not Verdict.CONFIRMED:
                raise Refused("This debit did not succeed.", action="Nothing is to be refunded.", code="not_paid")
            total = self._refunds.total(debit_id) + cents
            if cents <= 0 or total > debit.amount_cents or total != total_will_be:
                raise Refused("The total refunded would not be what you saw.", action="Reload.", code="total_changed")
            refund = Refund(new_id("refund"), debit_id, cents, "ordered", None)
            self._refunds.add(refund)
            job = self._jobs.order(KIND, refund.id, actor, step="create", action="refund.ordered", cents=cents)
        if job is not None:
            self._jobs.start(job.id)
        return self._refunds.get(refund.id) or refund
