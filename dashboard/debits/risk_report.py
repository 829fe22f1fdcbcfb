"""Reporting back to Plaid's Signal what became of a debit that it assessed: a durable job of one step."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError, ProviderRejected
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Assessment, DebitState, Problem, RiskResult
from dashboard.gateways.link_provider import LinkProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import BaseKind, Blocked, Canceled, Done, Failed, Next, Step, back_off
from dashboard.store import Store

KIND = "risk_report"


class RiskReportKind(BaseKind):
    """Tells Plaid whether an assessed debit was made, or that it came back. Each only sets a value: it may be repeated.

    The subject is the assessment.
    """

    name = KIND

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock) -> None:
        self._store, self._plaid, self._clock = store, plaid, clock

    @property
    def steps(self) -> Mapping[str, Step]:
        """Two reports, each of its own job."""
        return {"decision": self._decision, "return": self._return}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """Each ends."""
        return {
            "decision": frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELED}),
            "return": frozenset({JobState.DONE, JobState.FAILED}),
        }

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A no is waited out for most of a day, since a contract or a setting at Plaid may be corrected meanwhile."""
        if not isinstance(error, ProviderRejected):
            return Failed(problem) if isinstance(error, InputError) else Blocked(problem)
        further = back_off(job, problem, "")
        return further if isinstance(further, Blocked) else Failed(problem)

    def title(self, job: Job) -> str:
        """Which debit, or what amount where none was made."""
        found = self._store.risk.get(job.subject)
        debit = self._store.debits.get(found.debit_id) if found and found.debit_id else None
        what = "return" if job.step == "return" else "decision"
        return f"Report of a {what} to Plaid Signal" + (f": debit {debit.invoice_reference}" if debit else "")

    def _decision(self, run: Run) -> None:
        found = self._find(run)
        debit = self._store.debits.get(found.debit_id) if found.debit_id else None
        made = debit is not None and debit.state is DebitState.SUBMITTED
        try:
            self._plaid.report_decision(found.id, initiated=made, outcome=outcome_of(found, made))
        except ProviderRejected:
            if found.result is not None:
                raise
            with run.moving(Canceled(), "risk.not_assessed"):  # the question itself never arrived
                self._store.risk.end_decision(found.id, made, self._clock.now())
            return
        with run.moving(Done(), "risk.decision_reported", made=made, debit=found.debit_id):
            self._store.risk.end_decision(found.id, made, self._clock.now())

    def _return(self, run: Run) -> None:
        found = self._find(run)
        code = str(self._store.risk.return_code(found.id))
        self._plaid.report_return(found.id, code, run.job.ordered_at)
        with run.moving(Done(), "risk.return_reported", code=code, debit=found.debit_id):
            self._store.risk.end_return(found.id, self._clock.now())

    def _find(self, run: Run) -> Assessment:
        return require_found(self._store.risk.get(run.job.subject), "assessment")


def outcome_of(assessment: Assessment, made: bool) -> str | None:
    """Plaid's `decision_outcome`; None where a debit that was accepted was not made for reasons of our own."""
    if made:
        return "APPROVE"
    return None if assessment.result in {None, RiskResult.ACCEPT} else "REJECT"
