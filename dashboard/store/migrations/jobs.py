"""The tables of durable jobs: one row an operation, the call of each step, and every try."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

from dashboard.store.migrations import connection_jobs, link_jobs

JOBS = (
    """CREATE TABLE job (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      step TEXT NOT NULL,
      state TEXT NOT NULL
        CHECK (state IN ('waiting', 'asking', 'blocked', 'unknown', 'done', 'failed', 'canceled')),
      question TEXT,
      ordered_by TEXT NOT NULL,
      ordered_from TEXT NOT NULL,
      ordered_at INTEGER NOT NULL,
      ordered_in TEXT NOT NULL,
      answers INTEGER NOT NULL DEFAULT 0,
      tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
      next_at INTEGER,
      problem TEXT,
      lease_owner TEXT,
      lease_until INTEGER,
      ended_at INTEGER,
      updated_at INTEGER NOT NULL,
      CHECK ((state IN ('done', 'failed', 'canceled')) = (ended_at IS NOT NULL)),
      CHECK ((state = 'asking') = (question IS NOT NULL)),
      CHECK ((state IN ('waiting', 'blocked', 'unknown')) = (next_at IS NOT NULL))
    ) STRICT""",
    "CREATE UNIQUE INDEX job_open ON job(kind, subject) WHERE ended_at IS NULL",
    "CREATE INDEX job_due ON job(next_at) WHERE ended_at IS NULL",
    "CREATE INDEX job_subject ON job(subject, kind, ordered_at)",
    "CREATE INDEX job_ended ON job(kind, state, ended_at) WHERE ended_at IS NOT NULL",
    """CREATE TRIGGER job_stays_ended BEFORE UPDATE ON job
      WHEN OLD.ended_at IS NOT NULL AND (NEW.state <> OLD.state OR NEW.step <> OLD.step OR NEW.ended_at IS NULL) BEGIN
      SELECT RAISE(ABORT, 'an ended job stays ended');
    END""",
    """CREATE TABLE job_call (
      job_id TEXT NOT NULL REFERENCES job(id),
      step TEXT NOT NULL,
      key TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      PRIMARY KEY (job_id, step)
    ) STRICT""",
    """CREATE TABLE job_try (
      job_id TEXT NOT NULL REFERENCES job(id),
      number INTEGER NOT NULL,
      step TEXT NOT NULL,
      key TEXT NOT NULL,
      sent_at INTEGER NOT NULL,
      provider_at INTEGER,
      outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'done', 'refused', 'no_effect', 'doubtful')),
      code TEXT,
      request_id TEXT,
      PRIMARY KEY (job_id, number)
    ) STRICT""",
)

# A debit keeps what it is about; its key, body, lease and problem are its job's. What an earlier version left open is
# looked for (it may have been sent), or asks to be confirmed again (it surely was not).
DEBITS = (
    """CREATE TABLE debit_now (
      id TEXT PRIMARY KEY,
      ticket TEXT NOT NULL UNIQUE,
      customer_id TEXT NOT NULL REFERENCES customer(id),
      bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
      amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
      currency TEXT NOT NULL,
      purpose TEXT NOT NULL,
      invoice_reference TEXT NOT NULL,
      statement_descriptor TEXT NOT NULL,
      state TEXT NOT NULL
        CHECK (state IN ('created', 'sending', 'unknown', 'unsent', 'submitted', 'refused', 'canceled')),
      balance TEXT NOT NULL,
      requested_by TEXT NOT NULL,
      requester_address TEXT NOT NULL,
      ordered_at_stripe INTEGER,
      payment_intent_id TEXT UNIQUE,
      charge_id TEXT,
      refusal TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT""",
    """INSERT INTO job (id, kind, subject, step, state, question, ordered_by, ordered_from, ordered_at, ordered_in,
        next_at, problem, updated_at)
      SELECT 'job_' || substr(id, 7), 'debit', id, 'create', 'asking', 'confirm_again', requested_by,
        requester_address, created_at, '', NULL, problem, updated_at
      FROM debit WHERE state = 'created' AND first_sent_at IS NULL""",
    """INSERT INTO job (id, kind, subject, step, state, question, ordered_by, ordered_from, ordered_at, ordered_in,
        next_at, problem, updated_at)
      SELECT 'job_' || substr(id, 7), 'debit', id, 'find', 'waiting', NULL, requested_by,
        requester_address, created_at, '', 0, problem, updated_at
      FROM debit WHERE state IN ('sending', 'unknown') OR (state = 'created' AND first_sent_at IS NOT NULL)""",
    """INSERT INTO debit_now (id, ticket, customer_id, bank_account_id, amount_cents, currency, purpose,
        invoice_reference, statement_descriptor, state, balance, requested_by, requester_address, payment_intent_id,
        charge_id, refusal, created_at, updated_at)
      SELECT id, ticket, customer_id, bank_account_id, amount_cents, currency, purpose, invoice_reference,
        statement_descriptor,
        CASE WHEN state = 'created' AND first_sent_at IS NULL THEN 'unsent'
          WHEN state IN ('created', 'sending', 'unknown') THEN 'unknown' ELSE state END,
        balance, requested_by, requester_address, payment_intent_id, charge_id,
        CASE state WHEN 'refused' THEN problem END, created_at, updated_at
      FROM debit""",
    "DROP TABLE debit",
    "ALTER TABLE debit_now RENAME TO debit",
    "CREATE INDEX debit_account ON debit(bank_account_id, created_at)",
    "CREATE INDEX debit_state ON debit(state, updated_at)",
    "CREATE INDEX debit_charge ON debit(charge_id)",
    "CREATE INDEX debit_created ON debit(created_at)",
    """CREATE TRIGGER debit_stays_ended BEFORE UPDATE OF state, payment_intent_id ON debit
      WHEN OLD.state IN ('submitted', 'refused', 'canceled')
        AND (NEW.state <> OLD.state OR NEW.payment_intent_id IS NOT OLD.payment_intent_id) BEGIN
      SELECT RAISE(ABORT, 'a debit that has ended stays ended');
    END""",
)

# What an earlier version still had to tell Stripe of a customer; what Stripe refused waits for a person.
CUSTOMER_UPDATES = (
    """INSERT INTO job (id, kind, subject, step, state, ordered_by, ordered_from, ordered_at, ordered_in, next_at,
        problem, ended_at, updated_at)
      SELECT 'job_' || substr(version, 6), 'customer_update', customer_id, 'send',
        CASE refused WHEN 1 THEN 'failed' ELSE 'waiting' END, 'ach-desk', '', wanted_at, '',
        CASE refused WHEN 1 THEN NULL ELSE 0 END, problem, CASE refused WHEN 1 THEN wanted_at END, wanted_at
      FROM customer_telling""",
    "DROP TABLE customer_telling",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of jobs."""

    @migrations(name="jobs_001_jobs")
    def jobs(db: sqlite_utils.Database) -> None:
        for statement in JOBS:
            db.execute(statement)

    @migrations(name="jobs_002_debits")
    def debits(db: sqlite_utils.Database) -> None:
        for statement in DEBITS:
            db.execute(statement)

    @migrations(name="jobs_003_customer_updates")
    def customer_updates(db: sqlite_utils.Database) -> None:
        for statement in CUSTOMER_UPDATES:
            db.execute(statement)

    @migrations(name="jobs_003_links")
    def links(db: sqlite_utils.Database) -> None:
        for statement in link_jobs.LINKS:
            db.execute(statement)

    @migrations(name="jobs_004_token_rotations")
    def token_rotations(db: sqlite_utils.Database) -> None:
        for statement in connection_jobs.ROTATIONS:
            db.execute(statement)

    @migrations(name="jobs_005_removals")
    def removals(db: sqlite_utils.Database) -> None:
        for statement in connection_jobs.REMOVALS:
            db.execute(statement)

    @migrations(name="jobs_006_erasures")
    def erasures(db: sqlite_utils.Database) -> None:
        for statement in connection_jobs.ERASURES:
            db.execute(statement)

    @migrations(name="jobs_007_restores")
    def restores(db: sqlite_utils.Database) -> None:
        for statement in connection_jobs.RESTORES:
            db.execute(statement)
