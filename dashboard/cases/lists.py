"""Cases as a list that somebody scrolls through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.domain.case_filter import MINE, CaseFilter
from dashboard.domain.cases import Case
from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor
from dashboard.domain.searches import search_words
from dashboard.lists import Lists
from dashboard.settings import Settings
from dashboard.staff.access import Permission
from dashboard.store import Store
from dashboard.store.cases.rows import CaseSearch


class CaseLists(Lists[CaseFilter, CaseSearch, Case]):
    """Cases; "mine" are those of whoever reads, overdue is as of today."""

    subject = "cases"
    permission = Permission.VIEW_PAYMENTS

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        super().__init__(store, clock, store.cases.listing)
        self._zone = settings.timezone

    def _resolve(self, actor: Actor, wanted: CaseFilter) -> CaseSearch:
        mine = replace(wanted, assignee=actor.name) if wanted.assignee == MINE else wanted
        today, words = self._clock.now().astimezone(self._zone).date(), search_words(wanted.text)
        keys = self._store.cases.payment_keys() if words else []
        return CaseSearch(mine, today, {one: self._store.payments.find_among(keys, one, today) for one in words})

    def _read(self, _actor: Actor, ids: Sequence[str]) -> Mapping[str, Case]:
        return self._store.cases.lines(ids)
