"""The flows that are killed: how each begins, what is killed, how it resumes, and what must be true afterwards.

A new flow joins by one line in FLOWS.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dashboard.backup import Backups, restore
from dashboard.clock import Clock
from dashboard.desk import Desk
from dashboard.filters import PaymentFilter
from dashboard.models import DebitOrder, DebitState, Purpose
from dashboard.rotation import rotate
from dashboard.settings import load_settings
from dashboard.store.database import Database
from dashboard.store.erasures import Stage
from dashboard.store.objects import KINDS
from dashboard.store.vault import Vault, make_key
from tests.crash import connections
from tests.crash.flow import Flow, Notes, begin, common
from tests.crash.house import House
from tests.crash.linking import (
    act_link,
    act_phone,
    check_link,
    linked,
    prepare_link,
    prepare_phone,
    resume_link,
    resume_phone,
)
from tests.planted import find_secrets

# Debit.


def _act_debit(house: House) -> None:
    desk = house.open()
    order = DebitOrder(
        ticket=house.notes["made"]["ticket"],
        bank_account_id=house.notes["made"]["account"],
        amount_cents=1_234,
        invoice_reference="CRASH",
        purpose=Purpose.SERVICES,
        balance=house.balance(desk),
    )
    desk.debits.submit(house.actor, order)
    desk.close()


def _resume_debit(house: House) -> None:
    desk = house.open()
    desk.debits.resume_all()
    desk.close()


def _check_debit(house: House) -> Notes:
    desk = house.open()
    found = common(desk)
    account = desk.onboarding.account(house.actor, house.notes["made"]["account"])
    intents = house.sandbox.stripe("payment_intents", customer=account.stripe_customer_id, limit=100)
    found["second_debits"] = max(0, len(intents) - 1)
    debits = desk.debits.recent(house.actor)
    if intents and not debits:
        found["stuck"] = "money was ordered and no row says so"
    for debit in debits:
        if debit.state not in {DebitState.SUBMITTED, DebitState.UNKNOWN}:
            found["stuck"] = debit.state.value
    desk.close()
    return found


# Customers.


def _prepare_merge(house: House, desk: Desk) -> Notes:
    made = linked(house, desk)
    gone = desk.onboarding.account(house.actor, made["account"])
    return {**made, "gone": gone.customer_id, "kept": house.add_customer(desk), "stripe": gone.stripe_customer_id}


def _act_merge(house: House) -> None:
    desk, made = house.open(), house.notes["made"]
    if desk.customers.successor(house.actor, made["gone"]) is None:
        desk.merging.merge(house.actor, made["kept"], made["gone"])
    desk.customers.edit(house.actor, made["kept"], name="Merged And Corrected")
    desk.close()


def _resume_merge(house: House) -> None:
    """What Stripe was not told is told by itself, once the dead process's turn is over; then the person goes on."""
    desk = house.open()
    desk.store.database.handle.execute("UPDATE customer_telling SET lease_until = 0")
    desk.tellings.tell_due()
    desk.close()
    _act_merge(house)


def _check_merge(house: House) -> Notes:
    desk, made = house.open(), house.notes["made"]
    found = common(desk)
    owner = desk.onboarding.account(house.actor, made["account"]).customer_id
    counts = desk.store.customer_files.counts(made["gone"])
    if owner != made["kept"] or any(counts.values()):
        found["stuck"] = f"the account is {owner}'s, and {counts} stayed behind"
    told = next(one for one in house.sandbox.stripe("customers", limit=100) if one["id"] == made["stripe"])
    if told["name"] != "Merged And Corrected" or desk.store.tellings.get(made["kept"]):
        found["stuck"] = f"Stripe knows {told['name']}"
    desk.close()
    return found


# Forgetting a customer, and changing Plaid's access tokens.


def _prepare_erasure(house: House, desk: Desk) -> Notes:
    made = linked(house, desk)
    account = desk.onboarding.account(house.actor, made["account"])
    customer = desk.customers.get(house.actor, account.customer_id)
    token = desk.store.items.access_token(account.item_id).reveal()
    known = {"customer": customer.id, "name": customer.name, "email": customer.email, "reference": customer.reference}
    return {**made, **known, "token": token, "stripe": account.stripe_customer_id}


