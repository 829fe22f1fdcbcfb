"""The official plaid-python client against the sandbox, unchanged but for its host."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import plaid
import pytest
from plaid.api import plaid_api
from plaid.model.country_code import CountryCode
from plaid.model.item_public_token_exchange_request import ItemPublicTokenExchangeRequest
from plaid.model.products import Products
from plaid.model.sandbox_public_token_create_request import SandboxPublicTokenCreateRequest
from plaid.model.sandbox_public_token_create_request_options import SandboxPublicTokenCreateRequestOptions

from tests.sandboxes import Sandbox

US = CountryCode("US")
AUTH = Products("auth")


class PlaidClient:
    """`api` is the official client; `link` is Link without Link."""

    def __init__(self, sandbox: Sandbox, **keys: str) -> None:
        self.sandbox = sandbox
        known = {"clientId": sandbox.keys["plaid"]["client_id"], "secret": sandbox.keys["plaid"]["secret"]}
        configuration = plaid.Configuration(host=sandbox.url, api_key={**known, "plaidVersion": "2020-09-14", **keys})
        self.api: Any = plaid_api.PlaidApi(plaid.ApiClient(configuration))

    def public_token(
        self, institution: str = "ins_109508", products: tuple[str, ...] = ("auth",), **options: Any
    ) -> str:
        more = {"options": SandboxPublicTokenCreateRequestOptions(**options)} if options else {}
        request = SandboxPublicTokenCreateRequest(
            institution_id=institution, initial_products=[Products(each) for each in products], **more
        )
        return str(self.api.sandbox_public_token_create(request)["public_token"])

    def exchange(self, public_token: str) -> tuple[str, str]:
        answer = self.api.item_public_token_exchange(ItemPublicTokenExchangeRequest(public_token=public_token))
        return answer["access_token"], answer["item_id"]

    def link(self, institution: str = "ins_109508", products: tuple[str, ...] = ("auth",), **options: Any) -> str:
        return self.exchange(self.public_token(institution, products, **options))[0]

    def raw(self, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """A call that no official client would make: its status and body."""
        keys = self.sandbox.keys["plaid"]
        known = {"PLAID-CLIENT-ID": keys["client_id"], "PLAID-SECRET": keys["secret"]}
        answer = self.sandbox.http.post(
            self.sandbox.url + path, json=body or {}, headers={**known, **headers}, timeout=20
        )
        return answer.status_code, answer.json()

    def control(self, **body: Any) -> dict[str, Any]:
        return self.sandbox.control("POST", "/plaid", **body)


def refusal(call: Callable[[Any], Any], request: Any) -> tuple[int, dict[str, Any]]:
    """The status and the error object that the official client raises."""
    with pytest.raises(plaid.ApiException) as refused:
        call(request)
    return refused.value.status, json.loads(refused.value.body)
