"""The flows of a debit: the order, a payment that a lost answer left behind, and its risk."""

from __future__ import annotations

from datetime import date, timedelta

from dashboard.desk import Desk
from dashboard.domain.models import Debit, DebitOrder, DebitState, Purpose
from dashboard.domain.schedules import ScheduleOrder, ScheduleState
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.crash.linking import linked


def act_debit(crash: CrashFixture) -> None:
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


def resume_debit(crash: CrashFixture) -> None:
    """It goes on by itself; an order that was not sent asks, and a person confirms it again."""
    desk = crash.open()
    desk.jobs.run_due()
    for debit in desk.debits.recent(crash.actor):
        if debit.state is DebitState.UNSENT:
            desk.debits.confirm_again(crash.actor, debit.id, crash.balance(desk))
    desk.close()


def check_debit(crash: CrashFixture) -> Notes:
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


# A debit that waits for its day.


def prepare_schedule(crash: CrashFixture, desk: Desk) -> Notes:
    """An account, and the first day for which a debit of it can be scheduled."""
    made = linked(crash, desk)
    return {**made, "first_on": desk.schedules.first_day(crash.actor).isoformat()}


def act_schedule(crash: CrashFixture) -> None:
    """It is scheduled; then its day comes. What is held is confirmed again by a person."""
    desk, made = crash.open(), crash.notes["made"]
    first = made["first_on"]
    order = ScheduleOrder(made["ticket"], made["account"], 1_234, "DAY", Purpose.SERVICES, date.fromisoformat(first))
    (debit,) = desk.schedules.order(crash.actor, order)
    schedule = desk.schedules.get(crash.actor, debit.id)
    ahead = schedule.due_at + timedelta(minutes=1) - desk.clock.now() if schedule else timedelta()
    if ahead > timedelta(seconds=30):
        crash.sandbox.post("/_sandbox/clock/advance", {"seconds": int(ahead.total_seconds())})
    desk.follow_sandbox()
    desk.schedules.wake_due()
    desk.jobs.run_due()
    if desk.debits.get(crash.actor, debit.id).state is DebitState.UNSENT:
        desk.debits.confirm_again(crash.actor, debit.id, crash.balance(desk))
    desk.close()


def check_schedule(crash: CrashFixture) -> Notes:
    """One movement, the day released once, and the limit used once."""
    found = check_debit(crash)
    desk = crash.open()
    (debit,) = desk.debits.recent(crash.actor)
    schedule = desk.schedules.get(crash.actor, debit.id)
    if schedule is None or schedule.state is not ScheduleState.RELEASED:
        found["stuck"] = f"sent, and its schedule says {schedule and schedule.state}"
    desk.close()
    return found


# A PaymentIntent that a lost answer left behind.


def prepare_stray(crash: CrashFixture, desk: Desk) -> Notes:
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


def act_stray(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()
    desk.debits.cancel_strays()
    desk.close()


def check_stray(crash: CrashFixture) -> Notes:
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    listed = {one["id"]: one["status"] for one in crash.sandbox.stripe("payment_intents", customer=made["customer"])}
    if listed.pop(made["stray"]) != "canceled" or list(listed.values()) != ["processing"] or desk.store.jobs.open():
        found["stuck"] = f"the leftover is not canceled, or more than it: {listed}"
    desk.close()
    return found


# The risk of a debit, and what became of it, by Plaid's Signal.


def prepare_risk(crash: CrashFixture, desk: Desk) -> Notes:
    return linked(crash, desk, products=("auth", "signal"))


def _open_with_risk(crash: CrashFixture) -> Desk:
    crash.notes["environ"] = {"PLAID_RISK": "signal"}
    return crash.open()


def act_risk(crash: CrashFixture) -> None:
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


def resume_risk(crash: CrashFixture) -> None:
    """The desk goes on by itself; the person asks again where nothing was ordered, and confirms what was not sent."""
    desk = _open_with_risk(crash)
    desk.jobs.run_due()
    for debit in desk.debits.recent(crash.actor):
        if debit.state is DebitState.UNSENT:
            balance = desk.debits.check_funds(crash.actor, debit.bank_account_id, debit.amount_cents)
            desk.debits.confirm_again(crash.actor, debit.id, balance)
    desk.close()
    act_risk(crash)


def check_risk(crash: CrashFixture) -> Notes:
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
