"""Only the provider itself can tell the desk something by webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwk, jwt

from dashboard.errors import ProviderError, ProviderRejected
from dashboard.gateways.signatures import FETCHES_A_MINUTE, PlaidVerifier, verify_stripe
from dashboard.models import Secret

BODY = json.dumps({"id": "evt_1", "type": "charge.updated"}).encode()
SECRET = Secret("whsec_planted")
KEY = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sign(body: bytes, at: float, secret: Secret = SECRET) -> str:
    digest = hmac.new(secret.reveal().encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={digest}"


def test_a_stripe_webhook_with_the_right_signature_is_read() -> None:
    assert verify_stripe(BODY, sign(BODY, time.time()), SECRET)["id"] == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(sign(BODY + b" ", time.time()), id="of another body"),
        pytest.param(sign(BODY, time.time() - 301), id="too old"),
        pytest.param(sign(BODY, time.time(), Secret("whsec_other")), id="of another secret"),
        pytest.param("", id="none"),
    ],
)
def test_a_stripe_webhook_is_refused_when_its_signature_is(header: str) -> None:
    with pytest.raises(ProviderRejected):
        verify_stripe(BODY, header, SECRET)


@pytest.mark.parametrize("body", [b"[1]", b"<html>"])
def test_a_signed_stripe_webhook_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ProviderRejected):
        verify_stripe(body, sign(body, time.time()), SECRET)


@pytest.fixture
def fetched() -> list[str]:
    return []


@pytest.fixture
def verifier(fetched: list[str]) -> PlaidVerifier:
    def fetch(kid: str) -> dict[str, object]:
        fetched.append(kid)
        return dict(KEY.as_dict(private=False))

    return PlaidVerifier(fetch, lambda: NOW)


def token(body: bytes = BODY, at: datetime = NOW, key: jwk.ECKey = KEY, alg: str = "ES256") -> str:
    claims = {"iat": int(at.timestamp()), "request_body_sha256": hashlib.sha256(body).hexdigest()}
    return jwt.encode({"alg": alg, "kid": "k1"}, claims, key)


def test_a_plaid_webhook_is_read_and_its_key_is_fetched_once(verifier: PlaidVerifier, fetched: list[str]) -> None:
    assert verifier.verify(BODY, token())["type"] == "charge.updated"
    verifier.verify(BODY, token())
    assert fetched == ["k1"]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: token(BODY + b" "), id="of another body"),
        pytest.param(lambda: token(at=NOW - timedelta(seconds=301)), id="too old"),
        pytest.param(lambda: token(at=NOW + timedelta(hours=1)), id="from the future"),
        pytest.param(lambda: token(key=jwk.ECKey.generate_key("P-256")), id="of another key"),
        pytest.param(
            lambda: jwt.encode({"alg": "HS256", "kid": "k1"}, {"iat": 1}, jwk.OctKey.generate_key(256)), id="HS256"
        ),
        pytest.param(lambda: "not.a.token", id="garbage"),
        pytest.param(lambda: "", id="none"),
    ],
)
def test_a_plaid_webhook_is_refused(verifier: PlaidVerifier, make: Callable[[], str]) -> None:
    with pytest.raises(ProviderRejected):
        verifier.verify(BODY, make())


def test_a_key_is_asked_for_again_after_a_day_and_not_believed_once_it_has_expired() -> None:
    clock, answers = [NOW], [{}, {"expired_at": 1_795_000_000}]

    def fetch(kid: str) -> dict[str, object]:
        return {**KEY.as_dict(private=False), **answers.pop(0)}

    verifier = PlaidVerifier(fetch, lambda: clock[0])
    verifier.verify(BODY, token())
    clock[0] += timedelta(hours=25)
    with pytest.raises(ProviderRejected, match="expired"):
        verifier.verify(BODY, token(at=clock[0]))
    assert answers == []


def test_who_makes_key_ids_up_does_not_have_plaid_asked_for_each() -> None:
    asked: list[str] = []

    def fetch(kid: str) -> dict[str, object]:
        asked.append(kid)
        raise ProviderRejected("no such key", provider="plaid", code="INVALID_WEBHOOK_VERIFICATION_KEY_ID")

    def forged(kid: str) -> str:
        return jwt.encode({"alg": "ES256", "kid": kid}, {"iat": int(NOW.timestamp())}, KEY)

    verifier = PlaidVerifier(fetch, lambda: NOW)
    for number in range(20):
        with pytest.raises(ProviderError):
            verifier.verify(BODY, forged(f"made-up-{number}"))
    assert len(asked) == FETCHES_A_MINUTE
    with pytest.raises(ProviderRejected):
        verifier.verify(BODY, forged("../../item/remove"))
