"""Debits: from the balance check to the PaymentIntent. A row with its key and exact body first, the call second."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from dashboard.access import Permission, require, require_proof, with_debits
from dashboard.bankdays import SETTLEMENT_DAYS, add_business_days, submission_day
from dashboard.clock import Clock
from dashboard.debit_sending import DEBIT_TAG, Sending
from dashboard.errors import InputError, Refused
from dashboard.gateways.provider import LinkProvider
from dashboard.gateways.stripe import Stripe
from dashboard.item_notes import ItemNotes
from dashboard.leases import is_dead
from dashboard.models import (
    Actor,
    Balance,
    BankAccount,
    Debit,
    DebitOrder,
    DebitState,
    ExpectedDates,
    Problem,
    Purpose,
)
from dashboard.problems import explained
from dashboard.settings import Settings
from dashboard.standing import Standings
from dashboard.store.core import CoreStore
from dashboard.store.rows import new_id
from dashboard.worker import Runner

CURRENCY = "usd"  # Stripe: ACH moves US dollars alone
SMALLEST_CENTS = 50  # Stripe: at least $0.50
LARGEST_CENTS = 99_999_999  # Stripe: an amount has at most eight digits
BALANCE_LIFE = timedelta(minutes=10)  # long enough to read and confirm, short enough to still be true
REFERENCE_LIMIT = 100
TICKET = re.compile(r"[A-Za-z0-9_-]{8,80}")
LOOK_AGAIN = timedelta(seconds=30)


class Debits:
    """Orders to debit a linked account."""

    def __init__(
        self,
        store: CoreStore,
        plaid: LinkProvider,
        stripe: Stripe,
        clock: Clock,
        settings: Settings,
        worker: Runner,
    ) -> None:
        self._store, self._plaid, self._clock = store, plaid, clock
        self._settings, self._worker = settings, worker
        self._sending = Sending(store, stripe, clock)
        self._notes, self._standings = ItemNotes(store, clock), Standings(store, clock)

    def balance(self, actor: Actor, bank_account_id: str) -> Balance:
        """What the bank says now; takes up to 30 s. Raises ProviderError, Refused for a removed connection."""
        require(actor, Permission.VIEW_BALANCE)
        account = self._account(bank_account_id)
        token = self._store.items.access_token(account.item_id)
        self._store.bank_data.count_call("balance", self._clock.now())
        with explained(), self._notes.noting(actor, account.item_id):
            found = self._plaid.balance(token, account.plaid_account_id)
        self._notes.note_working(actor, account.item_id)
        now = self._clock.now()
        balance = Balance(found.available_cents, found.current_cents, found.currency, now)
        with self._store.transaction():
            self._store.bank_data.keep_balance(account, balance)
            private = self._store.private.seal(account.customer_id, {"available_cents": balance.available_cents})
            facts = {"customer": account.customer_id, "currency": found.currency}
            self._store.trail.append(actor, "balance.read", account.id, now, private=private, **facts)
        return balance

    def obstacle(self, actor: Actor, account: BankAccount) -> Problem | None:
        """What stands in the way of a debit from this account, before anybody types an amount; None where nothing."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._standings.several([account])[account.id]

    def obstacles(self, actor: Actor, accounts: Iterable[BankAccount]) -> dict[str, Problem | None]:
        """As `obstacle`, of several accounts at once, by account id."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._standings.several(accounts)

    def expected_dates(self, actor: Actor) -> ExpectedDates:
        """When a debit made now is taken from the customer and available to us (Stripe: T+4 business days)."""
        self._require(actor)
        day = submission_day(self._clock.now())
        return ExpectedDates(debited=add_business_days(day, 1), available=add_business_days(day, SETTLEMENT_DAYS))

    def ticket(self) -> str:
        """A name for one form, drawn once: however often the form is sent, it is one debit."""
        return new_id("ticket")

    def submit(self, actor: Actor, order: DebitOrder) -> Debit:
        """Commit the order and send it on the worker; the same ticket gives the same debit.

        Raises InputError for what was typed, Refused for what the desk does not do, AccessDenied (code `proof`) for an
        amount that asks for a fresh sign-in or a PIN.
        """
        self._require(actor)
        if not TICKET.fullmatch(order.ticket):
            raise InputError("This form is too old.", action="Reload the page.", code="invalid_ticket")
        known = self._store.debits.by_ticket(order.ticket)
        if known is not None:
            return known
        self.check_size(actor, order.amount_cents)
        if self.asks_for_proof(order.amount_cents):
            require_proof(actor, "A debit of this size", self._clock.real())
        reference = check_invoice_reference(order.invoice_reference)
        account = self._account(order.bank_account_id)
        self._standings.refuse(account)
        self._check_balance(order)
        now = self._clock.now()
        debit = Debit(
            id=new_id("debit"),
            customer_id=account.customer_id,
            bank_account_id=account.id,
            amount_cents=order.amount_cents,
            currency=CURRENCY,
            purpose=Purpose(order.purpose),
            invoice_reference=reference,
            statement_descriptor=self._settings.stripe_statement_descriptor,
            state=DebitState.CREATED,
            requested_by=actor.name,
            created_at=now,
            updated_at=now,
        )
        with self._store.transaction():
            added = self._store.debits.add(
                debit,
                ticket=order.ticket,
                key=new_id("key"),
                body=write_payment_intent(debit, account),
                balance=order.balance,
                address=actor.address,
            )
            if added:
                self._store.trail.append(actor, "debit.ordered", debit.id, now, **_facts(debit, order))
        if added:
            self._worker.submit(self._sending.run, debit.id)
        return self._store.debits.by_ticket(order.ticket) or debit

    def check_size(self, actor: Actor, amount_cents: object) -> int:
        """An amount that this person may debit at all. Raises InputError, AccessDenied, Refused above the setting."""
        self._require(actor)
        amount = check_amount(amount_cents)
        if amount > self._settings.debit_rules.max_cents:
            raise Refused(
                "The amount is above the most that this desk debits at once.",
                meaning="Nothing was done.",
                action="Debit less, or ask an administrator about ACH_DESK_DEBIT_MAX_CENTS.",
                code="above_maximum",
            )
        return amount

    def asks_for_proof(self, amount_cents: int) -> bool:
        """Whether a debit of this size asks for a fresh sign-in or the person's PIN (ACH_DESK_DEBIT_PROOF_CENTS)."""
        return amount_cents > self._settings.debit_rules.proof_cents

    def _require(self, actor: Actor) -> None:
        """Who may debit is a setting, so it is asked here and not taken from the actor."""
        require(with_debits(actor, self._settings.debit_rules.roles), Permission.CREATE_DEBIT)

    def get(self, actor: Actor, id: str) -> Debit:
        """One debit as it stands; one that is unknown is looked for again. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        debit = self._debit(id)
        waits = debit.state in {DebitState.CREATED, DebitState.SENDING, DebitState.UNKNOWN}
        if waits and self._clock.now() - debit.updated_at > LOOK_AGAIN:
            self._worker.submit(self._sending.run, id)
        return debit

    def recent(self, actor: Actor, bank_account_id: str | None = None, limit: int = 100) -> list[Debit]:
        """The newest debits, of one account or of all."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.debits.recent(bank_account_id, limit)

    def attention(self, actor: Actor) -> list[Debit]:
        """Debits whose outcome is not known, or that wait behind a problem."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.debits.attention()

    def resume(self, actor: Actor, id: str) -> Debit:
        """Send again under the same key, or look for it at Stripe: never under a new key."""
        self._require(actor)
        debit = self._debit(id)
        with self._store.transaction():
            self._store.trail.append(actor, "debit.resumed", debit.id, self._clock.now())
        self._worker.submit(self._sending.run, id)
        return self._debit(id)

    def resume_all(self) -> int:
        """At start: go on with every debit that has no known outcome. Returns how many."""
        due = self._store.debits.due()
        for id in due:
            work = self._store.debits.work(id)
            if work is not None and work.lease_owner is not None and is_dead(work.lease_owner):
                self._store.debits.drop(id, work.lease_owner)
            self._worker.submit(self._sending.run, id)
        return len(due)

    def _check_balance(self, order: DebitOrder) -> None:
        balance = order.balance
        age = self._clock.now() - balance.at
        if not timedelta(minutes=-1) <= age <= BALANCE_LIFE:
            raise Refused(
                "The balance is older than ten minutes.",
                meaning="It may have changed.",
                action="Check the balance again.",
                code="old_balance",
            )
        if balance.currency not in {None, CURRENCY}:
            raise Refused(
                f"The account is in {str(balance.currency).upper()}, not in US dollars.",
                meaning="ACH moves US dollars alone.",
                action="Ask the customer for another account.",
                code="not_usd",
            )
        if balance.available_cents is None:
            if not order.accept_unknown_balance:
                raise Refused(
                    "The bank gives no available balance for this account.",
                    meaning="The debit may come back for insufficient funds.",
                    action="Confirm that you want to debit without knowing the balance.",
                    code="unknown_balance",
                )
        elif balance.available_cents < order.amount_cents:
            raise Refused(
                "The amount is above the available balance.",
                meaning="The debit would come back for insufficient funds.",
                action="Debit less, or agree on a later date.",
                code="above_balance",
            )

    def _account(self, id: str) -> BankAccount:
        found = self._store.accounts.get(id)
        if found is None:
            raise InputError("There is no such account.", action="Pick one from the list.", code="unknown_account")
        return found

    def _debit(self, id: str) -> Debit:
        found = self._store.debits.get(id)
        if found is None:
            raise InputError("There is no such debit.", action="Pick one from the list.", code="unknown_debit")
        return found


def check_amount(amount_cents: object) -> int:
    """Whole cents from $0.50 to $999,999.99. Raises InputError."""
    if isinstance(amount_cents, bool) or not isinstance(amount_cents, int):
        raise InputError(
            "The amount is not a number of cents.", action="Type dollars and cents.", code="invalid_amount"
        )
    if amount_cents <= 0:
        raise InputError("The amount is not above zero.", action="Type an amount above zero.", code="invalid_amount")
    if amount_cents < SMALLEST_CENTS:
        raise InputError("The amount is below $0.50.", action="Stripe debits $0.50 or more.", code="amount_too_small")
    if amount_cents > LARGEST_CENTS:
        raise InputError("The amount is above $999,999.99.", action="Split it.", code="amount_too_large")
    return amount_cents


def check_invoice_reference(value: str) -> str:
    """What the debit is for, 1 to 100 characters. Raises InputError."""
    text = " ".join(value.split())
    if not text or len(text) > REFERENCE_LIMIT or not text.isprintable():
        raise InputError(
            "The invoice reference is empty or longer than 100 characters.",
            action="Type the invoice's number.",
            code="invalid_reference",
        )
    return text


def write_payment_intent(debit: Debit, account: BankAccount) -> Mapping[str, Any]:
    """The exact body that is sent, however often it is sent (Stripe: `us_bank_account`, off session, confirmed).

    `allowed_payment_method_types` took the place of `payment_method_types` with 2026-09-30.endive.

    Who holds the account is said at the bank account itself, when it is attached.
    """
    return {
        "amount": debit.amount_cents,
        "currency": debit.currency,
        "customer": account.stripe_customer_id,
        "payment_method": account.stripe_bank_account_id,
        "allowed_payment_method_types": ["us_bank_account"],
        "payment_method_options": {"us_bank_account": {"transaction_purpose": debit.purpose.value}},
        "statement_descriptor": debit.statement_descriptor,
        "description": f"Invoice {debit.invoice_reference}",
        "metadata": {DEBIT_TAG: debit.id, "invoice_reference": debit.invoice_reference},
        "confirm": True,
        "off_session": True,
    }


def _facts(debit: Debit, order: DebitOrder) -> dict[str, object]:
    return {
        "account": debit.bank_account_id,
        "amount_cents": debit.amount_cents,
        "invoice_reference": debit.invoice_reference,
        "purpose": debit.purpose.value,
        "available_cents": order.balance.available_cents,
        "accepted_unknown_balance": order.accept_unknown_balance,
    }
