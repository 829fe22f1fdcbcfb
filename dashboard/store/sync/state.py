"""What a sync remembers: its lease, its windows and cursors, the events it has seen, the reads it has spent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import add_or_keep, on_repeat
from dashboard.store.payments.stripe_objects import RESOURCES

SLICE = 400  # ids in one query
# A dispute that only warns moves nothing; a payout's own transaction is its amount again.
FIRST_UNKNOWN = """
SELECT min(created) AS first FROM (
  SELECT created FROM charge WHERE balance_transaction_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM balance_transaction WHERE id = balance_transaction_id)
  UNION ALL SELECT created FROM charge o WHERE status = 'failed' AND balance_transaction_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM balance_transaction b WHERE b.source_id = o.id AND b.id <> o.balance_transaction_id)
  UNION ALL SELECT created FROM refund o WHERE status IN ('pending', 'succeeded', 'failed') AND NOT EXISTS
    (SELECT 1 FROM balance_transaction b WHERE b.source_id = o.id)
  UNION ALL SELECT created FROM dispute o WHERE status IN ('needs_response', 'under_review', 'won', 'lost')
    AND NOT EXISTS (SELECT 1 FROM balance_transaction b WHERE b.source_id = o.id)
  UNION ALL SELECT created FROM payout o WHERE status IN ('failed', 'canceled') AND NOT EXISTS
    (SELECT 1 FROM balance_transaction b WHERE b.source_id = o.id AND b.type <> 'payout')
)"""


@dataclass(frozen=True)
class Window:
    """A span of `created` (epoch seconds, start included, stop excluded), read so far down to the object `after`."""

    resource: str
    start: int
    stop: int
    after: str | None


class SyncStateTable:
    """The tables of the sync. Every method joins the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire_lease(self, name: str, owner: str, now: int, until: int) -> bool:
        """Take or prolong a named lease; False where another owner holds it now."""
        with self._database.transaction() as db:
            cursor = db.execute(
                f"INSERT INTO lease (name, owner, until) VALUES (?, ?, ?){on_repeat('name')}"
                " owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until < ?",
                [name, owner, until, now],
            )
            return bool(cursor.rowcount)

    def release_lease(self, name: str, owner: str) -> None:
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
                f"INSERT INTO sync_cursor VALUES (?, ?){on_repeat('name')} value = excluded.value",
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

    def first_without_balance_transaction(self) -> int | None:
        """When the oldest object was made that moved the balance by a transaction that is not kept, or None.

        Payments name theirs. What takes money back is named by it: a refund, a lost payment, a dispute, a payout that
        did not arrive. No payout may follow them, so no payout's list brings them.
        """
        first = next(iter(self._database.handle.query(FIRST_UNKNOWN)))["first"]
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
        query = f"SELECT id FROM sync_event WHERE id IN ({marks})"
        return set(ids) - {row["id"] for row in self._database.handle.query(query, ids)}

    def note_events(self, events: Mapping[str, int], forget_before: int) -> None:
        """Remember events as worked off, and forget those that no overlap can bring again."""
        with self._database.transaction() as db:
            db.conn.executemany(add_or_keep("sync_event (id, created)", "VALUES (?, ?)"), list(events.items()))
            db.execute("DELETE FROM sync_event WHERE created < ?", [forget_before])

    def count_reads(self, reads: Mapping[str, int], day: int) -> None:
        """Add reads to the day's account; `day` is days since 1970, UTC."""
        with self._database.transaction() as db:
            db.conn.executemany(
                f"INSERT INTO sync_read VALUES (?, ?, ?){on_repeat('day, endpoint')} count = count + excluded.count",
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
        if resource not in RESOURCES:
            return found
        for start in range(0, len(ids), SLICE):
            part = ids[start : start + SLICE]
            marks = ", ".join("?" * len(part))
            query = f"SELECT id, created FROM {RESOURCES[resource].table} WHERE id IN ({marks}) AND created > 0"
            found.update((row["id"], row["created"]) for row in self._database.handle.query(query, part))
        return found

    def kept_charges(self, ids: list[str]) -> dict[str, tuple[str | None, int]]:
        """The balance transaction and the cents given back of those of these charges that are kept."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id, balance_transaction_id, refunded FROM charge WHERE id IN ({marks})"
        return {
            row["id"]: (row["balance_transaction_id"], row["refunded"])
            for row in self._database.handle.query(query, ids)
        }

    def payment_before(self, created: int, count: int) -> int | None:
        """When the payment was made that stands `count` places before this instant, or None where there are fewer."""
        query = "SELECT created FROM payment WHERE created <= ? ORDER BY created DESC LIMIT 1 OFFSET ?"
        row = next(iter(self._database.handle.query(query, [created, count])), None)
        return None if row is None else int(row["created"])

    def unexplained_refunds(self, charge_ids: list[str]) -> list[str]:
        """Which of these charges gave back more than the refunds that are kept of them."""
        marks = ", ".join("?" * len(charge_ids))
        query = (
            f"SELECT id FROM charge WHERE id IN ({marks}) AND refunded > (SELECT coalesce(sum(amount), 0) FROM refund"
            " WHERE charge_id = charge.id AND status NOT IN ('failed', 'canceled')) ORDER BY id"
        )
        return [row["id"] for row in self._database.handle.query(query, charge_ids)]

    def waiting_payments(self, states: list[str], due_before: int | None) -> list[dict[str, Any]]:
        """Payments without an answer, all or those overdue at this instant: `{id, intent_id, created}`."""
        marks = ", ".join("?" * len(states))
        late = " AND due < ?" if due_before is not None else ""
        query = f"SELECT id, intent_id, created FROM payment WHERE state IN ({marks}){late} ORDER BY created"
        return list(self._database.handle.query(query, [*states, *([due_before] if due_before is not None else [])]))

    def open_intents(self, statuses: tuple[str, ...], since: int) -> list[str]:
        """PaymentIntents made since an instant in one of these statuses that have no charge yet."""
        marks = ", ".join("?" * len(statuses))
        query = (
            "SELECT i.id FROM payment p JOIN intent i ON i.id = p.id"
            f" WHERE p.id >= 'pi_' AND p.id < 'pi`' AND i.status IN ({marks}) AND i.created >= ?"
        )
        return [row["id"] for row in self._database.handle.query(query, [*statuses, since])]

    def open_aftermath(self, resource: str, statuses: tuple[str, ...], since: int) -> list[tuple[str, str | None]]:
        """Refunds or disputes made since an instant in one of these statuses, each with its charge."""
        marks = ", ".join("?" * len(statuses))
        query = f"SELECT id, charge_id FROM {RESOURCES[resource].table} WHERE status IN ({marks}) AND created >= ?"
        return [(row["id"], row["charge_id"]) for row in self._database.handle.query(query, [*statuses, since])]

    def open_payouts(self, statuses: tuple[str, ...], since: int) -> list[str]:
        """Payouts made since an instant in one of these statuses, or whose parts Stripe has not listed yet."""
        marks = ", ".join("?" * len(statuses))
        query = (
            f"SELECT id FROM payout WHERE created >= ? AND (status IN ({marks}) OR (automatic AND status = 'paid'"
            " AND coalesce(reconciliation, '') <> 'completed'))"
        )
        return [row["id"] for row in self._database.handle.query(query, [since, *statuses])]

    def mandates_other_than(self, statuses: tuple[str, ...]) -> list[str]:
        """Stripe's ids of the kept mandates in none of these statuses."""
        marks = ", ".join("?" * len(statuses))
        query = f"SELECT stripe_mandate_id AS id FROM mandate WHERE status NOT IN ({marks})"
        return [row["id"] for row in self._database.handle.query(query, list(statuses))]

    def known_mandates(self, ids: list[str]) -> list[str]:
        """Which of these mandates the desk keeps."""
        found: list[str] = []
        for start in range(0, len(ids), SLICE):
            part = ids[start : start + SLICE]
            marks = ", ".join("?" * len(part))
            query = (
                f"SELECT stripe_mandate_id AS id FROM mandate WHERE stripe_mandate_id IN ({marks})"
                f" UNION SELECT mandate_id FROM old_account WHERE mandate_id IN ({marks}) ORDER BY 1"
            )
            found += [row["id"] for row in self._database.handle.query(query, [*part, *part])]
        return found

    def set_mandate_status(self, id: str, status: str) -> None:
        """Keep what Stripe now says of a mandate; `inactive` is the last (Stripe), also where it was set here."""
        with self._database.transaction() as db:
            values = [status, id]
            db.execute("UPDATE mandate SET status = ? WHERE stripe_mandate_id = ? AND status <> 'inactive'", values)
            query = "UPDATE bank_account SET mandate_status = ? WHERE mandate_id = ? AND mandate_status <> 'inactive'"
            db.execute(query, values)
            query = "UPDATE old_account SET mandate_status = ? WHERE mandate_id = ? AND mandate_status <> 'inactive'"
            db.execute(query, values)

    def unitemized_payouts(self) -> list[str]:
        """Automatic payouts whose balance transactions can be listed and were not yet."""
        query = (
            "SELECT id FROM payout WHERE automatic AND reconciliation = 'completed' AND NOT itemized ORDER BY created"
        )
        return [row["id"] for row in self._database.handle.query(query)]

    def count_payments(self, since: int) -> int:
        """How many payments were made since a time (epoch seconds), for the read allowance."""
        query = "SELECT count(*) AS n FROM payment WHERE created >= ?"
        return int(next(iter(self._database.handle.query(query, [since])))["n"])

    def open_debits(self) -> list[str]:
        """Our own debits that may not stand in the table as they are."""
        query = (
            "SELECT id FROM debit WHERE NOT EXISTS (SELECT 1 FROM intent WHERE id = debit.payment_intent_id)"
            " UNION SELECT debit_id FROM payment WHERE id LIKE 'debit_%'"
        )
        return [row["id"] for row in self._database.handle.query(query)]
