"""Stripe's own word about the balance: which one a payout left, and what Stripe says that it holds."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# `source_type` is Stripe's: bank_account, card or fpx today. It is null of a payout that was read before it was kept.
# Of the balance the last reading is kept, of one instant; nothing is paid by it.
TABLES = (
    "ALTER TABLE payout ADD COLUMN source_type TEXT",
    """CREATE TABLE stripe_balance (
      currency TEXT NOT NULL,
      source_type TEXT NOT NULL,
      available INTEGER NOT NULL,
      pending INTEGER NOT NULL,
      read_at INTEGER NOT NULL,
      PRIMARY KEY (currency, source_type)
    ) STRICT, WITHOUT ROWID""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of Stripe's own word about the balance."""

    @migrations(name="stripe_balance_001_source_types")
    def source_types(db: sqlite_utils.Database) -> None:
        for statement in TABLES:
            db.execute(statement)
