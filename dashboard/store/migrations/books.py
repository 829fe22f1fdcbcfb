"""Tables of the month close: a signed statement of a month's figures, which nothing changes afterwards."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# `inputs` is the canonical JSON of the figures and of what they were made of, `digest` its SHA-256. A month has at most
# one close that waits or is in force; one that was withdrawn or reopened stays as history.
CLOSES = (
    """CREATE TABLE month_close (
      id TEXT PRIMARY KEY,
      month TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'closed', 'reopening', 'reopened', 'withdrawn')),
      inputs TEXT NOT NULL,
      digest TEXT NOT NULL,
      asked_by TEXT NOT NULL,
      asked_key TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      closed_by TEXT,
      closed_key TEXT,
      closed_at INTEGER,
      reason TEXT NOT NULL DEFAULT '',
      reopen_by TEXT,
      reopen_key TEXT,
      ended_by TEXT,
      ended_at INTEGER
    ) STRICT""",
    """CREATE UNIQUE INDEX month_close_once ON month_close(month)
      WHERE state IN ('waiting', 'closed', 'reopening')""",
    """CREATE TRIGGER month_close_signed BEFORE UPDATE OF month, inputs, digest, asked_key ON month_close BEGIN
      SELECT RAISE(ABORT, 'what was signed stays');
    END""",
    """CREATE TRIGGER month_close_ended BEFORE UPDATE OF state ON month_close
      WHEN OLD.state IN ('reopened', 'withdrawn') AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'a close that has ended stays ended');
    END""",
)
# What an account of the journal is called in the company's own books.
ACCOUNTS = """CREATE TABLE journal_account (
  account TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  named_by TEXT NOT NULL,
  named_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID"""

SIGNER = (
    """CREATE TRIGGER month_close_signer BEFORE UPDATE OF asked_by, asked_at, closed_by, closed_key, closed_at
      ON month_close WHEN OLD.closed_at IS NOT NULL BEGIN
      SELECT RAISE(ABORT, 'what was signed stays');
    END""",
    """CREATE TRIGGER month_close_stays BEFORE DELETE ON month_close BEGIN
      SELECT RAISE(ABORT, 'what was signed stays');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of the books."""

    @migrations(name="books_001_closes")
    def closes(db: sqlite_utils.Database) -> None:
        for statement in CLOSES:
            db.execute(statement)

    @migrations(name="books_002_journal")
    def journal(db: sqlite_utils.Database) -> None:
        db.execute(ACCOUNTS)

    @migrations(name="books_003_signer")
    def signer(db: sqlite_utils.Database) -> None:
        """Who signed, and when, stays too, as with an approval's decision."""
        for statement in SIGNER:
            db.execute(statement)
