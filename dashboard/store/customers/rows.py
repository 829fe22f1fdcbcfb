"""Customers: who they are, and which Stripe customer they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.folding import fold
from dashboard.domain.models import Customer, HolderType
from dashboard.store.conditions import Conditions
from dashboard.store.customers.keys import AGAIN, keys_of
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, FOLDED, listed, on_repeat
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, to_json, update

SORTS = {
    "newest": f"created_at DESC, {ADDED} DESC",
    "name": f"name {FOLDED}, {ADDED}",
    "reference": f"reference, {ADDED}",
}
LIST_SORTS = {  # of the table that scrolls; each is one expression
    "newest": "t.created_at",
    "name": f"t.name {FOLDED}",
    "email": f"t.email {FOLDED}",
    "reference": f"t.reference {FOLDED}",
    "holder": "t.holder_type",
    "stripe": "t.stripe_customer_id",
}
LIVING = "merged_into IS NULL AND erased_at IS NULL"
SLICE = 2_000  # rows of an export read at a time, so that no reader holds the WAL back for long


@dataclass(frozen=True)
class StripeDecision:
    """How a customer becomes one of Stripe's: `maker` is the job that makes a new one, since `started_at`."""

    stripe_customer_id: str | None
    decided: bool
    maker: str | None
    started_at: datetime | None


