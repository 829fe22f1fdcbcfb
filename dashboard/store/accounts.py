"""Linked bank accounts: Plaid's account beside Stripe's bank account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboard.models import BankAccount
from dashboard.store.database import Database
from dashboard.store.rows import Row, from_epoch, insert, select, select_one, to_epoch, update


class AccountRows:
    """The table `bank_account`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: BankAccount, institution_id: str | None) -> None:
        """Insert a linked account."""
        with self._database.transaction() as db:
            insert(
                db,
                "bank_account",
                {
                    **{name: getattr(account, name) for name in COLUMNS},
                    "institution_id": institution_id,
                    "created_at": to_epoch(account.created_at),
                    "updated_at": to_epoch(account.created_at),
                },
            )

    def get(self, id: str) -> BankAccount | None:
        """One account by our id."""
        row = select_one(self._database.handle, "SELECT * FROM bank_account WHERE id = ?", [id])
        return _account(row) if row else None

    def list(self, customer_id: str | None = None, limit: int = 1000) -> list[BankAccount]:
        """The accounts of one customer or of all, newest first."""
        rows = select(
            self._database.handle,
            "SELECT * FROM bank_account WHERE :customer IS NULL OR customer_id = :customer"
            " ORDER BY created_at DESC, rowid DESC LIMIT :limit",
            {"customer": customer_id, "limit": limit},
        )
        return [_account(row) for row in rows]

    def find_twin(
        self, customer_id: str, institution_id: str | None, name: str, mask: str | None
    ) -> BankAccount | None:
        """An account that is already linked and looks the same: customer, bank, name and mask (Plaid: duplicates).

        Accounts of a removed connection do not count. Ids do not help: they differ from Item to Item.
        """
        row = select_one(
            self._database.handle,
            "SELECT a.* FROM bank_account a JOIN item i ON i.id = a.item_id"
            " WHERE a.customer_id = :customer AND a.institution_id IS :institution AND a.name = :name"
            " AND a.mask IS :mask AND i.state <> 'removed' ORDER BY a.created_at DESC LIMIT 1",
            {"customer": customer_id, "institution": institution_id, "name": name, "mask": mask},
        )
        return _account(row) if row else None

    def edit(self, id: str, values: Mapping[str, object], at: datetime) -> None:
        """Set some columns."""
        with self._database.transaction() as db:
            update(db, "bank_account", id, {**values, "updated_at": to_epoch(at)})


COLUMNS = (
    "id",
    "customer_id",
    "item_id",
    "plaid_account_id",
    "name",
    "mask",
    "subtype",
    "institution_name",
    "stripe_customer_id",
    "stripe_bank_account_id",
    "stripe_bank_name",
    "stripe_last4",
    "stripe_status",
    "fingerprint",
    "mandate_id",
    "mandate_status",
)


def _account(row: Row) -> BankAccount:
    return BankAccount(**{name: row[name] for name in COLUMNS}, created_at=from_epoch(row["created_at"]))
