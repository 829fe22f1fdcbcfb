"""The audit trail's table: append-only by trigger, each row chained to the one before by a hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlite_utils

from dashboard.domain.audit_words import spellings, today_of
from dashboard.domain.models import Actor
from dashboard.store.audit_verification import (
    GENESIS,
    TrailEnd,
    digest_row,
    find_changes,
    is_in_trail,
    make_seal,
    read_seal,
)
from dashboard.store.conditions import Conditions
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import FOLDED, contains, list_of, listed
from dashboard.store.listing import Asked, Listing

VIEW_AGAIN = timedelta(minutes=5)  # a page runs anew with every click; one look is one row
BATCH = 500
LOOKS = ("audit.viewed", "audit.row_viewed")
CLOCKS_DIFFER = timedelta(minutes=1)  # two processes read a clock at two moments; more than that is said in the row


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
    """What to look for; empty parts ask for nothing. `actor` may be part of a name; `start` is included, `end` not.

    The looks of who reads it (`reader`) at the trail are no news to them.
    """

    reader: str = ""
    actor: str = ""
    action: str = ""
    subjects: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


LIST_SORTS = {
    "seq": "t.seq",
    "who": f"t.actor {FOLDED}",
    "what": "t.action",
    "subject": "t.subject",
    "from": "t.address",
}


class Trail:
    """Appends audit rows inside the caller's transaction and reads them back."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self.listing = Listing(
            database, "audit t", LIST_SORTS, _ask, added="t.seq", key="t.seq", id="t.seq", fixed=True
        )

    def append(self, actor: Actor, action: str, subject: str, at: datetime, **facts: object) -> None:
        """Record one action beside the change it speaks of: call it inside that change's transaction.

        No row is dated before the one in front of it: where the clock was set back, the row has the time of that one,
        and its facts say what the clock showed (`clock`). Rows that another process wrote without a key that is at hand
        are named in a row of their own (`audit.unsealed_rows`).
        """
        with self._database.transaction() as db:
            end, sealed = self.end(), read_seal(db, self._vault)
            holds = sealed is not None and is_in_trail(db, sealed)
            if sealed is not None and holds and sealed != end:
                rows: dict[str, object] = {"first": sealed.seq + 1, "last": end.seq}
                self._insert(db, Actor.system(), "audit.unsealed_rows", "audit", at, rows)
            self._insert(db, actor, action, subject, at, facts)
            if holds:  # an end that is gone, or that nobody here sealed, is never made good by the next row
                self.seal_end()

    def _insert(
        self, db: sqlite_utils.Database, actor: Actor, action: str, subject: str, at: datetime, facts: dict[str, object]
    ) -> None:
        last = next(iter(db.query("SELECT seq, at, digest FROM audit ORDER BY seq DESC LIMIT 1")), None)
        shown = int(at.timestamp())
        since = last["at"] if last else shown
        if since - shown > CLOCKS_DIFFER.total_seconds():
            facts = {**facts, "clock": at.isoformat(timespec="seconds")}
        row = {
            "seq": (last["seq"] if last else 0) + 1,
            "at": max(shown, since),
            "actor": actor.name,
            "address": actor.address,
            "action": action,
            "subject": subject,
            "facts": json.dumps(facts, sort_keys=True, default=str),
        }
        db.table("audit").insert({**row, "digest": digest_row(last["digest"] if last else GENESIS, row)})

    def seal_end(self) -> None:
        """Seal the last row as the last one; only a trail from before there were seals needs to be asked to."""
        with self._database.transaction() as db:
            db.execute("UPDATE audit_head SET seal = ?", [make_seal(self.end(), self._vault)])

    def note_view(self, actor: Actor, action: str, subject: str, at: datetime) -> None:
        """Record that a person looked at something sensitive, once in five minutes: reruns must not flood the trail."""
        seen = "SELECT 1 FROM audit WHERE subject = ? AND actor = ? AND action = ? AND at > ? LIMIT 1"
        now = max(int(at.timestamp()), self._last_at())  # as `append` would date it
        values = [subject, actor.name, action, now - int(VIEW_AGAIN.total_seconds())]
        if not list(self._database.handle.query(seen, values)):
            self.append(actor, action, subject, at)

    def _last_at(self) -> int:
        query = "SELECT at FROM audit ORDER BY seq DESC LIMIT 1"
        return next((int(row["at"]) for row in self._database.handle.query(query)), 0)

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
        asked = _ask(wanted)
        rows = self._database.handle.query(
            f"SELECT * FROM audit t WHERE {asked.where} AND seq < :before ORDER BY seq DESC LIMIT :limit",
            {**asked.values, "before": before or 1 << 62, "limit": limit},
        )
        return [_row(row) for row in rows]

    def several(self, seqs: Sequence[int]) -> dict[int, AuditRow]:
        """These rows by their number."""
        query = f"SELECT * FROM audit WHERE seq IN {listed('seqs')}"
        return {row["seq"]: _row(row) for row in self._database.handle.query(query, {"seqs": list_of(seqs)})}

    def walk(self, wanted: TrailFilter, *, newest_first: bool = False) -> Iterator[AuditRow]:
        """Every row that fits, oldest first or newest first, in bounded memory."""
        asked = _ask(wanted)
        query = f"SELECT * FROM audit t WHERE {asked.where} AND seq > :key ORDER BY seq LIMIT :limit"
        if newest_first:
            query = f"SELECT * FROM audit t WHERE {asked.where} AND seq < :key ORDER BY seq DESC LIMIT :limit"
        key = self.end().seq + 1 if newest_first else 0
        while rows := list(self._database.handle.query(query, {**asked.values, "key": key, "limit": BATCH})):
            yield from map(_row, rows)
            key = rows[-1]["seq"]

    def actions(self) -> list[str]:
        """The actions that the trail knows, in alphabetical order; one that has two names by today's."""
        rows = self._database.handle.query("SELECT DISTINCT action FROM audit")
        return sorted({today_of(row["action"]) for row in rows})

    def end(self) -> TrailEnd:
        """The last row's number and digest; 0 and zeros for an empty trail."""
        query = "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1"
        return next((TrailEnd(**row) for row in self._database.handle.query(query)), TrailEnd(0, GENESIS))

    def verify(self, noted: TrailEnd | None = None) -> list[str]:
        """What an edit, a removal, a reorder or a change of the guards left behind, a sentence each; empty means whole.

        Whoever may write to the file but has no key is found by that. A whole file that was put back as it was earlier
        is found only by `noted`, an end that was kept elsewhere.
        """
        with self._database.snapshot() as handle, self._database.reading_any_text():
            return list(find_changes(handle, self._vault, noted))


def _ask(wanted: TrailFilter) -> Asked:
    found = Conditions()
    found.add(contains("lower(actor)", "lower(:actor)"), wanted.actor or None)
    found.among("t.action", spellings(wanted.action) if wanted.action else ())
    found.among("t.subject", wanted.subjects)
    found.add("at >= :start", int(wanted.start.timestamp()) if wanted.start else None)
    found.add("at < :end", int(wanted.end.timestamp()) if wanted.end else None)
    mine = f"NOT (actor = :reader AND action IN {listed('looks')})"
    return found.asked(mine, reader=wanted.reader, looks=list_of(LOOKS)) if wanted.reader else found.asked()


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
