"""What linking, debits, removals and erasures need of Stripe; tests pass a fake that has the same methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from dashboard.domain.models import Secret


class PaymentProvider(Protocol):
    """Customers, bank accounts, mandates and PaymentIntents. Every method raises ProviderError.

    The sync reads pages and single objects of any kind, and takes `gateways.stripe.Stripe` itself.
    """

    def time(self) -> datetime | None:
        """What Stripe's clock says now, by the Date header of the newest answer; None before the first answer."""

    def server_time(self) -> datetime:
        """What Stripe's clock says, from the Date header of a reply; whole seconds, UTC. Raises ProviderBroken."""

    def create_customer(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A new customer; `body` and `key` are sent exactly as they were committed."""

    def read_customer(self, id: str) -> dict[str, Any]:
        """A customer; one that was deleted says so and no more."""

    def update_customer(self, id: str, *, name: str, email: str) -> dict[str, Any]:
        """Change what a customer is called and where they are written to. Harmless to repeat."""

    def find_customers_by_email(self, email: str, limit: int = 10) -> list[dict[str, Any]]:
        """Customers with exactly this e-mail, newest first (Stripe compares case-sensitively)."""

    def attach_source(
        self, customer_id: str, bank_token: Secret, *, metadata: Mapping[str, str], key: str
    ) -> dict[str, Any]:
        """Turn a one-time bank token into the customer's bank account, which comes back verified."""

    def read_fingerprint(self, bank_token: Secret) -> str | None:
        """Stripe's fingerprint of the account behind a bank token; Stripe takes the token only in the path."""

    def set_holder(self, customer_id: str, source_id: str, *, holder_type: str, holder_name: str) -> dict[str, Any]:
        """Say who holds a bank account: `company` makes its debits CCD, `individual` WEB. Harmless to repeat."""

    def list_sources(self, customer_id: str) -> list[dict[str, Any]]:
        """The customer's bank accounts."""

    def detach_source(self, customer_id: str, source_id: str, *, key: str) -> dict[str, Any]:
        """Take a bank account off the customer."""

    def create_setup_intent(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Record a mandate without moving money; `body` is sent as it was committed."""

    def read_mandate(self, mandate_id: str) -> dict[str, Any]:
        """A mandate and its status."""

    def find_setup_intents(self, customer_id: str, payment_method: str) -> Iterator[dict[str, Any]]:
        """The SetupIntents of one bank account, newest first."""

    def create_payment_intent(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A PaymentIntent that is not confirmed: it moves nothing. `body` and `key` are sent as they were committed."""

    def confirm_payment_intent(self, id: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Debit: confirm a PaymentIntent, which Stripe does once however often it is asked."""

    def cancel_payment_intent(self, id: str, *, key: str, reason: str = "") -> dict[str, Any]:
        """Cancel a PaymentIntent, so that it can never move money."""

    def read_payment_intent(self, id: str) -> dict[str, Any]:
        """A PaymentIntent as it is now."""

    def create_refund(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Give money back; `body` and `key` are sent as they were committed."""

    def read_approval_request(self, id: str) -> dict[str, Any]:
        """A question to a second person at Stripe as it is now; `status` is Stripe's word."""

    def find_refunds(self, charge_id: str) -> Iterator[dict[str, Any]]:
        """Every refund of a charge, newest first."""

    def read_charge(self, id: str) -> dict[str, Any]:
        """A charge as it is now."""

    def find_payment_intents(self, customer_id: str) -> Iterator[dict[str, Any]]:
        """Every PaymentIntent of the customer, newest first."""
