"""Views of the payments page that a person keeps under a name of their own; each change is audited with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payments import check_sort
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.payments.questions import SORTS
from dashboard.store.sql import from_epoch

NAME_LIMIT = 40  # what fits on a button
COUNT_LIMIT = 30  # more than a person finds again in a list


@dataclass(frozen=True)
class SavedView:
    """One view: its name, what it shows, and in which order."""

    name: str
    wanted: PaymentFilter
    saved_at: datetime
    sort: str = "created"
    descending: bool = True

    def to_query(self) -> dict[str, str]:
        """The view as address parameters; the order is always said."""
        return {**self.wanted.to_query(), "sort": self.sort, **({} if self.descending else {"order": "up"})}


class SavedViews:
    """Keeps and finds one's own views; nobody sees another person's."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def list(self, actor: Actor) -> list[SavedView]:
        """The person's views by name; a part of a filter that is no longer known is left out."""
        require(actor, Permission.VIEW_PAYMENTS)
        return [
            _read(row["name"], dict(parse_qsl(row["query"])), from_epoch(row["saved_at"]))
            for row in self._store.saved_views.list(actor.name)
        ]

    def save(
        self, actor: Actor, name: str, wanted: PaymentFilter, sort: str = "created", *, descending: bool = True
    ) -> None:
        """Keep a filter and its order under a name; the same name again replaces it. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_sort(sort)
        name = " ".join(name.split())
        if not name or len(name) > NAME_LIMIT:
            raise InputError("A view needs a name.", action=f"Give it one of up to {NAME_LIMIT} characters.")
        known = {view.name.casefold() for view in self.list(actor)}
        if name.casefold() not in known and len(known) >= COUNT_LIMIT:
            raise InputError(f"You have {COUNT_LIMIT} views already.", action="Remove one that you no longer use.")
        view = SavedView(name, wanted, self._clock.now(), sort, descending)
        query, now = urlencode(view.to_query()), view.saved_at
        with self._store.transaction():
            self._store.saved_views.save(actor.name, name, query, now)
            parts = sorted(wanted.to_query())  # not what they look for, nor the name: either may be a customer's
            self._store.trail.append(actor, "view.saved", f"person:{actor.name}", now, filters=parts)

    def remove(self, actor: Actor, name: str) -> None:
        """Forget a view. Raises InputError where there is none of that name."""
        require(actor, Permission.VIEW_PAYMENTS)
        now = self._clock.now()
        with self._store.transaction():
            if not self._store.saved_views.remove(actor.name, name):
                raise InputError("There is no such view.", action="Reload the page to see your saved views.")
            self._store.trail.append(actor, "view.removed", f"person:{actor.name}", now)


def _read(name: str, query: dict[str, str], saved_at: datetime) -> SavedView:
    """A view as it was kept; one of an older version has no order and gets the table's own."""
    sort = query.get("sort", "")
    known = sort if sort in SORTS else "created"
    return SavedView(name, PaymentFilter.from_query(query), saved_at, known, query.get("order") != "up")
