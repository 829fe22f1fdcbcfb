"""A part of a page that is run late never brings back the page that was left, over the one that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dashboard.web.asgi import App, Message, Receive, Scope, Send

NOT_BYTES = 1003  # "a type of data that it cannot accept" (RFC 6455, 7.4.1)


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
            if message["type"] != "websocket.receive":
                return message
            if message.get("bytes") is None:  # a text, which no page sends; Streamlit would fail over it
                await send({"type": "websocket.close", "code": NOT_BYTES})
                return {"type": "websocket.disconnect", "code": NOT_BYTES}
            return {**message, "bytes": shown.received(message["bytes"])}

        await self._app(scope, hear, tell)
