"""A payment that came back is worked on its case's page, and written off by two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.cases import Cases
from dashboard.desk import Desk
from dashboard.domain.cases import Case, CaseState, Outcome
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, DebitOrder, Purpose
from dashboard.ui.cases.grid import CASES
from dashboard.ui.lists import Reading
from tests.pages.conftest import grid_of, show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


@pytest.fixture
def case(desk: Desk) -> Case:
    """The case of a payment of yesterday whose account was closed."""
    created = int((desk.clock.now() - timedelta(days=1)).timestamp())
    charge = {"id": "py_back", "created": created, "amount": 4_200, "currency": "usd", "status": "failed"}
    rail = {"payment_method_details": {"type": "us_bank_account"}, "failure_code": "account_closed"}
    name = {"billing_details": {"name": "Rhea *Return*"}}
    desk.store.projection.apply("charges", [charge | rail | name])
    found = desk.store.cases.of_payment("py_back")
    assert found is not None
    return found


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    app.run()
    assert not app.exception
    return app


def test_the_list_begins_with_what_is_to_be_done(app: AppTest, case: Case) -> None:
    told = grid_of(show(app, "cases"))
    assert told["path"] == "cases" and "Overdue" in told["views"]
    assert "open,waiting,review" in app.query_params["status"]


def test_a_case_is_taken_noted_and_done(app: AppTest, desk: Desk, actor: Actor, case: Case) -> None:
    app.query_params["case"] = case.id
    said = text_of(show(app, "cases"))
    assert "Rhea *Return*" in said and "Get a new account" in said and "Opened: The payment failed" in said
    press(app, "Take it")
    app.text_area(key="case-note").input("They linked another account")
    said = text_of(press(app, "Done"))
    assert "They linked another account" in said
    made = desk.store.cases.get(case.id)
    assert made is not None and (made.outcome, made.closed_by) == (Outcome.DONE, made.assignee)
    assert not [one for one in app.button if one.label in {"Done", "Take it", "Wait"}]


def test_an_empty_note_decides_nothing(app: AppTest, desk: Desk, case: Case) -> None:
    app.query_params["case"] = case.id
    show(app, "cases")
    said = text_of(press(app, "Done"))
    assert "The note is empty" in said and desk.store.cases.get(case.id).state is CaseState.OPEN  # type: ignore[union-attr]


def test_above_the_limit_a_write_off_waits_under_approvals(app: AppTest, desk: Desk, case: Case) -> None:
    settings = replace(desk.settings, approvals=replace(desk.settings.approvals, above_cents=1_000))
    made = replace(desk, settings=settings, cases=Cases(desk.store, desk.clock, settings, desk.jobs))
    running.provide(lambda: made)
    app.query_params["case"] = case.id
    show(app, "cases")
    app.text_input(key="case-why").input("The company is gone")
    said = text_of(press(app, "Write off \\$42.00"))
    assert "A write-off waits for a second person" in said
    said = text_of(show(app, "approvals"))
    assert "Write-off of py_back" in said
    (approval, _) = desk.approvals.waiting(Actor("x", frozenset(), may_approve=True))[0]
    app.query_params["approval"] = approval.id
    said = text_of(show(app, "approvals"))
    assert "The company is gone" in said and "What could still be done" in said
    press(app, "Cancel the order")
    assert desk.store.cases.get(case.id).state is CaseState.OPEN  # type: ignore[union-attr]


def test_the_payment_leads_to_its_case_and_what_is_overdue_needs_attention(
    app: AppTest, desk: Desk, actor: Actor, case: Case
) -> None:
    app.query_params["payment"] = "py_back"
    said = text_of(show(app, "payment"))
    assert "**Case:** Return · Open, due" in said and [one for one in app.button if one.label == "Open the case"]
    assert desk.payment_details.get(actor, "py_back").case_id == case.id
    desk.store.cases.set_state(case.id, CaseState.OPEN, desk.cases.today() - timedelta(days=1))
    said = text_of(show(app, "inbox"))
    assert "Cases to decide (" in said and "Overdue since" in said


def test_a_row_opens_its_own_case_beside_the_table(desk: Desk, actor: Actor, case: Case) -> None:
    reading = Reading(desk.settings.timezone, desk.clock.now())
    (line,) = CASES.write_rows(desk, actor, [case], reading)
    assert set(line.cells) == set(CASES.columns) and line.state == "open"
    assert CASES.write_one is not None
    told = CASES.write_one(desk, actor, line.cells[CASES.id], reading)
    assert told["id"] == case.payment_id and told["title"] == "$42.00 · Return"
    assert ["Work on it", "cases", {"case": case.id}] in told["acts"]
    assert ["next", "Next step", "Get a new account."] in told["lines"]
    assert "Opened: The payment failed · the desk" in str(told["parts"])


@pytest.fixture
def came_back(desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> Case:
    """The case of a debit of ours of four days ago that came back for want of money."""
    account = link(desk, actor, lived_sandbox, add(desk, actor, f"Rita Return {new_id('x')[-6:]}"))
    before = desk.debits.balance(actor, account.id)
    wanted = DebitOrder(desk.debits.ticket(), account.id, 4_321, "INV-4321", Purpose.SERVICES, before)
    debit = desk.debits.submit(actor, wanted)
    assert debit.payment_intent_id is not None
    intent = desk.stripe.read_payment_intent(debit.payment_intent_id)
    created = int((desk.clock.now() - timedelta(days=4)).timestamp())
    charge = {"id": f"py_{debit.id}", "created": created, "amount": 4_321, "currency": "usd", "status": "failed"}
    rail = {"payment_method_details": {"type": "us_bank_account"}, "failure_code": "insufficient_funds"}
    told = {"metadata": intent["metadata"], "payment_intent": intent["id"], "customer": intent["customer"]}
    desk.store.projection.apply("charges", [charge | rail | told])
    found = desk.store.cases.of_payment(str(charge["id"]))
    assert found is not None
    return found


def test_a_debit_is_presented_again_from_its_case(app: AppTest, desk: Desk, came_back: Case) -> None:
    app.query_params["case"] = came_back.id
    said = text_of(show(app, "cases"))
    assert "May be presented again until" in said and "attempt 1 of 2" in said
    said = text_of(press(app, "Check the balance"))
    assert "The balance covers it since " in said
    assert "**What will happen:** $43.21 is debited from" in said and "INV-4321" in said and "RETRY PYMT" in said
    assert not [one for one in app.text_input if "mount" in one.label], "the amount is copied and not typed"
    said = text_of(press(app, "Present \\$43.21 again"))
    assert "Its debit was presented again" in said and "Attempt 1 of 2, ordered" in said
    (attempt,) = desk.store.representments.of_case(came_back.id)
    debit = desk.store.debits.get(attempt.debit_id)
    assert debit is not None and (debit.amount_cents, debit.invoice_reference) == (4_321, "INV-4321")
    assert not [one for one in app.button if one.label in {"Done", "Wait", "Check the balance"}]
