"""Batches of the file that a restore replaces: what was approved, ordered or stopped there was."""

from __future__ import annotations

from collections.abc import Callable

import sqlite_utils

from dashboard.store.sql import Row, select, select_one, update

# From a check to each state, as the triggers let a batch go.
PATHS = {
    "draft": (),
    "review": ("review",),
    "sending": ("review", "sending"),
    "done": ("review", "sending", "done"),
    "stopped": ("review", "sending", "stopped"),
    "declined": ("review", "declined"),
    "expired": ("review", "expired"),
    "withdrawn": ("review", "withdrawn"),
}
END_COLUMNS = ("problem", "stopped_by", "left_out_by")
NOT_ENDED = dict.fromkeys(END_COLUMNS)
ROW_ENDS = frozenset({"ordered", "refused", "canceled"})


def carry_batch(
    old: sqlite_utils.Database, db: sqlite_utils.Database, batch: Row, bring: Callable[[str, Row], object]
) -> bool:
    """Give the restored file a batch as it stands in the old one, its debits being there; whether anything differed.

    `bring` inserts a row with what it refers to. Raises IntegrityError where a row does not fit.
    """
    rows = select(old, "SELECT * FROM batch_row WHERE batch_id = ? ORDER BY line", [batch["id"]])
    known = select_one(db, "SELECT * FROM batch WHERE id = ?", [batch["id"]])
    if known is None:
        bring("batch", batch)
        for row in rows:
            bring("batch_row", row)
        return True
    there = select(db, "SELECT * FROM batch_row WHERE batch_id = ? ORDER BY line", [batch["id"]])
    if known == batch and there == rows:
        return False
    if known["state"] == "draft":
        update(db, "batch", batch["id"], {**batch, "state": "draft", "digest": "", "submitted_at": None})
        for row in rows:
            checked = row["state"] if row["state"] in {"valid", "invalid"} else "valid"
            update(db, "batch_row", row["id"], {**row, **NOT_ENDED, "state": checked})
    passed = PATHS[known["state"]]
    path = PATHS[batch["state"]] if batch["submitted_at"] is not None else tuple(PATHS[batch["state"]][1:])
    for state in path[len(passed) :]:
        update(db, "batch", batch["id"], {name: batch[name] for name in ("digest", "submitted_at")} | {"state": state})
        _move_rows(db, rows, state)
    if batch["state"] == known["state"] == "review":
        update(db, "batch", batch["id"], {"digest": batch["digest"]})
    if batch["state"] in {"review", "sending"}:
        _move_rows(db, rows, batch["state"])
    update(db, "batch", batch["id"], {"ended_at": batch["ended_at"]})
    return True


def _move_rows(db: sqlite_utils.Database, rows: list[Row], state: str) -> None:
    """What rows may become while their batch is in a state."""
    for row in rows:
        if state == "review" and row["digest"]:
            query = "UPDATE batch_row SET digest = ?, debit_id = ?, state = 'queued' WHERE id = ? AND state = 'valid'"
            db.execute(query, [row["digest"], row["debit_id"], row["id"]])
            db.execute("UPDATE batch_row SET digest = ? WHERE id = ?", [row["digest"], row["id"]])
        if row["state"] in ROW_ENDS and (state != "review" or row["state"] == "canceled"):
            ended = {name: row[name] for name in ("state", *END_COLUMNS)}
            setting = ", ".join(f"{name} = :{name}" for name in ended)
            query = f"UPDATE batch_row SET {setting} WHERE id = :id"
            db.execute(f"{query} AND state = 'queued'", {**ended, "id": row["id"]})
