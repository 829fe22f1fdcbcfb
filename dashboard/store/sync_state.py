"""What a sync remembers: its lease, its windows and cursors, the events it has seen, the reads it has spent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.store.database import Database
from dashboard.store.objects import KINDS

SLICE = 400  # ids in one query


@dataclass(frozen=True)
class Window:
    """A span of `created` (epoch seconds, start included, stop excluded), read so far down to the object `after`."""

    resource: str
    start: int
    stop: int
    after: str | None


class SyncRows:
    """The tables of the sync. Every method joins the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_lease(self, name: str, owner: str, now: int, until: int) -> bool:
        """Take or prolong a named lease; False where another owner holds it now."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "INSERT INTO lease (name, owner, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until < ?",
                [name, owner, until, now],
            )
            return bool(cursor.rowcount)

    def drop_lease(self, name: str, owner: str) -> None:
        """Give a lease back."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM lease WHERE name = ? AND owner = ?", [name, owner])

    def lease_holder(self, name: str, now: int) -> str | None:
        """Who holds a lease now."""
        rows = list(self._database.handle.query("SELECT owner FROM lease WHERE name = ? AND until >= ?", [name, now]))
        return rows[0]["owner"] if rows else None

    def cursor(self, name: str) -> str | None:
        """A kept cursor, or None."""
        rows = list(self._database.handle.query("SELECT value FROM sync_cursor WHERE name = ?", [name]))
        return rows[0]["value"] if rows else None

    def set_cursor(self, name: str, value: str) -> None:
        """Keep a cursor; call it in the transaction of the rows that it covers."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO sync_cursor VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [name, value],
            )

    def drop_cursor(self, name: str) -> None:
        """Forget a cursor."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sync_cursor WHERE name = ?", [name])

    def open_windows(self) -> list[Window]:
        """The windows of a backfill that are not read to their end."""
        query = "SELECT resource, start, stop, after FROM sync_window WHERE done = 0 ORDER BY resource, start DESC"
        return [Window(**row) for row in self._database.handle.query(query)]

    def begin_windows(self, windows: list[Window]) -> None:
        """Forget the last backfill and plan a new one."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sync_window")
            for window in windows:
                self.add_window(window)

    def add_window(self, window: Window) -> None:
        """Plan one more window."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO sync_window (resource, start, stop, after) VALUES (?, ?, ?, ?)",
                [window.resource, window.start, window.stop, window.after],
            )

    def replace_window(self, window: Window) -> None:
        """Plan a window anew in place of every one of its resource."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sync_window WHERE resource = ?", [window.resource])
            self.add_window(window)

    def first_unsettled(self) -> int | None:
        """When the oldest charge was made whose balance transaction is named but not kept, or None."""
        query = (
            "SELECT min(created) AS first FROM charge WHERE settlement_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM settlement WHERE id = settlement_id)"
        )
        first = next(iter(self._database.handle.query(query)))["first"]
        return None if first is None else int(first)

    def move_window(self, old: Window, new: Window) -> None:
        """A page was read: the start may have moved up (the rest is another window's), the cursor down."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE sync_window SET start = ?, after = ? WHERE resource = ? AND start = ?",
                [new.start, new.after, old.resource, old.start],
            )

    def close_window(self, window: Window) -> None:
        """The window is read to its end."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE sync_window SET done = 1 WHERE resource = ? AND start = ?", [window.resource, window.start]
            )

    def unseen_events(self, ids: list[str]) -> set[str]:
        """Which of these events were not worked off before."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id FROM sync_event WHERE id IN ({marks})"  # noqa: S608
        return set(ids) - {row["id"] for row in self._database.handle.query(query, ids)}

    def note_events(self, events: Mapping[str, int], forget_before: int) -> None:
        """Remember events as worked off, and forget those that no overlap can bring again."""
        with self._database.transaction() as db:
            db.conn.executemany("INSERT OR IGNORE INTO sync_event (id, created) VALUES (?, ?)", list(events.items()))
            db.execute("DELETE FROM sync_event WHERE created < ?", [forget_before])

    def count_reads(self, reads: Mapping[str, int], day: int) -> None:
        """Add reads to the day's account; `day` is days since 1970, UTC."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "INSERT INTO sync_read VALUES (?, ?, ?)"
                " ON CONFLICT (day, endpoint) DO UPDATE SET count = count + excluded.count",
                [(day, endpoint, count) for endpoint, count in reads.items()],
            )

    def reads_since(self, day: int) -> dict[str, int]:
        """Reads by endpoint since a day."""
        query = "SELECT endpoint, sum(count) AS n FROM sync_read WHERE day >= ? GROUP BY endpoint"
        return {row["endpoint"]: row["n"] for row in self._database.handle.query(query, [day])}

    def begin_run(self, kind: str, at: int) -> int:
        """A sync starts; returns its number."""
        with self._database.transaction() as db:
            cursor = db.execute("INSERT INTO sync_run (started_at, kind) VALUES (?, ?)", [at, kind])
            return int(cursor.lastrowid or 0)

    def end_run(self, number: int, at: int, report: Mapping[str, Any]) -> None:
        """A sync has finished."""
        with self._database.transaction() as db:
            db.execute("UPDATE sync_run SET finished_at = ?, report = ? WHERE id = ?", [at, json.dumps(report), number])

    def last_finished(self) -> dict[str, Any] | None:
        """The last sync that finished: `{started_at, finished_at, kind, report}`."""
        query = "SELECT * FROM sync_run WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        return next(iter(self._database.handle.query(query)), None)

    def created_of(self, resource: str, ids: list[str]) -> dict[str, int]:
        """When these objects were made, of those that are kept."""
        found: dict[str, int] = {}
        for start in range(0, len(ids), SLICE):
            part = ids[start : start + SLICE]
            marks = ", ".join("?" * len(part))
            query = f"SELECT id, created FROM {KINDS[resource].table} WHERE id IN ({marks}) AND created > 0"  # noqa: S608
            found.update((row["id"], row["created"]) for row in self._database.handle.query(query, part))
        return found

    def kept_charges(self, ids: list[str]) -> dict[str, tuple[str | None, int]]:
        """The balance transaction and the cents given back of those of these charges that are kept."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id, settlement_id, refunded FROM charge WHERE id IN ({marks})"  # noqa: S608
        return {row["id"]: (row["settlement_id"], row["refunded"]) for row in self._database.handle.query(query, ids)}

    def payment_before(self, created: int, count: int) -> int | None:
        """When the payment was made that stands `count` places before this instant, or None where there are fewer."""
        query = "SELECT created FROM payment WHERE created <= ? ORDER BY created DESC LIMIT 1 OFFSET ?"
        row = next(iter(self._database.handle.query(query, [created, count])), None)
        return None if row is None else int(row["created"])

    def unexplained_refunds(self, charge_ids: list[str]) -> list[str]:
        """Which of these charges gave back more than the refunds that are kept of them."""
        marks = ", ".join("?" * len(charge_ids))
        query = (
            f"SELECT id FROM charge WHERE id IN ({marks}) AND refunded > (SELECT coalesce(sum(amount), 0) FROM refund"  # noqa: S608
            " WHERE charge_id = charge.id AND status NOT IN ('failed', 'canceled')) ORDER BY id"
        )
        return [row["id"] for row in self._database.handle.query(query, charge_ids)]

    def waiting_payments(self, states: list[str], due_before: int | None) -> list[dict[str, Any]]:
        """Payments without an answer, all or those overdue at this instant: `{id, intent_id, created}`."""
        marks = ", ".join("?" * len(states))
        late = " AND due < ?" if due_before is not None else ""
        query = f"SELECT id, intent_id, created FROM payment WHERE state IN ({marks}){late} ORDER BY created"  # noqa: S608
        return list(self._database.handle.query(query, [*states, *([due_before] if due_before is not None else [])]))

    def incomplete_intents(self, state: str, since: int) -> list[str]:
        """PaymentIntents made since an instant that nobody has confirmed."""
        query = "SELECT intent_id FROM payment WHERE state = ? AND created >= ? AND intent_id IS NOT NULL"
        return [row["intent_id"] for row in self._database.handle.query(query, [state, since])]

    def open_objects(self, resource: str, statuses: tuple[str, ...], since: int, until: int) -> list[str]:
        """Objects made in this time whose status is not final."""
        marks = ", ".join("?" * len(statuses))
        query = f"SELECT id FROM {KINDS[resource].table} WHERE status IN ({marks}) AND created BETWEEN ? AND ?"  # noqa: S608
        return [row["id"] for row in self._database.handle.query(query, [*statuses, since, until])]

    def unitemised_payouts(self) -> list[str]:
        """Automatic payouts whose balance transactions can be listed and were not yet."""
        query = (
            "SELECT id FROM payout WHERE automatic AND reconciliation = 'completed' AND NOT itemised ORDER BY created"
        )
        return [row["id"] for row in self._database.handle.query(query)]

    def count_payments(self, since_day: int) -> int:
        """How many payments were made since a day (days since 1970), for the read allowance."""
        query = "SELECT sum(count) AS n FROM payment_by_day WHERE day >= ?"
        return int(next(iter(self._database.handle.query(query, [since_day])))["n"] or 0)

    def open_debits(self) -> list[str]:
        """Our own debits that may not stand in the table as they are."""
        query = (
            "SELECT id FROM debit WHERE NOT EXISTS (SELECT 1 FROM intent WHERE id = debit.payment_intent_id)"
            " UNION SELECT debit_id FROM payment WHERE id LIKE 'debit_%'"
        )
        return [row["id"] for row in self._database.handle.query(query)]
