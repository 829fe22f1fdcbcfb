"""Tables about customers as people: notes on them, who was merged into whom, what Stripe still has to be told."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

NOTES = """
CREATE TABLE customer_note (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT
"""

# One row a customer whose name or e-mail Stripe does not have yet; `version` tells a newer wish from the one being sent.
TELLINGS = """
CREATE TABLE customer_telling (
  customer_id TEXT PRIMARY KEY REFERENCES customer(id),
  version TEXT NOT NULL,
  problem TEXT,
  refused INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  wanted_at INTEGER NOT NULL
) STRICT
"""

# What somebody has looked at and put away: it is history then, and needs no attention.
ASIDE = """
CREATE TABLE attempt_aside (
  attempt_id TEXT PRIMARY KEY REFERENCES link_attempt(id),
  person TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the migrations about customers."""

    @migrations(name="customers_001_notes_and_merges")
    def tables(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE customer ADD COLUMN merged_into TEXT REFERENCES customer(id)")
        db.execute("CREATE INDEX customer_merged ON customer(merged_into) WHERE merged_into IS NOT NULL")
        db.execute("CREATE INDEX customer_name ON customer(name COLLATE NOCASE)")
        db.execute(NOTES)
        db.execute("CREATE INDEX customer_note_of ON customer_note(customer_id, created_at)")
        db.execute(TELLINGS)

    @migrations(name="customers_002_set_aside")
    def set_aside(db: sqlite_utils.Database) -> None:
        db.execute(ASIDE)
