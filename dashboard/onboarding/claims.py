"""Claiming Link's outcome: kept once, by its id and by its public token, before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.clock import Clock
from dashboard.errors import InputError, Refused
from dashboard.models import Actor, AttemptKind, AttemptState, LinkAttempt, Problem
from dashboard.onboarding.authorization import write_text
from dashboard.onboarding.outcome import Outcome, read_evidence, read_outcome
from dashboard.onboarding.questions import DuplicateAnswer, QuestionKind
from dashboard.onboarding.steps import not_depository
from dashboard.problems import explain_exit
from dashboard.settings import Settings
from dashboard.standing import Standings
from dashboard.store.core import CoreStore
from dashboard.store.rows import new_id

OPEN_STATES = frozenset({AttemptState.OPENED, AttemptState.EXITED})  # Link can be opened again after an exit


class Claims:
    """Turns a browser's report, and a person's answers, into the state from which the steps go on."""

    def __init__(self, store: CoreStore, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._standings = Standings(store, clock)

    def claim(
        self, actor: Actor, attempt: LinkAttempt, raw: Mapping[str, object], evidence: Mapping[str, object]
    ) -> str:
        """Keep the outcome and return the id of the attempt that it belongs to. Raises InputError."""
        mends = attempt.kind is not AttemptKind.LINK
        outcome = read_outcome(raw, needs_token=not mends)
        with self._store.transaction():
            claimed = self._store.attempts.claimed_by(outcome.id, outcome.public_token)
            if claimed is not None:
                return claimed
            attempt = self._store.attempts.get(attempt.id) or attempt
            is_open = attempt.state in OPEN_STATES
            if outcome.public_token is not None and not is_open and not mends:
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
            if mends and outcome.kind == "success":
                self._keep_repair(attempt, outcome, is_open)
            elif outcome.public_token is not None:
                self._keep_success(attempt, outcome, evidence)
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

    def _keep_success(self, attempt: LinkAttempt, outcome: Outcome, evidence: Mapping[str, object]) -> None:
        customer = self._store.customers.get(attempt.customer_id)
        facts: dict[str, object] = {**read_evidence(evidence), "received_at": int(self._clock.now().timestamp())}
        accepted = self._store.acceptances.get(attempt.id)
        if accepted is not None:  # the facts of the browser in which it was accepted, not of the one that ran Link
            facts |= {**accepted.facts, "accepted": accepted.how, "accepted_at": int(accepted.accepted_at.timestamp())}
            facts |= {"language": accepted.language, "business_name": accepted.business_name}
            facts["authorization"] = {name: getattr(accepted, name) for name in ("text", "version", "language")}
        elif customer is not None:
            facts["authorization"] = vars(write_text(customer, self._settings.business_name))
        usable = [account for account in outcome.accounts if account.is_depository]
        picked = next((one for one in outcome.accounts if one.id == outcome.account_id), None)
        state, question = AttemptState.RECEIVED, None
        problem: Problem | None = None
        if (picked is not None and not picked.is_depository) or (outcome.accounts and not usable):
            state, problem = AttemptState.FAILED, not_depository((picked,) if picked else outcome.accounts)
        elif picked is None and len(outcome.accounts) > 1:
            state, question = AttemptState.CHOOSING, QuestionKind.ACCOUNT.value
        self._store.attempts.save(
            attempt.id,
            state=state,
            problem=problem,
            secrets={"public_token": None if problem else outcome.public_token},
            accounts=outcome.accounts,
            evidence=facts,
            question=question,
            outcome_id=outcome.id,
            account_id=outcome.account_id,
            institution_id=outcome.institution_id,
            institution_name=outcome.institution_name,
            link_session_id=outcome.link_session_id,
        )

    def _keep_repair(self, attempt: LinkAttempt, outcome: Outcome, is_open: bool) -> None:
        """The customer has signed in again; the public token of update mode is not kept, for it is never exchanged."""
        if is_open:
            self._store.attempts.save(
                attempt.id,
                state=AttemptState.RECEIVED,
                outcome_id=outcome.id,
                link_session_id=outcome.link_session_id,
            )

    def _keep_exit(self, attempt: LinkAttempt, outcome: Outcome) -> None:
        gone = outcome.kind == "unavailable" or outcome.popup_blocked
        problem = _unavailable(outcome) if gone else explain_exit(outcome.error, outcome.status, outcome.request_id)
        self._store.attempts.save(
            attempt.id,
            state=AttemptState.EXITED,
            problem=problem,
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
        state = AttemptState.EXCHANGED if attempt.item_id else AttemptState.RECEIVED
        self._store.attempts.save(attempt.id, state=state, account_id=picked.id, question=None)
        with self._store.transaction():
            private = self._store.private.seal(attempt.customer_id, {"account": picked.name})
            facts = {"customer": attempt.customer_id, "private": private}
            self._store.trail.append(actor, "link.account_chosen", attempt.id, self._clock.now(), **facts)

    def answer_duplicate(self, actor: Actor, attempt: LinkAttempt, answer: DuplicateAnswer) -> None:
        """Go on, in the place of the account that is linked already or beside it, or end with that one."""
        attempts, now = self._store.attempts, self._clock.now()
        work = attempts.work(attempt.id)
        twin = self._store.accounts.get(work.duplicate_of or "") if work else None
        if answer is not DuplicateAnswer.USE:
            replaces = twin.id if twin and answer is DuplicateAnswer.REPLACE else None
            attempts.save(attempt.id, question=None, duplicate_allowed=1, replaces=replaces)
        else:
            if twin is not None:  # at some banks the sign-in that has just been made has ended it
                self._store.health.ask_soon(twin.item_id, now)
            obstacle = self._standings.several([twin])[twin.id] if twin else NOT_THERE
            attempts.save(
                attempt.id,
                state=AttemptState.EXITED if obstacle else AttemptState.AUTHORIZED,
                problem=obstacle,
                secrets={"public_token": None},
                question=None,
                bank_account_id=twin.id if twin else None,
                item_id=twin.item_id if twin else None,
            )
        self._store.trail.append(actor, "link.duplicate_answered", attempt.id, now, answer=answer.value)


NOT_THERE = Problem(
    "The account that was linked already is gone.",
    "It was removed while this was asked.",
    "Link the bank again.",
    "not_there",
)


def _unavailable(outcome: Outcome) -> Problem:
    error = outcome.error or {}
    said = str(error.get("error_message") or error.get("message") or "")
    code = str(error.get("error_code") or error.get("code") or "")
    blocked = outcome.popup_blocked or "popup" in (code + said).lower() or "pop-up" in said.lower()
    if blocked:
        return Problem(
            "The browser blocked the bank's pop-up window.",
            "The bank's own sign-in page opens in a window of its own.",
            "Allow pop-ups for this page, then open Link again.",
            code or "popup_blocked",
        )
    return Problem(
        "Plaid Link could not be loaded in this browser.",
        "No bank can be linked from here; the network, a blocker or a firewall stops the script.",
        "Check the connection and any ad blocker, then reload; the set-up page tests whether the script is reachable.",
        code or "link_unavailable",
    )
