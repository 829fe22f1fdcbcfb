"""The rows of a batch as a list: of one batch only, filtered, sorted, found, and read as they are now."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from dashboard.batches.lists import BatchRowLists
from dashboard.domain.batch_row_filter import BatchRowFilter, RowOutcomeKind
from dashboard.domain.batches import Batch
from dashboard.domain.errors import AccessDenied
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.ui.batches.grid import BATCH_ROWS, write_rows
from dashboard.ui.lists import Reading
from tests.unit.batch_scenes import approve, desk, equal_rows, file_of, linked, make, opened, run, submitted
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.two_people import CHECKER, MAKER

__all__ = ["desk", "make"]


def lines(given: DeskFixture, batch: Batch, sort: str = "line", *, down: bool = False, **wanted: Any) -> list[int]:
    """The lines that a list shows, in its order."""
    order = ListOrder(BatchRowFilter(batch=batch.id, **wanted), sort, down)
    found = BatchRowLists(given.store, given.clock).block(MAKER, order, start=0, size=100)
    return [row.row.line for row in found.rows if row is not None]


def test_a_list_is_of_one_batch_and_every_row_is_in_one_outcome(desk: DeskFixture) -> None:
    customers = linked(desk, 12)
    other = opened(desk, equal_rows(customers[:3], 500), name="other.csv")
    desk.stripe.before["create_payment_intent"] = [refused("no_such_thing", provider="stripe")]
    batch = submitted(desk, equal_rows(customers) + b"C-99,5.00,X-1\n")
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest is not None
    desk.approvals.leave_out(CHECKER, newest.id, {5: "They closed it"})
    found = {kind: lines(desk, batch, outcomes=(kind,)) for kind in RowOutcomeKind}
    assert found[RowOutcomeKind.WAITING] == [2, 3, 4, *range(6, 14)]
    run(desk, approve(desk, batch))
    found = {kind: lines(desk, batch, outcomes=(kind,)) for kind in RowOutcomeKind}
    assert found[RowOutcomeKind.FAULT] == [14] and found[RowOutcomeKind.LEFT_OUT] == [5]
    assert found[RowOutcomeKind.NOT_SENT] == [2] and found[RowOutcomeKind.SENT] == [3, 4, *range(6, 14)]
    assert sorted(line for some in found.values() for line in some) == lines(desk, batch) == list(range(2, 15))
    assert lines(desk, other) == [2, 3, 4] and lines(desk, other, outcomes=(RowOutcomeKind.READY,)) == [2, 3, 4]
    assert BatchRowLists(desk.store, desk.clock).tally(MAKER, BatchRowFilter(batch=batch.id)).amounts == {"usd": 12_500}


def test_a_row_is_found_by_what_was_typed_its_customer_amount_and_line(desk: DeskFixture) -> None:
    first, second = linked(desk, 2)
    rows = (f"{first.reference},12.50,INV-A", f"{second.reference},99.00,INV-B", "Nobody,1.00,INV-C")
    batch = opened(desk, file_of(rows))
    assert lines(desk, batch, text="jenny") == [2] and lines(desk, batch, text="customer 2") == [3]
    assert lines(desk, batch, text="nobody") == [4] and lines(desk, batch, text="inv-b") == [3]
    assert lines(desk, batch, text="99.00") == [3] and lines(desk, batch, amount_min=2_000) == [3]
    assert lines(desk, batch, "amount") == [4, 2, 3] and lines(desk, batch, "reference", down=True) == [4, 3, 2]
    assert lines(desk, opened(desk, file_of((f"{first.reference},1.00,INV-Z",))), text="99.00") == []


def test_a_row_reads_with_its_outcome_why_and_what_a_balance_says(desk: DeskFixture) -> None:
    batch = opened(desk, file_of((f"{linked(desk)[0].reference},12.50,INV-A", "C-99,1.00,INV-C")))
    desk.batch_cover.ask(MAKER, batch.id)
    reading = Reading(UTC, desk.clock.now())
    good, bad = write_rows(desk, MAKER, desk.batches.rows(MAKER, batch.id), reading)  # type: ignore[arg-type]  # as a Desk
    assert set(good.cells) == set(BATCH_ROWS.columns)
    assert (good.cells["status"], good.cells["amount"], good.cells["payment"]) == ("Ready", "$12.50", "")
    assert good.cells["balance"] == "Covered (asked 15:00 UTC)"
    assert (bad.cells["status"], bad.state) == ("Left out", "bad") and "C-99" in bad.cells["why"]
    hidden = write_rows(desk, Actor("ada", frozenset({Role.AUDITOR})), desk.batches.rows(MAKER, batch.id), reading)  # type: ignore[arg-type]
    assert hidden[0].cells["balance"] == "", "who may not see balances does not see it"
    with pytest.raises(AccessDenied):
        BatchRowLists(desk.store, desk.clock).tally(Actor("olga", frozenset({Role.OPS})), BatchRowFilter())


def test_a_filter_is_a_sentence_and_an_address() -> None:
    said = BatchRowFilter.from_query({"batch": "b", "outcome": "fault,nonsense", "noted": "1", "amount_min": "100"})
    assert said.outcomes == (RowOutcomeKind.FAULT,)
    assert said.words() == "Rows: with a fault, to look at, amount from 1.00"
    assert BatchRowFilter(batch="b").words() == "All rows"
