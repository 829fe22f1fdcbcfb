"""The audit trail's head and its indexes, erasures of customers, rotations of access tokens."""

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

# Customers who are to be forgotten, and how far that has come: `ordered`, then `wiped`, then `done` (no byte is left in
# the file). What Stripe may still say of an erased customer never comes back in; the proof of an authorization is kept
# sealed for as long as the rules ask.
ERASURES = (
    "ALTER TABLE customer ADD COLUMN erased_at INTEGER",
    """CREATE TABLE erasure (
      id TEXT PRIMARY KEY REFERENCES customer(id),
      pseudonym TEXT NOT NULL UNIQUE,
      asked_by TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      stage TEXT NOT NULL,
      wiped_at INTEGER,
      done_at INTEGER,
      problem TEXT,
      next_at INTEGER NOT NULL,
      lease_owner TEXT,
      lease_until INTEGER
    ) STRICT""",
    "CREATE INDEX erasure_open ON erasure(next_at) WHERE stage <> 'done'",
    """CREATE TABLE erased_stripe_customer (
      id TEXT PRIMARY KEY, pseudonym TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE kept_proof (
      mandate_id TEXT PRIMARY KEY REFERENCES mandate(id),
      customer_id TEXT NOT NULL REFERENCES customer(id),
      keep_until INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX kept_proof_until ON kept_proof(keep_until)",
    """CREATE TRIGGER stripe_customer_comes_erased BEFORE INSERT ON stripe_customer
      WHEN EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = NEW.id
        AND (NEW.name IS NOT e.pseudonym OR NEW.email IS NOT NULL))
      BEGIN SELECT RAISE(IGNORE); END""",
    """CREATE TRIGGER stripe_customer_stays_erased BEFORE UPDATE ON stripe_customer
      WHEN EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = NEW.id
        AND (NEW.name IS NOT e.pseudonym OR NEW.email IS NOT NULL))
      BEGIN SELECT RAISE(IGNORE); END""",
    "CREATE TABLE retention (job TEXT PRIMARY KEY, ran_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)

# What only who has the key can write beside the head. It changes while the head stays where it is.
SEAL = (
    "ALTER TABLE audit_head ADD COLUMN seal TEXT NOT NULL DEFAULT ''",
    "DROP TRIGGER audit_head_goes_on",
    """CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head
      WHEN NEW.seq < OLD.seq OR (NEW.seq = OLD.seq AND NEW.digest <> OLD.digest) BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END""",
)
SEALED = "keeping_005_sealed_end"

# The change of Plaid's access token, one row for each connection. `sent` is the time in which the old one may be dead.
ROTATION = """
CREATE TABLE token_rotation (
  id TEXT PRIMARY KEY REFERENCES item(id),
  state TEXT NOT NULL,
  wanted_by TEXT NOT NULL,
  address TEXT NOT NULL,
  wanted_at INTEGER NOT NULL,
  ended_at INTEGER,
  problem TEXT,
  next_at INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER
) STRICT
"""

NAMES = (
    "ALTER TABLE kept_proof RENAME TO retained_proof",
    "DROP INDEX kept_proof_until",
    "CREATE INDEX retained_proof_until ON retained_proof(keep_until)",
)


def define(migrations: Migrations) -> None:
    """Register these migrations."""

    @migrations(name="keeping_001_trail")
    def trail(db: sqlite_utils.Database) -> None:
        for statement in TRAIL:
            db.execute(statement)

    @migrations(name="keeping_002_customer_keys")
    def customer_keys(db: sqlite_utils.Database) -> None:
        db.execute(CUSTOMER_KEY)

    @migrations(name="keeping_003_erasures")
    def erasures(db: sqlite_utils.Database) -> None:
        for statement in ERASURES:
            db.execute(statement)

    @migrations(name="keeping_004_token_rotations")
    def token_rotations(db: sqlite_utils.Database) -> None:
        db.execute(ROTATION)

    @migrations(name=SEALED)
    def sealed_end(db: sqlite_utils.Database) -> None:
        for statement in SEAL:
            db.execute(statement)

    @migrations(name="keeping_006_names")
    def names(db: sqlite_utils.Database) -> None:
        for statement in NAMES:
            db.execute(statement)
