"""The official client's exceptions, as errors of the one tree; unknown codes are kept as they came."""

from __future__ import annotations

import re
from typing import Any

import requests
import stripe

from dashboard.domain.errors import (
    ProviderBroken,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderPaused,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.text_safety import clean
from dashboard.gateways.redaction import redact

PAUSED = "approval_request"  # the code of a request that Stripe holds for an approval of its own
APPROVAL_ID = re.compile(r"areq_[A-Za-z0-9_]{1,80}")
REPLAYED = "replayed"  # the kind of an error that Stripe kept and gave again for the same idempotency key


def error_of(error: stripe.StripeError, *, what: str, changes: bool) -> ProviderError:
    """The error of the tree. `changes` says that the request may have had an effect (a POST or DELETE)."""
    details: dict[str, Any] = _details(error)
    message = redact(_text(details.get("message")) or _text(error.user_message))
    facts: dict[str, Any] = {
        "provider": "stripe",
        "code": _text(details.get("code")) or _text(error.code) or _text(details.get("type")),
        "kind": _text(details.get("type")),
        "request_id": error.request_id,
        "http_status": error.http_status,
        "provider_message": message,
    }
    approval = find_approval(details) if changes else None
    if approval is not None:
        return paused(approval, request_id=error.request_id, http_status=error.http_status)
    if isinstance(error, stripe.APIConnectionError):
        never_sent = not changes or _never_sent(error)
        facts.update(code="unreachable", provider_message="")
        return ProviderUnreachable(
            f"Stripe did not answer ({what}).",
            maybe_done=not never_sent,
            meaning="Nothing was changed." if never_sent else "It is not known what Stripe did.",
            action="Check the network, then try again.",
            **facts,
        )
    if isinstance(error, stripe.RateLimitError):
        reason = (error.headers or {}).get("Stripe-Rate-Limited-Reason", "")
        facts.update(code=facts["code"] or "rate_limit", kind=reason or facts["kind"])
        return ProviderLimited("Stripe asks for fewer requests.", action="Wait a minute, then try again.", **facts)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return ProviderDenied(
            f"Stripe does not accept the key for this: {message or 'no reason given'}",
            meaning="Nothing was changed.",
            action="An administrator has to correct STRIPE_SECRET_KEY or its permissions; then it continues.",
            **facts,
        )
    if isinstance(error, stripe.APIError):
        return _api_error(error, facts, what=what, changes=changes)
    if isinstance(error, stripe.IdempotencyError):
        facts.update(code="idempotency_error")
    return ProviderRejected(f"Stripe says {facts['code'] or 'no'}: {message or 'no reason given'}", **facts)


def find_approval(answer: dict[str, Any]) -> str | None:
    """The approval request that Stripe's answer speaks of, empty where it has no id; None where it speaks of none.

    Stripe documents the object (`areq_…`, `approval_request`; preview of 2026-08-26) and not what a call answers that a
    rule has paused. So whatever names one counts, in a good answer or an error: a request that is held and was taken
    for refused would be sent again, and one that is taken for held is only looked for.
    """
    if str(answer.get("object") or "").endswith(PAUSED) or APPROVAL_ID.fullmatch(str(answer.get("id") or "")):
        return str(answer.get("id") or "")
    named = answer.get(PAUSED)
    if isinstance(named, dict):
        named = named.get("id") or " "
    said = [named, answer.get("message"), answer.get("code"), answer.get("type")]
    for text in said:
        if isinstance(text, str) and (found := APPROVAL_ID.search(text)):
            return found[0]
    hints = (answer.get("code"), answer.get("type"))
    return "" if named or any(isinstance(one, str) and "approval" in one for one in hints) else None


def paused(approval: str, **facts: Any) -> ProviderPaused:
    """The error of a request that waits at Stripe."""
    return ProviderPaused(
        "Stripe holds this until somebody approves it in Stripe's Dashboard.",
        approval=approval,
        provider="stripe",
        code=PAUSED,
        meaning="Nothing was done yet. Once it is approved there, Stripe does it by itself.",
        action="Approve or reject it in Stripe's Dashboard; it is never sent again from here.",
        **facts,
    )


def _api_error(error: stripe.StripeError, facts: dict[str, Any], *, what: str, changes: bool) -> ProviderError:
    status = error.http_status or 0
    if not _details(error):
        facts.update(provider_message="")  # the client quotes the body there
        if status < 500:
            facts.update(code="broken_reply")
            return ProviderBroken(
                f"Stripe's answer to {what} does not match its contract (HTTP {status}).",
                maybe_done=changes,
                meaning="The answer cannot be used.",
                action="Check STRIPE_API_BASE and any proxy between this machine and Stripe.",
                **facts,
            )
        facts.update(code="unreachable")
    if (error.headers or {}).get("Idempotent-Replayed") == "true":
        facts.update(kind=REPLAYED)
    return ProviderUnreachable(
        f"Stripe could not answer {what} (HTTP {status}).",
        maybe_done=changes,
        meaning="It is not known what Stripe did." if changes else "Nothing was changed.",
        action="Try again in a few minutes.",
        **facts,
    )


def _details(error: stripe.StripeError) -> dict[str, Any]:
    body = error.json_body
    found = body.get("error") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _never_sent(error: stripe.StripeError) -> bool:
    cause = error.__cause__
    return isinstance(cause, requests.ConnectTimeout) or "NewConnectionError" in repr(cause)
