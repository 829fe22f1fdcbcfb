"""Whether an account may be debited, and if not, why: asked before anybody types an amount, and again at the order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from dashboard.accounts.bank_data import OTHER, other_holder_problem
from dashboard.domain.cases import Case
from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.formatting import date_of
from dashboard.domain.models import BankAccount, Ended, ItemState, Problem
from dashboard.mandates import revoked_problem
from dashboard.store import Store
from dashboard.store.connections.health import Health

CONSENT_SOON = timedelta(days=30)
DEACTIVATED = "tokenized_account_number_deactivated"  # Stripe: the status of such a bank account
DELETED = "stripe_customer_deleted"
REASONS = {  # Plaid: error_code_reason of ITEM_LOGIN_REQUIRED
    "OAUTH_INVALID_TOKEN": "The bank has ended the access, as some banks do when it is linked a second time.",
    "OAUTH_CONSENT_EXPIRED": "The customer's consent at the bank has expired.",
    "OAUTH_USER_REVOKED": "The customer revoked the access on the bank's website.",
}
UNVERIFIED = {  # Stripe: statuses of a bank account that cannot be debited
    "new": "Stripe has not verified it.",
    "validated": "Stripe has validated the account, but not its owner.",
    "verification_failed": "Stripe could not verify it.",
    "errored": "Stripe reports an error: an earlier debit was returned.",
    DEACTIVATED: "The bank has deactivated the account number that it issued for us.",
}


class Eligibility:
    """Says what prevents a debit from an account. State is as it was last learnt: nobody is asked here."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store, self._clock, self._zone = store, clock, zone

    def require(self, account: BankAccount) -> None:
        """Nothing where the account may be debited. Raises Refused with the reason where not."""
        problem = self.of([account])[account.id]
        if problem is not None:
            raise Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)

    def of(self, accounts: Iterable[BankAccount]) -> dict[str, Problem | None]:
        """What prevents a debit, by account id; None where nothing does."""
        found = list(accounts)
        health = self._store.health.of(account.item_id for account in found)
        revoked = self._store.revocations.among(account.mandate_id for account in found if account.mandate_id)
        disputed = self._store.cases.revoked(account.mandate_id for account in found if account.mandate_id)
        renewing = self._store.attempts.renewing(account.id for account in found)
        others = self._store.bank_data.decided(OTHER, (account.id for account in found))
        deleted = self._store.customers.deleted_at_stripe(
            account.stripe_customer_id for account in found if account.stripe_customer_id
        )
        blockers: dict[str, Problem | None] = {}
        for account in found:
            revocation = revoked.get(account.mandate_id or "")
            blockers[account.id] = (
                ended_problem(account, self._zone)
                or (DELETED_PROBLEM if account.stripe_customer_id in deleted else None)
                or (revoked_problem(revocation, self._zone) if revocation else None)
                or (
                    unauthorized_problem(disputed[account.mandate_id or ""], self._zone)
                    if (account.mandate_id or "") in disputed
                    else None
                )
                or connection_problem(health[account.item_id], account.institution_name)
                or missing_problem(account)
                or (RENEWING if account.id in renewing else None)
                or (self._holder_problem(account) if account.id in others else None)
                or not_ready_problem(account)
            )
        return blockers

    def _holder_problem(self, account: BankAccount) -> Problem | None:
        owner = self._store.customers.get(account.customer_id)
        return other_holder_problem(self._store.bank_data.holder(account, owner.name)) if owner else None


def ended_problem(account: BankAccount, zone: tzinfo) -> Problem | None:
    """Why an account is history; None where it is in use."""
    if account.ended is None:
        return None
    on = f" on {date_of(account.ended_at, zone)}" if account.ended_at else ""
    if account.ended is Ended.REPLACED:
        return Problem(
            f"This account was replaced by a newer link of the same account{on}.",
            "It can no longer be debited.",
            "Debit the newer one.",
            "account_ended",
        )
    return Problem(
        f"The connection to {account.institution_name} was removed{on}.",
        "It can no longer be debited.",
        "Ask the customer; if they agree again, link the bank again.",
        "account_ended",
    )


