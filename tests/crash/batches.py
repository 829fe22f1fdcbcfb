"""A batch of debits, killed while it is checked, submitted, approved and sent row by row."""

from __future__ import annotations

from contextlib import suppress

from dashboard.desk import Desk
from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.errors import InputError
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import DebitState
from tests.crash.approvals import approve_waiting
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.crash.linking import linked

CENTS = (101, 102, 103)


def prepare_batch(crash: CrashFixture, desk: Desk) -> Notes:
    """An account, and a file with three debits of it."""
    made = linked(crash, desk)
    customer = desk.linking.account(crash.actor, made["account"]).customer_id
    rows = [f"{customer},{cents // 100}.{cents % 100:02},INV-{cents}" for cents in CENTS]
    return {**made, "file": "\n".join(["customer,amount,reference", *rows, ""])}


def act_batch(crash: CrashFixture) -> None:
    """One person drops the file and submits it, another approves; done again after a kill, as people would."""
    desk, made = crash.open(), crash.notes["made"]
    desk.jobs.run_due()
    batch = desk.batches.open(crash.actor, made["file"].encode(), "crash.csv")
    if batch.state is BatchState.DRAFT and desk.batch_cover.plan(crash.actor, batch.id)[0]:
        with suppress(InputError):  # it was ordered before the process died
            desk.batch_cover.ask(crash.actor, batch.id)
    if batch.state is BatchState.DRAFT:
        desk.batches.submit(crash.actor, batch.id)
    approve_waiting(desk)
    for _ in range(10):
        if desk.batches.resume(crash.actor, batch.id).state is not BatchState.SENDING:
            break
    for debit in desk.debits.recent(crash.actor):
        if debit.state is DebitState.UNSENT:
            desk.debits.confirm_again(crash.actor, debit.id, crash.balance(desk))
    desk.close()


def check_batch(crash: CrashFixture) -> Notes:
    """Three movements, one for each row, and the limits used by them once."""
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    account = desk.linking.account(crash.actor, made["account"])
    intents = crash.sandbox.stripe("payment_intents", customer=account.stripe_customer_id, limit=100)
    moving = sorted(one["amount"] for one in intents if one["status"] == "processing")
    found["second_debits"] = max(0, len(moving) - len(CENTS))
    (batch,) = desk.batches.recent(crash.actor)
    outcomes = desk.batches.rows(crash.actor, batch.id)
    states = {(one.row.state, one.debit_state) for one in outcomes}
    posted = {desk.store.limits.state(str(one.row.debit_id)) for one in outcomes}
    wanted = ({(RowState.ORDERED, DebitState.SUBMITTED)}, {ReservationState.POSTED}, BatchState.DONE)
    if moving != list(CENTS) or (states, posted, batch.state) != wanted:
        found["stuck"] = f"{moving}, {states}, {posted}, {batch.state}"
    desk.close()
    return found
