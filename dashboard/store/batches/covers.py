"""Which accounts of a batch are asked for their balance; what each bank said is kept as every balance is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.domain.batch_cover import MOST_OF_ITEM, AccountAsk, AskState
from dashboard.domain.common import Problem
from dashboard.store.engine.database import Database
from dashboard.store.sql import (
    Row,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    to_epoch,
)


class BatchCoverTable:
    """The table `batch_cover`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, batch_id: str, asks: Sequence[AccountAsk]) -> None:
        """Keep which accounts are to be asked, in the place of what was asked before."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM batch_cover WHERE batch_id = ?", [batch_id])
            for one in asks:
                row = {**vars(one), "batch_id": batch_id, "state": one.state.value, "problem": None}
                insert(db, "batch_cover", {**row, "at": to_epoch(one.at) if one.at else None})

    def all(self, batch_id: str) -> list[AccountAsk]:
        """The accounts of a batch, in their order; none where nobody asked."""
        query = "SELECT * FROM batch_cover WHERE batch_id = ? ORDER BY place"
        return [_ask(row) for row in select(self._database.handle, query, [batch_id])]

    def next(self, batch_id: str, since: datetime) -> AccountAsk | None:
        """The first account that waits and whose connection was not asked too often since then, for whatever batch."""
        query = (
            "SELECT * FROM batch_cover c WHERE c.batch_id = ? AND c.state = 'waiting' AND (SELECT count(*)"
            " FROM batch_cover o WHERE o.item_id = c.item_id AND o.state <> 'waiting' AND o.at > ?) < ?"
            " ORDER BY c.place LIMIT 1"
        )
        row = select_one(self._database.handle, query, [batch_id, to_epoch(since), MOST_OF_ITEM])
        return _ask(row) if row else None

    def is_waiting(self, batch_id: str) -> bool:
        """Whether an account is still to be asked."""
        query = "SELECT 1 FROM batch_cover WHERE batch_id = ? AND state = 'waiting' LIMIT 1"
        return select_one(self._database.handle, query, [batch_id]) is not None

    def end(self, batch_id: str, bank_account_id: str, state: AskState, problem: Problem | None, at: datetime) -> None:
        """Keep that an account was asked, or why it is not known."""
        query = "UPDATE batch_cover SET state = ?, problem = ?, at = ? WHERE batch_id = ? AND bank_account_id = ?"
        values = [state.value, problem_to_json(problem), to_epoch(at), batch_id, bank_account_id]
        with self._database.transaction() as db:
            db.execute(query, values)

    def leave(self, batch_id: str, problem: Problem | None = None) -> None:
        """End what still waits."""
        query = "UPDATE batch_cover SET state = 'left', problem = ? WHERE batch_id = ? AND state = 'waiting'"
        with self._database.transaction() as db:
            db.execute(query, [problem_to_json(problem), batch_id])


def _ask(row: Row) -> AccountAsk:
    return AccountAsk(
        bank_account_id=row["bank_account_id"],
        item_id=row["item_id"],
        place=row["place"],
        state=AskState(row["state"]),
        problem=problem_from_json(row["problem"]),
        at=maybe_from_epoch(row["at"]),
    )
