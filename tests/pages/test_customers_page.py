"""The customers' pages: found, opened, changed, noted, merged, imported."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.ui.customers.grid import CUSTOMERS
from tests.pages.conftest import grid_of, read, show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def test_an_empty_desk_says_where_customers_come_from(app: AppTest) -> None:
    assert grid_of(show(app, "customers"))["empty"][0] == "There are no customers yet."


def test_customers_are_searched_and_paged(app: AppTest, desk: Desk, actor: Actor) -> None:
    for number in range(60):
        add(desk, actor, f"Pia {number:02}")
    assert grid_of(show(app, "customers"))["opens"] == ["customers", "customer"]

    def read(text: str, start: int = 0) -> dict[str, Any]:
        asked = {"filter": {"text": text}, "sort": "name", "desc": False, "start": start, "size": 50, "zone": "UTC"}
        return CUSTOMERS.answers().rows(desk, actor, asked)

    assert (read("")["total"], len(read("", 50)["rows"])) == (60, 10)
    (found,) = read("pia.07@")["rows"]
    assert found[0] == "Pia 07" and found[-1] == "email"
    assert read("nobody")["total"] == 0


def open_customer(app: AppTest, id: str) -> AppTest:
    app.query_params["customer"] = id
    return show(app, "customers")


def test_one_page_holds_everything_of_a_customer(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    pia = add(desk, actor, "Pia File")
    account = link(desk, actor, lived_sandbox, pia)
    open_customer(app, pia.id)
    shown = text_of(app)
    for words in (
        pia.name,
        "✓ Ready to debit",
        str(account.mandate_id),
        str(account.stripe_bank_account_id),
        "✓ Linked",
    ):
        assert words in shown
    assert [tab.label for tab in app.tabs] == ["Accounts", "Payments", "Attempts", "Notes", "Edit", "Merge", "Erase"]
    app.text_area[0].set_value("Calls back on Friday")
    press(app, "Add note")
    assert "Calls back on Friday" in [str(one.value) for one in app.text]


def test_an_edit_is_saved_and_told_to_stripe(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    pia = add(desk, actor, "Pia Edit")
    account = link(desk, actor, lived_sandbox, pia)
    open_customer(app, pia.id)
    app.text_input(key=f"edit-name-{pia.id}").set_value("Pia Paige")
    app.text_input(key=f"edit-email-{pia.id}").set_value("pia.paige@example.com")
    press(app, "Save")
    assert desk.customers.get(actor, pia.id).name == "Pia Paige"
    at_stripe = desk.stripe.read("customers", str(account.stripe_customer_id))
    assert (at_stripe["name"], at_stripe["email"]) == ("Pia Paige", "pia.paige@example.com")
    app.text_input(key=f"edit-email-{pia.id}").set_value("nomail")
    press(app, "Save")
    assert any("not an e-mail address" in read(one.value) for one in app.error)


def test_two_entries_become_one(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    pia, duplicate = add(desk, actor), add(desk, actor, "Pia Twin")
    link(desk, actor, lived_sandbox, duplicate)
    open_customer(app, pia.id)
    app.text_input(key="merge-text").set_value("twin").run()
    app.radio(key="merge-gone").set_value(duplicate.id).run()
    assert "1 linked account" in text_of(app) and "becomes that of Pia Page" in text_of(app)
    app.checkbox(key=f"merge-sure-{duplicate.id}").check().run()
    press(app, "Merge")
    assert "Pia Twin" in app.success[0].value and "is merged into Pia Page" in app.success[0].value
    assert not app.text_input(key="merge-text").value
    assert len(desk.linking.accounts(actor, pia.id)) == 1
    open_customer(app, duplicate.id)
    assert "was merged into the customer below" in text_of(app) and pia.name in text_of(app)


def test_a_file_is_tried_first_and_taken_on_a_press(app: AppTest, desk: Desk, actor: Actor) -> None:
    add(desk, actor)
    app.session_state["customers-look"] = "Import"
    show(app, "customers")
    content = b"name,email,reference\nAda,ada@example.com,A-1\nPia,pia.page@example.com,A-2\nBo,nomail,A-3\n"
    app.file_uploader[0].upload("customers.csv", content, "text/csv").run()
    assert "3 lines: 1 new, 1 with an e-mail that is already used, 1 with a mistake" in text_of(app)
    assert next(one for one in app.button if one.label == "Import 1 customer").disabled
    app.checkbox(key="import-leave-out").check().run()
    press(app, "Import 1 customer")
    assert "1 customer added" in "".join(str(one.value) for one in app.success)
    assert [one.reference for one in desk.customers.find(actor, "ada")] == ["A-1"]
    assert not desk.customers.find(actor, "A-2")


def test_nobody_in_the_address_is_said_calmly(app: AppTest) -> None:
    open_customer(app, "cust_nobody")
    assert "There is no such customer" in text_of(app)
