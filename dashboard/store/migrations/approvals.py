"""Approvals by a second person, and the state of a debit that waits for one."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# SQLite changes a CHECK only with its table, and does not drop a table that others refer to: what refers to `debit` is
# put aside meanwhile, and made again as it was.
REFERRING = ("risk_assessment", "limit_reservation")
OLD, NEW = "'unsent', 'submitted'", "'unsent', 'review', 'submitted'"

APPROVALS = (
    """CREATE TABLE approval (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      customer_id TEXT NOT NULL REFERENCES customer(id),
      amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
      body_digest TEXT NOT NULL,
      rule TEXT NOT NULL,
      requested_by TEXT NOT NULL,
      requester TEXT NOT NULL,
      requested_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN
        ('requires_review', 'approved', 'rejected', 'canceled', 'expired', 'succeeded', 'failed')),
      consumed_at INTEGER,
      updated_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX approval_open ON approval(kind, subject) WHERE state IN ('requires_review', 'approved')",
    "CREATE INDEX approval_subject ON approval(subject, kind, requested_at)",
    "CREATE INDEX approval_state ON approval(state, requested_at)",
    "CREATE INDEX approval_requester ON approval(requester) WHERE state = 'requires_review'",
    """CREATE TRIGGER approval_stays_ended BEFORE UPDATE OF state ON approval
      WHEN (OLD.state IN ('rejected', 'canceled', 'expired', 'succeeded', 'failed') AND NEW.state <> OLD.state)
        OR (OLD.state = 'approved' AND NEW.state IN ('requires_review', 'rejected', 'expired')) BEGIN
      SELECT RAISE(ABORT, 'an approval that was decided stays decided');
    END""",
    """CREATE TRIGGER approval_keeps BEFORE UPDATE OF kind, subject, amount_cents, body_digest, requester ON approval BEGIN
      SELECT RAISE(ABORT, 'what waits for approval is not changed');
    END""",
    """CREATE TABLE approval_decision (
      id TEXT PRIMARY KEY,
      approval_id TEXT NOT NULL UNIQUE REFERENCES approval(id),
      is_approved INTEGER NOT NULL CHECK (is_approved IN (0, 1)),
      person TEXT NOT NULL,
      person_key TEXT NOT NULL,
      reason TEXT NOT NULL,
      digest TEXT NOT NULL,
      facts TEXT NOT NULL,
      amount_cents INTEGER NOT NULL,
      at INTEGER NOT NULL,
      address TEXT NOT NULL,
      CHECK (is_approved = 1 OR reason <> '')
    ) STRICT""",
    "CREATE INDEX approval_decision_person ON approval_decision(person_key, at)",
    """CREATE TRIGGER approval_decision_keeps BEFORE UPDATE OF id, approval_id, is_approved, person, person_key, digest,
      amount_cents, at ON approval_decision BEGIN
      SELECT RAISE(ABORT, 'a decision is not changed');
    END""",
    """CREATE TRIGGER approval_decision_stays BEFORE DELETE ON approval_decision BEGIN
      SELECT RAISE(ABORT, 'a decision is not deleted');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of approvals."""

    @migrations(name="approvals_001_debits_in_review")
    def debits_in_review(db: sqlite_utils.Database) -> None:
        remake(db, "debit", OLD, NEW, REFERRING)

    @migrations(name="approvals_002_approvals")
    def approvals(db: sqlite_utils.Database) -> None:
        for statement in APPROVALS:
            db.execute(statement)


def remake(db: sqlite_utils.Database, table: str, old: str, new: str, referring: tuple[str, ...]) -> None:
    """Make a table anew with one part of its definition replaced: rows, indexes and triggers stay what they are."""
    made = {one: _statements(db, one) for one in (table, *referring)}
    for one in (*referring, table):
        db.execute(f"CREATE TABLE {one}_aside AS SELECT * FROM {one}")
        db.execute(f"DROP TABLE {one}")
    for one, (create, *others) in made.items():
        db.execute(create.replace(old, new) if one == table else create)
        db.execute(f"INSERT INTO {one} SELECT * FROM {one}_aside ORDER BY rowid")
        db.execute(f"DROP TABLE {one}_aside")
        for statement in others:
            db.execute(statement)


def _statements(db: sqlite_utils.Database, table: str) -> list[str]:
    """What makes a table, then its indexes and triggers."""
    query = (
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
        " ORDER BY type = 'trigger', type = 'index', name"
    )
    return [row["sql"] for row in db.query(query, [table])]
