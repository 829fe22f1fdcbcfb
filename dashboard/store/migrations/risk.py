"""The table of what Plaid's Signal said of planned debits, and of what was reported back to it."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# `result` is empty where the answer never came. `decision` is what was reported: whether the debit was made.
ASSESSMENTS = """
CREATE TABLE risk_assessment (
  id TEXT PRIMARY KEY,
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  result TEXT CHECK (result IN ('ACCEPT', 'REVIEW', 'REROUTE')),
  note TEXT,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  debit_id TEXT UNIQUE REFERENCES debit(id),
  looked_by TEXT,
  decision TEXT CHECK (decision IN ('made', 'not_made')),
  decision_at INTEGER,
  return_code TEXT,
  return_at INTEGER,
  CHECK (debit_id IS NULL OR result IN ('ACCEPT', 'REVIEW'))
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the migrations of risk assessments."""

    @migrations(name="risk_001_assessments")
    def assessments(db: sqlite_utils.Database) -> None:
        db.execute(ASSESSMENTS)
        db.execute("CREATE INDEX risk_assessment_open ON risk_assessment(asked_at) WHERE decision_at IS NULL")
        db.execute(
            "CREATE INDEX risk_assessment_debited ON risk_assessment(debit_id)"
            " WHERE return_at IS NULL AND debit_id IS NOT NULL"
        )
