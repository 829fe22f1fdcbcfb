"""Customers who are to be forgotten: the order, how far it has come, and the proofs that outlive them for a while."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashboard.models import Problem, Secret
from dashboard.store.database import Database
from dashboard.store.migrations import migrate
from dashboard.store.rows import (
    Row,
    check_lease,
    drop_lease,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    take_lease,
    to_epoch,
    to_json,
    update,
)
from dashboard.store.vault import Vault


class Stage(StrEnum):
    """How far an erasure has come: ordered, wiped from the tables, gone from every page of the file."""

    ORDERED = "ordered"
    WIPED = "wiped"
    DONE = "done"


@dataclass(frozen=True)
class Erasure:
    """One customer's erasure; `id` is the customer's, `pseudonym` what their money history stands under."""

    id: str
    pseudonym: str
    asked_by: str
    asked_at: datetime
    stage: Stage
    wiped_at: datetime | None
    done_at: datetime | None
    problem: Problem | None
    lease_owner: str | None


@dataclass(frozen=True)
class Family:
    """Everybody whom one customer is: our ids (theirs and of who was merged into them), and Stripe's.

    `shared` are Stripe customers that somebody else is too; `names` is every word that they were known by.
    """

    ids: list[str]
    stripe_ids: list[str]
    shared: dict[str, str]
    names: list[str]


class ErasureRows:
    """The tables `erasure` and `kept_proof`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def order(self, id: str, pseudonym: str, asked_by: str, at: datetime) -> Erasure:
        """Keep that this customer is to be erased; ask `get` first whether that was ordered before."""
        row = {"id": id, "pseudonym": pseudonym, "asked_by": asked_by, "asked_at": to_epoch(at)}
        with self._database.transaction() as db:
            insert(db, "erasure", {**row, "stage": Stage.ORDERED.value, "next_at": 0})
        return Erasure(id, pseudonym, asked_by, at, Stage.ORDERED, None, None, None, None)

    def get(self, id: str) -> Erasure | None:
        """One customer's erasure, or None."""
        row = select_one(self._database.handle, "SELECT * FROM erasure WHERE id = ?", [id])
        return _erasure(row) if row else None

    def open(self) -> list[Erasure]:
        """Those that are not done, oldest first."""
        query = "SELECT * FROM erasure WHERE stage <> 'done' ORDER BY asked_at, rowid"
        return [_erasure(row) for row in select(self._database.handle, query, [])]

    def due(self, now: datetime) -> list[Erasure]:
        """Those that can be taken further now."""
        query = "SELECT * FROM erasure WHERE stage <> 'done' AND next_at <= ? ORDER BY asked_at, rowid"
        return [_erasure(row) for row in select(self._database.handle, query, [to_epoch(now)])]

    def take(self, id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong the lease; False where another worker holds it."""
        with self._database.transaction() as db:
            return take_lease(db, "erasure", id, owner, to_epoch(now), to_epoch(until))

    def drop(self, id: str, owner: str) -> None:
        """Give the lease back."""
        with self._database.transaction() as db:
            drop_lease(db, "erasure", id, owner)

    def advance(self, id: str, owner: str, stage: Stage, at: datetime) -> None:
        """Keep that a stage is reached. Raises LeaseLost."""
        with self._database.transaction() as db:
            check_lease(db, "erasure", id, owner)
            column = "wiped_at" if stage is Stage.WIPED else "done_at"
            update(db, "erasure", id, {"stage": stage.value, column: to_epoch(at), "problem": None, "next_at": 0})

    def keep_problem(self, id: str, problem: Problem | None, next_at: datetime) -> None:
        """Keep why it stopped, and when it is tried again."""
        with self._database.transaction() as db:
            update(db, "erasure", id, {"problem": problem_to_json(problem), "next_at": to_epoch(next_at)})

    def family(self, id: str) -> Family:
        """Everybody whom this customer is."""
        handle = self._database.handle
        everybody = "SELECT * FROM customer WHERE id = :id OR merged_into = :id ORDER BY id <> :id"
        rows = select(handle, everybody, {"id": id})
        ids = [row["id"] for row in rows]
        query = (
            "SELECT stripe_customer_id AS id FROM customer WHERE id IN (SELECT value FROM json_each(:ids)) UNION"
            " SELECT stripe_customer_id FROM bank_account WHERE customer_id IN (SELECT value FROM json_each(:ids))"
        )
        stripe_ids = [row["id"] for row in select(handle, query, {"ids": to_json(ids)}) if row["id"]]
        others = (
            "SELECT stripe_customer_id AS stripe, coalesce(merged_into, id) AS owner FROM customer"
            " WHERE stripe_customer_id IN (SELECT value FROM json_each(:stripe)) AND erased_at IS NULL"
            " AND coalesce(merged_into, id) NOT IN (SELECT value FROM json_each(:ids))"
        )
        found = select(handle, others, {"stripe": to_json(stripe_ids), "ids": to_json(ids)})
        shared = {row["stripe"]: row["owner"] for row in found}
        names = [row[column] for row in rows for column in ("name", "email", "reference") if row[column]]
        return Family(ids, [one for one in stripe_ids if one not in shared], shared, names)

    def waiting_payments(self, stripe_ids: Sequence[str], states: Sequence[str]) -> int:
        """How many payments of these Stripe customers are in one of these states."""
        query = (
            "SELECT count(*) AS n FROM payment WHERE customer_id IN (SELECT value FROM json_each(:ids))"
            " AND state IN (SELECT value FROM json_each(:states))"
        )
        values = {"ids": to_json(list(stripe_ids)), "states": to_json(list(states))}
        return int(select(self._database.handle, query, values)[0]["n"])

    # Proofs of authorization.

    def keep_proof(self, mandate_id: str, customer_id: str, proof: dict[str, Any], keep_until: datetime) -> None:
        """Keep an authorization's words and evidence, sealed, until a day."""
        row = {"mandate_id": mandate_id, "customer_id": customer_id, "keep_until": to_epoch(keep_until)}
        with self._database.transaction() as db:
            insert(db, "kept_proof", {**row, "sealed": self._vault.seal(Secret(to_json(proof)))}, ignore=True)

    def proofs(self, customer_id: str) -> dict[str, datetime]:
        """Until when each kept proof of an erased customer is kept, by our mandate id."""
        query = "SELECT mandate_id, keep_until FROM kept_proof WHERE customer_id = ? ORDER BY keep_until, mandate_id"
        rows = select(self._database.handle, query, [customer_id])
        return {row["mandate_id"]: from_epoch(row["keep_until"]) for row in rows}

    def proof(self, mandate_id: str) -> tuple[str, dict[str, Any]] | None:
        """Whose a kept proof is, and what it says; None where there is none. Raises UnreadableSecret."""
        row = select_one(self._database.handle, "SELECT * FROM kept_proof WHERE mandate_id = ?", [mandate_id])
        if row is None:
            return None
        return row["customer_id"], json.loads(self._vault.open(row["sealed"]).reveal())


def carry_over(old: Database, restored: Database) -> list[str]:
    """Order in a restored database what was ordered in the one that it replaces: a backup must not bring people back.

    Returns the customers' ids. Raises StoreUnavailable where the old file cannot be read.
    """
    tables = select(old.handle, "SELECT name FROM sqlite_schema WHERE name = 'erasure'", {})
    known = select(old.handle, "SELECT id, pseudonym, asked_by, asked_at FROM erasure", {}) if tables else []
    if not known:
        return []
    migrate(restored)  # a backup from before there were erasures has no room for them
    carried = []
    with restored.transaction() as db:
        for row in known:
            living = select_one(db, "SELECT 1 FROM customer WHERE id = ? AND erased_at IS NULL", [row["id"]])
            if living and insert(db, "erasure", {**row, "stage": Stage.ORDERED.value, "next_at": 0}, ignore=True):
                carried.append(row["id"])
    return carried


def _erasure(row: Row) -> Erasure:
    return Erasure(
        id=row["id"],
        pseudonym=row["pseudonym"],
        asked_by=row["asked_by"],
        asked_at=from_epoch(row["asked_at"]),
        stage=Stage(row["stage"]),
        wiped_at=maybe_from_epoch(row["wiped_at"]),
        done_at=maybe_from_epoch(row["done_at"]),
        problem=problem_from_json(row["problem"]),
        lease_owner=row["lease_owner"],
    )
