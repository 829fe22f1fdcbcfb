"""Bank accounts saved on the old rail, and authorizations that were signed on paper for them."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# `status` and `mandate_…` are Stripe's words, as it last said them; NULL where it was not asked.
TABLES = (
    """CREATE TABLE old_account (
      id TEXT PRIMARY KEY,
      stripe_customer_id TEXT NOT NULL,
      bank TEXT NOT NULL,
      last4 TEXT,
      status TEXT,
      mandate_id TEXT,
      mandate_status TEXT,
      asked_at INTEGER,
      gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
      aside_by TEXT,
      aside_at INTEGER,
      aside_reason TEXT NOT NULL DEFAULT '',
      CHECK ((aside_by IS NULL) = (aside_at IS NULL))
    ) STRICT""",
    "CREATE INDEX old_account_customer ON old_account(stripe_customer_id)",
    "CREATE INDEX old_account_mandate ON old_account(mandate_id) WHERE mandate_id IS NOT NULL",
    """CREATE TABLE old_account_asked (
      stripe_customer_id TEXT PRIMARY KEY,
      asked_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE written_mandate (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES old_account(id),
      customer_id TEXT NOT NULL REFERENCES customer(id),
      text TEXT NOT NULL,
      text_version TEXT NOT NULL,
      language TEXT NOT NULL,
      business_name TEXT NOT NULL,
      signed_on TEXT NOT NULL,
      kept_where TEXT NOT NULL,
      recorded_by TEXT NOT NULL,
      recorded_from TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('ordered', 'active', 'refused')),
      setup_intent_id TEXT,
      stripe_mandate_id TEXT UNIQUE,
      CHECK (state <> 'active' OR stripe_mandate_id IS NOT NULL)
    ) STRICT""",
    "CREATE UNIQUE INDEX written_mandate_open ON written_mandate(account_id) WHERE state = 'ordered'",
    "CREATE INDEX written_mandate_account ON written_mandate(account_id, recorded_at)",
    "CREATE INDEX written_mandate_customer ON written_mandate(customer_id)",
    """CREATE TRIGGER written_mandate_keeps BEFORE UPDATE OF account_id, text_version, signed_on, recorded_by,
      recorded_at ON written_mandate BEGIN
      SELECT RAISE(ABORT, 'what was written down is not changed');
    END""",
    """CREATE TRIGGER written_mandate_stays BEFORE UPDATE OF state ON written_mandate
      WHEN OLD.state <> 'ordered' AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'a written authorization that has ended stays ended');
    END""",
)
# Of files from before: what the charges that are kept say.
KNOWN = """
INSERT INTO old_account (id, stripe_customer_id, bank, last4)
SELECT method_id, max(customer_id), coalesce(max(bank), ''), max(last4) FROM charge
WHERE rail = 'ach_debit' AND method_id IS NOT NULL AND customer_id IS NOT NULL GROUP BY method_id
"""

# The mandate of an account's newest debit on the new rail, where no mandate is known.
LATER = """
UPDATE old_account SET mandate_status = 'active', mandate_id = n.mandate_id FROM (
  SELECT method_id, mandate_id, max(created) FROM charge WHERE rail = 'us_bank_account' AND mandate_id IS NOT NULL
    AND method_id IN (SELECT id FROM old_account WHERE mandate_id IS NULL) GROUP BY method_id) n
WHERE n.method_id = old_account.id AND old_account.mandate_id IS NULL
"""


def define(migrations: Migrations) -> None:
    """Register the migrations of old accounts."""

    @migrations(name="mandates_001_old_accounts")
    def old_accounts(db: sqlite_utils.Database) -> None:
        for statement in TABLES:
            db.execute(statement)
        db.execute(KNOWN)
        db.execute(LATER)

    @migrations(name="mandates_002_holders_to_decide")
    def holders_to_decide(db: sqlite_utils.Database) -> None:
        """Whether the names are to be decided about; NULL where that is not known: new names, or a renamed customer."""
        db.execute("ALTER TABLE bank_holder ADD COLUMN to_decide INTEGER CHECK (to_decide IN (0, 1))")
        db.execute("CREATE INDEX bank_holder_to_decide ON bank_holder(to_decide) WHERE coalesce(to_decide, 1) = 1")
        db.execute(
            "CREATE TRIGGER bank_holder_renamed AFTER UPDATE OF name, holder_type ON customer BEGIN"
            " UPDATE bank_holder SET to_decide = NULL WHERE customer_id = NEW.id; END"
        )
