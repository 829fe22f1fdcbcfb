"""Account health: what is wrong, what to say, and one button each; and a debit page that says no before an amount."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.accounts.lists import AccountFilter
from dashboard.connections.removal_job import REFUSED
from dashboard.desk import Desk
from dashboard.domain.jobs import JobState
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, AttemptKind, BankAccount, Ended
from tests.pages.conftest import show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


def break_it(desk: Desk, sandbox: Sandbox, account: BankAccount, code: str = "ITEM_LOGIN_REQUIRED") -> None:
    plaid_id = str(desk.store.items.plaid_id(account.item_id))
    sandbox.control("POST", "/plaid", item_error={"item_id": plaid_id, "code": code})
    desk.health.hint(plaid_id)
    desk.health.ask_due()


def metrics(app: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in app.metric}


def test_an_empty_desk_and_a_healthy_one_say_so(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    show(app, "health")
    assert "No bank is linked yet" in text_of(app)
    link(desk, actor, lived_sandbox, add(desk, actor, "Hale Healthy"))
    show(app, "health")
    assert "1 not asked yet" in text_of(app)
    desk.health.ask_due()
    show(app, "health")
    assert "Every connection works" in text_of(app)
    assert metrics(app) == {"Connections": "1", "Working": "1", "To do": "0", "Asked today": "1"}


def test_a_broken_connection_is_relinked_from_the_list(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Brook Broken"))
    break_it(desk, lived_sandbox, account)
    show(app, "health")
    shown = text_of(app)
    for words in ("Brook Broken", "Plaid Checking ••0000", "Sign in again", "Say to the customer", "What to do"):
        assert words in shown
    app.button(key=f"relink-{account.item_id}").click().run()
    assert not app.exception
    newest = desk.linking.recent(actor, account.customer_id)[0]
    assert newest.kind is AttemptKind.RELINK
    assert "signs in at First Platypus Bank again" in text_of(app)


def test_it_is_asked_for_by_phone_too(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Phoebe Phone"))
    break_it(desk, lived_sandbox, account)
    show(app, "health")
    app.button(key=f"phone-{account.item_id}").click().run()
    assert not app.exception
    assert any("/link/hosted/" in str(one.value) for one in app.code)


def test_it_is_removed_from_the_list_with_a_reason(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Remy Revoked"))
    break_it(desk, lived_sandbox, account, "USER_PERMISSION_REVOKED")
    show(app, "health")
    assert "Access revoked" in text_of(app)
    assert not [one for one in app.button if one.key == f"relink-{account.item_id}"], "it cannot be mended"
    next(one for one in app.text_input if one.label == "Why?").set_value("Revoked at the bank")
    next(one for one in app.button if one.label == "Remove it").click().run()
    assert not app.exception
    assert desk.linking.account(actor, account.id).ended is Ended.REMOVED
    assert "Remy Revoked" not in text_of(app)


def test_a_removal_that_waits_is_listed_and_tried_again(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Wanda Waits"))
    lived_sandbox.fault(path="/item/remove", kind="500_before", times=9)
    desk.removals.remove(actor, account.item_id, "Closed")
    lived_sandbox.control("DELETE", "/faults")
    show(app, "health")
    assert "Being removed (1)" in text_of(app)
    app.button(key=f"try-{account.item_id}").click().run()
    assert "Being removed" not in text_of(app)


def test_a_removal_that_is_refused_for_long_needs_attention_with_the_way_out(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Rita Refused"))
    lived_sandbox.fault(path="/item/remove", kind="500_before", times=9)
    desk.removals.remove(actor, account.item_id, "Closed")
    lived_sandbox.control("DELETE", "/faults")
    show(app, "inbox")
    assert "Removals that are refused" not in text_of(app), "an outage ends by itself"
    job = desk.store.jobs.find("removal", account.item_id)
    assert job is not None
    asks = {"state": JobState.ASKING, "question": REFUSED, "next_at": None}
    desk.store.jobs.write(job.id, asks)
    show(app, "inbox")
    said = text_of(app)
    assert "Removals that are refused (1)" in said and "Rita Refused" in said
    app.button(key=f"removal-{account.item_id}").click().run()
    assert "Removals that are refused" not in text_of(app)
    removal = desk.removals.get(actor, account.item_id)
    assert removal is not None and removal.done_at is not None


def test_a_debit_is_refused_before_an_amount_is_typed(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Nora No"))
    break_it(desk, lived_sandbox, account)
    app.query_params["account"] = account.id
    show(app, "debit")
    assert "has to sign in at" in text_of(app)
    assert not app.text_input
    listed = desk.account_lists.rows(actor, ListOrder(AccountFilter(), "linked"))
    assert [one.status for one in listed] == ["✕ Sign in again"]
    app.query_params["customer"] = account.customer_id
    show(app, "customers")
    assert "✕ Sign in again" in text_of(app)


def test_a_customer_with_a_broken_link_is_offered_its_repair_before_a_second_one(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Rae Repair"))
    break_it(desk, lived_sandbox, account)
    app.session_state["onboard"] = {"customer": account.customer_id}
    show(app, "onboard")
    app.button(key=f"relink-{account.item_id}").click().run()
    assert "again" in text_of(app)


def test_one_bank_account_under_two_customers_is_shown_to_the_administrator(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    chase = {"institution_id": "ins_56"}
    for name in ("Ada Joint", "Bea Joint"):
        link(desk, actor, lived_sandbox, add(desk, actor, name), **chase)
    desk.health.ask_due()
    show(app, "inbox")
    shown = text_of(app)
    assert "One bank account under two customers (1)" in shown
    assert "Ada Joint" in shown and "Bea Joint" in shown
    next(one for one in app.button if one.label == "It is correct").click().run()
    assert "under two customers" not in text_of(app)


def test_a_duplicate_offers_to_replace(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Dee Double"))
    opening = desk.linking.open(actor, account.customer_id)
    shared = {"id": "any", "name": account.name, "mask": account.mask, "type": "depository", "subtype": "checking"}
    bank = {"name": "First Platypus Bank", "institution_id": "ins_109508"}
    outcome = {"id": "outcome-double", "kind": "success", "public_token": "public-sandbox-never-spent"}
    desk.linking.report(
        actor, opening.attempt_id, {**outcome, "metadata": {"institution": bank, "accounts": [shared]}}, {}
    )
    app.session_state["onboard"] = {"customer": account.customer_id, "attempt": opening.attempt_id}
    show(app, "onboard")
    assert "already linked" in text_of(app)
    keys = {one.key for one in app.button}
    assert {"duplicate-use", "duplicate-replace", "duplicate-beside"} <= keys
