"""The risk of a planned debit by Plaid's Signal (PLAID_RISK=signal): asked, obeyed, and reported back.

Plaid takes an id of ours once, so each question is a row first. What became of it is found by a look at our own tables
(`report_due`): a debit that Stripe took was made; one that was refused, rerouted, or not ordered within the life of the
answer was not. A return is reported once the sync has seen it.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.debits.checks import BALANCE_LIFE, CURRENCY
from dashboard.debits.risk_report import KIND
from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderRejected, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, Assessment, Balance, BankAccount, Problem, RiskResult, RiskSource
from dashboard.domain.return_codes import return_code
from dashboard.gateways.link_provider import LinkProvider
from dashboard.jobs import Jobs
from dashboard.messages.problems import explained
from dashboard.settings import Settings
from dashboard.store import Store

log = logging.getLogger(__name__)

NO_CONSENT = frozenset({"ADDITIONAL_CONSENT_REQUIRED", "PRODUCTS_NOT_SUPPORTED"})  # Plaid, of an Item without Signal
GRACE = timedelta(minutes=5)  # beyond the life of an answer: an order that was taken in its last second is committed


class RiskGate:
    """Asks Signal about debits, refuses those that it reroutes, and reports what became of each."""

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock, settings: Settings, jobs: Jobs) -> None:
        self._store, self._plaid, self._clock, self._jobs = store, plaid, clock, jobs
        self._recorder = ItemStateRecorder(store, clock)
        self.is_on = settings.plaid_risk is RiskSource.SIGNAL

    def assess(self, actor: Actor, account: BankAccount, amount_cents: int) -> Balance:
        """Ask about a debit of this account; what Signal knows of the balance, with the assessment's id.

        Raises ProviderError; Refused where the bank was linked before Signal, or no ruleset applies.
        """
        token, now = self._store.items.access_token(account.item_id), self._clock.now()
        asked = Assessment(new_id("sig"), account.id, amount_cents, None, None, actor.name, now)
        facts: dict[str, object] = {"account": account.id, "customer": account.customer_id}
        with self._store.transaction():
            self._store.risk.add(asked)
            self._store.bank_data.count_call("signal", now)
            self._store.trail.append(actor, "risk.asked", asked.id, now, amount_cents=amount_cents, **facts)
        try:
            with explained(), self._recorder.recording(actor, account.item_id):
                said = self._plaid.evaluate(
                    token, account.plaid_account_id, id=asked.id, cents=amount_cents, customer_id=account.customer_id
                )
        except ProviderRejected as error:
            if error.code in NO_CONSENT:
                raise _refused(_before_signal(account.institution_name)) from error
            raise
        self._recorder.record_working(actor, account.item_id)
        if said.result is None:
            raise _refused(NO_RULESET)
        now = self._clock.now()
        # Signal names no currency: it knows accounts in the United States, and amounts in dollars.
        balance = Balance(said.available_cents, said.current_cents, CURRENCY, now, asked.id)
        with self._store.transaction():
            self._store.risk.answer(asked.id, said.result, said.note)
            private = self._store.private.seal(account.customer_id, {"available_cents": said.available_cents})
            result = said.result.value
            self._store.trail.append(actor, "risk.assessed", asked.id, now, private=private, result=result, **facts)
        return balance

    def find(self, balance: Balance) -> Assessment | None:
        """The assessment that a balance came with."""
        return self._store.risk.get(balance.assessment_id) if balance.assessment_id else None

    def require(
        self, balance: Balance, left_cents: int | None, amount_cents: int, account_id: str, *, looked: bool
    ) -> None:
        """Nothing where the debit may be ordered. Raises Refused: not assessed, assessed too long ago, or too risky.

        `left_cents` is what our own debits on their way leave of the balance, which Signal does not know of.
        """
        found = self.find(balance)
        asked = found and (found.bank_account_id, found.amount_cents) == (account_id, amount_cents)
        if found is None or found.result is None or not asked or found.debit_id is not None:
            raise _refused(NOT_ASSESSED)
        if not timedelta(minutes=-1) <= self._clock.now() - found.asked_at <= BALANCE_LIFE:
            raise _refused(TOO_OLD)
        if found.result is RiskResult.REROUTE:
            raise _refused(_rerouted(found.note))
        if needs_look(found, left_cents) and not looked:
            raise _refused(NOT_LOOKED)

    def attach(self, actor: Actor, balance: Balance, debit_id: str, *, looked: bool) -> dict[str, object]:
        """Keep under which assessment a debit is ordered, in the caller's transaction; returns the audit facts."""
        found = self.find(balance) if self.is_on else None
        if found is None or found.result is None:
            return {}
        self._store.risk.attach(found.id, debit_id, actor.name if looked else None)
        return {"risk": found.result.value, "assessment": found.id, "looked": looked}

    def report_due(self) -> int:
        """Order the reports of what has been decided and of what came back. Returns how many."""
        ordered, now = [], self._clock.now()
        for id in self._store.risk.decided(now - BALANCE_LIFE - GRACE):
            ordered.append(self._jobs.order(KIND, id, Actor.system(), step="decision", action="risk_report.ordered"))
        for id, network_code, reason in self._store.risk.returned():
            code = return_code(network_code, reason)
            with self._store.transaction():
                if code is None:
                    self._store.risk.end_return(id, now)
                    self._store.trail.append(Actor.system(), "risk.return_without_code", id, now, reason=reason)
                    continue
                order = self._jobs.order(KIND, id, Actor.system(), step="return", action="risk_report.ordered")
                if order is not None:
                    self._store.risk.keep_return(id, code)
                ordered.append(order)
        for job in filter(None, ordered):  # none where another process has ordered it meanwhile
            self._jobs.start(job.id)
        return len(ordered)


