"""The server's own limits: a header that does not end, one that is too long, too many connections, a port in use."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from dashboard.domain.errors import InputError
from dashboard.web.asgi import Receive, Scope, Send
from dashboard.web.server import HEADER_BYTES, DeskProtocol, limits, listen
from tests.asgi import run_apart

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"ok\n"})


def drive(steps: Callable[[int], Awaitable[Any]], *, seconds: float = 30.0, most: int = 100) -> Any:
    """Run these steps against a server with these limits; they are given its port."""

    class Limited(DeskProtocol):
        header_seconds, most_connections = seconds, most

    async def run() -> Any:
        config = uvicorn.Config(answer, access_log=False, **{**limits(), "http": Limited})
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Limited(config, state, {}), "127.0.0.1", 0)
        try:
            return await asyncio.wait_for(steps(server.sockets[0].getsockname()[1]), 60)
        finally:
            server.close()
            for one in list(state.connections):
                one.transport.abort()

    return run_apart(run())


REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def ask(port: int, *parts: bytes) -> bytes:
    async with connected(port) as (reader, writer):
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read(1 << 16)
    return b""


def asking(parts: Sequence[bytes]) -> Callable[[int], Awaitable[bytes]]:
    return lambda port: ask(port, *parts)


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_request_whose_head_does_not_end_is_hung_up_on(begun: bytes) -> None:
    assert drive(lambda port: ask(port, begun), seconds=0.2) == b""


def test_so_is_a_second_one_on_the_same_connection_even_if_it_drips() -> None:
    async def drip(port: int) -> float:
        async with connected(port) as (reader, writer):
            writer.write(REQUEST)
            assert b"200 OK" in await reader.read(1 << 16)
            started = time.monotonic()
            with suppress(ConnectionError):
                while time.monotonic() - started < 30:
                    writer.write(b"G")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            return time.monotonic() - started

    assert drive(drip, seconds=0.5) < 20


def test_a_request_that_comes_whole_has_no_deadline_for_its_answer() -> None:
    async def keep(port: int) -> bytes:
        async with connected(port) as (reader, writer):
            writer.write(REQUEST)
            first = await reader.read(1 << 16)
            await asyncio.sleep(0.5)  # longer than the deadline, and shorter than the connection is kept for
            writer.write(REQUEST)
            return first + await reader.read(1 << 16)

    assert drive(keep, seconds=0.2).count(b"200 OK") == 2


def test_a_large_header_is_taken_and_one_that_is_too_large_refused_in_words() -> None:
    def request(size: int) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=" + b"x" * size + b"\r\n\r\n"

    assert b"200 OK" in drive(lambda port: ask(port, request(HEADER_BYTES - 1_000)))
    for parts in ([request(HEADER_BYTES)], [request(HEADER_BYTES)[at : at + 9_000] for at in range(0, 270_000, 9_000)]):
        said = drive(asking(parts))
        assert said.startswith(b"HTTP/1.1 431 ") and b"ask an administrator" in said


def test_one_connection_too_many_is_told_so_and_the_others_go_on() -> None:
    async def crowd(port: int) -> tuple[bytes, bytes]:
        async with connected(port) as (reader, writer), connected(port), connected(port):
            refused = await ask(port)
            writer.write(REQUEST)
            return refused, await reader.read(1 << 16)

    refused, served = drive(crowd, most=3)
    assert refused.startswith(b"HTTP/1.1 503 ") and b"Too many connections" in refused
    assert b"200 OK" in served


def test_what_is_no_request_is_refused() -> None:
    assert drive(lambda port: ask(port, b"\x16\x03\x01 nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("192.0.2.1", "192.0.2.1 is not an address of this machine"),
        ("no such host.example", "is not an address"),
    ],
)
def test_an_address_on_which_nothing_can_listen_is_said_in_words(address: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        listen(address, 0)
    assert "--address" in refused.value.action


def test_a_port_in_use_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} on 127.0.0.1 is in use") as refused:
            listen("127.0.0.1", port)
        assert "--port" in refused.value.action
    with listen("127.0.0.1", 0) as opened:
        assert opened.getsockname()[1] > 0
