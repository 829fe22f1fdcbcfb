"""The audit trail's table: append-only by trigger, each row chained to the one before by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlite_utils

from dashboard.models import Actor
from dashboard.store.database import Database

GENESIS = "0" * 64
VIEW_AGAIN = timedelta(minutes=5)  # a page runs anew with every click; one look is one row
BATCH = 500
GUARDS = {"audit_keeps", "audit_stays"}
HEAD_GUARDS = {"audit_counts", "audit_head_goes_on", "audit_head_stays"}


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


@dataclass(frozen=True)
class TrailFilter:
    """What to look for; empty parts ask for nothing. `actor` may be part of a name; `start` is included, `end` not."""

    actor: str = ""
    action: str = ""
    subjects: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class TrailEnd:
    """Where the trail ends: kept elsewhere, it proves later that nothing was cut off."""

    seq: int
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

    def note_view(self, actor: Actor, action: str, subject: str, at: datetime) -> None:
        """Record that a person looked at something sensitive, once in five minutes: reruns must not flood the trail."""
        seen = "SELECT 1 FROM audit WHERE subject = ? AND actor = ? AND action = ? AND at BETWEEN ? AND ? LIMIT 1"
        values = [subject, actor.name, action, int((at - VIEW_AGAIN).timestamp()) + 1, int(at.timestamp())]
        if not list(self._database.handle.query(seen, values)):
            self.append(actor, action, subject, at)

    def read(self, subject: str | None = None, limit: int = 200) -> list[AuditRow]:
        """The newest rows first, of one subject or of all."""
        return self.search(TrailFilter(subjects=(subject,) if subject else ()), limit=limit)

    def get(self, seq: int) -> AuditRow | None:
        """One row by its number."""
        return next(
            (_row(row) for row in self._database.handle.query("SELECT * FROM audit WHERE seq = ?", [seq])), None
        )

    def search(self, wanted: TrailFilter, *, before: int | None = None, limit: int = 200) -> list[AuditRow]:
        """The newest rows that fit, those before row number `before` where it is given: a page by key."""
        where, values = _where(wanted)
        rows = self._database.handle.query(
            f"SELECT * FROM audit WHERE {where} AND seq < :before ORDER BY seq DESC LIMIT :limit",  # noqa: S608  our own
            {**values, "before": before or 1 << 62, "limit": limit},
        )
        return [_row(row) for row in rows]

    def walk(self, wanted: TrailFilter) -> Iterator[AuditRow]:
        """Every row that fits, oldest first, in bounded memory."""
        where, values = _where(wanted)
        query = f"SELECT * FROM audit WHERE {where} AND seq > :after ORDER BY seq LIMIT :limit"  # noqa: S608  our own
        after = 0
        while rows := list(self._database.handle.query(query, {**values, "after": after, "limit": BATCH})):
            yield from map(_row, rows)
            after = rows[-1]["seq"]

    def actions(self) -> list[str]:
        """The actions that the trail knows, in alphabetical order."""
        return [
            row["action"] for row in self._database.handle.query("SELECT DISTINCT action FROM audit ORDER BY action")
        ]

    def end(self) -> TrailEnd:
        """The last row's number and digest; 0 and zeros for an empty trail."""
        query = "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1"
        return next((TrailEnd(**row) for row in self._database.handle.query(query)), TrailEnd(0, GENESIS))

    def verify(self, kept: TrailEnd | None = None) -> list[str]:
        """What an edit, a removal or a reorder left behind, a sentence each; an empty list means whole.

        Rows cut off the end are missed by the head that is kept beside the trail, and by `kept`, an end that was noted
        elsewhere: whoever may write to the file can change the head too, but not that.
        """
        with self._database.snapshot() as handle:
            return self._verify(handle, kept)

    def _verify(self, handle: sqlite_utils.Database, kept: TrailEnd | None) -> list[str]:
        findings, last, expected = [], GENESIS, 1
        found_kept = kept is None or kept == TrailEnd(0, GENESIS)
        for row in handle.query("SELECT * FROM audit ORDER BY seq"):
            seq = row["seq"]
            if seq != expected:
                findings.append(f"Rows {expected} to {seq - 1} are missing.")
            if digest_row(last, row) != row["digest"]:
                findings.append(f"Row {seq} is not what was written, or follows another row than it did.")
            last, expected = row["digest"], seq + 1
            found_kept = found_kept or kept == TrailEnd(seq, last)
        if kept is not None and not found_kept:
            findings.append(f"The end that was noted, row {kept.seq}, is not in the trail.")
        return findings + _check_end(handle, TrailEnd(expected - 1, last))


def _check_end(handle: sqlite_utils.Database, end: TrailEnd) -> list[str]:
    """Whether the head agrees and every guard stands; a backup from before there was a head has fewer."""
    names = {row["name"] for row in handle.query("SELECT name FROM sqlite_schema WHERE tbl_name LIKE 'audit%'")}
    guards, findings = GUARDS, []
    if "audit_head" in names:
        guards = GUARDS | HEAD_GUARDS
        rows = handle.query("SELECT seq, digest FROM audit_head")
        head = next((TrailEnd(row["seq"], row["digest"] or GENESIS) for row in rows), TrailEnd(0, GENESIS))
        if head.seq > end.seq:
            findings.append(f"Rows {end.seq + 1} to {head.seq} are missing from the end.")
        elif head != end:
            findings.append(f"The trail's head stands at row {head.seq}, but the trail ends with row {end.seq}.")
    return findings + [f"The guard {name} is missing." for name in sorted(guards - names)]


def _where(wanted: TrailFilter) -> tuple[str, dict[str, object]]:
    parts, values = ["1"], dict[str, object]()
    if wanted.actor:
        parts.append("instr(lower(actor), lower(:actor)) > 0")
        values["actor"] = wanted.actor
    if wanted.action:
        parts.append("action = :action")
        values["action"] = wanted.action
    if wanted.subjects:
        parts.append("subject IN (SELECT value FROM json_each(:subjects))")
        values["subjects"] = json.dumps(wanted.subjects)
    if wanted.start:
        parts.append("at >= :start")
        values["start"] = int(wanted.start.timestamp())
    if wanted.end:
        parts.append("at < :end")
        values["end"] = int(wanted.end.timestamp())
    return " AND ".join(parts), values


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
