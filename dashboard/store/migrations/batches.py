"""Batches of debits: the file's rows, what each became, and what stops them."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# What ends an authorization stops every row under it in the same transaction, as it stops schedules.
_STOP = """BEGIN
      UPDATE batch_row SET state = 'canceled', stopped_by = {why} WHERE state = 'queued' AND bank_account_id IN
        (SELECT b.id FROM bank_account b WHERE {whose});
    END"""

BATCHES = (
    """CREATE TABLE batch (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN
        ('draft', 'review', 'sending', 'done', 'stopped', 'declined', 'expired', 'withdrawn')),
      made_by TEXT NOT NULL,
      maker TEXT NOT NULL,
      made_from TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      rows INTEGER NOT NULL CHECK (rows >= 0),
      bad INTEGER NOT NULL CHECK (bad BETWEEN 0 AND rows),
      total_cents INTEGER NOT NULL CHECK (total_cents >= 0),
      file_sha256 TEXT UNIQUE,
      wanted_on TEXT,
      collect_on TEXT,
      due_at INTEGER,
      send_by INTEGER,
      accept_unknown_balance INTEGER NOT NULL DEFAULT 0 CHECK (accept_unknown_balance IN (0, 1)),
      digest TEXT NOT NULL DEFAULT '',
      copied_from TEXT REFERENCES batch(id),
      submitted_at INTEGER,
      ended_at INTEGER,
      CHECK ((collect_on IS NULL) = (due_at IS NULL) AND (due_at IS NULL) = (send_by IS NULL)),
      CHECK (state = 'draft' OR state = 'withdrawn' OR (submitted_at IS NOT NULL AND digest <> ''))
    ) STRICT""",
    "CREATE INDEX batch_made ON batch(made_at)",
    "CREATE INDEX batch_due ON batch(due_at) WHERE state = 'sending'",
    """CREATE TRIGGER batch_stays_ended BEFORE UPDATE OF state ON batch
      WHEN (OLD.state IN ('done', 'stopped', 'declined', 'expired', 'withdrawn') AND NEW.state <> OLD.state)
        OR (OLD.state <> 'draft' AND NEW.state = 'draft') OR (OLD.state = 'draft' AND NEW.state = 'sending') BEGIN
      SELECT RAISE(ABORT, 'a batch goes from its check over an approval to its end, and stays there');
    END""",
    """CREATE TRIGGER batch_keeps BEFORE UPDATE OF id, made_by, maker, rows, bad, total_cents, file_sha256, wanted_on,
      collect_on, due_at, send_by, copied_from, accept_unknown_balance ON batch WHEN OLD.state <> 'draft' BEGIN
      SELECT RAISE(ABORT, 'what was submitted is not changed');
    END""",
    """CREATE TRIGGER batch_digest_keeps BEFORE UPDATE OF digest ON batch
      WHEN OLD.state NOT IN ('draft', 'review') AND NEW.digest <> OLD.digest BEGIN
      SELECT RAISE(ABORT, 'what was approved is not changed');
    END""",
    """CREATE TABLE batch_row (
      id TEXT PRIMARY KEY,
      batch_id TEXT NOT NULL REFERENCES batch(id),
      line INTEGER NOT NULL CHECK (line >= 1),
      said TEXT NOT NULL,
      customer_id TEXT REFERENCES customer(id),
      bank_account_id TEXT REFERENCES bank_account(id),
      amount_cents INTEGER CHECK (amount_cents > 0),
      reference TEXT NOT NULL,
      purpose TEXT NOT NULL CHECK (purpose IN ('goods', 'services', 'other')),
      state TEXT NOT NULL CHECK (state IN ('invalid', 'valid', 'queued', 'ordered', 'refused', 'canceled')),
      faults TEXT NOT NULL DEFAULT '[]',
      notes TEXT NOT NULL DEFAULT '[]',
      similar_to TEXT NOT NULL DEFAULT '[]',
      debit_id TEXT UNIQUE,
      digest TEXT NOT NULL DEFAULT '',
      stopped_by TEXT CHECK (stopped_by IN ('revoked', 'ended', 'inactive', 'disputed')),
      problem TEXT,
      UNIQUE (batch_id, line),
      CHECK (state = 'invalid' OR (customer_id IS NOT NULL AND bank_account_id IS NOT NULL
        AND amount_cents IS NOT NULL AND reference <> '')),
      CHECK ((debit_id IS NOT NULL AND digest <> '') OR state IN ('invalid', 'valid'))
    ) STRICT""",
    "CREATE INDEX batch_row_customer ON batch_row(customer_id, state)",
    "CREATE INDEX batch_row_account ON batch_row(bank_account_id) WHERE state = 'queued'",
    "CREATE INDEX batch_row_state ON batch_row(batch_id, state, line)",
    "CREATE INDEX batch_row_queued ON batch_row(batch_id, amount_cents) WHERE state = 'queued'",
    """CREATE TRIGGER batch_row_stays_ended BEFORE UPDATE OF state ON batch_row
      WHEN (OLD.state IN ('ordered', 'refused', 'canceled') AND NEW.state <> OLD.state)
        OR (OLD.state = 'queued' AND NEW.state IN ('valid', 'invalid')) BEGIN
      SELECT RAISE(ABORT, 'a row that was ordered, refused or canceled stays so');
    END""",
    """CREATE TRIGGER batch_row_ordered BEFORE UPDATE OF state ON batch_row
      WHEN NEW.state = 'ordered' AND OLD.state <> 'ordered' AND NOT (OLD.state = 'queued'
        AND EXISTS (SELECT 1 FROM batch b WHERE b.id = NEW.batch_id AND b.state = 'sending')
        AND EXISTS (SELECT 1 FROM debit d WHERE d.id = NEW.debit_id AND d.amount_cents = NEW.amount_cents
          AND d.bank_account_id = NEW.bank_account_id)) BEGIN
      SELECT RAISE(ABORT, 'a row is ordered while its batch is being sent, as the debit that was approved');
    END""",
    """CREATE TRIGGER batch_row_keeps BEFORE UPDATE OF id, batch_id, line, bank_account_id, amount_cents, reference,
      purpose, debit_id ON batch_row WHEN OLD.state NOT IN ('valid', 'invalid') BEGIN
      SELECT RAISE(ABORT, 'a row that was submitted is not changed');
    END""",
    """CREATE TRIGGER batch_row_digest_keeps BEFORE UPDATE OF digest ON batch_row
      WHEN OLD.digest <> NEW.digest AND NOT EXISTS
        (SELECT 1 FROM batch b WHERE b.id = NEW.batch_id AND b.state IN ('draft', 'review')) BEGIN
      SELECT RAISE(ABORT, 'what was approved is not changed');
    END""",
    "CREATE TRIGGER batch_row_revoked AFTER INSERT ON mandate_revocation "
    + _STOP.format(why="'revoked'", whose="b.mandate_id = NEW.stripe_mandate_id"),
    "CREATE TRIGGER batch_row_ended AFTER UPDATE OF ended ON bank_account WHEN NEW.ended IS NOT NULL "
    + _STOP.format(why="'ended'", whose="b.id = NEW.id"),
    "CREATE TRIGGER batch_row_inactive AFTER UPDATE OF mandate_status ON bank_account"
    " WHEN NEW.mandate_status = 'inactive' " + _STOP.format(why="'inactive'", whose="b.id = NEW.id"),
    *(
        f"CREATE TRIGGER batch_row_{name} AFTER {event} ON payment_case WHEN NEW.revoked_mandate IS NOT NULL"
        " AND coalesce(NEW.outcome, '') <> 'before_start' "
        + _STOP.format(why="'disputed'", whose="b.mandate_id = NEW.revoked_mandate")
        for name, event in (("disputed", "INSERT"), ("disputed_later", "UPDATE OF revoked_mandate"))
    ),
)

# What an approver takes out of a batch that waits; who did stays.
LEFT_OUT = (
    "ALTER TABLE batch_row ADD COLUMN left_out_by TEXT",
    """CREATE TRIGGER batch_row_left_out BEFORE UPDATE OF left_out_by ON batch_row
      WHEN NEW.left_out_by IS NOT OLD.left_out_by AND (OLD.left_out_by IS NOT NULL OR NEW.state <> 'canceled') BEGIN
      SELECT RAISE(ABORT, 'a row is left out once, and is not sent any more');
    END""",
)

# Which accounts somebody has had asked for their balance before a batch is sent, and how far that is. The balances
# themselves are where every balance is.
COVER = (
    """CREATE TABLE batch_cover (
      batch_id TEXT NOT NULL REFERENCES batch(id),
      bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
      item_id TEXT NOT NULL,
      place INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'asked', 'failed', 'left')),
      problem TEXT,
      at INTEGER,
      PRIMARY KEY (batch_id, bank_account_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX batch_cover_item ON batch_cover(item_id, at)",
    """CREATE TRIGGER batch_cover_stays_asked BEFORE UPDATE OF state ON batch_cover
      WHEN OLD.state <> 'waiting' AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'an account that was asked, or left out, stays so');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of batches."""

    @migrations(name="batches_001_batches")
    def batches(db: sqlite_utils.Database) -> None:
        for statement in BATCHES:
            db.execute(statement)

    @migrations(name="batches_002_left_out")
    def left_out(db: sqlite_utils.Database) -> None:
        for statement in LEFT_OUT:
            db.execute(statement)

    @migrations(name="batches_003_cover")
    def cover(db: sqlite_utils.Database) -> None:
        for statement in COVER:
            db.execute(statement)
