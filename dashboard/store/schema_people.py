"""Tables about the people at the desk: their visits (sign-ins) and their PINs."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

VISITS = """
CREATE TABLE visit (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT
) STRICT
"""

PINS = """
CREATE TABLE pin (
  person TEXT PRIMARY KEY,
  salt BLOB NOT NULL,
  digest BLOB NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER,
  set_at INTEGER NOT NULL
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the migrations about people."""

    @migrations(name="people_001_visits_and_pins")
    def visits_and_pins(db: sqlite_utils.Database) -> None:
        for statement in (VISITS, PINS, "CREATE INDEX visit_person ON visit(person, started_at)"):
            db.execute(statement)
