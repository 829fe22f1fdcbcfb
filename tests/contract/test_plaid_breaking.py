"""The control that breaks a connection: what Plaid then answers, what it sends, and that it can be mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plaid.model.accounts_get_request import AccountsGetRequest
from plaid.model.auth_get_request import AuthGetRequest
from plaid.model.item_get_request import ItemGetRequest
from plaid.model.processor_stripe_bank_account_token_create_request import (
    ProcessorStripeBankAccountTokenCreateRequest,
)

from tests.contract.plaid_client import PlaidClient, refusal
from tests.receivers import Receiver, receiving
from tests.sandboxes import ONLINE, Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> PlaidClient:
    return PlaidClient(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def happen(client: PlaidClient, item_id: str, way: str) -> dict[str, Any]:
    return client.sandbox.control("POST", "/connections", item_id=item_id, way=way)


@pytest.mark.parametrize(
    ("way", "error", "webhook"),
    [
        ("login_required", "ITEM_LOGIN_REQUIRED", "ERROR"),
        ("institution_down", "INSTITUTION_DOWN", "ERROR"),
        ("access_revoked", "USER_PERMISSION_REVOKED", "USER_PERMISSION_REVOKED"),
    ],
)
def test_an_item_is_broken_told_of_and_mended(
    client: PlaidClient, receiver: Receiver, way: str, error: str, webhook: str
) -> None:
    access_token, item_id = client.exchange(client.public_token(webhook=receiver.url))
    assert happen(client, item_id, way)["error"] == error
    assert client.api.item_get(ItemGetRequest(access_token=access_token))["item"]["error"]["error_code"] == error
    read = AccountsGetRequest(access_token=access_token)
    assert refusal(client.api.accounts_get, read)[1]["error_code"] == error
    told = json.loads(receiver.next()[0])
    assert (told["webhook_code"], told["item_id"], told["error"]["error_code"]) == (webhook, item_id, error)
    assert happen(client, item_id, "mended")["error"] is None
    assert client.api.accounts_get(read)["accounts"]
    assert json.loads(receiver.next()[0])["webhook_code"] == "LOGIN_REPAIRED"


def test_a_consent_runs_out_in_six_days(client: PlaidClient, receiver: Receiver) -> None:
    access_token, item_id = client.exchange(client.public_token(webhook=receiver.url))
    assert happen(client, item_id, "consent_expiring")["error"] is None
    item = client.api.item_get(ItemGetRequest(access_token=access_token))["item"]
    left = item["consent_expiration_time"] - client.sandbox.state.clock.now()
    assert 5.9 < left.total_seconds() / 86400 < 6.1
    assert json.loads(receiver.next()[0])["webhook_code"] == "PENDING_DISCONNECT"


def test_a_closed_account_is_listed_no_more_and_its_debits_come_back(client: PlaidClient) -> None:
    sandbox = client.sandbox
    access_token, item_id = client.exchange(client.public_token())
    account = client.api.auth_get(AuthGetRequest(access_token=access_token))["accounts"][0]["account_id"]
    wanted = ProcessorStripeBankAccountTokenCreateRequest(access_token=access_token, account_id=account)
    token = client.api.processor_stripe_bank_account_token_create(wanted)["stripe_bank_account_token"]
    customer = sandbox.client.v1.customers.create({"name": "Clo Closed"}).id
    source = sandbox.client.v1.customers.payment_sources.create(customer, {"source": token}).id
    happen(client, item_id, "account_closed")
    listed = client.api.accounts_get(AccountsGetRequest(access_token=access_token))["accounts"]
    assert account not in [each["account_id"] for each in listed]
    assert (
        refusal(client.api.processor_stripe_bank_account_token_create, wanted)[1]["error_code"] == "INVALID_ACCOUNT_ID"
    )
    mandate = {"customer_acceptance": ONLINE}
    intent = sandbox.debit(customer, source, mandate_data=mandate)
    sandbox.advance(3)
    failed = sandbox.client.v1.payment_intents.retrieve(intent.id).last_payment_error
    assert failed is not None
    assert failed.code == "account_closed"
    happen(client, item_id, "mended")
    assert client.api.processor_stripe_bank_account_token_create(wanted)["stripe_bank_account_token"]
    assert sandbox.debit(customer, source, mandate_data=mandate).status == "processing"


def test_the_list_has_what_was_exchanged_and_no_token(client: PlaidClient) -> None:
    client.public_token()  # never exchanged
    access_token, item_id = client.exchange(client.public_token())
    answer = client.sandbox.control("GET", "/connections")
    newest = answer["connections"][0]
    assert (newest["item_id"], newest["institution"], newest["error"]) == (item_id, "First Platypus Bank", None)
    assert "Plaid Checking ••0000" in newest["accounts"]
    assert {each["way"] for each in answer["ways"]} >= {
        "login_required",
        "consent_expiring",
        "account_closed",
        "mended",
    }
    assert access_token not in json.dumps(answer)


def test_what_cannot_be_broken_is_refused_in_words(client: PlaidClient) -> None:
    with pytest.raises(ValueError, match="item_id must name"):
        happen(client, "no-such-item", "login_required")
    item_id = client.exchange(client.public_token())[1]
    with pytest.raises(ValueError, match="way must be one of login_required"):
        happen(client, item_id, "meteor")
    client.sandbox.control("POST", "/classic/public_token", institution="chase")
    classic = client.sandbox.control("GET", "/plaid")["items"][-1]
    assert classic["classic"]
    with pytest.raises(ValueError, match="guide's generation"):
        happen(client, classic["item_id"], "account_closed")
