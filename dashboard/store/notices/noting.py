"""Notes facts in the transaction that makes them true, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from dashboard.domain.ids import new_id
from dashboard.domain.notices import BEFORE_START, Fact, NoticeKind, NoticeState
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import LISTED, list_of
from dashboard.store.sql import from_epoch, insert, select, select_one, to_epoch, to_json


class NoticeNoting:
    """Adds rows of the table `notice`; who makes a fact true asks it in the same transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def note(self, fact: Fact, state: NoticeState = NoticeState.WAITING) -> bool:
        """Keep a fact to be told; False where it is known already, or from before this desk kept notices."""
        with self._database.transaction() as db:
            now = to_epoch(self._now())
            if to_epoch(fact.happened_at) < self._since():
                return False
            row = {
                "id": new_id("notice"),
                "kind": fact.kind.value,
                "subject": fact.subject,
                "level": fact.level,
                "happened_at": to_epoch(fact.happened_at),
                "noted_at": now,
                "facts": to_json(dict(fact.facts)),
                "state": state.value,
            }
            return insert(db, "notice", row, ignore=True)

    def note_failed_payouts(self, payout_ids: Sequence[str]) -> int:
        """Note those of these payouts that failed, by the day of their arrival; how many are news."""
        with self._database.transaction() as db:
            query = f"SELECT id, amount, currency, arrival FROM payout WHERE status = 'failed' AND id IN {LISTED}"
            return sum(
                self.note(
                    Fact(
                        NoticeKind.PAYOUT_FAILED,
                        row["id"],
                        from_epoch(row["arrival"]),
                        facts={"cents": row["amount"], "currency": row["currency"], "arrival": row["arrival"]},
                    )
                )
                for row in select(db, query, [list_of(payout_ids)])
            )

    def _since(self) -> int:
        """From when on facts are told; it is kept with the first one and never moves again."""
        with self._database.transaction() as db:
            row = select_one(db, "SELECT since FROM notice_start", [])
            if row is None:
                row = {"since": to_epoch(self._now() - BEFORE_START)}
                insert(db, "notice_start", row)
            return int(row["since"])
