"""Batches and their rows: kept as they were checked, frozen as they will be sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dashboard.domain.batches import Batch, BatchRow, BatchState, Fault, RowState
from dashboard.domain.common import Problem
from dashboard.domain.debits import DebitState, Purpose
from dashboard.domain.schedules import due_at, send_by
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, list_of, listed
from dashboard.store.sql import (
    Row,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    to_epoch,
    to_json,
    update,
)

_COLUMNS = (
    *("id", "batch_id", "line", "said", "customer_id", "bank_account_id", "amount_cents", "reference", "purpose"),
    *("state", "faults", "notes", "similar_to", "debit_id", "digest", "stopped_by", "problem"),
    "left_out_by",
)
_CHECKED = (
    *("customer_id", "bank_account_id", "amount_cents", "reference", "purpose", "state", "faults", "notes"),
    "similar_to",
)


class BatchTable:
    """The tables `batch` and `batch_row`, as they are written and sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, batch: Batch, rows: Iterable[BatchRow]) -> None:
        """Insert a batch that was checked, with every row of its file."""
        with self._database.transaction() as db:
            insert(db, "batch", _batch_values(batch))
            marks = ", ".join("?" for _ in _COLUMNS)
            query = f"INSERT INTO batch_row ({', '.join(_COLUMNS)}) VALUES ({marks})"
            db.conn.executemany(query, [[_values(row)[name] for name in _COLUMNS] for row in rows])

    def keep_check(self, batch: Batch, rows: Iterable[BatchRow]) -> None:
        """Keep what another check of a draft has found, of the batch and of each row."""
        changed = _batch_values(batch)
        kept = ("rows", "bad", "total_cents", "wanted_on", "collect_on", "due_at", "send_by", "accept_unknown_balance")
        with self._database.transaction() as db:
            update(db, "batch", batch.id, {name: changed[name] for name in kept})
            setting = ", ".join(f"{name} = ?" for name in _CHECKED)
            db.conn.executemany(
                f"UPDATE batch_row SET {setting} WHERE id = ?",
                [[*(_values(row)[name] for name in _CHECKED), row.id] for row in rows],
            )

    def freeze(self, batch_id: str, rows: Sequence[BatchRow], digest: str, at: datetime) -> None:
        """From now on these rows reserve, each as the debit that it will be; the batch waits for approval."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "UPDATE batch_row SET state = 'queued', debit_id = ?, digest = ? WHERE id = ?",
                [(row.debit_id, row.digest, row.id) for row in rows],
            )
            values = {"state": BatchState.REVIEW.value, "digest": digest, "submitted_at": to_epoch(at)}
            update(db, "batch", batch_id, values)

    def freeze_again(self, batch_id: str, digests: Mapping[str, str], digest: str) -> None:
        """Keep what would be sent now, by row id, where that changed while the batch waits for approval."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "UPDATE batch_row SET digest = ? WHERE id = ?", [(one, id) for id, one in digests.items()]
            )
            update(db, "batch", batch_id, {"digest": digest})

    def get(self, id: str) -> Batch | None:
        """One batch."""
        row = select_one(self._database.handle, "SELECT * FROM batch WHERE id = ?", [id])
        return _batch(row) if row else None

    def by_file(self, sha256: str) -> Batch | None:
        """The batch that was made of this file."""
        row = select_one(self._database.handle, "SELECT * FROM batch WHERE file_sha256 = ?", [sha256])
        return _batch(row) if row else None

    def copies(self, id: str) -> list[Batch]:
        """The batches that were made of this one, newest first."""
        query = f"SELECT * FROM batch WHERE copied_from = ? ORDER BY made_at DESC, {ADDED} DESC"
        return [_batch(row) for row in select(self._database.handle, query, [id])]

    def recent(self, limit: int) -> list[Batch]:
        """The newest batches."""
        query = f"SELECT * FROM batch ORDER BY made_at DESC, {ADDED} DESC LIMIT ?"
        return [_batch(row) for row in select(self._database.handle, query, [limit])]

    def ended_since(self, at: datetime) -> list[Batch]:
        """Batches that were sent or stopped since then, newest first."""
        query = (
            "SELECT * FROM batch WHERE state IN ('done', 'stopped') AND ended_at >= ?"
            f" ORDER BY ended_at DESC, {ADDED} DESC"
        )
        return [_batch(row) for row in select(self._database.handle, query, [to_epoch(at)])]

    def times(self, id: str) -> tuple[datetime, datetime] | None:
        """When a batch with a day is sent, and until when; None of one without a day."""
        row = select_one(self._database.handle, "SELECT due_at, send_by FROM batch WHERE id = ?", [id])
        return (from_epoch(row["due_at"]), from_epoch(row["send_by"])) if row and row["due_at"] is not None else None

    def due(self, now: datetime) -> list[str]:
        """Approved batches with a day whose moment has come and that have rows to send."""
        query = "SELECT id FROM batch WHERE state = 'sending' AND due_at <= ? ORDER BY due_at"
        return [row["id"] for row in select(self._database.handle, query, [to_epoch(now)])]

    def set_state(self, id: str, state: BatchState, at: datetime) -> None:
        """Move a batch; the database refuses to reopen one that has ended."""
        values: dict[str, object] = {"state": state.value}
        if state.is_ended:
            values["ended_at"] = to_epoch(at)
        with self._database.transaction() as db:
            update(db, "batch", id, values)

    # Rows.

    def rows(self, batch_id: str, *states: RowState) -> list[BatchRow]:
        """The rows of a batch in the order of its file, of these states or all."""
        chosen = f" AND state IN ({', '.join('?' for _ in states)})" if states else ""
        query = f"SELECT * FROM batch_row WHERE batch_id = ?{chosen} ORDER BY line"
        return [_row(one) for one in select(self._database.handle, query, [batch_id, *(one.value for one in states)])]

    def rows_of(self, batch_id: str, bank_account_ids: Sequence[str], states: Sequence[RowState]) -> list[BatchRow]:
        """Those of these accounts and states, in the order of the file."""
        query = (
            f"SELECT * FROM batch_row WHERE batch_id = :batch AND bank_account_id IN {listed('accounts')}"
            f" AND state IN {listed('states')} ORDER BY line"
        )
        states_of = list_of([one.value for one in states])
        values = {"batch": batch_id, "accounts": list_of(bank_account_ids), "states": states_of}
        return [_row(one) for one in select(self._database.handle, query, values)]

    def row(self, id: str) -> BatchRow | None:
        """One row."""
        row = select_one(self._database.handle, "SELECT * FROM batch_row WHERE id = ?", [id])
        return _row(row) if row else None

    def of_debit(self, debit_id: str) -> BatchRow | None:
        """The row that a debit is; None of a debit that was ordered by itself."""
        row = select_one(self._database.handle, "SELECT * FROM batch_row WHERE debit_id = ?", [debit_id])
        return _row(row) if row else None

    def next_row(self, batch_id: str) -> BatchRow | None:
        """The first row that was not ordered yet."""
        query = "SELECT * FROM batch_row WHERE batch_id = ? AND state = 'queued' ORDER BY line LIMIT 1"
        row = select_one(self._database.handle, query, [batch_id])
        return _row(row) if row else None

    def last_ordered(self, batch_id: str) -> tuple[BatchRow, DebitState] | None:
        """The row that was ordered last, with its debit's state; None before the first."""
        query = (
            "SELECT r.*, d.state AS debit_state FROM batch_row r JOIN debit d ON d.id = r.debit_id"
            " WHERE r.batch_id = ? AND r.state = 'ordered' ORDER BY r.line DESC LIMIT 1"
        )
        row = select_one(self._database.handle, query, [batch_id])
        return (_row(row), DebitState(row["debit_state"])) if row else None

    def debits_of(self, batch_id: str, bank_account_id: str) -> frozenset[str]:
        """The debits that rows of this batch and account are or will be."""
        query = "SELECT debit_id FROM batch_row WHERE batch_id = ? AND bank_account_id = ? AND debit_id IS NOT NULL"
        return frozenset(row["debit_id"] for row in select(self._database.handle, query, [batch_id, bank_account_id]))

    def order_row(self, id: str) -> None:
        """Keep that a row is its debit from now on, inside the transaction that orders it; the database checks it."""
        with self._database.transaction() as db:
            update(db, "batch_row", id, {"state": RowState.ORDERED.value})

    def refuse_row(self, id: str, problem: Problem) -> None:
        """Keep why a row was not ordered; nothing where it is no more to be."""
        query = "UPDATE batch_row SET state = 'refused', problem = ? WHERE id = ? AND state = 'queued'"
        with self._database.transaction() as db:
            db.execute(query, [problem_to_json(problem), id])

    def leave_out(self, id: str, person: str, problem: Problem) -> None:
        """Keep that an approver took a row out; it reserves nothing from now on."""
        query = (
            "UPDATE batch_row SET state = 'canceled', left_out_by = ?, problem = ? WHERE id = ? AND state = 'queued'"
        )
        with self._database.transaction() as db:
            db.execute(query, [person, problem_to_json(problem), id])

    def left_out(self, batch_id: str) -> list[BatchRow]:
        """The rows that approvers took out, in the order of the file."""
        query = "SELECT * FROM batch_row WHERE batch_id = ? AND left_out_by IS NOT NULL ORDER BY line"
        return [_row(one) for one in select(self._database.handle, query, [batch_id])]

    def cancel_queued(self, batch_id: str, problem: Problem | None) -> int:
        """Release every row that was not ordered; returns how many."""
        query = "UPDATE batch_row SET state = 'canceled', problem = ? WHERE batch_id = ? AND state = 'queued'"
        with self._database.transaction() as db:
            return int(db.execute(query, [problem_to_json(problem), batch_id]).rowcount)


