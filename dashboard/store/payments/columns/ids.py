"""Payments that an id finds. Ids are no columns: each is there once, and an index of the table has it."""

from __future__ import annotations

import sqlite_utils

from dashboard.domain.searches import BEGINNING, search_words

IDS = ("id", "intent_id", "debit_id")  # the ids of one payment each; a payout's id is a column
FIRST, LAST = "\0", "\U0010ffff"  # after a word: nothing, or everything, that begins with it comes before this


def find_ids(db: sqlite_utils.Database, text: str) -> dict[str, list[int]]:
    """For each word of a search, the keys of the rows one of whose ids it is, or begins."""
    return {word: [key for name in IDS for key in _find_id(db, name, word)] for word in search_words(text)}


def _find_id(db: sqlite_utils.Database, name: str, word: str) -> list[int]:
    """Ids are kept in the case in which they came: which case begins some id is seen letter by letter."""
    where = f"FROM payment WHERE {name} >= ? AND {name} < ?"
    begun = [""]
    for letter in word:
        longer = {before + one for before in begun for one in (letter, letter.upper())}
        begun = [one for one in longer if db.execute(f"SELECT 1 {where} LIMIT 1", [one, one + LAST]).fetchall()]
    end = LAST if len(word) >= BEGINNING else FIRST
    return [row[0] for one in begun for row in db.execute(f"SELECT seq {where}", [one, one + end]).fetchall()]