class CustomerTable:
    """The table `customer`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing = Listing(database, "customer t", LIST_SORTS, _ask)

    def several(self, ids: Sequence[str]) -> dict[str, Customer]:
        """These customers by id, who was merged or erased meanwhile left out."""
        query = f"SELECT * FROM customer WHERE id IN {listed('ids')} AND {LIVING}"
        return {row["id"]: _customer(row) for row in select(self._database.handle, query, {"ids": to_json(list(ids))})}

    def add(self, customer: Customer) -> None:
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
                    "created_at": to_epoch(customer.created_at),
                    "updated_at": to_epoch(customer.created_at),
                    **keys_of(customer.name, customer.email, customer.reference),
                },
            )

    def get(self, id: str) -> Customer | None:
        """One customer by our id; one who was merged into another (`CustomerFiles.merged_into`) or erased is nobody."""
        query = "SELECT * FROM customer WHERE id = ? AND merged_into IS NULL AND erased_at IS NULL"
        row = select_one(self._database.handle, query, [id])
        return _customer(row) if row else None

    def by_reference(self, reference: str) -> Customer | None:
        """One customer by the team's own number, as `fold` compares it; a merged one's number stays taken."""
        query = "SELECT * FROM customer WHERE reference_key = ?"
        row = select_one(self._database.handle, query, [fold(reference)])
        return _customer(row) if row else None

    def with_reference(self, reference: str) -> list[Customer]:
        """Everyone who has this reference, oldest first; more than one only in a file of an older version."""
        key = fold(reference)
        query = (
            f"SELECT * FROM customer WHERE {LIVING} AND (reference_key = :key OR reference_key >= :from_ AND"
            f" reference_key < :to) ORDER BY created_at, {ADDED}"
        )
        values = {"key": key, "from_": key + AGAIN, "to": key + chr(ord(AGAIN) + 1)}
        return [_customer(row) for row in select(self._database.handle, query, values)]

    def by_stripe_id(self, stripe_customer_id: str) -> Customer | None:
        """The customer that a Stripe customer belongs to; the oldest where several do, the kept one of two merged."""
        row = select_one(
            self._database.handle,
            "SELECT k.* FROM customer c JOIN customer k ON k.id = coalesce(c.merged_into, c.id)"
            " WHERE c.stripe_customer_id = ? AND k.erased_at IS NULL ORDER BY k.created_at LIMIT 1",
            [stripe_customer_id],
        )
        return _customer(row) if row else None

    def with_stripe_id(self, stripe_customer_id: str) -> list[Customer]:
        """Everyone to whom a Stripe customer belongs, oldest first; there should be one."""
        query = f"SELECT * FROM customer WHERE stripe_customer_id = ? AND {LIVING} ORDER BY created_at, {ADDED}"
        return [_customer(row) for row in select(self._database.handle, query, [stripe_customer_id])]

    def with_email(self, email: str, limit: int) -> list[Customer]:
        """Everyone who has this e-mail, as `fold` compares it, oldest first."""
        query = f"SELECT * FROM customer WHERE email_key = ? AND {LIVING} ORDER BY created_at, {ADDED} LIMIT ?"
        return [_customer(row) for row in select(self._database.handle, query, [fold(email), limit])]

    def names(self) -> Iterator[tuple[str, str]]:
        """Everyone's id and name."""
        for row in select(self._database.handle, f"SELECT id, name FROM customer WHERE {LIVING}", []):
            yield row["id"], row["name"]

    def find(self, text: str, limit: int) -> list[Customer]:
        """Customers whose name, e-mail, reference or id holds the text, newest first; all of them for no text."""
        return self.page(text, sort="newest", offset=0, size=limit)

    def page(self, text: str, *, sort: str, offset: int, size: int) -> list[Customer]:
        """One page of those who fit the text, in one of `SORTS`' orders."""
        asked = _ask(text)
        rows = select(
            self._database.handle,
            f"SELECT * FROM customer WHERE {asked.where} ORDER BY {SORTS[sort]} LIMIT :size OFFSET :offset",
            {**asked.values, "size": size, "offset": offset},
        )
        return [_customer(row) for row in rows]

    def walk(self, text: str) -> Iterator[Customer]:
        """Everyone who fits the text, oldest first, in slices by key: an export in bounded memory."""
        asked = _ask(text)
        where = f"{asked.where} AND {ADDED} > :after"
        query = f"SELECT {ADDED} AS place, * FROM customer WHERE {where} ORDER BY {ADDED} LIMIT :size"
        after = -1
        while rows := select(self._database.handle, query, {**asked.values, "after": after, "size": SLICE}):
            yield from map(_customer, rows)
            after = rows[-1]["place"]

    def walk_sorted(self, text: str, sort: str) -> Iterator[Customer]:
        """Everyone who fits the text, in one of `SORTS`' orders, in slices: a workbook in bounded memory."""
        ids = [row["id"] for row in self._ids(text, sort)]
        for start in range(0, len(ids), SLICE):
            part = ids[start : start + SLICE]
            query = f"SELECT * FROM customer WHERE id IN {listed('ids')} AND {LIVING}"
            found = {row["id"]: row for row in select(self._database.handle, query, {"ids": to_json(part)})}
            yield from (_customer(found[id]) for id in part if id in found)

    def _ids(self, text: str, sort: str) -> Iterator[Row]:
        asked = _ask(text)
        query = f"SELECT id FROM customer WHERE {asked.where} ORDER BY {SORTS[sort]}"
        return self._database.handle.query(query, dict(asked.values))

    def emails(self, emails: Sequence[str]) -> dict[str, Customer]:
        """Who has one of these e-mails, by its key (`fold`); the oldest where several do."""
        query = (
            f"SELECT * FROM customer WHERE email_key IN {listed('emails')}"
            f" AND merged_into IS NULL AND erased_at IS NULL ORDER BY created_at DESC, {ADDED} DESC"
        )
        rows = select(self._database.handle, query, {"emails": to_json([fold(email) for email in emails])})
        return {row["email_key"]: _customer(row) for row in rows}

    def references(self, references: Sequence[str]) -> dict[str, Customer]:
        """Who has one of these references, by its key (`fold`); also who was merged."""
        query = f"SELECT * FROM customer WHERE reference_key IN {listed('references')}"
        keys = [fold(reference) for reference in references]
        rows = select(self._database.handle, query, {"references": to_json(keys)})
        return {row["reference_key"]: _customer(row) for row in rows}

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
                    **self._keys(customer),
                },
            )

    def _keys(self, customer: Customer) -> dict[str, str]:
        """The keys; one that shares its reference since an older version keeps its own until the reference changes."""
        row = select_one(self._database.handle, "SELECT * FROM customer WHERE id = ?", [customer.id])
        keys = keys_of(customer.name, customer.email, customer.reference)
        if row and row["reference_key"] == keys["reference_key"] + AGAIN + customer.id:
            keys["reference_key"] = row["reference_key"]
        return keys

    def decision(self, id: str) -> StripeDecision:
        """How the customer becomes one of Stripe's."""
        row = select_one(self._database.handle, "SELECT * FROM customer WHERE id = ?", [id]) or {}
        return StripeDecision(
            row["stripe_customer_id"],
            bool(row["stripe_decided"]),
            row["stripe_maker"],
            maybe_from_epoch(row["stripe_started_at"]),
        )

    def decide(self, id: str, stripe_customer_id: str | None, at: datetime) -> None:
        """Keep that this Stripe customer is theirs, or, for None, that a new one is to be made.

        Raises sqlite3.IntegrityError where it is another customer's: ask `by_stripe_id` in the same transaction.
        """
        with self._database.transaction() as db:
            update(
                db,
                "customer",
                id,
                {"stripe_customer_id": stripe_customer_id, "stripe_decided": 1, "updated_at": to_epoch(at)},
            )

    def inherit_stripe(self, kept_id: str, gone_id: str, at: datetime) -> None:
        """Give the Stripe customer of one who was merged to the one who was kept and has none.

        Whoever was kept owns their Stripe customer as soon as nobody else does who is there.
        """
        values = {"kept": kept_id, "gone": gone_id, "at": to_epoch(at)}
        with self._database.transaction() as db:
            db.execute(
                "UPDATE customer SET stripe_decided = 1, updated_at = :at, stripe_shared = 1, stripe_customer_id ="
                " (SELECT stripe_customer_id FROM customer WHERE id = :gone)"
                " WHERE id = :kept AND stripe_customer_id IS NULL"
                " AND EXISTS (SELECT 1 FROM customer WHERE id = :gone AND stripe_customer_id IS NOT NULL)",
                values,
            )
            db.execute(
                "UPDATE customer SET stripe_shared = 0 WHERE id = :kept AND NOT EXISTS (SELECT 1 FROM customer o"
                " WHERE o.id <> :kept AND o.stripe_customer_id = customer.stripe_customer_id"
                " AND o.merged_into IS NULL AND o.erased_at IS NULL AND o.stripe_shared = 0)",
                values,
            )

    def forget_stripe(self, id: str, stripe_customer_id: str, at: datetime) -> None:
        """Keep that the customer has no Stripe customer any more, where this was theirs: how to get one is open."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE customer SET stripe_customer_id = NULL, stripe_decided = 0, stripe_maker = NULL,"
                " stripe_started_at = NULL, stripe_shared = 0, updated_at = ?"
                " WHERE id = ? AND stripe_customer_id = ?",
                [to_epoch(at), id, stripe_customer_id],
            )

    def deleted_at_stripe(self, ids: Iterable[str]) -> set[str]:
        """Which of these Stripe customers are known to be deleted."""
        query = f"SELECT id FROM stripe_customer WHERE id IN {listed('ids')} AND deleted = 1"
        return {row["id"] for row in select(self._database.handle, query, {"ids": to_json(sorted(set(ids)))})}

    def emails_at_stripe(self, email: str) -> Sequence[str]:
        """How this e-mail is written at Stripe, in whatever case; at most ten spellings."""
        query = "SELECT DISTINCT email FROM stripe_customer WHERE lower(email) = lower(?) LIMIT 10"
        return [row["email"] for row in select(self._database.handle, query, [email])]

    def note_deleted_at_stripe(self, id: str) -> None:
        """Keep that a Stripe customer was deleted; the name that is known of them stays."""
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO stripe_customer (id, created, deleted) VALUES (?, 0, 1){on_repeat('id')} deleted = 1",
                [id],
            )

    def start_stripe(self, id: str, maker: str, at: datetime) -> None:
        """Keep which job makes a new Stripe customer, and since when."""
        with self._database.transaction() as db:
            update(db, "customer", id, {"stripe_maker": maker, "stripe_started_at": to_epoch(at)})


def _ask(text: str) -> Asked:
    """Every word of the search stands somewhere in name, e-mail or reference, or is the beginning of an id."""
    found = Conditions(LIVING)
    found.search(text, within=["search_key"], begins=["id", "stripe_customer_id"])
    return found.asked()


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
