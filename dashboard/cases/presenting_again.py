"""A payment that came back for want of money, presented again: the same amount, by the rules, and never by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from dashboard.debits import Debits
from dashboard.debits.preview import Preview
from dashboard.debits.representments import NOT_FAILED, RepresentmentRules, refused
from dashboard.domain.business_days import SETTLEMENT_DAYS, add_business_days, submission_day
from dashboard.domain.cases import Case, CaseState, NextStep
from dashboard.domain.clock import Clock
from dashboard.domain.cover import AskedBalance, Cover, find_cover
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Balance, Debit, DebitOrder
from dashboard.domain.representments import Attempt, PresentedState, Representment
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.audit_trail import TrailFilter

MAY_BEGIN = frozenset({CaseState.OPEN, CaseState.WAITING})


@dataclass(frozen=True)
class Plan:
    """What would be ordered: a debit like `first`, of the same amount, as which attempt."""

    case: Case
    first: Debit
    again: Representment


class PresentingAgain:
    """Ordered from a case. It is a debit like any other: size, proof, account, balance, limits and approval hold."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, debits: Debits) -> None:
        self._store, self._clock, self._zone, self._debits = store, clock, settings.timezone, debits
        self._rules = RepresentmentRules(store, clock, settings.timezone)

    def plan(self, actor: Actor, case_id: str) -> Plan:
        """What would be ordered from a case now. Raises InputError, and Refused with the rule that forbids it."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._plan(case_id)

    def cover(self, actor: Actor, case_id: str) -> Cover | None:
        """Whether a balance that the desk asked for since the payment came back covers it; None where nobody asked.

        Read from the audit trail, which keeps each answer under the customer's own key. The bank is not asked.
        """
        require(actor, Permission.VIEW_BALANCE)
        case = require_found(self._store.cases.get(case_id), "case")
        payment = self._store.payments.get(case.payment_id) or {}
        debit = self._store.debits.get(payment["debit_id"]) if payment.get("debit_id") else None
        account = self._store.accounts.get(debit.bank_account_id) if debit else None
        if account is None or account.ended is not None:
            return None
        return find_cover(self._asked_since(account.id, case), case.amount)

    def check_funds(self, actor: Actor, case_id: str) -> Balance:
        """What the bank or Signal says before it; as `Debits.check_funds`, and what `plan` raises."""
        require(actor, Permission.WORK_CASES)
        plan = self._plan(case_id)
        return self._debits.check_funds(actor, plan.first.bank_account_id, plan.first.amount_cents)

    def preview(self, actor: Actor, case_id: str, balance: Balance) -> Preview:
        """What the order would meet if it were confirmed now; nothing is done."""
        require(actor, Permission.WORK_CASES)
        plan = self._plan(case_id)
        first, earlier = plan.first, self._earlier(plan.case)
        reference = first.invoice_reference
        return self._debits.preview(
            actor, first.bank_account_id, first.amount_cents, reference, balance, earlier=earlier
        )

    def order(
        self,
        actor: Actor,
        case_id: str,
        ticket: str,
        balance: Balance,
        *,
        accept_unknown_balance: bool = False,
        similar_to: str | None = None,
        looked: bool = False,
    ) -> Debit:
        """Present it again: account, amount, reference and purpose are copied. The same ticket gives the same debit.

        The case waits for it from the same commit on, so that two people at once make one. Raises what `plan` and
        `Debits.submit` raise.
        """
        require(actor, Permission.WORK_CASES)
        known = self._debits.of_ticket(actor, ticket)
        if known is not None:
            return known
        plan = self._plan(case_id)
        order = DebitOrder(
            ticket=ticket,
            bank_account_id=plan.first.bank_account_id,
            amount_cents=plan.first.amount_cents,
            invoice_reference=plan.first.invoice_reference,
            purpose=plan.first.purpose,
            balance=balance,
            accept_unknown_balance=accept_unknown_balance,
            similar_to=similar_to,
            looked=looked,
        )
        earlier = self._earlier(plan.case)
        attached = _Attached(self._store, self._clock, partial(self._plan, case_id), actor, earlier)
        return self._debits.submit(actor, order, attached)

    # Parts of them.

    def _plan(self, case_id: str) -> Plan:
        case = require_found(self._store.cases.get(case_id), "case")
        if case.state not in MAY_BEGIN:
            raise InputError(
                f"This case waits for nobody to present it again: {case.state.word.lower()}.",
                meaning="Nothing was done now.",
                action="Reload the page.",
                code="already_decided",
            )
        again = self._rules.find(case.payment_id) if case.step is NextStep.DEBIT_AGAIN else None
        if again is None:
            raise refused(NOT_FAILED)
        if again.problem is not None:
            raise refused(again.problem)
        payment = self._store.payments.get(case.payment_id) or {}
        first = self._store.debits.get(payment["debit_id"]) if payment.get("debit_id") else None
        if first is None:
            raise Refused(
                "This payment was not ordered at the desk, so its account is not known here.",
                meaning="It can be presented again where it was ordered.",
                action="Present it again there; the attempt counts here once the sync has read it.",
                code="not_ours",
            )
        return Plan(case, first, again)

    def _asked_since(self, bank_account_id: str, case: Case) -> list[AskedBalance]:
        """What the bank said since the desk knows that the debit, or the last attempt of it, came back."""
        chain = self._store.cases.chain(case.payment_id, self._zone)
        others = (self._store.cases.of_payment(one.payment_id) for one in chain)
        known_at = max([case.opened_at, *(one.opened_at for one in others if one is not None)])
        wanted = TrailFilter(action="balance.read", subjects=(bank_account_id,), start=known_at)
        found = []
        for row in self._store.trail.walk(wanted):
            facts = self._store.private.open(str(row.facts["customer"]), str(row.facts["private"]))
            if facts is not None and row.facts["currency"] == case.currency:
                cents = facts["available_cents"]
                found.append(AskedBalance(row.at, cents if isinstance(cents, int) else None))
        return found

    def _earlier(self, case: Case) -> frozenset[str]:
        """The debits of the same debt, which the rules look at."""
        payments = (
            self._store.payments.get(one.payment_id) for one in self._store.cases.chain(case.payment_id, self._zone)
        )
        return frozenset(str(one["debit_id"]) for one in payments if one and one.get("debit_id"))


@dataclass(frozen=True)
class _Attached:
    """A case's part in the order of its debit (`debits.orders.Attached`)."""

    store: Store
    clock: Clock
    plan: Callable[[], Plan]
    actor: Actor
    earlier: frozenset[str]
    debit_id: str = ""
    reserved: str = ""

    def check(self) -> None:
        """Nothing where the case still waits to be presented again, by every rule."""
        self.plan()

    def keep(self, debit: Debit) -> Mapping[str, object]:
        """Keep the attempt, and that the case waits for it."""
        plan, now = self.plan(), self.clock.now()
        case, again = plan.case, plan.again
        attempt = Attempt(debit.id, case.id, again.original_id, again.attempt, PresentedState.ORDERED, now)
        self.store.representments.add(attempt)
        # Overdue after the day on which the money would be ours (Stripe: T+4 business days).
        due = add_business_days(submission_day(now), SETTLEMENT_DAYS + 1)
        self.store.cases.set_state(case.id, CaseState.PRESENTED, due)
        self.store.cases.note(case.id, now, self.actor.name, f"Presented again: attempt {again.attempt}")
        facts = {"debit": debit.id, "attempt": again.attempt, "amount_cents": debit.amount_cents}
        self.store.trail.append(self.actor, "case.presented_again", case.id, now, payment=case.payment_id, **facts)
        return {"presents_again": again.original_id, "attempt": again.attempt, "case": case.id}
