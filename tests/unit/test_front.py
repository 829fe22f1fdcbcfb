"""The front of several processes: a browser comes to its own, and nobody is believed who says where they come from."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import websockets

from dashboard.web.asgi import Message, Receive, Scope, Send
from dashboard.web.behind import HEADER
from dashboard.web.places import Place
from tests.unit.front_stage import Process, Stage, greet, listening, name_of, on_stage


def test_a_browser_with_a_cookie_comes_to_its_own_process_with_everything(tmp_path: Path) -> None:
    async def play(stage: Stage, one: Process, two: Process) -> None:
        async with contextlib.AsyncExitStack() as held:
            met = list[str]()
            for _ in range(6):
                browser = await held.enter_async_context(stage.browser())
                assert (await browser.get("/")).status_code == 200, "the first page comes from anywhere"
                name = await greet(await held.enter_async_context(stage.connect(browser)))
                for path in ("/upload", "/media/x"):
                    assert await name_of(browser.put(path, content=b"y" * 300_000)) == name
                assert await greet(await held.enter_async_context(stage.connect(browser))) == name, "a second tab"
                met.append(name)
            assert met.count("one") == met.count("two") == 3, "and each has as many as the other"

    on_stage(tmp_path, play)


def test_a_browser_without_a_cookie_is_known_by_its_address(tmp_path: Path) -> None:
    async def play(stage: Stage, one: Process, two: Process) -> None:
        async with httpx.AsyncClient(base_url=stage.url) as stranger, stage.connect() as socket:
            name = await greet(socket)
            for _ in range(4):
                assert await name_of(stranger.get("/")) == name
            async with stage.connect() as again:
                assert await greet(again) == name

    on_stage(tmp_path, play)


def test_a_request_arrives_as_it_was_sent_from_where_it_came(tmp_path: Path) -> None:
    """Whatever a browser says of its own address is a header like any other: the process asks which proxy it trusts."""

    async def play(stage: Stage, one: Process, two: Process) -> None:
        lies = {HEADER: "10.1.1.1 443 https", HEADER.upper(): "10.1.1.2 443 https", "X-Forwarded-For": "10.9.9.9"}
        async with stage.browser() as browser:
            path = "/a%2Fb%20c?x=%C3%A9&y=1"
            said = (await browser.request("POST", path, headers=lies, content=b"z" * 100_000)).json()
            assert (said["path"], said["query"], said["size"]) == ("/a%2Fb%20c", "x=%C3%A9&y=1", 100_000)
            assert said["client"][0] == "127.0.0.1" and said["client"][1] > 0 and said["scheme"] == "http"
            sent = dict(map(tuple, said["headers"]))
            assert sent["x-forwarded-for"] == "10.9.9.9" and HEADER not in sent
            assert sent["host"] == f"127.0.0.1:{stage.port}"

            async def parts() -> AsyncIterator[bytes]:
                for _ in range(50):
                    yield b"p" * 10_000

            assert (await browser.put("/", content=parts())).json()["size"] == 500_000, "a body of unknown length"
            assert len((await browser.get("/large")).content) == 5_000_000
            assert (await browser.head("/")).content == b""

    on_stage(tmp_path, play)


def test_a_process_that_has_ended_is_nobodys(tmp_path: Path) -> None:
    async def play(stage: Stage, one: Process, two: Process) -> None:
        async with stage.browser() as browser:
            async with stage.connect(browser) as socket:
                name = await greet(socket)
            gone, left = (one, two) if name == "one" else (two, one)
            gone.place.socket.unlink()  # as a process leaves it that was killed
            assert await name_of(browser.post("/", content=b"asked of nobody before")) == left.place.name
            async with stage.connect(browser) as socket:
                assert await greet(socket) == left.place.name

    on_stage(tmp_path, play)


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 502)])
def test_what_a_dying_process_was_asked_is_asked_again_only_where_that_changes_nothing(
    tmp_path: Path, method: str, status: int
) -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        dying.socket.unlink(missing_ok=True)
        writer.close()
        await writer.wait_closed()

    dying = Place("dying", tmp_path / "dying.sock")

    async def play(stage: Stage, one: Process, two: Process) -> None:
        server = await asyncio.start_unix_server(die, dying.socket)
        stage.places.remove(one.place)
        stage.places.remove(two.place)
        stage.places.add(dying)
        stage.places.open(dying)
        async with stage.browser() as browser:
            asked = asyncio.create_task(browser.request(method, "/"))
            while dying.socket.exists():
                await asyncio.sleep(0.01)
            stage.places.add(one.place)
            stage.places.open(one.place)
            answer = await asked
            assert answer.status_code == status
            assert status == 200 or "Reload the page" in answer.text
        server.close()
        await server.wait_closed()

    on_stage(tmp_path, play)


def test_while_no_process_is_there_browsers_wait_for_the_next_one(tmp_path: Path) -> None:
    async def play(stage: Stage, one: Process, two: Process) -> None:
        stage.places.remove(one.place)
        stage.places.remove(two.place)
        async with stage.browser() as browser:
            asked = asyncio.create_task(browser.get("/"))
            connecting = asyncio.create_task(_greet_once(stage, browser))
            await asyncio.sleep(0.05)
            assert not asked.done() and not connecting.done()
            stage.places.add(two.place)
            stage.places.open(two.place)
            assert await name_of(asked) == "two" and await connecting == "two"

    async def _greet_once(stage: Stage, browser: httpx.AsyncClient) -> str:
        async with stage.connect(browser) as socket:
            return await greet(socket)

    on_stage(tmp_path, play)


def test_what_is_not_an_upgrade_is_answered_by_the_process(tmp_path: Path) -> None:
    """A process refuses a websocket by an answer, which goes on as it is."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {"type": "websocket.http.response.start", "status": 403, "headers": []}
        await send(start)
        await send({"type": "websocket.http.response.body", "body": b"no"})

    async def play(stage: Stage, one: Process, two: Process) -> None:
        place, opened = Place("no", stage.folder / "no.sock"), socket.socket(socket.AF_UNIX)
        opened.bind(str(place.socket))
        async with listening(refuse, opened, ws="websockets-sansio"):
            stage.places.remove(one.place)
            stage.places.remove(two.place)
            stage.places.add(place)
            stage.places.open(place)
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with stage.connect():
                    pass
            assert refused.value.response.status_code == 403

    on_stage(tmp_path, play)


