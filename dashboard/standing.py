"""Whether an account may be debited, and if not, why: asked before anybody types an amount, and again at the order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dashboard.bank_data import OTHER, say_other_holder
from dashboard.clock import Clock
from dashboard.errors import Refused
from dashboard.mandates import say_revoked
from dashboard.models import BankAccount, Ended, ItemState, Problem
from dashboard.store.core import CoreStore
from dashboard.store.health import Health

CONSENT_SOON = timedelta(days=30)
DEACTIVATED = "tokenized_account_number_deactivated"  # Stripe: the status of such a bank account
REASONS = {  # Plaid: error_code_reason of ITEM_LOGIN_REQUIRED
    "OAUTH_INVALID_TOKEN": "The bank has ended the access, as some do when it is linked a second time.",
    "OAUTH_CONSENT_EXPIRED": "The consent that the customer gave at the bank has run out.",
    "OAUTH_USER_REVOKED": "The customer took the access back on the bank's website.",
}
UNVERIFIED = {  # Stripe: statuses of a bank account that cannot be debited
    "new": "Stripe has not verified it.",
    "validated": "Stripe knows the account, but not yet whose it is.",
    "verification_failed": "Stripe could not verify it.",
    "errored": "Stripe has an error about it: an earlier debit came back.",
    DEACTIVATED: "The bank has switched the account number off that it gave out for us.",
}


class Standings:
    """Says of accounts what stands in the way of a debit. State is as it was last learnt: nobody is asked here."""

    def __init__(self, store: CoreStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def refuse(self, account: BankAccount) -> None:
        """Nothing where the account may be debited. Raises Refused with the reason where not."""
        problem = self.several([account])[account.id]
        if problem is not None:
            raise Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)

    def several(self, accounts: Iterable[BankAccount]) -> dict[str, Problem | None]:
        """What stands in the way, by account id; None where nothing does."""
        found = list(accounts)
        health = self._store.health.of(account.item_id for account in found)
        revoked = self._store.revocations.among(account.mandate_id for account in found if account.mandate_id)
        renewing = self._store.attempts.renewing(account.id for account in found)
        others = self._store.bank_data.decided(OTHER, (account.id for account in found))
        standings: dict[str, Problem | None] = {}
        for account in found:
            revocation = revoked.get(account.mandate_id or "")
            standings[account.id] = (
                say_ended(account)
                or (say_revoked(revocation) if revocation else None)
                or say_unwell(health[account.item_id], account.institution_name)
                or say_missing(account)
                or (RENEWING if account.id in renewing else None)
                or (self._say_holder(account) if account.id in others else None)
                or say_unready(account)
            )
        return standings

    def _say_holder(self, account: BankAccount) -> Problem | None:
        owner = self._store.customers.get(account.customer_id)
        return say_other_holder(self._store.bank_data.holder(account, owner.name)) if owner else None


def say_ended(account: BankAccount) -> Problem | None:
    """Why an account is history; None where it is in use."""
    if account.ended is None:
        return None
    on = f" on {account.ended_at:%Y-%m-%d}" if account.ended_at else ""
    if account.ended is Ended.REPLACED:
        return Problem(
            f"This account was replaced by a newer link of the same one{on}.",
            "Nothing is debited from it any more.",
            "Debit the newer one.",
            "account_ended",
        )
    return Problem(
        f"The connection to {account.institution_name} was removed{on}.",
        "Nothing is debited from it any more.",
        "Ask the customer; if they agree anew, link the bank again.",
        "account_ended",
    )


def say_unwell(health: Health, bank: str) -> Problem | None:
    """What is wrong with a connection; None where it works or was not asked about yet."""
    code = health.error_code or ""
    if health.state is ItemState.LOGIN_REQUIRED:
        return Problem(
            f"{bank} wants the customer to sign in again.",
            REASONS.get(health.error_reason or "", "The password changed, or the bank asks anew from time to time."),
            "Relink: the customer signs in once more, and the account stays.",
            code or "ITEM_LOGIN_REQUIRED",
            "plaid",
        )
    if health.state is ItemState.REVOKED:
        return Problem(
            f"The access to {bank} was taken back, or is gone.",
            "It cannot be mended: Plaid makes a new connection where the customer agrees anew.",
            "Ask the customer. Then link the bank anew, or remove the connection.",
            code or "USER_PERMISSION_REVOKED",
            "plaid",
        )
    if health.state is ItemState.DOWN:
        return Problem(
            f"{bank} does not answer at the moment.",
            "Neither the balance nor the account can be checked. The customer did nothing wrong.",
            "Wait: it is asked again every half hour.",
            code or "INSTITUTION_DOWN",
            "plaid",
        )
    if health.state.is_ended:
        return Problem(
            f"The connection to {bank} was ended.",
            "Nothing is debited from it any more.",
            "Ask the customer, then link the bank again.",
            "item_unusable",
        )
    return None


def say_consent(health: Health, bank: str, now: datetime) -> Problem | None:
    """A consent that runs out within thirty days; the account works until then."""
    until = health.consent_expires_at
    if health.state is not ItemState.HEALTHY or until is None or until - now > CONSENT_SOON:
        return None
    return Problem(
        f"The customer's consent at {bank} runs out on {until:%Y-%m-%d}.",
        "The account works until then; afterwards it cannot be debited.",
        "Relink before that day: the customer signs in once more, and the account stays.",
        "CONSENT_EXPIRES",
        "plaid",
    )


def say_missing(account: BankAccount) -> Problem | None:
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


def say_unready(account: BankAccount) -> Problem | None:
    """What Stripe still lacks: a verified bank account and an active authorization."""
    if account.stripe_status != "verified":
        status = account.stripe_status or "unknown"
        return Problem(
            f"{account.name} is not ready to debit.",
            UNVERIFIED.get(status, f"Stripe says that the bank account is {status}."),
            "Finish linking it under Needs attention, or link the bank again.",
            "not_ready" if status != DEACTIVATED else DEACTIVATED,
            "stripe" if status == DEACTIVATED else "",
        )
    if account.mandate_status != "active":
        return Problem(
            f"{account.name} is not ready to debit.",
            "There is no active authorization of the customer.",
            "Finish linking it under Needs attention, or link the bank again.",
            "not_ready",
        )
    return None


RENEWING = Problem(
    "The bank has changed this account's number.",
    "Its bank account at Stripe is being made anew; debits under the old number would come back.",
    "Wait a minute; if it goes on, look under Needs attention.",
    "renewing",
)
