"""Since when the balance covers what came back, by what the desk asked since; nobody is asked for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.cover import AskedBalance, find_cover
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role
from dashboard.ui.cases.grid import say_cover
from tests.unit.case_scenes import case_of
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_debits import submit
from tests.unit.test_presenting_again import account_of, again, come

NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)
THEN = TUESDAY + timedelta(days=3)


@pytest.fixture
def desk(given: DeskFixture) -> DeskFixture:
    """A debit of ours that came back for want of money four days after it was ordered."""
    submit(given, given.desk.account(given.actor, str(given.link().bank_account_id)), 4_200)
    given.clock.move(timedelta(days=4))
    come(given, "py_1", "R01")
    given.clock.move(timedelta(hours=1))
    return given


def said(*balances: int | None) -> str:
    """The sentence for these balances, one a day from Tuesday on, of a debit of $42."""
    asked = [AskedBalance(TUESDAY + timedelta(days=day), cents) for day, cents in enumerate(balances)]
    return say_cover(find_cover(asked, 4_200), NEW_YORK, THEN)


def test_it_covers_since_the_first_balance_after_the_last_that_did_not() -> None:
    since = "The balance covers it since Tue 24 Nov (asked 09:12 EST)"
    assert said(4_200) == f"{since}."
    assert said(9_000, 4_200) == f"{since}, asked last Wed 25 Nov, 09:12 EST."
    assert said(9_000, None) == f"{since}; asked last Wed 25 Nov, 09:12 EST, the bank gave no available balance."
    assert said(9_000, 4_199, 4_200).startswith("The balance covers it since Thu 26 Nov")
    assert said(9_000, 4_199) == (
        "The balance has not covered it since it came back. It did not cover it when it was asked last (Wed 25 Nov,"
        " 09:12 EST)."
    )
    assert "gave no available balance" in said(None) and "nobody asked" in said()


def test_what_was_asked_since_the_return_is_what_is_known_and_nobody_is_asked(desk: DeskFixture) -> None:
    case, account = case_of(desk.store), account_of(desk)
    assert desk.presenting_again.cover(desk.actor, case.id) is None, "a balance of before it came back says nothing"
    desk.plaid.available = 4_199
    desk.debits.balance(desk.actor, account.id)
    desk.clock.move(timedelta(days=1))
    desk.plaid.available = 4_200
    first = desk.debits.balance(desk.actor, account.id)
    desk.clock.move(timedelta(hours=2))
    last = desk.presenting_again.check_funds(desk.actor, case.id)
    calls = desk.store.bank_data.calls(desk.clock.now())["balance"]
    known = desk.presenting_again.cover(desk.actor, case.id)
    assert known is not None and known.is_covered
    assert (known.since, known.asked_at) == (first.at.replace(microsecond=0), last.at.replace(microsecond=0))
    assert desk.store.bank_data.calls(desk.clock.now())["balance"] == calls, "the bank was not asked"
    assert case_of(desk.store) == case and not desk.store.representments.of_case(case.id)


def test_a_balance_of_before_an_attempt_that_came_back_says_nothing(desk: DeskFixture) -> None:
    case, account = case_of(desk.store), account_of(desk)
    again(desk)
    desk.debits.balance(desk.actor, account.id)
    desk.clock.move(timedelta(days=4))
    come(desk, "py_2", "R01")
    assert desk.presenting_again.cover(desk.actor, case.id) is None
    desk.clock.move(timedelta(days=1))
    desk.debits.balance(desk.actor, account.id)
    known = desk.presenting_again.cover(desk.actor, case.id)
    assert known is not None and known.since == desk.clock.now()


def test_it_goes_with_the_customers_key(desk: DeskFixture) -> None:
    case, account = case_of(desk.store), account_of(desk)
    desk.debits.balance(desk.actor, account.id)
    assert desk.presenting_again.cover(desk.actor, case.id) is not None
    desk.store.private.forget(account.customer_id)
    assert desk.presenting_again.cover(desk.actor, case.id) is None


def test_it_goes_with_the_connection(desk: DeskFixture) -> None:
    case, account = case_of(desk.store), account_of(desk)
    desk.debits.balance(desk.actor, account.id)
    desk.removals.remove(desk.actor, account.item_id, "The customer asks")
    assert desk.presenting_again.cover(desk.actor, case.id) is None


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN, Role.OPS])
def test_who_may_not_see_balances_does_not_see_it(desk: DeskFixture, role: Role) -> None:
    with pytest.raises(AccessDenied):
        desk.presenting_again.cover(Actor("ann@example.com", frozenset({role})), case_of(desk.store).id)
