"""What a restore keeps of the file that it replaces: a backup must not bring back what was ended since.

Both files have the schema of now, and the replaced one is the later state of the same history: what ended there stays
ended, what was ordered there was ordered. Customers come only where something else of theirs does; everything that
Stripe keeps comes with the next sync.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlite_utils

from dashboard.domain.ids import new_id
from dashboard.store.batches.carrying import carry_batch
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, IntegrityError, parents
from dashboard.store.sql import Row, insert, select, select_one

OPEN_DEBIT = ("created", "sending", "unknown", "unsent", "review", "scheduled")


@dataclass
class Carried:
    """How many of each came over; `erased` are customers' ids, `failed` the rows that did not fit."""

    connections: int = 0
    revocations: int = 0
    removals: int = 0
    ended_accounts: int = 0
    access_tokens: int = 0
    debits: int = 0
    batches: int = 0
    refunds: int = 0
    erased: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, int]:
        """The counts, for the audit trail."""
        return {name: len(value) if isinstance(value, list) else value for name, value in vars(self).items()}


def carry_over(old: Database, restored: Database) -> Carried:
    """Bring over what was linked, ended, revoked, erased and ordered since the backup, in one transaction.

    Raises StoreUnavailable where the old file cannot be read.
    """
    with restored.transaction() as db:
        return _CarryOver(old.handle, db).run()


