"""Authorizations that customers took back: kept for good beside the mandate, whatever Stripe says of it later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import LISTED
from dashboard.store.sql import from_epoch, insert, select, select_one, to_epoch, to_json


@dataclass(frozen=True)
class Revocation:
    """One authorization taken back: by which customer's word, and who wrote it down."""

    bank_account_id: str
    stripe_mandate_id: str
    reason: str
    revoked_by: str
    revoked_at: datetime


class RevocationTable:
    """The table `mandate_revocation`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, revocation: Revocation) -> bool:
        """Keep a revocation; False where the authorization was taken back before."""
        with self._database.transaction() as db:
            values = {**vars(revocation), "revoked_at": to_epoch(revocation.revoked_at)}
            return insert(db, "mandate_revocation", values, ignore=True)

    def among(self, stripe_mandate_ids: Iterable[str]) -> dict[str, Revocation]:
        """Those of these authorizations that were taken back, by Stripe's id of the mandate."""
        query = f"SELECT * FROM mandate_revocation WHERE stripe_mandate_id IN {LISTED}"
        rows = select(self._database.handle, query, [to_json(sorted(set(stripe_mandate_ids)))])
        return {
            row["stripe_mandate_id"]: Revocation(**{**row, "revoked_at": from_epoch(row["revoked_at"])}) for row in rows
        }

    def get(self, stripe_mandate_id: str | None) -> Revocation | None:
        """When and why this authorization was taken back; None where it was not."""
        query = "SELECT * FROM mandate_revocation WHERE stripe_mandate_id = ?"
        row = select_one(self._database.handle, query, [stripe_mandate_id])
        return Revocation(**{**row, "revoked_at": from_epoch(row["revoked_at"])}) if row else None
