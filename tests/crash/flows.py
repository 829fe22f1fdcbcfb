"""The flows that are killed: how each begins, what is killed, how it resumes, and what must be true afterwards.

A new flow joins by one line in FLOWS.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dashboard.desk import Desk
from dashboard.domain.clock import Clock
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Debit, DebitOrder, DebitState, Purpose
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.operations.backup import Backups, restore
from dashboard.operations.key_rotation import rotate
from dashboard.settings import load_settings
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from dashboard.store.payments.stripe_objects import RESOURCES
from dashboard.store.privacy.erasures import Stage
from tests.crash import connections
from tests.crash.approvals import act_approval, check_approval, prepare_approval, resume_approval
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Flow, Notes, begin, common
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
from tests.mail_server import of_this_process
from tests.planted_secrets import find_secrets

# Debit.


def _act_debit(crash: CrashFixture) -> None:
    desk = crash.open()
    order = DebitOrder(
        ticket=crash.notes["made"]["ticket"],
        bank_account_id=crash.notes["made"]["account"],
        amount_cents=1_234,
        invoice_reference="CRASH",
        purpose=Purpose.SERVICES,
        balance=crash.balance(desk),
    )
    desk.debits.submit(crash.actor, order)
    desk.close()


def _resume_debit(crash: CrashFixture) -> None:
    """It goes on by itself; an order that was not sent asks, and a person confirms it again."""
    desk = crash.open()
    desk.jobs.run_due()
    for debit in desk.debits.recent(crash.actor):
        if debit.state is DebitState.UNSENT:
            desk.debits.confirm_again(crash.actor, debit.id, crash.balance(desk))
    desk.close()


def _check_debit(crash: CrashFixture) -> Notes:
    desk = crash.open()
    found = common(desk)
    account = desk.linking.account(crash.actor, crash.notes["made"]["account"])
    intents = crash.sandbox.stripe("payment_intents", customer=account.stripe_customer_id, limit=100)
    moving = [one for one in intents if one["status"] != "canceled"]
    found["second_debits"] = max(0, len(moving) - 1)
    debits = desk.debits.recent(crash.actor)
    if intents and not debits:
        found["stuck"] = "money was ordered and no row says so"
    for debit in debits:
        if debit.state is not DebitState.SUBMITTED or [one["status"] for one in moving] != ["processing"]:
            found["stuck"] = f"{debit.state.value}, and at Stripe {[one['status'] for one in moving]}"
    desk.close()
    return found


# A PaymentIntent that a lost answer left behind.


def _prepare_stray(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk)
    account = desk.linking.account(crash.actor, made["account"])
    order = DebitOrder(made["ticket"], account.id, 1_234, "STRAY", Purpose.SERVICES, crash.balance(desk))
    debit = desk.debits.submit(crash.actor, order)
    body = {
        "amount": 1_234,
        "currency": "usd",
        "customer": account.stripe_customer_id,
        "payment_method": account.stripe_bank_account_id,
        "allowed_payment_method_types": ["us_bank_account"],
        "metadata": {"ach_desk_debit": debit.id},
    }
    stray = desk.stripe.create_payment_intent(body, key=f"stray-{debit.id}")
    desk.store.projection.apply("payment_intents", [stray])
    return {**made, "stray": stray["id"], "customer": account.stripe_customer_id}


def _act_stray(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()
    desk.debits.cancel_strays()
    desk.close()


def _check_stray(crash: CrashFixture) -> Notes:
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    listed = {one["id"]: one["status"] for one in crash.sandbox.stripe("payment_intents", customer=made["customer"])}
    if listed.pop(made["stray"]) != "canceled" or list(listed.values()) != ["processing"] or desk.store.jobs.open():
        found["stuck"] = f"the leftover is not canceled, or more than it: {listed}"
    desk.close()
    return found


# The customer's copy by mail: once, or a person is asked.


def _prepare_copy_mail(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk)
    (one,) = desk.mandates.of_account(crash.actor, made["account"])
    return {**made, "mandate": one.mandate.id, "address": one.customer.email}


def _with_mail(crash: CrashFixture) -> Desk:
    crash.notes["environ"] = {
        "ACH_DESK_SMTP_HOST": "127.0.0.1",
        "ACH_DESK_SMTP_PORT": str(of_this_process().port),
        "ACH_DESK_SMTP_TLS": "none",
        "ACH_DESK_SMTP_FROM": "billing@example.com",
    }
    return crash.open()


def _act_copy_mail(crash: CrashFixture) -> None:
    desk, made = _with_mail(crash), crash.notes["made"]
    desk.jobs.run_due()
    if desk.copy_mails.status(crash.actor, made["mandate"]) is None:
        desk.copy_mails.send(crash.actor, made["account"], made["mandate"])
    desk.close()


def _check_copy_mail(crash: CrashFixture) -> Notes:
    desk, made = _with_mail(crash), crash.notes["made"]
    found = common(desk)
    sent = sum(one["To"] == made["address"] for one in of_this_process().received)
    job = desk.copy_mails.status(crash.actor, made["mandate"])
    if job is None or sent > 1 or job.state not in {JobState.DONE, JobState.ASKING}:
        found["stuck"] = f"{sent} mails were sent, and the job is {job.state if job else 'gone'}"
    desk.close()
    return found


# The risk of a debit, and what became of it, by Plaid's Signal.


def _prepare_risk(crash: CrashFixture, desk: Desk) -> Notes:
    return linked(crash, desk, products=("auth", "signal"))


def _open_with_risk(crash: CrashFixture) -> Desk:
    crash.notes["environ"] = {"PLAID_RISK": "signal"}
    return crash.open()


def _act_risk(crash: CrashFixture) -> None:
    desk, made = _open_with_risk(crash), crash.notes["made"]
    if not desk.debits.recent(crash.actor):
        balance = desk.debits.check_funds(crash.actor, made["account"], 1_234)
        order = DebitOrder(made["ticket"], made["account"], 1_234, "RISK", Purpose.SERVICES, balance)
        desk.debits.submit(crash.actor, order)
    debit = desk.debits.recent(crash.actor)[0]
    if debit.state is DebitState.SUBMITTED:
        _bring_back(desk, debit)
    desk.debits.report_risk()
    desk.debits.report_risk()  # what came back follows the decision
    desk.close()


def _bring_back(desk: Desk, debit: Debit) -> None:
    """What the sync keeps of a payment that the bank has sent back."""
    intent = desk.stripe.read_payment_intent(str(debit.payment_intent_id))
    charge = desk.stripe.read("charges", intent["latest_charge"])
    failed = {"status": "failed", "failure_code": "insufficient_funds", "outcome": {"network_decline_code": "R01"}}
    desk.store.projection.apply("charges", [{**charge, **failed}])


def _resume_risk(crash: CrashFixture) -> None:
    """The desk goes on by itself; the person asks again where nothing was ordered, and confirms what was not sent."""
    desk = _open_with_risk(crash)
    desk.jobs.run_due()
    for debit in desk.debits.recent(crash.actor):
        if debit.state is DebitState.UNSENT:
            balance = desk.debits.check_funds(crash.actor, debit.bank_account_id, debit.amount_cents)
            desk.debits.confirm_again(crash.actor, debit.id, balance)
    desk.close()
    _act_risk(crash)


def _check_risk(crash: CrashFixture) -> Notes:
    desk = _open_with_risk(crash)
    found = common(desk)
    account = desk.linking.account(crash.actor, crash.notes["made"]["account"])
    (debit,) = desk.debits.recent(crash.actor)
    assessed = desk.store.risk.of_debit(debit.id)
    told = {one["client_transaction_id"]: one for one in crash.sandbox.post("/_sandbox/plaid", {})["signal"]}
    said = told.get(assessed.id) if assessed else None
    if not said or not (said["decision"] or {}).get("initiated") or (said["return"] or {}).get("return_code") != "R01":
        found["stuck"] = f"{debit.state.value}: Plaid was told {said}"
    made = [one for one in told.values() if one["account_id"] == account.plaid_account_id and one["decision"]]
    found["second_debits"] = max(0, sum(one["decision"]["initiated"] for one in made) - 1)
    if desk.store.jobs.open():
        found["stuck"] = f"a report goes on for ever: {desk.store.jobs.open()}"
    desk.close()
    return found


# Customers.


def _prepare_merge(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk)
    gone = desk.linking.account(crash.actor, made["account"])
    return {**made, "gone": gone.customer_id, "kept": crash.add_customer(desk), "stripe": gone.stripe_customer_id}


def _act_merge(crash: CrashFixture) -> None:
    desk, made = crash.open(), crash.notes["made"]
    if desk.customers.successor(crash.actor, made["gone"]) is None:
        desk.merging.merge(crash.actor, made["kept"], made["gone"])
    desk.customers.edit(crash.actor, made["kept"], name="Merged And Corrected")
    desk.close()


def _resume_merge(crash: CrashFixture) -> None:
    """What Stripe was not told is told by itself; then the person goes on."""
    desk = crash.open()
    desk.jobs.run_due()
    desk.close()
    _act_merge(crash)


def _check_merge(crash: CrashFixture) -> Notes:
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    owner = desk.linking.account(crash.actor, made["account"]).customer_id
    counts = desk.store.customer_files.counts(made["gone"])
    if owner != made["kept"] or any(counts.values()):
        found["stuck"] = f"the account is {owner}'s, and {counts} stayed behind"
    told = next(one for one in crash.sandbox.stripe("customers", limit=100) if one["id"] == made["stripe"])
    if told["name"] != "Merged And Corrected" or desk.customers.open(crash.actor, made["kept"]).stripe_update:
        found["stuck"] = f"Stripe knows {told['name']}"
    desk.close()
    return found


# Erasing a customer, and changing Plaid's access tokens.


def _prepare_erasure(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk)
    account = desk.linking.account(crash.actor, made["account"])
    customer = desk.customers.get(crash.actor, account.customer_id)
    token = desk.store.items.access_token(account.item_id).reveal()
    known = {"customer": customer.id, "name": customer.name, "email": customer.email, "reference": customer.reference}
    return {**made, **known, "token": token, "stripe": account.stripe_customer_id}


def _act_erasure(crash: CrashFixture) -> None:
    desk, made = crash.open(), crash.notes["made"]
    desk.erasures.order(crash.actor, made["customer"], made["reference"])
    desk.close()


def _resume_erasure(crash: CrashFixture) -> None:
    """It goes on by itself once the dead process's turns are over; the person asks again where nothing was ordered."""
    desk = crash.open()
    while desk.jobs.run_due():  # a removal that ends wakes the erasure
        pass
    desk.close()
    _act_erasure(crash)


