"""The risk of a planned debit by Plaid's Signal: results, the same question twice, reports; by the official client."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from plaid.model.accounts_get_request import AccountsGetRequest
from plaid.model.signal_decision_report_request import SignalDecisionReportRequest
from plaid.model.signal_evaluate_request import SignalEvaluateRequest
from plaid.model.signal_return_report_request import SignalReturnReportRequest

from tests.contract.plaid_client import PlaidClient, refusal
from tests.sandboxes import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[PlaidClient]:
    yield PlaidClient(sandbox)
    sandbox.control("POST", "/plaid", signal_result=None)


def account_of(client: PlaidClient, access_token: str) -> Any:
    found = client.api.accounts_get(AccountsGetRequest(access_token=access_token))["accounts"]
    return next(each for each in found if str(each["subtype"]) == "checking")


def ask(client: PlaidClient, access_token: str, account_id: str, amount: float, id: str | None = None) -> Any:
    request = SignalEvaluateRequest(
        access_token=access_token,
        account_id=account_id,
        client_transaction_id=id or uuid.uuid4().hex,
        amount=amount,
    )
    return client.api.signal_evaluate(request)


@pytest.mark.parametrize(
    ("available", "amount", "result"),
    [(100.0, 80.0, "ACCEPT"), (100.0, 80.01, "REVIEW"), (100.0, 100.01, "REROUTE"), (None, 1.0, "REVIEW")],
)
def test_the_ruleset_goes_by_the_balance(
    client: PlaidClient, available: float | None, amount: float, result: str
) -> None:
    access_token = client.link(products=("auth", "signal"))
    account = account_of(client, access_token)["account_id"]
    client.control(available_balance={"account_id": account, "available": available})
    answer = ask(client, access_token, account, amount)
    assert str(answer["ruleset"]["result"]) == result
    assert answer["ruleset"]["ruleset_key"] == "default"
    assert answer["core_attributes"]["available_balance"] == available
    assert 1 <= int(answer["scores"]["bank_initiated_return_risk"]["score"].value) <= 99


def test_an_id_is_good_for_one_question(client: PlaidClient) -> None:
    access_token = client.link(products=("auth", "signal"))
    account, id = account_of(client, access_token)["account_id"], uuid.uuid4().hex
    ask(client, access_token, account, 10.0, id)
    again = SignalEvaluateRequest(access_token=access_token, account_id=account, client_transaction_id=id, amount=10.0)
    status, error = refusal(client.api.signal_evaluate, again)
    assert (status, error["error_type"], error["error_code"]) == (
        400,
        "SIGNAL_ERROR",
        "CLIENT_TRANSACTION_ID_ALREADY_IN_USE",
    )


def test_what_became_of_the_debit_is_reported_back(client: PlaidClient) -> None:
    access_token = client.link(products=("auth", "signal"))
    account, id = account_of(client, access_token)["account_id"], uuid.uuid4().hex
    ask(client, access_token, account, 10.0, id)
    client.api.signal_decision_report(SignalDecisionReportRequest(client_transaction_id=id, initiated=True))
    client.api.signal_return_report(SignalReturnReportRequest(client_transaction_id=id, return_code="R01"))
    kept = client.sandbox.control("GET", "/plaid")["signal"][-1]
    assert (kept["account_id"], kept["decision"], kept["return"]) == (
        account,
        {"initiated": True},
        {"return_code": "R01"},
    )
    for code in ("R1", "01", "insufficient_funds"):
        wrong = SignalReturnReportRequest(client_transaction_id=id, return_code=code)
        assert refusal(client.api.signal_return_report, wrong)[1]["error_code"] == "INVALID_FIELD"
    unknown = SignalReturnReportRequest(client_transaction_id=uuid.uuid4().hex, return_code="R01")
    assert refusal(client.api.signal_return_report, unknown)[1]["error_code"] == "INVALID_FIELD"


def test_a_result_can_be_chosen_and_an_item_without_consent_cannot_be_asked(client: PlaidClient) -> None:
    access_token = client.link(products=("auth", "signal"))
    client.control(signal_result="REVIEW")
    answer = ask(client, access_token, account_of(client, access_token)["account_id"], 0.5)
    assert str(answer["ruleset"]["result"]) == "REVIEW"
    with pytest.raises(ValueError, match="ACCEPT, REVIEW, REROUTE"):
        client.control(signal_result="MAYBE")
    without = client.link()
    request = SignalEvaluateRequest(
        access_token=without,
        account_id=account_of(client, without)["account_id"],
        client_transaction_id=uuid.uuid4().hex,
        amount=1.0,
    )
    assert refusal(client.api.signal_evaluate, request)[1]["error_code"] == "ADDITIONAL_CONSENT_REQUIRED"


def test_keys_without_signal_can_neither_open_link_with_it_nor_evaluate(client: PlaidClient) -> None:
    access_token = client.link(products=("auth", "signal"))
    account = account_of(client, access_token)["account_id"]
    client.control(signal_enabled=False)
    try:
        request = SignalEvaluateRequest(
            access_token=access_token, account_id=account, client_transaction_id=uuid.uuid4().hex, amount=1.0
        )
        assert refusal(client.api.signal_evaluate, request)[1]["error_code"] == "INVALID_PRODUCT"
        wanted = {
            "client_name": "Acme",
            "language": "en",
            "country_codes": ["US"],
            "user": {"client_user_id": "c-1"},
            "products": ["auth", "signal"],
        }
        status, error = client.raw("/link/token/create", wanted)
        assert (status, error["error_code"]) == (400, "INVALID_PRODUCT")
    finally:
        client.control(signal_enabled=True)
