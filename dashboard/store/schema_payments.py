"""The payments' tables: Stripe's objects in the columns that the product uses, and the one wide table of payments.

Money is cents, time is epoch seconds. `payment` is derived: one row per charge, or per PaymentIntent or debit of ours
that has no charge yet. Its summaries are kept in the same transaction as its rows, so they always add up to it.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

OBJECTS = (
    """CREATE TABLE charge (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      refunded INTEGER NOT NULL, disputed INTEGER NOT NULL, failure_code TEXT, failure_message TEXT, rail TEXT NOT NULL,
      intent_id TEXT, method_id TEXT, customer_id TEXT, settlement_id TEXT, bank TEXT, last4 TEXT, holder_type TEXT,
      mandate_id TEXT, expected_debit TEXT, trace TEXT, descriptor TEXT, debit_id TEXT, reference TEXT, network_code TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE intent (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      customer_id TEXT, charge_id TEXT, error_code TEXT, debit_id TEXT, reference TEXT, method_id TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE settlement (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, net INTEGER NOT NULL,
      currency TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, available_on INTEGER NOT NULL, source_id TEXT,
      payout_id TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE refund (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      charge_id TEXT, reason TEXT, failure_reason TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE dispute (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      charge_id TEXT, reason TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE payout (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
      arrival INTEGER NOT NULL, automatic INTEGER NOT NULL, reconciliation TEXT, trace TEXT, itemised INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE stripe_customer (
      id TEXT PRIMARY KEY, created INTEGER NOT NULL, name TEXT, email TEXT
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX settlement_source ON settlement(source_id)",
    "CREATE INDEX settlement_payout ON settlement(payout_id)",
    "CREATE INDEX refund_charge ON refund(charge_id)",
    "CREATE INDEX dispute_charge ON dispute(charge_id)",
)

PAYMENT = (
    """CREATE TABLE payment (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      created INTEGER NOT NULL,
      day INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      state TEXT NOT NULL,
      due INTEGER,
      reason TEXT,
      rail TEXT NOT NULL,
      customer_id TEXT,
      customer TEXT NOT NULL,
      email TEXT NOT NULL,
      bank TEXT NOT NULL,
      last4 TEXT,
      reference TEXT NOT NULL,
      fee INTEGER,
      net INTEGER,
      refunded INTEGER NOT NULL,
      available_on INTEGER,
      payout_id TEXT,
      intent_id TEXT,
      debit_id TEXT
    ) STRICT""",
    "CREATE INDEX payment_created ON payment(created, seq)",
    "CREATE INDEX payment_state ON payment(state, created, seq)",
    "CREATE VIRTUAL TABLE payment_search USING fts5(words, tokenize = 'unicode61', prefix = '2 3 4')",
    "CREATE TABLE payment_unsearched (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    """CREATE TABLE payment_by_day (
      day INTEGER NOT NULL, state TEXT NOT NULL, currency TEXT NOT NULL, rail TEXT NOT NULL,
      count INTEGER NOT NULL, amount INTEGER NOT NULL, refunded INTEGER NOT NULL,
      PRIMARY KEY (day, state, currency, rail)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE payment_by_customer (
      customer_id TEXT NOT NULL, state TEXT NOT NULL, currency TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
      PRIMARY KEY (customer_id, state, currency)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE payment_by_reason (
      day INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, currency TEXT NOT NULL, count INTEGER NOT NULL,
      amount INTEGER NOT NULL, PRIMARY KEY (day, state, reason, currency)
    ) STRICT, WITHOUT ROWID""",
)

# Nothing of a backfill asks by these, so the first one puts them on when its rows are there.
LATE_INDEXES = {
    "charge_intent": "charge(intent_id)",
    "payment_amount": "payment(amount, seq, currency)",
    "payment_customer": "payment(customer COLLATE NOCASE, seq)",
    "payment_due": "payment(due, seq)",
    "payment_of_customer": "payment(customer_id, created)",
    "payment_reason": "payment(reason, created) WHERE reason IS NOT NULL",
    "payment_bank": "payment(bank, created, amount, currency)",
    "payment_payout": "payment(payout_id) WHERE payout_id IS NOT NULL",
    "payment_intent": "payment(intent_id)",
}

SYNC = (
    """CREATE TABLE sync_run (
      id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, finished_at INTEGER, kind TEXT NOT NULL, report TEXT
    ) STRICT""",
    "CREATE TABLE sync_cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE sync_window (
      resource TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, after TEXT,
      PRIMARY KEY (resource, start)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE sync_event (id TEXT PRIMARY KEY, created INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX sync_event_created ON sync_event(created)",
    """CREATE TABLE sync_read (
      day INTEGER NOT NULL, endpoint TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, endpoint)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)


def define(migrations: Migrations) -> None:
    """Register the payments' migrations."""

    @migrations(name="payments_001_tables")
    def tables(db: sqlite_utils.Database) -> None:
        for statement in (*OBJECTS, *PAYMENT, *SYNC):
            db.execute(statement)
        for name, columns in LATE_INDEXES.items():
            db.execute(f"CREATE INDEX {name} ON {columns}")
