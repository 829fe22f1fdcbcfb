"""What lines of a bank statement are found by: a column that is never shown."""

from __future__ import annotations

import sqlite_utils

from dashboard.domain.searches import search_key


def line_key(text: str, reference: str) -> str:
    """`search_key` of a line."""
    return search_key(text, reference)


def write_line_keys(db: sqlite_utils.Database) -> None:
    """The keys of every line of an older file, in a transaction of the caller's."""
    rows = list(db.query("SELECT id, text, reference FROM bank_line"))
    db.conn.executemany(
        "UPDATE bank_line SET search_key = ? WHERE id = ?",
        [(line_key(row["text"], row["reference"]), row["id"]) for row in rows],
    )
