"""SQL that only SQLite says, by names that say what is meant: another engine needs other values here only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import sqlite_utils

Connection = sqlite3.Connection
IntegrityError = sqlite3.IntegrityError  # a row that a constraint or a trigger refuses

ADDED = "rowid"  # the order in which rows were added, and a row's own place in its table
FOLDED = "COLLATE NOCASE"  # after a column: compared without case, ASCII letters only
LISTED = "(SELECT value FROM json_each(?))"  # as `listed`, for a parameter without a name


def listed(name: str) -> str:
    """A list that is passed as one parameter: `WHERE id IN {listed("ids")}`, with `list_of(ids)` as its value."""
    return f"(SELECT value FROM json_each(:{name}))"


def list_of(values: Iterable[object]) -> str:
    """The value of a parameter that `listed` reads."""
    return json.dumps(list(values), separators=(",", ":"), ensure_ascii=False)


def add_or_keep(target: str, source: str) -> str:
    """Insert, and leave alone what stands there already. `target` is the table with its columns, `source` the rows."""
    return f"INSERT OR IGNORE INTO {target} {source}"


def json_list(*columns: str) -> str:
    """Several values of a row as one JSON list."""
    return f"json_array({', '.join(columns)})"


def on_repeat(key: str) -> str:
    """After an insert's rows: where one of this key stands already, set instead (`excluded` is the row that came)."""
    return f" ON CONFLICT ({key}) DO UPDATE SET"


def larger(one: str, other: str) -> str:
    """The larger of two values of a row."""
    return f"max({one}, {other})"


def smaller(one: str, other: str) -> str:
    """The smaller of two values of a row."""
    return f"min({one}, {other})"


def same(one: str, other: str) -> str:
    """Whether two values are equal, or both are missing."""
    return f"{one} IS {other}"


def at_least_three_digits(column: str) -> str:
    """A whole number as text, with zeros before it where it is shorter."""
    return f"printf('%03d', {column})"


def contains(text: str, part: str) -> str:
    """Whether a text has this part somewhere, whatever characters it is of."""
    return f"instr({text}, {part}) > 0"


def in_json(column: str, name: str) -> str:
    """The text under a name of a column that holds a JSON object; empty where there is none."""
    return f"coalesce(json_extract({column}, '$.{name}'), '')"


def has_table(db: sqlite_utils.Database, name: str) -> bool:
    """Whether there is such a table."""
    return bool(list(db.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [name])))


def definitions(db: sqlite_utils.Database, tables: Iterable[str]) -> list[dict[str, str]]:
    """How the tables, their indexes and their triggers were defined: type, name, sql."""
    names = list(tables)
    marks = ", ".join("?" for _ in names)
    query = f"SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ({marks}) AND sql IS NOT NULL"
    return list(db.query(query, names))


def references(db: sqlite_utils.Database, table: str) -> list[tuple[str, str]]:
    """Every other table and its column that refers to a table; not where the column is the row's own key."""
    query = (
        'SELECT t.name AS "table", f."from" AS "column" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f'
        ' JOIN pragma_table_info(t.name) c ON c.name = f."from" WHERE t.type = \'table\' AND f."table" = :table'
        " AND c.pk = 0 AND t.name <> :table ORDER BY 1"
    )
    return [(row["table"], row["column"]) for row in db.query(query, {"table": table})]


def parents(db: sqlite_utils.Database, table: str) -> list[tuple[str, str]]:
    """The columns of a table that refer to a row of another, with that other table's name."""
    return [(row["from"], row["table"]) for row in db.query(f"PRAGMA foreign_key_list({table})")]
