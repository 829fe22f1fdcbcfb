"""Limits: what each debit reserves of them, and the rules that the last start had."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# One row a debit, under its id. `at` is when it was ordered, and once it is posted when Stripe took it.
RESERVATIONS = (
    """CREATE TABLE limit_reservation (
      id TEXT PRIMARY KEY REFERENCES debit(id),
      customer_id TEXT NOT NULL REFERENCES customer(id),
      maker TEXT NOT NULL,
      cents INTEGER NOT NULL CHECK (cents > 0),
      state TEXT NOT NULL CHECK (state IN ('reserved', 'posted', 'released')),
      at INTEGER NOT NULL
    ) STRICT""",
    """INSERT INTO limit_reservation (id, customer_id, maker, cents, state, at)
      SELECT id, customer_id, requested_by, amount_cents,
        CASE WHEN state = 'submitted' THEN 'posted' WHEN state IN ('refused', 'canceled') THEN 'released'
          ELSE 'reserved' END,
        CASE WHEN state IN ('submitted', 'refused', 'canceled') THEN updated_at ELSE created_at END
      FROM debit""",
    "CREATE INDEX limit_reservation_customer ON limit_reservation(customer_id, state, at)",
    "CREATE INDEX limit_reservation_maker ON limit_reservation(maker, state, at)",
    "CREATE INDEX limit_reservation_state ON limit_reservation(state, at)",
    """CREATE TRIGGER limit_reservation_stays_ended BEFORE UPDATE OF state, cents, at ON limit_reservation
      WHEN OLD.state IN ('posted', 'released') AND (NEW.state <> OLD.state OR NEW.cents <> OLD.cents OR NEW.at <> OLD.at)
      BEGIN SELECT RAISE(ABORT, 'a reservation that has ended stays ended');
    END""",
)
IN_FORCE = """CREATE TABLE limits_in_force (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  rules TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT"""


def define(migrations: Migrations) -> None:
    """Register the migrations of limits."""

    @migrations(name="limits_001_reservations")
    def reservations(db: sqlite_utils.Database) -> None:
        for statement in (*RESERVATIONS, IN_FORCE):
            db.execute(statement)
