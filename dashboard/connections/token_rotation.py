"""Changing Plaid's access tokens for new ones: after a leak, or because a rule asks for it once a year.

The old token is dead the moment Plaid takes the request, so a row says `sent` before the call. Where the reply is lost
the old token is tried: if it still works nothing was changed and the request is sent again; if not, the new one is lost
for good. Then the connection has to be linked anew, and says so in the *Inbox*: visible, never silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderError, ProviderRejected
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import ENDED, Job, JobState
from dashboard.domain.models import Actor, Item, ItemState, Problem, Secret
from dashboard.gateways.link_provider import LinkProvider
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Done, Failed, Next, Step, To, Unknown
from dashboard.messages.problems import explain
from dashboard.staff.access import Permission, require, require_proof
from dashboard.store import Store
from dashboard.store.connections.token_rotations import Rotation

KIND = "token_rotation"
# Plaid, of a token that is none any more; ITEM_NOT_FOUND where the whole Item went meanwhile.
DEAD = frozenset({"INVALID_ACCESS_TOKEN", "ITEM_NOT_FOUND"})
TOKEN_LOST = "token_lost"  # noqa: S105  the code of a problem
LOST = Problem(
    "The new access token of this connection never arrived.",
    "Plaid had ended the old one by then, so its balance can no longer be asked for; nothing was charged.",
    "Link the bank again with the customer.",
    TOKEN_LOST,
)
ACTIONS: dict[type, str] = {Done: "item.token_changed", Failed: "item.token_refused", Unknown: "item.token_unknown"}


class TokenRotationKind(BaseKind):
    """`send` makes the first call; `check` looks whether the old token is dead, and sends only where it works."""

    name = KIND

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock) -> None:
        self._store, self._plaid, self._clock = store, plaid, clock

    @property
    def steps(self) -> Mapping[str, Step]:
        """Whatever is not the first call, minutes after the order in the same process, is a check."""
        return {"send": self._send, "check": self._check}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """A check never goes back to a call without a look."""
        return {
            "send": frozenset({"check", JobState.DONE, JobState.FAILED}),
            "check": frozenset({JobState.UNKNOWN, JobState.DONE, JobState.FAILED}),
        }

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the rotation's own state true to its job."""
        if job.state not in ENDED:
            state = Rotation.SENT if job.step == "check" else Rotation.WANTED
        elif job.state is JobState.DONE:
            state = Rotation.DONE
        else:
            state = Rotation.LOST if job.problem and job.problem.code == TOKEN_LOST else Rotation.REFUSED
        self._store.token_rotations.set_state(job.subject, state)

    def action(self, next: Next) -> str:
        """The trail's words for what an error made of it."""
        return ACTIONS.get(type(next), "item.token_waits")

    def title(self, job: Job) -> str:
        """The bank's name."""
        item = self._store.items.get(job.subject)
        return f"New access token of {item.institution_name if item else job.subject}"

    # Steps.

    def _send(self, run: Run) -> None:
        if run.is_first():
            self._change(run, self._store.items.access_token(run.job.subject))
        else:
            run.move(To("check"), "item.token_looked_for")

    def _check(self, run: Run) -> None:
        token = self._store.items.access_token(run.job.subject)
        try:
            dead = self._is_dead(token)
        except ProviderRejected as error:  # a no to the question says nothing of the token
            run.move(Unknown(explain(error)), "item.token_unknown", code=error.code, request_id=error.request_id)
            return
        if dead:
            self._keep_lost(run)
        else:
            self._change(run, token)

    def _change(self, run: Run, token: Secret) -> None:
        item_id = run.job.subject
        with run.committing():
            self._store.token_rotations.set_state(item_id, Rotation.SENT)
        try:
            new = run.attempt(new_id("key"), lambda: self._plaid.invalidate_access_token(token), lambda: None)
        except ProviderError as error:
            tries = self._store.jobs.tries(run.job.id)
            if getattr(error, "maybe_done", False):
                problem = explain(error)
                next: Next = Unknown(problem) if run.job.step == "check" else To("check", self.pause(1), problem)
                run.move(next, "item.token_unknown", code=error.code, request_id=error.request_id)
            elif error.code in DEAD and any(one.is_doubtful for one in tries):  # an earlier request got through late
                self._keep_lost(run)
            else:
                raise
            return
        with run.moving(Done(), "item.token_changed"):
            self._store.items.replace_token(item_id, new, self._clock.now())

    def _is_dead(self, token: Secret) -> bool:
        """Whether Plaid knows the old token no more. Raises ProviderError where Plaid does not say."""
        try:
            self._plaid.item(token)
        except ProviderRejected as error:
            if error.code in DEAD:
                return True
            raise
        return False

    def _keep_lost(self, run: Run) -> None:
        item_id, now = run.job.subject, self._clock.now()
        with self._store.transaction():
            run.move(Failed(LOST), "item.token_lost", code=LOST.code)
            item = self._store.items.get(item_id)
            if item is None or item.state.is_ended:
                return
            self._store.items.set_state(item_id, ItemState.REVOKED, now)
            before, after = {"state": item.state.value}, {"state": ItemState.REVOKED.value}
            self._store.trail.append(run.job.actor, "item.health", item_id, now, before=before, after=after)


@dataclass(frozen=True)
class TokenStatus:
    """How the access tokens stand: how many Plaid can change, how many changes go on, what the last ones came to."""

    changeable: int
    going_on: int
    done: int
    refused: int
    lost: int


class PlaidTokens:
    """Orders changes of access tokens, and says how they stand."""

    def __init__(self, store: Store, clock: Clock, jobs: Jobs) -> None:
        self._store, self._clock, self._jobs = store, clock, jobs

    def rotate(self, actor: Actor) -> int:
        """Have every access token changed for a new one; returns how many. The worker does it.

        Raises AccessDenied, with the code `proof` where a fresh sign-in or the PIN is asked for.
        """
        require(actor, Permission.ADMIN)
        require_proof(actor, "Changing Plaid's access tokens", self._clock.real())
        with self._store.transaction():
            rows = self._store.token_rotations
            ordered = [self._jobs.order(KIND, id, actor, step="send") for id in rows.candidates()]
            jobs = [job for job in ordered if job is not None]
            for job in jobs:
                rows.set_state(job.subject, Rotation.WANTED)
            now = self._clock.now()
            self._store.trail.append(actor, "tokens.rotation_ordered", "items", now, connections=len(jobs))
        for job in jobs:
            self._jobs.start(job.id)
        return len(jobs)

    def status(self, actor: Actor) -> TokenStatus:
        """How the tokens stand."""
        require(actor, Permission.VIEW_SETUP)
        counts = self._store.token_rotations.counts()
        return TokenStatus(
            changeable=len(self._store.token_rotations.candidates()),
            going_on=counts.get(Rotation.WANTED, 0) + counts.get(Rotation.SENT, 0),
            done=counts.get(Rotation.DONE, 0),
            refused=counts.get(Rotation.REFUSED, 0),
            lost=len(self._store.token_rotations.lost()),
        )

    def lost(self, actor: Actor) -> list[tuple[Job, Item]]:
        """Connections whose token is gone for good, and that have to be linked anew, with the job that lost it."""
        require(actor, Permission.VIEW_ACCOUNTS)
        ids = self._store.token_rotations.lost()
        found = [(self._store.jobs.find(KIND, id), self._store.items.get(id)) for id in ids]
        return [(job, item) for job, item in found if job is not None and item is not None]