def test_an_answer_that_comes_before_everything_was_read_arrives(tmp_path: Path) -> None:
    """A process that refuses a large body answers and closes; what it says is the browser's."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n")
        writer.close()
        await writer.wait_closed()

    async def play(stage: Stage, one: Process, two: Process) -> None:
        place = Place("full", stage.folder / "full.sock")
        server = await asyncio.start_unix_server(refuse, place.socket)
        stage.places.remove(one.place)
        stage.places.remove(two.place)
        stage.places.add(place)
        stage.places.open(place)
        for _ in range(5):
            async with stage.browser() as browser:
                with contextlib.suppress(httpx.WriteError):  # httpx does not read on where it cannot write on
                    assert (await browser.put("/", content=b"x" * 8_000_000)).status_code == 413
        server.close()
        await server.wait_closed()

    on_stage(tmp_path, play)


def test_a_browser_that_leaves_is_no_reason_to_ask_again(tmp_path: Path) -> None:
    asked = list[str]()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append("asked")
        await reader.read()  # until the front closes
        writer.close()
        await writer.wait_closed()

    async def play(stage: Stage, one: Process, two: Process) -> None:
        place = Place("slow", stage.folder / "slow.sock")
        server = await asyncio.start_unix_server(never, place.socket)
        stage.places.remove(one.place)
        stage.places.remove(two.place)
        stage.places.add(place)
        stage.places.open(place)
        _, writer = await asyncio.open_connection("127.0.0.1", stage.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n")
        while not asked:
            await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(20):
            while place.requests:
                await asyncio.sleep(0.01)
        server.close()
        await server.wait_closed()
        assert asked == ["asked"]

    on_stage(tmp_path, play)
