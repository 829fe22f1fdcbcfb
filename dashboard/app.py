"""The server: `ach-desk serve`, `streamlit run dashboard/app.py`, or any ASGI server on `dashboard.app:app`."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import socket
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the checkout
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

from dashboard.settings import OpenId, load_settings  # noqa: E402
from dashboard.ui import finding, protocol, session  # noqa: E402
from dashboard.ui.accounts.grid import ACCOUNTS  # noqa: E402
from dashboard.ui.approvals.grid import APPROVALS  # noqa: E402
from dashboard.ui.batches.grid import BATCH_ROWS  # noqa: E402
from dashboard.ui.cases.grid import CASES  # noqa: E402
from dashboard.ui.customers.grid import CUSTOMERS  # noqa: E402
from dashboard.ui.mandates.grid import OLD_ACCOUNTS  # noqa: E402
from dashboard.ui.operations.audit_grid import AUDIT  # noqa: E402
from dashboard.ui.payments.answers import GRID as PAYMENTS  # noqa: E402
from dashboard.ui.payouts.grid import PAYOUTS  # noqa: E402
from dashboard.ui.statements.grid import LINES  # noqa: E402
from dashboard.web import grid_routes  # noqa: E402
from dashboard.web.devices import Devices  # noqa: E402
from dashboard.web.first_page import FirstPage  # noqa: E402
from dashboard.web.headers import Headers  # noqa: E402
from dashboard.web.local_key import LocalOnly, hold, local_key_for  # noqa: E402
from dashboard.web.one_page import OnePage  # noqa: E402
from dashboard.web.own_address import SameOrigin, read_own_address  # noqa: E402
from dashboard.web.visits import MOST_OF_ONE, MOST_STRANGERS, Visits, describe  # noqa: E402
from dashboard.web.webhook_routes import make_routes  # noqa: E402
from dashboard.web.whole_sign_in import WholeSignIn  # noqa: E402

CLOSING_SECONDS = 5  # at a stop; then the steps that run get their time (running.close), and systemd waits for both
# What a served page never uses: entry points, which run when they are imported, and the stand-in for the providers.
NOT_SERVED = ("dashboard.__main__", "dashboard.app", "dashboard.main", "dashboard.cli", "dashboard.sandbox")
PING_SECONDS = 30  # Streamlit's own; a tablet that lost its network is noticed within a minute
WARM_SECONDS = 60.0  # after which a process that is not warm serves as it is
# What Streamlit is told; the same keys stand in .streamlit/config.toml for a bare `streamlit run` in the checkout.
CONFIG: dict[str, Any] = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.maxUploadSize": 2,  # megabytes; what people upload are lists of customers, and that is 20,000 of them
    "server.maxMessageSize": 20,  # megabytes, both ways over the websocket; files go by routes of their own
    "server.enableXsrfProtection": True,
    "server.corsAllowedOrigins": [],
    "client.allowedOrigins": [],  # no other site's page may frame the desk and speak to it; Streamlit's own default may
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.showSidebarNavigation": True,
}


_warm = threading.Event()  # clear only behind a front, which moves tabs to a process that draws them at once
_warm.set()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Open the desk before anybody comes, and close it after everybody went."""
    from dashboard import running

    threading.Thread(target=warm_up, name="desk-opening", daemon=True).start()
    yield {}
    running.close()


def warm_up() -> None:
    """Import what pages use, open the desk, and freeze the heap.

    Streamlit collects garbage after every run, which over all that was imported takes longer than a page does.
    """
    try:
        _warm_up()
    finally:
        _warm.set()


def _warm_up() -> None:
    import altair  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    import dashboard

    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if not module.name.startswith(NOT_SERVED):
            importlib.import_module(module.name)
    from dashboard import running

    running.open_early()
    gc.collect()
    gc.freeze()


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(_request: Request) -> Response:
    """The process can do its work: its settings are complete and its database opens."""
    from starlette.concurrency import run_in_threadpool

    from dashboard import running
    from dashboard.domain.errors import DeskError

    try:
        await run_in_threadpool(running.desk)
    except DeskError as error:
        return PlainTextResponse(f"not ready: {error.code}\n", status_code=503)
    await run_in_threadpool(_warm.wait, WARM_SECONDS)
    return PlainTextResponse("ready\n")