class _CarryOver:
    def __init__(self, old: sqlite_utils.Database, db: sqlite_utils.Database) -> None:
        self._old, self._db, self._carried = old, db, Carried()

    def run(self) -> Carried:
        carried = self._carried
        carried.connections = sum(self._bring("item", id) for id in self._ids("item"))
        for table in ("bank_account", "mandate"):
            for id in self._ids(table):
                self._bring(table, id)
        carried.revocations = sum(self._revoke(row) for row in self._all("mandate_revocation"))
        carried.ended_accounts = sum(self._end(row) for row in self._all("bank_account", "ended IS NOT NULL"))
        carried.removals = sum(self._remove(row) for row in self._all("item_removal"))
        carried.access_tokens = sum(self._change_token(row) for row in self._all("token_rotation", "state = 'done'"))
        carried.debits = sum(self._debit(row) for row in self._all("debit"))
        carried.batches = sum(self._batch(row) for row in self._all("batch"))
        carried.refunds = sum(self._refund(row) for row in self._all("refund_order"))
        for row in self._all("risk_assessment", "debit_id IS NOT NULL"):  # or no return of these would be reported
            self._bring("risk_assessment", row["id"])
        self._notices()
        carried.erased = [row["id"] for row in self._all("erasure") if self._erase(row)]
        return carried

    # Each kind.

    def _revoke(self, row: Row) -> bool:
        if not self._insert("mandate_revocation", row, row["stripe_mandate_id"]):
            return False
        values = [row["stripe_mandate_id"]]
        self._db.execute("UPDATE mandate SET status = 'inactive' WHERE stripe_mandate_id = ?", values)
        self._db.execute("UPDATE bank_account SET mandate_status = 'inactive' WHERE mandate_id = ?", values)
        return True

    def _end(self, row: Row) -> bool:
        columns = ("ended", "ended_at", "replaced_by", "stripe_status", "updated_at")
        return self._overwrite("bank_account", row, columns, "ended IS NULL")

    def _remove(self, row: Row) -> bool:
        item = select_one(self._old, "SELECT * FROM item WHERE id = ?", [row["id"]])
        begun = self._insert("item_removal", row, row["id"])
        further = self._overwrite("item_removal", row, ("plaid_at", "done_at"), "done_at IS NULL")
        if item is not None:
            self._overwrite("item", item, ("state", "access_token", "updated_at"), "state <> 'removed'")
        self._bring_jobs("removal", row["id"])
        return begun or further

    def _change_token(self, row: Row) -> bool:
        """The new value of a token whose old one Plaid has ended since."""
        jobs = "SELECT id FROM job WHERE kind = 'token_rotation' AND subject = ? AND state = 'done'"
        known = {one["id"] for one in select(self._db, jobs, [row["id"]])}
        if {one["id"] for one in select(self._old, jobs, [row["id"]])} <= known:
            return False
        item = select_one(self._old, "SELECT * FROM item WHERE id = ?", [row["id"]])
        if item is None or not self._overwrite("item", item, ("access_token", "updated_at"), "state <> 'removed'"):
            return False
        self._db.execute("DELETE FROM token_rotation WHERE id = ?", [row["id"]])
        self._insert("token_rotation", row, row["id"])
        self._bring_jobs("token_rotation", row["id"])
        return True

    def _debit(self, row: Row) -> bool:
        added = self._bring("debit", row["id"])
        states = ", ".join(f"'{state}'" for state in OPEN_DEBIT)
        changed = self._overwrite("debit", row, tuple(row), f"state IN ({states})")
        if added or changed:
            self._bring_jobs("debit", row["id"])
            self._reserve(row["id"])
            self._schedule(row["id"])
        self._bring_approvals("debit", row["id"])
        return added

    def _batch(self, row: Row) -> bool:
        """A batch after its debits: what was stopped stays stopped, and no row is ordered again."""
        try:
            carried = carry_batch(self._old, self._db, row, lambda table, one: self._insert(table, one, str(one["id"])))
        except IntegrityError:
            self._carried.failed.append(f"batch {row['id']}")
            return False
        self._bring_jobs("batch", row["id"])
        self._bring_approvals("batch", row["id"])
        return carried

    def _refund(self, row: Row) -> bool:
        added = self._bring("refund_order", row["id"])
        changed = self._overwrite("refund_order", row, tuple(row), "state IN ('review', 'ordered', 'unknown')")
        if added or changed:
            self._bring_jobs("refund", row["id"])
        self._bring_approvals("refund", row["id"])
        return added

    def _reserve(self, debit_id: str) -> None:
        """What a debit that came over has of the limits."""
        row = select_one(self._old, "SELECT * FROM limit_reservation WHERE id = ?", [debit_id])
        if row is not None and not self._bring("limit_reservation", debit_id):
            self._overwrite("limit_reservation", row, ("state", "at"), "state = 'reserved'")

    def _schedule(self, debit_id: str) -> None:
        """The day of a debit that came over: without it, it would be sent at once."""
        row = select_one(self._old, "SELECT * FROM debit_schedule WHERE id = ?", [debit_id])
        if row is not None and not self._bring("debit_schedule", debit_id):
            self._overwrite("debit_schedule", row, ("state", "stopped_by", "released_at"), "state = 'waiting'")
        notice = select_one(self._old, "SELECT * FROM debit_notice WHERE id = ?", [debit_id])
        if notice is not None and not self._bring("debit_notice", debit_id):
            self._overwrite("debit_notice", notice, ("told_at", "told_by"), "told_at IS NULL")
        self._bring_jobs("debit_notice", debit_id)

    def _notices(self) -> None:
        """What was noted and told since: without its row a fact would be told again."""
        for row in self._all("notice_message"):
            if not self._bring("notice_message", row["id"]):
                self._overwrite("notice_message", row, tuple(row), "state = 'sending'")
        for row in self._all("notice"):
            if not self._bring("notice", row["id"]):
                self._overwrite("notice", row, ("state", "message_id", "sent_at"), "state = 'waiting'")

    def _bring_approvals(self, kind: str, subject: str) -> None:
        """What a second person was asked and has decided since the backup."""
        columns = ("state", "consumed_at", "updated_at")
        query = f"SELECT * FROM approval WHERE kind = ? AND subject = ? ORDER BY requested_at, {ADDED}"  # one is open
        for row in select(self._old, query, [kind, subject]):
            if not self._bring("approval", row["id"]):
                self._overwrite("approval", row, columns, "state IN ('requires_review', 'approved')")
            decided = select_one(self._old, "SELECT * FROM approval_decision WHERE approval_id = ?", [row["id"]])
            if decided is not None:
                self._bring("approval_decision", decided["id"])

    def _erase(self, row: Row) -> bool:
        """Order again what was ordered to be forgotten, where the restored file still knows who they are."""
        living = select_one(self._db, "SELECT 1 FROM customer WHERE id = ? AND erased_at IS NULL", [row["id"]])
        ordered = {"id": row["id"], "pseudonym": row["pseudonym"], "stage": "ordered"}
        if not living or not self._insert("erasure", ordered, row["id"]):
            return False
        query = (
            f"SELECT * FROM job WHERE kind = 'erasure' AND subject = ? ORDER BY ordered_at DESC, {ADDED} DESC LIMIT 1"
        )
        job = select_one(self._old, query, [row["id"]])
        if job is None:
            return False
        fresh = {"id": new_id("job"), "step": "end", "state": "waiting", "next_at": 0, "question": None, "tries": 0}
        nothing = {"problem": None, "lease_owner": None, "lease_until": None, "ended_at": None}
        return self._insert("job", {**job, **fresh, **nothing}, row["id"])

    # Rows.

    def _ids(self, table: str) -> list[str]:
        return [row["id"] for row in select(self._old, f"SELECT id FROM {table} ORDER BY {ADDED}", [])]

    def _all(self, table: str, where: str = "1") -> Iterable[Row]:
        return select(self._old, f"SELECT * FROM {table} WHERE {where} ORDER BY {ADDED}", [])

    def _bring(self, table: str, id: str) -> bool:
        """Insert one row of the old file together with the rows it refers to; False where it is there already."""
        if select_one(self._db, f"SELECT 1 FROM {table} WHERE id = ?", [id]):
            return False
        row = select_one(self._old, f"SELECT * FROM {table} WHERE id = ?", [id])
        return row is not None and self._insert(table, row, id)

    def _insert(self, table: str, row: Row, id: str) -> bool:
        for column, parent in parents(self._db, table):
            if row.get(column) is not None:
                self._bring(parent, row[column])
        try:
            return insert(self._db, table, row, ignore=True)
        except IntegrityError:
            self._carried.failed.append(f"{table} {id}")
            return False

    def _overwrite(self, table: str, row: Row, columns: tuple[str, ...], where: str) -> bool:
        """Give a row that has not ended in the restored file the later values; whether any differed."""
        query = f"SELECT * FROM {table} WHERE id = ? AND {where}"
        known = select_one(self._db, query, [row["id"]])
        if known is None or all(known[name] == row[name] for name in columns):
            return False
        if row.get("replaced_by") is not None:
            self._bring("bank_account", row["replaced_by"])
        marks = ", ".join(f"{name} = :{name}" for name in columns)
        self._db.execute(f"UPDATE {table} SET {marks} WHERE id = :id", {name: row[name] for name in {*columns, "id"}})
        return True

    def _bring_jobs(self, kind: str, subject: str) -> None:
        """The jobs of a subject, with what each has called: whoever held one is gone."""
        for job in select(self._old, "SELECT * FROM job WHERE kind = ? AND subject = ?", [kind, subject]):
            free = {**job, "lease_owner": None, "lease_until": None}
            if not self._bring("job", job["id"]):
                self._overwrite("job", free, tuple(free), "ended_at IS NULL")
            for table in ("job_call", "job_try"):
                for row in select(self._old, f"SELECT * FROM {table} WHERE job_id = ?", [job["id"]]):
                    self._db.execute(
                        f"DELETE FROM {table} WHERE job_id = ? AND {_KEYS[table]} = ?",
                        [job["id"], row[_KEYS[table]]],
                    )
                    self._insert(table, row, job["id"])


_KEYS = {"job_call": "step", "job_try": "number"}
