"""Plaid's errors of both generations, as errors of the one tree; unknown codes are kept as they came.

The words for a person are added by `dashboard.messages.problems`, above this layer.
"""

from __future__ import annotations

from dashboard.domain.errors import (
    ProviderBroken,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.text_safety import clean
from dashboard.gateways.plaid_http import Reply
from dashboard.gateways.redaction import redact

CLASSIC = "classic"  # the kind of every error in the guide's form, whose codes are numbers
CLASSIC_LIMITED = 1113
CLASSIC_TRANSIENT = {1302, 1303, 1700, 1701, 1702, 1800}  # the institution or Plaid itself; `resolve` says so
DENIED = frozenset({"INVALID_API_KEYS", "UNAUTHORIZED_ENVIRONMENT"})  # of our keys, not of the request
CLASSIC_DENIED = {1100, 1101, 1102}  # the guide's: client_id or secret missing or wrong
CLASSIC_NO_EFFECT = {1800}  # maintenance: the route was never reached


def error_of(reply: Reply, path: str, *, repeatable: bool) -> ProviderError:
    """The error of a reply in the current generation: `error_type` decides its class, `error_code` its words."""
    body = reply.body if isinstance(reply.body, dict) else {}
    kind, code = _text(body.get("error_type")), _text(body.get("error_code"))
    if not kind or not code:
        return _unexplained(reply, path, repeatable)
    message = _text(body.get("error_message"))
    what = f"Plaid says {code}: {message or 'no reason given'}"
    facts = {
        "provider": "plaid",
        "code": code,
        "kind": kind,
        "request_id": reply.request_id,
        "http_status": reply.status,
        "provider_message": message,
    }
    if kind == "RATE_LIMIT_EXCEEDED" or reply.status == 429:
        return ProviderLimited(what, **facts)  # type: ignore[arg-type]  # ProviderError's keywords
    if code in DENIED:
        return ProviderDenied(what, **facts)  # type: ignore[arg-type]  # ProviderError's keywords
    if kind == "API_ERROR" or reply.status >= 500:
        return ProviderUnreachable(what, maybe_done=not repeatable and code != "PLANNED_MAINTENANCE", **facts)
    if kind == "INSTITUTION_ERROR" and code in {
        "INSTITUTION_DOWN",
        "INSTITUTION_NOT_RESPONDING",
        "INSTITUTION_NOT_AVAILABLE",
    }:
        return ProviderUnreachable(what, maybe_done=False, **facts)
    return ProviderRejected(what, **facts)  # type: ignore[arg-type]  # ProviderError's keywords


def error_of_classic(reply: Reply, path: str, *, repeatable: bool) -> ProviderError:
    """The error of a reply in the classic generation: `{code, message, resolve}`."""
    body = reply.body if isinstance(reply.body, dict) else {}
    code = body.get("code")
    if isinstance(code, bool) or not isinstance(code, int):
        return _unexplained(reply, path, repeatable)
    message, resolve = _text(body.get("message")), _text(body.get("resolve"))
    what = f"Plaid says {code}: {message or 'no reason given'}"
    facts = {
        "provider": "plaid",
        "code": str(code),
        "kind": CLASSIC,
        "request_id": reply.request_id,
        "http_status": reply.status,
        "provider_message": " ".join(part for part in (message, resolve) if part),
    }
    if code == CLASSIC_LIMITED or reply.status == 429:
        return ProviderLimited(what, **facts)  # type: ignore[arg-type]  # ProviderError's keywords
    if code in CLASSIC_DENIED:
        return ProviderDenied(what, **facts)  # type: ignore[arg-type]  # ProviderError's keywords
    if code in CLASSIC_TRANSIENT or reply.status >= 500:
        return ProviderUnreachable(what, maybe_done=not repeatable and code not in CLASSIC_NO_EFFECT, **facts)
    return ProviderRejected(what, **facts)  # type: ignore[arg-type]  # ProviderError's keywords


def _unexplained(reply: Reply, path: str, repeatable: bool) -> ProviderError:
    what = f"Plaid answered {path} with HTTP {reply.status} and no error of its own."
    if reply.status == 429:
        return ProviderLimited(what, provider="plaid", code="HTTP_429", request_id=reply.request_id, http_status=429)
    if reply.status >= 500:
        return ProviderUnreachable(
            what,
            maybe_done=not repeatable,
            provider="plaid",
            code="unreachable",
            request_id=reply.request_id,
            http_status=reply.status,
            action="Try again in a few minutes.",
        )
    return ProviderBroken(
        what,
        maybe_done=False,
        provider="plaid",
        code="broken_reply",
        request_id=reply.request_id,
        http_status=reply.status,
        action="Check PLAID_BASE_URL and any proxy between this machine and Plaid.",
    )


def _text(value: object) -> str:
    return redact(clean(value)) if isinstance(value, str) else ""
