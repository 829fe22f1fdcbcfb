"""Refunds that the desk ordered; what Stripe says of each is in `refund`."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

from dashboard.store.migrations.approvals import remake

REFUNDS = (
    """CREATE TABLE refund_order (
      id TEXT PRIMARY KEY,
      ticket TEXT NOT NULL UNIQUE,
      payment_id TEXT NOT NULL,
      customer_id TEXT REFERENCES customer(id),
      cents INTEGER NOT NULL CHECK (cents > 0),
      currency TEXT NOT NULL,
      total_cents INTEGER NOT NULL CHECK (total_cents >= cents),
      reason TEXT NOT NULL,
      note TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('review', 'ordered', 'unknown', 'submitted', 'refused', 'canceled')),
      requested_by TEXT NOT NULL,
      stripe_refund_id TEXT UNIQUE,
      refusal TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX refund_order_payment ON refund_order(payment_id, created_at)",
    "CREATE INDEX refund_order_customer ON refund_order(customer_id)",
    """CREATE TRIGGER refund_order_stays_ended BEFORE UPDATE OF state, stripe_refund_id ON refund_order
      WHEN OLD.state IN ('submitted', 'refused', 'canceled')
        AND (NEW.state <> OLD.state OR NEW.stripe_refund_id IS NOT OLD.stripe_refund_id) BEGIN
      SELECT RAISE(ABORT, 'a refund that has ended stays ended');
    END""",
    """CREATE TRIGGER refund_order_keeps BEFORE UPDATE OF payment_id, cents, currency, total_cents ON refund_order BEGIN
      SELECT RAISE(ABORT, 'what was ordered is not changed');
    END""",
)


def define(migrations: Migrations) -> None:
    """Register the migrations of refunds."""

    @migrations(name="refunds_001_orders")
    def orders(db: sqlite_utils.Database) -> None:
        for statement in REFUNDS:
            db.execute(statement)

    @migrations(name="refunds_002_approvals_of_anybody")
    def approvals_of_anybody(db: sqlite_utils.Database) -> None:
        """A payment's customer may be none of the desk's, and its refund be approved all the same."""
        remake(db, "approval", "customer_id TEXT NOT NULL", "customer_id TEXT", ("approval_decision",))

    @migrations(name="refunds_003_references")
    def references(db: sqlite_utils.Database) -> None:
        """By what the customer's bank finds the credit (Stripe: destination_details.us_bank_transfer)."""
        db.execute("ALTER TABLE refund ADD COLUMN reference TEXT")
        db.execute("ALTER TABLE refund ADD COLUMN reference_status TEXT")
