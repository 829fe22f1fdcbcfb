"""Plaid's current gateway over mocked HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from dashboard.domain.models import Secret
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_http import make_session
from dashboard.settings import Settings

URL = "https://sandbox.plaid.com"
PUBLIC = Secret("public-sandbox-1")
ACCESS = Secret("access-sandbox-canary")
ACCOUNT = {
    "account_id": "a1",
    "balances": {"available": 110.5, "current": 120, "limit": None, "iso_currency_code": "USD"},
    "mask": "0000",
    "name": "Checking",
    "official_name": None,
    "type": "depository",
    "subtype": "checking",
    "a_field_of_tomorrow": {"x": 1},
}


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def plaid(settings: Settings, naps: list[float]) -> Iterator[Plaid]:
    with make_session() as session:
        yield Plaid(settings, session, sleep=naps.append)


def answer_error(kind: str, code: str, status: int = 400) -> dict[str, Any]:
    body = {
        "error_type": kind,
        "error_code": code,
        "error_message": "the message",
        "display_message": None,
        "request_id": "req-1",
    }
    return {"json": body, "status": status}


def body_of(http: responses.RequestsMock, number: int = 0) -> dict[str, Any]:
    return dict(json.loads(http.calls[number].request.body or b""))
