"""A debit, a refund and a write-off that wait for a second person, killed while they are ordered, decided and done."""

from __future__ import annotations

from dataclasses import replace

from dashboard.desk import Desk
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.cases import CaseState, Outcome
from dashboard.domain.errors import DeskError
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import DebitOrder, DebitState, Purpose
from dashboard.domain.refunds import RefundOrder, RefundReason
from dashboard.staff.access import demo_actor
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.crash.linking import linked

CHECKER = replace(demo_actor("192.0.2.2"), name="checker", subject="s-checker")
RULES = {"ACH_DESK_APPROVE_ABOVE_CENTS": "1000", "ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS": "1234"}


def prepare_approval(crash: CrashFixture, desk: Desk) -> Notes:
    """An account to debit."""
    return linked(crash, desk)


def _open(crash: CrashFixture) -> Desk:
    crash.notes["environ"] = RULES
    return crash.open()


def _order(crash: CrashFixture, desk: Desk) -> str:
    made = crash.notes["made"]
    order = DebitOrder(made["ticket"], made["account"], 1_234, "TWO", Purpose.SERVICES, crash.balance(desk))
    return desk.debits.submit(crash.actor, order).id


def approve_waiting(desk: Desk) -> None:
    """A second person says yes to everything."""
    for approval, _ in desk.approvals.waiting(CHECKER):
        desk.approvals.approve(CHECKER, approval.id, desk.approvals.question(CHECKER, approval.id).digest)


def act_approval(crash: CrashFixture) -> None:
    """One person orders, another approves."""
    desk = _open(crash)
    _order(crash, desk)
    approve_waiting(desk)
    desk.close()


def resume_approval(crash: CrashFixture) -> None:
    """It goes on by itself; the first person sends their form again, the second approves what still waits."""
    desk = _open(crash)
    desk.jobs.run_due()
    id = _order(crash, desk)
    try:
        approve_waiting(desk)
    except DeskError as error:
        crash.notes["refused"] = error.code
    if desk.debits.get(crash.actor, id).state is DebitState.UNSENT:
        desk.debits.confirm_again(crash.actor, id, crash.balance(desk))
        approve_waiting(desk)
    desk.close()


def check_approval(crash: CrashFixture) -> Notes:
    """One movement, one approval that succeeded, and the limit used once."""
    desk, made = _open(crash), crash.notes["made"]
    found = common(desk)
    account = desk.linking.account(crash.actor, made["account"])
    intents = crash.sandbox.stripe("payment_intents", customer=account.stripe_customer_id, limit=100)
    moving = [one["status"] for one in intents if one["status"] != "canceled"]
    found["second_debits"] = max(0, len(moving) - 1)
    (debit,) = desk.debits.recent(crash.actor)
    newest = desk.store.approvals.newest("debit", debit.id)
    stands = (debit.state, moving, newest and newest.state, desk.store.limits.state(debit.id))
    if stands != (DebitState.SUBMITTED, ["processing"], ApprovalState.SUCCEEDED, ReservationState.POSTED):
        found["stuck"] = f"{stands}, {crash.notes.get('refused', 'nothing refused')}"
    desk.close()
    return found


# A refund, with and without its answer.


def prepare_refund(crash: CrashFixture, desk: Desk) -> Notes:
    """A debit of this run's own that has succeeded, as the sync would read it."""
    made = linked(crash, desk)
    order = DebitOrder(made["ticket"], made["account"], 1_234, "BACK", Purpose.SERVICES, crash.balance(desk))
    debit = desk.debits.submit(crash.actor, order)
    crash.sandbox.post("/_sandbox/clock/advance", {"business_days": 4})
    intent = desk.stripe.read_payment_intent(str(debit.payment_intent_id))
    desk.store.projection.apply("charges", [desk.stripe.read_charge(intent["latest_charge"])])
    return {**made, "charge": intent["latest_charge"], "refund": desk.refunds.ticket()}


def act_refund(crash: CrashFixture) -> None:
    """Half of it is given back, above what one person may."""
    crash.notes["environ"] = {"ACH_DESK_REFUND_PARTIAL": "yes", "ACH_DESK_REFUND_APPROVE_ABOVE_CENTS": "600"}
    desk, made = crash.open(), crash.notes["made"]
    desk.jobs.run_due()
    wanted = RefundOrder(made["refund"], made["charge"], 617, 617, RefundReason.REQUESTED)
    desk.refunds.order(crash.actor, wanted)
    approve_waiting(desk)
    desk.close()


def check_refund(crash: CrashFixture) -> Notes:
    """One refund at Stripe, one order that knows it, one approval that succeeded."""
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    there = crash.sandbox.stripe("refunds", charge=made["charge"], limit=100)
    found["second_debits"] = max(0, len(there) - 1)
    orders = desk.refunds.of_payment(crash.actor, made["charge"])
    newest = desk.store.approvals.newest("refund", orders[0].id) if orders else None
    stands = ([one["id"] for one in there], [one.stripe_refund_id for one in orders], newest and newest.state)
    if len(there) != 1 or stands[0] != stands[1] or stands[2] is not ApprovalState.SUCCEEDED:
        found["stuck"] = f"{stands}, {[one.state for one in orders]}"
    desk.close()
    return found


# A write-off.


def prepare_write_off(crash: CrashFixture, desk: Desk) -> Notes:
    """A payment that came back."""
    at = int(desk.clock.now().timestamp())
    charge = {"id": "py_crash", "created": at, "amount": 5_000, "currency": "usd", "status": "failed"}
    rail = {"payment_method_details": {"type": "us_bank_account"}, "failure_code": "account_closed"}
    desk.store.projection.apply("charges", [charge | rail])
    return {"payment": "py_crash"}


def act_write_off(crash: CrashFixture) -> None:
    """One person gives the money up, another approves it; sent again after a kill, as a person would."""
    desk = _open(crash)
    desk.jobs.run_due()
    case = desk.cases.get(crash.actor, "py_crash").case
    if case.state is CaseState.OPEN:
        desk.cases.write_off(crash.actor, case.id, "The company is gone")
    approve_waiting(desk)
    desk.close()


def check_write_off(crash: CrashFixture) -> Notes:
    """One decision with both names, one approval that succeeded."""
    desk = _open(crash)
    found = common(desk)
    shown = desk.cases.get(crash.actor, "py_crash")
    newest = desk.store.approvals.newest("write_off", shown.case.id)
    said = [one.what for one in shown.events].count("Written off: approved")
    stands = (shown.case.outcome, shown.case.approver, newest and newest.state, said)
    if stands != (Outcome.WRITTEN_OFF, CHECKER.name, ApprovalState.SUCCEEDED, 1):
        found["stuck"] = str(stands)
    desk.close()
    return found
