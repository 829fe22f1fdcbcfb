"""Items by the official client: exchange, reads, processor tokens, health, removal, webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plaid
import pytest
from plaid.model.accounts_balance_get_request import AccountsBalanceGetRequest
from plaid.model.accounts_balance_get_request_options import AccountsBalanceGetRequestOptions
from plaid.model.accounts_get_request import AccountsGetRequest
from plaid.model.accounts_get_request_options import AccountsGetRequestOptions
from plaid.model.auth_get_request import AuthGetRequest
from plaid.model.identity_get_request import IdentityGetRequest
from plaid.model.item_access_token_invalidate_request import ItemAccessTokenInvalidateRequest
from plaid.model.item_get_request import ItemGetRequest
from plaid.model.item_public_token_exchange_request import ItemPublicTokenExchangeRequest
from plaid.model.item_remove_request import ItemRemoveRequest
from plaid.model.processor_stripe_bank_account_token_create_request import (
    ProcessorStripeBankAccountTokenCreateRequest,
)
from plaid.model.processor_token_create_request import ProcessorTokenCreateRequest
from plaid.model.sandbox_item_reset_login_request import SandboxItemResetLoginRequest
from plaid.model.transactions_sync_request import TransactionsSyncRequest

from tests.contract.plaid_client import PlaidClient, refusal
from tests.sandboxes import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[PlaidClient]:
    yield PlaidClient(sandbox)
    sandbox.control("POST", "/plaid", stripe_connected=True, stripe_refuses=None, institution_down=None)


def accounts_of(client: PlaidClient, access_token: str) -> list[Any]:
    return list(client.api.accounts_get(AccountsGetRequest(access_token=access_token))["accounts"])


def bank_token(client: PlaidClient, access_token: str, account_id: str) -> str:
    request = ProcessorStripeBankAccountTokenCreateRequest(access_token=access_token, account_id=account_id)
    return str(client.api.processor_stripe_bank_account_token_create(request)["stripe_bank_account_token"])


def test_a_spent_public_token_is_refused(client: PlaidClient) -> None:
    token = client.public_token()
    access_token, item_id = client.exchange(token)
    assert access_token.startswith("access-sandbox-")
    assert item_id
    status, error = refusal(client.api.item_public_token_exchange, ItemPublicTokenExchangeRequest(public_token=token))
    assert (status, error["error_code"]) == (400, "INVALID_PUBLIC_TOKEN")


def test_a_public_token_expires(fresh: Sandbox) -> None:
    client = PlaidClient(fresh)
    token = client.public_token()
    fresh.advance(1)
    error = refusal(client.api.item_public_token_exchange, ItemPublicTokenExchangeRequest(public_token=token))[1]
    assert error["error_code"] == "INVALID_PUBLIC_TOKEN"


def test_the_accounts_are_those_of_plaids_sandbox(client: PlaidClient) -> None:
    accounts = accounts_of(client, client.link())
    checking, saving = accounts[:2]
    assert (checking["name"], checking["mask"], str(checking["subtype"])) == ("Plaid Checking", "0000", "checking")
    assert (checking["balances"]["available"], checking["balances"]["current"]) == (100, 110)
    assert (saving["balances"]["available"], saving["balances"]["current"]) == (200, 210)
    card = next(each for each in accounts if each["mask"] == "3333")
    assert (str(card["type"]), card["balances"]["available"], card["balances"]["limit"]) == ("credit", None, 2000)


def test_two_items_have_accounts_of_their_own(client: PlaidClient) -> None:
    first, second = (accounts_of(client, client.link())[0]["account_id"] for _ in range(2))
    assert first != second
    request = AccountsGetRequest(access_token=client.link(), options=AccountsGetRequestOptions(account_ids=[first]))
    assert refusal(client.api.accounts_get, request)[1]["error_code"] == "INVALID_ACCOUNT_ID"


def test_a_live_balance_is_dated_and_may_be_absent(client: PlaidClient) -> None:
    token = client.link()
    account_id = accounts_of(client, token)[0]["account_id"]
    request = AccountsBalanceGetRequest(
        access_token=token, options=AccountsBalanceGetRequestOptions(account_ids=[account_id])
    )
    (account,) = client.api.accounts_balance_get(request)["accounts"]
    assert account["balances"]["available"] == 100
    assert account["balances"]["last_updated_datetime"]
    client.control(available_balance={"account_id": account_id, "available": None})
    assert client.api.accounts_balance_get(request)["accounts"][0]["balances"]["available"] is None
    client.control(available_balance={"account_id": account_id, "available": 12.5})
    assert client.api.accounts_balance_get(request)["accounts"][0]["balances"]["available"] == 12.5


def test_auth_gives_numbers_for_what_can_be_debited(client: PlaidClient) -> None:
    answer = client.api.auth_get(AuthGetRequest(access_token=client.link()))
    assert {str(each["subtype"]) for each in answer["accounts"]} == {"checking", "savings", "cash management"}
    number = answer["numbers"]["ach"][0]
    assert (number["account"], number["routing"]) == ("1111222233330000", "011401533")
    assert number["is_tokenized_account_number"] is False


@pytest.mark.parametrize("institution", ["ins_56", "ins_13", "ins_127990"])
def test_some_banks_hand_out_tokenized_numbers(client: PlaidClient, institution: str) -> None:
    answer = client.api.auth_get(AuthGetRequest(access_token=client.link(institution)))
    assert answer["numbers"]["ach"][0]["is_tokenized_account_number"] is True
    again = client.api.auth_get(AuthGetRequest(access_token=client.link(institution)))
    assert answer["accounts"][0]["persistent_account_id"] == again["accounts"][0]["persistent_account_id"]
    assert answer["accounts"][0]["account_id"] != again["accounts"][0]["account_id"]


def test_owners_need_consent(client: PlaidClient) -> None:
    answer = client.api.identity_get(IdentityGetRequest(access_token=client.link(products=("auth", "identity"))))
    assert answer["accounts"][0]["owners"][0]["names"] == ["Alberta Bobbeth Charleson"]
    error = refusal(client.api.identity_get, IdentityGetRequest(access_token=client.link()))[1]
    assert error["error_code"] == "ADDITIONAL_CONSENT_REQUIRED"
    assert error["error_message"] == "client does not have user consent to access the PRODUCT_IDENTITY product"


def test_a_bank_token_is_taken_once_by_stripe(client: PlaidClient, sandbox: Sandbox) -> None:
    access_token = client.link()
    token = bank_token(client, access_token, accounts_of(client, access_token)[0]["account_id"])
    assert token.startswith("btok_")
    customer = sandbox.client.v1.customers.create({"name": "Jo"})
    bank: Any = sandbox.client.v1.customers.payment_sources.create(customer.id, {"source": token})
    assert (bank.status, bank.last4, bank.routing_number) == ("verified", "6789", "110000000")


def test_stripe_not_connected_is_told_as_it_is_in_the_wild(client: PlaidClient) -> None:
    access_token = client.link()
    account_id = accounts_of(client, access_token)[0]["account_id"]
    client.control(stripe_connected=False)
    request = ProcessorStripeBankAccountTokenCreateRequest(access_token=access_token, account_id=account_id)
    status, error = refusal(client.api.processor_stripe_bank_account_token_create, request)
    assert (status, error["error_type"], error["error_code"]) == (400, "INVALID_INPUT", "INVALID_PRODUCT")
    assert "not enabled for the Stripe ACH integration" in error["error_message"]
    client.control(stripe_connected=True, stripe_refuses="Routing number must have 9 digits")
    error = refusal(client.api.processor_stripe_bank_account_token_create, request)[1]
    assert error["error_code"] == "INVALID_STRIPE_ACCOUNT"
    assert error["error_message"] == "Stripe API returned error: Routing number must have 9 digits"


def test_a_credit_card_gets_no_bank_token(client: PlaidClient) -> None:
    access_token = client.link()
    card = next(each for each in accounts_of(client, access_token) if each["mask"] == "3333")
    with pytest.raises(plaid.ApiException):
        bank_token(client, access_token, card["account_id"])


def test_stripe_is_refused_as_a_processor_and_dwolla_taken(client: PlaidClient) -> None:
    access_token = client.link()
    account_id = accounts_of(client, access_token)[0]["account_id"]
    request = ProcessorTokenCreateRequest(access_token=access_token, account_id=account_id, processor="dwolla")
    assert client.api.processor_token_create(request)["processor_token"].startswith("processor-sandbox-")
    body = {"access_token": access_token, "account_id": account_id, "processor": "stripe"}
    assert client.raw("/processor/token/create", body)[1]["error_code"] == "INVALID_FIELD"


def test_a_login_that_is_needed_shows_in_the_item_and_refuses_reads(client: PlaidClient) -> None:
    access_token = client.link()
    reset = SandboxItemResetLoginRequest(access_token=access_token)
    assert client.api.sandbox_item_reset_login(reset)["reset_login"] is True
    item = client.api.item_get(ItemGetRequest(access_token=access_token))["item"]
    assert item["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"
    error = refusal(client.api.auth_get, AuthGetRequest(access_token=access_token))[1]
    assert error["error_code"] == "ITEM_LOGIN_REQUIRED"


def test_a_consent_that_ended_and_a_permission_that_was_revoked_have_their_reasons(client: PlaidClient) -> None:
    access_token, item_id = client.exchange(client.public_token("ins_127989"))
    item = client.api.item_get(ItemGetRequest(access_token=access_token))["item"]
    assert item["consent_expiration_time"]
    client.control(consent_expires={"item_id": item_id, "in_days": 0})
    error = refusal(client.api.auth_get, AuthGetRequest(access_token=access_token))[1]
    assert (error["error_code"], error["error_code_reason"]) == ("ITEM_LOGIN_REQUIRED", "OAUTH_CONSENT_EXPIRED")
    client.control(item_error={"item_id": item_id, "code": "USER_PERMISSION_REVOKED"})
    error = refusal(client.api.auth_get, AuthGetRequest(access_token=access_token))[1]
    assert (error["error_type"], error["error_code"]) == ("INVALID_INPUT", "USER_PERMISSION_REVOKED")


def test_a_bank_that_is_down_refuses_live_reads_alone(client: PlaidClient) -> None:
    access_token = client.link("ins_109511")
    client.control(institution_down="ins_109511")
    error = refusal(client.api.accounts_balance_get, AccountsBalanceGetRequest(access_token=access_token))[1]
    assert (error["error_type"], error["error_code"]) == ("INSTITUTION_ERROR", "INSTITUTION_DOWN")
    assert accounts_of(client, access_token)


def test_an_item_wants_a_login_after_thirty_days(fresh: Sandbox) -> None:
    client = PlaidClient(fresh)
    access_token = client.link()
    fresh.advance(25)
    error = client.api.item_get(ItemGetRequest(access_token=access_token))["item"]["error"]
    assert error["error_code"] == "ITEM_LOGIN_REQUIRED"


def test_a_changed_access_token_kills_the_old_one(client: PlaidClient) -> None:
    old = client.link()
    new = client.api.item_access_token_invalidate(ItemAccessTokenInvalidateRequest(access_token=old))[
        "new_access_token"
    ]
    assert accounts_of(client, new)
    error = refusal(client.api.accounts_get, AccountsGetRequest(access_token=old))[1]
    assert error["error_code"] == "INVALID_ACCESS_TOKEN"


def test_a_removed_item_is_gone_and_so_is_its_bank_token(client: PlaidClient, sandbox: Sandbox) -> None:
    access_token = client.link()
    token = bank_token(client, access_token, accounts_of(client, access_token)[0]["account_id"])
    assert client.api.item_remove(ItemRemoveRequest(access_token=access_token))["request_id"]
    error = refusal(client.api.item_get, ItemGetRequest(access_token=access_token))[1]
    assert (error["error_type"], error["error_code"]) == ("ITEM_ERROR", "ITEM_NOT_FOUND")
    customer = sandbox.client.v1.customers.create({"name": "Jo"})
    with pytest.raises(Exception, match=token):
        sandbox.client.v1.customers.payment_sources.create(customer.id, {"source": token})


def test_account_ids_can_change_under_an_item(client: PlaidClient) -> None:
    access_token, item_id = client.exchange(client.public_token())
    old = accounts_of(client, access_token)[0]["account_id"]
    client.control(account_ids_change={"item_id": item_id})
    with pytest.raises(plaid.ApiException, match="INVALID_ACCOUNT_ID"):
        bank_token(client, access_token, old)


def test_a_test_users_error_is_the_errors_own(client: PlaidClient) -> None:
    with pytest.raises(plaid.ApiException, match="ITEM_LOCKED"):
        client.public_token(override_username="user_good", override_password="error_ITEM_LOCKED")


def test_a_custom_user_brings_its_accounts(client: PlaidClient) -> None:
    config = (
        '{"override_accounts":[{"type":"depository","subtype":"checking","starting_balance":5,"meta":{"mask":"4242"}}]}'
    )
    access_token = client.link(override_username="user_custom", override_password=config)
    (account,) = accounts_of(client, access_token)
    assert (account["mask"], account["balances"]["current"]) == ("4242", 5)


def sync(client: PlaidClient, access_token: str, **more: Any) -> Any:
    return client.api.transactions_sync(TransactionsSyncRequest(access_token=access_token, **more))


def test_transactions_come_in_pages_by_cursor(client: PlaidClient) -> None:
    access_token = client.link(products=("auth", "transactions"))
    seen, cursor, pages, more = [], "", 0, True
    while more:
        page = sync(client, access_token, cursor=cursor, count=20)
        seen += [each["transaction_id"] for each in page["added"]]
        cursor, more, pages = page["next_cursor"], page["has_more"], pages + 1
    assert (len(seen), len(set(seen)), pages) == (30, 30, 2)
    again = sync(client, access_token, cursor=cursor)
    assert (list(again["added"]), again["has_more"], again["next_cursor"]) == ([], False, cursor)


def test_a_mutation_during_pagination_is_refused_once(client: PlaidClient) -> None:
    access_token, item_id = client.exchange(client.public_token(products=("auth", "transactions")))
    first = sync(client, access_token, count=20)
    client.control(sync_mutation={"item_id": item_id, "times": 1})
    request = TransactionsSyncRequest(access_token=access_token, cursor=first["next_cursor"], count=20)
    error = refusal(client.api.transactions_sync, request)[1]
    assert error["error_type"] == "TRANSACTIONS_ERROR"
    assert error["error_code"] == "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
    assert client.api.transactions_sync(request)["has_more"] is False


def test_pending_transactions_are_posted_the_next_day(fresh: Sandbox) -> None:
    client = PlaidClient(fresh)
    access_token = client.link(
        products=("auth", "transactions"), override_username="user_transactions_dynamic", override_password="pass_good"
    )
    first = sync(client, access_token)
    pending = first["added"][-1]
    assert pending["pending"] is True
    fresh.advance(2)
    later = sync(client, access_token, cursor=first["next_cursor"])
    assert pending["transaction_id"] in [each["transaction_id"] for each in later["removed"]]
    posted = next(each for each in later["added"] if each["pending_transaction_id"] == pending["transaction_id"])
    assert posted["pending"] is False


def test_the_dynamic_user_takes_any_password(client: PlaidClient) -> None:
    access_token = client.link(
        products=("transactions",), override_username="user_transactions_dynamic", override_password="any words"
    )
    assert client.api.transactions_sync(TransactionsSyncRequest(access_token=access_token))["accounts"]


def test_an_item_without_auth_is_read_as_well(client: PlaidClient) -> None:
    access_token = client.link("ins_10", products=("transactions",), webhook="https://desk.example/hook")
    item = client.api.item_get(ItemGetRequest(access_token=access_token))["item"]
    assert item["webhook"] == "https://desk.example/hook"
    assert [str(each) for each in item["products"]] == ["transactions"]
    error = refusal(client.api.auth_get, AuthGetRequest(access_token=access_token))[1]
    assert error["error_message"] == "client does not have user consent to access the PRODUCT_AUTH product"


def test_a_control_that_does_not_exist_is_refused_in_words(client: PlaidClient) -> None:
    with pytest.raises(ValueError, match="unknown member gravity"):
        client.control(gravity=False)


def test_the_controls_show_no_token(client: PlaidClient, sandbox: Sandbox) -> None:
    access_token = client.link()
    assert access_token not in sandbox.http.get(f"{sandbox.url}/_sandbox/plaid", timeout=20).text
