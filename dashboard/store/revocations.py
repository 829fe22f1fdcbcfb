"""Authorizations that customers took back: kept for good beside the mandate, whatever Stripe says of it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.store.database import Database
from dashboard.store.rows import from_epoch, insert, select_one, to_epoch


@dataclass(frozen=True)
class Revocation:
    """One authorization taken back: by which customer's word, and who wrote it down."""

    bank_account_id: str
    stripe_mandate_id: str
    reason: str
    revoked_by: str
    revoked_at: datetime


class RevocationRows:
    """The table `mandate_revocation`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, revocation: Revocation) -> bool:
        """Keep a revocation; False where the authorization was taken back before."""
        with self._database.transaction() as db:
            values = {**vars(revocation), "revoked_at": to_epoch(revocation.revoked_at)}
            return insert(db, "mandate_revocation", values, ignore=True)

    def get(self, stripe_mandate_id: str | None) -> Revocation | None:
        """When and why this authorization was taken back; None where it was not."""
        query = "SELECT * FROM mandate_revocation WHERE stripe_mandate_id = ?"
        row = select_one(self._database.handle, query, [stripe_mandate_id])
        return Revocation(**{**row, "revoked_at": from_epoch(row["revoked_at"])}) if row else None
