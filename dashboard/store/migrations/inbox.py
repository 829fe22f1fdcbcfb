"""The table of the inbox: what the team has made of its lines."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

MARKS = """
CREATE TABLE inbox_mark (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  assignee TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  done_as TEXT,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT
"""


def define(migrations: Migrations) -> None:
    """Register the inbox's migrations."""

    @migrations(name="inbox_001_marks")
    def marks(db: sqlite_utils.Database) -> None:
        db.execute(MARKS)
