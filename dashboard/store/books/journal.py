"""What journal lines are made of, and the names that people gave the accounts."""

from __future__ import annotations

from typing import Any

from dashboard.store.books.rows import BACK, MOVED
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import on_repeat
from dashboard.store.sql import select

QUARTER = 900  # seconds: no day of any time zone begins within one


class JournalTable:
    """Reads the sums of journal lines; the table `journal_account`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sums(self, begins_at: int, ends_at: int) -> list[dict[str, Any]]:
        """What moved the balance by quarter of an hour (`at`), old_rail, currency, type and rail: amount, fee, net."""
        query = (
            f"{MOVED} SELECT created / {QUARTER} * {QUARTER} AS at, old_rail, currency, type, rail,"
            " sum(amount) AS amount, sum(fee) AS fee, sum(net) AS net FROM moved"
            f" WHERE created >= :begin AND created < :end AND type NOT IN {BACK}"
            f" GROUP BY created / {QUARTER}, old_rail, currency, type, rail ORDER BY 1, 2, 3, 4, 5"
        )
        return select(self._database.handle, query, {"begin": begins_at, "end": ends_at})

    def arrived(self, bank_begins: int, bank_ends: int) -> list[dict[str, Any]]:
        """The payouts that reached the bank on these days: id, arrival, amount, currency."""
        query = (
            "SELECT id, arrival, amount, currency FROM payout WHERE arrival >= ? AND arrival < ?"
            " AND status NOT IN ('failed', 'canceled') ORDER BY arrival, id"
        )
        return select(self._database.handle, query, [bank_begins, bank_ends])

    def names(self) -> dict[str, str]:
        """The accounts that people named, by what they are for."""
        rows = select(self._database.handle, "SELECT account, name FROM journal_account", [])
        return {row["account"]: row["name"] for row in rows}

    def name(self, account: str, name: str, by: str, at: int) -> None:
        """Keep an account's name."""
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO journal_account VALUES (?, ?, ?, ?){on_repeat('account')}"
                " name = excluded.name, named_by = excluded.named_by, named_at = excluded.named_at",
                [account, name, by, at],
            )
