"""The few ASGI types that the middleware shares, and a refusal for both kinds of connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def headers_of(scope: Scope, name: str) -> list[str]:
    """Every value of one header, in the order in which they came."""
    return [value.decode("latin-1") for found, value in scope["headers"] if found.lower() == name.encode()]


def with_headers(scope: Scope, **values: str) -> Scope:
    """The same request with these headers in the place of whatever it brought under their names; `_` is a dash."""
    wanted = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in values.items()}
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in wanted]
    return {**scope, "headers": [*kept, *((name, value) for name, value in wanted.items() if value)]}


async def refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """Answer with a status and one line of text, also where a websocket was asked for."""
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": f"{text}\n".encode()})
