"""A debit that waits for a second person, killed while it is ordered, decided and sent."""

from __future__ import annotations

from dataclasses import replace

from dashboard.desk import Desk
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.errors import DeskError
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import DebitOrder, DebitState, Purpose
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


def _approve(desk: Desk) -> None:
    for approval, _ in desk.approvals.waiting(CHECKER):
        desk.approvals.approve(CHECKER, approval.id, desk.approvals.question(CHECKER, approval.id).digest)


def act_approval(crash: CrashFixture) -> None:
    """One person orders, another approves."""
    desk = _open(crash)
    _order(crash, desk)
    _approve(desk)
    desk.close()


def resume_approval(crash: CrashFixture) -> None:
    """It goes on by itself; the first person sends their form again, the second approves what still waits."""
    desk = _open(crash)
    desk.jobs.run_due()
    id = _order(crash, desk)
    try:
        _approve(desk)
    except DeskError as error:
        crash.notes["refused"] = error.code
    if desk.debits.get(crash.actor, id).state is DebitState.UNSENT:
        desk.debits.confirm_again(crash.actor, id, crash.balance(desk))
        _approve(desk)
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
