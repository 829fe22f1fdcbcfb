"""Letting go of what is kept long enough: a statement for each rule, a few hundred rows a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, on_repeat
from dashboard.store.sql import from_epoch, select, select_one, to_epoch, to_json

BATCH = 300  # rows of one transaction: others write in between

# Which rows a rule lets go, by rowid, and what becomes of them. `:before` is the oldest moment that is still kept.
OLD_ATTEMPT = "state IN ('authorized', 'exited', 'failed', 'unknown') AND NOT resumable AND updated_at < :before"
GONE_ITEMS = "SELECT id FROM item WHERE state = 'removed' AND updated_at < :before"
GONE_ACCOUNTS = (
    "SELECT a.id FROM bank_account a JOIN item i ON i.id = a.item_id"
    " WHERE i.state = 'removed' AND i.updated_at < :before"
)


@dataclass(frozen=True)
class Sweep:
    """One table's part of a rule: whose rows, and what is set; nothing is set where the row itself goes."""

    table: str
    where: str
    change: str = ""


SWEEPS: dict[str, tuple[Sweep, ...]] = {
    "evidence": (
        Sweep(
            "link_outcome",
            f"(detail <> '{{}}' OR events <> '[]') AND attempt_id IN (SELECT id FROM link_attempt WHERE {OLD_ATTEMPT})",
            "detail = '{}', events = '[]'",
        ),
        Sweep("link_acceptance", f"attempt_id IN (SELECT id FROM link_attempt WHERE {OLD_ATTEMPT})"),
        Sweep(
            "link_attempt",
            f"{OLD_ATTEMPT} AND (evidence <> '{{}}' OR accounts <> '[]')",
            "evidence = '{}', accounts = '[]'",
        ),
        Sweep(  # what was sent with the authorization: the browser's address among it
            "job_call",
            "job_id IN (SELECT id FROM job WHERE kind = 'link' AND subject IN"
            f" (SELECT id FROM link_attempt WHERE {OLD_ATTEMPT}))",
        ),
    ),
    "link_tokens": (
        Sweep("link_attempt", "link_token IS NOT NULL AND link_expires_at < :before", "link_token = NULL"),
        Sweep("link_hosted", "state <> 'waiting' AND expires_at < :before"),
    ),
    "packs": (Sweep("evidence_pack", "as_of < :before"),),
    "visits": (Sweep("visit", "coalesce(ended_at, seen_at) < :before"),),
    "sync": (Sweep("sync_run", "finished_at < :before"),),
    "notices_read": (Sweep("notice_read", "read_at < :before"),),
    "inbox": (Sweep("inbox_mark", "changed_at < :before"),),
    "bank": (
        Sweep("bank_balance", f"bank_account_id IN ({GONE_ACCOUNTS})"),
        Sweep("bank_holder", f"bank_account_id IN ({GONE_ACCOUNTS})"),
        Sweep("bank_transaction", f"item_id IN ({GONE_ITEMS})"),
    ),
}


class RetentionTable:
    """What the daily job reads and lets go; the table `retention` says when it ran."""

    def __init__(self, database: Database, batch: int = BATCH) -> None:
        self._database, self._batch = database, batch

    def last_run(self) -> datetime | None:
        """When the job ran last."""
        row = select_one(self._database.handle, "SELECT ran_at FROM retention WHERE job = 'daily'", [])
        return from_epoch(row["ran_at"]) if row else None

    def note_run(self, at: datetime) -> None:
        """Keep that the job ran."""
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO retention (job, ran_at) VALUES ('daily', ?){on_repeat('job')} ran_at = excluded.ran_at",
                [to_epoch(at)],
            )

    def sweep(self, rule: str, before: datetime) -> int:
        """Delete what is past its retention period; returns how many rows."""
        return sum(self._sweep(one, to_epoch(before)) for one in SWEEPS[rule])

    def _sweep(self, one: Sweep, before: int) -> int:
        verb = f"UPDATE {one.table} SET {one.change}" if one.change else f"DELETE FROM {one.table}"
        rows = f"SELECT {ADDED} FROM {one.table} WHERE {one.where} LIMIT {self._batch}"
        total = 0
        while True:
            with self._database.transaction() as db:
                count = db.execute(f"{verb} WHERE {ADDED} IN ({rows})", {"before": before}).rowcount
            total += count
            if count < self._batch:
                return total

    def ended_mandates(self, before: datetime, now: datetime) -> list[str]:
        """Authorizations taken back by `before`, or of erased customers and kept until `now`; the oldest of them."""
        query = (
            "SELECT m.id FROM mandate m LEFT JOIN retained_proof k ON k.mandate_id = m.id"
            " LEFT JOIN mandate_revocation r ON r.stripe_mandate_id = m.stripe_mandate_id"
            f" WHERE r.revoked_at <= :before OR k.keep_until <= :now ORDER BY m.created_at, m.{ADDED} LIMIT :limit"
        )
        values = {"before": to_epoch(before), "now": to_epoch(now), "limit": self._batch}
        return [row["id"] for row in select(self._database.handle, query, values)]

    def forget_mandates(self, ids: list[str]) -> None:
        """Delete these authorizations with their proofs; that they were taken back stays, without the reason."""
        values = [to_json(ids)]
        with self._database.transaction() as db:
            db.execute(f"DELETE FROM retained_proof WHERE mandate_id IN {LISTED}", values)
            db.execute(
                "UPDATE mandate_revocation SET reason = 'no longer kept' WHERE stripe_mandate_id IN"
                f" (SELECT stripe_mandate_id FROM mandate WHERE id IN {LISTED})",
                values,
            )
            db.execute(f"DELETE FROM mandate WHERE id IN {LISTED}", values)
