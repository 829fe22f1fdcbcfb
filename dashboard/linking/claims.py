"""Claiming Link's outcome: kept once, by its id and by its public token, before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, AttemptKind, AttemptState, LinkAttempt, Problem
from dashboard.jobs import Jobs
from dashboard.linking.outcome import Outcome, read_evidence, read_outcome
from dashboard.linking.plaid_steps import not_depository
from dashboard.linking.questions import KIND, DuplicateAnswer
from dashboard.mandates.wording import write_text
from dashboard.messages.problems import explain_exit
from dashboard.settings import Settings
from dashboard.store import Store

OPEN_STATES = frozenset({AttemptState.OPENED, AttemptState.EXITED})  # Link can be opened again after an exit


class Claims:
    """Turns a browser's report into a job, and a person's answers into its next step."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs) -> None:
        self._store, self._clock, self._settings, self._jobs = store, clock, settings, jobs

    def claim(
        self, actor: Actor, attempt: LinkAttempt, raw: Mapping[str, object], evidence: Mapping[str, object]
    ) -> str:
        """Keep the outcome and return the id of the attempt that it belongs to. Raises InputError."""
        relinks = attempt.kind is not AttemptKind.LINK
        outcome = read_outcome(raw, needs_token=not relinks)
        with self._store.transaction():
            claimed = self._store.attempts.claimed_by(outcome.id, outcome.public_token)
            if claimed is not None:
                return claimed
            attempt = self._store.attempts.get(attempt.id) or attempt
            is_open = attempt.state in OPEN_STATES
            if outcome.public_token is not None and not is_open and not relinks:
                attempt = self._add_sibling(actor, attempt)
            now = self._clock.now()
            self._store.attempts.claim(
                attempt.id,
                outcome.id,
                outcome.kind,
                public_token=outcome.public_token,
                detail=outcome.detail,
                events=outcome.events,
                at=now,
            )
            if relinks and outcome.kind == "success":
                if is_open:
                    self._keep_relink(actor, attempt, outcome)
            elif outcome.public_token is not None:
                self._keep_success(actor, attempt, outcome, evidence)
            elif is_open:
                self._keep_exit(attempt, outcome)
            self._store.trail.append(
                actor,
                f"{attempt.kind.value}.{outcome.kind}",
                attempt.id,
                now,
                outcome=outcome.id,
                link_session_id=outcome.link_session_id,
                institution=outcome.institution_id,
                accounts=len(outcome.accounts),
            )
        return attempt.id

    def _add_sibling(self, actor: Actor, attempt: LinkAttempt) -> LinkAttempt:
        """A second bank out of one opening of Link is an attempt of its own: no token that Link gave is dropped."""
        now = self._clock.now()
        sibling = LinkAttempt(
            id=new_id("link"),
            customer_id=attempt.customer_id,
            generation=attempt.generation,
            state=AttemptState.OPENED,
            operator=actor.name,
            created_at=now,
            updated_at=now,
        )
        self._store.attempts.add(sibling, operator_address=actor.address)
        accepted = self._store.acceptances.get(attempt.id)
        if accepted is not None:
            self._store.acceptances.add(sibling.id, accepted)
        return sibling

    def _keep_success(
        self, actor: Actor, attempt: LinkAttempt, outcome: Outcome, evidence: Mapping[str, object]
    ) -> None:
        customer = self._store.customers.get(attempt.customer_id)
        facts: dict[str, object] = {**read_evidence(evidence), "received_at": int(self._clock.now().timestamp())}
        accepted = self._store.acceptances.get(attempt.id)
        if accepted is not None:  # the facts of the browser in which it was accepted, not of the one that ran Link
            facts |= {**accepted.facts, "accepted": accepted.how, "accepted_at": int(accepted.accepted_at.timestamp())}
            facts |= {"language": accepted.language, "business_name": accepted.business_name}
            facts["authorization"] = {name: getattr(accepted, name) for name in ("text", "version", "language")}
        elif customer is not None:
            facts["authorization"] = vars(write_text(customer, self._settings.business_name, self._settings.contact))
        usable = [account for account in outcome.accounts if account.is_depository]
        picked = next((one for one in outcome.accounts if one.id == outcome.account_id), None)
        problem: Problem | None = None
        if (picked is not None and not picked.is_depository) or (outcome.accounts and not usable):
            problem = not_depository((picked,) if picked else outcome.accounts)
        self._store.attempts.save(
            attempt.id,
            secrets={"public_token": None if problem else outcome.public_token},
            accounts=outcome.accounts,
            evidence=facts,
            outcome_id=outcome.id,
            account_id=outcome.account_id,
            institution_id=outcome.institution_id,
            institution_name=outcome.institution_name,
            link_session_id=outcome.link_session_id,
        )
        self._store.attempts.move(attempt.id, AttemptState.FAILED if problem else AttemptState.RECEIVED, problem)
        if problem is None:
            self._jobs.order(KIND, attempt.id, actor, step="exchange")

    def _keep_relink(self, actor: Actor, attempt: LinkAttempt, outcome: Outcome) -> None:
        """The customer has signed in again; the public token of update mode is not kept, for it is never exchanged."""
        self._store.attempts.save(attempt.id, outcome_id=outcome.id, link_session_id=outcome.link_session_id)
        self._store.attempts.move(attempt.id, AttemptState.RECEIVED)
        self._jobs.order(KIND, attempt.id, actor, step="check")

    def _keep_exit(self, attempt: LinkAttempt, outcome: Outcome) -> None:
        gone = outcome.kind == "unavailable" or outcome.popup_blocked
        problem = _unavailable(outcome) if gone else explain_exit(outcome.error, outcome.status, outcome.request_id)
        self._store.attempts.move(attempt.id, AttemptState.EXITED, problem)
        self._store.attempts.save(
            attempt.id,
            outcome_id=outcome.id,
            institution_id=outcome.institution_id or attempt.institution_id,
            institution_name=outcome.institution_name or attempt.institution_name,
            link_session_id=outcome.link_session_id,
        )

    def choose(self, actor: Actor, attempt: LinkAttempt, account_id: str) -> None:
        """Take one of the accounts that were offered. Raises InputError, Refused."""
        picked = next((one for one in attempt.accounts if one.id == account_id), None)
        if picked is None:
            raise InputError("This account was not offered.", action="Pick one from the list.", code="not_offered")
        if not picked.is_depository:
            problem = not_depository((picked,))
            raise Refused(problem.what, meaning=problem.meaning, action="Pick another one.", code=problem.code)
        private = self._store.private.seal(attempt.customer_id, {"account": picked.name})
        facts = {"customer": attempt.customer_id, "private": private}
        self._store.attempts.save(attempt.id, account_id=picked.id)
        self._answer(actor, attempt, "tokenize" if attempt.item_id else "exchange", "link.account_chosen", **facts)

    def answer_duplicate(self, actor: Actor, attempt: LinkAttempt, answer: DuplicateAnswer) -> None:
        """Go on, in the place of the account that is linked already or beside it, or end with that one."""
        work = self._store.attempts.work(attempt.id)
        duplicate = self._store.accounts.get(work.duplicate_of or "") if work else None
        if answer is not DuplicateAnswer.USE:
            replaces = duplicate.id if duplicate and answer is DuplicateAnswer.REPLACE else None
            self._store.attempts.save(attempt.id, duplicate_allowed=1, replaces=replaces)
        step = "use" if answer is DuplicateAnswer.USE else "exchange"
        self._answer(actor, attempt, step, "link.duplicate_answered", answer=answer.value)

    def _answer(self, actor: Actor, attempt: LinkAttempt, step: str, action: str, **facts: object) -> None:
        job = self._store.jobs.find(KIND, attempt.id)
        self._jobs.answer(actor, job.id if job else "", step, action=action, **facts)


def _unavailable(outcome: Outcome) -> Problem:
    error = outcome.error or {}
    said = str(error.get("error_message") or error.get("message") or "")
    code = str(error.get("error_code") or error.get("code") or "")
    blocked = outcome.popup_blocked or "popup" in (code + said).lower() or "pop-up" in said.lower()
    if blocked:
        return Problem(
            "The browser blocked the bank's pop-up window.",
            "The bank's sign-in page opens in a separate window.",
            "Allow pop-ups for this page, then open Link again.",
            code or "popup_blocked",
        )
    return Problem(
        "Plaid Link could not be loaded in this browser.",
        "No bank can be linked from here; the network, a blocker or a firewall stops the script.",
        "Check the connection and any ad blocker, then reload; the Setup page tests whether the script is reachable.",
        code or "link_unavailable",
    )
