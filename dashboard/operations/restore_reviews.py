"""After a restore that could not read the file it replaced: debits wait until an administrator has looked."""

from __future__ import annotations

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, require, require_proof
from dashboard.store import Store
from dashboard.store.restores import RestoreReview


class RestoreReviews:
    """Says what a restore could not know, and lets debits go on."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def open(self, actor: Actor) -> RestoreReview | None:
        """The restore that has to be looked into; None where there is none."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.restores.open()

    def confirm(self, actor: Actor, id: str) -> None:
        """Let debits go on: this administrator has compared the desk with Stripe and Plaid.

        Raises AccessDenied (code `proof`), InputError where somebody has confirmed it already.
        """
        require(actor, Permission.ADMIN)
        require_proof(actor, "Letting debits go on after a restore", self._clock.real())
        with self._store.transaction():
            review, now = self._store.restores.open(), self._clock.now()
            if review is None or review.id != id:
                raise InputError("This was decided already.", action="Reload the page.", code="already_decided")
            self._store.restores.confirm(id, actor, now)
            facts = {"backup_at": review.backup_at.isoformat(), "why": review.why.value}
            self._store.trail.append(actor, "restore.reviewed", "database", now, **facts)
