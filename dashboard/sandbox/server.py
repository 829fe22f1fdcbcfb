"""The sandbox as one server on loopback: Plaid's paths, Stripe's `/v1`, Link's script, and `/_sandbox`."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.sandbox import control, ids, plaid, stripe
from dashboard.sandbox.clock import Dated
from dashboard.sandbox.faults import FaultMiddleware, Faults
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import history
from dashboard.sandbox.stripe.webhooks import Deliveries

LINK_SCRIPT = "/link/v2/stable/link-initialize.js"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def refuse_unknown(request: Request) -> Response:
    """A clear 501 for what the sandbox does not imitate; Stripe's paths answer for themselves."""
    sentence = f"The sandbox does not imitate {request.method} {request.url.path}; see dashboard/sandbox/README.md."
    body = {
        "error_type": "API_ERROR",
        "error_code": "NOT_IMPLEMENTED",
        "error_message": sentence,
        "display_message": None,
        "request_id": ids.plaid_request_id(),
    }
    return JSONResponse(body, status_code=501)


def create_app(state: State, *, rate_limit: int | None = None, outside: Sequence[Middleware] = ()) -> Starlette:
    """The application over an open state; `rate_limit` is requests a second per endpoint, None for no limit.

    `outside` goes around everything else, such as what a test records exchanges with.
    """
    faults = Faults()
    found = [*control.routes(state, faults), *stripe.routes(state), *plaid.routes(state)]
    found.append(Route("/{path:path}", refuse_unknown, methods=METHODS))
    around = [
        *outside,
        Middleware(Dated, clock=state.clock),
        Middleware(Deliveries, state=state),
        Middleware(FaultMiddleware, faults=faults, rate_limit=rate_limit),
    ]
    return Starlette(routes=found, middleware=around)


def describe(state: State, url: str) -> dict[str, Any]:
    """What a client needs to use the sandbox: its address, Link's script, and the keys of both providers."""
    return {
        "url": url,
        "link_script": url + LINK_SCRIPT,
        "plaid": {name: state.secret(f"plaid.{name}") for name in ("client_id", "secret", "public_key")},
        "stripe": {"secret_key": state.secret("stripe.secret_key")},
    }


def configure(app: Starlette, log_level: str) -> uvicorn.Config:
    """The server's settings; idle connections are kept for as long as a client's pool may reuse them.

    The `Date` header is the sandbox's own (`Dated`), so uvicorn, which knows the machine's time only, writes none.
    """
    return uvicorn.Config(
        app, log_level=log_level, lifespan="off", access_log=False, timeout_keep_alive=75, date_header=False
    )


def bind(port: int) -> socket.socket:
    """A loopback socket on this port, 0 for a free one.

    Its protocol is named because asyncio only then sets TCP_NODELAY; without it small answers wait 40 ms for an ACK.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


class Running:
    """A sandbox that serves from a thread of this process, for tests and benchmarks."""

    def __init__(
        self, state: State, port: int = 0, rate_limit: int | None = None, outside: Sequence[Middleware] = ()
    ) -> None:
        """Bind the port (0: a free one) and start; returns when it accepts connections."""
        self.state = state
        self._socket = bind(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.keys = describe(state, self.url)
        app = create_app(state, rate_limit=rate_limit, outside=outside)
        self._server = uvicorn.Server(configure(app, "critical"))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop serving and close the file."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
        self.state.close()


def start_in_thread(
    path: str | Path,
    port: int = 0,
    *,
    seed: int = 1,
    payments: int | None = None,
    history_wanted: bool = True,
    rate_limit: int | None = None,
    outside: Sequence[Middleware] = (),
) -> Running:
    """Open or make the state at `path`, with its history, and serve it from a thread."""
    state = State(path)
    if history_wanted:
        history.fill(state, payments=payments, seed=seed)
    return Running(state, port, rate_limit, outside)


def run(
    *,
    port: int,
    state_path: str | Path,
    payments: int | None = None,
    rate_limit: int | None = None,
    seed: int = 1,
    history_wanted: bool = True,
) -> None:
    """Serve until a signal ends it; prints ONE line of JSON (see `describe`) when it accepts connections."""
    state = State(state_path)
    if history_wanted:
        history.fill(state, payments=payments, seed=seed)
    bound = bind(port)
    bound.listen(128)  # connections queue from here on, so that the line below is true at once
    print(json.dumps(describe(state, f"http://127.0.0.1:{bound.getsockname()[1]}")), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(configure(create_app(state, rate_limit=rate_limit), "warning")).run([bound])
    state.close()
