"""The audit trail's table: append-only by trigger, each row chained to the one before by a hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dashboard.models import Actor
from dashboard.store.database import Database

GENESIS = "0" * 64


@dataclass(frozen=True)
class AuditRow:
    """One thing that a person or the app did; `facts` are the before and after, never a secret."""

    seq: int
    at: datetime
    actor: str
    address: str
    action: str
    subject: str
    facts: dict[str, object]
    digest: str


class Trail:
    """Appends audit rows inside the caller's transaction and reads them back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, actor: Actor, action: str, subject: str, at: datetime, **facts: object) -> None:
        """Record one action beside the change it speaks of: call it inside that change's transaction."""
        with self._database.transaction() as db:
            last = next(iter(db.query("SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")), None)
            row = {
                "seq": (last["seq"] if last else 0) + 1,
                "at": int(at.timestamp()),
                "actor": actor.name,
                "address": actor.address,
                "action": action,
                "subject": subject,
                "facts": json.dumps(facts, sort_keys=True, default=str),
            }
            db.table("audit").insert({**row, "digest": digest_row(last["digest"] if last else GENESIS, row)})

    def read(self, subject: str | None = None, limit: int = 200) -> list[AuditRow]:
        """The newest rows first, of one subject or of all."""
        where, values = ("WHERE subject = ?", [subject]) if subject else ("", [])
        rows = self._database.handle.query(
            f"SELECT * FROM audit {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608  both forms are constants
            [*values, limit],
        )
        return [_row(row) for row in rows]

    def verify(self) -> list[str]:
        """What an edit, a removal or a reorder left behind, a sentence each; an empty list means whole."""
        findings, last, expected = [], GENESIS, 1
        for row in self._database.handle.query("SELECT * FROM audit ORDER BY seq"):
            seq = row["seq"]
            if seq != expected:
                findings.append(f"Rows {expected} to {seq - 1} are missing.")
            if digest_row(last, row) != row["digest"]:
                findings.append(f"Row {seq} is not what was written, or follows another row than it did.")
            last, expected = row["digest"], seq + 1
        return findings


def digest_row(previous: str, row: dict[str, Any]) -> str:
    """The chain's link: SHA-256 over the previous digest and this row's own fields."""
    body = json.dumps(
        [previous, *(row[key] for key in ("seq", "at", "actor", "address", "action", "subject", "facts"))]
    )
    return hashlib.sha256(body.encode()).hexdigest()


def _row(row: dict[str, Any]) -> AuditRow:
    return AuditRow(
        seq=row["seq"],
        at=datetime.fromtimestamp(row["at"], UTC),
        actor=row["actor"],
        address=row["address"],
        action=row["action"],
        subject=row["subject"],
        facts=json.loads(row["facts"]),
        digest=row["digest"],
    )
