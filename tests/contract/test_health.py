"""Health, relink, renewal, replacement and removal, from the desk to the sandbox's own record of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.accounts.eligibility import DEACTIVATED
from dashboard.desk import Desk, open_desk
from dashboard.domain.models import AttemptState, BankAccount, Ended, HolderType, ItemState, LinkAttempt
from dashboard.jobs.worker import InlineWorker
from dashboard.linking import DuplicateAnswer
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox

PLATYPUS, CHASE = "ins_109508", "ins_56"
ACTOR = demo_actor("192.0.2.1")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("health-sandbox"))
    yield running
    running.stop()


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link/v2/stable/link-initialize.js", **sandbox.keys}
    opened = open_desk(load_settings(settings_for(ready, {}, tmp_path), None), worker=InlineWorker())
    yield opened
    opened.close()


def post(sandbox: Sandbox, path: str, **body: Any) -> dict[str, Any]:
    plaid = sandbox.keys["plaid"]
    headers = {"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]}
    answer = requests.post(f"{sandbox.url}{path}", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


def report(desk: Desk, sandbox: Sandbox, customer_id: str, bank: str) -> LinkAttempt:
    """A finished Link session in which the customer shared their checking account."""
    opening = desk.linking.open(ACTOR, customer_id)
    made = post(sandbox, "/sandbox/public_token/create", institution_id=bank, initial_products=["auth"])
    item = sandbox.control("GET", "/plaid")["items"][-1]
    checking = next(one for one in item["accounts"] if one["subtype"] == "checking")
    shared = {"id": checking["account_id"], "name": checking["name"], "mask": checking["mask"]}
    outcome = {
        "id": f"outcome-{opening.attempt_id[-12:]}",
        "kind": "success",
        "public_token": made["public_token"],
        "metadata": {
            "institution": {"name": "The Bank", "institution_id": bank},
            "accounts": [{**shared, "type": "depository", "subtype": "checking"}],
        },
    }
    return desk.linking.report(ACTOR, opening.attempt_id, outcome, {})


def add(desk: Desk, name: str) -> str:
    slug = name.lower().replace(" ", ".")
    return desk.customers.add(ACTOR, name, f"{slug}@example.com", slug, HolderType.INDIVIDUAL).id


def link(desk: Desk, sandbox: Sandbox, name: str, bank: str = PLATYPUS) -> BankAccount:
    attempt = report(desk, sandbox, add(desk, name), bank)
    assert attempt.state is AttemptState.AUTHORIZED, attempt.problem
    return desk.linking.account(ACTOR, str(attempt.bank_account_id))


def now(desk: Desk, account: BankAccount) -> BankAccount:
    return desk.linking.account(ACTOR, account.id)


def state(desk: Desk, account: BankAccount) -> ItemState:
    health = desk.store.health.get(account.item_id)
    assert health is not None
    return health.state


def plaid_item(desk: Desk, sandbox: Sandbox, account: BankAccount) -> dict[str, Any]:
    id = desk.store.items.plaid_id(account.item_id)
    return next(one for one in sandbox.control("GET", "/plaid")["items"] if one["item_id"] == id)


def break_login(desk: Desk, sandbox: Sandbox, account: BankAccount) -> None:
    token = desk.store.items.access_token(account.item_id).reveal()
    assert post(sandbox, "/sandbox/item/reset_login", access_token=token)["reset_login"]
    desk.health.hint(str(desk.store.items.plaid_id(account.item_id)))
    desk.health.ask_due()


def sources(sandbox: Sandbox, account: BankAccount) -> list[str]:
    found = sandbox.client.v1.customers.payment_sources.list(str(account.stripe_customer_id))
    return [one.id for one in found.data]


def sign_in_on_phone(desk: Desk, sandbox: Sandbox, account: BankAccount) -> LinkAttempt:
    """Update mode on the hosted page, as the customer goes through it; then the desk asks what became of it."""
    attempt_id = desk.hosted.relink(ACTOR, account.item_id)
    phone = desk.hosted.show(ACTOR, desk.linking.get(ACTOR, attempt_id))
    assert phone is not None
    key = post(sandbox, "/link/api/start", hosted_id=phone.url.rsplit("/", 1)[1])["session"]
    for action in ({"action": "consent"}, {"action": "credentials", "username": "user_good", "password": "pass_good"}):
        answer = post(sandbox, "/link/api/act", session=key, **action)
    assert answer["end"]["kind"] == "success"
    assert desk.hosted.ask_due() == 1
    return desk.linking.get(ACTOR, attempt_id)


def test_a_broken_connection_is_found_listed_and_mended_on_the_phone(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "Rita Relink")
    break_login(desk, sandbox, account)
    assert state(desk, account) is ItemState.LOGIN_REQUIRED
    assert [work.item.id for work in desk.health.work_list(ACTOR)] == [account.item_id]
    assert desk.debits.blocker(ACTOR, account) is not None
    token = desk.store.items.access_token(account.item_id)
    attempt = sign_in_on_phone(desk, sandbox, account)
    assert (attempt.state, attempt.bank_account_id) == (AttemptState.AUTHORIZED, account.id)
    assert desk.store.items.access_token(account.item_id) == token
    assert desk.health.work_list(ACTOR) == []
    assert desk.debits.blocker(ACTOR, now(desk, account)) is None


def test_ids_that_changed_with_the_sign_in_are_found_again(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "Ida Ids")
    break_login(desk, sandbox, account)
    sandbox.control("POST", "/plaid", account_ids_change={"item_id": desk.store.items.plaid_id(account.item_id)})
    sign_in_on_phone(desk, sandbox, account)
    mapped = now(desk, account).plaid_account_id
    assert mapped != account.plaid_account_id
    ids = {one["account_id"]: one["name"] for one in plaid_item(desk, sandbox, account)["accounts"]}
    assert ids[mapped] == account.name
    assert desk.debits.balance(ACTOR, account.id).current_cents is not None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("USER_PERMISSION_REVOKED", ItemState.REVOKED),
        ("ITEM_LOCKED", ItemState.LOGIN_REQUIRED),
        ("INSTITUTION_NO_LONGER_SUPPORTED", ItemState.DOWN),
    ],
)
def test_what_item_get_says_is_kept(desk: Desk, sandbox: Sandbox, code: str, expected: ItemState) -> None:
    account = link(desk, sandbox, f"Cody {code}".replace("_", " "))
    plaid_id = str(desk.store.items.plaid_id(account.item_id))
    sandbox.control("POST", "/plaid", item_error={"item_id": plaid_id, "code": code})
    desk.health.hint(plaid_id)
    desk.health.ask_due()
    assert state(desk, account) is expected


def test_a_consent_that_ends_soon_is_listed(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "Connie Consent", CHASE)
    plaid_id = str(desk.store.items.plaid_id(account.item_id))
    sandbox.control("POST", "/plaid", consent_expires={"item_id": plaid_id, "in_days": 20})
    desk.health.hint(plaid_id)
    desk.health.ask_due()
    (work,) = desk.health.work_list(ACTOR)
    assert work.problem.code == "CONSENT_EXPIRES"


def test_a_number_that_the_bank_changed_gets_a_new_bank_account_under_the_old_authorization(
    desk: Desk, sandbox: Sandbox
) -> None:
    account = link(desk, sandbox, "Tania Token", CHASE)
    plaid_id = str(desk.store.items.plaid_id(account.item_id))
    given = sandbox.client.v1.mandates.retrieve(str(account.mandate_id)).customer_acceptance
    sandbox.control("POST", "/plaid", numbers_change={"item_id": plaid_id})
    assert desk.health.numbers_changed(plaid_id, [account.plaid_account_id]) == 1
    renewed = now(desk, account)
    assert renewed.stripe_bank_account_id != account.stripe_bank_account_id
    assert sources(sandbox, account) == [renewed.stripe_bank_account_id]
    mandate = sandbox.client.v1.mandates.retrieve(str(renewed.mandate_id))
    assert (mandate.status, mandate.payment_method) == ("active", renewed.stripe_bank_account_id)
    assert mandate.customer_acceptance.accepted_at == given.accepted_at
    assert desk.debits.blocker(ACTOR, renewed) is None


def test_a_number_that_stripe_calls_switched_off_is_renewed_after_the_failure(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "Dana Dead Number", CHASE)
    sandbox.choose("tokenized_account_deactivated", bank_account=str(account.stripe_bank_account_id))
    sandbox.debit(str(account.stripe_customer_id), str(account.stripe_bank_account_id))
    sandbox.advance(4)
    desk.follow_sandbox()
    found = sandbox.client.v1.customers.payment_sources.retrieve(
        str(account.stripe_customer_id), str(account.stripe_bank_account_id)
    )
    assert found["status"] == DEACTIVATED
    plaid_id = str(desk.store.items.plaid_id(account.item_id))
    sandbox.control("POST", "/plaid", numbers_change={"item_id": plaid_id})
    desk.sync.run()
    assert desk.health.check_failures() == 1
    renewed = now(desk, account)
    assert renewed.stripe_bank_account_id != account.stripe_bank_account_id
    assert renewed.is_ready
    assert desk.health.check_failures() == 0


def test_a_removal_leaves_nothing_at_either_provider(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "Remo Gone")
    desk.removals.remove(ACTOR, account.item_id, "Closed")
    assert plaid_item(desk, sandbox, account)["removed"]
    assert sources(sandbox, account) == []
    assert sandbox.client.v1.mandates.retrieve(str(account.mandate_id)).status == "inactive"
    assert state(desk, account) is ItemState.REMOVED
    assert desk.removals.unfinished(ACTOR) == []


def test_an_item_that_plaid_no_longer_has_is_removed_all_the_same(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "Remo Twice")
    token = desk.store.items.access_token(account.item_id).reveal()
    post(sandbox, "/item/remove", access_token=token)
    desk.removals.remove(ACTOR, account.item_id, "Closed")
    assert desk.removals.unfinished(ACTOR) == []
    assert sources(sandbox, account) == []


def test_a_duplicate_replaces_the_first_link_and_stripe_keeps_the_one_bank_account(
    desk: Desk, sandbox: Sandbox
) -> None:
    account = link(desk, sandbox, "Dora Double")
    second = report(desk, sandbox, account.customer_id, PLATYPUS)
    assert desk.linking.question(second) is not None
    done = desk.linking.answer_duplicate(ACTOR, second.id, DuplicateAnswer.REPLACE)
    new = desk.linking.account(ACTOR, str(done.bank_account_id))
    assert plaid_item(desk, sandbox, account)["removed"]
    assert not plaid_item(desk, sandbox, new)["removed"]
    assert sources(sandbox, account) == [new.stripe_bank_account_id] == [account.stripe_bank_account_id]
    assert (now(desk, account).ended, new.is_ready) == (Ended.REPLACED, True)


def go_through_chase(desk: Desk, sandbox: Sandbox, customer_id: str, name: str) -> LinkAttempt:
    """Link at an OAuth bank, as the customer goes through it; what the browser then reports."""
    opening = desk.linking.open(ACTOR, customer_id)
    key = post(sandbox, "/link/api/start", token=opening.config["token"])["session"]
    post(sandbox, "/link/api/act", session=key, action="consent")
    view = post(sandbox, "/link/api/act", session=key, action="choose", institution_id=CHASE)["view"]
    post(sandbox, "/link/api/bank", state=view["url"].rsplit("/", 1)[1], allow=True)
    view = post(sandbox, "/link/api/act", session=key, action="oauth_poll")["view"]
    account = next(one for one in view["accounts"] if one["name"] == name)
    post(sandbox, "/link/api/act", session=key, action="accounts", account_ids=[account["id"]])
    end = post(sandbox, "/link/api/act", session=key, action="finish")["end"]
    outcome = {"id": f"outcome-{opening.attempt_id[-12:]}", "kind": "success", "public_token": end["public_token"]}
    return desk.linking.report(ACTOR, opening.attempt_id, {**outcome, "metadata": end["metadata"]}, {})


@pytest.fixture
def killing(sandbox: Sandbox) -> Iterator[None]:
    sandbox.control("POST", "/plaid", duplicate_kills_old=True)
    yield
    sandbox.control("POST", "/plaid", duplicate_kills_old=False)


@pytest.mark.usefixtures("killing")
def test_a_bank_whose_new_link_ends_the_old_one_leaves_one_that_works(desk: Desk, sandbox: Sandbox) -> None:
    """Chase may end the first connection during the second sign-in, so nobody is asked about a dead one."""
    customer = add(desk, "Cher Chase")
    first = go_through_chase(desk, sandbox, customer, "Plaid Checking")
    old = desk.linking.account(ACTOR, str(first.bank_account_id))
    second = go_through_chase(desk, sandbox, customer, "Plaid Checking")
    assert second.state is AttemptState.AUTHORIZED
    assert plaid_item(desk, sandbox, old)["removed"]
    assert now(desk, old).ended is Ended.REPLACED
    ready = [one.id for one in desk.linking.accounts(ACTOR, customer) if one.is_ready]
    assert ready == [second.bank_account_id]


@pytest.mark.usefixtures("killing")
def test_the_one_that_a_link_of_another_account_ended_is_found_within_a_turn(desk: Desk, sandbox: Sandbox) -> None:
    customer = add(desk, "Cora Chase")
    first = go_through_chase(desk, sandbox, customer, "Plaid Checking")
    desk.health.ask_due()
    go_through_chase(desk, sandbox, customer, "Plaid Saving")
    desk.health.ask_due()
    (work,) = desk.health.work_list(ACTOR)
    assert work.item.id == first.item_id
    old = desk.linking.account(ACTOR, str(first.bank_account_id))
    assert desk.debits.blocker(ACTOR, old) is not None, "a dead account is not left ready to debit"


def test_the_same_login_of_two_customers_at_a_tokenized_bank_is_shown(desk: Desk, sandbox: Sandbox) -> None:
    one, other = link(desk, sandbox, "Sam Same", CHASE), link(desk, sandbox, "Sue Same", CHASE)
    desk.health.ask_due()
    pairs = [{pair.one.id, pair.other.id} for pair in desk.shared_accounts.unseen(ACTOR)]
    assert {one.id, other.id} in pairs