async def authorization_copy(request: Request) -> Response:
    """A customer's copy of an authorization, to print; nothing for anybody who may not see it.

    The customer of a handed-over device gets what they have just authorized; staff the one that the address names.
    """
    from starlette.concurrency import run_in_threadpool

    from dashboard import running
    from dashboard.domain.errors import DeskError
    from dashboard.ui.linking.authorization_copy import write_copy
    from dashboard.web.people import find_person

    def write() -> str | None:
        desk, said = running.desk(), describe(request.scope)
        person = find_person(desk, protocol.read_claims(request.scope, _settings), said)
        if desk.handover.find(person.device, person.visit):
            account = desk.handover.account(person)
            found = desk.mandates.own(person, account.id) if account else None
        else:
            names = request.query_params
            found = desk.mandates.get(person, names.get("account", ""), names.get("mandate", ""))
        return write_copy(found, desk.settings.timezone) if found else None

    try:
        page = await run_in_threadpool(write)
    except DeskError:
        page = None
    return HTMLResponse(page) if page else PlainTextResponse("There is no copy here.\n", status_code=404)


async def authorization_copy_script(_request: Request) -> Response:
    """What the print button of a copy does."""
    from dashboard.ui.linking.authorization_copy import SCRIPT

    return Response(SCRIPT, media_type="text/javascript")


async def export_file(request: Request) -> Response:
    """An export, streamed from its file to the person at the browser that ordered it; nothing for anybody else."""
    from starlette.concurrency import run_in_threadpool

    from dashboard import running
    from dashboard.domain.errors import DeskError
    from dashboard.payments.export import Format
    from dashboard.payments.export_jobs import MIMES
    from dashboard.web.people import find_person

    def fetch() -> tuple[Path, str, str] | None:
        desk = running.desk()
        person = find_person(desk, protocol.read_claims(request.scope, _settings), describe(request.scope))
        found = desk.exports.fetch(person, request.path_params["id"])
        return (desk.exports.path_of(found), found.file_name, MIMES[Format(found.format)]) if found else None

    try:
        found = await run_in_threadpool(fetch)
    except DeskError:
        found = None
    if found is None:
        return PlainTextResponse("This file no longer exists: export it again.\n", status_code=404)
    path, name, mime = found
    return FileResponse(path, filename=name, media_type=mime)


def write_auth(open_id: OpenId | None) -> dict[str, Any]:
    """Streamlit's own sign-in settings (`[auth]` in its secrets), so that nobody writes them by hand.

    `prompt=login`: after a lock the provider asks for the person again, and does not wave its own session through.
    `max_age=0` has it say when it asked (`auth_time`; OpenID Connect Core 3.1.2.1), which is what proves a person.
    """
    if open_id is None:
        return {}
    return {
        "auth": {
            "cookie_secret": open_id.cookie_secret.reveal(),
            "redirect_uri": open_id.redirect_uri,
            session.PROVIDER: {
                "client_id": open_id.client_id,
                "client_secret": open_id.client_secret.reveal(),
                "server_metadata_url": open_id.metadata_url,
                "client_kwargs": {"scope": open_id.scope, "prompt": "login"},
                "authorize_params": {"max_age": 0},
            },
        }
    }


def whole_sign_in(open_id: OpenId | None) -> list[Middleware]:
    """What keeps the cookies of different sign-ins apart; nothing without sign-in."""
    if open_id is None:
        return []
    return [Middleware(WholeSignIn, cookie=protocol.SIGN_IN_COOKIE, secret=open_id.cookie_secret.reveal())]


