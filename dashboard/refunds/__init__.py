"""Refunds: giving a payment back, all or in part, never more than was collected and never beside a dispute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from dashboard.approvals import APPROVE
from dashboard.approvals.at_stripe import STEP
from dashboard.approvals.reviews import Reviews
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import money
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Problem
from dashboard.domain.refunds import Refund, RefundOrder, RefundReason, RefundState
from dashboard.jobs import Jobs
from dashboard.refunds.checks import Refundable, check_amount, check_note, find_problem, window_of
from dashboard.refunds.job import KIND, RESTORED, write_body
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof, with_debits
from dashboard.store import Store
from dashboard.store.sql import to_epoch

TICKET = re.compile(r"[A-Za-z0-9_-]{8,80}")
FAILED_FOR = timedelta(days=30)  # how long a refund that failed is listed


class Refunds:
    """Orders to give money back."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs) -> None:
        self._store, self._clock, self._settings, self._jobs = store, clock, settings, jobs
        self._reviews = Reviews(store, clock, settings)

    def ticket(self) -> str:
        """A name for one form, drawn once: however often the form is sent, it is one refund."""
        return new_id("ticket")

    def refundable(self, actor: Actor, payment_id: str) -> Refundable:
        """A payment as it can be refunded now, by any of its ids. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._refundable(payment_id)

    def of_payment(self, actor: Actor, payment_id: str) -> list[Refund]:
        """The refunds that were ordered here, newest first, each with what Stripe says of it."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.refunds.of_payment(payment_id)

    def failed(self, actor: Actor) -> list[Refund]:
        """Refunds of the last 30 days that failed at the bank: their amounts are ours again."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.refunds.failed(self._clock.now() - FAILED_FOR)

    def asks_for_proof(self, cents: int) -> bool:
        """Whether a refund of this size asks for a fresh sign-in or a PIN, as a debit does."""
        return cents > self._settings.debit_rules.proof_cents

    def order(self, actor: Actor, order: RefundOrder) -> Refund:
        """Commit the order and send it on the worker, or have a second person asked; one ticket is one refund.

        Raises InputError for what was typed, Refused for what is not refunded or where the total is not what the
        person saw, AccessDenied (code `proof`).
        """
        self._require(actor)
        if not TICKET.fullmatch(order.ticket):
            raise InputError("This form is too old.", action="Reload the page.", code="invalid_ticket")
        if self._store.restores.open() is not None:
            raise _refusal(RESTORED)
        if self.asks_for_proof(order.cents):
            require_proof(actor, "A refund of this size", self._clock.real())
        note, now = check_note(order.note), self._clock.now()
        with self._store.transaction():  # two orders at one instant: the second sees the first in the total
            known = self._store.refunds.by_ticket(order.ticket)
            if known is not None:
                return known
            found = self._refundable(order.payment_id)
            if found.problem is not None:
                raise _refusal(found.problem)
            cents = check_amount(found, order.cents, order.total_cents)
            refund = Refund(
                id=new_id("refund"),
                payment_id=found.payment_id,
                customer_id=found.customer_id,
                cents=cents,
                currency=found.currency,
                total_cents=order.total_cents,
                reason=RefundReason(order.reason),
                note=note,
                state=RefundState.ORDERED,
                requested_by=actor.name,
                created_at=now,
                updated_at=now,
            )
            self._store.refunds.add(refund, ticket=order.ticket)
            step = "review" if self._ask_second(actor, refund) else "create"
            facts = {"payment": refund.payment_id, "cents": cents, "total_cents": refund.total_cents}
            words = {**facts, "reason": refund.reason.value}
            job = self._jobs.order(KIND, refund.id, actor, step=step, action="refund.ordered", **words)
            if step == "review":
                self._store.refunds.set_state(refund.id, RefundState.REVIEW, None)
        self._jobs.start(cast(Job, job).id)  # a new refund has no job yet
        return self._store.refunds.get(refund.id) or refund

    def cancel(self, actor: Actor, id: str) -> Refund:
        """Cancel a refund that waits for approval. Raises InputError where it waits no more."""
        self._require(actor)
        with self._store.transaction():
            job = self._store.jobs.find(KIND, id)
            if job is None or job.state is not JobState.ASKING or job.question != APPROVE:
                raise InputError("This was decided already.", action="Reload the page.", code="already_decided")
            self._reviews.void(KIND, id)
            self._jobs.answer(actor, job.id, "cancel", action="refund.cancel_ordered")
        self._jobs.start(job.id)
        return require_found(self._store.refunds.get(id), "refund")

    def end_at_stripe(self, actor: Actor, id: str) -> Refund:
        """A person's word that Stripe's own question has ended without an approval, where Stripe does not tell us.

        It is looked for once more; where Stripe has made it after all, that counts. Raises InputError, AccessDenied.
        """
        self._require(actor)
        require_proof(actor, "Ending what waits at Stripe", self._clock.real())
        with self._store.transaction():
            job = self._store.jobs.find(KIND, id)
            if job is None or job.state.is_ended or job.step != STEP:
                raise InputError("This does not wait at Stripe.", action="Reload the page.", code="already_decided")
            self._jobs.redirect(actor, job.id, "cancel", at=STEP, action="refund.ended_at_stripe")
        self._jobs.start(job.id)
        return require_found(self._store.refunds.get(id), "refund")

    def _require(self, actor: Actor) -> None:
        """Who may debit may refund, which is a setting."""
        require(with_debits(actor, self._settings.debit_rules.roles), Permission.REFUND_PAYMENT)

    def _refundable(self, payment_id: str) -> Refundable:
        payment = require_found(self._store.payments.get(payment_id), "payment")
        parts, id = self._store.payments.parts(payment["id"]), str(payment["id"])
        refunded = int(payment["refunded"]) + self._store.refunds.reserved(id)
        until, returnable = window_of(payment, next(iter(parts["charge"]), None))
        debit = self._store.debits.get(payment["debit_id"]) if payment["debit_id"] else None
        owner = self._store.customers.by_stripe_id(payment["customer_id"]) if payment["customer_id"] else None
        whose = debit.customer_id if debit else owner.id if owner else None
        return Refundable(
            payment_id=id,
            amount_cents=payment["amount"],
            currency=payment["currency"],
            refunded_cents=refunded,
            customer_id=whose,
            window_until=until,
            returnable_until=returnable,
            is_partial_allowed=self._settings.refunds.partial,
            problem=find_problem(payment, parts, payment["amount"] - refunded, self._clock.now()),
        )

    def _ask_second(self, actor: Actor, refund: Refund) -> bool:
        """Ask a second person above the setting; what was refunded of the payment before counts, so that parts do."""
        above = self._settings.refunds.above_cents
        if above is None or refund.total_cents <= above:
            return False
        total, most = money(refund.total_cents, refund.currency), money(above, refund.currency)
        self._reviews.request(
            actor,
            KIND,
            refund.id,
            customer_id=refund.customer_id,
            cents=refund.cents,
            rule=f"{total} of the payment will then have been refunded, above {most}",
            bodies=write_body(refund),
        )
        return True


class RefundReview:
    """A refund as something that waits for approval (`approvals.Reviewable`)."""

    kind, approved_step, declined_step = KIND, "create", "cancel"

    def __init__(self, store: Store, refunds: Refunds) -> None:
        self._store, self._refunds = store, refunds

    def bodies(self, subject: str) -> Mapping[str, object]:
        """Exactly what would be sent now."""
        return write_body(self._refund(subject))

    def facts(self, subject: str) -> Mapping[str, object]:
        """The payment as it is now, what was given back of it before, and until when it may still be returned."""
        refund = self._refund(subject)
        found = self._refunds._refundable(refund.payment_id)
        payment = require_found(self._store.payments.get(refund.payment_id), "payment")
        return {
            "payment": refund.payment_id,
            "payment_state": payment["state"],
            "payment_created": payment["created"],
            "payment_cents": found.amount_cents,
            "refunded_before_cents": found.refunded_cents - refund.cents,
            "returnable_until": to_epoch(found.returnable_until),
            "reason": refund.reason.value,
            "note": refund.note,
        }

    def title(self, subject: str) -> str:
        """Of which payment, and whose: its customer may be known only to Stripe."""
        refund = self._store.refunds.get(subject)
        payment = (self._store.payments.get(refund.payment_id) if refund else None) or {}
        whose = f" ({payment['customer']})" if payment.get("customer") else ""
        return f"Refund of {payment.get('reference') or subject}{whose}"

    def require(self, subject: str) -> None:
        """Nothing where it could be sent now. Raises Refused."""
        if self._store.restores.open() is not None:
            raise _refusal(RESTORED)
        problem = self._refunds._refundable(self._refund(subject).payment_id).problem
        if problem is not None and problem.code != "nothing_left":  # it holds what is left itself
            raise _refusal(problem)

    def on_approved(self, subject: str) -> None:
        """Nothing: a refund is asked everything again when it is sent."""

    def _refund(self, id: str) -> Refund:
        return require_found(self._store.refunds.get(id), "refund")


def _refusal(problem: Problem) -> Refused:
    return Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)
