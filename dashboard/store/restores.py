"""Restores after which it is not known what was done since the backup, until an administrator has looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor
from dashboard.store.engine.database import Database
from dashboard.store.sql import from_epoch, insert, select_one, to_epoch, update


class Unknown(StrEnum):
    """Why it is not known: no file was replaced, it could not be read, or some of its rows did not fit."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class RestoreReview:
    """One restore that an administrator has to look into; debits wait for it."""

    id: str
    restored_at: datetime
    backup_at: datetime
    why: Unknown


class RestoreTable:
    """The table `restore_review`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, restored_at: datetime, backup_at: datetime, why: Unknown) -> RestoreReview:
        """Keep that nobody knows what was done between the backup and the restore."""
        review = RestoreReview(new_id("restore"), restored_at, backup_at, why)
        row = {"id": review.id, "why": why.value, "restored_at": to_epoch(restored_at)}
        with self._database.transaction() as db:
            insert(db, "restore_review", {**row, "backup_at": to_epoch(backup_at)})
        return review

    def open(self) -> RestoreReview | None:
        """The oldest that nobody has looked into; None where there is none."""
        query = "SELECT * FROM restore_review WHERE reviewed_at IS NULL ORDER BY restored_at, id LIMIT 1"
        row = select_one(self._database.handle, query, [])
        if row is None:
            return None
        times = from_epoch(row["restored_at"]), from_epoch(row["backup_at"])
        return RestoreReview(row["id"], *times, Unknown(row["why"]))

    def confirm(self, id: str, actor: Actor, at: datetime) -> None:
        """Keep who has looked, and when."""
        with self._database.transaction() as db:
            update(db, "restore_review", id, {"reviewed_by": actor.name, "reviewed_at": to_epoch(at)})
