"""A front on a stage: processes that say who they are and what they were asked, and browsers that ask them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
import websockets

from dashboard.web.asgi import Receive, Scope, Send
from dashboard.web.behind import BehindFront
from dashboard.web.devices import COOKIE
from dashboard.web.front import Front
from dashboard.web.places import Place, Places
from dashboard.web.server import limits
from tests.asgi import run_apart


class Process:
    """A process behind the front, which answers with its name and with what it was asked."""

    def __init__(self, name: str, folder: Path) -> None:
        self.place = Place(name, folder / f"{name}.sock")
        self.heard: list[bytes] = []
        self.left = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._talk(receive, send)
            return
        size = 0
        while (message := await receive()).get("more_body") or message.get("body"):
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        facts = {"by": self.place.name, "client": scope["client"], "scheme": scope["scheme"], "size": size}
        facts |= {"headers": [[name.decode(), value.decode()] for name, value in scope["headers"]]}
        facts |= {"path": scope["raw_path"].decode(), "query": scope["query_string"].decode()}
        body = b"x" * 5_000_000 if scope["path"] == "/large" else json.dumps(facts).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": body})

    async def _talk(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.receive":
                self.heard.append(message["bytes"])
                await send({"type": "websocket.send", "bytes": self.place.name.encode() + b" " + message["bytes"]})
        self.left += 1


@asynccontextmanager
async def listening(app: Any, opened: socket.socket, **how: Any) -> AsyncIterator[None]:
    told = uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1, **how)
    server = uvicorn.Server(told)
    running = asyncio.create_task(server.serve([opened]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await running


class Stage:
    """A front, and the processes behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.places = folder, Places()
        self.port, self.url = 0, ""
        self.stack = contextlib.AsyncExitStack()

    async def start(self, name: str) -> Process:
        """One more process, open to everybody."""
        process = Process(name, self.folder)
        opened = socket.socket(socket.AF_UNIX)
        opened.bind(str(process.place.socket))
        await self.stack.enter_async_context(listening(BehindFront(process), opened, ws="websockets-sansio"))
        self.places.add(process.place)
        self.places.open(process.place)
        return process

    async def open(self) -> None:
        front, opened = Front(self.places), socket.create_server(("127.0.0.1", 0))
        self.port = opened.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        how = {**limits(), "ws": front.tunnels(), "proxy_headers": False, "date_header": False}
        await self.stack.enter_async_context(listening(front, opened, **how))

    def browser(self) -> httpx.AsyncClient:
        """Somebody's browser, which has the desk's cookie."""
        return httpx.AsyncClient(base_url=self.url, cookies={COOKIE: secrets.token_urlsafe(32)}, timeout=30)

    def connect(self, browser: httpx.AsyncClient | None = None) -> websockets.connect:
        """Its websocket; without a browser that of somebody who takes no cookies."""
        cookie = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"} if browser else {}
        return websockets.connect(f"ws://127.0.0.1:{self.port}/stream", additional_headers=cookie, proxy=None)


def on_stage(folder: Path, play: Callable[[Stage, Process, Process], Awaitable[None]]) -> None:
    async def run() -> None:
        stage = Stage(folder)
        async with stage.stack:
            await stage.open()
            await play(stage, await stage.start("one"), await stage.start("two"))

    run_apart(run())


async def name_of(answer: Awaitable[httpx.Response]) -> str:
    return str((await answer).json()["by"])


async def greet(socket: websockets.ClientConnection, word: bytes = b"hello") -> str:
    """Which process answers on a websocket."""
    await socket.send(word)
    said = await socket.recv()
    assert isinstance(said, bytes) and said.endswith(word)
    return said.split()[0].decode()
