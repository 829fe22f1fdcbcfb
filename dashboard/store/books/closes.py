"""Closes of a month: asked for, signed by a second person, reopened by two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.sql import insert, select, select_one, update

_LIVE = "state IN ('waiting', 'closed', 'reopening')"


class MonthCloseTable:
    """The table `month_close`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def live(self, month: str) -> dict[str, Any] | None:
        """The close of a month that waits or is in force, or None."""
        query = f"SELECT * FROM month_close WHERE month = ? AND {_LIVE}"
        return select_one(self._database.handle, query, [month])

    def closed_after(self, month: str) -> str | None:
        """The first later month whose close is in force, or None."""
        query = "SELECT min(month) AS found FROM month_close WHERE month > ? AND state IN ('closed', 'reopening')"
        row = select_one(self._database.handle, query, [month])
        return row["found"] if row else None

    def history(self, month: str) -> list[dict[str, Any]]:
        """Every close of a month that has ended, the last one first."""
        query = f"SELECT * FROM month_close WHERE month = ? AND NOT {_LIVE} ORDER BY asked_at DESC, id"
        return select(self._database.handle, query, [month])

    def add(self, values: Mapping[str, object]) -> None:
        """A close that waits. Raises IntegrityError where the month has one."""
        with self._database.transaction() as db:
            insert(db, "month_close", values)

    def move(self, id: str, values: Mapping[str, object]) -> None:
        """Bring a close to another state."""
        with self._database.transaction() as db:
            update(db, "month_close", id, values)

    def sources(self, begins_at: int, ends_at: int, days: tuple[str, str]) -> list[Sequence[object]]:
        """What a month's figures are made of, in a fixed order: balance transactions, payouts, bank lines, matches."""
        values = {"begin": begins_at, "end": ends_at, "first": days[0], "after": days[1]}
        found: list[Sequence[object]] = []
        for query in (
            "SELECT id, type, amount, fee, net, currency FROM balance_transaction"
            " WHERE created >= :begin AND created < :end ORDER BY id",
            "SELECT id, amount, currency, status, arrival FROM payout WHERE created >= :begin AND created < :end"
            " ORDER BY id",
            "SELECT id, account, posted_on, cents FROM bank_line WHERE posted_on >= :first AND posted_on < :after"
            " ORDER BY id",
            "SELECT p.match_id, p.part_id, p.cents FROM payout_match_part p JOIN bank_line b ON b.id = p.part_id"
            " WHERE p.live = 1 AND p.kind = 'line' AND b.posted_on >= :first AND b.posted_on < :after ORDER BY 2",
        ):
            names = {"begin", "end"} if ":begin" in query else {"first", "after"}
            given = {name: value for name, value in values.items() if name in names}
            found.append([list(row.values()) for row in select(self._database.handle, query, given)])
        return found