def unauthorized_problem(case: Case, zone: tzinfo) -> Problem:
    """An account whose customer told their bank that they did not authorize a debit (Nacha: R05, R07, R10, R29)."""
    return Problem(
        f"A debit of this account came back as not authorized on {date_of(case.happened_at, zone)}.",
        "The authorization counts as revoked: another debit under it would come back too.",
        "Talk to the customer. If they agree, link the bank again, which makes a new authorization.",
        "not_authorized",
    )


def connection_problem(health: Health, bank: str) -> Problem | None:
    """What is wrong with a connection; None where it works or was not asked about yet."""
    code = health.error_code or ""
    if health.state is ItemState.LOGIN_REQUIRED:
        return Problem(
            f"The customer has to sign in at {bank} again.",
            REASONS.get(
                health.error_reason or "", "The password changed, or the bank asks for this from time to time."
            ),
            "Relink: the customer signs in again, and the account stays.",
            code or "ITEM_LOGIN_REQUIRED",
            "plaid",
        )
    if health.state is ItemState.REVOKED:
        return Problem(
            f"Access to {bank} was revoked or has ended.",
            "It cannot be relinked. If the customer agrees again, a new link creates a new connection.",
            "Ask the customer, then link the bank again or remove the connection.",
            code or "USER_PERMISSION_REVOKED",
            "plaid",
        )
    if health.state is ItemState.DOWN:
        return Problem(
            f"{bank} is not answering right now.",
            "Neither the balance nor the account can be checked. The customer did nothing wrong.",
            "Wait: the desk checks again every half hour.",
            code or "INSTITUTION_DOWN",
            "plaid",
        )
    if health.state.is_ended:
        return Problem(
            f"The connection to {bank} was ended.",
            "It can no longer be debited.",
            "Ask the customer, then link the bank again.",
            "item_unusable",
        )
    return None


def consent_problem(health: Health, bank: str, now: datetime, zone: tzinfo) -> Problem | None:
    """A consent that runs out within thirty days; the account works until then."""
    until = health.consent_expires_at
    if health.state is not ItemState.HEALTHY or until is None or until - now > CONSENT_SOON:
        return None
    return Problem(
        f"The customer's consent at {bank} expires on {date_of(until, zone)}.",
        "The account works until then; after that it cannot be debited.",
        "Relink before that day: the customer signs in again, and the account stays.",
        "CONSENT_EXPIRES",
        "plaid",
    )


def missing_problem(account: BankAccount) -> Problem | None:
    """An account that the bank no longer lists under its connection."""
    if account.missing_since is None:
        return None
    return Problem(
        f"{account.institution_name} no longer lists this account.",
        "It was closed, or the customer no longer shares it.",
        "Ask the customer. Relink and share it again, or link another account.",
        "INVALID_ACCOUNT_ID",
        "plaid",
    )


def not_ready_problem(account: BankAccount) -> Problem | None:
    """What Stripe still lacks: a verified bank account and an active authorization."""
    if account.stripe_status != "verified":
        status = account.stripe_status or "unknown"
        return Problem(
            f"{account.name} is not ready to debit.",
            UNVERIFIED.get(status, f"Stripe says that the bank account is {status}."),
            "Finish linking it in the Inbox, or link the bank again.",
            "not_ready" if status != DEACTIVATED else DEACTIVATED,
            "stripe" if status == DEACTIVATED else "",
        )
    if account.mandate_status != "active":
        return Problem(
            f"{account.name} is not ready to debit.",
            "The customer's authorization is not active.",
            "Finish linking it in the Inbox, or link the bank again.",
            "not_ready",
        )
    return None


DELETED_PROBLEM = Problem(
    "The customer of this account was deleted at Stripe.",
    "Stripe deleted their bank accounts and authorizations too; nothing was charged.",
    "Link the bank again: a new Stripe customer is created.",
    DELETED,
    "stripe",
)
RENEWING = Problem(
    "The bank has changed this account's number.",
    "A new bank account is being created at Stripe; debits to the old number would be returned.",
    "Wait a minute; if it continues, look in the Inbox.",
    "renewing",
)
