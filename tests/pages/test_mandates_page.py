"""Bank accounts that need a mandate: counted down on their page, and collected on paper with the customer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.old_accounts import OldState
from dashboard.ui.mandates.grid import OLD_ACCOUNTS
from tests.pages.conftest import grid_of, show, text_of
from tests.pages.test_cases_page import press
from tests.sandboxes import Sandbox


@pytest.fixture
def account(desk: Desk, lived_sandbox: Sandbox) -> str:
    """A customer whom the old rail left with a bank account and no mandate."""
    customer, source = lived_sandbox.link(mandate=False)
    created = int((desk.clock.now() - timedelta(days=40)).timestamp())
    bank = {"type": "ach_debit", "ach_debit": {"bank_name": "STRIPE TEST BANK", "last4": "6789"}}
    charge: dict[str, Any] = {"id": "py_old", "created": created, "amount": 12_300, "currency": "usd"}
    paid = {"status": "succeeded", "customer": customer, "payment_method": source, "payment_method_details": bank}
    desk.store.projection.apply("customers", [desk.stripe.read_customer(customer)])
    desk.store.projection.apply("charges", [charge | paid])
    return source


def test_the_list_begins_with_what_is_to_be_collected_and_says_how_much_hangs_on_it(app: AppTest, account: str) -> None:
    show(app, "mandates")
    assert grid_of(app)["path"] == "mandates" and "needs" in app.query_params["status"]
    assert "1 account to collect, which brought in $123.00 in the last 12 months" in text_of(app)


def test_the_rows_say_whose_and_what(desk: Desk, actor: Actor, account: str) -> None:
    asked = {
        "filter": {"status": "needs"},
        "sort": "brought",
        "desc": True,
        "start": 0,
        "size": 5,
        "zone": "America/New_York",
    }
    (row,) = OLD_ACCOUNTS.answers().rows(desk, actor, asked)["rows"]
    assert row[0] == "Jenny Rosen" and row[1] == "$123.00" and "Needs a mandate" in row[4]


def test_a_mandate_is_collected_on_paper(app: AppTest, desk: Desk, actor: Actor, account: str) -> None:
    app.query_params["account"] = account
    said = text_of(show(app, "mandates"))
    assert "First: add the customer" in said
    app.text_input(key="old-reference").input("C-OLD-1")
    press(app, "Add the customer")
    assert "Link it with the customer" in [one.label for one in app.button]
    app.date_input(key="old-signed").set_value(desk.clock.now().astimezone(desk.settings.timezone).date())
    app.text_input(key="old-where").input("Folder 12")
    app.checkbox(key="old-words").check()
    press(app, "Record the signed paper")
    assert "Recorded at Stripe" in app.expander[0].label
    assert desk.old_accounts.get(actor, account).state is OldState.COLLECTED
    del app.query_params["account"]
    assert "0 accounts to collect" in text_of(show(app, "mandates"))


def test_the_inbox_leads_to_it(app: AppTest, account: str) -> None:
    said = text_of(show(app, "inbox"))
    assert "Bank accounts that need a mandate (1)" in said and "$123.00 in the last 12 months" in said
    press(app, "Collect it")
    assert account in app.query_params["account"]