def _act_erasure(house: House) -> None:
    desk, made = house.open(), house.notes["made"]
    desk.erasing.order(house.actor, made["customer"], made["reference"])
    desk.close()


def _resume_erasure(house: House) -> None:
    """It goes on by itself once the dead process's turns are over; the person asks again where nothing was ordered."""
    desk = house.open()
    desk.removals.resume_all()  # at start
    desk.store.database.handle.execute("UPDATE erasure SET next_at = 0")
    desk.erasing.resume_all()
    desk.close()
    _act_erasure(house)


def _check_erasure(house: House) -> Notes:
    desk, made = house.open(), house.notes["made"]
    found = common(desk)
    erasure = desk.erasing.find(house.actor, made["customer"])
    if erasure is None or erasure.stage is not Stage.DONE:
        found["stuck"] = f"the erasure stands at {erasure}"
    if house.sandbox.lives(made["token"]):
        found["lost_tokens"] = 1
    told = next(one for one in house.sandbox.stripe("customers", limit=100) if one["id"] == made["stripe"])
    if told["email"] or told["name"] == made["name"]:
        found["stuck"] = f"Stripe still knows {told['name']}"
    words = {made[name]: name for name in ("name", "email", "token")}
    left = find_secrets(words, {path.name: path.read_bytes() for path in house.folder.glob("desk-*.db*")})
    if left:
        found["stuck"] = f"left behind: {left}"
    desk.close()
    return found


def _act_tokens(house: House) -> None:
    desk = house.open()
    desk.plaid_tokens.rotate(house.actor)
    desk.close()


def _resume_tokens(house: House) -> None:
    desk = house.open()
    desk.store.database.handle.execute("UPDATE token_rotation SET next_at = 0")
    desk.plaid_tokens.resume_all()
    desk.close()


def _check_tokens(house: House) -> Notes:
    """Every connection has a token that works, or says on the list that it must be linked anew."""
    desk = house.open()
    found = common(desk)
    lost = {item.id for _, item in desk.plaid_tokens.lost(house.actor)}
    for item in desk.store.items.list():
        alive = house.sandbox.lives(desk.store.items.access_token(item.id).reveal())
        if alive == (item.id in lost):
            found["lost_tokens"] = 1
    if desk.plaid_tokens.stand(house.actor).going_on:
        found["stuck"] = "a change of a token goes on for ever"
    desk.close()
    return found


# Sync.


def _act_sync(house: House) -> None:
    desk = house.open()
    desk.sync.run()
    desk.close()


def _check_sync(house: House) -> Notes:
    desk = house.open()
    found = common(desk)
    listed = house.sandbox.list_all("charges")
    for charge in listed:
        kept = desk.store.payments.parts(charge["id"])["charge"]
        if not kept or kept[0]["status"] != charge["status"]:
            found["stuck"] = f"{charge['id']} is not as Stripe lists it: the cursor ran ahead of the rows"
    sums = desk.store.payments.sums(PaymentFilter(), desk.payments.today())
    if sums.count < len(listed):
        found["stuck"] = f"{sums.count} payments of {len(listed)}"
    desk.close()
    return found


def _look_for_gaps(house: House) -> Notes:
    """Whatever a cursor says was read is there: what is newer than a window's place, and what events name."""
    database = Database(house.db)
    ask = database.handle.query
    tables = {row["name"] for row in ask("SELECT name FROM sqlite_master")}
    found: Notes = {"integrity_failures": len(database.check_integrity())}
    if "sync_window" in tables:
        for resource, objects in house.sandbox.kept_lists.items():
            table = KINDS[resource].table
            windows = list(ask("SELECT * FROM sync_window WHERE resource = ?", [resource]))
            rows = {row["id"]: row["created"] for row in ask(f"SELECT id, created FROM {table}")}
            for one in objects:
                if _claims_to_have_read(windows, one["created"], rows) and one["id"] not in rows:
                    found["cursor_ahead"] = f"{one['id']} is behind a window's place and is not kept"
        worked_off = {row["id"] for row in ask("SELECT id FROM sync_event")}
        for event in house.sandbox.list_all("events") if worked_off else []:
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


