"""Links on customers' own phones that the desk waits for: the address, sealed, and when Plaid is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.domain.models import Secret
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.sql import Row, from_epoch, insert, select, select_one, to_epoch


class Waiting(StrEnum):
    """Whether Plaid is still asked what became of it."""

    WAITING = "waiting"
    DONE = "done"
    OVER = "over"


@dataclass(frozen=True)
class HostedLink:
    """One link on a customer's phone; `asked` counts the questions to Plaid."""

    attempt_id: str
    state: Waiting
    asked: int
    expires_at: datetime
    created_at: datetime


class HostedLinkTable:
    """The table `link_hosted`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def add(self, attempt_id: str, url: Secret, expires_at: datetime, at: datetime, next_at: datetime) -> None:
        """Keep a new address; the desk waits for it from `next_at` on."""
        with self._database.transaction() as db:
            insert(
                db,
                "link_hosted",
                {
                    "attempt_id": attempt_id,
                    "url": self._vault.seal(url),
                    "state": Waiting.WAITING.value,
                    "next_at": to_epoch(next_at),
                    "expires_at": to_epoch(expires_at),
                    "created_at": to_epoch(at),
                },
            )

    def get(self, attempt_id: str) -> HostedLink | None:
        """The address of one attempt, or None where it was opened on the desk's own device."""
        row = select_one(self._database.handle, "SELECT * FROM link_hosted WHERE attempt_id = ?", [attempt_id])
        return _read(row) if row else None

    def address(self, attempt_id: str) -> Secret | None:
        """What the customer opens on their phone. Raises UnreadableSecret."""
        row = select_one(self._database.handle, "SELECT url FROM link_hosted WHERE attempt_id = ?", [attempt_id])
        return self._vault.open(row["url"]) if row else None

    def due(self, now: datetime) -> list[HostedLink]:
        """What Plaid is to be asked about now, the longest waiting first."""
        query = "SELECT * FROM link_hosted WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at"
        return [_read(row) for row in select(self._database.handle, query, [to_epoch(now)])]

    def acquire(self, attempt_id: str, now: datetime, next_at: datetime) -> bool:
        """Take one question for oneself; False where another process asks it, or nothing is waited for any more."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "UPDATE link_hosted SET next_at = ?, asked = asked + 1"
                " WHERE attempt_id = ? AND state = 'waiting' AND next_at <= ?",
                [to_epoch(next_at), attempt_id, to_epoch(now)],
            )
            return bool(cursor.rowcount)

    def waiting(self) -> list[HostedLink]:
        """Every address that an outcome is still waited for."""
        query = "SELECT * FROM link_hosted WHERE state = 'waiting' ORDER BY created_at DESC"
        return [_read(row) for row in select(self._database.handle, query, [])]

    def poll_now(self, attempt_id: str) -> None:
        """Ask about this one at the next turn."""
        with self._database.transaction() as db:
            db.execute("UPDATE link_hosted SET next_at = 0 WHERE attempt_id = ? AND state = 'waiting'", [attempt_id])

    def end(self, attempt_id: str, state: Waiting) -> None:
        """Ask no more."""
        with self._database.transaction() as db:
            db.execute("UPDATE link_hosted SET state = ? WHERE attempt_id = ?", [state.value, attempt_id])


def _read(row: Row) -> HostedLink:
    return HostedLink(
        attempt_id=row["attempt_id"],
        state=Waiting(row["state"]),
        asked=row["asked"],
        expires_at=from_epoch(row["expires_at"]),
        created_at=from_epoch(row["created_at"]),
    )
