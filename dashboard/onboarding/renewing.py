"""A new bank account at Stripe for one whose number the bank has changed, under the authorization that stands."""

from __future__ import annotations

from typing import Any

from dashboard.clock import Clock
from dashboard.errors import LeaseLost, ProviderRejected
from dashboard.gateways.stripe import Stripe
from dashboard.models import Actor, AttemptKind, AttemptState, BankAccount
from dashboard.store.attempts import AttemptWork
from dashboard.store.core import CoreStore
from dashboard.store.rows import new_id
from dashboard.texts import make_sound


class Renewing:
    """The parts of the steps that are otherwise for an account that is there already."""

    def __init__(self, store: CoreStore, stripe: Stripe, clock: Clock) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock

    def find(self, work: AttemptWork) -> BankAccount | None:
        """The account whose bank account at Stripe is made anew; None where the attempt links one."""
        if work.attempt.kind is not AttemptKind.RENEWAL:
            return None
        account = self._store.accounts.get(str(work.attempt.bank_account_id))
        if account is None or account.ended:
            raise LeaseLost("The account is gone.")
        return account

    def keep(self, work: AttemptWork, owner: str, account: BankAccount, source: dict[str, Any], how: str) -> None:
        """The account goes on under another bank account of Stripe's, or, where the number is still the same, its own.

        The old mandate named the old bank account; until it is recorded anew nothing can be debited.
        """
        now, same = self._clock.now(), str(source["id"]) == account.stripe_bank_account_id
        values: dict[str, object] = {
            "stripe_status": _maybe(source.get("status")),
            "stripe_last4": _maybe(source.get("last4")),
            "stripe_bank_name": _maybe(source.get("bank_name")),
            "fingerprint": _maybe(source.get("fingerprint")),
        }
        with self._store.transaction():
            if not same:
                values |= {"stripe_bank_account_id": str(source["id"]), "mandate_id": None, "mandate_status": None}
                if account.mandate_id is not None:
                    self._store.mandates.set_status(account.mandate_id, "inactive")
            self._store.accounts.edit(account.id, values, now)
            done = same and account.mandate_status == "active"
            self._store.attempts.save(
                work.attempt.id,
                owner=owner,
                state=AttemptState.AUTHORIZED if done else AttemptState.ATTACHED,
                secrets={"bank_token": None},
                old_source=None if same else account.stripe_bank_account_id,
            )
            before = {"bank_account": account.stripe_bank_account_id, "mandate": account.mandate_id}
            after = {"bank_account": str(source["id"])}
            self._note(work, "account.renewed", account=account.id, before=before, after=after, how=how)

    def detach_old(self, work: AttemptWork, owner: str, customer_id: str) -> None:
        """What had the old number goes from Stripe; what is gone there already is done."""
        source_id = work.old_source
        if source_id is None:
            return
        if not self._store.accounts.sharing(source_id):
            try:
                self._stripe.detach_source(customer_id, source_id, key=new_id("key"))
            except ProviderRejected as error:
                if error.code != "resource_missing":
                    raise
        with self._store.transaction():
            self._store.attempts.save(work.attempt.id, owner=owner, old_source=None)
            self._note(work, "account.detached", bank_account=source_id)

    def _note(self, work: AttemptWork, action: str, **facts: object) -> None:
        actor = Actor(name=work.attempt.operator, roles=frozenset(), address=work.operator_address)
        facts["customer"] = work.attempt.customer_id
        self._store.trail.append(actor, action, work.attempt.id, self._clock.now(), **facts)


def _maybe(value: object) -> str | None:
    return make_sound(value) if isinstance(value, str) and value else None