LISTS = (PAYOUTS, CASES, APPROVALS, BATCH_ROWS, CUSTOMERS, ACCOUNTS, OLD_ACCOUNTS, LINES, AUDIT)
_settings = load_settings(os.environ, needs=frozenset())
LOCAL_KEY = hold(local_key_for(_settings))  # raises where the desk may not be open to whoever comes

app = st.App(
    Path(__file__).with_name("main.py"),
    lifespan=lifespan,
    middleware=[
        Middleware(Headers, link_url=_settings.plaid_link_url, api_url=_settings.plaid_base_url),
        Middleware(SameOrigin, own=read_own_address(_settings)),
        *([Middleware(LocalOnly, key=LOCAL_KEY)] if LOCAL_KEY else []),
        *whole_sign_in(_settings.open_id),
        Middleware(Devices),
        Middleware(
            Visits,
            read_claims=lambda scope: protocol.read_claims(scope, _settings),
            reduce=protocol.reduce_message,
            most_of_one=MOST_OF_ONE if _settings.open_id else MOST_STRANGERS,  # else everybody is a stranger
        ),
        Middleware(OnePage, shown=protocol.ShownPage),
        Middleware(FirstPage),
    ],
    routes=[
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/authorization-copy", authorization_copy),
        Route("/authorization-copy.js", authorization_copy_script),
        Route("/exports/{id}", export_file),
        *make_routes(_settings),
        *grid_routes.make_routes(
            lambda scope: protocol.read_claims(scope, _settings),
            {"payments": PAYMENTS, **{one.name: one.answers() for one in LISTS}},
            {"find": finding.answer},
        ),
    ],
    secrets=write_auth(_settings.open_id),
)


def serve(opened: socket.socket, address: str = "127.0.0.1", tls: tuple[Path, Path] | None = None) -> None:
    """Serve on this socket until stopped; over https where `tls` names a certificate and its key.

    Not by Streamlit's own runner: it believes any local program about where a request comes from, and at a stop it
    waits for ever for a connection that does not close.
    """
    configure(address, opened.getsockname()[1], tls)
    _run(
        opened,
        app,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
        forwarded_allow_ips=list(_settings.serving.trusted_proxies),
    )


def serve_behind(
    opened: socket.socket, address: str, port: int, tls: tuple[Path, Path] | None, cookie_secret: str
) -> None:
    """Serve behind the front, which listens on `address` and `port`, speaks TLS, and says who its peer is.

    `cookie_secret` signs what one process sets and another one reads, where no sign-in has a secret of its own.
    """
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    from dashboard.web.behind import BehindFront

    _warm.clear()
    configure(address, port, tls, {"server.cookieSecret": cookie_secret})
    trusted = ProxyHeadersMiddleware(cast(Any, app), list(_settings.serving.trusted_proxies))
    _run(opened, BehindFront(cast(Any, trusted)), proxy_headers=False, log_level="warning")


def configure(address: str, port: int, tls: tuple[Path, Path] | None, more: Mapping[str, object] | None = None) -> None:
    """Tell Streamlit how it is served."""
    from streamlit.web.bootstrap import load_config_options

    config = {**CONFIG, "server.port": port, "server.address": address, **(more or {})}
    if tls:  # with this Streamlit sends its cookies only over https
        config |= {"server.sslCertFile": str(tls[0]), "server.sslKeyFile": str(tls[1])}
    load_config_options(config)


def _run(opened: socket.socket, served: object, **how: Any) -> None:
    import uvicorn

    from dashboard.web.server import limits

    told = uvicorn.Config(
        cast(Any, served),
        timeout_graceful_shutdown=CLOSING_SECONDS,
        ws="websockets-sansio",
        ws_max_size=int(CONFIG["server.maxMessageSize"]) << 20,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        access_log=False,  # addresses of pages name customers
        server_header=False,
        use_colors=False,
        **how,
        **limits(),
    )
    uvicorn.Server(told).run(sockets=[opened])
