"""Tables of the payments page: the views that a person keeps under a name."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

SAVED_VIEWS = """
CREATE TABLE saved_view (
  person TEXT NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  query TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID
"""


def define(migrations: Migrations) -> None:
    """Register the payments page's migrations."""

    @migrations(name="finance_001_saved_views")
    def saved_views(db: sqlite_utils.Database) -> None:
        db.execute(SAVED_VIEWS)
