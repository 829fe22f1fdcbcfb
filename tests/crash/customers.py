"""The flows of a customer: their copy by mail, a merge, and an erasure."""

from __future__ import annotations

import uuid
from datetime import timedelta

from dashboard.desk import Desk
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Purpose, Secret
from dashboard.domain.old_accounts import OldState
from dashboard.domain.schedules import ScheduleOrder
from dashboard.messages.customer_screens import Language
from dashboard.store.privacy.erasures import Stage
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.crash.linking import linked
from tests.mail_server import of_this_process
from tests.planted_secrets import find_secrets

# The customer's copy by mail: once, or a person is asked.


def prepare_copy_mail(crash: CrashFixture, desk: Desk) -> Notes:
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


def act_copy_mail(crash: CrashFixture) -> None:
    desk, made = _with_mail(crash), crash.notes["made"]
    desk.jobs.run_due()
    if desk.copy_mails.status(crash.actor, made["mandate"]) is None:
        desk.copy_mails.send(crash.actor, made["account"], made["mandate"])
    desk.close()


def check_copy_mail(crash: CrashFixture) -> Notes:
    desk, made = _with_mail(crash), crash.notes["made"]
    found = common(desk)
    sent = sum(one["To"] == made["address"] for one in of_this_process().received)
    job = desk.copy_mails.status(crash.actor, made["mandate"])
    if job is None or sent > 1 or job.state not in {JobState.DONE, JobState.ASKING}:
        found["stuck"] = f"{sent} mails were sent, and the job is {job.state if job else 'gone'}"
    desk.close()
    return found


# A customer is told of a scheduled debit by mail: once, or it is left to a person.


def prepare_debit_notice(crash: CrashFixture, desk: Desk) -> Notes:
    """A debit for a Saturday, which is taken on another day, as its customer is told."""
    made = linked(crash, desk)
    saturday = desk.schedules.first_day(crash.actor) + timedelta(days=7)
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    order = ScheduleOrder(desk.debits.ticket(), made["account"], 1_234, "DAY", Purpose.SERVICES, saturday)
    (debit,) = desk.schedules.order(crash.actor, order)
    owner = desk.customers.get(crash.actor, debit.customer_id)
    return {**made, "debit": debit.id, "address": owner.email}


def act_debit_notice(crash: CrashFixture) -> None:
    """A person has it mailed; the desk goes on with it where the process died."""
    desk, made = _with_mail(crash), crash.notes["made"]
    desk.jobs.run_due()
    if desk.debit_notices.status(crash.actor, made["debit"]) is None:
        desk.debit_notices.send(crash.actor, made["debit"])
    desk.close()


def check_debit_notice(crash: CrashFixture) -> Notes:
    """One mail at most; where it surely went out it is kept, else the customer stands in the list."""
    desk, made = _with_mail(crash), crash.notes["made"]
    found = common(desk)
    sent = sum(one["To"] == made["address"] for one in of_this_process().received)
    job = desk.debit_notices.status(crash.actor, made["debit"])
    listed = [one.id for one, _, _ in desk.schedules.notices(crash.actor)]
    wanted = {JobState.DONE: [], JobState.CANCELED: [made["debit"]]}.get(job.state) if job else None
    if sent > 1 or listed != wanted:
        found["stuck"] = f"{sent} mails were sent, the job is {job.state if job else 'gone'}, listed is {listed}"
    desk.close()
    return found


# Two customers who are one.


def prepare_merge(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk)
    gone = desk.linking.account(crash.actor, made["account"])
    return {**made, "gone": gone.customer_id, "kept": crash.add_customer(desk), "stripe": gone.stripe_customer_id}


def act_merge(crash: CrashFixture) -> None:
    desk, made = crash.open(), crash.notes["made"]
    if desk.customers.successor(crash.actor, made["gone"]) is None:
        desk.merging.merge(crash.actor, made["kept"], made["gone"])
    desk.customers.edit(crash.actor, made["kept"], name="Merged And Corrected")
    desk.close()


