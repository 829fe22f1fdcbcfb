"""Telling Stripe what a customer is called now: a durable job, ordered with the change and kept until Stripe has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.domain.errors import ProviderRejected
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, Customer, Problem
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Blocked, Done, Failed, Step, To
from dashboard.messages.problems import explain
from dashboard.store import Store

KIND = "customer_update"

Targets = tuple[list[str], list[tuple[str, str]]]  # Stripe customers; bank accounts, each with its Stripe customer


@dataclass(frozen=True)
class StripeUpdate:
    """What Stripe does not have yet; `is_refused` where Stripe said no and a person has to look."""

    problem: Problem | None
    is_refused: bool


class CustomerUpdateKind(BaseKind):
    """Sends a name, an e-mail and a kind of holder to Stripe. Each call only sets values, so it may be repeated."""

    name = KIND

    def __init__(self, store: Store, stripe: PaymentProvider) -> None:
        self._store, self._stripe = store, stripe

    @property
    def steps(self) -> Mapping[str, Step]:
        """One step, taken again for as long as somebody edits meanwhile."""
        return {"send": self._send}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends."""
        return {"send": frozenset({JobState.DONE, JobState.FAILED})}

    def title(self, job: Job) -> str:
        """Whose name it is."""
        customer = self._store.customers.get(job.subject)
        return f"Tell Stripe the name of {customer.name}" if customer else "Tell Stripe a customer's name"

    def _send(self, run: Run) -> None:
        """Send what is true now; done only where it still is when the job ends."""
        sent = self._read(run.job.subject)
        if sent is None:
            run.move(Done())
            return
        customer, (ids, accounts) = sent
        if not ids and self._store.customers.decision(customer.id).started_at is not None:
            run.move(Blocked(None))  # their Stripe customer is being made under the name that they had
            return
        refusal: Problem | None = None
        try:
            for id in ids:
                self._send_customer(id, customer)
            for stripe_customer_id, source_id in accounts:
                self._send_holder(stripe_customer_id, source_id, customer)
        except ProviderRejected as error:
            refusal = explain(error)
        with self._store.transaction():
            if self._read(run.job.subject) != sent:  # a newer edit, which this answer says nothing of
                run.move(To("send"))
            elif refusal is not None:
                run.move(Failed(refusal), "customer_update.failed", code=refusal.code, request_id=refusal.request_id)
            else:
                run.move(Done(), "customer.told_stripe" if ids else None)

    def _read(self, customer_id: str) -> tuple[Customer, Targets] | None:
        """Who the customer is and where Stripe has them; None where they were merged into another, or erased."""
        customer = self._store.customers.get(customer_id)
        if customer is None:
            return None
        accounts = [
            (account.stripe_customer_id, account.stripe_bank_account_id)
            for account in self._store.accounts.list(customer_id)
            if account.stripe_customer_id and account.stripe_bank_account_id
        ]
        return customer, (self._store.customer_files.stripe_ids(customer_id), accounts)

    def _send_customer(self, id: str, customer: Customer) -> None:
        try:
            self._stripe.update_customer(id, name=customer.name, email=customer.email)
        except ProviderRejected as error:
            if error.code != "resource_missing":  # who was deleted there needs no new name
                raise

    def _send_holder(self, stripe_customer_id: str, source_id: str, customer: Customer) -> None:
        try:
            self._stripe.set_holder(
                stripe_customer_id, source_id, holder_type=customer.holder_type.value, holder_name=customer.name
            )
        except ProviderRejected as error:
            if error.code != "resource_missing":  # a bank account that was detached is nobody's
                raise


class StripeUpdates:
    """Orders updates for use cases that change a customer."""

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store, self._jobs = store, jobs

    def order(self, actor: Actor, customer_id: str) -> None:
        """Inside the caller's transaction: one that is under way takes the change along, else a new job does."""
        if self._jobs.order(KIND, customer_id, actor, step="send") is None:
            self._jobs.wake(KIND, customer_id)

    def start(self, customer_id: str) -> None:
        """After the commit: send it now."""
        job = self._store.jobs.find(KIND, customer_id)
        if job is not None and not job.state.is_ended:
            self._jobs.start(job.id)

    def get(self, customer_id: str) -> StripeUpdate | None:
        """What Stripe is still to be told of a customer; None where it has everything."""
        job = self._store.jobs.find(KIND, customer_id)
        if job is None or job.state is JobState.DONE:
            return None
        return StripeUpdate(job.problem, job.state is JobState.FAILED)
