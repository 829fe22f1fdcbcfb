"""Devices in a customer's hands: one open lock per device, kept after its release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.messages.customer_screens import Language
from dashboard.store.engine.database import Database
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, update


class Ending(StrEnum):
    """Why the customer's steps are over while the device is still theirs."""

    DONE = "done"
    DECLINED = "declined"
    IDLE = "idle"


@dataclass(frozen=True)
class HandoverLock:
    """A device that was handed over: by whom, to whom, and how far the customer is.

    `device` is the digest of its browser's cookie, `visit` the sign-in by which it was handed over: either one is
    enough to know it by, so that a browser that lost its cookie stays locked. `pin_at` is when the operator last typed
    their PIN to hand over this device by this visit; None for what an earlier version handed over.
    """

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
    visit: str = ""
    pin_at: datetime | None = None


class HandoverTable:
    """The table `handover`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, lock: HandoverLock) -> bool:
        """HandoverLock a device; False where it is locked already."""
        with self._database.transaction() as db:
            if self.find(lock.device, lock.visit) is not None:
                return False
            pin_at = to_epoch(lock.pin_at) if lock.pin_at else None
            return insert(db, "handover", {**vars(lock), "locked_at": to_epoch(lock.locked_at), "pin_at": pin_at})

    def is_handed_over(self, device: str, visit: str = "") -> bool:
        """Whether the device, or the one that was handed over by this visit, is in a customer's hands now."""
        return self.find(device, visit) is not None

    def find(self, device: str, visit: str = "") -> HandoverLock | None:
        """The open lock of a device, known by its cookie or by the visit that handed it over."""
        query = (
            "SELECT * FROM handover WHERE released_at IS NULL"
            " AND (device = :device OR (visit <> '' AND visit = :visit)) ORDER BY device = :device DESC"
        )
        row = select_one(self._database.handle, query, {"device": device, "visit": visit})
        return _lock(row) if row else None

    def pin_typed_at(self, operator: str, device: str, visit: str) -> datetime | None:
        """When this person last typed their PIN to hand over this device by this visit; None for never."""
        query = "SELECT max(pin_at) AS at FROM handover WHERE operator = ? AND device = ? AND visit = ?"
        row = select_one(self._database.handle, query, [operator, device, visit])
        return maybe_from_epoch(row["at"]) if row else None

    def list(self) -> list[HandoverLock]:
        """Every device that is in a customer's hands, the longest first."""
        query = "SELECT * FROM handover WHERE released_at IS NULL ORDER BY locked_at"
        return [_lock(row) for row in select(self._database.handle, query, [])]

    def edit(self, id: str, **values: str | None) -> None:
        """Set `attempt_id`, `language` or `ending`."""
        with self._database.transaction() as db:
            update(db, "handover", id, values)

    def release(self, id: str, at: datetime) -> None:
        """The device is the desk's again."""
        with self._database.transaction() as db:
            update(db, "handover", id, {"released_at": to_epoch(at)})


def _lock(row: Row) -> HandoverLock:
    return HandoverLock(
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
        visit=row["visit"],
        pin_at=maybe_from_epoch(row["pin_at"]),
    )
