"""What customers are compared and found by: columns that are never shown, written wherever a customer is."""

from __future__ import annotations

import sqlite_utils

from dashboard.domain.folding import fold
from dashboard.domain.searches import search_key
from dashboard.store.engine.dialect import ADDED

AGAIN = "\n"  # after the key of a reference that two customers of an older file share; no reference has it


def keys_of(name: str, email: str, reference: str) -> dict[str, str]:
    """`reference_key`, `email_key` (both as `fold`) and `search_key`."""
    return {
        "reference_key": fold(reference),
        "email_key": fold(email),
        "search_key": search_key(name, email, reference),
    }


def write_keys(db: sqlite_utils.Database) -> None:
    """The keys of every customer of an older file, in a transaction of the caller's.

    That version took references that differ only by the case of a letter outside ASCII, by width or by joiners for
    two: the oldest customer has the key, the others one of their own, until somebody changes the reference or merges.
    """
    taken = set[str]()
    query = f"SELECT id, name, email, reference, erased_at FROM customer ORDER BY created_at, {ADDED}"
    for row in list(db.query(query)):
        keys = keys_of(row["name"], row["email"], row["reference"])
        if keys["reference_key"] in taken:
            keys["reference_key"] += AGAIN + row["id"]
        taken.add(keys["reference_key"])
        if row["erased_at"] is not None:
            keys["search_key"] = ""
        marks = ", ".join(f"{name} = :{name}" for name in keys)
        db.execute(f"UPDATE customer SET {marks} WHERE id = :id", {**keys, "id": row["id"]})
