"""Where the Stripe half keeps its objects: documents for the few, narrow rows for what comes by the million."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    customer TEXT, parent TEXT, look TEXT, doc TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, created);
CREATE INDEX IF NOT EXISTS objects_customer ON objects (kind, customer, created) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_parent ON objects (kind, parent, created) WHERE parent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_look ON objects (kind, look, created) WHERE look IS NOT NULL;

CREATE TABLE IF NOT EXISTS charges (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, intent TEXT, customer TEXT, account TEXT NOT NULL, mandate TEXT,
    legacy INTEGER NOT NULL, amount INTEGER NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL,
    status TEXT NOT NULL, code TEXT, message TEXT, network_code TEXT, disputed INTEGER NOT NULL DEFAULT 0, txn TEXT,
    failure_txn TEXT, debit_on TEXT, reference TEXT, outcome TEXT NOT NULL, descriptor TEXT, description TEXT,
    email TEXT, metadata TEXT NOT NULL, blocked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS charges_created ON charges (created);
CREATE INDEX IF NOT EXISTS charges_customer ON charges (customer, created);
CREATE INDEX IF NOT EXISTS charges_intent ON charges (intent, created) WHERE intent IS NOT NULL;

CREATE INDEX IF NOT EXISTS charges_pending ON charges (status) WHERE status = 'pending';

CREATE TABLE IF NOT EXISTS intents (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer TEXT, account TEXT, amount INTEGER NOT NULL,
    created INTEGER NOT NULL, status TEXT NOT NULL, charge TEXT, canceled_at INTEGER, cancellation TEXT,
    descriptor TEXT, description TEXT, email TEXT, metadata TEXT NOT NULL, options TEXT, error TEXT, next_action TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS intents_created ON intents (created);
CREATE INDEX IF NOT EXISTS intents_customer ON intents (customer, created);

CREATE TABLE IF NOT EXISTS txns (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, amount INTEGER NOT NULL,
    fee INTEGER NOT NULL, created INTEGER NOT NULL, available_on INTEGER NOT NULL, source TEXT, legacy INTEGER NOT NULL,
    payout TEXT, description TEXT, fees TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS txns_created ON txns (created);
CREATE INDEX IF NOT EXISTS txns_source ON txns (source);
CREATE INDEX IF NOT EXISTS txns_payout ON txns (payout, created) WHERE payout IS NOT NULL;
CREATE INDEX IF NOT EXISTS txns_unpaid ON txns (legacy, available_on) WHERE payout IS NULL;

CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, created INTEGER NOT NULL,
    object TEXT NOT NULL, previous TEXT, request TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS events_created ON events (created, type);
CREATE INDEX IF NOT EXISTS events_type ON events (type, created);

CREATE TABLE IF NOT EXISTS jobs (
    seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (due);
CREATE INDEX IF NOT EXISTS jobs_ref ON jobs (ref);

CREATE TABLE IF NOT EXISTS replays (
    key TEXT PRIMARY KEY, created INTEGER NOT NULL, request TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables that are not there yet."""
    for statement in SCHEMA.split(";"):
        if statement.strip():
            db.execute(statement)


def put(
    db: sqlite3.Connection,
    kind: str,
    doc: dict[str, Any],
    *,
    customer: str | None = None,
    parent: str | None = None,
    look: str | None = None,
) -> dict[str, Any]:
    """Keep a new object, or a changed one with its keys to find it by; gives it back."""
    db.execute(
        "INSERT INTO objects (kind, id, created, customer, parent, look, doc) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, parent = excluded.parent,"
        " look = excluded.look, doc = excluded.doc",
        (kind, doc["id"], doc["created"], customer, parent, look, json.dumps(doc)),
    )
    return doc


def change(db: sqlite3.Connection, doc: dict[str, Any]) -> dict[str, Any]:
    """Keep a changed object whose keys to find it by stay the same."""
    db.execute("UPDATE objects SET doc = ? WHERE id = ?", (json.dumps(doc), doc["id"]))
    return doc


def get(db: sqlite3.Connection, kind: str, id: str | None) -> dict[str, Any] | None:
    """The object, or None."""
    row = db.execute("SELECT doc FROM objects WHERE id = ? AND kind = ?", (id, kind)).fetchone()
    return dict(json.loads(row[0])) if row else None


def remove(db: sqlite3.Connection, id: str) -> None:
    """Forget an object."""
    db.execute("DELETE FROM objects WHERE id = ?", (id,))


def find(db: sqlite3.Connection, kind: str, **keys: str) -> list[dict[str, Any]]:
    """The objects of a kind with these keys (customer, parent, look), newest first."""
    where = " AND ".join(f"{name} = ?" for name in keys)
    rows = db.execute(
        f"SELECT doc FROM objects WHERE kind = ? AND {where} ORDER BY created DESC, seq DESC", (kind, *keys.values())
    )
    return [json.loads(row[0]) for row in rows]


def row_of(db: sqlite3.Connection, table: str, id: str | None) -> dict[str, Any] | None:
    """One row of charges, intents, txns or events by its id, or None."""
    row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (id,)).fetchone()
    return dict(row) if row else None


def insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    """Add one row."""
    names = ", ".join(values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))


def update(db: sqlite3.Connection, table: str, id: str, **values: Any) -> None:
    """Change one row."""
    sets = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE {table} SET {sets} WHERE id = ?", (*values.values(), id))
