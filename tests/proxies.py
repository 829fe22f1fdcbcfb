"""A proxy that misbehaves on demand, between the desk and the sandbox: what networks and providers really do."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit


class Fault(StrEnum):
    """One way in which an exchange of request and reply goes wrong."""

    LATENCY = "latency"
    RESET_BEFORE = "reset before the request arrives"
    RESET_AFTER = "reset in the middle of the reply's body"
    HALF_REPLY = "the connection ends after half the reply"
    LIMITED = "429, without the effect"
    LIMITED_RETRY = "429 with Stripe-Should-Retry, without the effect"
    FAILED_AFTER = "500 after the effect"
    DUPLICATE = "the request arrives twice"
    GARBAGE = "200 with something that is not JSON, after the effect"


@dataclass
class Plan:
    """The next `times` requests with this method whose path contains `path` meet this fault."""

    fault: Fault
    path: str = ""
    times: int = 1
    method: str = ""
    seconds: float = 0.2
    met: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether this request is one of those."""
        return self.times > 0 and self.method in {"", method} and self.path in path.split("?")[0]


class Listener:
    """A server of this process on a thread and a loop of its own; `answer` has each connection."""

    limit = 1 << 16  # what a reader keeps before it waits

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._answering: set[asyncio.Task[None]] = set()  # the loop refers to its tasks weakly: they could be collected

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0, limit=self.limit)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._stop.wait()
        server.close()
        while tasks := asyncio.all_tasks(self._loop) - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await asyncio.sleep(0)  # a connection that was accepted in this moment begins its own task

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._answer_one(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self.answer(reader, writer)
        finally:
            writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What is done with a connection; it is closed afterwards."""
        raise NotImplementedError


class FaultProxy(Listener):
    """Listens on a free loopback port and forwards to one upstream, a connection per request."""

    def __init__(self, upstream: str) -> None:
        super().__init__()
        self._upstream = urlsplit(upstream)
        self.plans: list[Plan] = []
        self.seen: list[str] = []
        self.spans: list[tuple[float, float]] = []  # when each request came and its reply had gone, monotonic seconds

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def plan(self, fault: Fault, path: str = "", times: int = 1, method: str = "") -> Plan:
        """Add a fault to those that are due."""
        self.plans.append(Plan(fault, path, times, method))
        return self.plans[-1]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one request on, or what is planned for it."""
        head = await reader.readuntil(b"\r\n\r\n")
        came = time.monotonic()
        try:
            await self._forward_one(head, reader, writer)
        finally:
            self.spans.append((came, time.monotonic()))

    async def _forward_one(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = head + await reader.readexactly(_length(head))
        method, path = head.decode("latin-1").split(" ", 2)[:2]
        self.seen.append(f"{method} {path}")
        plan = next((one for one in self.plans if one.fits(method, path)), None)
        if plan:
            plan.times, plan.met = plan.times - 1, plan.met + 1
        fault = plan.fault if plan else None
        if plan and fault is Fault.LATENCY:
            await asyncio.sleep(plan.seconds)
        if fault is Fault.RESET_BEFORE:
            writer.transport.abort()
            return
        if fault in {Fault.LIMITED, Fault.LIMITED_RETRY}:
            retry = b"Stripe-Should-Retry: true\r\n" if fault is Fault.LIMITED_RETRY else b""
            await _send(writer, b"429 Too Many Requests", b'{"error": {"type": "invalid_request_error"}}', retry)
            return
        reply = await self._ask(request)
        if fault is Fault.DUPLICATE:
            reply = await self._ask(request)
        if fault is Fault.FAILED_AFTER:
            await _send(writer, b"500 Internal Server Error", b'{"error": {"type": "api_error"}}')
        elif fault is Fault.GARBAGE:
            await _send(writer, b"200 OK", b"<html>gateway</html>")
        elif fault in {Fault.HALF_REPLY, Fault.RESET_AFTER}:
            writer.write(reply[: reply.index(b"\r\n\r\n") + 4 + max(1, _length(reply) // 2)])
            await writer.drain()
            if fault is Fault.RESET_AFTER:
                writer.transport.abort()
        else:
            writer.write(reply)
            await writer.drain()

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        head, body = request.split(b"\r\n\r\n", 1)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        writer.write(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
        await writer.drain()
        reply = await reader.read()
        writer.close()
        return reply


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n\r\n", 1)[0].lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


async def _send(writer: asyncio.StreamWriter, status: bytes, body: bytes, headers: bytes = b"") -> None:
    writer.write(
        b"HTTP/1.1 "
        + status
        + b"\r\nContent-Type: application/json\r\nConnection: close\r\n"
        + headers
        + b"Content-Length: "
        + str(len(body)).encode()
        + b"\r\n\r\n"
        + body
    )
    await writer.drain()


@contextlib.contextmanager
def proxied(upstream: str) -> Iterator[FaultProxy]:
    """A running proxy in front of `upstream`."""
    with FaultProxy(upstream) as proxy:
        yield proxy


class Forwarder(Listener):
    """A reverse proxy as offices have one: it passes on what browsers send, websockets too, and says for whom."""

    limit = 1 << 20

    def __init__(self, port: int, address: str) -> None:
        super().__init__()
        self._port, self._address = port, address

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what both say to each other, until one of them ends."""
        inward, outward = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            outward.write(self._told(await reader.readuntil(b"\r\n\r\n")))
            await asyncio.gather(_pump(reader, outward), _pump(inward, writer))
        finally:
            for one in (writer, outward):
                one.transport.abort()

    def _told(self, request: bytes) -> bytes:
        """The head of a request, with the address that it comes from."""
        first, *lines = request.removesuffix(b"\r\n\r\n").split(b"\r\n")
        if b"upgrade: websocket" not in request.lower():  # a connection for each request, so that each is told
            lines = [line for line in lines if not line.lower().startswith(b"connection:")] + [b"Connection: close"]
        return b"\r\n".join([first, *lines, b"X-Forwarded-For: " + self._address.encode()]) + b"\r\n\r\n"


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(1 << 16):
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()
