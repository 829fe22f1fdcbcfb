"""Payouts as a list that somebody scrolls through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.lists import Lists
from dashboard.payouts import PayoutLine, read_line
from dashboard.staff.access import Permission
from dashboard.store import Store


class PayoutLists(Lists[PayoutFilter, PayoutFilter, PayoutLine]):
    """Payouts, with whether each ties; a payout is newer by when Stripe made it."""

    subject = "payouts"
    permission = Permission.VIEW_PAYMENTS

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock, store.payouts.listing)

    def _resolve(self, _actor: Actor, wanted: PayoutFilter) -> PayoutFilter:
        return wanted

    def _read(self, _actor: Actor, ids: Sequence[str]) -> Mapping[str, PayoutLine]:
        return {id: read_line(line) for id, line in self._store.payouts.lines(ids).items()}
