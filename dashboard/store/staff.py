"""Visits and PINs: who is here since when, and who can prove it again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from dashboard.domain.models import Role
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import add_or_keep, larger, on_repeat
from dashboard.store.sql import Row


class ScryptCost(NamedTuple):
    """What one guess costs: 128 * n * r bytes of memory, and time in proportion to n * r * p."""

    n: int
    r: int
    p: int


# OWASP's floor for scrypt (N=2^15, r=8, p=3 or stronger) costs 32 MB and about 0.1 s: a PIN is short, so guessing
# offline must be slow; online it ends after a few attempts anyway.
OWASP = ScryptCost(n=1 << 15, r=8, p=3)


@dataclass(frozen=True)
class Visit:
    """One sign-in of one person; `has_auth_time` where the provider said when it had asked for them."""

    id: str
    person: str
    started_at: datetime
    seen_at: datetime
    ended: str | None
    roles: frozenset[Role] = frozenset()
    has_auth_time: bool = False


class StaffTable:
    """The tables `visit`, `pin` and `pin_try`; `cost` is what hashing a PIN takes."""

    def __init__(self, database: Database, cost: ScryptCost = OWASP) -> None:
        self._database, self._cost = database, cost

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is read and written inside stands together, beside its audit row."""
        with self._database.transaction():
            yield

    def begin_visit(self, visit: Visit) -> bool:
        """Record a sign-in unless it is known; says whether it is new."""
        with self._database.transaction() as db:
            cursor = db.execute(
                add_or_keep(
                    "visit (id, person, started_at, seen_at, roles, has_auth_time)", "VALUES (?, ?, ?, ?, ?, ?)"
                ),
                [
                    visit.id,
                    visit.person,
                    int(visit.started_at.timestamp()),
                    int(visit.seen_at.timestamp()),
                    " ".join(sorted(visit.roles)),
                    int(visit.has_auth_time),
                ],
            )
            return bool(cursor.rowcount)

    def visit(self, id: str) -> Visit | None:
        """One sign-in, or None."""
        row = next(iter(self._database.handle.query("SELECT * FROM visit WHERE id = ?", [id])), None)
        return _visit(row) if row else None

    def open_visits(self, person: str) -> list[Visit]:
        """The sign-ins of one person that nothing has ended yet, the newest first."""
        query = "SELECT * FROM visit WHERE person = ? AND ended_at IS NULL ORDER BY seen_at DESC"
        return [_visit(row) for row in self._database.handle.query(query, [person])]

    def seen_since(self, since: datetime) -> dict[str, frozenset[Role]]:
        """Who signed in since then, with the roles of their last sign-in."""
        query = "SELECT person, roles FROM visit WHERE started_at >= ? ORDER BY started_at"
        rows = self._database.handle.query(query, [int(since.timestamp())])
        return {row["person"]: frozenset(Role(name) for name in row["roles"].split()) for row in rows}

    def newest_has_auth_time(self) -> bool | None:
        """Whether the newest sign-in said when the provider had asked for the person; None where there is none."""
        query = "SELECT has_auth_time FROM visit ORDER BY seen_at DESC LIMIT 1"
        row = next(iter(self._database.handle.query(query)), None)
        return bool(row["has_auth_time"]) if row else None

    def touch_visit(self, id: str, at: datetime) -> None:
        """The person did something."""
        with self._database.transaction() as db:
            query = f"UPDATE visit SET seen_at = {larger('seen_at', '?')} WHERE id = ?"
            db.execute(query, [int(at.timestamp()), id])

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
        """Keep a PIN, salted and hashed."""
        salt = secrets.token_bytes(16)
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO pin (person, salt, digest, set_at) VALUES (?, ?, ?, ?){on_repeat('person')}"
                " salt = excluded.salt, digest = excluded.digest, set_at = excluded.set_at",
                [person, salt, digest_pin(pin, salt, self._cost), int(at.timestamp())],
            )

    def check_pin(self, person: str, pin: str) -> bool:
        """Whether the PIN fits; compares in constant time, also where none is set."""
        rows = list(self._database.handle.query("SELECT salt, digest FROM pin WHERE person = ?", [person]))
        salt, digest = (rows[0]["salt"], rows[0]["digest"]) if rows else (b"\0" * 16, b"")
        return hmac.compare_digest(digest_pin(pin, salt, self._cost), digest)

    def tries_locked_until(self, place: str) -> datetime | None:
        """Until when no PIN is looked at there; `place` is a person or a device that was handed over."""
        rows = list(self._database.handle.query("SELECT locked_until FROM pin_try WHERE place = ?", [place]))
        until = rows[0]["locked_until"] if rows else None
        return datetime.fromtimestamp(until, UTC) if until else None

    def count_try(self, place: str) -> int:
        """One more wrong PIN in a row there; returns how many."""
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO pin_try (place, failures) VALUES (?, 1){on_repeat('place')} failures = failures + 1",
                [place],
            )
            return int(next(iter(db.query("SELECT failures FROM pin_try WHERE place = ?", [place])))["failures"])

    def lock_tries(self, place: str, until: datetime) -> None:
        """Look at no PIN there until then."""
        with self._database.transaction() as db:
            db.execute("UPDATE pin_try SET locked_until = ? WHERE place = ?", [int(until.timestamp()), place])

    def clear_tries(self, place: str) -> None:
        """The right PIN was given there."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM pin_try WHERE place = ?", [place])


def _visit(row: Row) -> Visit:
    started, seen = (datetime.fromtimestamp(row[name], UTC) for name in ("started_at", "seen_at"))
    roles = frozenset(Role(name) for name in row["roles"].split())
    ended = row["reason"] if row["ended_at"] else None
    return Visit(row["id"], row["person"], started, seen, ended, roles, bool(row["has_auth_time"]))


def digest_pin(pin: str, salt: bytes, cost: ScryptCost) -> bytes:
    """What is kept of a PIN: 64 bytes of scrypt."""
    return hashlib.scrypt(pin.encode(), salt=salt, **cost._asdict(), maxmem=64 << 20)
