"""Visits and PINs: who is here since when, and who can prove it again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.store.database import Database

# OWASP's floor for scrypt (N=2^15, r=8, p=3 or stronger) costs 32 MB and about 0.1 s: a PIN is short, so guessing
# offline must be slow; online it ends after a few attempts anyway.
SCRYPT = {"n": 1 << 15, "r": 8, "p": 3, "maxmem": 64 << 20}


@dataclass(frozen=True)
class Visit:
    """One sign-in of one person."""

    id: str
    person: str
    started_at: datetime
    seen_at: datetime
    ended: str | None


class PeopleRows:
    """The tables `visit` and `pin`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is read and written inside stands together, beside its audit row."""
        with self._database.transaction():
            yield

    def begin_visit(self, id: str, person: str, started_at: datetime, seen_at: datetime) -> bool:
        """Record a sign-in unless it is known; says whether it is new."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "INSERT OR IGNORE INTO visit (id, person, started_at, seen_at) VALUES (?, ?, ?, ?)",
                [id, person, int(started_at.timestamp()), int(seen_at.timestamp())],
            )
            return bool(cursor.rowcount)

    def visit(self, id: str) -> Visit | None:
        """One sign-in, or None."""
        row = next(iter(self._database.handle.query("SELECT * FROM visit WHERE id = ?", [id])), None)
        if row is None:
            return None
        started, seen = (datetime.fromtimestamp(row[name], UTC) for name in ("started_at", "seen_at"))
        return Visit(row["id"], row["person"], started, seen, row["reason"] if row["ended_at"] else None)

    def touch_visit(self, id: str, at: datetime) -> None:
        """The person did something."""
        with self._database.transaction() as db:
            db.execute("UPDATE visit SET seen_at = max(seen_at, ?) WHERE id = ?", [int(at.timestamp()), id])

    def end_visit(self, id: str, at: datetime, reason: str) -> bool:
        """End a sign-in for good; says whether it was still open."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "UPDATE visit SET ended_at = ?, reason = ? WHERE id = ? AND ended_at IS NULL",
                [int(at.timestamp()), reason, id],
            )
            return bool(cursor.rowcount)

    def has_pin(self, person: str) -> bool:
        """Whether this person has set a PIN."""
        return bool(list(self._database.handle.query("SELECT 1 FROM pin WHERE person = ?", [person])))

    def set_pin(self, person: str, pin: str, at: datetime) -> None:
        """Keep a PIN, salted and hashed; failures are forgotten."""
        salt = secrets.token_bytes(16)
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO pin (person, salt, digest, set_at) VALUES (?, ?, ?, ?) ON CONFLICT (person) DO UPDATE SET"
                " salt = excluded.salt, digest = excluded.digest, set_at = excluded.set_at, failures = 0,"
                " locked_until = NULL",
                [person, salt, _digest(pin, salt), int(at.timestamp())],
            )

    def pin_locked_until(self, person: str) -> datetime | None:
        """Until when this person's PIN is not even looked at."""
        rows = list(self._database.handle.query("SELECT locked_until FROM pin WHERE person = ?", [person]))
        until = rows[0]["locked_until"] if rows else None
        return datetime.fromtimestamp(until, UTC) if until else None

    def check_pin(self, person: str, pin: str) -> bool:
        """Whether the PIN fits; compares in constant time, also where none is set."""
        rows = list(self._database.handle.query("SELECT salt, digest FROM pin WHERE person = ?", [person]))
        salt, digest = (rows[0]["salt"], rows[0]["digest"]) if rows else (b"\0" * 16, b"")
        return hmac.compare_digest(_digest(pin, salt), digest)

    def count_failure(self, person: str) -> int:
        """One more wrong PIN in a row; returns how many."""
        with self._database.transaction() as db:
            db.execute("UPDATE pin SET failures = failures + 1 WHERE person = ?", [person])
            rows = list(db.query("SELECT failures FROM pin WHERE person = ?", [person]))
            return int(rows[0]["failures"]) if rows else 0

    def lock_pin(self, person: str, until: datetime) -> None:
        """Refuse this PIN until then."""
        with self._database.transaction() as db:
            db.execute("UPDATE pin SET locked_until = ? WHERE person = ?", [int(until.timestamp()), person])

    def clear_failures(self, person: str) -> None:
        """The right PIN was given."""
        with self._database.transaction() as db:
            db.execute("UPDATE pin SET failures = 0, locked_until = NULL WHERE person = ?", [person])


def _digest(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, **SCRYPT)
