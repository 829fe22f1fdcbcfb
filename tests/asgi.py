"""One request to an ASGI app, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dashboard.web.asgi import App, Message, Receive, Scope, Send

Header = tuple[str, str]
Answered = TypeVar("Answered")


@dataclass
class Answer:
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    heard: list[bytes] = field(default_factory=list)  # what a websocket's app was given

    def cookies(self) -> list[str]:
        return [value.decode() for name, value in self.headers if name == b"set-cookie"]


@dataclass
class Inner:
    """The app behind the middleware: answers everything, and keeps the scope that it was given."""

    scope: Scope = field(default_factory=dict)
    heard: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] != "websocket.disconnect":
                self.heard.append(message.get("bytes") or b"")
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"inside"})

    def header(self, name: str) -> list[str]:
        return [value.decode() for found, value in self.scope["headers"] if found == name.encode()]


def ask(
    app: App,
    path: str = "/",
    *headers: Header,
    method: str = "GET",
    kind: str = "http",
    scheme: str = "http",
    peer: str = "127.0.0.1",
    query: str = "",
    messages: Sequence[bytes] = (),
) -> Answer:
    """Send one request, or open one websocket and send these messages over it."""
    answer = Answer()
    waiting: list[Message] = [{"type": "websocket.receive", "bytes": one} for one in messages]
    scope: dict[str, Any] = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "scheme": scheme,
        "client": (peer, 40_000),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "websocket.accept":
            answer.status = 101
        elif message["type"].endswith("response.start"):
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif message["type"].endswith("response.body"):
            answer.body += message["body"]

    async def run() -> None:
        await app(scope, receive, send)

    run_apart(run())
    return answer


def run_apart(steps: Coroutine[Any, Any, Answered]) -> Answered:
    """Run a coroutine to its end on a thread of its own: the browser tests' loop may be running on this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, steps).result()
