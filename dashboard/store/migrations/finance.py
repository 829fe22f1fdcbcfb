"""Tables of the payments page: the views that a person keeps under a name, and what they have ticked off."""

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
TICKS = """
CREATE TABLE payment_tick (
  person TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  state TEXT NOT NULL,
  ticked_at INTEGER NOT NULL,
  PRIMARY KEY (person, payment_id, state)
) STRICT, WITHOUT ROWID
"""


def define(migrations: Migrations) -> None:
    """Register the payments page's migrations."""

    @migrations(name="finance_001_saved_views")
    def saved_views(db: sqlite_utils.Database) -> None:
        db.execute(SAVED_VIEWS)

    @migrations(name="finance_002_ticks")
    def ticks(db: sqlite_utils.Database) -> None:
        db.execute(TICKS)
