"""An approver leaves single rows out of a batch, each with a reason, and approves the rest: exactly that is sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from dashboard.batches.export import BatchExport
from dashboard.domain.approvals import Approval, ApprovalState
from dashboard.domain.batches import Batch, BatchState, RowState
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, Role
from dashboard.limits import Reservations
from dashboard.store.audit_trail import TrailFilter
from tests.unit.batch_scenes import (
    approve,
    desk,
    equal_rows,
    linked,
    make,
    now,
    rows,
    run,
    states,
    submitted,
)
from tests.unit.desk_fixture import DeskFixture
from tests.unit.two_people import BOSS, CHECKER, MAKER, asked, link, order

__all__ = ["desk", "make"]
WHY = "They closed this account last week"


def newest(given: DeskFixture, batch: Batch) -> Approval:
    found = given.store.approvals.newest("batch", batch.id)
    assert found is not None
    return found


def leave_out(given: DeskFixture, batch: Batch, *lines: int, actor: Actor = CHECKER) -> Approval:
    return given.approvals.leave_out(actor, newest(given, batch).id, dict.fromkeys(lines, WHY))


def test_what_is_approved_is_the_rest_and_only_that_is_sent(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 4)))
    whole = newest(desk, batch)
    rest = leave_out(desk, batch, 3)
    assert (whole.amount_cents, rest.amount_cents) == (4_000, 3_000)
    assert rest.body_digest != whole.body_digest and rest.requester == MAKER.key
    assert desk.approvals.question(MAKER, whole.id).approval.state is ApprovalState.CANCELED
    shown = desk.approvals.question(CHECKER, rest.id)
    assert (shown.bodies["rows"], shown.bodies["total_cents"], shown.title) == (3, 3_000, "Batch run.csv, 3 debits")
    assert (shown.facts["customers"], shown.facts["taken_out"]) == (3, [f"Line 3, by {CHECKER.name}"])
    with pytest.raises(InputError, match="waits no more"):
        desk.approvals.approve(CHECKER, whole.id, shown.digest)
    batch = run(desk, approve(desk, batch))
    assert batch.state is BatchState.DONE
    assert [one["description"] for one in desk.stripe.debited] == [f"Invoice INV-{n}" for n in (1, 3, 4)]
    after = desk.approvals.question(MAKER, rest.id)
    assert after.bodies == shown.bodies and after.approval.state is ApprovalState.SUCCEEDED
    progress = desk.batches.progress(MAKER, batch.id)
    assert (progress.sent, progress.not_sent, progress.left_out, progress.left_out_cents) == (3, 0, 1, 1_000)


def test_whoever_submitted_it_reads_who_left_it_out_and_why(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 3)))
    leave_out(desk, batch, 4)
    (last,) = [one for one in rows(desk, batch) if one.row.line == 4]
    assert desk.batches.row(MAKER, batch.id, 4) == last and last.row.state is RowState.CANCELED
    written = "".join(BatchExport(desk.store, desk.clock).lines(MAKER, batch.id)).splitlines()
    assert f"Left out,Left out by {CHECKER.name}: {WHY}" in written[3]
    (told,) = desk.store.trail.search(TrailFilter(action="batch.row_left_out"))
    assert (told.actor, told.address, told.facts["line"], told.facts["amount_cents"]) == (
        *(CHECKER.name, CHECKER.address),
        *(4, 1_000),
    )
    assert WHY not in str(told.facts), "what was written is sealed under the customer's own key"
    assert desk.store.private.open(str(told.facts["customer"]), str(told.facts["private"])) == {"reason": WHY}
    run(desk, approve(desk, batch))
    assert [one.id for one, _ in desk.batches.attention(MAKER)] == [batch.id]
    draft = desk.batches.again(MAKER, batch.id)
    assert (draft.good, draft.total_cents) == (1, 1_000), "it can be sent in a batch of its own"


def test_its_limits_are_free_from_the_same_commit_on(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_LIMIT_DESK_DAY_CENTS="5000")
    batch = submitted(desk, equal_rows(linked(desk, 4)))

    def left() -> int:
        (use,) = Reservations(desk.store, desk.clock, desk.settings).uses("", MAKER.key)
        return use.left_cents

    assert left() == 1_000
    leave_out(desk, batch, 2, 5)
    assert left() == 3_000 and states(desk, batch).count(RowState.QUEUED) == 2
    assert left() + newest(desk, batch).amount_cents == 5_000
    run(desk, approve(desk, batch))
    assert left() == 3_000


def test_what_is_no_answer_leaves_nothing_out(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 2)))
    asked = newest(desk, batch)
    for lines, match in (({9: WHY}, "No row"), ({}, "No row"), ({2: WHY, 3: WHY}, "no row in the batch")):
        with pytest.raises(InputError, match=match):
            desk.approvals.leave_out(CHECKER, asked.id, lines)
    for reason in ("", "x" * 301):
        with pytest.raises(InputError, match="reason"):
            desk.approvals.leave_out(CHECKER, asked.id, {2: reason})
    leave_out(desk, batch, 2)
    with pytest.raises(InputError, match="No row"):
        leave_out(desk, batch, 2)
    assert newest(desk, batch).amount_cents == 1_000 and now(desk, batch).state is BatchState.REVIEW
    run(desk, approve(desk, batch))
    with pytest.raises(InputError, match="waits no more"):
        leave_out(desk, batch, 3)


def test_nobody_leaves_rows_out_of_their_own_batch_or_without_being_one_who_approves(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 2)))
    with pytest.raises(Refused, match="yourself"):
        leave_out(desk, batch, 2, actor=MAKER)
    with pytest.raises(AccessDenied):
        leave_out(desk, batch, 2, actor=Actor("ada@example.com", frozenset({Role.AUDITOR})))
    assert states(desk, batch) == [RowState.QUEUED] * 2
    (refusal,) = desk.store.trail.search(TrailFilter(action="approval.refused"))
    assert refusal.facts["code"] == "own_request"
    leave_out(desk, batch, 2, actor=BOSS)
    run(desk, approve(desk, batch))
    assert len(desk.stripe.debited) == 1, "one approver leaves out, another one approves"


def test_the_database_puts_no_row_back_and_leaves_none_out_that_is_sent(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, 3)))
    leave_out(desk, batch, 2)
    run(desk, approve(desk, batch))
    handle = desk.store.database.handle
    for change in (
        "UPDATE batch_row SET left_out_by = NULL WHERE line = 2",
        "UPDATE batch_row SET state = 'queued' WHERE line = 2",
        "UPDATE batch_row SET left_out_by = 'x' WHERE line = 3",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            handle.execute(change)


def test_a_single_debit_is_approved_as_a_whole(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="1000")
    debit = order(desk, link(desk), 2_000)
    with pytest.raises(InputError, match="as a whole"):
        desk.approvals.leave_out(CHECKER, asked(desk, debit).approval.id, {2: WHY})
