"""Customers who were deleted at Stripe. Stripe takes their bank accounts along, and nothing brings one back."""

from __future__ import annotations

import logging

from dashboard.accounts.eligibility import DELETED, DELETED_PROBLEM
from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderError, ProviderRejected
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.store import Store

log = logging.getLogger(__name__)


class StripeCustomers:
    """Finds out who was deleted and, for whom a bank is linked again, makes room for a new one."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock

    def is_deleted(self, id: str) -> bool:
        """Whether Stripe has deleted this customer; asked of Stripe unless that is known. Raises ProviderError."""
        if id in self._store.customers.deleted_at_stripe([id]):
            return True
        try:
            gone = self._stripe.read_customer(id).get("deleted") is True
        except ProviderRejected as error:
            if error.code != "resource_missing":
                raise
            gone = True
        if gone:
            self._store.customers.note_deleted_at_stripe(id)
        return gone

    def look(self, id: str | None) -> None:
        """The same before Link opens, where it is to be said and holds nobody up: without an answer, nothing is."""
        try:
            if id is not None:
                self.is_deleted(id)
        except ProviderError as error:
            log.warning("Whether a customer still is at Stripe was not answered: %s.", error.code or "no code")

    def say_deleted(self, id: str, error: ProviderRejected) -> None:
        """Nothing where a refusal is about something else. Raises ProviderRejected, which says that no retry helps."""
        if error.code == "resource_missing" and self.is_deleted(id):
            raise ProviderRejected(
                DELETED_PROBLEM.what, provider="stripe", code=DELETED, request_id=error.request_id
            ) from error

    def forget(self, run: Run, customer_id: str, stripe_customer_id: str) -> None:
        """The customer has no Stripe customer any more: the step that finds one starts over."""
        with run.committing("link.customer_deleted", customer=customer_id, stripe_customer=stripe_customer_id):
            self._store.customers.forget_stripe(customer_id, stripe_customer_id, self._clock.now())
