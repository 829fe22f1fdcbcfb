"""The table `notice_read`: which notices a person has read. It is nobody else's, and in no trail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from dashboard.domain.notices import NoticeKind
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import LISTED, add_or_keep, list_of, listed
from dashboard.store.sql import select, select_one, to_epoch

_UNREAD = (
    "FROM notice n WHERE n.noted_at >= :since AND n.level <> 'quiet'"
    f" AND n.kind NOT IN {listed('hidden')}"
    " AND NOT EXISTS (SELECT 1 FROM notice_read r WHERE r.person = :person AND r.notice_id = n.id)"
)


class NoticeReadTable:
    """Keeps what each person has read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read_by(self, person: str, ids: Sequence[str]) -> set[str]:
        """Which of these notices a person has read."""
        query = f"SELECT notice_id FROM notice_read WHERE person = ? AND notice_id IN {LISTED}"
        return {row["notice_id"] for row in select(self._database.handle, query, [person, list_of(ids)])}

    def count_unread(self, person: str, since: datetime, hidden: Collection[NoticeKind]) -> int:
        """How many notices since an instant a person has not read, without those of the `hidden` kinds."""
        values = {"person": person, "since": to_epoch(since), "hidden": _kinds(hidden)}
        row = select_one(self._database.handle, f"SELECT count(*) AS number {_UNREAD}", values)
        return int(row["number"]) if row else 0

    def mark(self, person: str, ids: Sequence[str], at: datetime) -> None:
        """A person has read these."""
        with self._database.transaction() as db:
            db.conn.executemany(
                add_or_keep("notice_read (person, notice_id, read_at)", "VALUES (?, ?, ?)"),
                [(person, id, to_epoch(at)) for id in ids],
            )

    def mark_all(self, person: str, since: datetime, hidden: Collection[NoticeKind], at: datetime) -> None:
        """A person has read everything since an instant, without what they may not see."""
        values = {"person": person, "since": to_epoch(since), "hidden": _kinds(hidden), "at": to_epoch(at)}
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO notice_read (person, notice_id, read_at) SELECT :person, n.id, :at {_UNREAD}", values
            )


def _kinds(kinds: Collection[NoticeKind]) -> str:
    return list_of(sorted(kind.value for kind in kinds))
