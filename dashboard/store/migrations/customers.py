"""Tables about customers as people: notes on them, who was merged into whom, what Stripe still has to be told."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

from dashboard.store.customers.keys import write_keys

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

# One of Stripe's customers belongs to one of ours. Older versions let several share one: of those the oldest owns it,
# and the others say so (`stripe_shared`), until a merge makes them one.
OWNS = "stripe_customer_id IS NOT NULL AND merged_into IS NULL AND erased_at IS NULL AND stripe_shared = 0"
SHARED = f"""
UPDATE customer SET stripe_shared = 1 WHERE {OWNS} AND id <> (
  SELECT o.id FROM customer o WHERE o.stripe_customer_id = customer.stripe_customer_id AND o.merged_into IS NULL
    AND o.erased_at IS NULL ORDER BY o.created_at, o.id LIMIT 1)
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

    @migrations(name="customers_003_keys")
    def keys(db: sqlite_utils.Database) -> None:
        for column in ("reference_key", "email_key", "search_key"):
            db.execute(f"ALTER TABLE customer ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
        write_keys(db)
        db.execute("CREATE UNIQUE INDEX customer_reference_key ON customer(reference_key)")
        db.execute("CREATE INDEX customer_email_key ON customer(email_key)")
        db.execute("DROP INDEX customer_email")

    @migrations(name="customers_004_one_stripe_customer")
    def one_stripe_customer(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE customer ADD COLUMN stripe_shared INTEGER NOT NULL DEFAULT 0")
        db.execute(SHARED)
        db.execute(f"CREATE UNIQUE INDEX customer_stripe_owner ON customer(stripe_customer_id) WHERE {OWNS}")
