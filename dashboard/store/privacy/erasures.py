"""Customers who are to be forgotten: the order, how far it has come, and the proofs that outlive them for a while."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashboard.domain.models import Secret
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import listed
from dashboard.store.sql import (
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


class Stage(StrEnum):
    """How far an erasure has come: ordered, wiped from the tables, gone from every page of the file."""

    ORDERED = "ordered"
    WIPED = "wiped"
    DONE = "done"


@dataclass(frozen=True)
class Erasure:
    """One customer's erasure; `id` is the customer's, `pseudonym` what their money history stands under.

    Who ordered it and when, its tries and its problem are its job's.
    """

    id: str
    pseudonym: str
    stage: Stage
    wiped_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True)
class Family:
    """Everybody whom one customer is: our ids (theirs and of who was merged into them), and Stripe's.

    `shared` are Stripe customers that somebody else is too; `names` is every word that they were known by.
    """

    ids: list[str]
    stripe_ids: list[str]
    shared: dict[str, str]
    names: list[str]


class ErasureTable:
    """The tables `erasure` and `retained_proof`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def order(self, id: str, pseudonym: str) -> Erasure:
        """Keep that this customer is to be erased; ask `get` first whether that was ordered before."""
        with self._database.transaction() as db:
            insert(db, "erasure", {"id": id, "pseudonym": pseudonym, "stage": Stage.ORDERED.value})
        return Erasure(id, pseudonym, Stage.ORDERED, None, None)

    def get(self, id: str) -> Erasure | None:
        """One customer's erasure, or None."""
        row = select_one(self._database.handle, "SELECT * FROM erasure WHERE id = ?", [id])
        return _erasure(row) if row else None

    def advance(self, id: str, stage: Stage, at: datetime) -> None:
        """Keep that a stage is reached. The database refuses to go back."""
        column = "wiped_at" if stage is Stage.WIPED else "done_at"
        with self._database.transaction() as db:
            update(db, "erasure", id, {"stage": stage.value, column: to_epoch(at)})

    def family(self, id: str) -> Family:
        """Everybody whom this customer is."""
        handle = self._database.handle
        everybody = "SELECT * FROM customer WHERE id = :id OR merged_into = :id ORDER BY id <> :id"
        rows = select(handle, everybody, {"id": id})
        ids = [row["id"] for row in rows]
        query = (
            f"SELECT stripe_customer_id AS id FROM customer WHERE id IN {listed('ids')} UNION"
            f" SELECT stripe_customer_id FROM bank_account WHERE customer_id IN {listed('ids')}"
        )
        stripe_ids = [row["id"] for row in select(handle, query, {"ids": to_json(ids)}) if row["id"]]
        others = (
            "SELECT stripe_customer_id AS stripe, coalesce(merged_into, id) AS owner FROM customer"
            f" WHERE stripe_customer_id IN {listed('stripe')} AND erased_at IS NULL"
            f" AND coalesce(merged_into, id) NOT IN {listed('ids')}"
        )
        found = select(handle, others, {"stripe": to_json(stripe_ids), "ids": to_json(ids)})
        shared = {row["stripe"]: row["owner"] for row in found}
        names = [row[column] for row in rows for column in ("name", "email", "reference") if row[column]]
        return Family(ids, [one for one in stripe_ids if one not in shared], shared, names)

    def waiting_payments(self, stripe_ids: Sequence[str], states: Sequence[str]) -> int:
        """How many payments of these Stripe customers are in one of these states."""
        query = (
            f"SELECT count(*) AS n FROM payment WHERE customer_id IN {listed('ids')} AND state IN {listed('states')}"
        )
        values = {"ids": to_json(list(stripe_ids)), "states": to_json(list(states))}
        return int(select(self._database.handle, query, values)[0]["n"])

    # Proofs of authorization.

    def keep_proof(self, mandate_id: str, customer_id: str, proof: dict[str, Any], keep_until: datetime) -> None:
        """Keep an authorization's words and evidence, sealed, until a day."""
        row = {"mandate_id": mandate_id, "customer_id": customer_id, "keep_until": to_epoch(keep_until)}
        with self._database.transaction() as db:
            insert(db, "retained_proof", {**row, "sealed": self._vault.seal(Secret(to_json(proof)))}, ignore=True)

    def proofs(self, customer_id: str) -> dict[str, datetime]:
        """Until when each kept proof of an erased customer is kept, by our mandate id."""
        query = (
            "SELECT mandate_id, keep_until FROM retained_proof WHERE customer_id = ? ORDER BY keep_until, mandate_id"
        )
        rows = select(self._database.handle, query, [customer_id])
        return {row["mandate_id"]: from_epoch(row["keep_until"]) for row in rows}

    def proof(self, mandate_id: str) -> tuple[str, dict[str, Any]] | None:
        """Whose a kept proof is, and what it says; None where there is none. Raises UnreadableSecret."""
        row = select_one(self._database.handle, "SELECT * FROM retained_proof WHERE mandate_id = ?", [mandate_id])
        if row is None:
            return None
        return row["customer_id"], json.loads(self._vault.open(row["sealed"]).reveal())


def _erasure(row: Row) -> Erasure:
    return Erasure(
        id=row["id"],
        pseudonym=row["pseudonym"],
        stage=Stage(row["stage"]),
        wiped_at=maybe_from_epoch(row["wiped_at"]),
        done_at=maybe_from_epoch(row["done_at"]),
    )
