"""Changing the encryption key while the desk runs: everything stored is sealed anew under the newest key."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, require
from dashboard.store.audit_trail import Trail
from dashboard.store.encryption.columns import SealedColumns
from dashboard.store.engine.database import Database


def rotate(
    actor: Actor,
    database: Database,
    sealed: SealedColumns,
    trail: Trail,
    clock: Clock,
    on_progress: Callable[[int], None],
) -> int:
    """Seal every stored secret under the newest key of ACH_DESK_KEY; returns how many.

    Each batch is a transaction of its own: the desk goes on working, and a stop in the middle leaves every secret
    readable with the old and new keys together. Run it again then. Raises UnreadableSecret where a key is missing.
    """
    require(actor, Permission.ADMIN)
    place, renewed = sealed.renew_batch()
    total = renewed
    while place:
        on_progress(total)
        place, renewed = sealed.renew_batch(place)
        total += renewed
    with database.transaction():
        trail.append(actor, "keys.rotated", "vault", clock.now(), secrets=total)
    return total
