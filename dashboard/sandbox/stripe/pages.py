"""Stripe's lists: newest first, `limit` 1 to 100, cursors both ways, and ranges of `created`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from dashboard.sandbox.stripe.errors import StripeError, invalid

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def compare(column: str, wanted: Any) -> tuple[list[str], list[Any]]:
    """The conditions of a range parameter, which is one integer or {gt, gte, lt, lte}."""
    if isinstance(wanted, int):
        return [f"{column} = ?"], [wanted]
    return [f"{column} {COMPARISONS[name]} ?" for name in wanted], list(wanted.values())


def limit_of(params: dict[str, Any]) -> int:
    """The page's length; raises StripeError outside 1 to 100."""
    limit = int(params.get("limit", 10))
    if limit < 1:
        raise invalid("This value must be greater than or equal to 1.", "limit", "parameter_invalid_integer")
    if limit > 100:
        raise invalid("This value must be less than or equal to 100.", "limit", "parameter_invalid_integer")
    return limit


def read_page(
    db: sqlite3.Connection,
    table: str,
    params: dict[str, Any],
    url: str,
    render: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    where: list[str] | None = None,
    values: list[Any] | None = None,
) -> dict[str, Any]:
    """One page of a table that has `id`, `created` and `seq`, rendered, in Stripe's list object.

    Raises StripeError for a cursor that names nothing and for both cursors at once.
    """
    where, values = list(where or []), list(values or [])
    limit = limit_of(params)
    if "created" in params:
        conditions, bounds = compare("created", params["created"])
        where += conditions
        values += bounds
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("You cannot use both starting_after and ending_before.", "ending_before", "parameters_exclusive")
    cursor = after or before
    if cursor:
        place = db.execute(f"SELECT created, seq FROM {table} WHERE id = ?", (cursor,)).fetchone()
        if place is None:
            name = "starting_after" if after else "ending_before"
            raise StripeError(400, f"No such object: '{cursor}'", code="resource_missing", param=name)
        sign = "<" if after else ">"
        steps = [([f"created = {int(place[0])}", f"seq {sign} {int(place[1])}"]), [f"created {sign} {int(place[0])}"]]
    else:
        steps = [[]]
    rows: list[sqlite3.Row] = []
    order = "ASC" if before else "DESC"
    for step in steps:  # two seeks in the index: thousands of rows can share the second of the cursor
        condition = " AND ".join([*where, *step])
        rows += db.execute(
            f"SELECT * FROM {table}{f' WHERE {condition}' if condition else ''}"
            f" ORDER BY created {order}, seq {order} LIMIT ?",
            (*values, limit + 1 - len(rows)),
        ).fetchall()
        if len(rows) > limit:
            break
    found = [dict(row) for row in rows[:limit]]
    if before:
        found.reverse()
    return {"object": "list", "data": render(found), "has_more": len(rows) > limit, "url": url}


def read_objects(
    db: sqlite3.Connection,
    kind: str,
    params: dict[str, Any],
    url: str,
    filters: dict[str, str],
    show: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """One page of the documents of a kind; `filters` says in which column a parameter is found."""
    where, values = ["kind = ?"], [kind]
    for name, column in filters.items():
        if name in params:
            where.append(f"{column} = ?")
            values.append(params[name])
    if "arrival_date" in params:
        conditions, bounds = compare("json_extract(doc, '$.arrival_date')", params["arrival_date"])
        where += conditions
        values += bounds
    return read_page(
        db, "objects", params, url, lambda rows: [show(json.loads(row["doc"])) for row in rows], where, values
    )


def whole(items: list[dict[str, Any]], params: dict[str, Any], url: str) -> dict[str, Any]:
    """A page of a short list that is in memory, newest first."""
    limit = limit_of(params)
    ids = [item["id"] for item in items]
    if params.get("starting_after") in ids:
        items = items[ids.index(params["starting_after"]) + 1 :]
    elif params.get("ending_before") in ids:
        items = items[: ids.index(params["ending_before"])]
        return {"object": "list", "data": items[-limit:], "has_more": len(items) > limit, "url": url}
    return {"object": "list", "data": items[:limit], "has_more": len(items) > limit, "url": url}
