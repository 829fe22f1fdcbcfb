"""Devices in a customer's hands: one open lock per device, kept after its release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.customer_words import Language
from dashboard.store.database import Database
from dashboard.store.rows import Row, from_epoch, insert, select, select_one, to_epoch, update


class Ending(StrEnum):
    """Why the customer's steps are over while the device is still theirs."""

    DONE = "done"
    DECLINED = "declined"
    IDLE = "idle"


@dataclass(frozen=True)
class Lock:
    """A device that was handed over: by whom, to whom, and how far the customer is. `device` is a digest."""

    id: str
    device: str
    operator: str
    operator_address: str
    customer_id: str
    attempt_id: str | None
    hint: str | None
    language: Language
    ending: Ending | None
    locked_at: datetime


class LockRows:
    """The table `device_lock`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, lock: Lock) -> bool:
        """Lock a device; False where it is locked already."""
        with self._database.transaction() as db:
            if self.find(lock.device) is not None:
                return False
            return insert(db, "device_lock", {**vars(lock), "locked_at": to_epoch(lock.locked_at)})

    def is_held(self, device: str) -> bool:
        """Whether the device is in a customer's hands now."""
        query = "SELECT 1 AS held FROM device_lock WHERE device = ? AND released_at IS NULL"
        return select_one(self._database.handle, query, [device]) is not None

    def find(self, device: str) -> Lock | None:
        """The open lock of a device."""
        query = "SELECT * FROM device_lock WHERE device = ? AND released_at IS NULL"
        row = select_one(self._database.handle, query, [device])
        return _lock(row) if row else None

    def list(self) -> list[Lock]:
        """Every device that is in a customer's hands, the longest first."""
        query = "SELECT * FROM device_lock WHERE released_at IS NULL ORDER BY locked_at"
        return [_lock(row) for row in select(self._database.handle, query, [])]

    def edit(self, id: str, **values: str | None) -> None:
        """Set `attempt_id`, `language` or `ending`."""
        with self._database.transaction() as db:
            update(db, "device_lock", id, values)

    def release(self, id: str, at: datetime) -> None:
        """The device is the desk's again."""
        with self._database.transaction() as db:
            update(db, "device_lock", id, {"released_at": to_epoch(at)})


def _lock(row: Row) -> Lock:
    return Lock(
        id=row["id"],
        device=row["device"],
        operator=row["operator"],
        operator_address=row["operator_address"],
        customer_id=row["customer_id"],
        attempt_id=row["attempt_id"],
        hint=row["hint"],
        language=Language(row["language"]),
        ending=Ending(row["ending"]) if row["ending"] else None,
        locked_at=from_epoch(row["locked_at"]),
    )
