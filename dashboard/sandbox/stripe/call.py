"""One request to an endpoint: its instant, its checked parameters and the ids in its path."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from dashboard.sandbox.stripe import tables
from dashboard.sandbox.stripe.errors import no_such, not_imitated
from dashboard.sandbox.stripe.moment import Document, Moment


@dataclass
class Call:
    """What an endpoint is given."""

    moment: Moment
    params: dict[str, Any]
    ids: tuple[str, ...] = ()

    @property
    def db(self) -> sqlite3.Connection:
        """The tables."""
        return self.moment.db

    def find(self, kind: str, id: str | None, what: str, param: str | None = None) -> Document:
        """A document that must be there; raises the 404 of a path, or the 400 of the parameter `param`."""
        document = tables.get(self.db, kind, id)
        if document is None:
            raise no_such(what, str(id), param or "id", 400 if param else 404)
        return document

    def row(self, table: str, id: str | None, what: str, param: str | None = None) -> Document:
        """A row that must be there; raises as `find` does."""
        row = tables.row_of(self.db, table, id)
        if row is None:
            raise no_such(what, str(id), param or "id", 400 if param else 404)
        return row

    def only(self, imitated: frozenset[str], what: str) -> None:
        """Refuse (501) a parameter that Stripe knows and the sandbox would silently ignore."""
        for name in sorted(set(self.params) - imitated - {"expand"}):
            raise not_imitated(f"the parameter {name} of {what}")
