"""What an order to debit would meet, before it is confirmed: our own debits on their way, and one like it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, Refused
from dashboard.domain.folding import fold
from dashboard.domain.models import Assessment, Balance, Debit, DebitState
from dashboard.domain.payment_status import PaymentState
from dashboard.store import Store

LONGEST_WAY = timedelta(days=10)  # from an order to the customer's account: one business day over a long weekend
LONGEST_REVIEW = timedelta(days=50)  # thirty business days, with the holidays between them
NO_MONEY = frozenset({DebitState.UNSENT, DebitState.REFUSED, DebitState.CANCELED})
TO_COME = frozenset({DebitState.SCHEDULED, DebitState.REVIEW})  # of a scheduled one: its balance is asked on its day
ENDED = frozenset({PaymentState.FAILED, PaymentState.CANCELED, PaymentState.REFUNDED, PaymentState.RETURNED_LATE})


@dataclass(frozen=True)
class Preview:
    """Cents that our own debits will still take from the account, what is left of the available balance (None where
    the bank gives none), the debit that this order looks like, and what would refuse it; where Plaid's Signal was
    asked, what it said, and whether a person must say that they looked."""

    pending_cents: int
    left_cents: int | None
    similar: Debit | None
    refusal: DeskError | None
    assessment: Assessment | None = None
    must_look: bool = False


class OwnDebits:
    """The desk's own debits of one account."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, same_days: int) -> None:
        self._store, self._clock, self._zone, self._same_days = store, clock, zone, same_days

    def pending_cents(self, bank_account_id: str, *, without: str = "") -> int:
        """Cents ordered that the bank's balance does not show yet, since they reach the account today or later.

        `without` is the id of a debit that is not counted.
        """
        now = self._clock.now()
        today = now.astimezone(self._zone).date()
        return sum(
            debit.amount_cents
            for debit in self._store.debits.of_account_since(bank_account_id, now - LONGEST_WAY - LONGEST_REVIEW)
            if debit.id != without
            and debit.state not in NO_MONEY
            and not (debit.collect_on and debit.state in TO_COME)
            and (debit.state is DebitState.REVIEW or add_business_days(submission_day(debit.updated_at), 1) >= today)
            and not self._has_ended(debit)
        )

    def left(self, balance: Balance, bank_account_id: str, *, without: str = "") -> int | None:
        """Cents of the available balance that are not spoken for; None where the bank gives no available balance."""
        if balance.available_cents is None:
            return None
        return balance.available_cents - self.pending_cents(bank_account_id, without=without)

    def similar(
        self, bank_account_id: str, amount_cents: int, reference: str, without: Set[str] = frozenset()
    ) -> Debit | None:
        """The newest debit of the account with this amount or this invoice within ACH_DESK_DEBIT_SAME_DAYS days.

        `without` are ids of debits that are not compared.
        """
        if not self._same_days:
            return None
        invoice = fold(reference)
        return next(
            (
                debit
                for debit in self._store.debits.of_account_since(bank_account_id, self._since())
                if debit.id not in without
                and debit.state not in NO_MONEY
                and (debit.amount_cents == amount_cents or fold(debit.invoice_reference) == invoice)
            ),
            None,
        )

    def require_unlike(
        self,
        bank_account_id: str,
        amount_cents: int,
        reference: str,
        asked_about: str | None,
        without: Set[str] = frozenset(),
    ) -> None:
        """Nothing where no debit is like it but the one that the person was asked about. Raises Refused."""
        similar = self.similar(bank_account_id, amount_cents, reference, without)
        if similar is not None and similar.id != asked_about:
            raise Refused(
                "This account was debited with the same amount or the same invoice.",
                meaning="Nothing was done.",
                action="Look at that debit, and confirm that you want to debit again.",
                code="similar_debit",
            )

    def require_outside_batches(self, customer_id: str, reference: str) -> None:
        """Nothing where no batch is to debit the customer under this reference. Raises Refused."""
        for queued, batch in self._store.batch_reading.queued_references(customer_id).items():
            if fold(queued) == fold(reference):
                raise Refused(
                    f"This reference waits in the batch {batch}.",
                    meaning="Nothing was done: the customer would be debited twice for one invoice.",
                    action="Let the batch do it, or stop the batch first.",
                    code="reference_used",
                )

    def _since(self) -> datetime:
        return self._clock.now() - timedelta(days=self._same_days)

    def _has_ended(self, debit: Debit) -> bool:
        payment = self._store.payments.get(debit.id)
        return payment is not None and payment["state"] in ENDED
