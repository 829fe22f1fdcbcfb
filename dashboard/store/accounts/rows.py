"""Linked bank accounts: Plaid's account beside Stripe's bank account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.domain.models import BankAccount, Ended
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, FOLDED, listed, same
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, to_json, update

LIST_SORTS = {
    "linked": "t.created_at",
    "customer": f"c.name {FOLDED}",
    "reference": f"c.reference {FOLDED}",
    "bank": f"t.institution_name {FOLDED}",
    "account": "t.mask",
    "mandate": "t.mandate_status",
    "stripe": "t.stripe_bank_account_id",
}


@dataclass(frozen=True)
class AccountSearch:
    """Which accounts a list has: by their customer or an id, at a bank, linked since `start` and before `end`."""

    text: str = ""
    bank: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class OwnedAccount:
    """An account beside the name and reference of whose it is."""

    account: BankAccount
    owner: str
    reference: str


class AccountTable:
    """The table `bank_account`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        source = "bank_account t JOIN customer c ON c.id = t.customer_id"
        self.listing = Listing(database, source, LIST_SORTS, _ask)

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
            f" ORDER BY created_at DESC, {ADDED} DESC LIMIT :limit",
            {"customer": customer_id, "limit": limit},
        )
        return [_account(row) for row in rows]

    def several(self, ids: Sequence[str]) -> dict[str, OwnedAccount]:
        """These accounts with whose they are, by id."""
        query = (
            "SELECT t.*, c.name AS owner, c.reference AS owner_reference FROM bank_account t"
            f" JOIN customer c ON c.id = t.customer_id WHERE t.id IN {listed('ids')}"
        )
        rows = select(self._database.handle, query, {"ids": to_json(list(ids))})
        return {row["id"]: OwnedAccount(_account(row), row["owner"], row["owner_reference"]) for row in rows}

    def banks(self) -> Sequence[str]:
        """The banks at which accounts are, by name."""
        query = "SELECT DISTINCT institution_name AS name FROM bank_account ORDER BY 1"
        return [row["name"] for row in select(self._database.handle, query, {})]

    def find_duplicate(
        self, customer_id: str, institution_id: str | None, name: str, mask: str | None
    ) -> BankAccount | None:
        """An account that is already linked and looks the same: customer, bank, name and mask (Plaid: duplicates).

        Accounts of a connection that has ended do not count. Ids do not help: they differ from Item to Item.
        """
        row = select_one(
            self._database.handle,
            f"SELECT * FROM bank_account WHERE customer_id = :customer AND {same('institution_id', ':institution')}"
            f" AND name = :name AND {same('mask', ':mask')} AND ended IS NULL ORDER BY created_at DESC LIMIT 1",
            {"customer": customer_id, "institution": institution_id, "name": name, "mask": mask},
        )
        return _account(row) if row else None

    def of_item(self, item_id: str) -> Sequence[BankAccount]:
        """The accounts of one connection, oldest first."""
        query = f"SELECT * FROM bank_account WHERE item_id = ? ORDER BY created_at, {ADDED}"
        return [_account(row) for row in select(self._database.handle, query, [item_id])]

    def sharing(self, stripe_bank_account_id: str) -> Sequence[str]:
        """The accounts in use, by our ids, behind which Stripe keeps this one bank account."""
        query = "SELECT id FROM bank_account WHERE stripe_bank_account_id = ? AND ended IS NULL ORDER BY created_at"
        return [row["id"] for row in select(self._database.handle, query, [stripe_bank_account_id])]

    def failing(self, reasons: Iterable[str], now: datetime, recent: timedelta) -> Sequence[str]:
        """The accounts in use of which a recent debit failed for one of these reasons, not looked at since.

        At most one look a day.
        """
        query = (
            "SELECT DISTINCT a.id FROM payment p JOIN charge c ON c.id = p.id"
            " JOIN bank_account a ON a.stripe_bank_account_id = c.method_id WHERE a.ended IS NULL"
            f" AND p.reason IN {listed('reasons')} AND p.created >= :since"
            " AND a.stripe_status = 'verified' AND coalesce(a.looked_at, 0) < p.created + :recent"
            " AND coalesce(a.looked_at, 0) < :day"
        )
        values = {
            "reasons": to_json(sorted(reasons)),
            "since": to_epoch(now - recent),
            "recent": int(recent.total_seconds()),
            "day": to_epoch(now - timedelta(days=1)),
        }
        return [row["id"] for row in select(self._database.handle, query, values)]

    def record_read(self, id: str, at: datetime) -> None:
        """Keep when Stripe was last asked about an account's bank account."""
        with self._database.transaction() as db:
            db.execute("UPDATE bank_account SET looked_at = ? WHERE id = ?", [to_epoch(at), id])

    def end(self, id: str, why: Ended, replaced_by: str | None, at: datetime) -> None:
        """Make an account history; the first reason stays."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE bank_account SET ended = :why, ended_at = :at, replaced_by = :by, updated_at = :at"
                " WHERE id = :id AND ended IS NULL",
                {"why": why.value, "at": to_epoch(at), "by": replaced_by, "id": id},
            )

    def note_detached(self, stripe_bank_account_id: str, status: str, at: datetime) -> None:
        """Keep that Stripe no longer has this bank account, at every account of ours behind which it stood."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE bank_account SET stripe_status = ?, updated_at = ? WHERE stripe_bank_account_id = ?",
                [status, to_epoch(at), stripe_bank_account_id],
            )

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


def _ask(wanted: AccountSearch) -> Asked:
    found = Conditions()
    found.add("t.institution_name = :bank", wanted.bank or None)
    found.add("t.created_at >= :since", to_epoch(wanted.start) if wanted.start else None)
    found.add("t.created_at < :until", to_epoch(wanted.end) if wanted.end else None)
    found.search(
        wanted.text,
        within=["c.search_key", "lower(t.institution_name)"],
        begins=["t.id", "t.stripe_bank_account_id", "t.mandate_id", "t.stripe_customer_id"],
        exact=["t.mask"],
    )
    return found.asked()


def _account(row: Row) -> BankAccount:
    return BankAccount(
        **{name: row[name] for name in COLUMNS},
        created_at=from_epoch(row["created_at"]),
        ended=Ended(row["ended"]) if row["ended"] else None,
        ended_at=maybe_from_epoch(row["ended_at"]),
        replaced_by=row["replaced_by"],
        persistent_id=row["persistent_id"],
        missing_since=maybe_from_epoch(row["missing_since"]),
    )
