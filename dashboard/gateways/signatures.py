"""Proof that a webhook comes from its provider: Stripe's signature header, Plaid's signed JWT."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import stripe
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from dashboard.errors import ProviderError, ProviderRejected
from dashboard.models import Secret

TOLERANCE_SECONDS = 300  # both providers' own advice: older than five minutes may be a replay


def verify_stripe(body: bytes, header: str, secret: Secret) -> dict[str, Any]:
    """The event in a Stripe webhook whose `Stripe-Signature` fits and is not older than five minutes.

    Raises ProviderRejected. Source: Stripe, "Verify webhook signatures".
    """
    try:
        stripe.WebhookSignature.verify_header(body, header, secret.reveal(), TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):  # a body that is no text was not signed by Stripe
        raise _refused("stripe", "its signature does not fit or is too old") from None
    return _parse("stripe", body)


class PlaidVerifier:
    """Checks Plaid's webhooks; keys are fetched once by id, through the gateway's `/webhook_verification_key/get`."""

    def __init__(self, fetch_key: Callable[[str], dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._fetch_key, self._now = fetch_key, now
        self._keys: dict[str, jwk.ECKey] = {}
        self._guard = threading.Lock()

    def verify(self, body: bytes, token: str) -> dict[str, Any]:
        """The webhook whose `Plaid-Verification` JWT is ES256, younger than five minutes and hashes this body.

        Raises ProviderRejected; ProviderError where the key cannot be fetched. Source: Plaid, "Verify webhooks".
        """
        try:
            header = json.loads(_b64(token.split(".", 1)[0]))
            if header.get("alg") != "ES256":  # asked before any key: an attacker chooses this header
                raise _refused("plaid", "it is not signed with ES256")
            claims = jwt.decode(token, self._key(str(header.get("kid"))), algorithms=["ES256"]).claims
        except (JoseError, ValueError, AttributeError):
            raise _refused("plaid", "its signature does not fit") from None
        age = self._now().timestamp() - float(claims.get("iat", 0))
        if not -60 <= age <= TOLERANCE_SECONDS:  # a minute ahead: clocks differ
            raise _refused("plaid", "it is too old")
        found = hashlib.sha256(body).hexdigest()
        if not hmac.compare_digest(found, str(claims.get("request_body_sha256", ""))):
            raise _refused("plaid", "its body is not the one that was signed")
        return _parse("plaid", body)

    def _key(self, kid: str) -> jwk.ECKey:
        with self._guard:
            if kid not in self._keys:
                self._keys[kid] = jwk.ECKey.import_key(self._fetch_key(kid))
            return self._keys[kid]


def _b64(part: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _parse(provider: str, body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        raise _refused(provider, "its body is not JSON") from None
    if not isinstance(parsed, dict):
        raise _refused(provider, "its body is not an object")
    return parsed


def _refused(provider: str, why: str) -> ProviderError:
    return ProviderRejected(
        f"A webhook that claims to come from {provider.title()} was refused: {why}.",
        provider=provider,
        code="webhook",
        meaning="Nothing was changed; polling brings whatever it spoke of.",
    )