def needs_look(assessment: Assessment, left_cents: int | None) -> bool:
    """Whether a person has to confirm that they looked: Signal says so, or our own debits leave too little."""
    short = left_cents is not None and left_cents < assessment.amount_cents
    return assessment.result is RiskResult.REVIEW or short


def _refused(problem: Problem) -> Refused:
    return Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)


def _rerouted(note: str | None) -> Problem:
    rule = f" Your rule says: {note.rstrip('.')}." if note else ""
    return Problem(
        "This debit is too likely to come back: do not take it by ACH.",
        f"Plaid compared it with your rules and says to use another way of payment.{rule} Nothing was done.",
        "Ask the customer to pay by card, check or wire, or to pay a smaller amount; then check again.",
        "risk_reroute",
    )


def _before_signal(bank: str) -> Problem:
    return Problem(
        f"The customer has not yet allowed Plaid to judge debits at {bank}.",
        "The bank was linked before PLAID_RISK was set to `signal`. Nothing was done.",
        "Relink with the customer, who agrees when they sign in; the account stays.",
        "risk_consent",
    )


NO_RULESET = Problem(
    "Plaid gave no decision about this debit: no ruleset applies.",
    "Nothing was done.",
    "Make a ruleset in Plaid's Dashboard (Signal > Rules), and set PLAID_RULESET to its key.",
    "risk_ruleset",
)
NOT_ASSESSED = Problem(
    "The risk of this debit was not checked.",
    "Nothing was done. A check is good for one debit of the amount that it was made for.",
    "Check the risk, then confirm.",
    "risk_missing",
)
TOO_OLD = Problem(
    "The risk was checked more than ten minutes ago.", "It may have changed.", "Check the risk again.", "old_risk"
)
NOT_LOOKED = Problem(
    "Somebody has to look at this debit before it is sent.",
    "Plaid expects a higher risk that it comes back. Nothing was done.",
    "Look at the customer's payments, and confirm that you did.",
    "risk_review",
)
