"""Evidence packs that were made, and requests of banks for them."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# A pack is kept whole and sealed, and its facts by a digest: what was given out once is given out so again.
TABLES = (
    """CREATE TABLE evidence_pack (
      id TEXT PRIMARY KEY,
      subject TEXT NOT NULL,
      as_of INTEGER NOT NULL,
      made_by TEXT NOT NULL,
      facts_digest TEXT NOT NULL,
      audit_seq INTEGER NOT NULL,
      audit_digest TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      size INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      UNIQUE (subject, facts_digest)
    ) STRICT""",
    "CREATE INDEX evidence_pack_subject ON evidence_pack(subject, as_of)",
    "CREATE INDEX evidence_pack_made ON evidence_pack(as_of)",
    """CREATE TRIGGER evidence_pack_keeps BEFORE UPDATE OF subject, as_of, made_by, facts_digest, audit_seq,
      audit_digest, sha256, size ON evidence_pack BEGIN
      SELECT RAISE(ABORT, 'an evidence pack is not changed');
    END""",
    """CREATE TABLE bank_request (
      case_id TEXT PRIMARY KEY REFERENCES payment_case(id),
      asked_on TEXT NOT NULL,
      due_on TEXT NOT NULL CHECK (due_on > asked_on),
      recorded_by TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      answered_by TEXT,
      answered_at INTEGER,
      CHECK ((answered_by IS NULL) = (answered_at IS NULL))
    ) STRICT""",
    "CREATE INDEX bank_request_open ON bank_request(due_on) WHERE answered_at IS NULL",
    """CREATE TRIGGER bank_request_keeps BEFORE UPDATE ON bank_request WHEN NEW.case_id <> OLD.case_id
      OR NEW.asked_on <> OLD.asked_on OR NEW.due_on <> OLD.due_on OR OLD.answered_at IS NOT NULL BEGIN
      SELECT RAISE(ABORT, 'a request of a bank is not changed');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of evidence."""

    @migrations(name="evidence_001_packs")
    def packs(db: sqlite_utils.Database) -> None:
        for statement in TABLES:
            db.execute(statement)
