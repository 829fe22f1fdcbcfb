"""Each page says what it is for, what is empty and what to do, and never shows a secret or a traceback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor, AttemptState, Balance, BankAccount, Customer, DebitOrder, HolderType, Purpose
from dashboard.domain.payout_matching import BankLine
from dashboard.linking.plaid_steps import lost_reply
from dashboard.ui.accounts.grid import ACCOUNTS
from tests.pages.conftest import MAIN, grid_of, read, show, text_of
from tests.payout_lines import keep_lines
from tests.sandboxes import Sandbox

PAGES = [
    "onboard",
    "institutions",
    "inbox",
    "health",
    "customers",
    "payments",
    "accounts",
    "debit",
    "setup",
    "sandbox",
]


def add(desk: Desk, actor: Actor, name: str = "Pia Page") -> Customer:
    slug = name.lower().replace(" ", ".")
    return desk.customers.add(actor, name, f"{slug}@example.com", slug, HolderType.INDIVIDUAL)


def link(
    desk: Desk, actor: Actor, sandbox: Sandbox, customer: Customer, account: str = "Plaid Checking", **request: Any
) -> BankAccount:
    """A linked account, by a public token made at the sandbox; `request` is added to what makes it."""
    plaid = sandbox.keys["plaid"]
    opening = desk.linking.open(actor, customer.id)
    made = requests.post(
        f"{sandbox.url}/sandbox/public_token/create",
        json={"institution_id": "ins_109508", "initial_products": ["auth"], **request},
        headers={"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]},
        timeout=30,
    ).json()
    outcome = {
        "id": f"outcome-{opening.attempt_id[-12:]}",
        "kind": "success",
        "public_token": made["public_token"],
        "metadata": {"institution": {"name": "First Platypus Bank", "institution_id": "ins_109508"}, "accounts": []},
    }
    attempt = desk.linking.report(actor, opening.attempt_id, outcome, {})
    chosen = next(one for one in attempt.accounts if one.name == account)
    attempt = desk.linking.choose(actor, attempt.id, chosen.id)
    assert attempt.bank_account_id
    return desk.linking.account(actor, attempt.bank_account_id)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_mode_and_no_secret(app: AppTest, desk: Desk, page: str) -> None:
    show(app, "" if page == "onboard" else page)
    assert any("SANDBOX" in str(part.proto.body) for part in app.get("html"))
    everything = text_of(app) + str([frame.value for frame in app.dataframe])
    for secret in (desk.settings.plaid_secret, desk.settings.stripe_secret_key, *desk.settings.keys):
        assert secret.reveal() not in everything


def test_a_new_customer_is_asked_for_the_authorization(app: AppTest, desk: Desk, actor: Actor) -> None:
    customer = add(desk, actor)
    app.query_params["customer"] = customer.id
    show(app, "")
    assert f"Link a bank for {customer.name}" in text_of(app)
    words = "".join(str(one.value) for one in app.text)
    assert "authorizes" in words and "revokes" in words
    proceed = next(one for one in app.button if one.label == "Continue")
    assert proceed.disabled, "nobody links before the customer has agreed"


def test_an_unknown_attempt_in_the_address_is_said_calmly(app: AppTest) -> None:
    app.query_params["attempt"] = "link_nobody"
    show(app, "")
    assert "There is no such link" in text_of(app)


def test_several_accounts_are_shown_for_the_operator_to_choose(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Max Many")
    account = link(desk, actor, lived_sandbox, customer)
    attempt = desk.linking.recent(actor, customer.id)[0]
    app.query_params["attempt"] = attempt.id
    show(app, "")
    shown = text_of(app)
    assert "The bank is linked" in shown and str(account.stripe_bank_account_id) in shown
    assert "access-" not in shown and "btok_" not in shown


def test_payments_before_the_first_sync_say_what_to_do(app: AppTest) -> None:
    show(app, "payments")
    assert grid_of(app)["empty"] == ["Nothing has been read from Stripe yet.", "Press Sync now."]
    assert any(one.label == "Sync now" for one in app.button)


def test_linked_accounts_are_listed_with_their_mandate(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    link(desk, actor, lived_sandbox, add(desk, actor, "Lina Linked"))
    grid_of(show(app, "accounts"))
    asked = {"filter": {"text": "lina 0000"}, "sort": "status", "desc": True, "start": 0, "size": 9, "zone": "UTC"}
    ((name, _, _, account, status, mandate, _, stripe, *_, hits),) = ACCOUNTS.answers().rows(desk, actor, asked)["rows"]
    assert (name, account[-4:], status, mandate, stripe[:3]) == ("Lina Linked", "0000", "✓ Ready", "active", "ba_")
    assert hits == "customer reference account"


def test_an_empty_list_of_accounts_says_what_to_do(app: AppTest) -> None:
    why, action = grid_of(show(app, "accounts"))["empty"]
    assert why == "No bank is linked yet." and "Onboard" in action


def fill_in(app: AppTest, amount: str, reference: str = "INV-7") -> AppTest:
    app.text_input(key="debit-amount").set_value(amount)
    app.text_input(key="debit-reference").set_value(reference)
    next(one for one in app.button if one.label == "Check the balance").click().run()
    assert not app.exception
    return app


@pytest.fixture
def account(desk: Desk, actor: Actor, lived_sandbox: Sandbox, request: pytest.FixtureRequest) -> BankAccount:
    return link(desk, actor, lived_sandbox, add(desk, actor, f"Dora {abs(hash(request.node.name)) % 10**6}"))


def open_debit(app: AppTest, account: BankAccount) -> AppTest:
    app.query_params["account"] = account.id
    return show(app, "debit")


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "1.234", "", "12,50"])
def test_an_amount_that_is_no_amount_is_refused(app: AppTest, account: BankAccount, amount: str) -> None:
    open_debit(app, account)
    fill_in(app, amount)
    said = text_of(app)
    assert "is not an amount" in said and "such as 12.50 or 1,250.00" in said


def test_the_balance_and_the_dates_are_shown_before_confirming(app: AppTest, account: BankAccount) -> None:
    open_debit(app, account)
    fill_in(app, "12.50")
    assert {one.label: one.value for one in app.metric}["Available at the bank"] == "$100.00"
    assert "Customer debited about" in text_of(app)


def test_an_amount_that_will_be_refused_has_no_button(app: AppTest, account: BankAccount, desk: Desk) -> None:
    open_debit(app, account)
    fill_in(app, "100.01")
    assert not [one for one in app.button if "Debit" in one.label]
    assert "above the available balance" in text_of(app) and "Change it" in {one.label for one in app.button}


def test_what_was_typed_is_kept_where_it_is_changed(app: AppTest, account: BankAccount) -> None:
    open_debit(app, account)
    fill_in(app, "100.01", "INV-KEPT")
    app.button(key="debit-change").click().run()
    assert app.text_input(key="debit-amount").value == "100.01"
    assert app.text_input(key="debit-reference").value == "INV-KEPT"


def press_debit(app: AppTest, words: str) -> AppTest:
    next(one for one in app.button if read(one.label) == words).click().run()
    assert not app.exception
    return app


def test_our_own_debits_are_taken_off_and_one_like_it_is_asked_about(
    app: AppTest, account: BankAccount, desk: Desk, actor: Actor
) -> None:
    open_debit(app, account)
    fill_in(app, "50.00", "INV-9001")
    press_debit(app, "Debit $50.00")
    owner = desk.customers.get(actor, account.customer_id).name
    shown = text_of(app)
    assert owner in shown and "INV-9001" in shown and "Ordered" in shown, "whose and when"
    app.button(key="debit-next").click().run()
    app.button(key=f"debit-{account.id}").click().run()
    fill_in(app, "20.00", "inv-9001")
    shown = text_of(app)
    figures = {one.label: one.value for one in app.metric}
    assert (figures["Available at the bank"], figures["Left after our debits on their way"]) == ("$100.00", "$50.00")
    assert f"INV-9001 of {owner} was debited just now ($50.00, Submitted). Debit again?" in shown
    button = next(one for one in app.button if read(one.label) == "Debit $20.00")
    assert button.disabled, "nobody debits again without being asked"
    next(one for one in app.checkbox if "debit again" in one.label).check().run()
    press_debit(app, "Debit $20.00")
    assert len(desk.debits.recent(actor, account.id)) == 2


def test_a_form_that_was_sent_is_still_that_form_after_a_reload(
    app: AppTest, account: BankAccount, desk: Desk, actor: Actor
) -> None:
    open_debit(app, account)
    fill_in(app, "9.99", "INV-RELOAD")
    ticket = app.session_state["debit-ticket"]
    assert app.query_params["ticket"] in (ticket, [ticket])
    press_debit(app, "Debit $9.99")
    reloaded = AppTest.from_file(MAIN, default_timeout=30)
    reloaded.query_params["account"], reloaded.query_params["ticket"] = account.id, ticket
    show(reloaded, "debit")
    assert "INV-RELOAD" in text_of(reloaded) and not [one for one in reloaded.button if "Check" in one.label]


def _everyone() -> Actor:
    from dashboard.staff.access import demo_actor

    return demo_actor()


def test_a_missing_available_balance_is_said_and_must_be_accepted(
    app: AppTest, account: BankAccount, lived_sandbox: Sandbox
) -> None:
    lived_sandbox.control(
        "POST", "/plaid", available_balance={"account_id": account.plaid_account_id, "available": None}
    )
    open_debit(app, account)
    fill_in(app, "10.00")
    assert any("no available balance" in str(one.value) for one in app.warning)
    assert next(one for one in app.button if read(one.label) == "Debit $10.00").disabled


def test_a_debit_is_sent_once_however_often_it_is_confirmed(
    app: AppTest, account: BankAccount, desk: Desk, actor: Actor
) -> None:
    open_debit(app, account)
    fill_in(app, "9.99", "INV-ONCE")
    next(one for one in app.button if read(one.label) == "Debit $9.99").click().run()
    assert "Submitted" in text_of(app)
    done = desk.debits.get(actor, app.session_state["debit-done"])
    again = DebitOrder(
        ticket=app.session_state["debit-ticket"],
        bank_account_id=account.id,
        amount_cents=999,
        invoice_reference="INV-ONCE",
        purpose=Purpose.GOODS,
        balance=Balance(10_000, 11_000, "usd", desk.clock.now()),
    )
    assert desk.debits.submit(actor, again).id == done.id


def test_what_stopped_half_way_needs_attention(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    customer = add(desk, actor, "Uma Unfinished")
    lived_sandbox.control("POST", "/plaid", stripe_connected=False)
    try:
        with pytest.raises(AssertionError):
            link(desk, actor, lived_sandbox, customer)
    finally:
        lived_sandbox.control("POST", "/plaid", stripe_connected=True)
    show(app, "inbox")
    shown = text_of(app)
    assert "Uma Unfinished" in shown and "Stripe" in shown


def test_what_stopped_is_resumed_from_the_list_with_one_press(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Rhea Resume")
    lived_sandbox.control("POST", "/plaid", stripe_connected=False)
    try:
        with pytest.raises(AssertionError):
            link(desk, actor, lived_sandbox, customer)
    finally:
        lived_sandbox.control("POST", "/plaid", stripe_connected=True)
    show(app, "inbox")
    assert any("Say to the customer" in str(one.value) for one in app.error)
    copied = "\n".join(str(one.value) for one in app.code)
    (attempt,) = desk.linking.recent(actor, customer.id)
    for words in ("Code: INVALID_PRODUCT", "Request id: ", "Plaid Item: ", f"Our attempt: {attempt.id}"):
        assert words in copied
    app.button(key=f"resume-{attempt.id}").click().run()
    assert not app.exception
    assert "Rhea Resume" not in text_of(app)
    assert desk.linking.accounts(actor, customer.id)[0].is_ready


def test_a_token_without_a_bank_account_is_listed_until_it_is_linked(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Lou Loose")
    account = link(desk, actor, lived_sandbox, customer)
    assert desk.attention.loose_items(actor) == []
    handle = desk.store.database.handle
    handle.execute("UPDATE link_attempt SET bank_account_id = NULL")
    handle.execute("DELETE FROM mandate")
    handle.execute("DELETE FROM bank_account WHERE id = ?", [account.id])
    show(app, "inbox")
    assert "Connections without a bank account (1)" in text_of(app) and "Lou Loose" in text_of(app)
    next(one for one in app.button if one.label == "Link again").click().run()
    assert "Link a bank for Lou Loose" in text_of(app)


def test_an_unknown_exchange_is_listed_with_the_way_to_link_anew(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Una Unknown")
    attempt = desk.linking.get(actor, desk.linking.open(actor, customer.id).attempt_id)
    desk.store.attempts.move(attempt.id, AttemptState.RECEIVED)
    desk.store.attempts.move(attempt.id, AttemptState.UNKNOWN, lost_reply(None))
    show(app, "inbox")
    assert "the reply to the token exchange was lost" in text_of(app)
    app.button(key=f"aside-{attempt.id}").click().run()
    assert not app.exception and "Una Unknown" not in text_of(app)
    assert desk.store.trail.read(attempt.id)[0].action == "link.set_aside"
    assert desk.linking.recent(actor, customer.id)[0].id == attempt.id, "it stays in the history"
    desk.store.database.handle.execute("DELETE FROM attempt_aside")
    show(app, "inbox")
    next(one for one in app.button if one.label == "Link again").click().run()
    assert "Link a bank for Una Unknown" in text_of(app)


def test_nothing_to_attend_to_is_said(app: AppTest) -> None:
    show(app, "inbox")
    assert "Nothing waits for you." in text_of(app)


def test_a_line_of_the_inbox_is_given_noted_put_away_and_brought_back(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    customer = add(desk, actor, "Ina Inbox")
    opening = desk.linking.open(actor, customer.id)
    desk.store.attempts.move(opening.attempt_id, AttemptState.FAILED)
    key = f"link-{opening.attempt_id}"
    show(app, "inbox")
    assert "Bank links (1)" in text_of(app) and "Ina Inbox" in text_of(app)
    app.text_area(key=f"note-{key}").set_value("Calls back on Friday")
    app.selectbox(key=f"whose-{key}").set_value(actor.name)
    app.button(key=f"save-{key}").click().run()
    assert f"For {actor.name}" in text_of(app) and "Calls back on Friday" in text_of(app)
    waiting = app.session_state["inbox-counts"][-1]["inbox"]
    app.button(key=f"done-{key}").click().run()
    assert "Ina Inbox" not in text_of(app) and "Nothing else waits for you." in text_of(app)
    assert app.session_state["inbox-counts"][-1]["inbox"] == waiting - 1, "the navigation hears of it at once"
    app.toggle(key="inbox-done").set_value(True).run()
    assert "Done by" in text_of(app)
    app.button(key=f"undo-{key}").click().run()
    assert "Bank links (1)" in text_of(app)
    assert not app.exception


def test_a_payout_that_the_statement_should_have_is_a_line_of_the_inbox(app: AppTest, desk: Desk) -> None:
    today = desk.payments.today()
    days = [today - timedelta(days=number) for number in (20, 30, 1)]  # missing, before the statement, too new
    for number, day in enumerate(days):
        arrival = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        payout = {"object": "payout", "created": arrival - 172_800, "currency": "usd", "status": "paid"}
        about = {"id": f"po_inbox{number}", "arrival_date": arrival, "amount": 77_00 + number, "automatic": True}
        desk.store.projection.apply("payouts", [payout | about])
    keep_lines(desk.store, [BankLine(f"bl_{ago}", today - timedelta(days=ago), -5, "usd", "FEE") for ago in (25, 0)])
    said = text_of(show(app, "inbox"))
    assert "$77.00" in said and "on no line of the statement" in said
    assert "$77.01" not in said and "$77.02" not in said
