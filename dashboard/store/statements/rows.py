"""Bank statements: accounts, files with what was refused in them, and lines, each once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard.domain.csv_profiles import CsvProfile, from_json
from dashboard.domain.folding import fold
from dashboard.domain.statements import Refusal
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, list_of, listed
from dashboard.store.sql import insert, select, select_one, to_epoch
from dashboard.store.statements.keys import line_key

SLICE = 500  # ids asked for at a time
LINE = (
    *("id", "account", "posted_on", "cents", "currency", "text", "reference", "ordinal", "hint", "file_id", "line"),
    "search_key",
)


class StatementTable:
    """The tables `statement_account`, `statement_file`, `statement_refusal`, `bank_line` and `statement_profile`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> list[dict[str, Any]]:
        """Every account, by name, with the number of its lines and the days of the first and the last."""
        return select(
            self._database.handle,
            "SELECT a.*, count(l.id) AS lines, min(l.posted_on) AS begins_on, max(l.posted_on) AS ends_on"
            " FROM statement_account a LEFT JOIN bank_line l ON l.account = a.name GROUP BY a.name ORDER BY a.name",
            [],
        )

    def account(self, name: str) -> dict[str, Any] | None:
        """One account by its name, however a person writes it, or None."""
        rows = select(self._database.handle, "SELECT * FROM statement_account", [])
        return next((row for row in rows if fold(row["name"]) == fold(name)), None)

    def add_account(self, name: str, currency: str, number_end: str, now: datetime) -> None:
        """A new account."""
        values = {"name": name, "currency": currency, "number_end": number_end, "created_at": to_epoch(now)}
        with self._database.transaction() as db:
            insert(db, "statement_account", values)

    def learn_number(self, name: str, number_end: str) -> None:
        """Keep the end of an account's number, where none is known."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE statement_account SET number_end = ? WHERE name = ? AND number_end = ''", [number_end, name]
            )

    def known(self, ids: Sequence[str]) -> set[str]:
        """Which of these lines are there."""
        found: set[str] = set()
        for place in range(0, len(ids), SLICE):
            some = {"ids": list_of(ids[place : place + SLICE])}
            query = f"SELECT id FROM bank_line WHERE id IN {listed('ids')}"
            found |= {row["id"] for row in select(self._database.handle, query, some)}
        return found

    def same_file(self, account: str, digest: str, profile: str, version: int) -> dict[str, Any] | None:
        """The file of these very bytes, read by the same mapping, that an account has already, or None."""
        return select_one(
            self._database.handle,
            "SELECT * FROM statement_file WHERE account = ? AND digest = ? AND profile = ? AND profile_version = ?",
            [account, digest, profile, version],
        )

    def add_file(self, values: Mapping[str, object], refusals: Sequence[Refusal]) -> None:
        """A file, and what was refused in it."""
        with self._database.transaction() as db:
            insert(db, "statement_file", values)
            db.conn.executemany(
                "INSERT INTO statement_refusal (file_id, place, line, reason, pending) VALUES (?, ?, ?, ?, ?)",
                [(values["id"], place, one.line, one.reason, int(one.pending)) for place, one in enumerate(refusals)],
            )

    def add_lines(self, rows: Sequence[Mapping[str, object]]) -> None:
        """New lines, by the names of the columns; what a search finds them by is added."""
        marks = ", ".join(f":{name}" for name in LINE)
        with self._database.transaction() as db:
            db.conn.executemany(
                f"INSERT INTO bank_line ({', '.join(LINE)}) VALUES ({marks})",
                [{**row, "search_key": line_key(str(row["text"]), str(row["reference"]))} for row in rows],
            )

    def files(self, account: str, limit: int = 100) -> list[dict[str, Any]]:
        """An account's files, the last one first; `findings` is a list."""
        query = f"SELECT * FROM statement_file WHERE account = ? ORDER BY imported_at DESC, {ADDED} DESC LIMIT ?"
        return [_file(row) for row in select(self._database.handle, query, [account, limit])]

    def file(self, id: str) -> dict[str, Any] | None:
        """One file, or None."""
        row = select_one(self._database.handle, "SELECT * FROM statement_file WHERE id = ?", [id])
        return _file(row) if row else None

    def refusals(self, file_id: str, limit: int = 1_000) -> list[Refusal]:
        """What was refused in a file, in its order."""
        query = "SELECT * FROM statement_refusal WHERE file_id = ? ORDER BY place LIMIT ?"
        rows = select(self._database.handle, query, [file_id, limit])
        return [Refusal(row["line"], row["reason"], bool(row["pending"])) for row in rows]

    def periods(self, account: str) -> list[dict[str, Any]]:
        """The files of an account that have a period, earliest first."""
        query = "SELECT * FROM statement_file WHERE account = ? AND begins_on IS NOT NULL ORDER BY begins_on, ends_on"
        return [_file(row) for row in select(self._database.handle, query, [account])]

    def total_between(self, account: str, begins_on: str, ends_before: str) -> int:
        """The sum (cents) of an account's lines from a day on to before another."""
        row = select_one(
            self._database.handle,
            "SELECT coalesce(sum(cents), 0) AS total FROM bank_line"
            " WHERE account = ? AND posted_on >= ? AND posted_on < ?",
            [account, begins_on, ends_before],
        )
        return int(row["total"]) if row else 0

    def ways_between(self, account: str, begins_on: str, ends_on: str) -> list[dict[str, Any]]:
        """How many of an account's lines of these days came from files of each format and profile."""
        return select(
            self._database.handle,
            "SELECT f.format, f.profile, count(*) AS lines FROM bank_line l JOIN statement_file f ON f.id = l.file_id"
            " WHERE l.account = ? AND l.posted_on BETWEEN ? AND ? GROUP BY f.format, f.profile",
            [account, begins_on, ends_on],
        )

    def profiles(self) -> list[CsvProfile]:
        """The newest version of every mapping, by name."""
        query = (
            "SELECT p.body FROM statement_profile p WHERE version ="
            " (SELECT max(version) FROM statement_profile n WHERE n.name = p.name) ORDER BY name"
        )
        return [from_json(row["body"]) for row in select(self._database.handle, query, [])]

    def profile_version(self, name: str) -> int:
        """The newest version of a mapping; 0 where there is none of that name."""
        query = "SELECT max(version) AS newest FROM statement_profile WHERE name = ?"
        row = select_one(self._database.handle, query, [name])
        return int(row["newest"] or 0) if row else 0

    def add_profile(self, profile: CsvProfile, made_by: str, now: datetime) -> None:
        """A version of a mapping."""
        with self._database.transaction() as db:
            insert(
                db,
                "statement_profile",
                {
                    "name": profile.name,
                    "version": profile.version,
                    "body": profile.to_json(),
                    "made_by": made_by,
                    "made_at": to_epoch(now),
                },
            )


def _file(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "findings": json.loads(row["findings"])}
