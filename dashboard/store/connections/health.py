"""Whether connections work: what Plaid last said of each, since when, and when it is asked next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.domain.models import ItemState
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import add_or_keep, listed, on_repeat, smaller
from dashboard.store.sql import Row, maybe_from_epoch, select, select_one, to_epoch, to_json


@dataclass(frozen=True)
class Health:
    """What is known of one connection; `read_at` is None where Plaid was not asked yet, or never answered.

    `since` is when the present state began to be known. Days left are computed by the reader.
    """

    item_id: str
    state: ItemState
    error_code: str | None = None
    error_reason: str | None = None
    consent_expires_at: datetime | None = None
    since: datetime | None = None
    read_at: datetime | None = None
    asked: int = 0
    accounts_at: datetime | None = None


@dataclass(frozen=True)
class Tally:
    """Connections in use: all, those that work, those that were never asked about, and when the oldest answer came."""

    connections: int
    working: int
    unasked: int
    oldest_answer: datetime | None


class HealthTable:
    """The tables `item_health` and `item_health_asked`, and the state in `item`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, item_id: str) -> Health | None:
        """What is known of one connection; None where there is no such connection."""
        found = self._select("i.id = :id", {"id": item_id})
        return found[0] if found else None

    def of(self, item_ids: Iterable[str]) -> dict[str, Health]:
        """What is known of these connections, by their ids."""
        found = self._select(f"i.id IN {listed('ids')}", {"ids": to_json(sorted(set(item_ids)))})
        return {one.item_id: one for one in found}

    def suspects(self, until: datetime, limit: int) -> Sequence[Health]:
        """The connections in use that may need something: not healthy, a consent that ends by `until`, or an account
        that its bank no longer lists or whose number was switched off. What stops debits comes first.
        """
        return self._select(
            "i.state NOT IN ('removing', 'removed') AND (i.state <> 'healthy' OR h.consent_expires_at <= :until"
            " OR EXISTS (SELECT 1 FROM bank_account a WHERE a.item_id = i.id AND a.ended IS NULL AND"
            " (a.missing_since IS NOT NULL OR a.stripe_status = 'tokenized_account_number_deactivated')))"
            " ORDER BY i.state = 'healthy', coalesce(h.since, 0) LIMIT :limit",
            {"until": to_epoch(until), "limit": limit},
        )

    def tally(self) -> Tally:
        """The connections in use, in numbers."""
        query = (
            "SELECT count(*) AS connections, count(h.read_at) AS asked, min(h.read_at) AS oldest,"
            " count(CASE WHEN h.read_at IS NOT NULL AND i.state = 'healthy' THEN 1 END) AS working"
            " FROM item i LEFT JOIN item_health h ON h.item_id = i.id WHERE i.state NOT IN ('removing', 'removed')"
        )
        row = select(self._database.handle, query, [])[0]
        return Tally(
            row["connections"], row["working"], row["connections"] - row["asked"], maybe_from_epoch(row["oldest"])
        )

    def note(
        self,
        item_id: str,
        state: ItemState,
        at: datetime,
        *,
        code: str | None = None,
        reason: str | None = None,
        consent_expires_at: datetime | None = None,
        read: bool = True,
        next_at: datetime | None = None,
    ) -> Health | None:
        """Keep what was learnt, by asking (`read`) or by an error on the way; one that has ended stays ended.

        Returns what was known before where the state or its code is another now, else None.
        """
        with self._database.transaction() as db:
            before = self.get(item_id)
            if before is None or before.state.is_ended:
                return None
            changed = (before.state, before.error_code) != (state, code)
            db.execute(
                "INSERT INTO item_health"
                " (item_id, error_code, error_reason, consent_expires_at, since, read_at, next_at)"
                " VALUES (:id, :code, :reason, :consent, :at, :read_at, :next)"
                f"{on_repeat('item_id')} error_code = excluded.error_code,"
                " error_reason = excluded.error_reason,"
                " consent_expires_at = CASE WHEN :read THEN excluded.consent_expires_at ELSE consent_expires_at END,"
                " since = CASE WHEN :changed OR since IS NULL THEN excluded.since ELSE since END,"
                " read_at = coalesce(excluded.read_at, read_at),"
                # a turn that has come again since the question was taken is a hint's: it is not put off
                " next_at = CASE WHEN :keep_next OR next_at <= :at THEN next_at ELSE excluded.next_at END",
                {
                    "id": item_id,
                    "code": code,
                    "reason": reason,
                    "consent": to_epoch(consent_expires_at) if consent_expires_at else None,
                    "at": to_epoch(at),
                    "read": int(read),
                    "read_at": to_epoch(at) if read else None,
                    "next": to_epoch(next_at) if next_at else 0,
                    "keep_next": int(next_at is None),
                    "changed": int(changed),
                },
            )
            values = {"state": state.value, "at": to_epoch(at), "id": item_id}
            db.execute("UPDATE item SET state = :state, updated_at = :at WHERE id = :id AND state <> :state", values)
        return before if changed else None

    def ask_soon(self, item_id: str, at: datetime) -> None:
        """Ask Plaid about this connection in the next turn: something has hinted that it changed."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO item_health (item_id, next_at) VALUES (:id, :at)"
                f"{on_repeat('item_id')} next_at = {smaller('next_at', 'excluded.next_at')}",
                {"id": item_id, "at": to_epoch(at)},
            )

    def note_accounts(self, item_id: str, at: datetime | None) -> None:
        """When the connection's accounts were last found again; None where they have to be."""
        with self._database.transaction() as db:
            values = [to_epoch(at) if at else None, item_id]
            db.execute("UPDATE item_health SET accounts_at = ? WHERE item_id = ?", values)

    def due(self, now: datetime, limit: int) -> list[str]:
        """The connections whose turn it is, the longest waiting first."""
        query = (
            "SELECT i.id FROM item i LEFT JOIN item_health h ON h.item_id = i.id WHERE i.access_token IS NOT NULL"
            " AND i.state NOT IN ('removing', 'removed') AND coalesce(h.next_at, 0) <= ?"
            " ORDER BY coalesce(h.next_at, 0), i.created_at LIMIT ?"
        )
        return [row["id"] for row in select(self._database.handle, query, [to_epoch(now), limit])]

    def acquire(self, item_id: str, now: datetime, next_at: datetime, day: date) -> bool:
        """Take one question for oneself and count it; False where another process asks it."""
        with self._database.transaction() as db:
            db.execute(add_or_keep("item_health (item_id, next_at)", "VALUES (?, 0)"), [item_id])
            taken = db.execute(
                "UPDATE item_health SET next_at = :next, asked = asked + 1 WHERE item_id = :id AND next_at <= :now",
                {"id": item_id, "next": to_epoch(next_at), "now": to_epoch(now)},
            ).rowcount
            if taken:
                db.execute(
                    f"INSERT INTO item_health_asked (day, asked) VALUES (?, 1){on_repeat('day')} asked = asked + 1",
                    [day.isoformat()],
                )
            return bool(taken)

    def asked_on(self, day: date) -> int:
        """How often Plaid was asked on one day of the business."""
        row = select_one(self._database.handle, "SELECT asked FROM item_health_asked WHERE day = ?", [day.isoformat()])
        return int(row["asked"]) if row else 0

    def _select(self, where: str, values: dict[str, object]) -> Sequence[Health]:
        query = "SELECT i.id, i.state, h.* FROM item i LEFT JOIN item_health h ON h.item_id = i.id WHERE " + where
        return [_read(row) for row in select(self._database.handle, query, values)]


def _read(row: Row) -> Health:
    return Health(
        item_id=row["id"],
        state=ItemState(row["state"]),
        error_code=row["error_code"],
        error_reason=row["error_reason"],
        consent_expires_at=maybe_from_epoch(row["consent_expires_at"]),
        since=maybe_from_epoch(row["since"]),
        read_at=maybe_from_epoch(row["read_at"]),
        asked=row["asked"] or 0,
        accounts_at=maybe_from_epoch(row["accounts_at"]),
    )
