"""The HTTP server's own limits: how much a header may hold, how long it may take, how many may be connected at once."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any, cast

import h11
import websockets.http11
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard.domain.errors import InputError

# A sign-in with 400 groups brings some 60 KB of cookies (claims, and Streamlit's copy of the tokens); deploy/nginx.conf
# and deploy/Caddyfile let as much through.
HEADER_BYTES = 256 << 10
HEADER_SECONDS = 10  # a browser sends a request's head at once
MOST_CONNECTIONS = 2_000  # a team of ten has some 50; deploy/ach-desk.service allows as many files four times over
TOO_LONG = (
    "Your browser sent more than 256 KB of cookies with its request, so it was refused. If you have just signed in,\n"
    "your provider named too many groups: ask an administrator to have it send only those that the desk uses.\n"
)
TOO_MANY = "Too many connections. Try again in a minute.\n"

websockets.http11.MAX_LINE_LENGTH = HEADER_BYTES  # one cookie header is one line; 8 KB would shut out who signed in


class DeskProtocol(H11Protocol):
    """Uvicorn's HTTP/1.1, with a deadline for each request's head, and words for what is refused."""

    header_seconds: float = HEADER_SECONDS
    most_connections: int = MOST_CONNECTIONS
    _head_bytes: int = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for the first request's head, unless too many are connected."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._say(503, "Service Unavailable", TOO_MANY)
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that has begun must come to its end in time, and within its size."""
        if self.conn.their_state is h11.IDLE:
            end = data.find(b"\r\n\r\n")
            self._head_bytes += len(data) if end < 0 else end
            if self._head_bytes > HEADER_BYTES:
                self._say(431, "Request Header Fields Too Large", TOO_LONG)
                return
            if self._deadline is None:
                self._expect_head()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head_bytes = 0
            self._expect_nothing()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """The head is there; from now on the websocket's own pings watch the connection."""
        self._expect_nothing()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is expected."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _say(self, status: int, phrase: str, text: str) -> None:
        body = text.encode()
        head = (
            f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(self.header_seconds, self._hang_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self) -> None:
        self._deadline = None
        self.transport.abort()


def listen(address: str, port: int) -> socket.socket:
    """A socket on which the server can listen. Raises InputError, in words, where it cannot."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise InputError(f"{address} is not an address.", action="Give one of this machine's (--address).") from None
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(place)
    except (OSError, OverflowError) as error:
        opened.close()
        raise _explain(error, address, port) from None
    return opened


def _explain(error: OSError | OverflowError, address: str, port: int) -> InputError:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return InputError(
            f"Port {port} on {address} is in use.", action="Stop what uses it, or choose another one with --port."
        )
    if number == errno.EACCES:
        return InputError(
            f"This account may not listen on port {port}.",
            action="Choose one above 1023 with --port, or allow it (docs/deployment.md, TLS).",
        )
    if number == errno.EADDRNOTAVAIL:
        return InputError(f"{address} is not an address of this machine.", action="Give one that is (--address).")
    return InputError(f"{address}, port {port}, cannot be listened on ({error}).", action="Choose another one.")


def limits() -> dict[str, Any]:
    """What uvicorn is told beside the protocol itself."""
    return {"http": cast(Any, DeskProtocol), "h11_max_incomplete_event_size": 2 * HEADER_BYTES}
