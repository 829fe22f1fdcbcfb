"""Stripe's webhooks: endpoints with a signing secret of their own, each new event posted to those on this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.sandbox import ids
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import render
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import invalid, no_such
from dashboard.sandbox.stripe.moment import API_VERSION, Document
from dashboard.sandbox.stripe.pages import whole

KIND = "stripe.webhook_endpoint"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST = 16  # Stripe: endpoints per account
PAUSES = (0.0, 1.0, 3.0)  # seconds before each try; Stripe tries three times over hours in test mode, for days in live
IMITATED = frozenset({"url", "enabled_events", "description", "metadata"})


def create_endpoint(call: Call) -> Document:
    """`POST /v1/webhook_endpoints`; the secret is shown here and never again."""
    call.only(IMITATED, "a webhook endpoint")
    url, wanted = str(call.params["url"]), list(call.params["enabled_events"])
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url")
    state = call.moment.state
    if len(state.list(KIND)) >= MOST:
        raise invalid("You have reached the maximum of 16 test webhook endpoints.", None)
    doc = {
        "id": ids.stripe_id("we", 24),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": call.moment.at,
        "description": call.params.get("description"),
        "enabled_events": wanted,
        "livemode": False,
        "metadata": call.params.get("metadata") or {},
        "status": "enabled",
        "url": url,
        "_secret": ids.stripe_id("whsec", 32),
        "_sent": call.db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0],
    }
    state.put(KIND, doc["id"], doc)
    return {**render.public(doc), "secret": doc["_secret"]}


def list_endpoints(call: Call) -> Document:
    """`GET /v1/webhook_endpoints`."""
    documents = [render.public(doc) for doc in reversed(call.moment.state.list(KIND))]
    return whole(documents, call.params, "/v1/webhook_endpoints")


def retrieve_endpoint(call: Call) -> Document:
    """`GET /v1/webhook_endpoints/{id}`."""
    return render.public(_find(call))


def delete_endpoint(call: Call) -> Document:
    """`DELETE /v1/webhook_endpoints/{id}`."""
    call.moment.state.delete(KIND, _find(call)["id"])
    return {"id": call.ids[0], "object": "webhook_endpoint", "deleted": True}


def _find(call: Call) -> Document:
    found = call.moment.state.get(KIND, call.ids[0])
    if found is None:
        raise no_such("webhook endpoint", call.ids[0], "webhook_endpoint")
    return found


def sign(secret: str, body: bytes, at: int) -> str:
    """The `Stripe-Signature` of a body (Stripe: verify webhook signatures manually)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Deliveries:
    """After each request, posts the events that it made: from one thread, in their order."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app, self._state = app, state
        self._waiting: queue.Queue[tuple[str, bytes, str]] = queue.Queue()
        self._thread: threading.Thread | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request first: Stripe's answer does not wait for its webhooks."""
        await self._app(scope, receive, send)
        self.send_new()

    def send_new(self) -> int:
        """Queue what each endpoint has not been sent; how many deliveries that makes."""
        count = 0
        for doc in self._state.list(KIND):
            with self._state.transaction() as db:
                rows = db.execute("SELECT * FROM events WHERE seq > ? ORDER BY seq", (doc["_sent"],)).fetchall()
                if not rows:
                    continue
                self._state.put(KIND, doc["id"], {**doc, "_sent": rows[-1]["seq"]})
            for row in map(dict, rows):
                if {"*", row["type"]} & set(doc["enabled_events"]) and urlsplit(doc["url"]).hostname in LOOPBACK:
                    event = {**render.event(row), "pending_webhooks": 1}
                    self._waiting.put((doc["url"], json.dumps(event, indent=2).encode(), doc["_secret"]))
                    count += 1
        if count and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)
            self._thread.start()
        return count

    def _run(self) -> None:
        while True:
            url, body, secret = self._waiting.get()
            for pause in PAUSES:
                time.sleep(pause)
                if deliver(url, body, secret):
                    break


def deliver(url: str, body: bytes, secret: str) -> bool:
    """Post one event, signed at the real time as Stripe does; True where the receiver said 2xx."""
    headers: dict[str, Any] = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(secret, body, int(time.time())),
        "User-Agent": f"Stripe/1.0 (sandbox; {API_VERSION})",
    }
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - only loopback is reached
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
    try:
        with opener.open(request, timeout=10) as answer:
            return 200 <= int(answer.status) < 300
    except (urllib.error.URLError, OSError, ValueError):
        return False
