"""What a link attempt asks of the operator, and what each answer does."""

from __future__ import annotations

import requests
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor, AttemptState, Customer, LinkAttempt
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payments.lists import PaymentOrder
from tests.pages.conftest import grid_of, show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


def begin(
    desk: Desk, actor: Actor, sandbox: Sandbox, customer: Customer, accounts: list[dict[str, str]]
) -> LinkAttempt:
    """An attempt whose Link reported these accounts."""
    plaid = sandbox.keys["plaid"]
    opening = desk.linking.open(actor, customer.id)
    made = requests.post(
        f"{sandbox.url}/sandbox/public_token/create",
        json={"institution_id": "ins_109508", "initial_products": ["auth"]},
        headers={"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]},
        timeout=30,
    ).json()
    metadata = {"institution": {"name": "First Platypus Bank", "institution_id": "ins_109508"}, "accounts": accounts}
    outcome = {
        "id": f"q-{opening.attempt_id[-12:]}",
        "kind": "success",
        "public_token": made["public_token"],
        "metadata": metadata,
    }
    return desk.linking.report(actor, opening.attempt_id, outcome, {})


def press(app: AppTest, words: str) -> AppTest:
    next(one for one in app.button if words in one.label).click().run()
    assert not app.exception
    return app


def test_several_accounts_are_shown_and_the_chosen_one_is_linked(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    attempt = begin(desk, actor, lived_sandbox, add(desk, actor, "Saul Several"), [])
    assert attempt.state is AttemptState.CHOOSING
    app.query_params["attempt"] = attempt.id
    show(app, "")
    assert "Which account should be debited?" in text_of(app)
    press(app, "Plaid Saving")
    assert desk.linking.get(actor, attempt.id).state is AttemptState.AUTHORIZED
    assert "The bank is linked" in text_of(app)


def test_an_account_that_is_linked_already_is_pointed_out_and_used(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Dina Duplicate")
    linked = link(desk, actor, lived_sandbox, customer)
    again = {"id": "acc-2", "name": linked.name, "mask": str(linked.mask), "type": "depository", "subtype": "checking"}
    attempt = begin(desk, actor, lived_sandbox, customer, [again])
    app.query_params["attempt"] = attempt.id
    show(app, "")
    assert "This account is already linked" in text_of(app)
    press(app, "Use the linked account")
    assert "The bank is linked" in text_of(app)
    assert [one.id for one in desk.linking.accounts(actor, customer.id)] == [linked.id]


def test_a_stripe_customer_with_the_same_email_is_offered_and_adopted(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Edda Email")
    known = lived_sandbox.client.v1.customers.create({"name": "E. Email", "email": customer.email})
    attempt = begin(desk, actor, lived_sandbox, customer, [])
    chosen = next(one for one in attempt.accounts if one.name == "Plaid Checking")
    desk.linking.choose(actor, attempt.id, chosen.id)
    app.query_params["attempt"] = attempt.id
    show(app, "")
    assert "Is this the same person?" in text_of(app)
    press(app, "Yes: **E. Email**")
    assert desk.customers.get(actor, customer.id).stripe_customer_id == known.id
    assert "The bank is linked" in text_of(app)


def test_a_new_stripe_customer_can_be_made_all_the_same(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Nele New")
    known = lived_sandbox.client.v1.customers.create({"name": "Another", "email": customer.email})
    attempt = begin(desk, actor, lived_sandbox, customer, [])
    desk.linking.choose(actor, attempt.id, next(one for one in attempt.accounts if one.is_depository).id)
    app.query_params["attempt"] = attempt.id
    show(app, "")
    press(app, "No, create a new Stripe customer")
    assert desk.customers.get(actor, customer.id).stripe_customer_id not in {None, known.id}


def test_a_payment_that_is_selected_shows_its_story_and_its_ids(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    newest = desk.payment_lists.block(actor, PaymentOrder(PaymentFilter())).rows
    row = next(row for row in newest if row and row.fee is not None)  # one sent today has no fee yet
    show(app, "payments")
    assert grid_of(app)["whole"]
    app.query_params["payment"] = row.id
    app.query_params["from"] = "status=failed&sort=amount"
    shown = text_of(show(app, "payment"))
    assert "Timeline" in shown and "Created" in shown and "Stripe's fee" in shown
    assert any(str(one.value).startswith("py_") for one in app.code)


def test_an_account_that_is_selected_shows_its_mandate_and_its_balance(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    linked = link(desk, actor, lived_sandbox, add(desk, actor, "Seda Selected"))
    app.query_params["account"] = linked.id
    show(app, "accounts")
    assert f"{linked.mandate_id}" in text_of(app)
    press(app, "Balance now")
    assert "Available **$100.00**" in text_of(app)
