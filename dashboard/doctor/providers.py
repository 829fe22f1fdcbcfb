"""The guide's steps 1 and 2 as they are today: Plaid and Stripe, and the integration between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from dashboard.doctor.checks import Check, Verdict
from dashboard.errors import ProviderRejected
from dashboard.models import Generation, Mode
from dashboard.settings import Settings

SKEW_WARNING = timedelta(seconds=60)
SKEW_FAILED = timedelta(seconds=300)  # webhooks and sign-in tokens older than five minutes are refused


class PlaidProbe(Protocol):
    """What the doctor asks of Plaid."""

    def check_keys(self) -> str | None:
        """Raise where the keys are wrong; returns the request id."""

    def check_stripe_link(self) -> str | None:
        """Make and discard a bank token in Plaid's sandbox; raises where the integration is not connected."""


class StripeProbe(Protocol):
    """What the doctor asks of Stripe."""

    def account(self) -> dict[str, Any]:
        """The account behind the key."""

    def server_time(self) -> datetime:
        """What Stripe's clock says, from a reply's Date header."""


class ProviderChecks:
    """What is asked of Plaid and Stripe."""

    def __init__(
        self,
        settings: Settings,
        plaid: PlaidProbe,
        stripe: StripeProbe,
        now: Callable[[], datetime],
        debits_accepted: Callable[[], int],
    ) -> None:
        self._settings, self._plaid, self._stripe, self._now = settings, plaid, stripe, now
        self._debits_accepted = debits_accepted

    def plaid_keys(self, name: str) -> Check:
        """Plaid accepts the keys for this environment."""
        request_id = self._plaid.check_keys()
        return Check(name, Verdict.OK, f"Plaid accepts them for {self._settings.plaid_env}.", request_id=request_id)

    def integration(self, name: str) -> Check:
        """Plaid makes tokens for Stripe: the integration is connected."""
        if self._settings.generation is Generation.CLASSIC or self._settings.plaid_env != "sandbox":
            return Check(
                name,
                Verdict.WARNING,
                "It cannot be tried without a customer's bank.",
                "The first real link will show it.",
                "Look at Plaid's Dashboard > Developers > Integrations: Stripe must be connected.",
            )
        try:
            request_id = self._plaid.check_stripe_link()
        except ProviderRejected as error:
            return Check(
                name,
                Verdict.FAILED,
                f"Plaid makes no Stripe token ({error.code}).",
                "Banks can be linked, but not debited.",
                "Connect Stripe in Plaid's Dashboard > Developers > Integrations, for this Stripe account.",
                error.request_id,
            )
        return Check(name, Verdict.OK, "Plaid made a Stripe bank account token.", request_id=request_id)

    def stripe_key(self, name: str) -> Check:
        """Stripe accepts the key; whose it is."""
        account = self._stripe.account()
        return Check(name, Verdict.OK, f"Stripe accepts it: account {account['id']}, mode {self._settings.mode}.")

    def ach(self, name: str) -> Check:
        """The account may take ACH debits."""
        capabilities = self._stripe.account().get("capabilities") or {}
        found = capabilities.get("us_bank_account_ach_payments") or "not asked for"
        if found == "active":
            return Check(name, Verdict.OK, "ACH Direct Debit is active.")
        return Check(
            name,
            Verdict.FAILED,
            f"ACH Direct Debit is {found}.",
            "No bank account can be debited.",
            "Turn ACH Direct Debit on in Stripe's Dashboard > Settings > Payment methods.",
        )

    def enabled(self, name: str) -> Check:
        """Stripe has enabled debits of banks that Plaid linked, which it does by hand."""
        if self._debits_accepted():
            return Check(name, Verdict.OK, "Stripe has accepted a debit of a bank that Plaid linked.")
        if self._settings.mode is Mode.SANDBOX:
            return Check(name, Verdict.OK, "The sandbox needs no enabling.")
        return Check(
            name,
            Verdict.WARNING,
            "No debit was accepted yet, so it is not known whether Stripe has enabled it.",
            "Stripe enables this by hand; without it the first debit is refused.",
            "Write to plaid-referral@stripe.com, cc partnerships@plaid.com, with your acct_ id and the use case.",
        )

    def clock(self, name: str) -> Check:
        """This machine and Stripe agree about the time."""
        skew = abs(self._stripe.server_time() - self._now())
        found = f"This machine and Stripe differ by {skew.total_seconds():.0f} s."
        if skew < SKEW_WARNING:
            return Check(name, Verdict.OK, found)
        verdict = Verdict.FAILED if skew >= SKEW_FAILED else Verdict.WARNING
        return Check(
            name,
            verdict,
            found,
            "Webhooks and sign-ins are refused when clocks differ.",
            "Turn time synchronisation on.",
        )
