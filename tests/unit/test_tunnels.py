"""A websocket that is moved from one process to another: nothing that was sent on the way is lost."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest
import websockets
from websockets.frames import Frame, Opcode

from dashboard.web.devices import COOKIE
from tests.unit.front_stage import Process, Stage, greet, on_stage


class RawTab:
    """A websocket by hand, so that a click can cross the close on its way."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.token = stage, secrets.token_urlsafe(32)

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.stage.port)
        self.writer.write(
            f"GET /stream HTTP/1.1\r\nHost: desk\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: {COOKIE}={self.token}\r\n\r\n".encode()
        )
        assert b" 101 " in (await self.reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0]

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    def send(self, opcode: Opcode, data: bytes) -> None:
        self.writer.write(Frame(opcode, data).serialize(mask=True))

    async def read(self) -> tuple[int, bytes]:
        first, length = await self.reader.readexactly(2)
        return first & 0x0F, await self.reader.readexactly(length)


def test_a_click_that_crosses_the_close_is_heard_before_the_tab_comes_to_its_next_process(tmp_path: Path) -> None:
    async def play(stage: Stage, one: Process, two: Process) -> None:
        tab = RawTab(stage)
        await tab.open()
        tab.send(Opcode.BINARY, b"first")
        _, said = await tab.read()
        old, new = (one, two) if said.startswith(b"one") else (two, one)
        old.place.is_open = False  # it is being replaced
        (tunnel,) = old.place.tunnels
        tunnel.move()
        opcode, reason = await tab.read()
        assert (opcode, int.from_bytes(reason)) == (Opcode.CLOSE, 1012), "which says: connect again"
        tab.send(Opcode.BINARY, b"a click")
        tab.send(Opcode.CLOSE, reason)
        assert await tab.reader.read() == b"", "nothing more is said, and the connection ends"
        await tab.close()
        await asyncio.wait_for(tab.open(), 20)
        assert old.heard == [b"first", b"a click"] and old.left == 1, "and it was acted on before"
        tab.send(Opcode.BINARY, b"again")
        assert (await tab.read())[1].startswith(new.place.name.encode())
        assert not old.place.tunnels
        await tab.close()

    on_stage(tmp_path, play)


def test_a_quiet_tab_is_moved_at_once_and_without_an_error(tmp_path: Path) -> None:
    async def play(stage: Stage, one: Process, two: Process) -> None:
        async with stage.browser() as browser:
            async with stage.connect(browser) as socket:
                old = one if await greet(socket) == "one" else two
                old.place.is_open = False
                for tunnel in list(old.place.tunnels):
                    tunnel.move()
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
            async with stage.connect(browser) as socket:
                assert await greet(socket) != old.place.name

    on_stage(tmp_path, play)