def _values(row: BatchRow) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _COLUMNS},
        "said": to_json(dict(row.said)),
        "state": row.state.value,
        "purpose": row.purpose.value,
        "faults": to_json([vars(one) for one in row.faults]),
        "notes": to_json(list(row.notes)),
        "similar_to": to_json(list(row.similar_to)),
        "problem": problem_to_json(row.problem),
    }


def _row(row: Row) -> BatchRow:
    return BatchRow(
        **{
            **{name: row[name] for name in _COLUMNS},
            "said": json.loads(row["said"]),
            "state": RowState(row["state"]),
            "purpose": Purpose(row["purpose"]),
            "faults": tuple(Fault(**one) for one in json.loads(row["faults"])),
            "notes": tuple(json.loads(row["notes"])),
            "similar_to": tuple(json.loads(row["similar_to"])),
            "problem": problem_from_json(row["problem"]),
        }
    )


def _batch_values(batch: Batch) -> dict[str, object]:
    day = batch.collect_on
    return {
        "id": batch.id,
        "name": batch.name,
        "state": batch.state.value,
        "made_by": batch.made_by,
        "maker": batch.maker,
        "made_at": to_epoch(batch.made_at),
        "rows": batch.rows,
        "bad": batch.bad,
        "total_cents": batch.total_cents,
        "file_sha256": batch.file_sha256,
        "wanted_on": batch.wanted_on.isoformat() if batch.wanted_on else None,
        "collect_on": day.isoformat() if day else None,
        "due_at": to_epoch(due_at(day)) if day else None,
        "send_by": to_epoch(send_by(day)) if day else None,
        "accept_unknown_balance": int(batch.accept_unknown_balance),
        "copied_from": batch.copied_from,
        "made_from": batch.made_from,
    }


def _batch(row: Row) -> Batch:
    return Batch(
        id=row["id"],
        name=row["name"],
        state=BatchState(row["state"]),
        made_by=row["made_by"],
        maker=row["maker"],
        made_at=from_epoch(row["made_at"]),
        rows=row["rows"],
        bad=row["bad"],
        total_cents=row["total_cents"],
        file_sha256=row["file_sha256"],
        collect_on=date.fromisoformat(row["collect_on"]) if row["collect_on"] else None,
        wanted_on=date.fromisoformat(row["wanted_on"]) if row["wanted_on"] else None,
        accept_unknown_balance=bool(row["accept_unknown_balance"]),
        digest=row["digest"],
        copied_from=row["copied_from"],
        made_from=row["made_from"],
        submitted_at=maybe_from_epoch(row["submitted_at"]),
        ended_at=maybe_from_epoch(row["ended_at"]),
    )
