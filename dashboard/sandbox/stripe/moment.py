"""One instant at which something happens at Stripe: the tables, the time, and the events that it causes."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from dashboard.sandbox import ids
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe.tables import insert

API_VERSION = "2026-10-28.endive"
EVENT_DAYS = 30  # Stripe: events are kept for 30 days
DAY = 86400

Document = dict[str, Any]


def midnight(day: date) -> int:
    """The epoch second at which a UTC date begins, which is how Stripe writes dates."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def moment_of(at: int) -> datetime:
    """Epoch seconds as an aware UTC time."""
    return datetime.fromtimestamp(at, UTC)


@dataclass
class Moment:
    """The tables inside a transaction, and the time (epoch seconds) at which everything in it happens.

    `horizon` is the time before which events are not kept; `source` makes the ids of a seeded history repeat.
    """

    state: State
    db: sqlite3.Connection
    at: int
    horizon: int = 0
    request_id: str | None = None
    key: str | None = None
    source: random.Random | None = None

    def id(self, prefix: str, length: int = 24) -> str:
        """A new id; in a seeded history it begins with its time, which keeps a million inserts close together."""
        if self.source is None or length < 24:
            return ids.stripe_id(prefix, length, self.source)
        head, rest = "", self.at
        for _ in range(6):
            rest, digit = divmod(rest, 62)
            head = ids.BASE62[digit] + head
        return f"{prefix}_{head}" + "".join(self.source.choices(ids.BASE62, k=length - 6))

    def emit(self, type: str, document: Callable[[], Document], previous: Document | None = None) -> None:
        """Keep an event with the object as it is now, unless it would be too old to be listed."""
        if self.at < self.horizon:
            return
        request = {"id": self.request_id, "idempotency_key": self.key}
        insert(
            self.db,
            "events",
            id=self.id("evt"),
            type=type,
            created=self.at,
            object=json.dumps(document()),
            previous=json.dumps(previous) if previous else None,
            request=json.dumps(request) if self.request_id else None,
        )

    def schedule(self, due: int, kind: str, ref: str) -> None:
        """Have something happen later."""
        self.db.execute("INSERT INTO jobs (due, kind, ref) VALUES (?, ?, ?)", (due, kind, ref))