# Keys and restore.


def _prepare_keys(house: House, desk: Desk) -> Notes:
    linked(house, desk)
    old, new = house.environ()["ACH_DESK_KEY"], make_key().reveal()
    return {"old": old, "new": new}


def _rotate(house: House) -> None:
    house.notes["environ"] = {"ACH_DESK_KEY": f"{house.notes['made']['new']},{house.notes['made']['old']}"}
    desk = house.open()
    rotate(house.actor, desk.store.database, desk.store.sealed, desk.store.trail, Clock(), lambda done: None)
    desk.close()


def _check_keys(house: House) -> Notes:
    house.notes["environ"] = {"ACH_DESK_KEY": house.notes["made"]["new"]}
    desk = house.open()
    found = common(desk)
    if not desk.store.sealed.are_readable():
        found["lost_tokens"] = 1
    desk.close()
    return found


def _prepare_restore(house: House, desk: Desk) -> Notes:
    linked(house, desk)
    backups = Backups(desk.store.database, desk.store.trail, Vault(desk.settings.keys), Clock(), house.folder / "kept")
    return {"backup": backups.make(house.actor, sealed=True).name}


def _restore(house: House) -> None:
    settings = load_settings(house.environ(), None)
    source: Path = house.folder / "kept" / house.notes["made"]["backup"]
    restore(source, settings.db, Vault(settings.keys), {}, house.actor, Clock())


def _check_restore(house: House) -> Notes:
    desk = house.open()
    found = common(desk)
    if not desk.store.sealed.sample():
        found["lost_tokens"] = 1
    desk.close()
    return found


def _prepare_nothing(house: House, desk: Desk) -> Notes:
    return {}


def _prepare_events(house: House, desk: Desk) -> Notes:
    desk.sync.run()
    return linked(house, desk)


def _act_events(house: House) -> None:
    if not house.notes["made"].get("acted"):
        house.notes["made"]["acted"] = True
        _act_debit(house)
    _act_sync(house)


FLOWS: dict[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow("onboarding-current", begin(prepare_link), act_link, resume_link, check_link),
        Flow("onboarding-classic", begin(prepare_link), act_link, resume_link, check_link, "classic"),
        Flow("onboarding-phone", begin(prepare_phone), act_phone, resume_phone, check_link),
        Flow(
            "relink",
            begin(connections.prepare_relink),
            connections.act_relink,
            connections.resume_relink,
            connections.check_relink,
        ),
        Flow(
            "replacement",
            begin(connections.prepare_replacement),
            connections.act_replacement,
            connections.resume_replacement,
            connections.check_replacement,
        ),
        Flow("removal", begin(linked), connections.act_removal, connections.resume_removal, connections.check_removal),
        Flow("merge-and-edit", begin(_prepare_merge), _act_merge, _resume_merge, _check_merge),
        Flow("debit", begin(linked), _act_debit, _resume_debit, _check_debit),
        Flow(
            "sync-backfill",
            begin(_prepare_nothing),
            _act_sync,
            _act_sync,
            _check_sync,
            stride=7,
            look=_look_for_gaps,
            shared=True,
        ),
        Flow("sync-events", begin(_prepare_events), _act_events, _act_sync, _check_sync, look=_look_for_gaps),
        Flow("key-rotation", begin(_prepare_keys), _rotate, _rotate, _check_keys, shared=True),
        Flow("erasure", begin(_prepare_erasure), _act_erasure, _resume_erasure, _check_erasure),
        Flow("plaid-token-rotation", begin(linked), _act_tokens, _resume_tokens, _check_tokens),
        Flow("restore", begin(_prepare_restore), _restore, _restore, _check_restore, shared=True),
    )
}
