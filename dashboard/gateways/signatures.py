"""Proof that a webhook comes from its provider: Stripe's signature header, Plaid's signed JWT."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import stripe
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from dashboard.errors import ProviderError, ProviderRejected, ProviderUnreachable
from dashboard.models import Secret

TOLERANCE_SECONDS = 300  # both providers' own advice: older than five minutes may be a replay
KEY_KEPT = timedelta(hours=24)
FETCHES_A_MINUTE = 6  # Plaid has one key at a time, two while it changes them
KID = re.compile(r"[A-Za-z0-9_-]{1,64}")


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
    """Checks Plaid's webhooks; keys are fetched by id, through the gateway's `/webhook_verification_key/get`.

    A key is kept for a day: Plaid says when it has expired only to whoever asks. Who makes ids up cannot have the desk
    ask for each: so many a minute, then nobody is asked for a while.
    """

    def __init__(self, fetch_key: Callable[[str], dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._fetch_key, self._now = fetch_key, now
        self._keys: dict[str, tuple[jwk.ECKey, datetime]] = {}
        self._fetched: deque[datetime] = deque(maxlen=FETCHES_A_MINUTE)
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
            age = self._now().timestamp() - float(claims.get("iat", 0))
        except (JoseError, ValueError, TypeError, AttributeError):
            raise _refused("plaid", "its signature does not fit") from None
        if not -60 <= age <= TOLERANCE_SECONDS:  # a minute ahead: clocks differ
            raise _refused("plaid", "it is too old")
        found = hashlib.sha256(body).hexdigest()
        if not hmac.compare_digest(found, str(claims.get("request_body_sha256", ""))):
            raise _refused("plaid", "its body is not the one that was signed")
        return _parse("plaid", body)

    def _key(self, kid: str) -> jwk.ECKey:
        with self._guard:
            now = self._now()
            key, until = self._keys.get(kid, (None, now))
            if key is not None and now < until:
                return key
            if not KID.fullmatch(kid):
                raise _refused("plaid", "its key's id is none of Plaid's")
            if len(self._fetched) == FETCHES_A_MINUTE and timedelta() <= now - self._fetched[0] < timedelta(minutes=1):
                raise ProviderUnreachable(
                    "Plaid's webhook keys were asked for too often.",
                    maybe_done=False,
                    provider="plaid",
                    code="webhook",
                    meaning="Somebody posts webhooks that Plaid did not sign, or Plaid has changed its key.",
                    action="Nothing: it is tried again in a minute, and polling goes on.",
                )
            self._fetched.append(now)
            found = self._fetch_key(kid)
            if found.get("expired_at") is not None:
                self._keys.pop(kid, None)
                raise _refused("plaid", "its key has expired")
            key = jwk.ECKey.import_key(found)
            self._keys[kid] = key, now + KEY_KEPT
            return key


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
