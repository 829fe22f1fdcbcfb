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

# Wrong PINs in a row: of a person, or at a device that was handed over.
TRIES = """
CREATE TABLE pin_try (
  place TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  locked_until INTEGER
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the migrations about people."""

    @migrations(name="people_001_visits_and_pins")
    def visits_and_pins(db: sqlite_utils.Database) -> None:
        for statement in (VISITS, PINS, "CREATE INDEX visit_person ON visit(person, started_at)"):
            db.execute(statement)

    @migrations(name="people_002_tries_and_roles")
    def tries_and_roles(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE visit ADD COLUMN roles TEXT NOT NULL DEFAULT ''")
        db.execute("ALTER TABLE visit ADD COLUMN has_auth_time INTEGER NOT NULL DEFAULT 0")
        db.execute("ALTER TABLE pin DROP COLUMN failures")
        db.execute("ALTER TABLE pin DROP COLUMN locked_until")
        db.execute(TRIES)
