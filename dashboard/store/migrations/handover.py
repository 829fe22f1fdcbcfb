"""Tables about the counter: devices handed over, what customers accepted and revoked, links on their own phones."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

LOCKS = """
CREATE TABLE device_lock (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  attempt_id TEXT REFERENCES link_attempt(id),
  hint TEXT,
  language TEXT NOT NULL,
  ending TEXT,
  locked_at INTEGER NOT NULL,
  released_at INTEGER
) STRICT
"""

ACCEPTANCES = """
CREATE TABLE link_acceptance (
  attempt_id TEXT PRIMARY KEY REFERENCES link_attempt(id),
  how TEXT NOT NULL,
  text TEXT NOT NULL,
  version TEXT NOT NULL,
  language TEXT NOT NULL,
  business_name TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT
"""

REVOCATIONS = """
CREATE TABLE mandate_revocation (
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  stripe_mandate_id TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  revoked_by TEXT NOT NULL,
  revoked_at INTEGER NOT NULL
) STRICT
"""

HOSTED = """
CREATE TABLE link_hosted (
  attempt_id TEXT PRIMARY KEY REFERENCES link_attempt(id),
  url BLOB NOT NULL,
  state TEXT NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT
"""

NAMES = (
    "ALTER TABLE device_lock RENAME TO handover",
    "DROP INDEX device_lock_held",
    "DROP INDEX device_lock_visit",
    "CREATE UNIQUE INDEX handover_held ON handover(device) WHERE released_at IS NULL",
    "CREATE INDEX handover_visit ON handover(visit) WHERE released_at IS NULL AND visit <> ''",
)

# The rules that a column's CHECK would hold, without making the table anew.
HOSTED_STATES = (
    """CREATE TRIGGER link_hosted_starts BEFORE INSERT ON link_hosted
      WHEN NEW.state NOT IN ('waiting', 'done', 'over') BEGIN
      SELECT RAISE(ABORT, 'a hosted link has no such state');
    END""",
    """CREATE TRIGGER link_hosted_moves BEFORE UPDATE OF state ON link_hosted
      WHEN NEW.state NOT IN ('waiting', 'done', 'over') BEGIN
      SELECT RAISE(ABORT, 'a hosted link has no such state');
    END""",
    """CREATE TRIGGER link_hosted_stays_ended BEFORE UPDATE OF state ON link_hosted
      WHEN OLD.state <> 'waiting' AND NEW.state = 'waiting' BEGIN
      SELECT RAISE(ABORT, 'a hosted link that has ended stays ended');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations about the counter."""

    @migrations(name="handover_001_tables")
    def tables(db: sqlite_utils.Database) -> None:
        for statement in (LOCKS, ACCEPTANCES, REVOCATIONS, HOSTED):
            db.execute(statement)
        db.execute("CREATE UNIQUE INDEX device_lock_held ON device_lock(device) WHERE released_at IS NULL")
        db.execute("CREATE INDEX mandate_revocation_account ON mandate_revocation(bank_account_id)")
        db.execute("CREATE INDEX link_hosted_next ON link_hosted(state, next_at)")

    @migrations(name="handover_002_visit")
    def visit(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE device_lock ADD COLUMN visit TEXT NOT NULL DEFAULT ''")
        db.execute("CREATE INDEX device_lock_visit ON device_lock(visit) WHERE released_at IS NULL AND visit <> ''")

    @migrations(name="handover_003_pin")
    def pin(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE device_lock ADD COLUMN pin_at INTEGER")

    @migrations(name="handover_004_names")
    def names(db: sqlite_utils.Database) -> None:
        for statement in (*NAMES, *HOSTED_STATES):
            db.execute(statement)
