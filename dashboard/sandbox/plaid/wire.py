"""What every endpoint of the current API does alike: the body, the keys, the version, the errors, the request id."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.errors import PlaidError
from dashboard.sandbox.plaid.fields import KEYS, check_fields
from dashboard.sandbox.state import State

VERSION = "2020-09-14"
OLD_VERSIONS = ("2017-03-08", "2018-05-22", "2019-05-29")
Handler = Callable[[State, dict[str, Any]], dict[str, Any]]
REFUSE = "_refuse"  # a handler's answer that keeps what was done and refuses with this code
BASE_URL = "_base_url"  # put into the body after it was checked: hosted links and the bank's pages need an address


async def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises PlaidError INVALID_HEADERS or INVALID_BODY."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise PlaidError("INVALID_HEADERS", text="Content-Type must be application/json")
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise PlaidError("INVALID_BODY") from None
    if not isinstance(body, dict):
        raise PlaidError("INVALID_BODY")
    return body


def check_version(request: Request, body: dict[str, Any]) -> None:
    """Refuse other versions than 2020-09-14, and the public key that older ones took."""
    version = request.headers.get("plaid-version", VERSION)
    if version in OLD_VERSIONS:
        raise PlaidError("INCOMPATIBLE_API_VERSION", text=f"this endpoint is not available in API version {version}")
    if version != VERSION:
        raise PlaidError("INVALID_HEADERS", text="Plaid-Version must be a valid API version")
    if "public_key" in body:
        raise PlaidError(
            "INCOMPATIBLE_API_VERSION",
            text="The public_key cannot be used for this endpoint as of version 2020-09-14 of the API. Use the"
            " client_id and secret instead.",
        )


def check_keys(state: State, request: Request, body: dict[str, Any]) -> None:
    """Refuse absent or wrong keys; they may come in the body or in headers."""
    client_id = body.get("client_id") or request.headers.get("plaid-client-id")
    secret = body.get("secret") or request.headers.get("plaid-secret")
    missing = [name for name, value in zip(KEYS, (client_id, secret), strict=True) if not value]
    if missing:
        raise PlaidError("MISSING_FIELDS", fields=", ".join(missing))
    if (client_id, secret) != (state.secret("plaid.client_id"), state.secret("plaid.secret")):
        raise PlaidError("INVALID_API_KEYS")


def reply(body: dict[str, Any], status: int = 200, request_id: str | None = None) -> Response:
    """JSON with the request id, in the body as Plaid has it and as a header."""
    request_id = request_id or ids.plaid_request_id()
    return JSONResponse({**body, "request_id": request_id}, status, {"X-Request-Id": request_id})


def endpoint(state: State, path: str, handler: Handler) -> Route:
    """A POST route of the current API. A refusal rolls back what the handler had done."""

    def run(body: dict[str, Any]) -> dict[str, Any]:
        with state.transaction():
            return handler(state, body)

    async def serve(request: Request) -> Response:
        try:
            body = await read_body(request)
            check_version(request, body)
            check_keys(state, request, body)
            check_fields(path, body)
            answer = await run_in_threadpool(run, {**body, BASE_URL: str(request.base_url).rstrip("/")})
            if REFUSE in answer:
                raise PlaidError(answer[REFUSE])
            return reply(answer)
        except PlaidError as error:
            request_id = ids.plaid_request_id()
            return reply(error.body(request_id), error.kind.status, request_id)

    return Route(path, serve, methods=["POST"])


def page_call(state: State, path: str, handler: Callable[[State, dict[str, Any], str], dict[str, Any]]) -> Route:
    """A POST route for the sandbox's own pages, same origin, without keys: `handler(state, body, base_url)`."""

    def run(body: dict[str, Any], base: str) -> dict[str, Any]:
        with state.transaction():
            return handler(state, body, base)

    async def serve(request: Request) -> Response:
        try:
            return reply(await run_in_threadpool(run, await read_body(request), str(request.base_url).rstrip("/")))
        except PlaidError as error:
            request_id = ids.plaid_request_id()
            return reply(error.body(request_id), error.kind.status, request_id)

    return Route(path, serve, methods=["POST"])
