"""Debits: from the check of balance or risk to the order. How an order is sent is `debits.job`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dashboard.accounts.eligibility import Eligibility
from dashboard.approvals import APPROVE
from dashboard.approvals.at_stripe import STEP
from dashboard.approvals.reviews import Reviews
from dashboard.debits.checks import check_invoice_reference, check_most
from dashboard.debits.due import HELD, WAIT
from dashboard.debits.funds import Funds
from dashboard.debits.job import CONFIRM_AGAIN, KIND, NOT_FOUND
from dashboard.debits.orders import TICKET, Attached, find_sent, make_debit, name_job, order_facts
from dashboard.debits.preview import Preview
from dashboard.debits.representments import RepresentmentRules
from dashboard.debits.restored import RESTORED, require_reviewed
from dashboard.debits.review import ask_second
from dashboard.debits.risk import needs_look
from dashboard.debits.strays import STRAY
from dashboard.domain.business_days import SETTLEMENT_DAYS, add_business_days, submission_day
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import (
    Actor,
    Balance,
    BankAccount,
    Debit,
    DebitOrder,
    DebitState,
    ExpectedDates,
    Problem,
)
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Jobs
from dashboard.limits import Reservations
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof, with_debits
from dashboard.store import Store

SLOW = timedelta(minutes=1)  # a debit is sent within seconds; one that takes longer is worth a look


class Debits:
    """Orders to debit a linked account."""

    def __init__(
        self,
        store: Store,
        plaid: LinkProvider,
        stripe: PaymentProvider,
        clock: Clock,
        settings: Settings,
        jobs: Jobs,
    ) -> None:
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock
        self._settings, self._jobs = settings, jobs
        self._eligibility = Eligibility(store, clock, settings.timezone)
        self._funds = Funds(store, plaid, stripe, clock, settings, jobs)
        self._risk, self._own = self._funds.risk, self._funds.own
        self._reservations = Reservations(store, clock, settings)
        self._reviews = Reviews(store, clock, settings)
        self._representments = RepresentmentRules(store, clock, settings.timezone)

    def balance(self, actor: Actor, bank_account_id: str) -> Balance:
        """What the bank says now; takes up to 30 s. Raises ProviderError, Refused for a removed connection."""
        require(actor, Permission.VIEW_BALANCE)
        return self._funds.balance(actor, self._account(bank_account_id))

    def check_funds(self, actor: Actor, bank_account_id: str, amount_cents: int) -> Balance:
        """What is known before a debit of this amount: the bank's balance or, by PLAID_RISK, what Signal says of it.

        Raises what `check_size` and `balance` raise; Refused where Signal cannot judge.
        """
        self._require(actor)
        amount = self.check_size(actor, amount_cents)
        return self._funds.ask(actor, self._account(bank_account_id), amount)

    def report_risk(self) -> int:
        """Report to Plaid's Signal what became of the debits that it assessed. Returns how many reports were ordered.

        The sync has seen what came back.
        """
        return self._risk.report_due()

    def blocker(self, actor: Actor, account: BankAccount) -> Problem | None:
        """What prevents a debit from this account, before anybody types an amount; None where nothing does."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._blockers([account])[account.id]

    def blockers(self, actor: Actor, accounts: Iterable[BankAccount]) -> dict[str, Problem | None]:
        """As `blocker`, of several accounts at once, by account id."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._blockers(list(accounts))

    def _blockers(self, accounts: list[BankAccount]) -> dict[str, Problem | None]:
        if self._store.restores.open() is not None:
            return {account.id: RESTORED for account in accounts}
        return self._eligibility.of(accounts)

    def expected_dates(self, actor: Actor) -> ExpectedDates:
        """When a debit made now is taken from the customer and available to us (Stripe: T+4 business days)."""
        self._require(actor)
        day = submission_day(self._clock.now())
        return ExpectedDates(debited=add_business_days(day, 1), available=add_business_days(day, SETTLEMENT_DAYS))

    def ticket(self) -> str:
        """A name for one form, drawn once: however often the form is sent, it is one debit."""
        return new_id("ticket")

    def submit(self, actor: Actor, order: DebitOrder, attached: Attached | None = None) -> Debit:
        """Commit the order and send it on the worker; the same ticket gives the same debit.

        Raises InputError for what was typed, Refused for what the desk does not do, AccessDenied (code `proof`) for an
        amount that asks for a fresh sign-in or a PIN. What is ordered counts in every limit from now on. `attached`
        keeps a row of its own in the same transaction, or raises.
        """
        self._require(actor)
        known = find_sent(self._store, order)
        if known is not None:
            return known
        self.check_size(actor, order.amount_cents)
        if self.asks_for_proof(order.amount_cents):
            require_proof(actor, "A debit of this size", self._clock.real())
        debit, job = self._order(actor, order, attached, is_approved=False)
        if job is not None:
            self._jobs.start(job.id)
        return self._store.debits.by_ticket(order.ticket) or debit

    def order_approved(self, maker: Actor, order: DebitOrder, attached: Attached) -> Debit:
        """Commit what a second person has approved as a part of something larger, and leave its start to the caller.

        Who may was asked when that was ordered and when it was approved, and so was the proof. Raises what `submit`
        raises otherwise.
        """
        check_most(order.amount_cents, self._settings.debit_rules.max_cents)
        return self._order(maker, order, attached, is_approved=True)[0]

    def _order(
        self, actor: Actor, order: DebitOrder, attached: Attached | None, *, is_approved: bool
    ) -> tuple[Debit, Job | None]:
        """The debit and its job, or the one that this ticket is already."""
        require_reviewed(self._store)
        reference = check_invoice_reference(order.invoice_reference)
        account = self._account(order.bank_account_id)
        self._eligibility.require(account)
        now, descriptor = self._clock.now(), self._settings.stripe_statement_descriptor
        id = attached.debit_id if attached else ""
        debit = make_debit(actor.name, order, account, reference, descriptor, now, id=id)
        with self._store.transaction():  # two tabs at one instant: the second sees what the first has ordered
            known = find_sent(self._store, order)
            if known is not None:
                return known, None
            if attached is not None:
                attached.check()
            self._funds.check(
                order.balance, order.amount_cents, order.accept_unknown_balance, account.id, looked=order.looked
            )
            earlier = attached.earlier if attached else frozenset[str]()
            if not is_approved:
                self._own.require_outside_batches(account.customer_id, reference)
            self._own.require_unlike(account.id, order.amount_cents, reference, order.similar_to, earlier)
            self._store.debits.add(
                debit,
                ticket=order.ticket,
                balance=order.balance,
                address=actor.address,
                ordered_at_stripe=self._stripe.time(),
            )
            self._reservations.reserve(debit, actor.key, instead_of=attached.reserved if attached else "")
            facts = order_facts(debit, order) | self._risk.attach(actor, order.balance, debit.id, looked=order.looked)
            facts |= attached.keep(debit) if attached else {}
            asks = not is_approved and ask_second(self._reviews, actor, debit, account)
            step = "review" if asks else "create"
            if id:
                job = self._jobs.order_foreseen(name_job(id), KIND, id, actor, step, "debit.ordered", facts)
            else:
                job = self._jobs.order(KIND, debit.id, actor, step=step, action="debit.ordered", **facts)
            if asks:
                self._store.debits.set_state(debit.id, DebitState.REVIEW, None)
            self._store.projection.apply_debits([debit.id])
        return debit, job

    def check_size(self, actor: Actor, amount_cents: object) -> int:
        """An amount that this person may debit at all. Raises InputError, AccessDenied, Refused above the setting."""
        self._require(actor)
        return check_most(amount_cents, self._settings.debit_rules.max_cents)

    def asks_for_proof(self, amount_cents: int) -> bool:
        """Whether a debit of this size asks for a fresh sign-in or the person's PIN (ACH_DESK_DEBIT_PROOF_CENTS)."""
        return amount_cents > self._settings.debit_rules.proof_cents

    def _require(self, actor: Actor) -> None:
        """Who may debit is a setting, so it is asked here and not taken from the actor."""
        require(with_debits(actor, self._settings.debit_rules.roles), Permission.CREATE_DEBIT)

    def get(self, actor: Actor, id: str) -> Debit:
        """One debit as it stands. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._debit(id)

    def recent(self, actor: Actor, bank_account_id: str | None = None, limit: int = 100) -> list[Debit]:
        """The newest debits, of one account or of all."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.debits.recent(bank_account_id, limit)

    def attention(self, actor: Actor) -> list[Debit]:
        """Debits that were not sent, whose outcome is not known, or that take longer than a minute."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.debits.attention(self._clock.now() - SLOW)

    def resume(self, actor: Actor, id: str) -> Debit:
        """Ask Stripe now instead of at the next turn. Nothing where it ended, or has to be confirmed again."""
        self._require(actor)
        debit = self._debit(id)
        job = self._store.jobs.find(KIND, id)
        if job is not None:
            self._jobs.retry_now(actor, job.id, action="debit.resumed")
        return self._debit(debit.id)

    def confirm_again(
        self,
        actor: Actor,
        id: str,
        balance: Balance,
        *,
        accept_unknown_balance: bool = False,
        similar_to: str | None = None,
        looked: bool = False,
    ) -> Debit:
        """Send an order that was not sent in time, after everything is checked anew: size, proof, account, balance.

        `similar_to` is the debit like it that the person was asked about, `looked` as in an order. Raises what
        `submit` raises, and InputError where the order was decided meanwhile.
        """
        self._require(actor)
        require_reviewed(self._store)
        debit, job = self._debit(id), self._asking(id, CONFIRM_AGAIN, NOT_FOUND, HELD)
        self.check_size(actor, debit.amount_cents)
        if self.asks_for_proof(debit.amount_cents):
            require_proof(actor, "A debit of this size", self._clock.real())
        account = self._account(debit.bank_account_id)
        self._eligibility.require(account)
        self._representments.require(id)
        account_id, amount = account.id, debit.amount_cents
        with self._store.transaction():  # two orders at one instant: the second sees what the first will take
            self._funds.check(balance, amount, accept_unknown_balance, account_id, without=id, looked=looked)
            self._own.require_unlike(account_id, amount, debit.invoice_reference, similar_to, {debit.id})
            self._reservations.require_again(debit)
            self._store.debits.confirm_again(id, balance, self._stripe.time())
            self._store.schedules.release(id, self._clock.now())
            self._jobs.answer(
                actor,
                job.id,
                "review" if ask_second(self._reviews, actor, debit, account) else "create",
                action="debit.confirmed_again",
                available_cents=balance.available_cents,
                accepted_unknown_balance=accept_unknown_balance,
                **self._risk.attach(actor, balance, id, looked=looked),
            )
        self._jobs.start(job.id)
        return self._debit(id)

    def cancel(self, actor: Actor, id: str) -> Debit:
        """Cancel an order that was not sent in time, or waits for approval or its day; first what Stripe has of it.

        Raises InputError where the order was decided meanwhile.
        """
        self._require(actor)
        with self._store.transaction():
            job = self._store.jobs.find(KIND, id)
            if job is not None and job.step == WAIT and job.state is not JobState.ASKING:
                self._jobs.redirect(actor, job.id, "cancel", at=WAIT, action="debit.cancel_ordered")
            else:
                job = self._asking(id, CONFIRM_AGAIN, NOT_FOUND, HELD, APPROVE)
                self._reviews.void(KIND, id)
                self._jobs.answer(actor, job.id, "cancel", action="debit.cancel_ordered")
        self._jobs.start(job.id)
        return self._debit(id)

    def end_at_stripe(self, actor: Actor, id: str) -> Debit:
        """A person's word that Stripe's own question has ended without an approval, where Stripe does not tell us.

        It is looked for once more, and what is left of it at Stripe is canceled. Raises InputError, AccessDenied.
        """
        self._require(actor)
        require_proof(actor, "Ending what waits at Stripe", self._clock.real())
        with self._store.transaction():
            job = self._store.jobs.find(KIND, id)
            if job is None or job.state.is_ended or job.step != STEP:
                raise InputError("This does not wait at Stripe.", action="Reload the page.", code="already_decided")
            self._jobs.redirect(actor, job.id, "refuse", at=STEP, action="debit.ended_at_stripe")
        self._jobs.start(job.id)
        return self._debit(id)

    def cancel_strays(self) -> int:
        """Cancel PaymentIntents of ours that were never confirmed and that no debit waits for. Returns how many.

        The sync has seen them; they are what a lost answer to a create leaves behind.
        """
        found = self._store.debits.strays()
        orders = [
            self._jobs.order(STRAY, intent, Actor.system(), step="cancel", action="stray.ordered", debit=debit)
            for intent, debit in found
        ]
        for order in filter(None, orders):  # none where another process has ordered it meanwhile
            self._jobs.start(order.id)
        return len(found)

    def _asking(self, id: str, *questions: str) -> Job:
        """The job of a debit that asks one of these; what waits for approval is not confirmed by who ordered it."""
        job = self._store.jobs.find(KIND, id)
        if job is None or job.state is not JobState.ASKING or job.question not in questions:
            raise InputError("This was decided already.", action="Reload the page.", code="already_decided")
        return job

    def preview(
        self,
        actor: Actor,
        bank_account_id: str,
        amount_cents: int,
        invoice_reference: str,
        balance: Balance,
        *,
        without: str = "",
        earlier: frozenset[str] = frozenset(),
    ) -> Preview:
        """What an order would meet if it were confirmed now; nothing is done.

        `without` is its id, where it has one; `earlier` are debits that it is like on purpose.
        """
        self._require(actor)
        account = self._account(bank_account_id)
        refusal: DeskError | None = None
        try:
            self.check_size(actor, amount_cents)
            reference = check_invoice_reference(invoice_reference)
            self._eligibility.require(account)
            self._funds.check(balance, amount_cents, True, account.id, without=without, looked=True)
            self._reservations.require(account.customer_id, actor.key, amount_cents, without=without)
        except (InputError, Refused) as error:
            refusal, reference = error, invoice_reference
        left, assessed = self._own.left(balance, account.id, without=without), self._risk.find(balance)
        return Preview(
            pending_cents=self._own.pending_cents(account.id, without=without),
            left_cents=left,
            assessment=assessed,
            must_look=assessed is not None and needs_look(assessed, left),
            similar=self._own.similar(account.id, amount_cents, reference, earlier | {without}),
            refusal=refusal,
        )

    def of_ticket(self, actor: Actor, ticket: str) -> Debit | None:
        """The debit that the form with this ticket became; None where it was not sent."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.debits.by_ticket(ticket) if TICKET.fullmatch(ticket) else None

    def _account(self, id: str) -> BankAccount:
        return require_found(self._store.accounts.get(id), "account")

    def _debit(self, id: str) -> Debit:
        return require_found(self._store.debits.get(id), "debit")
