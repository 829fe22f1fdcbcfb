"""An order that was not sent in time: in the Inbox with one button, decided on the debit page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, Debit, DebitOrder, DebitState, Purpose
from tests.pages.conftest import read, show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


@pytest.fixture
def unsent(desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> Debit:
    """Stripe asked for fewer requests until the order was too old."""
    account = link(desk, actor, lived_sandbox, add(desk, actor, f"Una Unsent {new_id('x')[-6:]}"))
    balance = desk.debits.balance(actor, account.id)
    order = DebitOrder(desk.debits.ticket(), account.id, 1_250, "INV-LATE", Purpose.GOODS, balance)
    lived_sandbox.fault(kind="429", path="/v1/payment_intents/pi_", method="POST")
    debit = desk.debits.submit(actor, order)
    assert debit.state is DebitState.SENDING
    desk.clock.follow(desk.sandbox.advance(1) if desk.sandbox else desk.clock.now())
    desk.debits.resume(actor, debit.id)
    return desk.debits.get(actor, debit.id)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if read(one.label) == label).click().run()
    assert not app.exception
    return app


def decide(app: AppTest, debit: Debit) -> None:
    """The address that the button leads to: the test runner itself stays on the page it was sent to."""
    app.query_params["again"] = debit.id
    show(app, "debit")


def test_it_is_listed_and_confirmed_again_with_the_balance_of_now(
    app: AppTest, desk: Desk, actor: Actor, unsent: Debit
) -> None:
    assert unsent.state is DebitState.UNSENT
    show(app, "inbox")
    said = text_of(app)
    assert "Una Unsent" in said and "nothing sends it but you" in said
    press(app, "Decide")
    assert "INV-LATE" in text_of(app)
    decide(app, unsent)
    assert not [one for one in app.button if read(one.label).startswith("Debit $")], "the balance comes first"
    press(app, "Check the balance")
    assert {one.label: one.value for one in app.metric}["Available at the bank"] == "$100.00"
    press(app, "Debit $12.50")
    assert "Submitted" in text_of(app)
    assert desk.debits.get(actor, unsent.id).state is DebitState.SUBMITTED


def test_what_was_ordered_in_its_place_is_asked_about(app: AppTest, desk: Desk, actor: Actor, unsent: Debit) -> None:
    balance = desk.debits.balance(actor, unsent.bank_account_id)
    order = DebitOrder(desk.debits.ticket(), unsent.bank_account_id, 700, "INV-LATE", Purpose.GOODS, balance)
    other = desk.debits.submit(actor, order)
    assert other.state is DebitState.SUBMITTED
    decide(app, unsent)
    press(app, "Check the balance")
    assert "Debit again?" in text_of(app)
    assert {one.label: one.value for one in app.metric}["Left after our debits on their way"] == "$93.00"
    (send,) = [one for one in app.button if read(one.label) == "Debit $12.50"]
    assert send.disabled
    app.checkbox(key=f"debit-similar-{other.id}").check().run()
    press(app, "Debit $12.50")
    assert desk.debits.get(actor, unsent.id).state is DebitState.SUBMITTED


def test_it_is_canceled_where_nobody_wants_it_any_more(app: AppTest, desk: Desk, actor: Actor, unsent: Debit) -> None:
    decide(app, unsent)
    press(app, "Cancel this order")
    assert "Canceled" in text_of(app)
    assert desk.debits.get(actor, unsent.id).state is DebitState.CANCELED
    show(app, "inbox")
    assert "Una Unsent" not in text_of(app)
