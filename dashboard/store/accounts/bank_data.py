"""What banks said of linked accounts: sealed under the customer's own key, gone when that key goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlite_utils

from dashboard.domain.models import Balance, BankAccount, BankTransaction
from dashboard.store.encryption.customer_keys import PrivateFacts
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, on_repeat
from dashboard.store.sql import Row, from_epoch, maybe_from_epoch, select, select_one, to_epoch, to_json

KEPT_TRANSACTIONS = 500  # of one account, the newest: months of an ordinary one, and a bound for a busy one


@dataclass(frozen=True)
class KeptHolder:
    """Whom the bank named as an account's holders at `read_at`, and what a person made of that.

    `decision` is `same` or `other`, None where nobody has decided about these names beside this customer's.
    """

    names: tuple[str, ...]
    read_at: datetime
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Changes:
    """What one read brought: lines to keep, new or changed, and the ids of those that are no more."""

    kept: Sequence[BankTransaction]
    removed: Sequence[str]


class BankDataTable:
    """The tables `bank_balance`, `bank_holder`, `bank_transaction` with its cursor, and `plaid_call`."""

    def __init__(self, database: Database, private: PrivateFacts) -> None:
        self._database, self._private = database, private

    # How often Plaid was asked: it bills by the call.

    def count_call(self, name: str, at: datetime) -> None:
        """Count one call of Plaid's, before it is made."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO plaid_call (month, name, count) VALUES (?, ?, 1)"
                f"{on_repeat('month, name')} count = count + 1",
                [_month(at), name],
            )

    def calls(self, at: datetime) -> dict[str, int]:
        """How often each call was made in this month (UTC)."""
        rows = select(self._database.handle, "SELECT name, count FROM plaid_call WHERE month = ?", [_month(at)])
        return {row["name"]: row["count"] for row in rows}

    # Balances.

    def keep_balance(self, account: BankAccount, balance: Balance) -> None:
        """Keep what the bank said last of an account."""
        facts = {
            "available_cents": balance.available_cents,
            "current_cents": balance.current_cents,
            "currency": balance.currency,
        }
        with self._database.transaction() as db:
            _put(db, "bank_balance", account, self._private.seal(account.customer_id, facts), balance.at)

    def balance(self, bank_account_id: str) -> Balance | None:
        """What the bank said last; None where it was never asked, or the customer was erased."""
        query = "SELECT * FROM bank_balance WHERE bank_account_id = ?"
        row = select_one(self._database.handle, query, [bank_account_id])
        facts = self._open(row) if row else None
        return Balance(**facts, at=from_epoch(row["read_at"])) if row and facts else None  # type: ignore[arg-type]  # as sealed above

    # Holders.

    def keep_holder(self, account: BankAccount, names: Sequence[str], at: datetime) -> None:
        """Keep whom the bank names; a decision about other names no longer counts."""
        with self._database.transaction() as db:
            _put(db, "bank_holder", account, self._private.seal(account.customer_id, {"names": list(names)}), at)
            db.execute("UPDATE bank_holder SET to_decide = NULL WHERE bank_account_id = ?", [account.id])

    def decided(self, decision: str, bank_account_ids: Iterable[str]) -> set[str]:
        """Those of these accounts about whose holder somebody decided so; `holder` says whether it still counts."""
        query = f"SELECT bank_account_id FROM bank_holder WHERE decision = ? AND bank_account_id IN {LISTED}"
        rows = select(self._database.handle, query, [decision, to_json(sorted(set(bank_account_ids)))])
        return {row["bank_account_id"] for row in rows}

    def holder(self, account: BankAccount, customer_name: str) -> KeptHolder | None:
        """Whom the bank named, with the decision about these names beside this customer's."""
        query = "SELECT * FROM bank_holder WHERE bank_account_id = ?"
        row = select_one(self._database.handle, query, [account.id])
        facts = self._open(row) if row else None
        if row is None or facts is None:
            return None
        names = facts["names"]
        found = KeptHolder(tuple(names) if isinstance(names, list) else (), from_epoch(row["read_at"]))
        if row["decision"] is None or row["decided_about"] != _about(found.names, customer_name):
            return found
        at = maybe_from_epoch(row["decided_at"])
        return replace(found, decision=row["decision"], decided_by=row["decided_by"], decided_at=at)

    def decide_holder(
        self, account: BankAccount, found: KeptHolder, customer_name: str, decision: str, person: str, at: datetime
    ) -> None:
        """Keep what a person made of these names."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE bank_holder SET decision = ?, decided_about = ?, decided_by = ?, decided_at = ?"
                " WHERE bank_account_id = ?",
                [decision, _about(found.names, customer_name), person, to_epoch(at), account.id],
            )

    def note_to_decide(self, bank_account_id: str, *, needed: bool) -> None:
        """Keep whether somebody has to decide about the names."""
        with self._database.transaction() as db:
            query = "UPDATE bank_holder SET to_decide = ? WHERE bank_account_id = ?"
            db.execute(query, [int(needed), bank_account_id])

    def undecided(self, *, compared: bool) -> list[str]:
        """Accounts in use whose holder somebody has to decide about, the longest first; or those not compared yet."""
        stands = "IS NOT NULL" if compared else "IS NULL"
        query = (
            "SELECT h.bank_account_id AS id FROM bank_holder h JOIN bank_account a ON a.id = h.bank_account_id"
            f" WHERE coalesce(h.to_decide, 1) = 1 AND h.to_decide {stands} AND a.ended IS NULL"
            f" ORDER BY h.read_at, h.{ADDED}"
        )
        return [row["id"] for row in select(self._database.handle, query, [])]

    def without_holder(self, since: datetime, limit: int = 50) -> list[str]:
        """Accounts linked since a time whose holder the bank was not asked about."""
        query = (
            "SELECT a.id FROM bank_account a JOIN item i ON i.id = a.item_id LEFT JOIN bank_holder h"
            " ON h.bank_account_id = a.id WHERE h.bank_account_id IS NULL AND a.mandate_id IS NOT NULL"
            " AND a.created_at >= ? AND i.access_token IS NOT NULL ORDER BY a.created_at LIMIT ?"
        )
        return [row["id"] for row in select(self._database.handle, query, [to_epoch(since), limit])]

    # Transactions.

    def cursor(self, item_id: str) -> str:
        """How far an Item's transactions were read; empty where they never were."""
        query = "SELECT cursor FROM bank_transaction_cursor WHERE item_id = ?"
        row = select_one(self._database.handle, query, [item_id])
        return row["cursor"] if row else ""

    def transactions_read_at(self, item_id: str) -> datetime | None:
        """When an Item's transactions were read last."""
        query = "SELECT read_at FROM bank_transaction_cursor WHERE item_id = ?"
        row = select_one(self._database.handle, query, [item_id])
        return from_epoch(row["read_at"]) if row else None

    def apply(self, account: BankAccount, first: str, last: str, changes: Changes, at: datetime) -> bool:
        """Keep a whole read from cursor `first` to cursor `last` together; False where another read was faster.

        Lines of every account of the Item are kept, the newest `KEPT_TRANSACTIONS` of each.
        """
        item_id = account.item_id
        with self._database.transaction() as db:
            if self.cursor(item_id) != first:
                return False
            gone = to_json(list(changes.removed))
            db.execute(
                f"DELETE FROM bank_transaction WHERE item_id = ? AND transaction_id IN {LISTED}",
                [item_id, gone],
            )
            for one in changes.kept:
                self._put_transaction(db, account, one)
            db.execute(
                f"DELETE FROM bank_transaction WHERE {ADDED} IN (SELECT {ADDED} FROM (SELECT {ADDED}, row_number() OVER"
                f" (PARTITION BY account_id ORDER BY day DESC, {ADDED} DESC) AS place FROM bank_transaction"
                " WHERE item_id = ?) WHERE place > ?)",
                [item_id, KEPT_TRANSACTIONS],
            )
            db.execute(
                "INSERT INTO bank_transaction_cursor (item_id, cursor, read_at) VALUES (?, ?, ?)"
                f"{on_repeat('item_id')} cursor = excluded.cursor, read_at = excluded.read_at",
                [item_id, last, to_epoch(at)],
            )
        return True

    def transactions(self, account: BankAccount, limit: int) -> list[BankTransaction]:
        """The newest lines of one account, the latest first."""
        rows = select(
            self._database.handle,
            "SELECT * FROM bank_transaction WHERE item_id = ? AND account_id = ?"
            f" ORDER BY day DESC, {ADDED} DESC LIMIT ?",
            [account.item_id, account.plaid_account_id, limit],
        )
        opened = ((row, self._open(row)) for row in rows)
        return [_transaction(row, facts) for row, facts in opened if facts is not None]

    def _put_transaction(self, db: sqlite_utils.Database, account: BankAccount, one: BankTransaction) -> None:
        facts = {
            "name": one.name,
            "description": one.description,
            "amount_cents": one.amount_cents,
            "currency": one.currency,
            "pending": one.pending,
        }
        values = [
            account.item_id,
            one.id,
            account.customer_id,
            one.account_id,
            one.on.isoformat(),
            account.customer_id,
            self._private.seal(account.customer_id, facts),
        ]
        db.execute(
            "INSERT INTO bank_transaction (item_id, transaction_id, customer_id, account_id, day, key_of, sealed)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?){on_repeat('item_id, transaction_id')} day = excluded.day,"
            " account_id = excluded.account_id, key_of = excluded.key_of, sealed = excluded.sealed",
            values,
        )

    def _open(self, row: Row) -> dict[str, object] | None:
        return self._private.open(row["key_of"], row["sealed"])


def _put(db: sqlite_utils.Database, table: str, account: BankAccount, sealed: str, at: datetime) -> None:
    db.execute(
        f"INSERT INTO {table} (bank_account_id, customer_id, key_of, sealed, read_at) VALUES (?, ?, ?, ?, ?)"
        f"{on_repeat('bank_account_id')} key_of = excluded.key_of, sealed = excluded.sealed,"
        " read_at = excluded.read_at",
        [account.id, account.customer_id, account.customer_id, sealed, to_epoch(at)],
    )


def _about(names: Iterable[str], customer_name: str) -> str:
    """A digest of what a decision is about: other names, or another name of the customer, are another matter."""
    return hashlib.sha256(to_json([customer_name, *names]).encode()).hexdigest()


def _transaction(row: Row, facts: dict[str, object]) -> BankTransaction:
    return BankTransaction(
        id=row["transaction_id"],
        account_id=row["account_id"],
        on=date.fromisoformat(row["day"]),
        **facts,  # type: ignore[arg-type]  # as sealed above
    )


def _month(at: datetime) -> str:
    return at.date().isoformat()[:7]
