"""Customers: who they are, and which Stripe customer they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.models import Customer, HolderType
from dashboard.store.database import Database
from dashboard.store.rows import (
    Row,
    from_epoch,
    insert,
    maybe_from_epoch,
    select,
    select_one,
    to_epoch,
    to_json,
    update,
)

SORTS = {
    "newest": "created_at DESC, rowid DESC",
    "name": "name COLLATE NOCASE, rowid",
    "reference": "reference, rowid",
}
LIVING = "merged_into IS NULL AND erased_at IS NULL"
SLICE = 2_000  # rows of an export read at a time, so that no reader holds the WAL back for long


@dataclass(frozen=True)
class StripeDecision:
    """How a customer becomes one of Stripe's: `key` is the idempotency key that a new one is made under."""

    stripe_customer_id: str | None
    decided: bool
    key: str
    body: dict[str, Any] | None
    started_at: datetime | None


class CustomerRows:
    """The table `customer`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, customer: Customer, stripe_key: str) -> None:
        """Insert a new customer. Raises sqlite3.IntegrityError where the reference is taken: ask `by_reference`."""
        with self._database.transaction() as db:
            insert(
                db,
                "customer",
                {
                    "id": customer.id,
                    "name": customer.name,
                    "email": customer.email,
                    "reference": customer.reference,
                    "holder_type": customer.holder_type.value,
                    "stripe_customer_id": customer.stripe_customer_id,
                    "stripe_key": stripe_key,
                    "created_at": to_epoch(customer.created_at),
                    "updated_at": to_epoch(customer.created_at),
                },
            )

    def get(self, id: str) -> Customer | None:
        """One customer by our id; one who was merged into another (`CustomerFiles.merged_into`) or erased is nobody."""
        query = "SELECT * FROM customer WHERE id = ? AND merged_into IS NULL AND erased_at IS NULL"
        row = select_one(self._database.handle, query, [id])
        return _customer(row) if row else None

    def by_reference(self, reference: str) -> Customer | None:
        """One customer by the team's own number, whatever its case; a merged one's number stays taken."""
        row = select_one(self._database.handle, "SELECT * FROM customer WHERE reference = ?", [reference])
        return _customer(row) if row else None

    def by_stripe_id(self, stripe_customer_id: str) -> Customer | None:
        """The customer that a Stripe customer belongs to; the oldest where several do, the kept one of two merged."""
        row = select_one(
            self._database.handle,
            "SELECT k.* FROM customer c JOIN customer k ON k.id = coalesce(c.merged_into, c.id)"
            " WHERE c.stripe_customer_id = ? AND k.erased_at IS NULL ORDER BY k.created_at LIMIT 1",
            [stripe_customer_id],
        )
        return _customer(row) if row else None

    def find(self, text: str, limit: int) -> list[Customer]:
        """Customers whose name, e-mail, reference or id holds the text, newest first; all of them for no text."""
        return self.page(text, sort="newest", offset=0, size=limit)

    def page(self, text: str, *, sort: str, offset: int, size: int) -> list[Customer]:
        """One page of those who fit the text, in one of `SORTS`' orders."""
        where, values = _where(text)
        rows = select(
            self._database.handle,
            f"SELECT * FROM customer WHERE {where} ORDER BY {SORTS[sort]} LIMIT :size OFFSET :offset",  # noqa: S608
            {**values, "size": size, "offset": offset},
        )
        return [_customer(row) for row in rows]

    def count(self, text: str) -> int:
        """How many customers fit the text."""
        where, values = _where(text)
        found = select(self._database.handle, f"SELECT count(*) AS n FROM customer WHERE {where}", values)  # noqa: S608
        return int(found[0]["n"])

    def walk(self, text: str) -> Iterator[Customer]:
        """Everyone who fits the text, oldest first, in slices by key: an export in bounded memory."""
        where, values = _where(text)
        query = f"SELECT rowid AS place, * FROM customer WHERE {where} AND rowid > :after ORDER BY rowid LIMIT :size"  # noqa: S608
        after = -1
        while rows := select(self._database.handle, query, {**values, "after": after, "size": SLICE}):
            yield from map(_customer, rows)
            after = rows[-1]["place"]

    def emails(self, emails: Sequence[str]) -> dict[str, Customer]:
        """Who has one of these e-mails, whatever its case, by the e-mail in lower case; the oldest where several do."""
        query = (
            "SELECT * FROM customer WHERE email COLLATE NOCASE IN (SELECT value FROM json_each(:emails))"
            " AND merged_into IS NULL AND erased_at IS NULL ORDER BY created_at DESC, rowid DESC"
        )
        rows = select(self._database.handle, query, {"emails": to_json(list(emails))})
        return {row["email"].lower(): _customer(row) for row in rows}

    def references(self, references: Sequence[str]) -> dict[str, Customer]:
        """Who has one of these references, whatever its case, by the reference in lower case; also who was merged."""
        query = "SELECT * FROM customer WHERE reference IN (SELECT value FROM json_each(:references))"
        rows = select(self._database.handle, query, {"references": to_json(list(references))})
        return {row["reference"].lower(): _customer(row) for row in rows}

    def edit(self, customer: Customer, at: datetime) -> None:
        """Write name, e-mail, reference and holder type."""
        with self._database.transaction() as db:
            update(
                db,
                "customer",
                customer.id,
                {
                    "name": customer.name,
                    "email": customer.email,
                    "reference": customer.reference,
                    "holder_type": customer.holder_type.value,
                    "updated_at": to_epoch(at),
                },
            )

    def decision(self, id: str) -> StripeDecision:
        """How the customer becomes one of Stripe's."""
        row = select_one(self._database.handle, "SELECT * FROM customer WHERE id = ?", [id]) or {}
        return StripeDecision(
            row["stripe_customer_id"],
            bool(row["stripe_decided"]),
            row["stripe_key"],
            json.loads(row["stripe_body"]) if row["stripe_body"] else None,
            maybe_from_epoch(row["stripe_started_at"]),
        )

    def decide(self, id: str, stripe_customer_id: str | None, at: datetime) -> None:
        """Keep that this Stripe customer is theirs, or, for None, that a new one is to be made."""
        with self._database.transaction() as db:
            update(
                db,
                "customer",
                id,
                {"stripe_customer_id": stripe_customer_id, "stripe_decided": 1, "updated_at": to_epoch(at)},
            )

    def start_stripe(self, id: str, key: str, body: Mapping[str, object], at: datetime) -> None:
        """Keep the key and the exact body under which a new Stripe customer is asked for, and since when."""
        with self._database.transaction() as db:
            values = {"stripe_key": key, "stripe_body": to_json(body), "stripe_started_at": to_epoch(at)}
            update(db, "customer", id, values)


def _where(text: str) -> tuple[str, dict[str, object]]:
    if not text:
        return LIVING, {}
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    fits = " OR ".join(f"{column} LIKE :p ESCAPE '\\'" for column in ("name", "email", "reference"))
    return f"({fits} OR id = :text OR stripe_customer_id = :text) AND {LIVING}", {"p": pattern, "text": text}


def _customer(row: Row) -> Customer:
    return Customer(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        reference=row["reference"],
        holder_type=HolderType(row["holder_type"]),
        stripe_customer_id=row["stripe_customer_id"],
        created_at=from_epoch(row["created_at"]),
    )
