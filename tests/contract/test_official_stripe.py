"""Every answer, refusal, event and webhook of the sandbox's Stripe half against Stripe's own published types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.middleware import Middleware

from dashboard.sandbox.stripe.api import ENDPOINTS
from tests.official.drive_stripe import drive
from tests.official.recorder import Exchange, Recorder
from tests.official.stripe_types import StripeTypes
from tests.receivers import receiving
from tests.sandboxes import Sandbox

REFUSED_ALWAYS = {  # ACH has none of these
    ("POST", "charges"),
    ("POST", "refunds/{}/cancel"),
    ("POST", "payment_intents/{}/capture"),
}


@dataclass
class Driven:
    """What was said while the sandbox was driven, and what it posted."""

    exchanges: list[Exchange]
    webhooks: list[tuple[bytes, dict[str, str]]]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    kept: list[Exchange] = []
    sandbox = Sandbox(tmp_path_factory.mktemp("driven"), history=True, outside=[Middleware(Recorder, kept=kept)])
    try:
        with receiving() as receiver:
            drive(sandbox, receiver)
            first = receiver.next()
            stripe = [each for each in kept if each.path.startswith("/v1/")]
            yield Driven(stripe, [first, *receiver.drain()])
    finally:
        sandbox.stop()


def test_every_answer_is_of_its_official_type(driven: Driven, stripe_types: StripeTypes) -> None:
    answers = [each for each in driven.exchanges if each.status == 200]
    wrong = {
        f"{each.method} {each.path}: {line}"
        for each in answers
        for line in stripe_types.answer(each.method, each.path, json.loads(each.answer))
    }
    assert wrong == set()
    assert len(answers) > 400


def test_every_refusal_is_of_its_official_type(driven: Driven, stripe_types: StripeTypes) -> None:
    refusals = [each for each in driven.exchanges if each.status not in (200, 501)]
    wrong = {
        f"{each.method} {each.path} {each.status}: {line}"
        for each in refusals
        for line in stripe_types.error(json.loads(each.answer))
    }
    assert wrong == set()
    assert {each.status for each in refusals} == {400, 401, 402, 403, 404, 429, 500}
    assert len(refusals) > 60


def test_every_answer_bears_stripes_headers(driven: Driven) -> None:
    for each in driven.exchanges:
        missing = {"request-id", "stripe-version"} - each.answer_headers.keys()
        assert not missing, (each.path, each.status)
        assert each.answer_headers["content-type"].split(";")[0] == "application/json"


def fits(pattern: str, path: str) -> bool:
    wanted, parts = pattern.split("/"), path.removeprefix("/v1/").split("/")
    return len(wanted) == len(parts) and all(a in ("{}", b) for a, b in zip(wanted, parts, strict=True))


def test_every_endpoint_was_asked_and_nothing_was_left_out(driven: Driven) -> None:
    """Without this the sandbox could serve what nobody holds against its type."""
    answered = [(each.method, each.path) for each in driven.exchanges if each.status == 200]
    never = {
        (method, pattern)
        for method, pattern in ENDPOINTS
        if not any(method == asked and fits(pattern, path) for asked, path in answered)
    }
    assert never == REFUSED_ALWAYS
    assert [each.path for each in driven.exchanges if each.status == 501] == []


def test_every_event_that_was_sent_is_of_its_official_type(driven: Driven, stripe_types: StripeTypes) -> None:
    events = [json.loads(body) for body, _ in driven.webhooks]
    wrong = {f"{event['type']}: {line}" for event in events for line in stripe_types.event(event)}
    assert wrong == set()
    assert all(headers.get("stripe-signature") for _, headers in driven.webhooks)
    types = {event["type"] for event in events}
    assert {"customer.created", "charge.updated", "mandate.updated", "payment_intent.canceled"} <= types


def test_a_body_that_is_not_of_its_type_is_seen(driven: Driven, stripe_types: StripeTypes) -> None:
    """A checker that finds nothing would prove nothing."""
    charge = next(each for each in driven.exchanges if each.path.startswith("/v1/charges/") and each.status == 200)
    body = json.loads(charge.answer)
    for change, found in (
        ({"amount": "12"}, "Charge.amount is '12', not a number"),
        ({"color": "red"}, "Charge.color is not in the type"),
        ({"status": "lost"}, "Charge.status is 'lost', none of"),
        ({"metadata": None}, "Charge.metadata is None"),
    ):
        lines = stripe_types.answer("GET", charge.path, {**body, **change})
        assert len(lines) == 1 and lines[0].startswith(found), lines
    without = {name: value for name, value in body.items() if name != "currency"}
    assert stripe_types.answer("GET", charge.path, without) == ["Charge.currency is missing"]
    assert stripe_types.error({"error": {"message": "m", "type": "invalid_request_error", "code": "made_up"}})
