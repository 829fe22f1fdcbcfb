"""Matches of payouts with lines of the bank statement, and what is in none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, list_of, listed
from dashboard.store.sql import insert, select, select_one, to_epoch

_FREE = (
    "NOT EXISTS (SELECT 1 FROM payout_match_part m WHERE m.live = 1 AND m.kind = '{kind}' AND m.part_id = {table}.id)"
)


class PayoutMatchTable:
    """The tables `payout_match` and `payout_match_part`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def free_lines(self) -> list[dict[str, Any]]:
        """Every bank line that is in no match, by day."""
        where = _FREE.format(kind="line", table="bank_line")
        return select(self._database.handle, f"SELECT * FROM bank_line WHERE {where} ORDER BY posted_on, id", [])

    def free_payouts(self, since: int) -> list[dict[str, Any]]:
        """Every payout that is in no match and arrives since then (epoch seconds), but those that were canceled."""
        where = _FREE.format(kind="payout", table="payout")
        query = f"SELECT * FROM payout WHERE {where} AND arrival >= ? AND status <> 'canceled' ORDER BY arrival, id"
        return select(self._database.handle, query, [since])

    def free_lines_of(self, cents: int, currency: str) -> list[dict[str, Any]]:
        """Every bank line of exactly this amount that is in no match, whoever sent it, by day."""
        where = _FREE.format(kind="line", table="bank_line")
        query = f"SELECT * FROM bank_line WHERE cents = ? AND currency = ? AND {where} ORDER BY posted_on, id LIMIT 100"
        return select(self._database.handle, query, [cents, currency])

    def free_lines_by_id(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Those of these bank lines that are in no match."""
        where = _FREE.format(kind="line", table="bank_line")
        query = f"SELECT * FROM bank_line WHERE id IN {listed('ids')} AND {where} ORDER BY posted_on, id"
        return select(self._database.handle, query, {"ids": list_of(ids)})

    def free_payouts_by_id(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Those of these payouts that are in no match and were not canceled."""
        where = _FREE.format(kind="payout", table="payout")
        query = (
            f"SELECT * FROM payout WHERE id IN {listed('ids')} AND {where} AND status <> 'canceled'"
            " ORDER BY arrival, id"
        )
        return select(self._database.handle, query, {"ids": list_of(ids)})

    def version(self) -> tuple[object, ...]:
        """Changes with every line, match and payout: what was worked out from them is then worked out anew."""
        found: list[object] = []
        for query in (
            f"SELECT count(*), max({ADDED}) FROM bank_line",
            "SELECT count(*), sum(live) FROM payout_match_part",
            "SELECT count(*), count(trace), sum(amount), sum(arrival), sum(length(status)), sum(created) FROM payout",
        ):
            found += self._database.handle.execute(query).fetchone()
        return tuple(found)

    def rejected(self) -> set[tuple[str, str]]:
        """Each pair of a line's and a payout's id that was said no to."""
        query = (
            "SELECT l.part_id AS line, p.part_id AS payout FROM payout_match m"
            " JOIN payout_match_part l ON l.match_id = m.id AND l.kind = 'line'"
            " JOIN payout_match_part p ON p.match_id = m.id AND p.kind = 'payout' WHERE m.state = 'rejected'"
        )
        return {(row["line"], row["payout"]) for row in select(self._database.handle, query, [])}

    def add(
        self,
        values: dict[str, object],
        lines: Sequence[tuple[str, int]],
        payouts: Sequence[tuple[str, int]],
        *,
        live: bool,
    ) -> None:
        """A match with the ids and cents of its parts. Raises IntegrityError where one is in a live match already."""
        with self._database.transaction() as db:
            insert(db, "payout_match", values)
            for kind, parts in (("line", lines), ("payout", payouts)):
                for part, cents in parts:
                    row = {"match_id": values["id"], "kind": kind, "part_id": part, "cents": cents, "live": int(live)}
                    insert(db, "payout_match_part", row)

    def withdraw(self, id: str, by: str, now: datetime) -> bool:
        """End a confirmed match, so that its parts are free again. Says whether it was confirmed."""
        with self._database.transaction() as db:
            done = db.execute(
                "UPDATE payout_match SET state = 'withdrawn', ended_by = ?, ended_at = ?"
                " WHERE id = ? AND state = 'confirmed'",
                [by, to_epoch(now), id],
            )
            db.execute("UPDATE payout_match_part SET live = 0 WHERE match_id = ?", [id])
            return bool(done.rowcount)

    def get(self, id: str) -> dict[str, Any] | None:
        """One match, or None."""
        return select_one(self._database.handle, "SELECT * FROM payout_match WHERE id = ?", [id])

    def parts(self, id: str) -> list[dict[str, Any]]:
        """What is in a match."""
        query = "SELECT * FROM payout_match_part WHERE match_id = ? ORDER BY kind, part_id"
        return select(self._database.handle, query, [id])

    def confirmed(self, limit: int, offset: int = 0) -> list[dict[str, Any]]:
        """The matches in force, the last one first, with what they come to and the days of their payouts."""
        return select(
            self._database.handle,
            "SELECT m.*, sum(CASE kind WHEN 'line' THEN p.cents ELSE 0 END) AS cents,"
            " sum(CASE kind WHEN 'line' THEN 1 ELSE 0 END) AS lines,"
            " sum(CASE kind WHEN 'payout' THEN 1 ELSE 0 END) AS payouts, min(o.arrival) AS arrival,"
            " min(o.id) AS payout_id, min(o.currency) AS currency"
            " FROM payout_match m JOIN payout_match_part p ON p.match_id = m.id"
            " LEFT JOIN payout o ON p.kind = 'payout' AND o.id = p.part_id"
            f" WHERE m.state = 'confirmed' GROUP BY m.id ORDER BY m.made_at DESC, m.{ADDED} DESC LIMIT ? OFFSET ?",
            [limit, offset],
        )

    def lines_of_payout(self, payout_id: str) -> list[dict[str, Any]]:
        """The bank lines that a payout is matched with, each with the match's `how`, `match_id`, `made_by`."""
        return select(
            self._database.handle,
            "SELECT b.*, m.id AS match_id, m.how, m.made_by FROM payout_match_part p"
            " JOIN payout_match m ON m.id = p.match_id"
            " JOIN payout_match_part l ON l.match_id = m.id AND l.kind = 'line' JOIN bank_line b ON b.id = l.part_id"
            " WHERE p.kind = 'payout' AND p.live = 1 AND p.part_id = ? ORDER BY b.posted_on, b.id",
            [payout_id],
        )

    def count_confirmed(self) -> int:
        """How many payouts are matched."""
        query = "SELECT count(*) AS number FROM payout_match_part WHERE live = 1 AND kind = 'payout'"
        row = select_one(self._database.handle, query, [])
        return int(row["number"]) if row else 0

    def covered(self) -> tuple[str, str] | None:
        """The first day of any bank line and the last one that a statement reaches, or None where there is no line."""
        query = "SELECT min(posted_on) AS first, max(posted_on) AS last FROM bank_line"
        row = select_one(self._database.handle, query, [])
        if not row or not row["first"]:
            return None
        stated = select_one(self._database.handle, "SELECT max(ends_on) AS last FROM statement_file", [])
        return row["first"], max(row["last"], (stated and stated["last"]) or "")
