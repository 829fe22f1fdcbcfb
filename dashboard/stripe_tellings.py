"""Telling Stripe what a customer is called now: a wish, committed with the change and kept until Stripe has it."""

from __future__ import annotations

import logging
from datetime import timedelta

from dashboard.clock import Clock
from dashboard.errors import ProviderError, ProviderRejected
from dashboard.gateways.stripe import Stripe
from dashboard.leases import LEASE
from dashboard.models import Actor, Customer
from dashboard.problems import explain
from dashboard.store.core import CoreStore
from dashboard.worker import Runner

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)  # a name is not urgent, and a provider that is down wants no crowd
ROUNDS = 5  # edits that overtake a telling; whoever edits faster is told in the next minute


class StripeTellings:
    """Sends names, e-mails and kinds of holder to Stripe. Each call only sets values, so it is harmless to repeat."""

    def __init__(self, store: CoreStore, stripe: Stripe, clock: Clock, worker: Runner) -> None:
        self._store, self._stripe, self._clock, self._worker = store, stripe, clock, worker

    def soon(self, customer_id: str) -> None:
        """Tell of this customer on the worker."""
        self._worker.submit(self.tell, customer_id)

    def tell_due(self) -> int:
        """Tell of everybody whose turn it is; how many were tried."""
        due = self._store.tellings.due(self._clock.real())
        for id in due:
            self.tell(id)
        return len(due)

    def tell(self, customer_id: str) -> None:
        """Tell of one customer, again where they change meanwhile; what goes wrong is kept with the wish."""
        for _ in range(ROUNDS):
            now = self._clock.real()
            if not self._store.tellings.take(customer_id, now, now + LEASE):
                return
            telling, customer = self._store.tellings.get(customer_id), self._store.customers.get(customer_id)
            if telling is None:
                return
            try:
                told = self._send(customer) if customer else []
            except ProviderError as error:
                log.warning("Telling Stripe of a customer ended with %s.", error.code)
                refused = isinstance(error, ProviderRejected)
                self._store.tellings.keep_problem(
                    customer_id, telling.version, explain(error), refused=refused, until=self._clock.real() + AGAIN
                )
                return
            if told is None:  # their Stripe customer is being made under the name that they had
                self._store.tellings.postpone(customer_id, self._clock.real() + AGAIN)
                return
            with self._store.transaction():
                if not self._store.tellings.done(customer_id, telling.version):
                    continue
                if told:
                    self._store.trail.append(Actor.system(), "customer.told_stripe", customer_id, self._clock.now())
                return

    def _send(self, customer: Customer) -> list[str] | None:
        """The Stripe customers that know now; None where Stripe cannot be told yet."""
        ids = self._store.customer_files.stripe_ids(customer.id)
        decision = self._store.customers.decision(customer.id)
        if not ids and decision.started_at is not None:
            return None
        for id in ids:
            self._stripe.update_customer(id, name=customer.name, email=customer.email)
        for account in self._store.accounts.list(customer.id):
            if account.stripe_customer_id and account.stripe_bank_account_id:
                self._say_holder(account.stripe_customer_id, account.stripe_bank_account_id, customer)
        return ids

    def _say_holder(self, stripe_customer_id: str, source_id: str, customer: Customer) -> None:
        try:
            self._stripe.set_holder(
                stripe_customer_id, source_id, holder_type=customer.holder_type.value, holder_name=customer.name
            )
        except ProviderRejected as error:
            if error.code != "resource_missing":  # a bank account that was detached is nobody's
                raise