def resume_merge(crash: CrashFixture) -> None:
    """What Stripe was not told is told by itself; then the person goes on."""
    desk = crash.open()
    desk.jobs.run_due()
    desk.close()
    act_merge(crash)


def check_merge(crash: CrashFixture) -> Notes:
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


# Erasing a customer.


def prepare_erasure(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk)
    account = desk.linking.account(crash.actor, made["account"])
    customer = desk.customers.get(crash.actor, account.customer_id)
    token = desk.store.items.access_token(account.item_id).reveal()
    known = {"customer": customer.id, "name": customer.name, "email": customer.email, "reference": customer.reference}
    return {**made, **known, "token": token, "stripe": account.stripe_customer_id}


def act_erasure(crash: CrashFixture) -> None:
    desk, made = crash.open(), crash.notes["made"]
    desk.erasures.order(crash.actor, made["customer"], made["reference"])
    desk.close()


def resume_erasure(crash: CrashFixture) -> None:
    """It goes on by itself once the dead process's turns are over; the person asks again where nothing was ordered."""
    desk = crash.open()
    while desk.jobs.run_due():  # a removal that ends wakes the erasure
        pass
    desk.close()
    act_erasure(crash)


def check_erasure(crash: CrashFixture) -> Notes:
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


# An authorization on paper for an account of the old rail.


def prepare_written(crash: CrashFixture, desk: Desk) -> Notes:
    """A customer with a bank account at Stripe and no mandate, as the old rail left them."""
    slug = uuid.uuid4().hex[:12]
    made = crash.sandbox.post(
        "/sandbox/public_token/create", {"institution_id": "ins_109508", "initial_products": ["auth"]}
    )
    token = desk.plaid.exchange(Secret(made["public_token"])).access_token
    account = next(one for one in desk.plaid.accounts(token) if one.subtype == "checking")
    bank = desk.plaid.make_stripe_token(token, account.id).token
    named = {"name": f"Crash {slug}", "email": f"{slug}@example.com"}
    stripe_customer = str(desk.stripe.create_customer(named, key=f"{slug}-customer")["id"])
    source = str(desk.stripe.attach_source(stripe_customer, bank, metadata={}, key=f"{slug}-source")["id"])
    desk.store.projection.apply("customers", [desk.stripe.read_customer(stripe_customer)])
    charge = {"id": f"py_{slug}", "created": int(desk.clock.now().timestamp()) - 9_000_000, "amount": 4_200}
    paid = {"currency": "usd", "status": "succeeded", "customer": stripe_customer, "payment_method": source}
    rail = {"payment_method_details": {"type": "ach_debit", "ach_debit": {"bank_name": "Bank", "last4": "6789"}}}
    desk.store.projection.apply("charges", [charge | paid | rail])
    desk.old_accounts.add_customer(crash.actor, source, f"Crash {slug}", f"{slug}@example.com", slug, "individual")
    return {"source": source, "stripe": stripe_customer}


def act_written(crash: CrashFixture) -> None:
    """The paper is written down; sent again after a kill, as a person would."""
    desk, source = crash.open(), crash.notes["made"]["source"]
    desk.jobs.run_due()
    if not desk.written_mandates.of_account(crash.actor, source):
        today = desk.clock.now().astimezone(desk.settings.timezone).date()
        desk.written_mandates.record(
            crash.actor,
            source,
            signed_on=today,
            kept_where="Folder 1",
            language=Language.ENGLISH,
            is_word_for_word=True,
        )
    desk.close()


def check_written(crash: CrashFixture) -> Notes:
    """One mandate at Stripe, which the desk knows."""
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    there = crash.sandbox.stripe("setup_intents", customer=made["stripe"], limit=100)
    kept = [one.setup_intent_id for one in desk.written_mandates.of_account(crash.actor, made["source"])]
    state = desk.old_accounts.get(crash.actor, made["source"]).state
    if len(there) != 1 or kept != [there[0]["id"]] or state is not OldState.COLLECTED:
        found["stuck"] = f"{len(there)} at Stripe, {kept} here, {state}"
    desk.close()
    return found
