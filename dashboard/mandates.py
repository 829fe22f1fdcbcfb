"""Authorizations after they were given: shown, copied for the customer, taken back, kept as long as rules ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.customer_words import Language
from dashboard.customers import unknown_customer
from dashboard.errors import InputError, Refused
from dashboard.models import Actor, BankAccount, Customer, Problem
from dashboard.settings import Settings
from dashboard.store.core import CoreStore
from dashboard.store.mandates import Mandate
from dashboard.store.revocations import Revocation

KEPT_AFTER_REVOCATION = timedelta(days=731)  # Nacha: proof of authorization is kept two years after its revocation
REASON_LIMIT = 300
ONLINE = "online"  # as `onboarding.authorization` has it, which stands above this


@dataclass(frozen=True)
class Authorization:
    """One authorization with whose it is, of which account, and whether it was taken back."""

    mandate: Mandate
    customer: Customer
    account: BankAccount
    business_name: str
    language: Language
    revocation: Revocation | None

    @property
    def is_online(self) -> bool:
        """Whether the customer accepted in a browser that they held.

        Stripe may have been told `offline` of it: it takes `online` only with the browser's network address.
        """
        return str(self.mandate.evidence.get("accepted") or self.mandate.acceptance) == ONLINE

    @property
    def kept_until(self) -> datetime | None:
        """Until when it must be kept; None while it is in force: for as long as that."""
        return self.revocation.revoked_at + KEPT_AFTER_REVOCATION if self.revocation else None


class Mandates:
    """What customers authorized."""

    def __init__(self, store: CoreStore, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def of_account(self, actor: Actor, bank_account_id: str) -> list[Authorization]:
        """The authorizations of one account, newest first. Raises InputError where there is no such account."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._read(bank_account_id)

    def own(self, actor: Actor, bank_account_id: str) -> Authorization | None:
        """The newest authorization of the account that the customer of this device has just linked."""
        require(actor, Permission.OWN_STEP)
        lock = self._store.locks.find(actor.device)
        attempt = self._store.attempts.get(lock.attempt_id) if lock and lock.attempt_id and not lock.ending else None
        if attempt is None or attempt.bank_account_id != bank_account_id:
            raise Refused("This is not the customer's own account.", action="Reload the page.", code="not_own")
        return next(iter(self._read(bank_account_id)), None)

    def revoke(self, actor: Actor, bank_account_id: str, reason: str) -> Revocation:
        """Take back the account's authorization: from this commit on nothing more is debited under it.

        Raises InputError without a reason, Refused where there is nothing to take back.
        """
        require(actor, Permission.REVOKE_MANDATE)
        text = " ".join(reason.split())
        if not text or len(text) > REASON_LIMIT:
            raise InputError(
                "A revocation needs a reason of up to 300 characters.",
                action="Write down how the customer told you, for example: by phone, today.",
                code="invalid_reason",
            )
        account = self._account(bank_account_id)
        if account.mandate_id is None:
            raise Refused("This account has no authorization.", action="Nothing has to be done.", code="no_mandate")
        now = self._clock.now()
        revocation = Revocation(account.id, account.mandate_id, text, actor.name, now)
        with self._store.transaction():
            known = self._store.revocations.get(account.mandate_id)
            if known is not None:
                return known
            self._store.revocations.add(revocation)
            self._store.mandates.set_status(account.mandate_id, "inactive")
            self._store.trail.append(
                actor,
                "mandate.revoked",
                account.id,
                now,
                customer=account.customer_id,
                mandate=account.mandate_id,
                before={"status": account.mandate_status},
                after={"status": "inactive"},
                private=self._store.private.seal(account.customer_id, {"reason": text}),
            )
        return revocation

    def _read(self, bank_account_id: str) -> list[Authorization]:
        account = self._account(bank_account_id)
        found = []
        for mandate in self._store.mandates.list(bank_account_id):
            customer = self._store.customers.get(mandate.customer_id)
            if customer is None:
                raise unknown_customer()
            found.append(
                Authorization(
                    mandate=mandate,
                    customer=customer,
                    account=account,
                    business_name=str(mandate.evidence.get("business_name") or self._settings.business_name),
                    language=Language(str(mandate.evidence.get("language") or Language.ENGLISH.value)),
                    revocation=self._store.revocations.get(mandate.stripe_mandate_id),
                )
            )
        return found

    def _account(self, id: str) -> BankAccount:
        found = self._store.accounts.get(id)
        if found is None:
            raise InputError("There is no such account.", action="Pick one from the list.", code="unknown_account")
        return found


def say_revoked(revocation: Revocation) -> Problem:
    """Why nothing may be debited under an authorization, with the day and the reason."""
    return Problem(
        f"The customer took the authorization back on {revocation.revoked_at:%Y-%m-%d}.",
        f"Nothing may be debited from this account. Written down: {revocation.reason}",
        "Ask the customer; if they agree anew, link the bank again.",
        "mandate_revoked",
    )
