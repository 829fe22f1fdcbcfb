"""Adding and finding a customer at the counter: errors beside their fields, and who may be there already."""

from __future__ import annotations

import uuid

import requests
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Error

from dashboard.desk import Desk
from dashboard.domain.models import Actor, HolderType
from tests.pages.conftest import read, show, text_of
from tests.pages.test_pages import add, link
from tests.pages.test_questions import begin, press
from tests.sandboxes import Sandbox


def fill_in(app: AppTest, name: str, email: str, reference: str) -> AppTest:
    show(app, "onboard")
    for key, value in (("new-name", name), ("new-email", email), ("new-reference", reference)):
        app.text_input(key=key).set_value(value)
    return press(app, "Add customer")


def buttons(app: AppTest) -> list[str]:
    return [read(one.label) for one in app.button]


def test_everything_that_is_wrong_is_said_at_once_beside_its_field(app: AppTest, desk: Desk, actor: Actor) -> None:
    taken = add(desk, actor, "Theo Taken")
    fill_in(app, " ", "nobody", taken.reference.upper())
    drawn = [one for one in app.main if one.type in {"text_input", "error"}]
    assert [one.type for one in drawn[1:]] == ["text_input", "error"] * 3, "after the search, each with its own"
    name, email, reference = (one.value for one in drawn if isinstance(one, Error))
    assert "name is empty" in name and "not an e-mail" in email
    assert "belongs to Theo Taken" in read(reference)
    assert "3 fields cannot be used." in text_of(app) and "What to do" in text_of(app)
    assert app.text_input(key="new-email").value == "nobody", "what was typed stays"
    app.text_input(key="new-name").set_value("Nora New")
    app.text_input(key="new-email").set_value(f"{uuid.uuid4().hex}@example.com")
    app.text_input(key="new-reference").set_value(uuid.uuid4().hex)
    press(app, "Add customer")
    assert "Link a bank for Nora New" in text_of(app)


def test_an_edit_says_the_same_beside_its_fields(app: AppTest, desk: Desk, actor: Actor) -> None:
    customer = add(desk, actor, "Erna Edit")
    app.query_params["customer"] = customer.id
    show(app, "customers")
    app.session_state[f"customer-part-{customer.id}"] = "Edit"
    app.run()
    app.text_input(key=f"edit-name-{customer.id}").set_value("")
    app.text_input(key=f"edit-email-{customer.id}").set_value("x")
    app.button(key=f"edit-save-{customer.id}").click().run()
    assert len(app.error) == 2 and "2 fields cannot be used." in text_of(app)
    assert desk.customers.get(actor, customer.id).name == "Erna Edit"


def test_an_order_says_everything_that_is_wrong_before_the_bank_is_asked(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Otis Order"))
    app.query_params["account"] = account.id
    show(app, "debit")
    app.text_input(key="debit-amount").set_value("abc")
    press(app, "Check the balance")
    said = [read(one.value) for one in app.error]
    assert len(said) == 2 and "abc is not an amount" in said[0] and "invoice reference is empty" in said[1]


def test_the_same_email_is_asked_about_before_link(app: AppTest, desk: Desk, actor: Actor) -> None:
    known = add(desk, actor, "Elsa Email")
    fill_in(app, "Somebody Different", known.email.upper(), "S-1")
    assert "Is Somebody Different one of these?" in text_of(app)
    (yes,) = [one for one in app.button if one.key == f"same-{known.id}"]
    assert "Elsa Email" in read(yes.label) and "the same e-mail" in yes.label
    assert desk.customers.find(actor, "S-1") == [], "nobody is added before the answer"
    yes.click().run()
    assert "Link a bank for Elsa Email" in text_of(app)
    assert desk.customers.find(actor, "S-1") == []


def test_nearly_the_same_name_is_asked_about_and_may_be_somebody_else(app: AppTest, desk: Desk, actor: Actor) -> None:
    known = add(desk, actor, "Nadia Nearly")
    fill_in(app, "Nadja Nearly", "nadja@example.com", "N-2")
    assert f"same-{known.id}" in {one.key for one in app.button}
    press(app, "No, add a new customer")
    shown = text_of(app)
    assert "Link a bank for Nadja Nearly" in shown
    assert "There may be a second entry" in shown and "nearly the same name" in shown
    app.button(key=f"merge-with-{known.id}").click().run()
    assert not app.exception
    shown = text_of(app)
    assert "Nadja Nearly (N-2) is closed." in shown, "the merge is prepared: the older entry is kept"


def test_the_picker_shows_who_is_linked_already(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    linked, unlinked = add(desk, actor, "Pola Picked"), add(desk, actor, "Piet Picked")
    link(desk, actor, lived_sandbox, linked)
    show(app, "onboard")
    app.text_input(key="customer-search").set_value("Picked").run()
    labels = {one.key: read(one.label) for one in app.button}
    assert "linked: First Platypus Bank, Plaid Checking ••0000" in labels[f"pick-{linked.id}"]
    assert "no bank linked yet" in labels[f"pick-{unlinked.id}"]


def test_a_stripe_customer_of_somebody_else_is_shown_with_the_merge_and_never_shared(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    owner = add(desk, actor, "Olga Owner")
    link(desk, actor, lived_sandbox, owner)
    owner = desk.customers.get(actor, owner.id)
    second = desk.customers.add(actor, "Somebody Else", owner.email, "O-2", HolderType.INDIVIDUAL)
    attempt = begin(desk, actor, lived_sandbox, second, [])
    desk.linking.choose(actor, attempt.id, next(one for one in attempt.accounts if one.is_depository).id)
    app.query_params["attempt"] = attempt.id
    show(app, "")
    shown = text_of(app)
    assert "Is this the same person?" in shown and f"This is Olga Owner ({owner.reference}) at this desk." in shown
    assert not [one for one in buttons(app) if one.startswith("Yes")], "it cannot be taken"
    assert f"merge-{owner.stripe_customer_id}" in {one.key for one in app.button}
    press(app, "No, create a new Stripe customer")
    assert desk.customers.get(actor, second.id).stripe_customer_id not in {None, owner.stripe_customer_id}


def test_a_customer_who_was_deleted_at_stripe_is_said_so_before_link_and_not_called_ready(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, customer := add(desk, actor, "Dora Deleted"))
    key = lived_sandbox.keys["stripe"]["secret_key"]
    gone = requests.delete(f"{lived_sandbox.url}/v1/customers/{account.stripe_customer_id}", auth=(key, ""), timeout=30)
    assert gone.json()["deleted"] is True
    attempt = desk.linking.open(actor, customer.id).attempt_id
    app.query_params["attempt"] = attempt
    show(app, "onboard")
    assert "This customer was deleted at Stripe." in text_of(app)
    app.session_state["onboard"] = {"customer": customer.id}
    app.run()
    assert "Linking a bank makes a new Stripe customer" in text_of(app) and "✕ Deleted at Stripe" in text_of(app)
    newer = link(desk, actor, lived_sandbox, customer, "Plaid Saving")
    assert newer.stripe_customer_id != account.stripe_customer_id and newer.mandate_status == "active"
