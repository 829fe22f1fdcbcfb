"""The same bank account under two customers: found by what Stripe or Plaid recognize it by, looked at by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import from_epoch, insert, select, to_epoch

_SAME = (
    "SELECT o.id FROM bank_account a JOIN bank_account o ON o.{0} = a.{0} AND o.customer_id <> a.customer_id"
    " AND o.ended IS NULL WHERE a.id = ? AND a.ended IS NULL"
)
SAME = {column: _SAME.format(column) for column in ("fingerprint", "persistent_id")}


@dataclass(frozen=True)
class Shared:
    """Two accounts of ours, of two customers, that are one at the bank; `how` they were recognized."""

    account_id: str
    other_id: str
    how: str
    found_at: datetime


class SharedAccountTable:
    """The table `account_shared`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, account_id: str, column: str) -> Sequence[str]:
        """Accounts in use of other customers with the same fingerprint or persistent id."""
        return [row["id"] for row in select(self._database.handle, SAME[column], [account_id])]

    def add(self, account_id: str, other_id: str, how: str, at: datetime) -> bool:
        """Keep a pair, whichever of the two is named first; False where it is kept already."""
        first, second = sorted((account_id, other_id))
        with self._database.transaction() as db:
            values = {"account_id": first, "other_id": second, "how": how, "found_at": to_epoch(at)}
            return insert(db, "account_shared", values, ignore=True)

    def unseen(self, limit: int = 200) -> Sequence[Shared]:
        """The pairs that nobody has looked at, while both are in use and still of two customers; newest first."""
        query = (
            "SELECT s.* FROM account_shared s JOIN bank_account a ON a.id = s.account_id"
            " JOIN bank_account o ON o.id = s.other_id WHERE s.seen_at IS NULL AND a.ended IS NULL"
            f" AND o.ended IS NULL AND a.customer_id <> o.customer_id ORDER BY s.found_at DESC, s.{ADDED} DESC LIMIT ?"
        )
        rows = select(self._database.handle, query, [limit])
        return [Shared(row["account_id"], row["other_id"], row["how"], from_epoch(row["found_at"])) for row in rows]

    def see(self, account_id: str, other_id: str, person: str, at: datetime) -> bool:
        """Keep that somebody has looked at a pair and it is right; False where there is none to look at."""
        with self._database.transaction() as db:
            return bool(
                db.execute(
                    "UPDATE account_shared SET seen_by = ?, seen_at = ?"
                    " WHERE account_id = ? AND other_id = ? AND seen_at IS NULL",
                    [person, to_epoch(at), account_id, other_id],
                ).rowcount
            )
