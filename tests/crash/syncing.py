"""The flows of the sync: a backfill, and events."""

from __future__ import annotations

from typing import Any

from dashboard.desk import Desk
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.store.engine.database import Database
from dashboard.store.payments.stripe_objects import RESOURCES
from tests.crash.crash_fixture import CrashFixture
from tests.crash.debits import act_debit
from tests.crash.flow import Notes, common


def act_sync(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.sync.run()
    desk.close()


def check_sync(crash: CrashFixture) -> Notes:
    desk = crash.open()
    found = common(desk)
    listed = crash.sandbox.list_all("charges")
    for charge in listed:
        kept = desk.store.payments.parts(charge["id"])["charge"]
        if not kept or kept[0]["status"] != charge["status"]:
            found["stuck"] = f"{charge['id']} is not as Stripe lists it: the cursor ran ahead of the rows"
    sums = desk.store.payments.sums(PaymentFilter(), desk.payments.today())
    if sums.count < len(listed):
        found["stuck"] = f"{sums.count} payments of {len(listed)}"
    desk.close()
    return found


def look_for_gaps(crash: CrashFixture) -> Notes:
    """Whatever a cursor says was read is there: what is newer than a window's place, and what events name."""
    database = Database(crash.db)
    ask = database.handle.query
    tables = {row["name"] for row in ask("SELECT name FROM sqlite_master")}
    found: Notes = {"integrity_failures": len(database.check_integrity())}
    if "sync_window" in tables:
        for resource, objects in crash.sandbox.kept_lists.items():
            table = RESOURCES[resource].table
            windows = list(ask("SELECT * FROM sync_window WHERE resource = ?", [resource]))
            rows = {row["id"]: row["created"] for row in ask(f"SELECT id, created FROM {table}")}
            for one in objects:
                if _claims_to_have_read(windows, one["created"], rows) and one["id"] not in rows:
                    found["cursor_ahead"] = f"{one['id']} is behind a window's place and is not kept"
        worked_off = {row["id"] for row in ask("SELECT id FROM sync_event")}
        for event in crash.sandbox.list_all("events") if worked_off else []:
            thing = event["data"]["object"]
            if event["id"] not in worked_off or thing["object"] not in {"charge", "payment_intent"}:
                continue
            table = "charge" if thing["object"] == "charge" else "intent"
            if not list(ask(f"SELECT 1 FROM {table} WHERE id = ?", [thing["id"]])):
                found["cursor_ahead"] = f"{event['id']} is worked off and {thing['id']} is not kept"
    database.close()
    return found


def _claims_to_have_read(windows: list[dict[str, Any]], created: int, rows: dict[str, int]) -> bool:
    for window in windows:
        if window["start"] <= created < window["stop"]:
            reached = window["stop"] if window["after"] is None else rows.get(window["after"], window["stop"])
            if not window["done"] and created <= reached:
                return False
    return any(window["start"] <= created < window["stop"] for window in windows)


def prepare_nothing(crash: CrashFixture, desk: Desk) -> Notes:
    return {}


def prepare_history(crash: CrashFixture, desk: Desk) -> Notes:
    """Everything that the sandbox has by now is read: seconds for the first run, news for the others."""
    desk.sync.run()
    return {}


def act_events(crash: CrashFixture) -> None:
    if not crash.notes["made"].get("acted"):
        crash.notes["made"]["acted"] = True
        act_debit(crash)
    act_sync(crash)
