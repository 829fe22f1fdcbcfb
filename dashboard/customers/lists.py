"""Customers as a list that somebody scrolls through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.clock import Clock
from dashboard.domain.lists import ListFilter, say_filter
from dashboard.domain.models import Actor, Customer
from dashboard.domain.searches import LONGEST
from dashboard.lists import Lists
from dashboard.staff.access import Permission
from dashboard.store import Store


@dataclass(frozen=True)
class CustomerFilter(ListFilter):
    """A text in name, e-mail, reference or at the beginning of an id."""

    text: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> CustomerFilter:
        """The filter in an address."""
        return cls(query.get("text", "")[: LONGEST + 1])  # one more than may be searched for: refused, not cut

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        return say_filter("All customers", "Customers", text=self.text)


class CustomerLists(Lists[CustomerFilter, str, Customer]):
    """Customers, but those who were merged into others or erased."""

    subject = "customers"
    permission = Permission.VIEW_CUSTOMERS

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock, store.customers.listing)

    def _resolve(self, _actor: Actor, wanted: CustomerFilter) -> str:
        return wanted.text

    def _read(self, _actor: Actor, ids: Sequence[str]) -> Mapping[str, Customer]:
        return self._store.customers.several(ids)
