"""A new bank account at Stripe for one whose number the bank has changed, under the authorization that stands."""

from __future__ import annotations

from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderRejected, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.models import AttemptKind, BankAccount
from dashboard.domain.text_safety import clean
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import Done, To
from dashboard.store import Store
from dashboard.store.linking.attempts import AttemptWork


class Renewing:
    """The parts of the steps that are otherwise for an account that is there already."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock

    def find(self, work: AttemptWork) -> BankAccount | None:
        """The account whose bank account at Stripe is made anew; None where the attempt links one.

        Raises Refused where the account has ended.
        """
        if work.attempt.kind is not AttemptKind.RENEWAL:
            return None
        account = self._store.accounts.get(str(work.attempt.bank_account_id))
        if account is None or account.ended:
            raise Refused(
                "The account is gone.",
                meaning="It was removed meanwhile.",
                action="Link the bank again if it is still wanted.",
                code="item_removed",
            )
        return account

    def keep(self, run: Run, work: AttemptWork, account: BankAccount, source: dict[str, Any], how: str) -> None:
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
        done = same and account.mandate_status == "active"
        with run.moving(
            Done() if done else To("authorize"),
            "account.renewed",
            customer=work.attempt.customer_id,
            account=account.id,
            before={"bank_account": account.stripe_bank_account_id, "mandate": account.mandate_id},
            after={"bank_account": str(source["id"])},
            how=how,
        ):
            if not same:
                values |= {"stripe_bank_account_id": str(source["id"]), "mandate_id": None, "mandate_status": None}
                if account.mandate_id is not None:
                    self._store.mandates.set_status(account.mandate_id, "inactive")
            self._store.accounts.edit(account.id, values, now)
            self._store.attempts.save(
                work.attempt.id,
                secrets={"bank_token": None},
                old_source=None if same else account.stripe_bank_account_id,
            )

    def detach_old(self, run: Run, work: AttemptWork, customer_id: str) -> None:
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
        with run.committing("account.detached", customer=work.attempt.customer_id, bank_account=source_id):
            self._store.attempts.save(work.attempt.id, old_source=None)


def _maybe(value: object) -> str | None:
    return clean(value) if isinstance(value, str) and value else None