def _check_erasure(crash: CrashFixture) -> Notes:
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    erasure = desk.erasures.find(crash.actor, made["customer"])
    if erasure is None or erasure.stage is not Stage.DONE:
        found["stuck"] = f"the erasure stands at {erasure}"
    if crash.sandbox.lives(made["token"]):
        found["lost_tokens"] = 1
    told = next(one for one in crash.sandbox.stripe("customers", limit=100) if one["id"] == made["stripe"])
    if told["email"] or told["name"] == made["name"]:
        found["stuck"] = f"Stripe still knows {told['name']}"
    words = {made[name]: name for name in ("name", "email", "token")}
    left = find_secrets(words, {path.name: path.read_bytes() for path in crash.folder.glob("desk-*.db*")})
    if left:
        found["stuck"] = f"left behind: {left}"
    desk.close()
    return found


def _act_tokens(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.plaid_tokens.rotate(crash.actor)
    desk.close()


def _resume_tokens(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()
    desk.close()


def _check_tokens(crash: CrashFixture) -> Notes:
    """Every connection has a token that works, or says on the list that it must be linked anew."""
    desk = crash.open()
    found = common(desk)
    lost = {item.id for _, item in desk.plaid_tokens.lost(crash.actor)}
    for item in desk.store.items.list():
        alive = crash.sandbox.lives(desk.store.items.access_token(item.id).reveal())
        if alive == (item.id in lost):
            found["lost_tokens"] = 1
    if desk.plaid_tokens.status(crash.actor).going_on:
        found["stuck"] = "a change of a token goes on for ever"
    desk.close()
    return found


# Sync.


def _act_sync(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.sync.run()
    desk.close()


def _check_sync(crash: CrashFixture) -> Notes:
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


def _look_for_gaps(crash: CrashFixture) -> Notes:
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


# Keys and restore.


def _prepare_keys(crash: CrashFixture, desk: Desk) -> Notes:
    linked(crash, desk)
    old, new = crash.environ()["ACH_DESK_KEY"], make_key().reveal()
    return {"old": old, "new": new}


def _rotate(crash: CrashFixture) -> None:
    crash.notes["environ"] = {"ACH_DESK_KEY": f"{crash.notes['made']['new']},{crash.notes['made']['old']}"}
    desk = crash.open()
    rotate(crash.actor, desk.store.database, desk.store.sealed, desk.store.trail, Clock(), lambda done: None)
    desk.close()


def _check_keys(crash: CrashFixture) -> Notes:
    crash.notes["environ"] = {"ACH_DESK_KEY": crash.notes["made"]["new"]}
    desk = crash.open()
    found = common(desk)
    if not desk.store.sealed.are_readable():
        found["lost_tokens"] = 1
    desk.close()
    return found


def _prepare_restore(crash: CrashFixture, desk: Desk) -> Notes:
    linked(crash, desk)
    backups = Backups(desk.store.database, desk.store.trail, Vault(desk.settings.keys), Clock(), crash.folder / "kept")
    return {"backup": backups.make(crash.actor, sealed=True).name}


def _restore(crash: CrashFixture) -> None:
    settings = load_settings(crash.environ(), None)
    source: Path = crash.folder / "kept" / crash.notes["made"]["backup"]
    restore(source, settings.db, Vault(settings.keys), {}, crash.actor, Clock())


def _check_restore(crash: CrashFixture) -> Notes:
    desk = crash.open()
    found = common(desk)
    if not desk.store.sealed.sample():
        found["lost_tokens"] = 1
    desk.close()
    return found


def _prepare_nothing(crash: CrashFixture, desk: Desk) -> Notes:
    return {}


def _prepare_history(crash: CrashFixture, desk: Desk) -> Notes:
    """Everything that the sandbox has by now is read: seconds for the first run, news for the others."""
    desk.sync.run()
    return {}


def _act_events(crash: CrashFixture) -> None:
    if not crash.notes["made"].get("acted"):
        crash.notes["made"]["acted"] = True
        _act_debit(crash)
    _act_sync(crash)


FLOWS: dict[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow("linking-current", begin(prepare_link), act_link, resume_link, check_link, kinds=("link",)),
        Flow("linking-classic", begin(prepare_link), act_link, resume_link, check_link, "classic", kinds=("link",)),
        Flow("linking-phone", begin(prepare_phone), act_phone, resume_phone, check_link, kinds=("link",)),
        Flow(
            "relink",
            begin(connections.prepare_relink),
            connections.act_relink,
            connections.resume_relink,
            connections.check_relink,
            kinds=("link",),
        ),
        Flow(
            "replacement",
            begin(connections.prepare_replacement),
            connections.act_replacement,
            connections.resume_replacement,
            connections.check_replacement,
            kinds=("link", "removal"),
        ),
        Flow(
            "removal",
            begin(linked),
            connections.act_removal,
            connections.resume_removal,
            connections.check_removal,
            kinds=("removal",),
        ),
        Flow(
            "merge-and-edit",
            begin(_prepare_merge),
            _act_merge,
            _resume_merge,
            _check_merge,
            kinds=("customer_update",),
        ),
        Flow("debit", begin(linked), _act_debit, _resume_debit, _check_debit, kinds=("debit",)),
        Flow("approval", begin(prepare_approval), act_approval, resume_approval, check_approval, kinds=("debit",)),
        Flow("risk", begin(_prepare_risk), _act_risk, _resume_risk, _check_risk, kinds=("debit", "risk_report")),
        Flow(
            "stray-intent",
            begin(_prepare_stray),
            _act_stray,
            _act_stray,
            _check_stray,
            kinds=("stray_intent",),
        ),
        Flow(
            "copy-mail",
            begin(_prepare_copy_mail),
            _act_copy_mail,
            _act_copy_mail,
            _check_copy_mail,
            kinds=("copy_mail",),
        ),
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
        Flow(
            "sync-events",
            begin(linked),
            _act_events,
            _act_sync,
            _check_sync,
            look=_look_for_gaps,
            before=begin(_prepare_history),
        ),
        Flow("key-rotation", begin(_prepare_keys), _rotate, _rotate, _check_keys, shared=True),
        Flow("erasure", begin(_prepare_erasure), _act_erasure, _resume_erasure, _check_erasure, kinds=("erasure",)),
        Flow(
            "plaid-token-rotation",
            begin(linked),
            _act_tokens,
            _resume_tokens,
            _check_tokens,
            kinds=("token_rotation",),
        ),
        Flow("restore", begin(_prepare_restore), _restore, _restore, _check_restore, shared=True),
    )
}
