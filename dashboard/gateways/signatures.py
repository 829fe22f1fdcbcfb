"""Proof that a webhook comes from its provider: Stripe's signature header, Plaid's signed JWT."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import stripe
from joserfc import jwk, jwt

from dashboard.domain.errors import DeskError, ProviderError, ProviderRejected, ProviderUnreachable
from dashboard.domain.models import Secret

TOLERANCE_SECONDS = 300  # both providers' own advice: older than five minutes may be a replay
KEY_KEPT = timedelta(hours=24)
A_MINUTE = timedelta(minutes=1)
SAME_KEY_SECONDS = 2.0  # how long a webhook waits for the key that another one has just had asked for
FETCHES_A_MINUTE = 6  # Plaid has one key at a time, two while it changes them
KID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def verify_stripe(body: bytes, header: str, secret: Secret) -> dict[str, Any]:
    """The event in a Stripe webhook whose `Stripe-Signature` fits and is of five minutes ago to five minutes ahead.

    Stripe's own library takes one of any time ahead: who got hold of one could keep it for as long.
    Raises ProviderRejected. Source: Stripe, "Verify webhook signatures".
    """
    with _judging("stripe"):
        stripe.WebhookSignature.verify_header(body, header, secret.reveal(), TOLERANCE_SECONDS)
        dates = [part[2:] for part in header.split(",") if part.startswith("t=")]  # as the library reads them
        if len(dates) != 1 or int(dates[0]) > time.time() + TOLERANCE_SECONDS:
            raise _refused("stripe", "it is dated in the future, or twice")
    return _parse("stripe", body)


class PlaidVerifier:
    """Checks Plaid's webhooks; keys are fetched by id, through the gateway's `/webhook_verification_key/get`.

    A key is kept for a day: Plaid says when it has expired only to whoever asks. Who makes ids up can have the desk ask
    for few of them, and keeps nobody waiting: one is asked for at a time, outside every lock, and who comes meanwhile
    with another is told to come again (Plaid does, for a day). A webhook of a key that is known waits for nothing.
    """

    def __init__(self, fetch_key: Callable[[str], dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._fetch_key, self._now = fetch_key, now
        self._keys: dict[str, tuple[jwk.ECKey, datetime]] = {}
        self._fetched: deque[datetime] = deque(maxlen=FETCHES_A_MINUTE)
        self._guard = threading.Lock()  # never held while Plaid is asked
        self._asking: tuple[str, threading.Event] | None = None

    def verify(self, body: bytes, token: str) -> dict[str, Any]:
        """The webhook whose `Plaid-Verification` JWT is ES256, younger than five minutes and hashes this body.

        Raises ProviderRejected; ProviderError where the key cannot be fetched. Source: Plaid, "Verify webhooks".
        """
        with _judging("plaid"):
            header, unproved = (json.loads(_b64(part)) for part in token.split(".")[:2])
            if header.get("alg") != "ES256":  # asked before any key: an attacker chooses this header
                raise _refused("plaid", "it is not signed with ES256")
            self._judge(unproved, body)  # before any key is fetched, so that old or foreign ones cost nothing
            claims = jwt.decode(token, self._key(str(header.get("kid"))), algorithms=["ES256"]).claims
            self._judge(claims, body)
        return _parse("plaid", body)

    def _judge(self, claims: Mapping[str, Any], body: bytes) -> None:
        age = self._now().timestamp() - float(claims.get("iat", 0))
        if not -60 <= age <= TOLERANCE_SECONDS:  # a minute ahead: clocks differ
            raise _refused("plaid", "it is too old")
        said = str(claims.get("request_body_sha256", ""))
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), said):
            raise _refused("plaid", "its body is not the one that was signed")

    def _key(self, kid: str) -> jwk.ECKey:
        now = self._now()
        key, until = self._keys.get(kid, (None, now))
        if key is not None and now < until:
            return key
        if not KID.fullmatch(kid):
            raise _refused("plaid", "its key's id is none of Plaid's")
        with self._guard:
            asking = self._asking
            if asking is None:
                if len(self._fetched) == FETCHES_A_MINUTE and timedelta() <= now - self._fetched[0] < A_MINUTE:
                    raise _later("Plaid's webhook keys were requested too often.")
                self._fetched.append(now)
                self._asking = kid, threading.Event()
        if asking is None:
            return self._ask(kid, now)
        if asking[0] == kid and asking[1].wait(SAME_KEY_SECONDS) and kid in self._keys:
            return self._keys[kid][0]
        raise _later("Plaid is being asked for a webhook key already.")

    def _ask(self, kid: str, now: datetime) -> jwk.ECKey:
        try:
            found = self._fetch_key(kid)
            if found.get("expired_at") is not None:
                self._keys.pop(kid, None)
                raise _refused("plaid", "its key has expired")
            key = jwk.ECKey.import_key(found)
            self._keys[kid] = key, now + KEY_KEPT
            return key
        finally:
            with self._guard:
                asked, self._asking = self._asking, None
            if asked:
                asked[1].set()


def name_signed(token: str) -> str:
    """What a JWT is known by: the digest of what was signed.

    Not of its signature: from one (r, s) anybody makes a second that fits, (r, n - s), and a replay would look new.
    """
    return hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()


@contextmanager
def _judging(provider: str) -> Iterator[None]:
    """Whatever fails on what a stranger wrote is a refusal: no shape of it is an error of ours."""
    try:
        yield
    except DeskError:
        raise
    except Exception:
        raise _refused(provider, "its signature does not fit or is too old") from None


def _later(what: str) -> ProviderUnreachable:
    return ProviderUnreachable(
        what,
        maybe_done=False,
        provider="plaid",
        code="webhook",
        meaning="Somebody posts webhooks that Plaid did not sign, or Plaid has changed its key.",
        action="Nothing: it is retried in a minute, and polling continues.",
    )


def _b64(part: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _parse(provider: str, body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise _refused(provider, "its body is not JSON") from None
    if not isinstance(parsed, dict):
        raise _refused(provider, "its body is not an object")
    return parsed


def _refused(provider: str, why: str) -> ProviderError:
    return ProviderRejected(
        f"A webhook that claims to come from {provider.title()} was refused: {why}.",
        provider=provider,
        code="webhook",
        meaning="Nothing was changed; polling will bring what it was about.",
    )
