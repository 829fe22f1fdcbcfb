"""Keeps every exchange that goes through a server, as middleware around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as bytes; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str]
    answer: bytes


class Recorder:
    """`kept` is a list of the caller's, which grows by each exchange that ended."""

    def __init__(self, app: ASGIApp, kept: list[Exchange]) -> None:
        self._app, self._kept = app, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and keep what came and what went, before the last of it goes: who has the answer finds it kept."""
        came: list[bytes] = []
        start: dict[str, Any] = {}
        went: list[bytes] = []

        async def listen() -> Message:
            message = await receive()
            came.append(message.get("body", b""))
            return message

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                went.append(message.get("body", b""))
                if not message.get("more_body"):
                    self._kept.append(exchange(scope, b"".join(came), start, b"".join(went)))
            await send(message)

        await self._app(scope, listen, tell)


def exchange(scope: Scope, body: bytes, start: Message, answer: bytes) -> Exchange:
    """One exchange from ASGI's words."""
    return Exchange(
        scope["method"],
        scope["path"],
        scope["query_string"].decode(),
        {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body,
        start["status"],
        {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]},
        answer,
    )
