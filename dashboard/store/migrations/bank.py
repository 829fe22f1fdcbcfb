"""Tables of what banks say of linked accounts: balances, holders, transactions; and how often Plaid was asked.

What is personal is sealed under the key of the customer in `key_of` (`store/private.py`): it goes when that key goes,
and a merge, which moves `customer_id`, leaves it readable.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

BALANCES = """
CREATE TABLE bank_balance (
  bank_account_id TEXT PRIMARY KEY REFERENCES bank_account(id),
  customer_id TEXT NOT NULL REFERENCES customer(id),
  key_of TEXT NOT NULL,
  sealed TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT
"""

# `decision` is what a person made of the names: `same` or `other`; it is about the names in `decided_about`, a digest.
HOLDERS = """
CREATE TABLE bank_holder (
  bank_account_id TEXT PRIMARY KEY REFERENCES bank_account(id),
  customer_id TEXT NOT NULL REFERENCES customer(id),
  key_of TEXT NOT NULL,
  sealed TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  decision TEXT,
  decided_about TEXT,
  decided_by TEXT,
  decided_at INTEGER
) STRICT
"""

TRANSACTIONS = """
CREATE TABLE bank_transaction (
  item_id TEXT NOT NULL REFERENCES item(id),
  transaction_id TEXT NOT NULL,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  account_id TEXT NOT NULL,
  day TEXT NOT NULL,
  key_of TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (item_id, transaction_id)
) STRICT
"""

CURSORS = """
CREATE TABLE bank_transaction_cursor (
  item_id TEXT PRIMARY KEY REFERENCES item(id),
  cursor TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT
"""

COUNTS = """
CREATE TABLE plaid_call (
  month TEXT NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (month, name)
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the migrations about what banks say."""

    @migrations(name="bank_001_tables")
    def tables(db: sqlite_utils.Database) -> None:
        for statement in (BALANCES, HOLDERS, TRANSACTIONS, CURSORS, COUNTS):
            db.execute(statement)
        db.execute("CREATE INDEX bank_transaction_day ON bank_transaction(item_id, account_id, day)")
        for table in ("bank_balance", "bank_holder", "bank_transaction"):
            db.execute(f"CREATE INDEX {table}_customer ON {table}(customer_id)")
