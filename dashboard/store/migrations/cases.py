"""Cases of payments that failed, came back or are disputed, and what was done about each."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

from dashboard.store.migrations.approvals import remake

# A payment has one case for good, open or decided, so it can have neither two nor, once it was in trouble, none.
# `mark` is what was decided about; days are ISO text, so that no zone moves them.
TABLES = (
    """CREATE TABLE payment_case (
      id TEXT PRIMARY KEY,
      payment_id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL CHECK (kind IN ('return', 'late_return', 'dispute', 'inquiry', 'refund')),
      cause TEXT NOT NULL,
      mark TEXT NOT NULL,
      code TEXT,
      step TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'review', 'closed')),
      outcome TEXT CHECK (outcome IN ('recovered', 'before_start', 'done', 'debited_again', 'written_off')),
      assignee TEXT NOT NULL DEFAULT '',
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      revoked_mandate TEXT,
      happened_at INTEGER NOT NULL,
      opened_at INTEGER NOT NULL,
      due_on TEXT NOT NULL,
      until_on TEXT,
      closed_at INTEGER,
      closed_by TEXT,
      approver TEXT,
      CHECK ((state = 'closed') = (outcome IS NOT NULL) AND (state = 'closed') = (closed_at IS NOT NULL))
    ) STRICT""",
    "CREATE INDEX payment_case_state ON payment_case(state, due_on)",
    "CREATE INDEX payment_case_due ON payment_case(due_on)",
    "CREATE INDEX payment_case_assignee ON payment_case(assignee, due_on) WHERE state <> 'closed'",
    "CREATE INDEX payment_case_mandate ON payment_case(revoked_mandate) WHERE revoked_mandate IS NOT NULL",
    """CREATE TABLE payment_case_event (
      case_id TEXT NOT NULL REFERENCES payment_case(id),
      at INTEGER NOT NULL,
      person TEXT NOT NULL,
      what TEXT NOT NULL,
      note TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE INDEX payment_case_event_case ON payment_case_event(case_id)",
    """CREATE TRIGGER payment_case_event_keeps BEFORE UPDATE OF case_id, at, person, what ON payment_case_event BEGIN
      SELECT RAISE(ABORT, 'what happened to a case is not changed');
    END""",
    """CREATE TABLE payment_case_start (since INTEGER NOT NULL) STRICT""",
)

STATES = "'open', 'waiting', 'review', 'closed'", "'open', 'waiting', 'review', 'presented', 'closed'"
OUTCOMES = "'debited_again', 'written_off'", "'debited_again', 'written_off', 'merged'"

# A case has one attempt on its way, and a debt each attempt once, whoever orders from which of its cases.
REPRESENTMENTS = (
    """CREATE TABLE representment (
      debit_id TEXT PRIMARY KEY REFERENCES debit(id),
      case_id TEXT NOT NULL REFERENCES payment_case(id),
      original_id TEXT NOT NULL,
      number INTEGER NOT NULL CHECK (number IN (1, 2)),
      state TEXT NOT NULL CHECK (state IN ('ordered', 'withdrawn', 'failed', 'succeeded')),
      ordered_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX representment_open ON representment(case_id) WHERE state = 'ordered'",
    "CREATE UNIQUE INDEX representment_once ON representment(original_id, number) WHERE state <> 'withdrawn'",
    "CREATE INDEX representment_case ON representment(case_id, ordered_at)",
    """CREATE TRIGGER representment_stays BEFORE UPDATE OF state ON representment
      WHEN NEW.state <> OLD.state AND (OLD.state = 'withdrawn' OR NEW.state = 'ordered') BEGIN
      SELECT RAISE(ABORT, 'an attempt that has ended stays ended');
    END""",
    """CREATE TRIGGER representment_keeps BEFORE UPDATE OF debit_id, case_id, number ON representment BEGIN
      SELECT RAISE(ABORT, 'what was ordered is not changed');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of cases."""

    @migrations(name="cases_001_cases")
    def cases(db: sqlite_utils.Database) -> None:
        for statement in TABLES:
            db.execute(statement)

    @migrations(name="cases_002_undecided")
    def undecided(db: sqlite_utils.Database) -> None:
        """What the page asks for first, in its order."""
        db.execute("DROP INDEX payment_case_due")
        db.execute("CREATE INDEX payment_case_due ON payment_case(due_on) WHERE state <> 'closed'")

    @migrations(name="cases_003_presented_again")
    def presented_again(db: sqlite_utils.Database) -> None:
        remake(db, "payment_case", *STATES, ("payment_case_event",))
        remake(db, "payment_case", *OUTCOMES, ("payment_case_event",))

    @migrations(name="cases_004_representments")
    def representments(db: sqlite_utils.Database) -> None:
        for statement in REPRESENTMENTS:
            db.execute(statement)
