"""Authorizations: shown, copied for the customer, revoked, kept for as long as the rules ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import date_of
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, BankAccount, Customer, Problem
from dashboard.messages.customer_screens import Language
from dashboard.settings import Contact, Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.mandates.revocations import Revocation
from dashboard.store.mandates.rows import Mandate

KEPT_AFTER_REVOCATION = timedelta(days=731)  # Nacha: proof of authorization is kept two years after its revocation
REASON_LIMIT = 300
ONLINE = "online"  # as `linking.authorization` has it, which stands above this


@dataclass(frozen=True)
class Authorization:
    """One authorization with whose it is, of which account, and whether it was taken back."""

    mandate: Mandate
    customer: Customer
    account: BankAccount
    business_name: str
    contact: Contact
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

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def of_account(self, actor: Actor, bank_account_id: str) -> list[Authorization]:
        """The authorizations of one account, newest first. Raises InputError where there is no such account."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._read(bank_account_id)

    def get(self, actor: Actor, bank_account_id: str, mandate_id: str) -> Authorization:
        """One authorization of an account. Raises InputError where there is none."""
        require(actor, Permission.VIEW_ACCOUNTS)
        found = (one for one in self._read(bank_account_id) if one.mandate.id == mandate_id)
        return require_found(next(found, None), "authorization")

    def find(self, mandate_id: str) -> Authorization | None:
        """One authorization for the desk's own work; None where there is none (any more)."""
        mandate = self._store.mandates.get(mandate_id)
        found = self._read(mandate.bank_account_id) if mandate else []
        return next((one for one in found if one.mandate.id == mandate_id), None)

    def own(self, actor: Actor, bank_account_id: str) -> Authorization | None:
        """The newest authorization of the account that the customer of this device has just linked.

        Raises Refused where the device was not handed over.
        """
        require(actor, Permission.OWN_STEP)
        lock = self._store.handovers.find(actor.device, actor.visit)
        attempt = self._store.attempts.get(lock.attempt_id) if lock and lock.attempt_id and not lock.ending else None
        if attempt is None or attempt.bank_account_id != bank_account_id:
            raise Refused("This is not the customer's own account.", action="Reload the page.", code="not_own")
        return next(iter(self._read(bank_account_id)), None)

    def revoke(self, actor: Actor, bank_account_id: str, reason: str) -> Revocation:
        """Take back the account's authorization: from this commit on nothing more is debited under it.

        Raises InputError without a reason, Refused where there is nothing to take back.
        """
        require(actor, Permission.REVOKE_MANDATE)
        text = check_reason(reason, "A revocation", "Say how the customer told you, for example: by phone, today.")
        account = self._account(bank_account_id)
        if account.mandate_id is None:
            raise Refused("This account has no authorization.", action="There is nothing to do.", code="no_mandate")
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
            customer = require_found(self._store.customers.get(mandate.customer_id), "customer")
            found.append(
                Authorization(
                    mandate=mandate,
                    customer=customer,
                    account=account,
                    business_name=str(mandate.evidence.get("business_name") or self._settings.business_name),
                    contact=self._settings.contact,
                    language=Language(str(mandate.evidence.get("language") or Language.ENGLISH.value)),
                    revocation=self._store.revocations.get(mandate.stripe_mandate_id),
                )
            )
        return found

    def _account(self, id: str) -> BankAccount:
        return require_found(self._store.accounts.get(id), "account")


def check_reason(reason: str, what: str, action: str) -> str:
    """A reason of 1 to 300 characters, as it is recorded. Raises InputError: `what` needs one, `action` says how."""
    text = " ".join(reason.split())
    if not text or len(text) > REASON_LIMIT:
        raise InputError(
            f"{what} needs a reason of up to {REASON_LIMIT} characters.", action=action, code="invalid_reason"
        )
    return text


def revoked_problem(revocation: Revocation, zone: tzinfo) -> Problem:
    """Why nothing may be debited under an authorization, with the business's day and the reason."""
    return Problem(
        f"The customer revoked the authorization on {date_of(revocation.revoked_at, zone)}.",
        f"Nothing may be debited from this account. Recorded reason: {revocation.reason}",
        "Ask the customer; if they agree again, link the bank again.",
        "mandate_revoked",
    )
