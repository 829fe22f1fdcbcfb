"""Calls that Stripe holds until somebody there approves them."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

TABLES = (
    """CREATE TABLE stripe_approval (
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      approval_id TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'ended')),
      seen_at INTEGER NOT NULL,
      ended_at INTEGER,
      CHECK ((state = 'ended') = (ended_at IS NOT NULL))
    ) STRICT""",
    "CREATE UNIQUE INDEX stripe_approval_open ON stripe_approval(kind, subject) WHERE state = 'waiting'",
    """CREATE TRIGGER stripe_approval_stays BEFORE UPDATE ON stripe_approval WHEN OLD.state = 'ended'
      OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject BEGIN
      SELECT RAISE(ABORT, 'what waited at Stripe is not changed');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of what waits at Stripe."""

    @migrations(name="at_stripe_001_approvals")
    def approvals(db: sqlite_utils.Database) -> None:
        for statement in TABLES:
            db.execute(statement)
