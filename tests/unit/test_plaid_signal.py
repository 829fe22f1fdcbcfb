"""The current gateway's Signal over mocked HTTP: whose risk is asked about, what is told, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from dashboard.domain.errors import ProviderError
from dashboard.domain.models import RiskResult
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.plaid_replies import RiskAnswer
from dashboard.settings import Settings
from tests.unit.plaid_over_http import ACCESS, URL, body_of, http, naps, plaid

__all__ = ["http", "naps", "plaid"]  # fixtures


@pytest.fixture
def signal(make_settings: Callable[..., Settings]) -> Iterator[Plaid]:
    settings = make_settings(PLAID_RISK="signal", PLAID_RULESET="counter", PLAID_PRODUCTS="auth,identity")
    with make_session() as session:
        yield Plaid(settings, session, sleep=lambda seconds: None)


def test_signal_is_among_links_products_and_an_older_bank_is_asked_for_it(
    http: responses.RequestsMock, signal: Plaid
) -> None:
    http.post(f"{URL}/link/token/create", json={"link_token": "link-sandbox-1", "request_id": "r"})
    signal.create_link_token("cust_1")
    signal.create_link_token("cust_1", access_token=ACCESS)
    assert (body_of(http)["products"], body_of(http)["additional_consented_products"]) == (
        ["auth", "signal"],
        ["identity"],
    )
    assert "products" not in body_of(http, 1) and body_of(http, 1)["additional_consented_products"] == ["signal"]


def evaluate(plaid: Plaid) -> RiskAnswer:
    return plaid.evaluate(ACCESS, "a1", id="sig_1", cents=1_099, customer_id="cust_1")


def test_a_debit_is_evaluated_in_dollars_and_names_no_person(http: responses.RequestsMock, signal: Plaid) -> None:
    ruleset = {"ruleset_key": "counter", "result": "REVIEW", "triggered_rule_details": {"internal_note": "New"}}
    known = {"available_balance": 12.34, "current_balance": None}
    http.post(
        f"{URL}/signal/evaluate",
        json={"ruleset": ruleset, "core_attributes": known, "scores": None, "warnings": [], "request_id": "r"},
    )
    assert evaluate(signal) == RiskAnswer(RiskResult.REVIEW, "New", 1_234, None, "r")
    assert body_of(http) == {
        "access_token": ACCESS.reveal(),
        "account_id": "a1",
        "client_transaction_id": "sig_1",
        "amount": 10.99,
        "client_user_id": "cust_1",
        "user_present": False,
        "ruleset_key": "counter",
    }


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"ruleset": {"result": "ACCEPT"}, "core_attributes": None}, RiskResult.ACCEPT),
        ({"ruleset": {"result": "A_RESULT_OF_TOMORROW"}, "scores": 5}, RiskResult.REVIEW),
        ({"ruleset": {"result": "REROUTE", "triggered_rule_details": []}, "core_attributes": []}, RiskResult.REROUTE),
        ({"ruleset": None}, None),
        ({}, None),
    ],
)
def test_only_the_result_of_an_evaluation_has_to_be_there(
    http: responses.RequestsMock, signal: Plaid, answer: dict[str, Any], result: RiskResult | None
) -> None:
    http.post(f"{URL}/signal/evaluate", json=answer)
    assert evaluate(signal).result is result


@pytest.mark.parametrize("reply", [{"json": {"ruleset": {"result": 5}}}, {"body": requests.ReadTimeout()}])
def test_an_evaluation_is_sent_once_under_its_id(
    http: responses.RequestsMock, signal: Plaid, reply: dict[str, Any]
) -> None:
    http.post(f"{URL}/signal/evaluate", **reply)
    with pytest.raises(ProviderError):
        evaluate(signal)
    assert len(http.calls) == 1


def test_reports_are_repeated_until_plaid_has_them(http: responses.RequestsMock, signal: Plaid) -> None:
    http.post(f"{URL}/signal/decision/report", body=requests.ReadTimeout())
    http.post(f"{URL}/signal/decision/report", json={"request_id": "r"})
    http.post(f"{URL}/signal/return/report", json={"request_id": "r"})
    signal.report_decision("sig_1", initiated=True, outcome="APPROVE")
    signal.report_return("sig_1", "R01", datetime(2026, 11, 24, 15, tzinfo=UTC))
    assert body_of(http, 1) == {"client_transaction_id": "sig_1", "initiated": True, "decision_outcome": "APPROVE"}
    assert body_of(http, 2) == {
        "client_transaction_id": "sig_1",
        "return_code": "R01",
        "returned_at": "2026-11-24T15:00:00Z",
    }
