"""A part of a page that is run late never brings back the page that was left, over the one that is shown.

And where a tab comes back after its process has gone, what is pressed waits until this one has drawn the page: before
that nobody here knows what the button does, and Streamlit would throw the press away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from dashboard.web.asgi import App, Message, Receive, Scope, Send

NOT_BYTES = 1003  # "a type of data that it cannot accept" (RFC 6455, 7.4.1)
HELD_SECONDS = 10.0  # a page is drawn by then, or waits for a provider
COMES_BACK = 3  # of the protocols that Streamlit's browser names: its own, a token, and the session that it had


class ShownPage(Protocol):
    """Which page one browser's websocket is on, from what goes over it."""

    is_drawn: bool  # a run of the whole page has come to its end

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
        shown, drawn, heard = self._shown(), asyncio.Event(), 0
        if len(scope.get("subprotocols") or ()) < COMES_BACK:
            drawn.set()  # a new page, on which nothing can be pressed that is not drawn

        async def tell(message: Message) -> None:
            if message["type"] == "websocket.send" and message.get("bytes") is not None:
                message = {**message, "bytes": shown.sent(message["bytes"])}
                if shown.is_drawn:
                    drawn.set()
            await send(message)

        async def hear() -> Message:
            nonlocal heard
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            if message.get("bytes") is None:  # a text, which no page sends; Streamlit would fail over it
                await send({"type": "websocket.close", "code": NOT_BYTES})
                return {"type": "websocket.disconnect", "code": NOT_BYTES}
            heard += 1
            if heard > 1 and not drawn.is_set():  # the first one asks for the page
                with suppress(TimeoutError):
                    await asyncio.wait_for(drawn.wait(), HELD_SECONDS)
                drawn.set()
            return {**message, "bytes": shown.received(message["bytes"])}

        await self._app(scope, hear, tell)
