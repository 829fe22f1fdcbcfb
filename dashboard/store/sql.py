"""Between rows and the domain: epoch seconds, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlite_utils

from dashboard.domain.errors import LeaseLost
from dashboard.domain.models import Problem
from dashboard.store.engine.dialect import add_or_keep

Row = dict[str, Any]


def to_epoch(at: datetime) -> int:
    """Whole seconds since 1970, UTC."""
    return int(at.timestamp())


def from_epoch(seconds: int) -> datetime:
    """The aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_from_epoch(seconds: int | None) -> datetime | None:
    """The aware UTC instant, or None."""
    return None if seconds is None else from_epoch(seconds)


def to_json(value: object) -> str:
    """Compact JSON with sorted keys, so that equal values are equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def problem_to_json(problem: Problem | None) -> str | None:
    """A problem as a column keeps it."""
    if problem is None:
        return None
    return to_json(
        {
            "what": problem.what,
            "meaning": problem.meaning,
            "action": problem.action,
            "code": problem.code,
            "provider": problem.provider,
            "request_id": problem.request_id,
        }
    )


def problem_from_json(text: str | None) -> Problem | None:
    """A problem as it was kept."""
    return None if text is None else Problem(**json.loads(text))


def select(handle: sqlite_utils.Database, sql: str, values: dict[str, Any] | list[Any]) -> list[Row]:
    """Every row of a query."""
    return list(handle.query(sql, values))


def select_one(handle: sqlite_utils.Database, sql: str, values: dict[str, Any] | list[Any]) -> Row | None:
    """The first row of a query, or None."""
    return next(iter(select(handle, sql, values)), None)


def insert(handle: sqlite_utils.Database, table: str, values: Mapping[str, object], *, ignore: bool = False) -> bool:
    """Insert one row; with `ignore`, do nothing where a unique column already has the value. Says whether it did."""
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    target, source = f'"{table}" ({columns})', f"VALUES ({marks})"
    cursor = handle.execute(add_or_keep(target, source) if ignore else f"INSERT INTO {target} {source}", dict(values))
    return bool(cursor.rowcount)


def update(handle: sqlite_utils.Database, table: str, id: str, values: Mapping[str, object]) -> bool:
    """Set columns of the row with this id. Says whether there is one."""
    columns = ", ".join(f'"{name}" = :{name}' for name in values)
    sql = f'UPDATE "{table}" SET {columns} WHERE id = :id'
    return bool(handle.execute(sql, {**values, "id": id}).rowcount)


def acquire_lease(handle: sqlite_utils.Database, table: str, id: str, owner: str, now: int, until: int) -> bool:
    """Take or prolong a row's lease; False where another owner holds it now."""
    cursor = handle.execute(
        f'UPDATE "{table}" SET lease_owner = :owner, lease_until = :until'
        " WHERE id = :id AND (lease_owner IS NULL OR lease_owner = :owner OR lease_until < :now)",
        {"id": id, "owner": owner, "now": now, "until": until},
    )
    return bool(cursor.rowcount)


def release_lease(handle: sqlite_utils.Database, table: str, id: str, owner: str) -> None:
    """Give a row's lease back, where it is still this owner's."""
    handle.execute(
        f'UPDATE "{table}" SET lease_owner = NULL, lease_until = NULL WHERE id = :id AND lease_owner = :owner',
        {"id": id, "owner": owner},
    )


def check_lease(handle: sqlite_utils.Database, table: str, id: str, owner: str) -> None:
    """Nothing where the owner still holds the lease. Raises LeaseLost: another worker's result counts now."""
    row = select_one(handle, f'SELECT lease_owner FROM "{table}" WHERE id = ?', [id])
    if row is None or row["lease_owner"] != owner:
        raise LeaseLost(f"Another worker holds the lease of {id}.", code="lease_lost")
