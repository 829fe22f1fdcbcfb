"""Every answer, refusal and webhook of the sandbox's Plaid half against Plaid's own published schemas."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.middleware import Middleware

from dashboard.sandbox.plaid.api import HANDLERS
from tests.official.drive_plaid import FIRED, PlaidDriver, drive
from tests.official.plaid_types import PlaidTypes
from tests.official.recorder import Exchange, Recorder
from tests.receivers import receiving
from tests.sandboxes import Sandbox

# The published document that lies here has these left out; the official client's models hold their requests.
WITHOUT_SCHEMA = {"/signal/decision/report", "/signal/return/report"}
MOST = len(FIRED) + 4  # webhooks that come of the drive


@dataclass
class Driven:
    """What was said while the sandbox was driven, and what it posted."""

    exchanges: list[Exchange]
    webhooks: list[tuple[dict[str, Any], str]]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    kept: list[Exchange] = []
    sandbox = Sandbox(tmp_path_factory.mktemp("driven"), outside=[Middleware(Recorder, kept=kept)])
    try:
        with receiving() as receiver:
            drive(sandbox, receiver)
            came = [receiver.next() for _ in range(MOST)]
            webhooks = [(json.loads(body), headers["plaid-verification"]) for body, headers in came]
            for _, token in webhooks[:1]:
                kid = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]
                PlaidDriver(sandbox).ask("/webhook_verification_key/get", {"key_id": kid})
            yield Driven([each for each in kept if each.path in HANDLERS], webhooks)
    finally:
        sandbox.stop()


def test_every_answer_fits_its_schema(driven: Driven, plaid_types: PlaidTypes) -> None:
    answers = [each for each in driven.exchanges if each.status == 200 and each.path not in WITHOUT_SCHEMA]
    wrong = {
        f"{each.path}: {line}" for each in answers for line in plaid_types.answer(each.path, json.loads(each.answer))
    }
    assert wrong == set()
    assert len(answers) > 80


def test_every_refusal_fits_its_schema(driven: Driven, plaid_types: PlaidTypes) -> None:
    refusals = [each for each in driven.exchanges if each.status != 200]
    wrong = {
        f"{each.path} {each.status}: {line}" for each in refusals for line in plaid_types.error(json.loads(each.answer))
    }
    assert wrong == set()
    assert {each.status for each in refusals} == {400, 429, 500, 503}
    assert len({json.loads(each.answer)["error_code"] for each in refusals}) > 40


def test_every_path_was_asked(driven: Driven) -> None:
    """Without this the sandbox could serve what nobody holds against its schema."""
    assert {each.path for each in driven.exchanges if each.status == 200} == set(HANDLERS)


def test_every_webhook_fits_its_schema(driven: Driven, plaid_types: PlaidTypes) -> None:
    wrong = {
        f"{body['webhook_type']}/{body['webhook_code']}: {line}"
        for body, _ in driven.webhooks
        for line in plaid_types.webhook(body)
    }
    assert wrong == set()
    seen = {(body["webhook_type"], body["webhook_code"]) for body, _ in driven.webhooks}
    assert seen == {*FIRED, ("ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED"), ("LINK", "SESSION_FINISHED")}


def test_a_body_that_does_not_fit_is_seen(driven: Driven, plaid_types: PlaidTypes) -> None:
    """A checker that finds nothing would prove nothing."""
    found = next(each for each in driven.exchanges if each.path == "/accounts/get" and each.status == 200)
    body = json.loads(found.answer)
    account = body["accounts"][0]
    for change, line in (
        ({"account_id": 5}, ".accounts[].account_id is 5, not a string"),
        ({"color": "red"}, ".accounts[].color is not in the schema"),
        ({"type": "bank"}, ".accounts[].type is 'bank', none of"),
        ({"name": None}, ".accounts[].name is null"),
    ):
        lines = plaid_types.answer("/accounts/get", {**body, "accounts": [{**account, **change}]})
        assert len(lines) == 1 and lines[0].startswith(line), lines
    without = {name: value for name, value in account.items() if name != "balances"}
    assert plaid_types.answer("/accounts/get", {**body, "accounts": [without]}) == [".accounts[].balances is missing"]
    assert plaid_types.webhook({"webhook_type": "ITEM", "webhook_code": "MADE_UP"})
