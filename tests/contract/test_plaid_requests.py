"""How the current API takes requests: its fields are the SDK's, keys, versions, bodies, and errors in Plaid's words."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from plaid.model.country_code import CountryCode
from plaid.model.item_get_request import ItemGetRequest
from plaid.model.processor_token_create_request import ProcessorTokenCreateRequest
from plaid.model.products import Products

from dashboard.sandbox.plaid.api import HANDLERS
from dashboard.sandbox.plaid.errors import KINDS
from dashboard.sandbox.plaid.fields import COUNTRIES, KEYS, PRODUCTS, SCHEMAS
from dashboard.sandbox.plaid.reads import PROCESSORS
from tests.contract.plaid_client import PlaidClient, refusal
from tests.sandboxes import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> PlaidClient:
    return PlaidClient(sandbox)


def request_model(api: Any, path: str) -> Any:
    """The SDK's request model of a path."""
    for name in dir(api):
        if name.endswith("_endpoint") and getattr(api, name).settings["endpoint_path"] == path:
            types = getattr(api, name).openapi_types
            return next(types[each][0] for each in types if each.endswith("_request"))
    raise AssertionError(f"the SDK has no {path}")


def test_every_path_has_its_fields_and_the_other_way_round() -> None:
    assert set(HANDLERS) == set(SCHEMAS)


@pytest.mark.parametrize("path", sorted(SCHEMAS))
def test_the_fields_of_a_request_are_those_of_the_official_model(client: PlaidClient, path: str) -> None:
    compare(SCHEMAS[path], request_model(client.api, path), path)


def compare(schema: dict[str, Any], model: Any, where: str) -> None:
    known = {name.rstrip("*?") for name in schema}
    official = set(model.attribute_map.values()) - set(KEYS)
    assert known == official, where
    for spelt, kind in schema.items():
        name = spelt.rstrip("*?")
        attribute = next(each for each, wire in model.attribute_map.items() if wire == name)
        if isinstance(kind, dict) and not isinstance(model.openapi_types[attribute][0], list):
            inner = model.openapi_types[attribute][0]
            if hasattr(inner, "attribute_map"):
                compare(kind, inner, f"{where}.{name}")


def test_products_countries_and_processors_are_the_official_ones() -> None:
    assert set(Products.allowed_values[("value",)].values()) == PRODUCTS
    assert set(CountryCode.allowed_values[("value",)].values()) == COUNTRIES
    assert set(ProcessorTokenCreateRequest.allowed_values[("processor",)].values()) == PROCESSORS


def test_stripe_is_no_processor() -> None:
    assert "stripe" not in PROCESSORS


def test_wrong_keys_are_refused(sandbox: Sandbox) -> None:
    status, error = refusal(
        PlaidClient(sandbox, secret="0" * 30).api.item_get, ItemGetRequest(access_token="access-sandbox-x")
    )
    assert (status, error["error_type"], error["error_code"]) == (400, "INVALID_INPUT", "INVALID_API_KEYS")
    assert error["error_message"] == "invalid client_id or secret provided"
    assert error["display_message"] is None
    assert error["request_id"]


def test_keys_may_come_in_the_body(sandbox: Sandbox) -> None:
    keys = {name: sandbox.keys["plaid"][name] for name in KEYS}
    body = {**keys, "institution_id": "ins_56", "country_codes": ["US"]}
    answer = requests.post(f"{sandbox.url}/institutions/get_by_id", json=body, timeout=20)
    assert answer.json()["institution"]["name"] == "Chase"


def test_absent_keys_are_missing_fields(sandbox: Sandbox) -> None:
    error = requests.post(f"{sandbox.url}/item/get", json={"access_token": "x"}, timeout=20).json()
    assert error["error_code"] == "MISSING_FIELDS"
    assert error["error_message"] == "the following required fields are missing: client_id, secret"


@pytest.mark.parametrize(
    ("path", "body", "code", "message"),
    [
        ("/item/get", {}, "MISSING_FIELDS", "the following required fields are missing: access_token"),
        (
            "/item/get",
            {"access_token": "x", "color": 1},
            "UNKNOWN_FIELDS",
            "the following fields are not recognized by this endpoint: color",
        ),
        (
            "/accounts/get",
            {"access_token": "x", "options": {"color": 1}},
            "UNKNOWN_FIELDS",
            "the following fields are not recognized by this endpoint: options.color",
        ),
        (
            "/processor/stripe/bank_account_token/create",
            {"access_token": "x", "account_id": ""},
            "INVALID_FIELD",
            "account_id must be a properly formatted, non-empty string",
        ),
        (
            "/item/get",
            {"access_token": "access-sandbox-x"},
            "INVALID_ACCESS_TOKEN",
            "could not find matching access token",
        ),
        (
            "/item/public_token/exchange",
            {"public_token": "public-sandbox-x"},
            "INVALID_PUBLIC_TOKEN",
            "could not find matching public token",
        ),
        ("/link/token/get", {"link_token": "link-sandbox-x"}, "INVALID_LINK_TOKEN", "invalid link_token provided"),
    ],
)
def test_a_bad_request_is_refused_in_the_documented_words(
    client: PlaidClient, path: str, body: dict[str, Any], code: str, message: str
) -> None:
    status, error = client.raw(path, body)
    assert (status, error["error_code"], error["error_message"]) == (400, code, message)
    assert error["error_type"] == KINDS[code].type
    assert error["request_id"]


def test_a_body_that_is_no_json_is_refused(client: PlaidClient, sandbox: Sandbox) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{sandbox.url}/item/get", data="{", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_BODY")
    assert answer.json()["error_message"] == "body could not be parsed as JSON"
    answer = requests.post(f"{sandbox.url}/item/get", data={"access_token": "x"}, timeout=20)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_HEADERS")


def test_other_versions_and_the_public_key_are_refused(client: PlaidClient) -> None:
    assert client.raw("/item/get", {}, **{"Plaid-Version": "2019-05-29"})[1]["error_code"] == "INCOMPATIBLE_API_VERSION"
    assert client.raw("/item/get", {}, **{"Plaid-Version": "tomorrow"})[1]["error_code"] == "INVALID_HEADERS"
    error = client.raw("/institutions/search", {"public_key": "k", "query": "x", "country_codes": ["US"]})[1]
    assert error["error_code"] == "INCOMPATIBLE_API_VERSION"


def test_what_is_not_imitated_answers_501(client: PlaidClient) -> None:
    status, error = client.raw("/asset_report/create", {})
    assert status == 501
    assert "does not imitate" in error["error_message"]
