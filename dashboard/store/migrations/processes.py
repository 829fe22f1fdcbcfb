"""The tables of what several processes share: who runs, and the exports that any of them hands out."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

PROCESSES = """
CREATE TABLE process (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('web', 'sync', 'backups')),
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""
EXPORTS = """
CREATE TABLE export (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  device TEXT NOT NULL,
  visit TEXT NOT NULL,
  made_in TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'failed')),
  is_stopped INTEGER NOT NULL DEFAULT 0 CHECK (is_stopped IN (0, 1)),
  is_noted INTEGER NOT NULL DEFAULT 0 CHECK (is_noted IN (0, 1)),
  format TEXT NOT NULL,
  zone TEXT NOT NULL,
  words TEXT NOT NULL,
  facts TEXT NOT NULL,
  total INTEGER NOT NULL,
  rows INTEGER NOT NULL DEFAULT 0,
  problem TEXT,
  started_at INTEGER NOT NULL
) STRICT
"""
ENDED = """
CREATE TRIGGER export_ended BEFORE UPDATE OF state ON export
WHEN OLD.state IN ('done', 'stopped', 'failed') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'an export that has ended stays as it is'); END
"""


def define(migrations: Migrations) -> None:
    """Register the migrations."""

    @migrations(name="processes_001_who_runs")
    def processes(db: sqlite_utils.Database) -> None:
        db.execute(PROCESSES)

    @migrations(name="processes_002_exports")
    def exports(db: sqlite_utils.Database) -> None:
        db.execute(EXPORTS)
        db.execute("CREATE INDEX export_of ON export (person, started_at)")
        db.execute(ENDED)
