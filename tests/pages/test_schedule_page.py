"""A debit is scheduled on New debit: the days before they are confirmed, the list, and the button that cancels."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, BankAccount, DebitState
from dashboard.domain.schedules import Every
from tests.pages.conftest import read, show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


@pytest.fixture
def account(desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> BankAccount:
    return link(desk, actor, lived_sandbox, add(desk, actor, f"Sal Schedule {new_id('x')[-6:]}"))


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if read(one.label) == label).click().run()
    assert not app.exception
    return app


def fill(app: AppTest, desk: Desk, actor: Actor, account: BankAccount, count: int) -> None:
    app.query_params["account"] = account.id
    show(app, "debit")
    app.text_input(key="debit-amount").input("12.50")
    app.text_input(key="debit-reference").input("INV-PLAN")
    app.date_input(key="debit-day").set_value(desk.schedules.first_day(actor) + timedelta(days=7))
    app.number_input(key="debit-count").set_value(count)
    app.selectbox(key="debit-every").set_value(Every.WEEK)


def test_a_plan_is_shown_before_it_is_confirmed_then_listed_and_canceled(
    app: AppTest, desk: Desk, actor: Actor, account: BankAccount
) -> None:
    fill(app, desk, actor, account, 3)
    said = text_of(press(app, "See the days"))
    assert "3 debits of $12.50, $37.50 together, for INV-PLAN" in said and said.count("Taken on") == 3
    assert "moves to the next business day" in said and "counts in every limit from now on" in said
    said = text_of(press(app, "Schedule $37.50"))
    assert "Scheduled] · $12.50" in said and "Debit 1 of 3." in said
    assert [one.number for one, _ in desk.schedules.upcoming(actor, account.id)] == [1, 2, 3]
    press(app, "Cancel this debit")
    debits = desk.debits.recent(actor, account.id)
    assert sorted(one.state for one in debits) == [DebitState.CANCELED, DebitState.SCHEDULED, DebitState.SCHEDULED]
    press(app, "Another debit")
    app.query_params["account"] = account.id
    said = text_of(show(app, "debit"))
    assert "INV-PLAN 2/3" in said and "INV-PLAN 1/3" not in said
    press(app, "Cancel")
    assert len(desk.schedules.upcoming(actor, account.id)) == 1


def test_what_is_missing_is_said_beside_its_field(app: AppTest, desk: Desk, actor: Actor, account: BankAccount) -> None:
    fill(app, desk, actor, account, 1)
    app.text_input(key="debit-amount").input("x")
    app.date_input(key="debit-day").set_value(None)
    press(app, "See the days")
    said = text_of(app)
    assert "x is not an amount" in said and "No day is chosen" in said


def test_what_is_held_on_its_day_needs_attention(app: AppTest, desk: Desk, actor: Actor, account: BankAccount) -> None:
    fill(app, desk, actor, account, 1)
    press(app, "See the days")
    press(app, "Schedule $12.50")
    (schedule, debit) = desk.schedules.upcoming(actor, account.id)[0]
    desk.clock.follow(schedule.send_by + timedelta(minutes=1))
    desk.schedules.wake_due()
    desk.jobs.run_due()
    assert desk.debits.get(actor, debit.id).state is DebitState.UNSENT
    said = text_of(show(app, "inbox"))
    press(app, "Decide")
    app.query_params["again"] = debit.id
    assert "Ordered" not in text_of(show(app, "debit")) and [
        one for one in app.button if one.label == "Check the balance"
    ]
    assert "The day on which this debit was to be sent has passed" in said and "INV-PLAN" in said


def test_whom_to_tell_is_listed_with_the_words_and_kept_once_they_were_told(
    app: AppTest, desk: Desk, actor: Actor, account: BankAccount
) -> None:
    fill(app, desk, actor, account, 1)
    day = desk.schedules.first_day(actor)
    while day.weekday() != 5:
        day += timedelta(days=1)
    app.date_input(key="debit-day").set_value(day)
    said = text_of(press(app, "See the days"))
    assert "banks are closed on" in said and "The customer has to be told" in said
    press(app, "Schedule $12.50")
    assert "Customers to tell before a debit (" in text_of(show(app, "inbox"))
    press(app, "See what to say")
    app.query_params.clear()
    said = text_of(show(app, "debit"))
    assert "“We will debit $12.50 from" in said and "7 calendar days before" in said
    press(app, "They were told")
    assert desk.schedules.notices(actor) == []
