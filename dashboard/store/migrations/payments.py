"""The payments' tables: Stripe's objects in the columns that the product uses, and the one wide table of payments.

Money is cents, time is epoch seconds. `payment` is derived: one row per charge, or per PaymentIntent or debit of ours
that has no charge yet. `payment_change` says which of its rows changed, for what is held of it in memory.
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
    "payment_of_customer": "payment(customer_id, created)",
    "payment_payout": "payment(payout_id) WHERE payout_id IS NOT NULL",
    "payment_intent": "payment(intent_id)",
    "payment_debit": "payment(debit_id) WHERE debit_id IS NOT NULL",
}
# What only helped to find, sort and add up payments in SQL, which `store/payments/columns/` does in memory.
CHANGES_KEPT = 200_000  # of the noted ones; whoever has read none of them reads the table anew
IN_MEMORY = (
    "CREATE TABLE payment_change (n INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT",
    "CREATE TRIGGER payment_changed AFTER UPDATE ON payment BEGIN INSERT INTO payment_change (seq) VALUES (old.seq); END",
    "CREATE TRIGGER payment_gone AFTER DELETE ON payment BEGIN INSERT INTO payment_change (seq) VALUES (old.seq); END",
    f"""CREATE TRIGGER payment_change_limit AFTER INSERT ON payment_change BEGIN
      DELETE FROM payment_change WHERE n <= new.n - {CHANGES_KEPT}; END""",
    *(f"DROP INDEX IF EXISTS payment_{name}" for name in ("amount", "customer", "due", "reason", "bank")),
    *(f"DROP TABLE payment_{name}" for name in ("search", "words", "unsearched", "by_day", "by_customer", "by_reason")),
    "CREATE INDEX payment_debit ON payment(debit_id) WHERE debit_id IS NOT NULL",
)

# The columns of `store/payments/columns/` as they were at a moment. A name that is taken out of a payment is not left
# in them: they are made anew.
SAVED = (
    "CREATE TABLE payment_columns (name TEXT PRIMARY KEY, made TEXT NOT NULL, body BLOB NOT NULL) STRICT",
    """CREATE TRIGGER payment_columns_names AFTER UPDATE OF customer, email, reference ON payment
      WHEN (old.customer, old.email, old.reference) <> (new.customer, new.email, new.reference)
      BEGIN DELETE FROM payment_columns; END""",
)

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

# Only ACH debits are payments: whatever else an older version showed leaves the table, and the sums are made anew.
ACH_ONLY = (
    "ALTER TABLE charge ADD COLUMN payer TEXT",
    "ALTER TABLE charge ADD COLUMN payer_email TEXT",
    "ALTER TABLE intent ADD COLUMN rail TEXT NOT NULL DEFAULT 'us_bank_account'",
    "DELETE FROM payment_search WHERE rowid IN (SELECT seq FROM payment WHERE rail NOT IN ('us_bank_account', 'ach_debit'))",
    "DELETE FROM payment WHERE rail NOT IN ('us_bank_account', 'ach_debit')",
    "DELETE FROM payment_by_day",
    "DELETE FROM payment_by_customer",
    "DELETE FROM payment_by_reason",
    """INSERT INTO payment_by_day SELECT day, state, currency, rail, count(*), sum(amount), sum(refunded) FROM payment
      GROUP BY day, state, currency, rail""",
    """INSERT INTO payment_by_customer SELECT coalesce(customer_id, ''), state, currency, count(*), sum(amount) FROM payment
      GROUP BY 1, state, currency""",
    """INSERT INTO payment_by_reason SELECT day, state, reason, currency, count(*), sum(amount) FROM payment
      WHERE reason IS NOT NULL GROUP BY day, state, reason, currency""",
)

NAMES = (
    "ALTER TABLE settlement RENAME TO balance_transaction",
    "ALTER TABLE charge RENAME COLUMN settlement_id TO balance_transaction_id",
    "ALTER TABLE payout RENAME COLUMN itemised TO itemized",
    "DROP INDEX settlement_source",
    "DROP INDEX settlement_payout",
    "CREATE INDEX balance_transaction_source ON balance_transaction(source_id)",
    "CREATE INDEX balance_transaction_payout ON balance_transaction(payout_id)",
)

# Pieces of words in place of words: dashboard/store/engine/search.py. All that stands between spaces is one piece.
SEARCH = (
    "DROP TABLE payment_search",
    "CREATE TABLE payment_words (seq INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT",
    """CREATE VIRTUAL TABLE payment_search USING fts5(words, content = '', columnsize = 0,
      tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'")""",
    "INSERT OR IGNORE INTO payment_unsearched SELECT id FROM payment",
)


def define(migrations: Migrations) -> None:
    """Register the payments' migrations."""

    @migrations(name="payments_001_tables")
    def tables(db: sqlite_utils.Database) -> None:
        for statement in (*OBJECTS, *PAYMENT, *SYNC):
            db.execute(statement)
        db.execute("CREATE INDEX charge_intent ON charge(intent_id)")
        db.execute("CREATE INDEX payment_of_customer ON payment(customer_id, created)")
        db.execute("CREATE INDEX payment_payout ON payment(payout_id) WHERE payout_id IS NOT NULL")
        db.execute("CREATE INDEX payment_intent ON payment(intent_id)")

    @migrations(name="payments_002_ach_only")
    def ach_only(db: sqlite_utils.Database) -> None:
        for statement in ACH_ONLY:
            db.execute(statement)

    @migrations(name="payments_003_balance_currency")
    def balance_currency(db: sqlite_utils.Database) -> None:
        db.execute(
            "ALTER TABLE payment ADD COLUMN balance_currency TEXT"
        )  # of fee and net, which Stripe may convert to
        db.execute(
            "UPDATE payment SET balance_currency = (SELECT s.currency FROM charge c JOIN settlement s"
            " ON s.id = c.settlement_id WHERE c.id = payment.id)"
        )

    @migrations(name="payments_004_names")
    def names(db: sqlite_utils.Database) -> None:
        for statement in NAMES:
            db.execute(statement)

    @migrations(name="payments_005_search_inside_words")
    def search_inside_words(db: sqlite_utils.Database) -> None:
        for statement in SEARCH:
            db.execute(statement)

    @migrations(name="payments_006_in_memory")
    def in_memory(db: sqlite_utils.Database) -> None:
        for statement in IN_MEMORY:
            db.execute(statement)

    @migrations(name="payments_007_deleted_customers")
    def deleted_customers(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE stripe_customer ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0")

    @migrations(name="payments_008_saved_columns")
    def saved_columns(db: sqlite_utils.Database) -> None:
        for statement in SAVED:
            db.execute(statement)
