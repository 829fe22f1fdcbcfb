"""Faults on demand and rate limits, around the whole sandbox as ASGI middleware.

A fault is matched by path prefix and method and spent after `times` requests. `401` (keys that the provider does not
know), `403` (keys that may not do this), `429` and `500_before` refuse before anything has happened; `500_after`,
`cut_body`, `garbage` and `drop` come after the effect; `hold` is a wait while Stripe's idempotency key is held.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.sandbox import ids
from dashboard.sandbox.stripe.moment import API_VERSION

KINDS = ("latency", "hold", "401", "403", "429", "500_before", "500_after", "cut_body", "garbage", "drop")
REFUSED_BEFORE = {"401": 401, "403": 403, "429": 429, "500_before": 500}
GLOBAL_LIMIT = 100  # Stripe: 100 requests a second in live mode, over all endpoints

# Our own controls, and Link's pages: a fault belongs to an API call, and /link/token/ is one.
PAGES = ("v2", "stable", "modal", "hosted", "bank", "files", "api")
UNTOUCHED = ("/_sandbox", *(f"/link/{page}" for page in PAGES))


class Faults:
    """The faults that are waiting for their request."""

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []

    def add(self, fault: dict[str, Any]) -> dict[str, Any]:
        """Arm one; raises ValueError for a kind that does not exist or a count below one."""
        kind = str(fault.get("kind", ""))
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        times = int(fault.get("times", 1))
        if times < 1:
            raise ValueError("times must be at least 1")
        armed = {
            "path": str(fault.get("path", "/")),
            "method": str(fault["method"]).upper() if fault.get("method") else None,
            "kind": kind,
            "times": times,
            "ms": int(fault.get("ms", 0)),
            "headers": {str(name): str(value) for name, value in dict(fault.get("headers") or {}).items()},
        }
        self._waiting.append(armed)
        return armed

    def clear(self) -> int:
        """Disarm all; how many there were."""
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def waiting(self) -> list[dict[str, Any]]:
        """Those that are still armed."""
        return list(self._waiting)

    def take(self, method: str, path: str) -> list[dict[str, Any]]:
        """The faults of this request, each spent by one; several may apply (a latency and a 500)."""
        taken = [
            fault for fault in self._waiting if path.startswith(fault["path"]) and fault["method"] in (None, method)
        ]
        for fault in taken:
            fault["times"] -= 1
        self._waiting = [fault for fault in self._waiting if fault["times"] > 0]
        return taken


class Limiter:
    """Sliding one-second windows per endpoint and over all, as Stripe documents its limits."""

    def __init__(self, per_endpoint: int) -> None:
        self._per_endpoint = per_endpoint
        self._seen: dict[str, deque[float]] = {}

    def refuse(self, method: str, path: str) -> str | None:
        """The reason to refuse this request, or None. A refused request does not count."""
        parts = ["{id}" if "_" in part and any(c.isdigit() for c in part) else part for part in path.split("/")]
        now = time.monotonic()
        endpoint = self._seen.setdefault(f"{method} {'/'.join(parts)}", deque())
        everything = self._seen.setdefault("*", deque())
        for window in (endpoint, everything):
            while window and window[0] <= now - 1:
                window.popleft()
        if len(everything) >= GLOBAL_LIMIT:
            return "global-rate"
        if len(endpoint) >= self._per_endpoint:
            return "endpoint-rate"
        endpoint.append(now)
        everything.append(now)
        return None


STRIPE_SAYS: dict[int, dict[str, str]] = {
    401: {"message": "Invalid API Key provided: sk_test_********", "type": "invalid_request_error"},
    403: {
        "message": "The provided key 'rk_test_********' does not have the required permissions for this endpoint on "
        "account 'acct_********'.",
        "type": "invalid_request_error",
    },
    429: {
        "message": "Request rate limit exceeded. You can learn more about rate limits here: "
        "https://stripe.com/docs/rate-limits.",
        "type": "invalid_request_error",
        "code": "rate_limit",
    },
    500: {"message": "An unknown error occurred", "type": "api_error"},
}
PLAID_SAYS = {
    401: ("INVALID_INPUT", "INVALID_API_KEYS", "invalid client_id or secret provided"),
    403: ("INVALID_INPUT", "UNAUTHORIZED_ROUTE_ACCESS", "client is not authorized to access the following products"),
    429: (
        "RATE_LIMIT_EXCEEDED",
        "RATE_LIMIT",
        "rate limit exceeded for attempts to access this item. please try again later",
    ),
    500: ("API_ERROR", "INTERNAL_SERVER_ERROR", "an unexpected error occurred"),
}


def error_body(path: str, status: int) -> tuple[bytes, dict[str, str]]:
    """A refusal in the words of the provider that the path belongs to, and its headers."""
    if path.startswith("/v1/"):
        headers = {"Request-Id": ids.stripe_request_id(), "Stripe-Version": API_VERSION}
        return json.dumps({"error": STRIPE_SAYS[status]}).encode(), headers
    request_id = ids.plaid_request_id()
    kind, code, message = PLAID_SAYS[status]
    body = {
        "error_type": kind,
        "error_code": code,
        "error_message": message,
        "display_message": None,
        "request_id": request_id,
    }
    return json.dumps(body).encode(), {"X-Request-Id": request_id}


async def answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    """Send one whole JSON response."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class FaultMiddleware:
    """Applies the armed faults and the rate limits; `/_sandbox` itself and Link's files are left alone."""

    def __init__(self, app: ASGIApp, faults: Faults, rate_limit: int | None = None) -> None:
        self._app, self._faults = app, faults
        self._limiter = Limiter(rate_limit) if rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or spoil it."""
        if scope["type"] != "http" or scope["path"].startswith(UNTOUCHED):
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        reason = self._limiter.refuse(method, path) if self._limiter else None
        if reason:
            body, headers = error_body(path, 429)
            if path.startswith("/v1/"):
                headers["Stripe-Rate-Limited-Reason"] = reason
            await answer(send, 429, body, headers)
            return
        spoilers = []
        for fault in self._faults.take(method, path):
            if fault["kind"] == "latency":
                await asyncio.sleep(fault["ms"] / 1000)
            elif fault["kind"] == "hold":
                scope["sandbox.hold_ms"] = fault["ms"]
            else:
                spoilers.append(fault)
        if not spoilers:
            await self._app(scope, receive, send)
            return
        await self._spoil(spoilers[0], scope, receive, send)

    async def _spoil(self, fault: dict[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        kind, path = fault["kind"], scope["path"]
        if kind in REFUSED_BEFORE:
            status = REFUSED_BEFORE[kind]
            body, headers = error_body(path, status)
            plaid_refuses = status in (401, 403) and not path.startswith("/v1/")  # Plaid answers wrong keys with a 400
            await answer(send, 400 if plaid_refuses else status, body, {**headers, **fault["headers"]})
            return
        if kind == "500_after":
            scope["sandbox.fail_after"] = fault["headers"]
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._app(scope, receive, hold)
        whole = b"".join(message.get("body", b"") for message in held)
        if kind == "500_after":
            if held[0]["status"] >= 500:  # Stripe's half has done it itself, and saved it under the idempotency key
                for message in held:
                    await send(message)
                return
            body, headers = error_body(path, 500)
            await answer(send, 500, body, {**headers, **fault["headers"]})
        elif kind == "garbage":
            await answer(send, 200, b"<html><body>upstream connect error", {"Content-Type": "text/html"})
        else:
            if kind == "cut_body":
                await send(held[0])  # with the length of the whole, of which half comes
                await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})
                await asyncio.sleep(0.02)  # so that the half leaves before the connection goes
            transport = getattr(getattr(receive, "__self__", None), "transport", None)
            if transport is None:
                raise ConnectionAbortedError("this server cannot drop a connection")
            transport.close() if kind == "cut_body" else transport.abort()
            await asyncio.sleep(0.01)  # uvicorn notices the loss in its own loop
