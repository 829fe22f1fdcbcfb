"""The front of several processes behind one address: each request goes to the process where its browser is.

Websockets go through `tunnel.py`; everything else is passed on here, request by request over a connection of its own,
head and body as they came. The front decides nothing about anybody: it knows a browser only by where it is.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from functools import partial
from typing import Any, cast

import h11

from dashboard.web.asgi import Receive, Scope, Send, refuse
from dashboard.web.behind import HEADER, write_peer
from dashboard.web.places import GONE, Place, Places, browser_of
from dashboard.web.server import HEADER_BYTES
from dashboard.web.tunnel import WAIT_SECONDS, Tunnel

PIECE = 64 << 10  # bytes
SAFE = frozenset({"GET", "HEAD"})  # asked again of another process where the first one ended before it answered
TRIES = 3
# Of one connection each (RFC 9110, 7.6.1), and what uvicorn says itself.
OWN = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"upgrade", b"expect", HEADER.encode(), b"trailer"}
)
OWN_OF_ANSWERS = OWN | {b"transfer-encoding"}
STARTING = "The desk is starting. Try again in a minute."
CUT_OFF = "The process that answered has ended. Reload the page; what was ordered goes on."


class _Ended(Exception):
    """The process has ended before it answered; `asked` where it may have heard what was asked."""

    def __init__(self, *, asked: bool) -> None:
        self.asked = asked


class Front:
    """An ASGI app that answers with what the process of each browser answers."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def tunnels(self) -> Any:
        """What uvicorn makes for each upgrade to a websocket."""
        return cast(Any, partial(Tunnel, self._places))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; websockets are tunnels, and uvicorn is told not to speak of its lifespan."""
        browser = browser_of(scope["headers"], scope.get("client"))
        for left in reversed(range(TRIES)):
            place = await self._places.wait_for(browser, stays=False, seconds=WAIT_SECONDS)
            if place is None:
                await refuse(scope, send, 503, STARTING)
                return
            place.requests += 1
            try:
                await _Carried(place, scope, receive, send).run()
                return
            except _Ended as error:
                if not error.asked:
                    self._places.remove(place)
                if not left or (error.asked and scope["method"] not in SAFE):
                    await refuse(scope, send, 502, CUT_OFF)
                    return
            finally:
                place.requests -= 1


class _Carried:
    """One request and its answer.

    By a plain socket and not by a stream: a process that answers before it has read everything ends its side, and what
    it said must be read all the same.
    """

    def __init__(self, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        self._place, self._scope, self._receive, self._send = place, scope, receive, send
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=2 * HEADER_BYTES)
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._has_answered = self._is_left = False

    async def run(self) -> None:
        """Raises _Ended where the process gave no answer."""
        with self._socket:
            try:
                await self._loop.sock_connect(self._socket, str(self._place.socket))
            except GONE:
                raise _Ended(asked=False) from None
            asking = self._loop.create_task(self._ask())
            try:
                await self._answer()
            except (OSError, h11.ProtocolError):
                if not self._has_answered and not self._is_left:
                    raise _Ended(asked=True) from None
                # Else the browser has half an answer, and uvicorn closes its connection: nobody takes it for whole.
            finally:
                asking.cancel()
                with suppress(asyncio.CancelledError):
                    await asking

    async def _ask(self) -> None:
        scope = self._scope
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in OWN]
        peer = write_peer(scope.get("client"), secure=scope["scheme"] == "https")
        headers += [(HEADER.encode(), peer.encode()), (b"connection", b"close")]
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        head = h11.Request(method=scope["method"], target=scope["raw_path"] + query, headers=headers)
        try:
            await self._write(self._http.send(head))
            while True:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    self._is_left = True
                    self._socket.shutdown(socket.SHUT_RDWR)  # nobody waits for the answer
                    return
                if self._http.our_state is h11.SEND_BODY:
                    if message.get("body"):
                        await self._write(self._http.send(h11.Data(data=message["body"])))
                    if not message.get("more_body", False):
                        await self._write(self._http.send(h11.EndOfMessage()))
        except (OSError, h11.LocalProtocolError):
            return  # it has ended, or has answered without reading everything: the answer says so

    async def _write(self, data: bytes | None) -> None:
        if data:
            await self._loop.sock_sendall(self._socket, data)

    async def _answer(self) -> None:
        """Raises OSError, h11.ProtocolError where it breaks off."""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._loop.sock_recv(self._socket, PIECE))
            elif isinstance(event, h11.Response):
                headers = [(name, value) for name, value in event.headers if name.lower() not in OWN_OF_ANSWERS]
                self._has_answered = True
                await self._send({"type": "http.response.start", "status": event.status_code, "headers": headers})
            elif isinstance(event, h11.Data):
                await self._send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
            elif isinstance(event, h11.EndOfMessage):
                await self._send({"type": "http.response.body", "body": b""})
                return
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionError
