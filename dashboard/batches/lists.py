"""The rows of a batch as a list that somebody scrolls through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.domain.batch_row_filter import BatchRowFilter
from dashboard.domain.batches import RowOutcome
from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor
from dashboard.lists import Lists
from dashboard.staff.access import Permission
from dashboard.store import Store


class BatchRowLists(Lists[BatchRowFilter, BatchRowFilter, RowOutcome]):
    """Rows of one batch, each with what became of it."""

    subject = "batch_rows"
    permission = Permission.VIEW_PAYMENTS

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock, store.batch_reading.listing)

    def _resolve(self, _actor: Actor, wanted: BatchRowFilter) -> BatchRowFilter:
        return wanted

    def _read(self, _actor: Actor, ids: Sequence[str]) -> Mapping[str, RowOutcome]:
        return self._store.batch_reading.several(ids)
