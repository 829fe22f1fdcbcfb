"""Link on the customer's own phone (Plaid: Hosted Link): the desk asks Plaid what became of it, and continues.

No browser has to be open for that: the row holds the link token, so the outcome survives a closed tab, a crash and a
restart. Plaid keeps the result for six hours (docs: link/hosted-link).
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderRejected, Refused
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Generation, LinkAttempt, Problem, Role, Secret
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.plaid_replies import LinkResult, LinkSessions
from dashboard.linking import Linking
from dashboard.messages.problems import explain
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.linking.hosted import HostedLink, Waiting
from dashboard.store.mandates.acceptances import Acceptance

log = logging.getLogger(__name__)

ASK_EVERY = timedelta(seconds=4)  # somebody stands at the counter and looks at the screen
ASK_LATER = timedelta(seconds=20)  # after ten minutes nobody does
SOON = timedelta(minutes=10)
GRACE = timedelta(minutes=30)  # a session that began before its address expired may end after that


@dataclass(frozen=True)
class PhoneLink:
    """What the screen shows while the customer is on their phone; `has_left` where they closed Link there."""

    url: str
    left: timedelta
    has_left: bool


class HostedLinks:
    """Opens Link on customers' phones and waits for the outcomes."""

    def __init__(self, store: Store, plaid: LinkProvider, linking: Linking, clock: Clock) -> None:
        self._store, self._plaid, self._linking, self._clock = store, plaid, linking, clock

    def is_offered(self) -> bool:
        """Whether this generation has Hosted Link at all."""
        return self._plaid.generation is Generation.CURRENT

    def open(self, actor: Actor, customer_id: str, accepted: Acceptance, *, hint: str | None = None) -> str:
        """Start an attempt on the customer's phone; its id. Raises Refused in the classic generation, ProviderError."""
        require(actor, Permission.LINK_BANK)
        if not self.is_offered():
            raise Refused(
                "Link on the customer's own phone does not exist in the classic generation.",
                action="Link the bank on this device.",
                code="no_hosted_link",
            )
        return self._linking.open(actor, customer_id, hint=hint, accepted=accepted, hosted=True).attempt_id

    def relink(self, actor: Actor, item_id: str) -> str:
        """Ask for a new sign-in on the customer's phone; the attempt's id. Raises as `Linking.relink`."""
        require(actor, Permission.LINK_BANK)
        return self._linking.relink(actor, item_id, hosted=True).attempt_id

    def show(self, actor: Actor, attempt: LinkAttempt) -> PhoneLink | None:
        """The address and the time left; None where the attempt is not, or no longer, on a phone."""
        require(actor, Permission.LINK_BANK)
        kept = self._store.hosted.get(attempt.id)
        if kept is None or kept.state is not Waiting.WAITING:
            return None
        if attempt.state not in {AttemptState.OPENED, AttemptState.EXITED}:
            return None
        left = max(timedelta(), kept.expires_at - self._clock.now())
        address = self._store.hosted.address(attempt.id)
        return PhoneLink(address.reveal(), left, attempt.state is AttemptState.EXITED) if address else None

    def ask_due(self, ahead: timedelta = timedelta()) -> int:
        """Ask Plaid about every phone whose turn it is; how many were asked. `ahead` asks before their turn."""
        now = self._clock.real() + ahead
        asked = 0
        for kept in self._store.hosted.due(now):
            age = self._clock.real() - kept.created_at
            if self._store.hosted.acquire(kept.attempt_id, now, now + (ASK_EVERY if age < SOON else ASK_LATER)):
                asked += 1
                self._ask_quietly(kept)
        return asked

    def poll_now(self, link_token: str) -> bool:
        """Ask about the phone of this link token at the next turn; False where none is waited for under it."""
        for kept in self._store.hosted.waiting():  # a handful: tokens are sealed, so none can be looked up
            work = self._store.attempts.work(kept.attempt_id)
            if work is not None and work.link_token is not None and work.link_token.reveal() == link_token:
                self._store.hosted.poll_now(kept.attempt_id)
                return True
        return False

    def _ask_quietly(self, kept: HostedLink) -> None:
        """One phone's trouble must not keep the others waiting: it is asked about again in its next turn."""
        try:
            self._ask(kept)
        except DeskError as error:
            log.warning("Asking what became of a phone's link ended with %s.", type(error).__name__)

    def _ask(self, kept: HostedLink) -> None:
        work = self._store.attempts.work(kept.attempt_id)
        if work is None or work.link_token is None:
            self._store.hosted.end(kept.attempt_id, Waiting.OVER)
            return
        operator = Actor(work.attempt.operator, frozenset({Role.OPS}), work.operator_address)
        try:
            sessions = self._plaid.read_link_token(work.link_token)
        except ProviderRejected as error:
            self._end(operator, work.attempt, explain(error))
            return
        if work.attempt.kind is AttemptKind.RELINK and sessions.succeeded:
            self._linking.report(operator, kept.attempt_id, write_relink(work.link_token), {})
            self._store.hosted.end(kept.attempt_id, Waiting.DONE)
            return
        for result in sessions.results:
            self._linking.report(operator, kept.attempt_id, write_success(result), {})
        if sessions.results:
            self._store.hosted.end(kept.attempt_id, Waiting.DONE)  # after the claim: a crash between asks again
            return
        left = write_exit(sessions)
        if left is not None:
            self._linking.report(operator, kept.attempt_id, left, {})
        self._end_where_over(operator, kept, work.attempt)

    def _end_where_over(self, operator: Actor, kept: HostedLink, attempt: LinkAttempt) -> None:
        if self._clock.now() >= kept.expires_at + GRACE:
            self._end(operator, attempt, TOO_LATE)

    def _end(self, operator: Actor, attempt: LinkAttempt, problem: Problem) -> None:
        with self._store.transaction():
            self._store.hosted.end(attempt.id, Waiting.OVER)
            current = self._store.attempts.get(attempt.id)
            if current is not None and current.state is AttemptState.OPENED:
                self._store.attempts.move(attempt.id, AttemptState.EXITED, problem)
            self._store.trail.append(operator, "link.phone_over", attempt.id, self._clock.now(), code=problem.code)


