"""Letting go of what is kept long enough: a statement for each rule, a few hundred rows a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.store.database import Database
from dashboard.store.rows import from_epoch, select, select_one, to_epoch, to_json

BATCH = 300  # rows of one transaction: others write in between

# Which rows a rule lets go, by rowid, and what becomes of them. `:before` is the oldest moment that is still kept.
OLD_ATTEMPT = (
    "state IN ('authorized', 'exited', 'failed', 'unknown') AND resume_state IS NULL AND question IS NULL"
    " AND updated_at < :before"
)
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
            f"(detail <> '{{}}' OR events <> '[]') AND attempt_id IN (SELECT id FROM link_attempt WHERE {OLD_ATTEMPT})",  # noqa: S608  our own
            "detail = '{}', events = '[]'",
        ),
        Sweep("link_acceptance", f"attempt_id IN (SELECT id FROM link_attempt WHERE {OLD_ATTEMPT})"),  # noqa: S608  our own
        Sweep(
            "link_attempt",
            f"{OLD_ATTEMPT} AND (evidence <> '{{}}' OR accounts <> '[]' OR mandate_body IS NOT NULL)",
            "evidence = '{}', accounts = '[]', mandate_body = NULL",
        ),
    ),
    "link_tokens": (
        Sweep("link_attempt", "link_token IS NOT NULL AND link_expires_at < :before", "link_token = NULL"),
        Sweep("link_hosted", "state <> 'waiting' AND expires_at < :before"),
    ),
    "visits": (Sweep("visit", "coalesce(ended_at, seen_at) < :before"),),
    "sync": (Sweep("sync_run", "finished_at < :before"),),
    "bank": (
        Sweep("bank_balance", f"bank_account_id IN ({GONE_ACCOUNTS})"),
        Sweep("bank_holder", f"bank_account_id IN ({GONE_ACCOUNTS})"),
        Sweep("bank_transaction", f"item_id IN ({GONE_ITEMS})"),
    ),
}


class RetentionRows:
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
            db.execute("INSERT OR REPLACE INTO retention (job, ran_at) VALUES ('daily', ?)", [to_epoch(at)])

    def sweep(self, rule: str, before: datetime) -> int:
        """Let go of what a rule no longer keeps; returns how many rows that were."""
        return sum(self._sweep(one, to_epoch(before)) for one in SWEEPS[rule])

    def _sweep(self, one: Sweep, before: int) -> int:
        verb = f"UPDATE {one.table} SET {one.change}" if one.change else f"DELETE FROM {one.table}"  # noqa: S608  our own
        rows = f"SELECT rowid FROM {one.table} WHERE {one.where} LIMIT {self._batch}"  # noqa: S608  our own
        total = 0
        while True:
            with self._database.transaction() as db:
                count = db.execute(f"{verb} WHERE rowid IN ({rows})", {"before": before}).rowcount
            total += count
            if count < self._batch:
                return total

    def ended_mandates(self, before: datetime, now: datetime) -> list[str]:
        """Authorizations taken back by `before`, or of erased customers and kept until `now`; the oldest of them."""
        query = (
            "SELECT m.id FROM mandate m LEFT JOIN kept_proof k ON k.mandate_id = m.id"
            " LEFT JOIN mandate_revocation r ON r.stripe_mandate_id = m.stripe_mandate_id"
            " WHERE r.revoked_at <= :before OR k.keep_until <= :now ORDER BY m.created_at, m.rowid LIMIT :limit"
        )
        values = {"before": to_epoch(before), "now": to_epoch(now), "limit": self._batch}
        return [row["id"] for row in select(self._database.handle, query, values)]

    def forget_mandates(self, ids: list[str]) -> None:
        """Delete these authorizations with their proofs; that they were taken back stays, without the reason."""
        values = [to_json(ids)]
        with self._database.transaction() as db:
            db.execute("DELETE FROM kept_proof WHERE mandate_id IN (SELECT value FROM json_each(?))", values)
            db.execute(
                "UPDATE mandate_revocation SET reason = 'no longer kept' WHERE stripe_mandate_id IN"
                " (SELECT stripe_mandate_id FROM mandate WHERE id IN (SELECT value FROM json_each(?)))",
                values,
            )
            db.execute("DELETE FROM mandate WHERE id IN (SELECT value FROM json_each(?))", values)
