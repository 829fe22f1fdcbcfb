"""The list of banks as it was last read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from dashboard.domain.models import Institution, InstitutionList
from dashboard.store.engine.database import Database
from dashboard.store.sql import from_epoch, insert, select, select_one, to_epoch, to_json


class InstitutionTable:
    """The tables `institution` and `institution_read`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> InstitutionList:
        """The list and its age; empty where it was never read."""
        handle = self._database.handle
        read = select_one(handle, "SELECT read_at FROM institution_read", [])
        rows = select(handle, "SELECT * FROM institution ORDER BY position", [])
        return InstitutionList(
            tuple(
                Institution(
                    id=row["id"],
                    name=row["name"],
                    products=tuple(json.loads(row["products"])),
                    oauth=bool(row["oauth"]),
                    logo=row["logo"],
                    url=row["url"],
                    color=row["color"],
                    hint=row["hint"],
                )
                for row in rows
            ),
            from_epoch(read["read_at"]) if read else None,
        )

    def hint(self, id: str) -> str | None:
        """What Link can be opened with for one bank; None where there is nothing, or no such bank."""
        row = select_one(self._database.handle, "SELECT hint FROM institution WHERE id = ?", [id])
        return row["hint"] if row else None

    def replace(self, institutions: Sequence[Institution], read_at: datetime) -> None:
        """Put a whole new list in place of the old one; a bank that is named twice is kept once."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM institution")
            db.execute("DELETE FROM institution_read")
            for position, one in enumerate(institutions):
                values = {**vars(one), "position": position, "products": to_json(list(one.products))}
                insert(db, "institution", {**values, "oauth": int(one.oauth)}, ignore=True)
            insert(db, "institution_read", {"id": 1, "read_at": to_epoch(read_at)})