def write_success(result: LinkResult) -> Mapping[str, Any]:
    """What a browser would have reported of this result; its id is the same each time that Plaid is asked."""
    token = result.public_token.reveal()
    return {
        "id": f"phone:{hashlib.sha256(token.encode()).hexdigest()[:40]}",
        "kind": "success",
        "public_token": token,
        "metadata": {
            "institution": {"institution_id": result.institution_id, "name": result.institution_name},
            "accounts": [vars(account) for account in result.accounts],
            "link_session_id": result.link_session_id,
        },
    }


def write_relink(link_token: Secret) -> Mapping[str, Any]:
    """What is reported of a sign-in in update mode, which brings no token."""
    digest = hashlib.sha256(link_token.reveal().encode()).hexdigest()
    return {"id": f"phone:{digest[:40]}", "kind": "success", "metadata": {}}


def write_exit(sessions: LinkSessions) -> Mapping[str, Any] | None:
    """What a browser would have reported of the last exit; None where nobody left Link."""
    if sessions.exit is None:
        return None
    digest = hashlib.sha256(json.dumps(sessions.exit, sort_keys=True, default=str).encode()).hexdigest()
    return {
        "id": f"phone:{digest[:40]}",
        "kind": "exit",
        "error": sessions.exit.get("error"),
        "metadata": sessions.exit.get("metadata"),
    }


def is_open(left: timedelta) -> bool:
    """Whether the address can still be opened."""
    return left > timedelta()


TOO_LATE = Problem(
    "The address on the customer's phone has expired.",
    "Nothing was linked.",
    "Show a new code, or link the bank on this device.",
    "phone_expired",
)
