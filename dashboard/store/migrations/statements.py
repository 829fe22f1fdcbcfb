"""Tables of bank statements: the accounts they are of, the files, what was refused, the lines, the CSV mappings."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

from dashboard.store.statements.keys import write_line_keys

# A day is ISO text: the bank's own day, which no time zone ever moves. `number_end` is the end of the account's number.
TABLES = (
    """CREATE TABLE statement_account (
      name TEXT PRIMARY KEY,
      currency TEXT NOT NULL,
      number_end TEXT NOT NULL DEFAULT '',
      created_at INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE statement_file (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL REFERENCES statement_account(name),
      digest TEXT NOT NULL,
      name TEXT NOT NULL,
      format TEXT NOT NULL,
      profile TEXT NOT NULL DEFAULT '',
      profile_version INTEGER NOT NULL DEFAULT 0,
      begins_on TEXT,
      ends_on TEXT,
      opening_cents INTEGER,
      closing_cents INTEGER,
      ties TEXT NOT NULL CHECK (ties IN ('yes', 'no', 'unknown')),
      difference_cents INTEGER NOT NULL DEFAULT 0,
      findings TEXT NOT NULL DEFAULT '[]',
      read INTEGER NOT NULL CHECK (read >= 0),
      refused INTEGER NOT NULL CHECK (refused >= 0),
      added INTEGER NOT NULL CHECK (added >= 0 AND added <= read),
      imported_by TEXT NOT NULL,
      imported_at INTEGER NOT NULL,
      UNIQUE (account, digest, profile, profile_version)
    ) STRICT""",
    "CREATE INDEX statement_file_period ON statement_file(account, begins_on)",
    """CREATE TABLE statement_refusal (
      file_id TEXT NOT NULL REFERENCES statement_file(id),
      place INTEGER NOT NULL,
      line INTEGER NOT NULL,
      reason TEXT NOT NULL,
      pending INTEGER NOT NULL,
      PRIMARY KEY (file_id, place)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE bank_line (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL REFERENCES statement_account(name),
      posted_on TEXT NOT NULL,
      cents INTEGER NOT NULL,
      currency TEXT NOT NULL,
      text TEXT NOT NULL,
      reference TEXT NOT NULL,
      ordinal INTEGER NOT NULL CHECK (ordinal > 0),
      hint TEXT NOT NULL,
      file_id TEXT NOT NULL REFERENCES statement_file(id),
      line INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX bank_line_day ON bank_line(account, posted_on)",
    "CREATE INDEX bank_line_file ON bank_line(file_id)",
    """CREATE TABLE statement_profile (
      name TEXT NOT NULL COLLATE NOCASE,
      version INTEGER NOT NULL CHECK (version > 0),
      body TEXT NOT NULL,
      made_by TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      PRIMARY KEY (name, version)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER statement_profile_stays BEFORE UPDATE ON statement_profile BEGIN
      SELECT RAISE(ABORT, 'a version of a profile stays as it was used');
    END""",
)

# What was decided about lines and payouts: proposals are worked out anew each time and never kept. A part is in at most
# one live match; a match that was undone or said no to stays as history.
MATCHES = (
    """CREATE TABLE payout_match (
      id TEXT PRIMARY KEY,
      state TEXT NOT NULL CHECK (state IN ('confirmed', 'rejected', 'withdrawn')),
      how TEXT NOT NULL,
      why TEXT NOT NULL,
      made_by TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      ended_by TEXT,
      ended_at INTEGER,
      CHECK (ended_at IS NULL OR state = 'withdrawn')
    ) STRICT""",
    "CREATE INDEX payout_match_state ON payout_match(state, made_at)",
    """CREATE TABLE payout_match_part (
      match_id TEXT NOT NULL REFERENCES payout_match(id),
      kind TEXT NOT NULL CHECK (kind IN ('line', 'payout')),
      part_id TEXT NOT NULL,
      cents INTEGER NOT NULL,
      live INTEGER NOT NULL CHECK (live IN (0, 1)),
      PRIMARY KEY (match_id, kind, part_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE UNIQUE INDEX payout_match_once ON payout_match_part(kind, part_id) WHERE live = 1",
    """CREATE TRIGGER payout_match_stays_ended BEFORE UPDATE OF state ON payout_match
      WHEN OLD.state <> 'confirmed' AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'a match that has ended stays ended');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of bank statements."""

    @migrations(name="statements_001_lines")
    def lines(db: sqlite_utils.Database) -> None:
        for statement in TABLES:
            db.execute(statement)

    @migrations(name="statements_002_matches")
    def matches(db: sqlite_utils.Database) -> None:
        for statement in MATCHES:
            db.execute(statement)

    @migrations(name="statements_003_search")
    def search(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE bank_line ADD COLUMN search_key TEXT NOT NULL DEFAULT ''")
        write_line_keys(db)
        db.execute("CREATE INDEX bank_line_posted ON bank_line(posted_on)")
