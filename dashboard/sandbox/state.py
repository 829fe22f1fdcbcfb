"""Everything the sandbox knows, in one SQLite file of its own.

Low-volume kinds lie in a document store; the Stripe half adds tables for what comes by the million.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dashboard.sandbox import ids
from dashboard.sandbox.clock import Clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (kind, id)
) STRICT;
"""

SECRETS: dict[str, Callable[[], str]] = {
    "plaid.client_id": lambda: ids.hex_secret(24),
    "plaid.secret": lambda: ids.hex_secret(30),
    "plaid.public_key": lambda: ids.hex_secret(30),
    "stripe.secret_key": lambda: ids.stripe_id("sk_test", 98),
    "stripe.account": lambda: ids.stripe_id("acct", 16),
    "link.nonce": lambda: ids.hex_secret(32),
}


class State:
    """The one connection to the file, behind one re-entrant lock; safe to share among threads."""

    def __init__(self, path: str | Path) -> None:
        """Open the file, made where it does not exist."""
        self.path = Path(path)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-65536", "temp_store=MEMORY"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        self._db.executescript(SCHEMA)
        self.clock = Clock(lambda: float(self.setting("clock.lead") or 0), lambda s: self.set("clock.lead", str(s)))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction (BEGIN IMMEDIATE), re-entrant; other threads wait, an exception rolls it back."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection only for reads, with no write transaction opened for them."""
        with self._lock:
            yield self._db

    def put(self, kind: str, id: str, doc: dict[str, Any]) -> None:
        """Keep a document, replacing the one with the same kind and id (whose place in the list it takes)."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO documents (kind, id, doc) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET doc = excluded.doc",
                (kind, id, json.dumps(doc)),
            )

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        """The document, or None."""
        with self._lock:
            row = self._db.execute("SELECT doc FROM documents WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return dict(json.loads(row["doc"])) if row else None

    def list(self, kind: str) -> list[dict[str, Any]]:
        """Every document of a kind, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT doc FROM documents WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        return [json.loads(row["doc"]) for row in rows]

    def delete(self, kind: str, id: str) -> bool:
        """Forget a document; False where there was none."""
        with self.transaction() as db:
            return db.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, id)).rowcount > 0

    def setting(self, name: str) -> str | None:
        """A kept setting, or None."""
        with self._lock:
            row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(row["value"]) if row else None

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def secret(self, name: str) -> str:
        """A key of the providers, made at its first use and kept; raises KeyError for a name outside SECRETS."""
        kept = self.setting(f"secret.{name}")
        if kept is None:
            kept = SECRETS[name]()
            self.set(f"secret.{name}", kept)
        return kept

    def reset(self) -> None:
        """Forget everything but the keys, and return to real time."""
        with self.transaction() as db:
            tables = [
                row["name"]
                for row in db.execute(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            ]
            for table in tables:
                db.execute(f"DELETE FROM {table}" + (" WHERE name NOT LIKE 'secret.%'" if table == "settings" else ""))
        self.clock.reload()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
