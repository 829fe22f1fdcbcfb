"""A part of a page that is run late never brings back the page that was left, over the one that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dashboard.web.asgi import App, Message, Receive, Scope, Send


class ShownPage(Protocol):
    """Which page one browser's websocket is on, from what goes over it."""

    def sent(self, data: bytes) -> bytes:
        """A message to the browser, as it should get it."""

    def received(self, data: bytes) -> bytes:
        """A message of the browser, as the server should get it."""


class OnePage:
    """Keeps both ends of each websocket on the page that was opened last."""

    def __init__(self, app: App, shown: Callable[[], ShownPage]) -> None:
        self._app, self._shown = app, shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        shown = self._shown()

        async def tell(message: Message) -> None:
            if message["type"] == "websocket.send" and message.get("bytes") is not None:
                message = {**message, "bytes": shown.sent(message["bytes"])}
            await send(message)

        async def hear() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes") is not None:
                message = {**message, "bytes": shown.received(message["bytes"])}
            return message

        await self._app(scope, hear, tell)
