"""Changing Plaid's access tokens for new ones: after a leak, or because a rule asks for it once a year.

The old token is dead the moment Plaid takes the request, so a row says `sent` before the call. Where the reply is lost
the old token is tried: if it still works nothing was changed and the request is sent again; if not, the new one is lost
for good. Then the connection has to be linked anew, and says so under *Needs attention*: visible, never silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.access import Permission, require, require_proof
from dashboard.clock import Clock
from dashboard.errors import DeskError, LeaseLost, ProviderError, ProviderRejected, Refused, StoreUnavailable
from dashboard.gateways.provider import LinkProvider
from dashboard.leases import LEASE, is_dead, new_owner
from dashboard.models import Actor, Item, ItemState, Problem, Secret
from dashboard.problems import explain
from dashboard.store.core import CoreStore
from dashboard.store.token_rotations import Rotation, TokenRotation
from dashboard.worker import Runner

AGAIN = timedelta(minutes=1)
# Plaid, of a token that is none any more; ITEM_NOT_FOUND where the whole Item went meanwhile.
DEAD = frozenset({"INVALID_ACCESS_TOKEN", "ITEM_NOT_FOUND"})


@dataclass(frozen=True)
class TokenStand:
    """How the access tokens stand: how many Plaid can change, how many changes go on, what the last ones came to."""

    changeable: int
    going_on: int
    done: int
    refused: int
    lost: int


class PlaidTokens:
    """Changes access tokens, one connection after the other."""

    def __init__(self, store: CoreStore, plaid: LinkProvider, clock: Clock, worker: Runner) -> None:
        self._store, self._plaid, self._clock, self._worker = store, plaid, clock, worker

    def rotate(self, actor: Actor) -> int:
        """Have every access token changed for a new one; returns how many. The worker does it.

        Raises AccessDenied, with the code `proof` where a fresh sign-in or the PIN is asked for.
        """
        require(actor, Permission.ADMIN)
        require_proof(actor, "Changing Plaid's access tokens", self._clock.real())
        now = self._clock.now()
        with self._store.transaction():
            rows = self._store.token_rotations
            ids = [id for id in rows.candidates() if rows.want(id, actor.name, actor.address, now)]
            self._store.trail.append(actor, "tokens.rotation_ordered", "items", now, connections=len(ids))
        for id in ids:
            self._worker.submit(self.run, id)
        return len(ids)

    def stand(self, actor: Actor) -> TokenStand:
        """How the tokens stand."""
        require(actor, Permission.VIEW_SETUP)
        counts = self._store.token_rotations.counts()
        return TokenStand(
            changeable=len(self._store.token_rotations.candidates()),
            going_on=counts.get(Rotation.WANTED, 0) + counts.get(Rotation.SENT, 0),
            done=counts.get(Rotation.DONE, 0),
            refused=counts.get(Rotation.REFUSED, 0),
            lost=len(self._store.token_rotations.lost()),
        )

    def lost(self, actor: Actor) -> list[tuple[TokenRotation, Item]]:
        """Connections whose token is gone for good, and that have to be linked anew."""
        require(actor, Permission.VIEW_ACCOUNTS)
        found = [(one, self._store.items.get(one.id)) for one in self._store.token_rotations.lost()]
        return [(one, item) for one, item in found if item is not None]

    def resume_all(self) -> int:
        """At start: free what a dead process held, and go on. Returns how many there were."""
        for one in self._store.token_rotations.open():
            if is_dead(one.lease_owner):
                self._store.token_rotations.drop(one.id, str(one.lease_owner))
        return self.run_due()

    def run_due(self) -> int:
        """Go on with every change whose turn it is; returns how many there were."""
        due = self._store.token_rotations.due(self._clock.real())
        for id in due:
            self.run(id)
        return len(due)

    def run(self, id: str) -> None:
        """Change one connection's token; what stops it is kept in its row."""
        owner, now = new_owner(), self._clock.real()
        if not self._store.token_rotations.take(id, owner, now, now + LEASE):
            return
        try:
            rotation = self._store.token_rotations.get(id)
            if rotation is None or rotation.ended_at is not None:
                return
            self._change(rotation, owner)
        except LeaseLost:
            return
        finally:
            self._store.token_rotations.drop(id, owner)

    def _change(self, rotation: TokenRotation, owner: str) -> None:
        rows = self._store.token_rotations
        try:
            token = self._store.items.access_token(rotation.id)
            if rotation.state is Rotation.SENT and self._is_dead(token):
                self._keep_lost(rotation, owner)
                return
        except (LeaseLost, StoreUnavailable):
            raise
        except (Refused, ProviderRejected) as error:  # the connection was removed, or Plaid says no
            self._end(rotation, owner, Rotation.REFUSED, explain(error))
            return
        except DeskError as error:
            rows.save(
                rotation.id, owner, rotation.state, self._clock.now(), problem=explain(error), next_at=self._later()
            )
            return
        rows.save(rotation.id, owner, Rotation.SENT, self._clock.now())
        try:
            new = self._plaid.invalidate_access_token(token)
        except ProviderError as error:
            if getattr(error, "maybe_done", False):
                rows.save(
                    rotation.id, owner, Rotation.SENT, self._clock.now(), problem=explain(error), next_at=self._later()
                )
            else:
                self._end(rotation, owner, Rotation.REFUSED, explain(error))
            return
        self._keep(rotation, owner, new)

    def _is_dead(self, token: Secret) -> bool:
        """Whether Plaid knows the old token no more. Raises ProviderError where Plaid does not say."""
        try:
            self._plaid.item(token)
        except ProviderRejected as error:
            if error.code in DEAD:
                return True
            raise
        return False

    def _keep(self, rotation: TokenRotation, owner: str, token: Secret) -> None:
        now = self._clock.now()
        with self._store.transaction():
            self._store.items.replace_token(rotation.id, token, now)
            self._store.token_rotations.save(rotation.id, owner, Rotation.DONE, now)
            self._store.trail.append(_actor(rotation), "item.token_changed", rotation.id, now)

    def _end(self, rotation: TokenRotation, owner: str, state: Rotation, problem: Problem) -> None:
        now = self._clock.now()
        with self._store.transaction():
            self._store.token_rotations.save(rotation.id, owner, state, now, problem=problem)
            self._store.trail.append(
                _actor(rotation),
                f"item.token_{state.value}",
                rotation.id,
                now,
                code=problem.code,
                request_id=problem.request_id,
            )

    def _keep_lost(self, rotation: TokenRotation, owner: str) -> None:
        item, now = self._store.items.get(rotation.id), self._clock.now()
        with self._store.transaction():
            self._end(rotation, owner, Rotation.LOST, LOST)
            if item is None or item.state.is_ended:
                return
            self._store.items.set_state(rotation.id, ItemState.REVOKED, now)
            before = {"state": item.state.value}
            after = {"state": ItemState.REVOKED.value}
            self._store.trail.append(_actor(rotation), "item.health", rotation.id, now, before=before, after=after)

    def _later(self) -> datetime:
        return self._clock.real() + AGAIN


def _actor(rotation: TokenRotation) -> Actor:
    return Actor(rotation.wanted_by, frozenset(), rotation.address)


LOST = Problem(
    "The new access token of this connection never arrived.",
    "Plaid had ended the old one by then, so its balance can no longer be asked for; nothing was charged.",
    "Link the bank again with the customer.",
    "token_lost",
)
