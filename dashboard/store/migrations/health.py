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

# `kind` says what an attempt is for: a new link, the repair of one (Plaid: update mode), or a new bank account at
# Stripe for one whose number the bank has changed. `old_source` is what such an attempt still has to detach.
KINDS = (
    "ALTER TABLE link_attempt ADD COLUMN kind TEXT NOT NULL DEFAULT 'link'",
    "ALTER TABLE link_attempt ADD COLUMN replaces TEXT REFERENCES bank_account(id)",
    "ALTER TABLE link_attempt ADD COLUMN old_source TEXT",
    "ALTER TABLE bank_account ADD COLUMN persistent_id TEXT",
    "ALTER TABLE bank_account ADD COLUMN missing_since INTEGER",
    "ALTER TABLE bank_account ADD COLUMN looked_at INTEGER",
    "CREATE INDEX link_attempt_item ON link_attempt(item_id) WHERE item_id IS NOT NULL",
    "CREATE INDEX link_attempt_renewal ON link_attempt(bank_account_id) WHERE kind = 'renewal'",
    "CREATE INDEX link_attempt_replaces ON link_attempt(replaces) WHERE replaces IS NOT NULL",
)
# What Plaid last said of a connection; `asked` counts the questions, `since` is when the present state began.
HEALTH = """
CREATE TABLE item_health (
  item_id TEXT PRIMARY KEY REFERENCES item(id),
  error_code TEXT,
  error_reason TEXT,
  consent_expires_at INTEGER,
  since INTEGER,
  read_at INTEGER,
  next_at INTEGER NOT NULL DEFAULT 0,
  asked INTEGER NOT NULL DEFAULT 0,
  accounts_at INTEGER
) STRICT
"""
HEALTH_ASKED = "CREATE TABLE item_health_asked (day TEXT PRIMARY KEY, asked INTEGER NOT NULL) STRICT"

# The same bank account under two customers: an administrator looks whether that is right (a joint account is).
SHARED = """
CREATE TABLE account_shared (
  account_id TEXT NOT NULL REFERENCES bank_account(id),
  other_id TEXT NOT NULL REFERENCES bank_account(id),
  how TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  seen_by TEXT,
  seen_at INTEGER,
  PRIMARY KEY (account_id, other_id)
) STRICT
"""

# The rules that a column's CHECK would hold; too many tables refer to this one to make it anew.
_KNOWN = "'healthy', 'login_required', 'revoked', 'down', 'removing', 'removed'"
STATES = (
    f"""CREATE TRIGGER item_starts BEFORE INSERT ON item WHEN NEW.state NOT IN ({_KNOWN}) BEGIN
      SELECT RAISE(ABORT, 'a connection has no such state');
    END""",
    f"""CREATE TRIGGER item_moves BEFORE UPDATE OF state ON item WHEN NEW.state NOT IN ({_KNOWN}) BEGIN
      SELECT RAISE(ABORT, 'a connection has no such state');
    END""",
    """CREATE TRIGGER item_stays_ended BEFORE UPDATE OF state ON item
      WHEN (OLD.state = 'removed' AND NEW.state <> 'removed')
        OR (OLD.state = 'removing' AND NEW.state NOT IN ('removing', 'removed')) BEGIN
      SELECT RAISE(ABORT, 'a connection that was removed stays removed');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations about health."""

    @migrations(name="health_001_removals")
    def removals(db: sqlite_utils.Database) -> None:
        db.execute(REMOVALS)
        db.execute("CREATE INDEX item_removal_next ON item_removal(next_at) WHERE done_at IS NULL")
        for statement in ENDED:
            db.execute(statement)

    @migrations(name="health_002_repair")
    def repair(db: sqlite_utils.Database) -> None:
        for statement in (*KINDS, HEALTH, HEALTH_ASKED, SHARED):
            db.execute(statement)
        db.execute("CREATE INDEX bank_account_fingerprint ON bank_account(fingerprint) WHERE fingerprint IS NOT NULL")
        db.execute(
            "CREATE INDEX bank_account_persistent ON bank_account(persistent_id) WHERE persistent_id IS NOT NULL"
        )
        db.execute("CREATE INDEX item_health_next ON item_health(next_at)")

    @migrations(name="health_003_states")
    def states(db: sqlite_utils.Database) -> None:
        for statement in STATES:
            db.execute(statement)
