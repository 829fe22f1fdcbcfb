"""What the keeping needs: the audit trail's head and its indexes, erasures of customers, rotations of access tokens."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# The head says where the trail ends, so that rows taken off its end are missed. It moves with each row, and only ahead.
HEAD = """
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT
"""
TRAIL = (
    HEAD,
    "INSERT INTO audit_head (id, seq, digest) SELECT 1, coalesce(max(seq), 0), '' FROM audit",
    "UPDATE audit_head SET digest = coalesce((SELECT digest FROM audit ORDER BY seq DESC LIMIT 1), '')",
    """CREATE TRIGGER audit_counts AFTER INSERT ON audit BEGIN
      UPDATE audit_head SET seq = NEW.seq, digest = NEW.digest;
    END""",
    """CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.seq <= OLD.seq BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END""",
    """CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END""",
    "CREATE INDEX audit_at ON audit(at)",
    "CREATE INDEX audit_actor ON audit(actor COLLATE NOCASE, seq)",
    "CREATE INDEX audit_action ON audit(action, seq)",
)

# Personal facts in the trail are sealed under a key of their customer's own: the trail stays whole for good, and what
# it says about a person goes when their key goes.
CUSTOMER_KEY = """
CREATE TABLE customer_key (
  customer_id TEXT PRIMARY KEY REFERENCES customer(id),
  key BLOB NOT NULL
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the keeping's migrations."""

    @migrations(name="keeping_001_trail")
    def trail(db: sqlite_utils.Database) -> None:
        for statement in TRAIL:
            db.execute(statement)

    @migrations(name="keeping_002_customer_keys")
    def customer_keys(db: sqlite_utils.Database) -> None:
        db.execute(CUSTOMER_KEY)
