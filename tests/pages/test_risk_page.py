"""What a cashier sees of Plaid's Signal: go on, look first, or another way of payment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.desk import Desk, open_desk
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, BankAccount, DebitOrder, DebitState, Purpose
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from tests.empty_desks import settings_for
from tests.pages.conftest import read, show, text_of
from tests.pages.test_pages import add, link
from tests.pages.test_unsent_debits import press
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(lived_sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    url = lived_sandbox.url
    ready = {"url": url, "link_script": f"{url}/link/v2/stable/link-initialize.js", **lived_sandbox.keys}
    environ = settings_for(ready, {"PLAID_RISK": "signal"}, tmp_path)
    opened = open_desk(load_settings(environ, None), worker=InlineWorker())
    running.provide(lambda: opened)
    yield opened
    running.provide(None)
    opened.close()


@pytest.fixture
def account(desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> BankAccount:
    owner = add(desk, actor, f"Rita Risk {new_id('x')[-6:]}")
    return link(desk, actor, lived_sandbox, owner, initial_products=["auth", "signal"])


def fill_in(app: AppTest, account: BankAccount, amount: str) -> None:
    app.query_params["account"] = account.id
    show(app, "debit")
    app.text_input(key="debit-amount").input(amount)
    app.text_input(key="debit-reference").input("INV-RISK")
    press(app, "Check the risk")


def test_an_accepted_debit_goes_on(app: AppTest, desk: Desk, actor: Actor, account: BankAccount) -> None:
    fill_in(app, account, "12.50")
    said = text_of(app) + "".join(read(one.value) for one in app.success)
    assert "Plaid accepts this debit." in said and "Balance as Plaid knew it" in said
    assert {one.label: one.value for one in app.metric}["Available at the bank"] == "$100.00"
    press(app, "Debit $12.50")
    assert desk.debits.recent(actor)[0].state is DebitState.SUBMITTED


def test_one_to_be_reviewed_says_why_and_waits_for_somebody_to_look(
    app: AppTest, desk: Desk, actor: Actor, account: BankAccount
) -> None:
    fill_in(app, account, "90.00")
    said = text_of(app)
    assert "Look at this debit before you send it." in said
    assert "Your rule says: More than four fifths of the available balance." in said
    assert next(one for one in app.button if read(one.label) == "Debit $90.00").disabled
    next(one for one in app.checkbox if "I looked at it" in one.label).check().run()
    press(app, "Debit $90.00")
    debit = desk.debits.recent(actor)[0]
    kept = desk.store.risk.of_debit(debit.id)
    assert debit.state is DebitState.SUBMITTED and kept is not None and kept.looked_by == actor.name


def test_one_to_be_rerouted_has_no_button_and_says_what_to_do(
    app: AppTest, desk: Desk, actor: Actor, account: BankAccount
) -> None:
    fill_in(app, account, "200.00")
    said = text_of(app)
    assert "too likely to come back" in said and "card, check or wire" in said
    assert not [one for one in app.button if read(one.label).startswith("Debit $")]
    press(app, "Change it")
    assert app.text_input(key="debit-amount").value == "200.00"
    assert desk.debits.recent(actor) == []


def test_confirming_again_asks_signal_anew(
    app: AppTest, desk: Desk, actor: Actor, account: BankAccount, lived_sandbox: Sandbox
) -> None:
    balance = desk.debits.check_funds(actor, account.id, 1_250)
    order = DebitOrder(desk.debits.ticket(), account.id, 1_250, "INV-LATE", Purpose.GOODS, balance)
    lived_sandbox.fault(kind="429", path="/v1/payment_intents/pi_", method="POST")
    debit = desk.debits.submit(actor, order)
    desk.clock.follow(desk.sandbox.advance(1) if desk.sandbox else desk.clock.now())
    desk.debits.resume(actor, debit.id)
    app.query_params["again"] = debit.id
    show(app, "debit")
    press(app, "Check the risk")
    assert "Plaid accepts this debit." in "".join(read(one.value) for one in app.success)
    press(app, "Debit $12.50")
    assert desk.debits.get(actor, debit.id).state is DebitState.SUBMITTED
    kept = desk.store.risk.of_debit(debit.id)
    assert kept is not None and kept.id != balance.assessment_id
