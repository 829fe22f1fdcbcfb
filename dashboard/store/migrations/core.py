"""The core's tables: owners, audit, customers, link attempts, items, bank accounts, mandates, debits, banks.

STRICT tables; time is whole epoch seconds, money is cents, secrets are sealed BLOBs. A change is a new migration.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

OWNERS_AND_TRAIL = """
CREATE TABLE stamp (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  facts TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit(subject, seq);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""

CUSTOMERS = """
CREATE TABLE customer (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  reference TEXT NOT NULL COLLATE NOCASE UNIQUE,
  holder_type TEXT NOT NULL,
  stripe_customer_id TEXT,
  stripe_decided INTEGER NOT NULL DEFAULT 0,
  stripe_key TEXT NOT NULL,
  stripe_body TEXT,
  stripe_started_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX customer_email ON customer(email COLLATE NOCASE);
CREATE INDEX customer_stripe ON customer(stripe_customer_id);
CREATE INDEX customer_created ON customer(created_at);
"""

LINKING = """
CREATE TABLE item (
  id TEXT PRIMARY KEY,
  plaid_item_id TEXT UNIQUE,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  generation TEXT NOT NULL,
  institution_id TEXT,
  institution_name TEXT NOT NULL,
  state TEXT NOT NULL,
  access_token BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX item_customer ON item(customer_id);

CREATE TABLE bank_account (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  item_id TEXT NOT NULL REFERENCES item(id),
  plaid_account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  mask TEXT,
  subtype TEXT,
  institution_id TEXT,
  institution_name TEXT NOT NULL,
  stripe_customer_id TEXT,
  stripe_bank_account_id TEXT,
  stripe_bank_name TEXT,
  stripe_last4 TEXT,
  stripe_status TEXT,
  fingerprint TEXT,
  mandate_id TEXT,
  mandate_status TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (item_id, plaid_account_id)
) STRICT;
CREATE INDEX bank_account_customer ON bank_account(customer_id, created_at);
CREATE INDEX bank_account_stripe ON bank_account(stripe_bank_account_id);

CREATE TABLE link_attempt (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  generation TEXT NOT NULL,
  state TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  hint TEXT,
  link_token BLOB,
  link_expires_at INTEGER,
  outcome_id TEXT,
  link_session_id TEXT,
  institution_id TEXT,
  institution_name TEXT,
  accounts TEXT NOT NULL DEFAULT '[]',
  account_id TEXT,
  public_token BLOB,
  evidence TEXT NOT NULL DEFAULT '{}',
  question TEXT,
  duplicate_of TEXT REFERENCES bank_account(id),
  duplicate_allowed INTEGER NOT NULL DEFAULT 0,
  exchange_started_at INTEGER,
  exchange_checked_at INTEGER,
  bank_token BLOB,
  attach_key TEXT,
  attach_started_at INTEGER,
  mandate_key TEXT,
  mandate_body TEXT,
  mandate_started_at INTEGER,
  resume_state TEXT,
  item_id TEXT REFERENCES item(id),
  bank_account_id TEXT REFERENCES bank_account(id),
  problem TEXT,
  lease_owner TEXT,
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX link_attempt_customer ON link_attempt(customer_id, created_at);
CREATE INDEX link_attempt_state ON link_attempt(state, updated_at);
CREATE INDEX link_attempt_created ON link_attempt(created_at);

CREATE TABLE link_outcome (
  id TEXT PRIMARY KEY,
  attempt_id TEXT NOT NULL REFERENCES link_attempt(id),
  kind TEXT NOT NULL,
  token_digest TEXT UNIQUE,
  detail TEXT NOT NULL,
  events TEXT NOT NULL,
  received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX link_outcome_attempt ON link_outcome(attempt_id, received_at);

CREATE TABLE mandate (
  id TEXT PRIMARY KEY,
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  customer_id TEXT NOT NULL REFERENCES customer(id),
  stripe_mandate_id TEXT NOT NULL UNIQUE,
  setup_intent_id TEXT NOT NULL,
  status TEXT NOT NULL,
  acceptance TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  text TEXT NOT NULL,
  text_version TEXT NOT NULL,
  evidence TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  link_session_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mandate_account ON mandate(bank_account_id, created_at);
"""

DEBITS = """
CREATE TABLE debit (
  id TEXT PRIMARY KEY,
  ticket TEXT NOT NULL UNIQUE,
  customer_id TEXT NOT NULL REFERENCES customer(id),
  bank_account_id TEXT NOT NULL REFERENCES bank_account(id),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  currency TEXT NOT NULL,
  purpose TEXT NOT NULL,
  invoice_reference TEXT NOT NULL,
  statement_descriptor TEXT NOT NULL,
  state TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  balance TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requester_address TEXT NOT NULL,
  first_sent_at INTEGER,
  replayed INTEGER NOT NULL DEFAULT 0,
  payment_intent_id TEXT UNIQUE,
  charge_id TEXT,
  problem TEXT,
  lease_owner TEXT,
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX debit_account ON debit(bank_account_id, created_at);
CREATE INDEX debit_state ON debit(state, updated_at);
CREATE INDEX debit_charge ON debit(charge_id);
CREATE INDEX debit_created ON debit(created_at);
"""

BANKS = """
CREATE TABLE institution (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  products TEXT NOT NULL,
  oauth INTEGER NOT NULL,
  logo TEXT,
  url TEXT,
  color TEXT,
  hint TEXT
) STRICT;
CREATE TABLE institution_read (id INTEGER PRIMARY KEY CHECK (id = 1), read_at INTEGER NOT NULL) STRICT;
"""


def define(migrations: Migrations) -> None:
    """Register the core's migrations, in the order in which they are applied."""

    @migrations(name="core_001_tables")
    def tables(db: sqlite_utils.Database) -> None:
        for part in (OWNERS_AND_TRAIL, CUSTOMERS, LINKING, DEBITS, BANKS):
            for statement in _statements(part):
                db.execute(statement)


def _statements(script: str) -> list[str]:
    """The script's statements; a trigger's body holds a semicolon of its own, so a statement ends with its line."""
    found, lines = [], []
    for line in script.strip().splitlines():
        lines.append(line)
        if line.endswith(";"):
            found.append("\n".join(lines))
            lines = []
    return found
