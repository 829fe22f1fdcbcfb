"""The holder, the balance and the transactions of an account, where staff meet them."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor, BankAccount
from tests.pages.conftest import show, text_of
from tests.pages.test_customers_page import open_customer, press
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox

PRODUCTS = ["auth", "identity", "transactions"]


def link_held_by(desk: Desk, actor: Actor, sandbox: Sandbox, name: str, holder: str) -> BankAccount:
    """An account of our customer `name` whose bank says that `holder` holds it (Plaid: `user_custom`)."""
    account = {
        "type": "depository",
        "subtype": "checking",
        "starting_balance": 120,
        "meta": {"name": "Plaid Checking"},
        "identity": {"names": [holder]},
    }
    options = {"override_username": "user_custom", "override_password": json.dumps({"override_accounts": [account]})}
    return link(desk, actor, sandbox, add(desk, actor, name), initial_products=PRODUCTS, options=options)


def test_the_same_name_asks_nothing_of_anybody(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    account = link_held_by(desk, actor, lived_sandbox, "Nora Núñez", "NUNEZ, NORA")
    open_customer(app, account.customer_id)
    assert "NUNEZ, NORA" in text_of(app)
    assert "The same name" in text_of(app)
    assert not [one for one in app.button if one.label == "It is somebody else"]


def test_another_name_is_shown_everywhere_until_somebody_decides(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link_held_by(desk, actor, lived_sandbox, "Dora Different", "Greta Other")
    attempt = desk.linking.recent(actor, account.customer_id)[0]
    app.query_params["attempt"] = attempt.id
    show(app, "")
    assert "These are different names" in text_of(app)
    del app.query_params["attempt"]
    app.query_params["account"] = account.id
    show(app, "debit")
    assert "These are different names" in text_of(app), "whoever debits sees it too"
    press(app, "It is somebody else")
    assert "it cannot be debited" in text_of(app)
    open_customer(app, account.customer_id)
    assert "it cannot be debited" in text_of(app)
    press(app, "It is the same person")
    assert "decided on" in text_of(app) and "the same person" in text_of(app)


def test_the_balance_stands_with_its_time(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    account = link_held_by(desk, actor, lived_sandbox, "Bea Balance", "Bea Balance")
    open_customer(app, account.customer_id)
    assert "has not been checked yet" in text_of(app)
    press(app, "Balance now")
    assert "$120.00" in text_of(app).replace("\\", "")
    assert "just now" in text_of(app)
    assert "1 balance" in text_of(app) and "bills each call" in text_of(app)


def test_transactions_are_read_when_asked_for(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    account = link_held_by(desk, actor, lived_sandbox, "Tea Lines", "Tea Lines")
    app.session_state[f"lines-{account.id}"] = True  # the part is open
    open_customer(app, account.customer_id)
    assert "They have not been read yet" in text_of(app)
    press(app, "Read them")
    table = next(frame.value for frame in app.dataframe if "way" in frame.value)
    assert len(table) == 30
    assert list(table.columns) == ["on", "what", "way", "amount"]
    salary = table[table["what"].str.contains("GUSTO")].iloc[0]
    assert (salary["way"], salary["amount"]) == ("in", "($5,850.00)")
    coffee = table[table["what"] == "Starbucks"].iloc[0]
    assert (coffee["way"], coffee["amount"]) == ("out", "$4.33")
    assert "in (brackets) came in" in text_of(app)
    press(app, "Read the newest")
    assert "just now" in text_of(app)
