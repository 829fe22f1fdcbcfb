"""How a page of payments is found among a million: by the index that leaves the least to look at.

SQLite keeps no statistics here and would take an index on a filter even where nearly every row fits it. So the choice
is made from counts that stop early; a unary plus keeps SQLite from an index that was not chosen.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from dashboard.store.conditions import Part, where
from dashboard.store.limits import QueryTooSlow, limited

SORTS = {
    "created": ("created",),
    "amount": ("amount",),
    "status": ("state", "created"),
    "customer": ("customer COLLATE NOCASE",),
    "due": ("due",),
}
# So few rows are sorted as fast as an index in the wanted order is searched for them: about 20 ms at a million.
FEW = 5_000
SEARCH_SECONDS = 0.1  # for going along the wanted order; where the rows that fit lie at its end, their own index wins


def where_fewest(connection: sqlite3.Connection, parts: list[Part]) -> tuple[str, list[Any]]:
    """The conditions as a WHERE clause that is looked up by the most telling of them."""
    driver, _ = find_driver(connection, parts)
    return where(parts, *([driver.name] if driver else []))


def where_oldest_first(connection: sqlite3.Connection, parts: list[Part], few: int = FEW) -> tuple[str, list[Any], str]:
    """WHERE clause, values and order of a walk by `(created, seq)` through all that fits, in slices.

    Few rows are looked up and sorted; else an index that holds what fits in this order is walked along.
    """
    driver, count = find_driver(connection, parts)
    if driver is not None and driver.name != "created" and count <= few:
        return *where(parts, driver.name), "+created, +seq"
    ordered = next((part.name for part in parts if part.by_created), None)
    return *where(parts, "created", *([ordered] if ordered else [])), "created, seq"


def find_driver(connection: sqlite3.Connection, parts: list[Part]) -> tuple[Part | None, int]:
    """The condition that leaves the fewest rows, and how many; counting stops at FEW, beyond which the first wins."""
    best: tuple[Part | None, int] = None, FEW + 1
    for part in parts:
        if not part.indexed:
            continue
        same = [one for one in parts if one.name == part.name]
        tests, values = where(same, part.name)
        limit = min(FEW, best[1]) + 1
        query = f"SELECT count(*) FROM (SELECT 1 FROM payment {tests} LIMIT ?)"  # noqa: S608  constants of this module
        count = connection.execute(query, [*values, limit]).fetchone()[0]
        if best[0] is None or count < best[1]:
            best = part, count
    return best


def find_keys(
    connection: sqlite3.Connection,
    parts: list[Part],
    sort: str,
    *,
    descending: bool,
    offset: int,
    size: int,
    few: int = FEW,
) -> list[int]:
    """The `seq` of the rows of one page, in its order. Raises QueryTooSlow by the caller's time limit."""
    way = "DESC" if descending else "ASC"
    order = ", ".join(f"{column} {way}" for column in (*SORTS[sort], "seq"))
    unordered = ", ".join(f"+{column} {way}" for column in (*SORTS[sort], "seq"))  # whatever index found them

    def ask(chosen: list[str], ordering: str) -> list[int]:
        tests, values = where(parts, *chosen)
        query = f"SELECT seq FROM payment {tests} ORDER BY {ordering} LIMIT ? OFFSET ?"  # noqa: S608  constants of this module
        return [row[0] for row in connection.execute(query, [*values, size, offset])]

    along = [SORTS[sort][0]]  # a bound on the sorted column narrows the way along it
    others = [part for part in parts if part.name not in along]
    if not others:
        return ask(along, order)
    if sort == "created" and len(others) == 1 and others[0].by_created:
        return ask([others[0].name, *along], order)
    driver, count = find_driver(connection, parts)
    if driver is None:
        return ask(along, order)
    if count <= few:
        return ask([driver.name], unordered)
    if sort == "created" and driver.by_created:
        along = [driver.name, *along]
    try:
        with limited(connection, SEARCH_SECONDS):
            return ask(along, order)
    except QueryTooSlow:
        return ask([driver.name], unordered)
