"""A debit's PaymentIntents at Stripe, found by our tag: what was sent, its answer lost, by any copy of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.debits.intents import Verdict, choose, judge, matches, tag_of
from dashboard.domain.errors import ProviderDenied, ProviderRejected
from dashboard.domain.models import Debit
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.store import Store


class IntentLookup:
    """Looks for the PaymentIntents of a debit. Every call may raise ProviderError."""

    def __init__(self, store: Store, stripe: PaymentProvider) -> None:
        self._store, self._stripe = store, stripe

    def find(self, debit: Debit) -> dict[str, Any] | None:
        """The PaymentIntent of this debit at Stripe: one that was confirmed before any other, then one that can be."""
        return choose(self.all(debit))

    def find_open(self, debit: Debit, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The same; an unconfirmed one only where it is what would be created now."""
        found = self.find(debit)
        return found if found is None or judge(found) is not Verdict.UNCONFIRMED or matches(found, body) else None

    def all(self, debit: Debit) -> list[dict[str, Any]]:
        """Every PaymentIntent with this debit's tag, the committed one first. Raises ProviderDenied.

        All of the customer's are walked: by which clock an order was taken, in which copy of the file, nobody knows.
        """
        account = self._store.accounts.get(debit.bank_account_id)
        if account is None or account.stripe_customer_id is None:
            return []
        try:
            listed = list(self._stripe.find_payment_intents(account.stripe_customer_id))
        except ProviderRejected as error:
            if error.code != "resource_missing":
                raise
            listed = []
        found = {str(one["id"]): one for one in listed if tag_of(one) == debit.id}
        if not found:
            self._require_own_account(account.stripe_customer_id)
        known = debit.payment_intent_id
        if known is not None and known not in found:
            found = {known: self._stripe.read_payment_intent(known), **found}
        return sorted(found.values(), key=lambda one: one["id"] != known)

    def _require_own_account(self, customer_id: str) -> None:
        """Nothing where Stripe knows the customer, deleted or not: of others it lists nothing, whatever was sent."""
        try:
            self._stripe.read_customer(customer_id)
        except ProviderRejected as error:
            if error.code != "resource_missing":
                raise
            raise ProviderDenied(
                "Stripe does not know this customer, so the key belongs to another account.",
                meaning="Nothing was changed, and what was sent before cannot be found.",
                action="An administrator has to correct STRIPE_SECRET_KEY; it continues automatically then.",
                provider="stripe",
                code="other_account",
                request_id=error.request_id,
            ) from None
