"""The server: `ach-desk serve`, `streamlit run dashboard/app.py`, or any ASGI server on `dashboard.app:app`."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the checkout
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

from dashboard.devices import COOKIE, Devices, digest_cookie  # noqa: E402
from dashboard.headers import Headers  # noqa: E402
from dashboard.hooks import make_routes  # noqa: E402
from dashboard.settings import OpenId, load_settings  # noqa: E402

CLOSING_SECONDS = 5  # at a stop; then the steps that run get their time (session.close), and systemd waits for both
PING_SECONDS = 30  # Streamlit's own; a tablet that lost its network is noticed within a minute
# What Streamlit is told; the same keys stand in .streamlit/config.toml for a bare `streamlit run` in the checkout.
CONFIG: dict[str, Any] = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.maxUploadSize": 20,  # megabytes; what people upload are lists of customers
    "server.maxMessageSize": 20,  # megabytes, both ways over the websocket; files go by routes of their own
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.showSidebarNavigation": True,
}


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Open the desk before anybody comes, and close it after everybody went."""
    from dashboard.ui import session

    threading.Thread(target=warm_up, name="desk-opening", daemon=True).start()
    yield {}
    session.close()


def warm_up() -> None:
    """Import what pages use, open the desk, and freeze the heap.

    Streamlit collects garbage after every run, which over all that was imported takes longer than a page does.
    """
    import altair  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    import dashboard.ui

    for module in pkgutil.iter_modules(dashboard.ui.__path__):
        importlib.import_module(f"dashboard.ui.{module.name}")
    from dashboard.ui import session

    session.open_early()
    gc.collect()
    gc.freeze()


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
        *make_routes(_settings),
    ],
    secrets=write_auth(_settings.open_id),
)


def serve(port: int, address: str = "127.0.0.1", tls: tuple[Path, Path] | None = None) -> None:
    """Serve until stopped; over https where `tls` names a certificate and its key.

    Not by Streamlit's own runner: it believes any local program about where a request comes from, and at a stop it
    waits for ever for a connection that does not close.
    """
    import uvicorn
    from streamlit.web.bootstrap import load_config_options

    config = {**CONFIG, "server.port": port, "server.address": address}
    if tls:  # Streamlit makes its cookies for https alone by this
        config |= {"server.sslCertFile": str(tls[0]), "server.sslKeyFile": str(tls[1])}
    load_config_options(config)
    uvicorn.run(
        app,
        host=address,
        port=port,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
        forwarded_allow_ips=list(_settings.serving.trusted_proxies),
        timeout_graceful_shutdown=CLOSING_SECONDS,
        ws="websockets-sansio",
        ws_max_size=int(CONFIG["server.maxMessageSize"]) << 20,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        access_log=False,  # addresses of pages name customers
        server_header=False,
        use_colors=False,
    )
