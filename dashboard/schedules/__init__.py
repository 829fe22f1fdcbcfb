"""Schedules: a debit on a day to come, or a plan of equal ones. How each is sent is `debits.job`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dashboard.accounts.eligibility import Eligibility
from dashboard.approvals.reviews import Reviews
from dashboard.debits import Debits
from dashboard.debits.checks import REFERENCE_LIMIT, check_invoice_reference
from dashboard.debits.due import WAIT
from dashboard.debits.job import KIND
from dashboard.debits.orders import TICKET, make_debit
from dashboard.debits.preview import OwnDebits
from dashboard.debits.restored import require_reviewed
from dashboard.debits.review import ask_second
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError, Refused
from dashboard.domain.formatting import day as day_of
from dashboard.domain.jobs import Job
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, BankAccount, Debit, DebitState, HolderType
from dashboard.domain.schedules import (
    FARTHEST,
    MOST_OF_A_PLAN,
    CustomerNotice,
    PlannedDay,
    Schedule,
    ScheduleOrder,
    ScheduleState,
    due_at,
    find_notice,
    first_day,
    plan_days,
    send_by,
)
from dashboard.jobs import Jobs
from dashboard.limits import Reservations
from dashboard.schedules.notice_mail import KIND as NOTICE_MAIL
from dashboard.schedules.notice_mail import is_left
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof, with_debits
from dashboard.store import Store

SHOWN = 200


@dataclass(frozen=True)
class Plan:
    """What would be scheduled: its days, what the customer is to be told of each, cents together, the debit that it
    looks like, and what would refuse it."""

    days: Sequence[PlannedDay]
    notices: Sequence[CustomerNotice | None]
    total_cents: int
    similar: Debit | None
    refusal: DeskError | None


class Schedules:
    """Orders that are sent on a day to come. Each counts in every limit from the moment it is ordered."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs, debits: Debits) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._jobs, self._debits = jobs, debits
        self._eligibility = Eligibility(store, clock, settings.timezone)
        self._own = OwnDebits(store, clock, settings.timezone, settings.debit_rules.same_days)
        self._reservations = Reservations(store, clock, settings)
        self._reviews = Reviews(store, clock, settings)

    def plan(self, actor: Actor, order: ScheduleOrder) -> Plan:
        """What the order would meet if it were confirmed now; nothing is done. Raises InputError for its days."""
        self._require(actor)
        days, refusal = self._days(order), None
        total = order.amount_cents * order.count
        account = self._account(order.bank_account_id)
        try:
            self._check(actor, order, account)
            self._reservations.require(account.customer_id, actor.key, total)
        except (InputError, Refused) as error:
            refusal = error
        similar = self._own.similar(account.id, order.amount_cents, order.invoice_reference)
        return Plan(days, self._notices(order, account, days), total, similar, refusal)

    def asks_for_proof(self, order: ScheduleOrder) -> bool:
        """Whether it asks for a fresh sign-in or the PIN: its debits count together, so that a plan evades nothing."""
        return self._debits.asks_for_proof(order.amount_cents * order.count)

    def order(self, actor: Actor, order: ScheduleOrder) -> Sequence[Debit]:
        """Commit every debit of the plan with its day; the same ticket gives the same debits.

        Raises what `Debits.submit` raises, except about the balance, which is asked for on the day.
        """
        self._require(actor)
        known = self._find_known(order)
        if known:
            return known
        days, account = self._days(order), self._account(order.bank_account_id)
        reference = self._check(actor, order, account)
        if self.asks_for_proof(order):
            require_proof(actor, "A schedule of this size", self._clock.real())
        with self._store.transaction():  # two tabs at one instant: the second sees what the first has ordered
            known = self._find_known(order)
            if known:
                return known
            self._own.require_outside_batches(account.customer_id, reference)
            self._own.require_unlike(account.id, order.amount_cents, reference, order.similar_to)
            debits = [self._add(actor, order, account, reference, place, day) for place, day in enumerate(days, 1)]
            for debit, notice in zip(debits, self._notices(order, account, days), strict=True):
                if notice is not None:
                    self._store.schedules.add_notice(replace(notice, id=debit.id))
            jobs = [self._begin(actor, debit, account, debits[0].id) for debit in debits]
            self._store.projection.apply_debits([one.id for one in debits])
        for job in jobs:
            self._jobs.start(job.id)
        return [require_found(self._store.debits.get(one.id), "debit") for one in debits]

    def get(self, actor: Actor, debit_id: str) -> Schedule | None:
        """When a debit is sent; None where it was ordered to be sent at once."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.schedules.get(debit_id)

    def upcoming(self, actor: Actor, bank_account_id: str | None = None) -> list[tuple[Schedule, Debit]]:
        """What is still to be sent, the soonest first, of one account or of all; what is held is in it."""
        require(actor, Permission.VIEW_PAYMENTS)
        found = self._store.schedules.upcoming(bank_account_id, SHOWN)
        return [(one, require_found(self._store.debits.get(one.id), "debit")) for one in found]

    def cancel(self, actor: Actor, debit_id: str, *, whole_plan: bool = False) -> int:
        """Cancel a debit that was not sent yet, or all of its plan that were not. Returns how many.

        Raises InputError where it has been sent.
        """
        self._require(actor)
        schedule = require_found(self._store.schedules.get(debit_id), "schedule")
        if not whole_plan:
            self._debits.cancel(actor, debit_id)
            return 1
        done = 0
        for one in self._store.schedules.of_plan(schedule.plan_id):
            try:
                self._debits.cancel(actor, one.id)
            except InputError:  # sent, or canceled before
                continue
            done += 1
        return done

    def notices(self, actor: Actor) -> list[tuple[CustomerNotice, Schedule, Debit]]:
        """What customers have to be told and nobody has told yet, the soonest due first."""
        require(actor, Permission.VIEW_PAYMENTS)
        return [
            (
                one,
                require_found(self._store.schedules.get(one.id), "schedule"),
                require_found(self._store.debits.get(one.id), "debit"),
            )
            for one in self._store.schedules.open_notices(SHOWN)
        ]

    def due_notices(self, actor: Actor) -> list[tuple[CustomerNotice, Schedule, Debit]]:
        """Those of them that are due by today, or whose mail has failed."""
        require(actor, Permission.VIEW_PAYMENTS)
        today = self._clock.now().astimezone(self._settings.timezone).date()
        return [one for one in self.notices(actor) if one[0].tell_by <= today or self._is_left(one[0].id)]

    def told(self, actor: Actor, debit_id: str) -> None:
        """Keep that this person told the customer. Raises InputError where somebody has before."""
        self._require(actor)
        with self._store.transaction():
            notice = require_found(self._store.schedules.notice(debit_id), "notice")
            if notice.told_at is not None:
                raise InputError(
                    f"{notice.told_by} has told this customer already.",
                    meaning="Nothing was done now.",
                    action="Reload the page.",
                    code="already_decided",
                )
            now = self._clock.now()
            self._store.schedules.keep_told(debit_id, actor.name, now)
            facts = {"reason": notice.reason.value, "tell_by": notice.tell_by.isoformat()}
            self._store.trail.append(actor, "debit.customer_told", debit_id, now, **facts)

    def wake_due(self) -> int:
        """Have the debits looked at whose moment has come by the business's clock. Returns how many."""
        due = self._store.schedules.due(self._clock.now())
        for id in due:
            self._jobs.wake(KIND, id)
        return len(due)

    def first_day(self, actor: Actor) -> date:
        """The first day for which something can be scheduled."""
        require(actor, Permission.VIEW_PAYMENTS)
        return first_day(self._clock.now())

    # Parts of them.

    def _is_left(self, debit_id: str) -> bool:
        return is_left(self._store.jobs.find(NOTICE_MAIL, debit_id))

    def _require(self, actor: Actor) -> None:
        """Who may debit is a setting, so it is asked here and not taken from the actor."""
        require(with_debits(actor, self._settings.debit_rules.roles), Permission.CREATE_DEBIT)

    def _check(self, actor: Actor, order: ScheduleOrder, account: BankAccount) -> str:
        """What every order must be; returns its reference. Raises InputError, Refused."""
        require_reviewed(self._store)
        self._debits.check_size(actor, order.amount_cents)
        reference = check_invoice_reference(order.invoice_reference)
        check_invoice_reference(_reference(reference, order.count, order.count))
        self._eligibility.require(account)
        return reference

    def _days(self, order: ScheduleOrder) -> Sequence[PlannedDay]:
        """The plan's days. Raises InputError for how many they are, or for one that is too soon or too far."""
        if not isinstance(order.count, int) or not 1 <= order.count <= MOST_OF_A_PLAN:
            raise InputError(
                f"A plan has 1 to {MOST_OF_A_PLAN} debits.",
                meaning="Nothing was scheduled.",
                action="Choose another number.",
                code="invalid_count",
            )
        now, today = self._clock.now(), self._clock.now().astimezone(self._settings.timezone).date()
        if order.first_on > today + FARTHEST:
            raise InputError(
                "This day is more than three years away.", action="Choose a sooner one.", code="invalid_day"
            )
        days = plan_days(order.first_on, order.count, order.every)
        if due_at(days[0].collect_on) <= now:
            raise InputError(
                f"{day_of(order.first_on)} is too soon: what is taken on that day would have been sent by now.",
                meaning="Nothing was scheduled.",
                action=f"Choose {day_of(first_day(now))} or later, or debit now.",
                code="too_soon",
            )
        return days

    def _notices(
        self, order: ScheduleOrder, account: BankAccount, days: Sequence[PlannedDay]
    ) -> Sequence[CustomerNotice | None]:
        """What a consumer is told of each debit; companies are told nothing by the rules (Reg E is of consumers)."""
        owner = require_found(self._store.customers.get(account.customer_id), "customer")
        if owner.holder_type is not HolderType.INDIVIDUAL:
            return [None] * len(days)
        last = self._store.debits.last_cents(account.id)
        before = [last, *[order.amount_cents] * (len(days) - 1)]
        return [find_notice("", day, order.amount_cents, cents) for day, cents in zip(days, before, strict=True)]

    def _find_known(self, order: ScheduleOrder) -> Sequence[Debit]:
        """What this form became already. Raises InputError for a form that was sent with something else."""
        if not TICKET.fullmatch(order.ticket):
            raise InputError("This form is too old.", action="Reload the page.", code="invalid_ticket")
        first = self._store.debits.by_ticket(order.ticket)
        if first is None:
            return []
        schedule = self._store.schedules.get(first.id)
        said = (order.bank_account_id, order.amount_cents, order.first_on, order.count)
        kept = schedule and (first.bank_account_id, first.amount_cents, schedule.wanted_on, schedule.count)
        if schedule is None or said != kept:
            raise InputError(
                "This form was sent already, with another account, amount or day.",
                meaning="What was ordered stands; this was not.",
                action="Begin a new debit for this one.",
                code="ticket_used",
            )
        plan = self._store.schedules.of_plan(schedule.plan_id)
        return [require_found(self._store.debits.get(one.id), "debit") for one in plan]

    def _add(
        self, actor: Actor, order: ScheduleOrder, account: BankAccount, reference: str, number: int, day: PlannedDay
    ) -> Debit:
        """One debit of the plan with its day and what it reserves; the first is the plan's name."""
        named = _reference(reference, number, order.count)
        descriptor, now = self._settings.stripe_statement_descriptor, self._clock.now()
        debit = make_debit(actor.name, order, account, named, descriptor, now)
        ticket = order.ticket if number == 1 else f"{order.ticket[:76]}-{number}"
        self._store.debits.add(debit, ticket=ticket, balance=None, address=actor.address, ordered_at_stripe=None)
        first = self._store.debits.by_ticket(order.ticket) or debit
        self._store.schedules.add(
            Schedule(
                id=debit.id,
                plan_id=first.id,
                number=number,
                count=order.count,
                wanted_on=day.wanted,
                collect_on=day.collect_on,
                due_at=due_at(day.collect_on),
                send_by=send_by(day.collect_on),
                accept_unknown_balance=order.accept_unknown_balance,
                similar_to=order.similar_to,
                state=ScheduleState.WAITING,
            )
        )
        self._reservations.reserve(debit, actor.key)
        return replace(debit, collect_on=day.collect_on)

    def _begin(self, actor: Actor, debit: Debit, account: BankAccount, plan_id: str) -> Job:
        """Its job: it waits for a second person first where the rules say so."""
        asks = ask_second(self._reviews, actor, debit, account)
        facts = {
            "account": debit.bank_account_id,
            "amount_cents": debit.amount_cents,
            "invoice_reference": debit.invoice_reference,
            "purpose": debit.purpose.value,
            "collect_on": debit.collect_on.isoformat() if debit.collect_on else None,
            "plan": plan_id,
        }
        job = self._jobs.order(
            KIND, debit.id, actor, step="review" if asks else WAIT, action="debit.scheduled", **facts
        )
        self._store.debits.set_state(debit.id, DebitState.REVIEW if asks else DebitState.SCHEDULED, None)
        return require_found(job, "operation")

    def _account(self, id: str) -> BankAccount:
        return require_found(self._store.accounts.get(id), "account")


def _reference(reference: str, number: int, count: int) -> str:
    """The debits of a plan have references of their own, so that each is found and none is taken for another."""
    if count == 1:
        return reference
    end = f" {number}/{count}"
    return f"{reference[: REFERENCE_LIMIT - len(end)]}{end}"
