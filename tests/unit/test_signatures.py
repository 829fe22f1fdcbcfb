"""Only the provider itself can tell the desk something by webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwk, jwt

from dashboard.domain.errors import ProviderError, ProviderRejected, ProviderUnreachable
from dashboard.domain.models import Secret
from dashboard.gateways.signatures import FETCHES_A_MINUTE, PlaidVerifier, name_signed, verify_stripe

BODY = json.dumps({"id": "evt_1", "type": "charge.updated"}).encode()
SECRET = Secret("whsec_planted")
KEY = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sign(body: bytes, at: float, secret: Secret = SECRET) -> str:
    digest = hmac.new(secret.reveal().encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={digest}"


def test_a_stripe_webhook_of_a_clock_a_little_ahead_is_read() -> None:
    assert verify_stripe(BODY, sign(BODY, time.time() + 200), SECRET)["id"] == "evt_1"


def test_a_stripe_webhook_with_the_right_signature_is_read() -> None:
    assert verify_stripe(BODY, sign(BODY, time.time()), SECRET)["id"] == "evt_1"


@pytest.mark.parametrize(
    "make",  # when the test runs: the whole suite may take longer than the tolerance
    [
        pytest.param(lambda: sign(BODY + b" ", time.time()), id="of another body"),
        pytest.param(lambda: sign(BODY, time.time() - 301), id="too old"),
        pytest.param(lambda: sign(BODY, time.time() + 900), id="from the future"),
        pytest.param(lambda: sign(BODY, time.time(), Secret("whsec_other")), id="of another secret"),
        pytest.param(lambda: "", id="none"),
        pytest.param(lambda: "t=yesterday,v1=abc", id="a time that is none"),
        pytest.param(lambda: "t=1\u00b2,v1=abc", id="digits that are none"),
        pytest.param(lambda: f"t={int(time.time())},v1=\u00e9\u00e9", id="letters beyond ASCII"),
        pytest.param(lambda: f"t={'9' * 5000},v1=abc", id="a number without end"),
        pytest.param(lambda: ",,,=,=,", id="commas"),
        pytest.param(lambda: f"xt=1,{sign(BODY, time.time() + 900)}", id="from the future, after another time"),
        pytest.param(lambda: f"{sign(BODY, time.time())},t=1", id="of two times"),
        pytest.param(lambda: f"t={int(time.time())}", id="no signature"),
    ],
)
def test_a_stripe_webhook_is_refused_when_its_signature_is(make: Callable[[], str]) -> None:
    with pytest.raises(ProviderRejected):
        verify_stripe(BODY, make(), SECRET)


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


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(header: object, claims: object) -> str:
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}.{encode(b'x' * 64)}"


def fitting() -> dict[str, object]:
    """Claims to which only the signature is missing."""
    return {"iat": int(NOW.timestamp()), "request_body_sha256": hashlib.sha256(BODY).hexdigest()}


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
        pytest.param(lambda: unsigned({"alg": "ES256", "kid": "k1"}, {"iat": 10**400}), id="a time without end"),
        pytest.param(lambda: unsigned({"alg": "ES256", "kid": "k1"}, {"iat": float("nan")}), id="a time that is none"),
        pytest.param(lambda: unsigned({"alg": "ES256", "kid": "k1"}, {"iat": {}}), id="a time that is an object"),
        pytest.param(lambda: unsigned([], {}), id="a header that is a list"),
        pytest.param(lambda: unsigned({"alg": "ES256", "kid": {"a": 1}}, fitting()), id="a key id that is an object"),
        pytest.param(
            lambda: unsigned({"alg": "ES256", "kid": "k1"}, {**fitting(), "request_body_sha256": "\u00e9"}),
            id="a digest beyond ASCII",
        ),
        pytest.param(lambda: unsigned({"alg": "ES256", "kid": "k1"}, fitting()), id="no signature"),
        pytest.param(lambda: encode(b"[" * 100_000) + ".a.b", id="brackets without end"),
        pytest.param(lambda: "\u00e9.\u00e9.\u00e9", id="letters beyond ASCII"),
        pytest.param(lambda: "a" * 70_000, id="one long word"),
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


def forged(kid: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": kid}, fitting(), KEY)


def test_who_makes_key_ids_up_does_not_have_plaid_asked_for_each() -> None:
    asked: list[str] = []

    def fetch(kid: str) -> dict[str, object]:
        asked.append(kid)
        raise ProviderRejected("no such key", provider="plaid", code="INVALID_WEBHOOK_VERIFICATION_KEY_ID")

    verifier = PlaidVerifier(fetch, lambda: NOW)
    for number in range(20):
        with pytest.raises(ProviderError):
            verifier.verify(BODY, forged(f"made-up-{number}"))
    assert len(asked) == FETCHES_A_MINUTE
    with pytest.raises(ProviderRejected):
        verifier.verify(BODY, forged("../../item/remove"))


@pytest.mark.parametrize(
    "claims", [{"iat": 1, "request_body_sha256": ""}, {**fitting(), "request_body_sha256": "0" * 64}, {}]
)
def test_what_is_old_or_of_another_body_has_plaid_asked_for_nothing(
    verifier: PlaidVerifier, fetched: list[str], claims: dict[str, object]
) -> None:
    with pytest.raises(ProviderRejected):
        verifier.verify(BODY, jwt.encode({"alg": "ES256", "kid": "k1"}, claims, KEY))
    assert fetched == []


def test_a_key_that_is_slow_to_come_keeps_nobody_waiting() -> None:
    """While Plaid is asked for a made-up id, real webhooks are taken and other made-up ones are put off at once."""
    asked, answer = threading.Event(), threading.Event()

    def fetch(kid: str) -> dict[str, object]:
        if kid == "k1":
            return dict(KEY.as_dict(private=False))
        asked.set()
        assert answer.wait(30)
        raise ProviderRejected("no such key", provider="plaid", code="INVALID_WEBHOOK_VERIFICATION_KEY_ID")

    verifier = PlaidVerifier(fetch, lambda: NOW)
    verifier.verify(BODY, token())
    with ThreadPoolExecutor(1) as apart:
        slow = apart.submit(verifier.verify, BODY, forged("made-up"))
        try:
            assert asked.wait(30)
            assert verifier.verify(BODY, token())
            for number in range(200):
                with pytest.raises(ProviderUnreachable):
                    verifier.verify(BODY, forged(f"made-up-{number}"))
        finally:
            answer.set()
        with pytest.raises(ProviderRejected):
            slow.result()


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-4, D.1.2.3)


def bend(signed: str) -> str:
    """The same JWT with the other signature that fits: (r, n - s)."""
    head, _, signature = signed.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    other = ORDER - int.from_bytes(raw[32:])
    return f"{head}.{encode(raw[:32] + other.to_bytes(32))}"


def test_a_bent_signature_fits_too_and_is_still_the_same_webhook(verifier: PlaidVerifier) -> None:
    one = token()
    assert bend(one) != one and verifier.verify(BODY, bend(one)) == verifier.verify(BODY, one)
    assert name_signed(bend(one)) == name_signed(one)
    assert name_signed(token(at=NOW - timedelta(seconds=1))) != name_signed(one)


def test_two_webhooks_of_a_new_key_are_both_taken_and_it_is_fetched_once() -> None:
    asked, answer, fetched = threading.Event(), threading.Event(), []

    def fetch(kid: str) -> dict[str, object]:
        fetched.append(kid)
        asked.set()
        assert answer.wait(30)
        return dict(KEY.as_dict(private=False))

    verifier = PlaidVerifier(fetch, lambda: NOW)
    with ThreadPoolExecutor(2) as apart:
        first = apart.submit(verifier.verify, BODY, token())
        assert asked.wait(30)
        second = apart.submit(verifier.verify, BODY, token())
        answer.set()
        assert first.result() == second.result()
    assert fetched == ["k1"]
