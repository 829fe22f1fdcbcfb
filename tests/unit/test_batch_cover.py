"""What the banks say of a batch before it is sent: asked by a person only, within Plaid's limits, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.domain.batch_cover import MOST_OF_ITEM, Covered, CoverReport
from dashboard.domain.batches import Batch
from dashboard.domain.errors import AccessDenied, InputError, ProviderLimited
from dashboard.domain.models import Actor, Role
from tests.unit.batch_scenes import approve, desk, equal_rows, file_of, linked, make, opened, run, submitted
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused
from tests.unit.two_people import MAKER

__all__ = ["desk", "make"]


def report(given: DeskFixture, batch: Batch) -> CoverReport:
    found = given.batch_cover.report(MAKER, batch.id)
    assert found is not None
    return found


def covers(given: DeskFixture, batch: Batch) -> list[Covered]:
    """Of each row, in the order of the file."""
    known = report(given, batch).rows
    return [known[row.id].covered for row in given.store.batches.rows(batch.id) if row.id in known]


def asked(given: DeskFixture) -> int:
    return given.store.bank_data.calls(given.clock.now()).get("balance", 0)


def test_nobody_is_asked_before_a_person_wants_it_and_each_account_is_asked_once(desk: DeskFixture) -> None:
    first, second = linked(desk, 2)
    rows = (f"{first.reference},10.00,A", f"{first.reference},10.00,B", f"{second.reference},10.00,C")
    batch = opened(desk, file_of(rows))
    desk.later(timedelta(hours=1))
    assert asked(desk) == 0 and desk.batch_cover.report(MAKER, batch.id) is None
    assert desk.batch_cover.plan(MAKER, batch.id) == (2, 0)
    desk.plaid.available = 1_500
    desk.batch_cover.ask(MAKER, batch.id)
    assert asked(desk) == 2 and covers(desk, batch) == [Covered.YES, Covered.NO, Covered.YES]
    told = report(desk, batch)
    assert (told.accounts, told.done, told.is_running, told.was_stopped) == (2, 2, False, False)
    (short,) = [one for one in told.rows.values() if one.covered is Covered.NO]
    assert short.why == "$5.00 are left for it." and short.at is not None
    assert not desk.stripe.intents, "nothing is sent by it"
    assert desk.batch_cover.plan(MAKER, batch.id) == (0, 0), "what is younger than ten minutes is not billed again"


def test_what_a_bank_does_not_say_is_said_with_its_reason(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, 3)))
    desk.plaid.before["balance"] = [refused("ITEM_LOGIN_REQUIRED")]
    desk.plaid.available = None
    desk.batch_cover.ask(MAKER, batch.id)
    told = report(desk, batch)
    assert covers(desk, batch) == [Covered.UNKNOWN] * 3
    whys = sorted({one.why for one in told.rows.values()})
    assert "The bank gives no available balance." in whys and len(whys) == 2


def test_a_bank_that_does_not_answer_holds_the_others_up_for_two_tries_only(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, 2)))
    desk.plaid.before["balance"] = [lost(), lost(), lost()]
    desk.batch_cover.ask(MAKER, batch.id)
    for _ in range(9):
        desk.later(timedelta(seconds=60))
    assert covers(desk, batch) == [Covered.UNKNOWN, Covered.YES]


def test_no_connection_is_asked_more_often_than_plaid_allows(desk: DeskFixture) -> None:
    """The accounts of the scene are all behind one connection."""
    batch = opened(desk, equal_rows(linked(desk, MOST_OF_ITEM + 3)))
    desk.batch_cover.ask(MAKER, batch.id)
    assert asked(desk) == MOST_OF_ITEM and report(desk, batch).is_running
    desk.later(timedelta(seconds=11))
    assert asked(desk) == MOST_OF_ITEM
    desk.later(timedelta(seconds=61))
    assert asked(desk) == MOST_OF_ITEM + 3 and covers(desk, batch) == [Covered.YES] * (MOST_OF_ITEM + 3)


def test_where_plaid_asks_for_fewer_it_waits_and_leaves_no_row_out(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, 2)))
    desk.plaid.before["balance"] = [ProviderLimited("Too many.", provider="plaid", code="RATE_LIMIT_EXCEEDED")]
    desk.batch_cover.ask(MAKER, batch.id)
    told = report(desk, batch)
    assert told.is_running and told.problem is not None and told.done == 0
    desk.later(timedelta(minutes=1))
    assert covers(desk, batch) == [Covered.YES] * 2


def test_it_is_stopped_and_what_is_known_stays(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, MOST_OF_ITEM + 1)))
    desk.batch_cover.ask(MAKER, batch.id)
    with pytest.raises(InputError, match="being asked"):
        desk.batch_cover.ask(MAKER, batch.id)
    desk.batch_cover.stop(MAKER, batch.id)
    desk.later(timedelta(minutes=5))
    told = report(desk, batch)
    assert asked(desk) == MOST_OF_ITEM and told.was_stopped and not told.is_running
    assert covers(desk, batch) == [Covered.YES] * MOST_OF_ITEM + [Covered.NOT_ASKED]
    with pytest.raises(InputError):
        desk.batch_cover.stop(MAKER, batch.id)


def test_a_batch_that_goes_on_meanwhile_ends_it(desk: DeskFixture) -> None:
    batch = submitted(desk, equal_rows(linked(desk, MOST_OF_ITEM + 1)))
    desk.batch_cover.ask(MAKER, batch.id)
    run(desk, approve(desk, batch))
    desk.later(timedelta(minutes=2))
    assert not report(desk, batch).is_running
    with pytest.raises(InputError, match="No row"):
        desk.batch_cover.ask(MAKER, batch.id)


def test_it_goes_on_where_a_process_died(desk: DeskFixture) -> None:
    batch = opened(desk, equal_rows(linked(desk, MOST_OF_ITEM + 2)))
    desk.batch_cover.ask(MAKER, batch.id)
    desk.restart()
    desk.later(timedelta(minutes=2))
    assert not report(desk, batch).is_running and covers(desk, batch) == [Covered.YES] * (MOST_OF_ITEM + 2)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.OPS])
def test_who_may_not_see_balances_neither_asks_nor_reads(desk: DeskFixture, role: Role) -> None:
    batch, person = opened(desk, equal_rows(linked(desk, 1))), Actor("ann@example.com", frozenset({role}))
    desk.batch_cover.ask(MAKER, batch.id)
    for act in (desk.batch_cover.ask, desk.batch_cover.stop, desk.batch_cover.report, desk.batch_cover.plan):
        with pytest.raises(AccessDenied):
            act(person, batch.id)
