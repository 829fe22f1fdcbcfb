"""One browser's websocket on its way through the front to a process, byte for byte, and from one process to another.

A tab is moved by a close of ours between two frames (1012, "service restart"), after which a browser connects again by
itself. Whatever it had sent by then still reaches the old process, which gets the time to act on it before it hears
that the browser has gone: no click is lost on the way.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from dashboard.web.behind import HEADER, write_peer
from dashboard.web.frames import CLOSE, RESTARTS, Frames
from dashboard.web.places import GONE, Place, Places, browser_of

if TYPE_CHECKING:
    from uvicorn.server import ServerState

WAIT_SECONDS = 30.0  # for a process that is being started
LAST_SECONDS = 3.0  # what a browser sent last is begun by then; a click's own work is a row after some milliseconds
CLOSE_SECONDS = 5.0  # for a browser to answer a close
CONTROL = 8  # opcodes from here on are of the connection itself: pings say nothing of somebody's work
END_OF_HEAD = b"\r\n\r\n"
UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"The desk is starting. Try again in a minute.\n"
)


class Tunnel(asyncio.Protocol):
    """The browser's side; uvicorn makes one for each upgrade, in the place of its own websocket protocol."""

    def __init__(self, places: Places, *, config: Any, server_state: ServerState, app_state: Any) -> None:
        self._places, self._connections = places, server_state.connections
        self._loop = asyncio.get_running_loop()
        self.browser, self.active_at = "", self._loop.time()
        self._outer: asyncio.Transport | None = None
        self._inner: asyncio.Transport | None = None
        self._place: Place | None = None
        self._opening: asyncio.Task[None] | None = None
        self._from_browser, self._from_process = Frames(), Frames()
        self._early = b""
        self._answer = b""  # the end of what the process answered before frames
        self._is_open = False  # it answered with 101: frames follow
        self._is_moving = self._is_told = False
        self._sent_after = False  # the browser sent something after it was told

    # The browser's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The browser asks for a websocket."""
        self._outer = cast(asyncio.Transport, transport)
        self._connections.add(self)  # type: ignore[arg-type]  # uvicorn asks of it what it asks of its own
        self._outer.pause_reading()

    def data_received(self, data: bytes) -> None:
        """The request's head first, at once and whole; then what the browser sends."""
        if self._opening is None and self._outer is not None:
            self._opening = self._loop.create_task(self._open(self._outer, data))
        elif self._inner is None:
            self._early += data  # what had been read before reading was paused
        else:
            self._pass_in(self._inner, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The browser has gone."""
        self._connections.discard(self)
        self._outer = None
        if self._opening:
            self._opening.cancel()
        if self._inner is None:
            self._forget()
        elif self._is_told and self._sent_after:
            self._loop.call_later(LAST_SECONDS, self._inner.close)
        else:
            self._inner.close()

    def pause_writing(self) -> None:
        """The browser reads slowly."""
        if self._inner:
            self._inner.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        if self._inner and not self._inner.is_closing():
            self._inner.resume_reading()

    def shutdown(self) -> None:
        """The server stops (uvicorn's word)."""
        self.move()

    def move(self) -> None:
        """Have the browser connect again, between two frames, losing nothing of what it has sent."""
        self._is_moving = True
        if not self._is_open:
            if self._outer:
                self._outer.close()
        elif self._from_process.is_between:
            self._tell()

    def _tell(self) -> None:
        if self._is_told or self._outer is None:
            return
        self._is_told = True
        self._outer.write(RESTARTS)
        self._loop.call_later(CLOSE_SECONDS, self._abort)

    def _abort(self) -> None:
        if self._outer:
            self._outer.abort()

    def _pass_in(self, inner: asyncio.Transport, data: bytes) -> None:
        starts = self._from_browser.starts(data)
        if any(opcode < CONTROL for _, opcode in starts) or not self._from_browser.is_between:
            self.active_at = self._loop.time()
        close = next((at for at, opcode in starts if opcode == CLOSE), None)
        if not self._is_told or close is None:
            self._sent_after = self._sent_after or self._is_told
            inner.write(data)
            return
        if close:
            self._sent_after = True
            inner.write(data[:close])
        if self._outer:
            self._outer.close()

    # The process's side.

    async def _open(self, outer: asyncio.Transport, head: bytes) -> None:
        peer, secure = outer.get_extra_info("peername"), bool(outer.get_extra_info("sslcontext"))
        client = (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) and len(peer) >= 2 else None
        lines = head.split(b"\r\n")
        headers = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines[1:]) if name]
        self.browser = browser_of(headers, client)
        deadline = self._loop.time() + WAIT_SECONDS
        while self._places.is_moving(self.browser) and self._loop.time() < deadline:
            await asyncio.sleep(0.02)  # what it has sent is acted on first, so that what is drawn then shows it
        while self._inner is None and self._loop.time() < deadline:
            place = await self._places.wait_for(self.browser, stays=True, seconds=deadline - self._loop.time())
            if place is None:
                break
            self._place = place
            place.tunnels.add(self)  # at once, so that whoever comes meanwhile goes elsewhere
            try:
                await self._loop.create_unix_connection(lambda: Inside(self), str(place.socket))
            except GONE:
                place.tunnels.discard(self)
                self._places.remove(place)
        if self._inner is None:
            outer.write(UNAVAILABLE)
            outer.close()
            return
        kept = [line for line in lines[:-2] if not line.lower().startswith(HEADER.encode() + b":")]
        said = f"{HEADER}: {write_peer(client, secure=secure)}".encode()
        self._inner.write(b"\r\n".join([*kept, said, b"", b""]))
        if self._early:
            self._pass_in(self._inner, self._early)
        outer.resume_reading()

    def opened(self, transport: asyncio.Transport) -> None:
        """The process takes it."""
        self._inner = transport

    def answered(self, data: bytes) -> None:
        """What the process sends."""
        outer = self._outer
        if outer is None or self._is_told:
            return
        if not self._is_open:
            head, end, rest = (self._answer + data).partition(END_OF_HEAD)
            status = head.split(b" ", 2)[1:2]
            if not end:
                self._answer += data
                return
            outer.write(head + end)
            self._answer, data, self._is_open = b"", rest, status == [b"101"]
            if not self._is_open:
                outer.write(rest)
                return
        starts = self._from_process.starts(data)
        if any(opcode < CONTROL for _, opcode in starts) or not self._from_process.is_between:
            self.active_at = self._loop.time()
        if self._is_moving and starts:
            outer.write(data[: starts[0][0]])
            self._tell()
            return
        outer.write(data)
        if self._is_moving and self._from_process.is_between:
            self._tell()

    def ended(self) -> None:
        """The process closed it, or has ended."""
        self._inner = None
        self._forget()
        if self._outer:
            self._outer.close()

    def hold_in(self, *, full: bool) -> None:
        """The process reads slowly, or again."""
        if self._outer and not self._outer.is_closing():
            (self._outer.pause_reading if full else self._outer.resume_reading)()

    def _forget(self) -> None:
        if self._place:
            self._place.tunnels.discard(self)


class Inside(asyncio.Protocol):
    """The process's side of a tunnel."""

    def __init__(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It can be spoken to."""
        self._tunnel.opened(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        """It sends something."""
        self._tunnel.answered(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has closed, or gone."""
        self._tunnel.ended()

    def pause_writing(self) -> None:
        """It reads slowly."""
        self._tunnel.hold_in(full=True)

    def resume_writing(self) -> None:
        """It reads again."""
        self._tunnel.hold_in(full=False)
