"""Plaid's webhooks as the sandbox sends them: when, to whom, signed how."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plaid.model.item_webhook_update_request import ItemWebhookUpdateRequest
from plaid.model.sandbox_item_fire_webhook_request import SandboxItemFireWebhookRequest
from plaid.model.sandbox_item_reset_login_request import SandboxItemResetLoginRequest

from dashboard.domain.errors import ProviderRejected
from dashboard.gateways.signatures import PlaidVerifier
from tests.contract.plaid_client import PlaidClient
from tests.receivers import Receiver, receiving
from tests.sandboxes import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> PlaidClient:
    return PlaidClient(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_a_fired_webhook_arrives_signed_as_plaid_signs(
    client: PlaidClient, sandbox: Sandbox, receiver: Receiver
) -> None:
    access_token = client.link(webhook=receiver.url)
    fire = SandboxItemFireWebhookRequest(access_token=access_token, webhook_code="PENDING_DISCONNECT")
    assert client.api.sandbox_item_fire_webhook(fire)["webhook_fired"] is True
    body, headers = receiver.next()
    token = headers["plaid-verification"]

    def key_of(kid: str) -> dict[str, Any]:
        return dict(client.raw("/webhook_verification_key/get", {"key_id": kid})[1]["key"])

    verifier = PlaidVerifier(key_of, sandbox.state.clock.now)
    told = verifier.verify(body, token)
    assert (told["webhook_type"], told["webhook_code"]) == ("ITEM", "PENDING_DISCONNECT")
    assert told["environment"] == "sandbox"
    assert told["reason"]
    with pytest.raises(ProviderRejected):
        verifier.verify(body + b" ", token)


def test_a_hosted_session_tells_its_end(client: PlaidClient, receiver: Receiver) -> None:
    body = {
        "client_name": "Acme",
        "language": "en",
        "country_codes": ["US"],
        "user": {"client_user_id": "c-1"},
        "products": ["auth"],
        "webhook": receiver.url,
        "hosted_link": {},
    }
    made = client.raw("/link/token/create", body)[1]
    session = client.raw("/link/api/start", {"hosted_id": made["hosted_link_url"].rsplit("/", 1)[1]})[1]["session"]
    client.raw("/link/api/act", {"session": session, "action": "exit"})
    told = json.loads(receiver.next()[0])
    assert (told["webhook_type"], told["webhook_code"], told["status"]) == ("LINK", "SESSION_FINISHED", "EXITED")
    assert told["link_token"] == made["link_token"]


def test_a_new_webhook_address_is_acknowledged(client: PlaidClient, receiver: Receiver) -> None:
    request = ItemWebhookUpdateRequest(access_token=client.link(), webhook=receiver.url)
    assert client.api.item_webhook_update(request)["item"]["webhook"] == receiver.url
    assert b"WEBHOOK_UPDATE_ACKNOWLEDGED" in receiver.next()[0]


def test_a_login_that_is_reset_is_told_to_the_items_address(client: PlaidClient, receiver: Receiver) -> None:
    access_token, item_id = client.exchange(client.public_token(webhook=receiver.url))
    client.api.sandbox_item_reset_login(SandboxItemResetLoginRequest(access_token=access_token))
    told = json.loads(receiver.next()[0])
    assert (told["webhook_type"], told["webhook_code"], told["item_id"]) == ("ITEM", "ERROR", item_id)
    assert (told["error"]["error_code"], told["error"]["status"]) == ("ITEM_LOGIN_REQUIRED", 400)
    nobody = client.link()
    assert client.api.sandbox_item_reset_login(SandboxItemResetLoginRequest(access_token=nobody))["reset_login"]
