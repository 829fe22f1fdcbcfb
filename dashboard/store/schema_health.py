"""Tables about connections after they were made: their health, their repair, and their end."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# One row for each connection that is being taken down, or was: which of the two providers knows already.
REMOVALS = """
CREATE TABLE item_removal (
  id TEXT PRIMARY KEY REFERENCES item(id),
  why TEXT NOT NULL,
  replaced_by TEXT REFERENCES bank_account(id),
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  plaid_at INTEGER,
  done_at INTEGER,
  problem TEXT,
  next_at INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER
) STRICT
"""
ENDED = (
    "ALTER TABLE bank_account ADD COLUMN ended TEXT",
    "ALTER TABLE bank_account ADD COLUMN ended_at INTEGER",
    "ALTER TABLE bank_account ADD COLUMN replaced_by TEXT REFERENCES bank_account(id)",
    "CREATE INDEX bank_account_item ON bank_account(item_id)",
)


def define(migrations: Migrations) -> None:
    """Register the migrations about health."""

    @migrations(name="health_001_removals")
    def removals(db: sqlite_utils.Database) -> None:
        db.execute(REMOVALS)
        db.execute("CREATE INDEX item_removal_next ON item_removal(next_at) WHERE done_at IS NULL")
        for statement in ENDED:
            db.execute(statement)
