"""The guide's steps 1 and 2 as they are today: Plaid and Stripe, and the integration between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from dashboard.doctor.checks import Check, Verdict
from dashboard.domain.errors import ProviderDenied, ProviderRejected
from dashboard.domain.models import Generation, Mode, RiskSource
from dashboard.gateways.plaid_replies import RiskAnswer
from dashboard.gateways.stripe_permissions import PERMISSIONS, KeyPermission
from dashboard.settings import Settings

SKEW_WARNING = timedelta(seconds=60)
FORBIDDEN = 403  # the key is known, and may not do this
SKEW_FAILED = timedelta(seconds=300)  # webhooks and sign-in tokens older than five minutes are refused


class PlaidProbe(Protocol):
    """What the doctor asks of Plaid."""

    def check_keys(self) -> str | None:
        """Raise where the keys are wrong; returns the request id."""

    def check_stripe_link(self) -> str | None:
        """Make and discard a bank token in Plaid's sandbox; raises where the integration is not connected."""

    def check_signal(self) -> RiskAnswer | None:
        """What Signal says of a dollar in Plaid's sandbox, None elsewhere; raises where it is not enabled."""


class StripeProbe(Protocol):
    """What the doctor asks of Stripe."""

    def account(self) -> dict[str, Any]:
        """The account behind the key."""

    def may(self, permission: KeyPermission) -> bool:
        """Whether the key has a permission."""

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
                "It cannot be tested without a customer's bank.",
                "The first real link will show it.",
                "Check Plaid's Dashboard > Developers > Integrations: Stripe must be connected.",
            )
        try:
            request_id = self._plaid.check_stripe_link()
        except ProviderRejected as error:
            return Check(
                name,
                Verdict.FAILED,
                f"Plaid creates no Stripe token ({error.code}).",
                "Banks can be linked, but not debited.",
                "Connect Stripe in Plaid's Dashboard > Developers > Integrations, for this Stripe account.",
                error.request_id,
            )
        return Check(name, Verdict.OK, "Plaid created a Stripe bank account token.", request_id=request_id)

    def signal(self, name: str) -> Check:
        """Plaid has enabled Signal for the keys, and a ruleset decides; only where the settings ask for it."""
        if self._settings.plaid_risk is not RiskSource.SIGNAL:
            return Check(name, Verdict.OK, "It is not used: PLAID_RISK is `balance`, so each debit asks for a balance.")
        try:
            said = self._plaid.check_signal()
        except ProviderRejected as error:
            return Check(
                name,
                Verdict.FAILED,
                f"Plaid does not open Link with Signal, or assesses nothing ({error.code}).",
                "No bank can be linked and no debit be checked until it is enabled for these keys.",
                "Ask Plaid to enable Signal, or set PLAID_RISK to `balance`.",
                error.request_id,
            )
        if said is None:
            return Check(name, Verdict.OK, "Signal is enabled for these keys. The first debit will show the ruleset.")
        if said.result is None:
            return Check(
                name,
                Verdict.FAILED,
                "Signal is enabled, but no ruleset applies.",
                "Every debit would be refused.",
                "Make a ruleset in Plaid's Dashboard (Signal > Rules), and set PLAID_RULESET to its key.",
                said.request_id,
            )
        return Check(
            name,
            Verdict.OK,
            f"Signal is enabled; your ruleset says {said.result} of a debit of $1.00.",
            request_id=said.request_id,
        )

    def permissions(self, name: str) -> Check:
        """A restricted key may do what the desk does with it: each permission is tried."""
        if not self._settings.stripe_secret_key.reveal().startswith("rk_"):
            return Check(name, Verdict.OK, "The key is not restricted.")
        lacks = [one for one in PERMISSIONS if not self._stripe.may(one)]
        if not lacks:
            return Check(name, Verdict.OK, f"The restricted key has all {len(PERMISSIONS)}.")
        listed = "; ".join(f"{one.name}: {one.level} ({one.why})" for one in lacks)
        needed = any(one.required for one in lacks)
        return Check(
            name,
            Verdict.FAILED if needed else Verdict.WARNING,
            f"The restricted key lacks {listed}.",
            "What needs them fails." if needed else "That is left out; the rest works.",
            "Give it these in Stripe's Dashboard > Developers > API keys, and run `ach-desk doctor` again.",
        )

    def stripe_key(self, name: str) -> Check:
        """Stripe accepts the key; whose it is."""
        try:
            account = self._stripe.account()
        except ProviderDenied as error:
            return _not_permitted(name, error)
        return Check(name, Verdict.OK, f"Stripe accepts it: account {account['id']}, mode {self._settings.mode}.")

    def ach(self, name: str) -> Check:
        """The account may take ACH debits."""
        try:
            capabilities = self._stripe.account().get("capabilities") or {}
        except ProviderDenied as error:
            return _not_permitted(name, error)
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
            return Check(name, Verdict.OK, "Stripe has accepted a debit from a bank that Plaid linked.")
        if self._settings.mode is Mode.SANDBOX:
            return Check(name, Verdict.OK, "The sandbox does not need it.")
        return Check(
            name,
            Verdict.WARNING,
            "No debit has been accepted yet, so it is not known whether Stripe has enabled it.",
            "Stripe enables this on request; without it the first debit is refused.",
            "Write to plaid-referral@stripe.com, cc partnerships@plaid.com, with your acct_ id and the use case.",
        )

    def clock(self, name: str) -> Check:
        """This machine and Stripe agree about the time."""
        skew = abs(self._stripe.server_time() - self._now())
        found = f"This machine's clock and Stripe's differ by {skew.total_seconds():.0f} s."
        if skew < SKEW_WARNING:
            return Check(name, Verdict.OK, found)
        verdict = Verdict.FAILED if skew >= SKEW_FAILED else Verdict.WARNING
        return Check(
            name,
            verdict,
            found,
            "Webhooks and sign-ins are refused when clocks differ.",
            "Turn on time synchronization.",
        )


def _not_permitted(name: str, error: ProviderDenied) -> Check:
    """A restricted key that may not read the account. Raises the error where the key itself is not accepted."""
    if error.http_status != FORBIDDEN:
        raise error
    return Check(
        name,
        Verdict.WARNING,
        "The restricted key may not read the account (rak_accounts_read).",
        "Whose it is, and whether ACH Direct Debit is active, cannot be said; the rest works.",
        "Give it Accounts: Read in Stripe's Dashboard > Developers > API keys, or look there yourself.",
        error.request_id,
    )
