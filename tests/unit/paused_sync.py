"""A Stripe account that goes on while the sync of a store stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Settings
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.payments.stripe_objects import RESOURCES
from dashboard.sync import Sync
from tests.empty_desks import open_store
from tests.stripe_account import Account

START = datetime(2026, 11, 24, 15, tzinfo=UTC)
LONG, SHORT = timedelta(days=40), timedelta(days=3)  # longer than Stripe keeps events, and not


def at_once(_seconds: float) -> None:
    """No pause and no pacing: the tests move the clock themselves."""


class Desk:
    """An account at Stripe, and a desk that follows it when it is told to."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.clock = FixedClock(START)
        self.account = Account(self.clock)
        self.store = open_store(folder / "desk.db", Vault([make_key()]), self.clock, ZoneInfo("America/New_York"))
        self.settings = settings

    def sync(self, *, full: bool = False) -> None:
        """One run, as the next process would make it."""
        self.fresh().run(full=full)

    def fresh(self) -> Sync:
        """The sync of a process of its own."""
        stripe = cast(Stripe, self.account)
        return Sync(self.store, stripe, self.clock, self.settings, sleep=at_once, pace=at_once)

    def pause(self, length: timedelta) -> None:
        """Time in which nothing is read."""
        self.clock.move(length)

    def state(self, charge: dict[str, Any]) -> str:
        """The state that the payment of a charge is shown in."""
        found = self.store.payments.get(charge["id"])
        assert found is not None
        return str(found["state"])

    def differences(self) -> list[str]:
        """Kept rows that are not what Stripe says, and objects that are not kept."""
        wrong = []
        for resource, kind in RESOURCES.items():
            shown = [name for name in kind.columns if name not in {"payout_id", "itemized"}]
            rows = {row["id"]: row for row in self.store.database.handle.query(f"SELECT * FROM {kind.table}")}
            for id, thing in self.account.objects[resource].items():
                wanted = dict(zip(kind.columns, kind.read(thing), strict=True))
                kept = rows.get(id)
                if kept is None:
                    wrong.append(f"{id} is not kept")
                else:
                    other = [name for name in shown if kept[name] != wanted[name]]
                    wrong += [f"{id}.{name} is {kept[name]} and not {wanted[name]}" for name in other]
        return wrong


@pytest.fixture
def desk(tmp_path: Path, make_settings: Callable[..., Settings]) -> Iterator[Desk]:
    made = Desk(tmp_path, make_settings(STRIPE_READS_PER_SECOND="5000", STRIPE_READS_PER_SECOND_TOTAL="5000"))
    yield made
    made.store.close()


def succeeded(desk: Desk, amount: int = 5_000) -> dict[str, Any]:
    charge = desk.account.debit(amount)
    desk.account.settle(charge["id"])
    return charge


def keep_mandate(desk: Desk, id: str, status: str = "active") -> None:
    """A mandate with its account, as a link leaves them; only what this file asks for."""
    database = desk.store.database
    database.handle.execute("PRAGMA foreign_keys = OFF")
    with database.transaction() as db:
        for table, values in (
            ("mandate", {"stripe_mandate_id": id, "status": status}),
            ("bank_account", {"mandate_id": id, "mandate_status": status}),
        ):
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            needed = {name: 1 if kind == "INTEGER" else "x" for _, name, kind, must, given, _ in columns if must}
            row = {"id": id, **needed, **values}
            db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
    database.handle.execute("PRAGMA foreign_keys = ON")


def mandate_statuses(desk: Desk) -> list[str]:
    query = "SELECT status FROM mandate UNION ALL SELECT mandate_status FROM bank_account"
    return [row["status"] for row in desk.store.database.handle.query(query)]
