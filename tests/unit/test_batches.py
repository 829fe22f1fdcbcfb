"""A batch from its file over the approval to its end: every row one debit, nothing twice, nothing after a stop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from dashboard.batches.job import BREATH
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.errors import AccessDenied, InputError, ProviderLimited, Refused
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import Actor, DebitOrder, DebitState, Purpose, Role
from dashboard.limits import Reservations
from dashboard.store.audit_trail import TrailFilter
from dashboard.store.mandates.revocations import Revocation
from tests.unit.batch_scenes import (
    approve,
    desk,
    equal_rows,
    file_of,
    linked,
    make,
    now,
    opened,
    rows,
    run,
    sent,
    states,
    submitted,
)
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused
from tests.unit.two_people import CHECKER, MAKER

__all__ = ["desk", "make"]


def debited(given: DeskFixture) -> list[int]:
    return [int(one["amount"]) for one in given.stripe.debited]


def test_each_row_becomes_one_debit_in_the_order_of_the_file(desk: DeskFixture) -> None:
    batch = sent(desk, equal_rows(linked(desk, 5)))
    assert now(desk, batch).state is BatchState.DONE
    assert states(desk, batch) == [RowState.ORDERED] * 5
    assert {one.debit_state for one in rows(desk, batch)} == {DebitState.SUBMITTED}
    assert debited(desk) == [1_000] * 5
    ordered = [desk.store.debits.get(str(one.row.debit_id)) for one in rows(desk, batch)]
    assert [one.requested_by for one in ordered if one] == [MAKER.name] * 5
    assert [one["description"] for one in desk.stripe.debited] == [f"Invoice INV-{n}" for n in range(1, 6)]
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest and newest.state is ApprovalState.SUCCEEDED and newest.consumed_at is not None


def test_the_trail_names_who_ordered_each_debit_and_from_which_address(desk: DeskFixture) -> None:
    sent(desk, equal_rows(linked(desk, 2)))
    ordered = desk.store.trail.search(TrailFilter(action="debit.ordered"))
    assert [(row.actor, row.address) for row in ordered] == [(MAKER.name, MAKER.address)] * 2


def test_nothing_is_sent_before_a_second_person_approves(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 3)))
    desk.later(timedelta(hours=1))
    assert batch.state is BatchState.REVIEW and debited(desk) == []
    with pytest.raises(Refused, match="yourself"):
        approve(desk, batch, MAKER)
    assert run(desk, approve(desk, batch)).state is BatchState.DONE and debited(desk) == [1_000] * 3


def test_who_may_not_debit_opens_and_submits_nothing(desk: DeskFixture) -> None:
    content = equal_rows(linked(desk, 1))
    ops = Actor("olga@example.com", frozenset({Role.OPS}))
    with pytest.raises(AccessDenied):
        desk.batches.open(ops, content, "x.csv")
    batch = opened(desk, content)
    with pytest.raises(AccessDenied):
        desk.batches.submit(ops, batch.id)
    with pytest.raises(AccessDenied):
        desk.batches.stop(ops, batch.id)


def test_who_opened_the_file_submits_it_so_that_they_cannot_approve_it(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, 1)))
    with pytest.raises(Refused, match="opened this file"):
        desk.batches.submit(CHECKER, batch.id)
    assert now(desk, batch).state is BatchState.DRAFT


def test_the_same_file_again_opens_the_old_batch(desk: DeskFixture) -> None:
    content = equal_rows(linked(desk, 2))
    batch = sent(desk, content)
    again = opened(desk, content, CHECKER, "another name.csv")
    assert again.id == batch.id and again.state is BatchState.DONE
    assert debited(desk) == [1_000] * 2


def test_rows_count_in_the_limits_from_the_submission_and_no_more_after_each_end(
    make: Callable[..., DeskFixture],
) -> None:
    desk = make(ACH_DESK_LIMIT_DESK_DAY_CENTS="5000")
    customers = linked(desk, 4)

    def left() -> int:
        (use,) = Reservations(desk.store, desk.clock, desk.settings).uses("", MAKER.key)
        return use.left_cents

    first = submitted(desk, equal_rows(customers))
    assert left() == 1_000
    desk.batches.withdraw(MAKER, first.id)
    assert left() == 5_000 and now(desk, first).state is BatchState.WITHDRAWN
    second = desk.batches.submit(MAKER, desk.batches.again(MAKER, first.id).id)
    assert left() == 1_000
    newest = desk.store.approvals.newest("batch", second.id)
    assert newest is not None
    desk.approvals.decline(CHECKER, newest.id, "Not this month")
    assert left() == 5_000 and now(desk, second).state is BatchState.DECLINED
    third = desk.batches.submit(MAKER, desk.batches.again(MAKER, second.id).id)
    desk.later(timedelta(days=9))
    desk.approvals.expire_due()
    assert left() == 5_000 and now(desk, third).state is BatchState.EXPIRED
    done = run(desk, approve(desk, desk.batches.submit(MAKER, desk.batches.again(MAKER, third.id).id)))
    assert done.state is BatchState.DONE and left() == 1_000 and debited(desk) == [1_000] * 4


def test_a_row_hands_its_reservation_to_its_debit(make: Callable[..., DeskFixture]) -> None:
    """At the limit exactly: counted twice for a moment, the last row would not fit."""
    desk = make(ACH_DESK_LIMIT_DESK_DAY_CENTS="3000", ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS="1000")
    batch = sent(desk, equal_rows(linked(desk, 3)))
    assert batch.state is BatchState.DONE and debited(desk) == [1_000] * 3
    ids = [str(one.row.debit_id) for one in rows(desk, batch)]
    assert {desk.store.limits.state(id) for id in ids} == {ReservationState.POSTED}


def test_a_stop_takes_effect_within_one_row(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 4)))
    desk.stripe.meanwhile["confirm_payment_intent"] = lambda: at_next_confirm(
        desk, lambda: desk.batches.stop(MAKER, batch.id)
    )
    approve(desk, batch)
    assert run(desk, batch).state is BatchState.STOPPED
    assert states(desk, batch) == [RowState.ORDERED] * 2 + [RowState.CANCELED] * 2
    desk.later(timedelta(hours=2))
    assert debited(desk) == [1_000] * 2
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest and newest.state is ApprovalState.SUCCEEDED
    rest = desk.batches.again(MAKER, batch.id)
    assert rest.rows == 2 and rest.bad == 0, "the references of what was not sent are free again"
    assert run(desk, approve(desk, desk.batches.submit(MAKER, rest.id))).state is BatchState.DONE
    assert debited(desk) == [1_000] * 4


def at_next_confirm(given: DeskFixture, do: Callable[[], object]) -> None:
    given.stripe.meanwhile["confirm_payment_intent"] = do


def test_the_database_lets_no_row_be_ordered_once_its_batch_is_stopped(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 2)))
    row = rows(desk, batch)[0].row
    with pytest.raises(sqlite3.IntegrityError, match="while its batch is being sent"):
        desk.store.batches.order_row(row.id)
    desk.batches.withdraw(MAKER, batch.id)
    with pytest.raises(sqlite3.IntegrityError, match=r"stays so|being sent"):
        desk.store.batches.order_row(row.id)
    with pytest.raises(sqlite3.IntegrityError, match="stays there"):
        desk.store.batches.set_state(batch.id, BatchState.SENDING, desk.clock.now())


def test_one_row_that_fails_touches_no_other(desk: DeskFixture) -> None:
    """The bank of the second row says no; Stripe refuses the third; the fourth has no answer for long."""
    customers = linked(desk, 5)
    batch = submitted(desk, equal_rows(customers))
    desk.stripe.before["confirm_payment_intent"] = [lost(provider="stripe", maybe_done=False)]
    asked = iter([None, refused("INVALID_FIELD"), None, None, None])

    def each() -> None:
        error = next(asked)
        desk.plaid.meanwhile["balance"] = each
        if error is not None:
            raise error

    desk.plaid.meanwhile["balance"] = each
    run(desk, approve(desk, batch))
    outcomes = rows(desk, batch)
    assert [one.row.state for one in outcomes] == [
        *(RowState.ORDERED, RowState.REFUSED, RowState.ORDERED, RowState.ORDERED, RowState.ORDERED)
    ]
    assert outcomes[1].row.problem and outcomes[1].row.problem.code == "INVALID_FIELD"
    assert debited(desk) == [1_000] * 4 and now(desk, batch).state is BatchState.DONE
    ((listed, progress),) = desk.batches.attention(MAKER)
    assert listed.id == batch.id and progress.not_sent == 1


def test_a_bank_that_does_not_answer_keeps_the_others_waiting_for_minutes_only(desk: DeskFixture) -> None:
    customers = linked(desk, 3)
    batch = submitted(desk, equal_rows(customers))
    desk.plaid.before["balance"] = [lost(maybe_done=False)] * 5
    approve(desk, batch)
    for _ in range(10):
        desk.later(timedelta(minutes=1))
    assert states(desk, batch) == [RowState.REFUSED, RowState.ORDERED, RowState.ORDERED]
    assert now(desk, batch).state is BatchState.DONE and debited(desk) == [1_000] * 2


def test_a_balance_that_does_not_cover_a_row_leaves_it_out(desk: DeskFixture) -> None:
    customers = linked(desk, 2)
    batch = submitted(desk, equal_rows(customers))
    desk.plaid.available = 500
    run(desk, approve(desk, batch))
    assert [one.row.problem.code for one in rows(desk, batch) if one.row.problem] == ["above_balance"] * 2
    assert debited(desk) == []


def test_an_authorization_that_ends_stops_the_rows_of_its_account_in_the_same_commit(desk: DeskFixture) -> None:
    customers = linked(desk, 3)
    batch = submitted(desk, equal_rows(customers))
    account = desk.store.accounts.get(str(rows(desk, batch)[1].row.bank_account_id))
    assert account is not None
    with desk.store.transaction():
        desk.store.revocations.add(Revocation(account.id, str(account.mandate_id), "asked", "x", desk.clock.now()))
        assert states(desk, batch) == [RowState.QUEUED, RowState.CANCELED, RowState.QUEUED]
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest is not None
    shown = desk.approvals.question(CHECKER, newest.id)
    with pytest.raises(InputError):
        desk.approvals.approve(CHECKER, newest.id, shown.digest)
    assert run(desk, approve(desk, batch)).state is BatchState.DONE, "a new question, about what is left"
    assert debited(desk) == [1_000] * 2
    assert rows(desk, batch)[1].row.stopped_by == "revoked"


def test_a_batch_whose_authorizations_have_all_ended_asks_nobody(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 1)))
    account = desk.store.accounts.get(str(rows(desk, batch)[0].row.bank_account_id))
    assert account is not None
    desk.store.revocations.add(Revocation(account.id, str(account.mandate_id), "asked", "x", desk.clock.now()))
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest is not None
    with pytest.raises(InputError):
        desk.approvals.approve(CHECKER, newest.id, desk.approvals.question(CHECKER, newest.id).digest)
    assert now(desk, batch).state is BatchState.WITHDRAWN


CHANGES: dict[str, dict[str, object]] = {
    "stripe_customer_id": {"stripe_customer_id": "cus_other"},
    "stripe_bank_account_id": {"stripe_bank_account_id": "ba_other"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_would_not_be_sent_as_it_was_approved_is_not_sent(desk: DeskFixture, change: str) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 3)))
    account = str(rows(desk, batch)[2].row.bank_account_id)
    edit = partial(desk.store.accounts.edit, account, CHANGES[change], desk.clock.now())
    desk.stripe.meanwhile["confirm_payment_intent"] = edit
    run(desk, approve(desk, batch))
    assert [one.row.state for one in rows(desk, batch)] == [RowState.ORDERED] * 2 + [RowState.REFUSED]
    problem = rows(desk, batch)[2].row.problem
    assert problem is not None and problem.code == "changed"
    assert debited(desk) == [1_000] * 2


@pytest.mark.parametrize("column", ["amount_cents", "reference", "purpose", "bank_account_id", "debit_id", "line"])
def test_the_database_lets_nobody_change_a_row_that_was_submitted(desk: DeskFixture, column: str) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 1)))
    row = rows(desk, batch)[0].row
    new = {"amount_cents": 2, "line": 77, "purpose": "goods"}.get(column, "x")
    with pytest.raises(sqlite3.IntegrityError), desk.store.transaction() as db:
        db.execute(f"UPDATE batch_row SET {column} = ? WHERE id = ?", [new, row.id])


def test_after_the_approval_no_digest_changes(desk: DeskFixture) -> None:
    batch = sent(desk, equal_rows(linked(desk, 1)))
    with pytest.raises(sqlite3.IntegrityError, match="approved"), desk.store.transaction() as db:
        db.execute("UPDATE batch_row SET digest = 'x' WHERE batch_id = ?", [batch.id])
    with pytest.raises(sqlite3.IntegrityError, match="approved"), desk.store.transaction() as db:
        db.execute("UPDATE batch SET digest = 'x' WHERE id = ?", [batch.id])


def test_a_batch_with_a_day_waits_for_it_and_is_stopped_where_it_was_missed(desk: DeskFixture) -> None:
    customers = linked(desk, 2)
    day = (desk.clock.now() + timedelta(days=10)).date().isoformat()
    content = file_of(f"{one.reference},10.00,INV-{n},,,{day}" for n, one in enumerate(customers))
    batch = approve(desk, submitted(desk, content))
    times = desk.store.batches.times(batch.id)
    assert times is not None and debited(desk) == []
    desk.later(times[0] - desk.clock.now() - timedelta(minutes=1))
    assert debited(desk) == [] and now(desk, batch).state is BatchState.SENDING
    desk.later(timedelta(minutes=2))
    assert run(desk, batch).state is BatchState.DONE and debited(desk) == [1_000] * 2


def test_a_batch_whose_day_was_missed_sends_nothing(desk: DeskFixture) -> None:
    customers = linked(desk, 2)
    day = (desk.clock.now() + timedelta(days=10)).date().isoformat()
    content = file_of(f"{one.reference},10.00,INV-{n},,,{day}" for n, one in enumerate(customers))
    batch = approve(desk, submitted(desk, content))
    times = desk.store.batches.times(batch.id)
    assert times is not None
    desk.later(times[1] - desk.clock.now() + timedelta(minutes=1))
    assert run(desk, batch).state is BatchState.STOPPED and debited(desk) == []
    assert {one.row.problem.code for one in rows(desk, batch) if one.row.problem} == {"missed_day"}


def test_a_restart_goes_on_with_the_first_row_that_was_not_ordered(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 4)))
    at = iter(range(100))

    def die() -> None:
        desk.plaid.meanwhile["balance"] = die
        if next(at) == 2:
            raise Killed

    desk.plaid.meanwhile["balance"] = die
    with pytest.raises(Killed):
        approve(desk, batch)
    assert debited(desk) == [1_000] * 2
    desk.store.database.handle.execute("UPDATE job SET lease_owner = NULL, lease_until = NULL")
    desk.restart()
    assert run(desk, batch).state is BatchState.DONE and debited(desk) == [1_000] * 4


def test_a_single_debit_under_a_reference_that_waits_in_a_batch_is_refused(desk: DeskFixture) -> None:
    customers = linked(desk, 1)
    batch = submitted(desk, equal_rows(customers))
    account = str(rows(desk, batch)[0].row.bank_account_id)
    balance = desk.debits.balance(desk.actor, account)
    order = DebitOrder(desk.debits.ticket(), account, 700, "inv-1", Purpose.GOODS, balance)
    with pytest.raises(Refused, match="waits in the batch"):
        desk.debits.submit(MAKER, order)


def test_a_sum_above_the_proof_asks_for_proof(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_DEBIT_PROOF_CENTS="1500")
    batch = opened(desk, equal_rows(linked(desk, 2)))
    unproved = replace(MAKER, proved_until=None)
    with pytest.raises(AccessDenied, match="fresh sign-in"):
        desk.batches.submit(unproved, batch.id)
    assert desk.batches.submit(MAKER, batch.id).state is BatchState.REVIEW


def test_what_became_wrong_since_the_check_is_said_before_anything_is_submitted(desk: DeskFixture) -> None:
    customers = linked(desk, 20)
    batch = opened(desk, equal_rows(customers))
    account = str(rows(desk, batch)[1].row.bank_account_id)
    desk.store.accounts.edit(account, {"mandate_status": "inactive"}, desk.clock.now())
    with pytest.raises(InputError, match="have changed"):
        desk.batches.submit(MAKER, batch.id)
    assert now(desk, batch).bad == 1
    assert desk.batches.submit(MAKER, batch.id).state is BatchState.REVIEW
    assert states(desk, batch).count(RowState.QUEUED) == 19


def test_a_discarded_draft_is_over(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, 1)))
    assert desk.batches.discard(MAKER, batch.id).state is BatchState.WITHDRAWN
    with pytest.raises(InputError):
        desk.batches.submit(MAKER, batch.id)


def test_a_long_batch_gives_its_worker_back_now_and_then(desk: DeskFixture) -> None:
    """A stop of the server waits for what runs on the worker."""
    batch = approve(desk, submitted(desk, equal_rows(linked(desk, BREATH + 3))))
    assert len(debited(desk)) == BREATH and batch.state is BatchState.SENDING
    assert run(desk, batch).state is BatchState.DONE and len(debited(desk)) == BREATH + 3


def test_while_stripe_is_away_the_next_row_waits_and_the_page_says_why(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 3)))
    desk.stripe.before["find_payment_intents"] = [lost(provider="stripe", maybe_done=False)] * 4
    approve(desk, batch)
    desk.later(timedelta(seconds=2))
    assert states(desk, batch) == [RowState.ORDERED, RowState.QUEUED, RowState.QUEUED] and debited(desk) == []
    problem = desk.batches.problem(MAKER, batch.id)
    assert problem is not None and problem.code == "unreachable"
    assert run(desk, batch).state is BatchState.DONE and debited(desk) == [1_000] * 3


def test_a_limit_of_the_bank_data_provider_leaves_no_row_out(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 2)))
    desk.plaid.before["balance"] = [ProviderLimited("Slow down.", provider="plaid", code="RATE_LIMIT")] * 9
    approve(desk, batch)
    for _ in range(12):
        desk.later(timedelta(minutes=2))
    assert now(desk, batch).state is BatchState.DONE and debited(desk) == [1_000] * 2
