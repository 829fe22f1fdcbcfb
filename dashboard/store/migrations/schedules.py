"""When scheduled debits are sent, and what stops them."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

from dashboard.store.migrations.approvals import remake

REFERRING = ("risk_assessment", "limit_reservation", "representment")
STATES = "'review', 'submitted'", "'review', 'scheduled', 'submitted'"

# What ends an authorization stops every schedule under it in the same transaction, whoever writes it: a person, a
# removal, an erasure, or the sync. Its job is woken, and looks before it sends anything in any case.
_STOP = """BEGIN
      UPDATE debit_schedule SET state = 'stopped', stopped_by = {why} WHERE state = 'waiting' AND id IN
        (SELECT d.id FROM debit d JOIN bank_account b ON b.id = d.bank_account_id
          WHERE {whose} AND d.state NOT IN ('submitted', 'refused', 'canceled'));
    END"""

SCHEDULES = (
    """CREATE TABLE debit_schedule (
      id TEXT PRIMARY KEY REFERENCES debit(id),
      plan_id TEXT NOT NULL,
      number INTEGER NOT NULL CHECK (number BETWEEN 1 AND count),
      count INTEGER NOT NULL CHECK (count >= 1),
      wanted_on TEXT NOT NULL,
      collect_on TEXT NOT NULL CHECK (collect_on >= wanted_on),
      due_at INTEGER NOT NULL,
      send_by INTEGER NOT NULL CHECK (send_by >= due_at),
      accept_unknown_balance INTEGER NOT NULL CHECK (accept_unknown_balance IN (0, 1)),
      similar_to TEXT,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'released', 'stopped')),
      stopped_by TEXT CHECK (stopped_by IN ('revoked', 'ended', 'inactive', 'disputed')),
      released_at INTEGER
    ) STRICT""",
    "CREATE UNIQUE INDEX debit_schedule_plan ON debit_schedule(plan_id, number)",
    "CREATE INDEX debit_schedule_due ON debit_schedule(due_at) WHERE state = 'waiting'",
    """CREATE TRIGGER debit_schedule_stays BEFORE UPDATE OF state ON debit_schedule
      WHEN OLD.state <> 'waiting' AND NEW.state <> OLD.state BEGIN
      SELECT RAISE(ABORT, 'a schedule that was released or stopped stays so');
    END""",
    """CREATE TRIGGER debit_schedule_keeps BEFORE UPDATE OF id, plan_id, number, count, wanted_on, collect_on, due_at,
      send_by ON debit_schedule BEGIN
      SELECT RAISE(ABORT, 'what was scheduled is not changed');
    END""",
    """CREATE TRIGGER debit_schedule_wakes AFTER UPDATE OF state ON debit_schedule WHEN NEW.state = 'stopped' BEGIN
      UPDATE job SET state = CASE state WHEN 'asking' THEN 'waiting' ELSE state END, question = NULL, next_at = 0
        WHERE kind = 'debit' AND subject = NEW.id AND ended_at IS NULL;
    END""",
    "CREATE TRIGGER debit_schedule_revoked AFTER INSERT ON mandate_revocation "
    + _STOP.format(why="'revoked'", whose="b.mandate_id = NEW.stripe_mandate_id"),
    "CREATE TRIGGER debit_schedule_ended AFTER UPDATE OF ended ON bank_account WHEN NEW.ended IS NOT NULL "
    + _STOP.format(why="'ended'", whose="b.id = NEW.id"),
    "CREATE TRIGGER debit_schedule_inactive AFTER UPDATE OF mandate_status ON bank_account"
    " WHEN NEW.mandate_status = 'inactive' " + _STOP.format(why="'inactive'", whose="b.id = NEW.id"),
    *(
        f"CREATE TRIGGER debit_schedule_{name} AFTER {event} ON payment_case WHEN NEW.revoked_mandate IS NOT NULL"
        " AND coalesce(NEW.outcome, '') <> 'before_start' "
        + _STOP.format(why="'disputed'", whose="b.mandate_id = NEW.revoked_mandate")
        for name, event in (("disputed", "INSERT"), ("disputed_later", "UPDATE OF revoked_mandate"))
    ),
)

NOTICES = (
    """CREATE TABLE debit_notice (
      id TEXT PRIMARY KEY REFERENCES debit_schedule(id),
      reason TEXT NOT NULL CHECK (reason IN ('amount', 'date')),
      tell_by TEXT NOT NULL,
      was_cents INTEGER,
      told_at INTEGER,
      told_by TEXT,
      CHECK ((told_at IS NULL) = (told_by IS NULL))
    ) STRICT""",
    "CREATE INDEX debit_notice_open ON debit_notice(tell_by) WHERE told_at IS NULL",
    """CREATE TRIGGER debit_notice_keeps BEFORE UPDATE ON debit_notice
      WHEN OLD.told_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.reason <> OLD.reason OR NEW.tell_by <> OLD.tell_by BEGIN
      SELECT RAISE(ABORT, 'what a customer was told is not changed');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of schedules."""

    @migrations(name="schedules_001_scheduled_debits")
    def scheduled_debits(db: sqlite_utils.Database) -> None:
        remake(db, "debit", *STATES, REFERRING)

    @migrations(name="schedules_002_schedules")
    def schedules(db: sqlite_utils.Database) -> None:
        for statement in SCHEDULES:
            db.execute(statement)

    @migrations(name="schedules_003_notices")
    def notices(db: sqlite_utils.Database) -> None:
        for statement in NOTICES:
            db.execute(statement)
