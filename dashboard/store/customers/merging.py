"""What is kept about one customer beside their name: notes, debits, payments; and how two become one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlite_utils

from dashboard.domain.ids import new_id
from dashboard.domain.models import Customer
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, references
from dashboard.store.sql import from_epoch, insert, select, select_one, to_epoch, to_json

UNFINISHED_LINK = """
  SELECT count(*) AS n FROM link_attempt WHERE customer_id IN (:kept, :gone) AND (
    bank_token IS NOT NULL
    OR state IN ('choosing', 'received', 'exchanged', 'tokenized', 'customer', 'attached')
    OR (state = 'opened' AND coalesce(link_expires_at, created_at + 14400) > :now)
  )
"""
UNFINISHED_DEBIT = """
  SELECT count(*) AS n FROM debit WHERE customer_id IN (:kept, :gone)
    AND state NOT IN ('submitted', 'refused', 'canceled')
"""
UNFINISHED_REFUND = """
  SELECT count(*) AS n FROM refund_order WHERE customer_id IN (:kept, :gone)
    AND state NOT IN ('submitted', 'refused', 'canceled')
"""
HELD_DEVICE = """
  SELECT count(*) AS n FROM handover WHERE customer_id IN (:kept, :gone) AND released_at IS NULL
"""
COUNTED = ("bank_account", "mandate", "debit", "link_attempt", "customer_note")


@dataclass(frozen=True)
class Note:
    """One note on a customer."""

    id: str
    text: str
    author: str
    created_at: datetime


@dataclass(frozen=True)
class PaymentLine:
    """One payment of a customer; cents, `state` as `status.PaymentState` has it."""

    id: str
    created: datetime
    amount: int
    currency: str
    state: str
    bank: str
    last4: str | None
    reference: str
    reason: str | None


class CustomerFiles:
    """The table `customer_note`, and what other tables say of one customer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_note(self, customer_id: str, text: str, author: str, at: datetime) -> str:
        """Keep a note; returns its id."""
        id = new_id("note")
        with self._database.transaction() as db:
            row = {"id": id, "customer_id": customer_id, "text": text, "author": author, "created_at": to_epoch(at)}
            insert(db, "customer_note", row)
        return id

    def notes(self, customer_id: str, limit: int = 200) -> list[Note]:
        """The notes on a customer, newest first."""
        query = (
            "SELECT id, text, author, created_at FROM customer_note WHERE customer_id = ?"
            f" ORDER BY created_at DESC, {ADDED} DESC LIMIT ?"
        )
        rows = select(self._database.handle, query, [customer_id, limit])
        return [Note(row["id"], row["text"], row["author"], from_epoch(row["created_at"])) for row in rows]

    def stripe_ids(self, customer_id: str) -> list[str]:
        """Every Stripe customer that this one is: their own, those of whoever was merged into them, their accounts'."""
        query = (
            "SELECT stripe_customer_id AS id FROM customer WHERE id = :id UNION"
            " SELECT stripe_customer_id FROM customer WHERE merged_into = :id UNION"
            " SELECT stripe_customer_id FROM bank_account WHERE customer_id = :id"
        )
        return sorted(row["id"] for row in select(self._database.handle, query, {"id": customer_id}) if row["id"])

    def payments(self, customer_id: str, limit: int) -> list[PaymentLine]:
        """The newest payments of every Stripe customer that this one is."""
        ids = self.stripe_ids(customer_id)
        if not ids:
            return []
        query = (
            "SELECT id, created, amount, currency, state, bank, last4, reference, reason FROM payment WHERE customer_id"
            f" IN {LISTED} ORDER BY created DESC, seq DESC LIMIT ?"
        )
        rows = select(self._database.handle, query, [to_json(ids), limit])
        return [PaymentLine(**{**row, "created": from_epoch(row["created"])}) for row in rows]

    # Two that are one.

    def merged_into(self, id: str) -> str | None:
        """Whom a customer was merged into; None where they were not."""
        row = select_one(self._database.handle, "SELECT merged_into FROM customer WHERE id = ?", [id])
        return row["merged_into"] if row else None

    def unfinished(self, kept: str, gone: str, now: datetime) -> dict[str, int]:
        """What prevents a merge: `links`, `debits`, `refunds`, `devices` that are in the middle of something."""
        values = {"kept": kept, "gone": gone, "now": to_epoch(now)}
        queries = {"links": UNFINISHED_LINK, "debits": UNFINISHED_DEBIT, "refunds": UNFINISHED_REFUND}
        queries |= {"devices": HELD_DEVICE}
        found = {name: select(self._database.handle, query, values)[0]["n"] for name, query in queries.items()}
        return {name: count for name, count in found.items() if count}

    def counts(self, customer_id: str) -> dict[str, int]:
        """How many rows of each kind belong to a customer, by table."""
        return {
            table: select(
                self._database.handle,
                f"SELECT count(*) AS n FROM {table} WHERE customer_id = ?",
                [customer_id],
            )[0]["n"]
            for table in COUNTED
        }

    def move(self, kept: Customer, gone: Customer, at: datetime) -> None:
        """Give everything of one customer to another, in every table that names one, and close the first one's file."""
        with self._database.transaction() as db:
            for table, column in belongings(db):
                db.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?', [kept.id, gone.id])
            db.execute("UPDATE customer SET merged_into = ? WHERE merged_into = ?", [kept.id, gone.id])
            values = {"kept": kept.id, "gone": gone.id, "at": to_epoch(at)}
            db.execute("UPDATE customer SET merged_into = :kept, updated_at = :at WHERE id = :gone", values)


def belongings(handle: sqlite_utils.Database) -> list[tuple[str, str]]:
    """The columns that say whose a row is, of every table; not those that are one customer's own row."""
    return references(handle, "customer")
