"""Tables about webhooks: what was told, once each, and what is to be asked because of it."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils import Migrations

# `done_at` stays empty until what the event points at has been read from its provider.
EVENTS = """
CREATE TABLE webhook_event (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  done_at INTEGER,
  PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID
"""


def define(migrations: Migrations) -> None:
    """Register the migrations about webhooks."""

    @migrations(name="webhooks_001_events")
    def events(db: sqlite_utils.Database) -> None:
        db.execute(EVENTS)
        db.execute("CREATE INDEX webhook_event_open ON webhook_event(provider, received_at) WHERE done_at IS NULL")
