"""What a second person is shown of a debit: the exact bodies, and the reasons to say no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from statistics import median

from dashboard.accounts.eligibility import Eligibility
from dashboard.approvals.reviews import Reviews
from dashboard.debits.intents import CONFIRM, write_payment_intent
from dashboard.debits.problems import CHANGED
from dashboard.debits.representments import RepresentmentRules
from dashboard.debits.restored import require_reviewed
from dashboard.domain.approvals import digest_of
from dashboard.domain.clock import Clock
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, BankAccount, Debit, Problem
from dashboard.domain.payment_status import PaymentState
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.limits import Reservations
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.sql import to_epoch

USUAL = timedelta(days=365)  # how far back a customer's usual amount is looked for
MOST_LOOKED_AT = 500
CAME_BACK = frozenset({PaymentState.FAILED.value, PaymentState.RETURNED_LATE.value})
COLLECTED = frozenset({PaymentState.SUCCEEDED.value, PaymentState.PAID_OUT.value})


def write_bodies(debit: Debit, account: BankAccount) -> dict[str, object]:
    """Everything that is sent to Stripe for a debit: the create and the confirm; for a scheduled one, with its day."""
    day = {"collect_on": debit.collect_on.isoformat()} if debit.collect_on else {}
    return {"create": write_payment_intent(debit, account), "confirm": dict(CONFIRM), **day}


def ask_second(reviews: Reviews, maker: Actor, debit: Debit, account: BankAccount) -> bool:
    """Ask a second person where the rules say so, or where one was asked before; whether one is asked.

    Call it inside the transaction that orders the debit, once everything of the order has reserved.
    """
    rule = reviews.rule(debit.customer_id, debit.amount_cents)
    if not rule and not reviews.is_asked(DebitReview.kind, debit.id):
        return False
    reviews.request(
        maker,
        DebitReview.kind,
        debit.id,
        customer_id=debit.customer_id,
        cents=debit.amount_cents,
        rule=rule or "it was asked before",
        bodies=write_bodies(debit, account),
    )
    return True


def find_change(store: Store, debit: Debit, account: BankAccount | None) -> Problem | None:
    """What differs in a batch's row from what was approved with the batch; None of any other debit.

    Once a person has confirmed it again it goes by their word, and by the rules for one debit.
    """
    row = store.batches.of_debit(debit.id)
    if row is None or account is None:
        return None
    job = store.jobs.find(DebitReview.kind, debit.id)
    is_same = digest_of(write_bodies(debit, account)) == row.digest
    return None if is_same or (job is not None and job.answers > 1) else CHANGED  # it is ordered with one


class DebitReview:
    """A debit as something that waits for approval (`approvals.Reviewable`)."""

    kind, approved_step, declined_step = "debit", "create", "cancel"

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, settings: Settings) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock
        self._eligibility = Eligibility(store, clock, settings.timezone)
        self._reservations = Reservations(store, clock, settings)
        self._representments = RepresentmentRules(store, clock, settings.timezone)

    def bodies(self, subject: str) -> Mapping[str, object]:
        """Exactly what would be sent now."""
        debit = self._debit(subject)
        return write_bodies(debit, self._account(debit))

    def facts(self, subject: str) -> Mapping[str, object]:
        """Balance at the order, authorization, earlier debits of the account, what is usual, what came back."""
        debit = self._debit(subject)
        account, balance = self._account(debit), self._store.debits.balance(subject)
        mandate = self._store.mandates.find(account.mandate_id) if account.mandate_id else None
        since = self._clock.now() - USUAL
        payments = [
            one
            for one in self._store.customer_files.payments(debit.customer_id, MOST_LOOKED_AT)
            if one.created >= since and one.currency == debit.currency
        ]
        amounts = [one.amount for one in payments if one.state in COLLECTED]
        return {
            "available_cents": balance.available_cents if balance else None,
            "balance_at": to_epoch(balance.at) if balance else None,
            "mandate": mandate.stripe_mandate_id if mandate else None,
            "mandate_status": mandate.status if mandate else None,
            "accepted_at": to_epoch(mandate.accepted_at) if mandate else None,
            "earlier_debits": self._store.debits.taken(account.id),
            "usual_cents": int(median(amounts)) if amounts else None,
            "largest_cents": max(amounts, default=None),
            "collected": len(amounts),
            "returned": sum(one.state in CAME_BACK for one in payments),
            "account": account.id,
            "purpose": debit.purpose.value,
            "collect_on": debit.collect_on.isoformat() if debit.collect_on else None,
        }

    def title(self, subject: str) -> str:
        """The debit's reference."""
        debit = self._store.debits.get(subject)
        return f"Debit {debit.invoice_reference}" if debit else "Debit"

    def require(self, subject: str) -> None:
        """Nothing where it could be sent now: no unreviewed restore, the account ready, every limit kept."""
        debit = self._debit(subject)
        require_reviewed(self._store)
        self._eligibility.require(self._account(debit))
        self._representments.require(debit.id)
        self._reservations.require_again(debit)

    def on_approved(self, subject: str) -> None:
        """The debit's age counts from the approval."""
        self._store.debits.note_time(subject, self._stripe.time())

    def _debit(self, id: str) -> Debit:
        return require_found(self._store.debits.get(id), "debit")

    def _account(self, debit: Debit) -> BankAccount:
        return require_found(self._store.accounts.get(debit.bank_account_id), "account")
