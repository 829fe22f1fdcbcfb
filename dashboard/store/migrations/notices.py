"""Notices: the outbox of facts, the messages that carry them, and how each channel does."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# A fact is there once, whoever notes it again: (kind, subject, level). Nothing in `facts` names a person.
OUTBOX = (
    """CREATE TABLE notice_message (
      id TEXT PRIMARY KEY,
      state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'failed')),
      channel TEXT CHECK (channel IN ('mail', 'chat')),
      tries INTEGER NOT NULL DEFAULT 0,
      made_at INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT""",
    "CREATE INDEX notice_message_open ON notice_message(state) WHERE state = 'sending'",
    """CREATE TRIGGER notice_message_stays_sent BEFORE UPDATE OF state ON notice_message
      WHEN OLD.state IN ('sent', 'failed') AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'a message that has ended stays ended');
    END""",
    """CREATE TABLE notice (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      level TEXT NOT NULL,
      happened_at INTEGER NOT NULL,
      noted_at INTEGER NOT NULL,
      facts TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'kept')),
      message_id TEXT REFERENCES notice_message(id),
      sent_at INTEGER,
      UNIQUE (kind, subject, level)
    ) STRICT""",
    "CREATE INDEX notice_waiting ON notice(state) WHERE state = 'waiting'",
    "CREATE INDEX notice_noted ON notice(noted_at)",
    "CREATE INDEX notice_carried ON notice(message_id)",
    """CREATE TRIGGER notice_stays_told BEFORE UPDATE OF state ON notice
      WHEN OLD.state IN ('sent', 'kept') AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'a notice that was told stays told');
    END""",
    """CREATE TRIGGER notice_stays BEFORE DELETE ON notice BEGIN
      SELECT RAISE(ABORT, 'notices stay: without its row a fact would be told again');
    END""",
    """CREATE TABLE notice_channel (
      channel TEXT PRIMARY KEY CHECK (channel IN ('mail', 'chat')),
      failing_since INTEGER,
      tries INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER,
      problem TEXT NOT NULL DEFAULT '',
      action TEXT NOT NULL DEFAULT '',
      sent_at INTEGER
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE notice_start (since INTEGER NOT NULL) STRICT",
)

# Who has read which notice; it goes when the notice is so old that nobody is asked to read it.
READ = (
    """CREATE TABLE notice_read (
      person TEXT NOT NULL,
      notice_id TEXT NOT NULL REFERENCES notice(id),
      read_at INTEGER NOT NULL,
      PRIMARY KEY (person, notice_id)
    ) STRICT""",
    "CREATE INDEX notice_read_at ON notice_read(read_at)",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of notices."""

    @migrations(name="notices_001_outbox")
    def outbox(db: sqlite_utils.Database) -> None:
        for statement in OUTBOX:
            db.execute(statement)

    @migrations(name="notices_002_read")
    def read(db: sqlite_utils.Database) -> None:
        for statement in READ:
            db.execute(statement)
