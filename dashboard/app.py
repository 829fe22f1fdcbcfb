"""The server: `ach-desk serve`, `streamlit run dashboard/app.py`, or any ASGI server on `dashboard.app:app`."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the checkout
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

from dashboard.devices import COOKIE, Devices, digest_cookie  # noqa: E402
from dashboard.settings import OpenId, load_settings  # noqa: E402

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

EVALUATING = "/component/streamlit_javascript."  # its one page evaluates what it is given; only there
EVALUATING_HASH = "'sha256-I/eksgrSVRYppl8xV/bj80DlqMwv201bPoCiYBZXa8A='"  # that page's own inline script
INDEX_HASH = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # Streamlit's index.html
# What Streamlit is told; the same keys stand in .streamlit/config.toml for a bare `streamlit run` in the checkout.
CONFIG: dict[str, Any] = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.maxUploadSize": 20,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.showSidebarNavigation": True,
}


def origin_of(url: str) -> str:
    """Scheme and host of an address, as a content security policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def build_policy(link_url: str, api_url: str, *, evaluating: bool = False) -> str:
    """The content security policy: ourselves and Link's documented origins (script, frame, API host), nothing else.

    Source: Plaid, Link web, "CSP directives"; `blob:` scripts are Streamlit's own inlined components.
    """
    link = origin_of(link_url)
    script = f"'self' blob: {link} {INDEX_HASH}" + (f" 'unsafe-eval' {EVALUATING_HASH}" if evaluating else "")
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {script}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {origin_of(api_url)} {link}",
            f"frame-src 'self' {link}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {chr(39)}{'self' if evaluating else 'none'}{chr(39)}",
        ]
    )


class Headers:
    """Adds the security headers to every HTTP reply."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], link_url: str, api_url: str) -> None:
        self._app = app
        self._policy = build_policy(link_url, api_url).encode()
        self._evaluating = build_policy(link_url, api_url, evaluating=True).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = str(scope["path"])

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (b"content-security-policy", self._evaluating if path.startswith(EVALUATING) else self._policy),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"same-origin"),
                    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),  # OAuth banks open a pop-up
                ]
                if not path.startswith("/static/"):  # hashed file names of Streamlit's own bundle may be kept
                    headers.append((b"cache-control", b"no-store"))
                kept = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
                message["headers"] = [*(kept if not path.startswith("/static/") else message["headers"]), *headers]
            await send(message)

        await self._app(scope, receive, add)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Freeze the heap after the imports: Streamlit collects garbage after every run, which costs more than a page."""
    import altair  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    from dashboard.ui import session

    gc.collect()
    gc.freeze()
    threading.Thread(target=session.open_early, name="desk-opening", daemon=True).start()
    yield {}
    session.close()


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(_request: Request) -> Response:
    """The process can do its work: its settings are complete and its database opens."""
    from starlette.concurrency import run_in_threadpool

    from dashboard.errors import DeskError
    from dashboard.ui import session

    try:
        await run_in_threadpool(session.desk)
    except DeskError as error:
        return PlainTextResponse(f"not ready: {error.code}\n", status_code=503)
    return PlainTextResponse("ready\n")


async def authorization_copy(request: Request) -> Response:
    """What the customer of a handed-over device has just authorized, to print; nothing for anybody else."""
    from starlette.concurrency import run_in_threadpool

    from dashboard.errors import DeskError
    from dashboard.models import Actor
    from dashboard.ui import session
    from dashboard.ui.authorization_copy import write_copy

    def write() -> str | None:
        desk = session.desk()
        device = digest_cookie(request.cookies.get(COOKIE))
        customer = desk.handover.bind(Actor("customer", frozenset(), device=device), device)
        account = desk.handover.account(customer)
        found = desk.mandates.own(customer, account.id) if account else None
        return write_copy(found, desk.settings.timezone) if found else None

    try:
        page = await run_in_threadpool(write)
    except DeskError:
        page = None
    return HTMLResponse(page) if page else PlainTextResponse("There is no copy here.\n", status_code=404)


async def export_file(request: Request) -> Response:
    """An export that this browser ordered, streamed from its file; nothing for any other browser."""
    from starlette.concurrency import run_in_threadpool

    from dashboard.export_jobs import MIMES
    from dashboard.ui import session

    device = digest_cookie(request.cookies.get(COOKIE))
    job = await run_in_threadpool(lambda: session.desk().exports.find(request.path_params["id"], device))
    if job is None:
        return PlainTextResponse("There is no such file any more: make it again.\n", status_code=404)
    return FileResponse(job.path, filename=job.file_name, media_type=MIMES[job.order.format])


def _is_held(device: str) -> bool:
    from dashboard.ui import session

    return session.desk().handover.find(device) is not None


def write_auth(open_id: OpenId | None) -> dict[str, Any]:
    """Streamlit's own sign-in settings (`[auth]` in its secrets), so that nobody writes them by hand.

    `prompt=login`: after a lock the provider asks for the person again, and does not wave its own session through.
    """
    if open_id is None:
        return {}
    return {
        "auth": {
            "client_id": open_id.client_id,
            "client_secret": open_id.client_secret.reveal(),
            "server_metadata_url": open_id.metadata_url,
            "cookie_secret": open_id.cookie_secret.reveal(),
            "redirect_uri": open_id.redirect_uri,
            "client_kwargs": {"scope": open_id.scope, "prompt": "login"},
        }
    }


_settings = load_settings(os.environ, needs=frozenset())

app = st.App(
    Path(__file__).with_name("main.py"),
    lifespan=lifespan,
    middleware=[
        Middleware(Headers, link_url=_settings.plaid_link_url, api_url=_settings.plaid_base_url),
        Middleware(Devices, is_held=_is_held),
    ],
    routes=[
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/authorization-copy", authorization_copy),
        Route("/exports/{id}", export_file),
    ],
    secrets=write_auth(_settings.open_id),
)


def serve(port: int, address: str = "127.0.0.1") -> None:
    """Serve until stopped."""
    app.run(config={**CONFIG, "server.port": port, "server.address": address})
