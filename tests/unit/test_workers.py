"""How many web processes there are, and what they share: a folder of their account's own, a key, a secret."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from dashboard.cli.commands import processes
from dashboard.cli.workers import (
    HUNG_SECONDS,
    MOST_BY_ITSELF,
    SHARED,
    Worker,
    Workers,
    count_processes,
    meeting_place,
    read_shared,
)
from dashboard.web.behind import read_peer, write_peer
from tests.asgi import run_apart


def test_without_a_word_there_is_one_process_a_core_and_never_many() -> None:
    assert [count_processes(None, cores=cores) for cores in (1, 2, 4, 64)] == [1, 2, 4, MOST_BY_ITSELF]
    assert count_processes(7, cores=1) == 7, "who asks for more gets them"
    assert count_processes(None) >= 1


def test_a_number_of_processes_is_a_number() -> None:
    assert processes("3") == 3
    for text in ("0", "-1", "65", "two", "1.5", "²", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            processes(text)


def test_where_they_meet_is_open_to_nobody_else_and_goes_with_them() -> None:
    with meeting_place(local_key="k") as folder:
        assert folder.stat().st_mode & 0o077 == 0 and (folder / SHARED).stat().st_mode & 0o077 == 0
        first, second = read_shared(folder / "1.sock"), read_shared(folder / "2.sock")
        assert first == second and first["local_key"] == "k" and len(first["cookie_secret"]) >= 32
        assert len(str(folder / "10-100.sock")) < 100, "the name of a socket is short, as the kernel wants it"
        with meeting_place(local_key="k") as another:
            assert read_shared(another / "1.sock")["cookie_secret"] != first["cookie_secret"]
    assert not Path(folder).exists()


def test_what_the_front_says_of_a_peer_is_read_as_it_was_written() -> None:
    assert read_peer(write_peer(("203.0.113.7", 50_123), secure=True)) == (("203.0.113.7", 50_123), True)
    assert read_peer(write_peer(("2001:db8::1", 1), secure=False)) == (("2001:db8::1", 1), False)
    assert read_peer(write_peer(None, secure=False)) == (None, False)
    for lie in ("", "10.0.0.1", "10.0.0.1 x https", "10.0.0.1 1 ftp", "a b c d"):
        with pytest.raises(ValueError):
            read_peer(lie)


HUNG_HERE = 1.5
ANSWERS = """
import socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[-1])
listening.listen()
while True:
    asked, _ = listening.accept()
    asked.recv(1000)
    asked.sendall(b"HTTP/1.1 {} said\\r\\n\\r\\n")
    asked.close()
"""


def running(code: str) -> list[str]:
    """The arguments of a process that does this, told where to listen by the last one."""
    return ["-S", "-c", code]


def on_workers(
    code: str, play: Callable[[Workers], Awaitable[None]], *, count: int = 1, hung: float = HUNG_SECONDS
) -> None:
    """Keep one process going, or some, while something is done with it."""

    async def run(workers: Workers) -> None:
        keeping = [asyncio.create_task(workers._keep(slot)) for slot in range(1, count + 1)]
        keeping.append(asyncio.create_task(workers._watch()))
        try:
            async with asyncio.timeout(60):
                await play(workers)
        finally:
            for task in keeping:
                task.cancel()

    with meeting_place() as folder:
        workers = Workers(count, folder, running(code), quiet=0.0, hung=hung)
        try:
            run_apart(run(workers))
        finally:
            workers.stop()
        assert not any(one.child.is_running for one in workers._every)


def is_serving(worker: Worker) -> bool:
    return worker.child.is_running and worker.place.is_open


async def wait_for(happened: Callable[[], object]) -> None:
    while not happened():
        await asyncio.sleep(0.02)


def test_a_process_is_replaced_by_one_that_is_ready_and_by_no_other() -> None:
    async def play(workers: Workers) -> None:
        await wait_for(lambda: 1 in workers._slots and workers._slots[1].place.is_open)
        first = workers._slots[1]
        workers._arguments = running("raise SystemExit(1)")  # an update that does not start
        assert not await workers._replace(1)
        assert list(workers._slots.values()) == [first] and is_serving(first)
        workers._arguments = running(ANSWERS.format(200))
        assert await workers._replace(1)
        second = workers._slots[1]
        assert second is not first and not is_serving(first) and is_serving(second)
        assert workers.places.find("", stays=False) is second.place

    on_workers(ANSWERS.format(200), play)


def test_one_that_cannot_do_its_work_is_taken_where_there_is_no_other_and_says_why_itself() -> None:
    async def play(workers: Workers) -> None:
        await wait_for(lambda: 1 in workers._slots and workers._slots[1].place.is_open)

    on_workers(ANSWERS.format(503), play)


def test_a_dead_one_is_followed_by_the_next_and_one_that_dies_at_once_after_a_pause() -> None:
    async def play(workers: Workers) -> None:
        await wait_for(lambda: 1 in workers._slots and workers._slots[1].place.is_open)
        first = workers._slots[1]
        first.child.process.kill()
        await wait_for(lambda: workers._slots[1] is not first and workers._slots[1].place.is_open)
        assert not first.place.is_open
        workers._arguments = running("raise SystemExit(1)")
        workers._slots[1].child.process.kill()
        before = workers._started
        await asyncio.sleep(4)
        assert workers._started - before <= 2, "pauses of two seconds, then four: nobody is helped by a loop"

    on_workers(ANSWERS.format(200), play)


def test_one_that_lives_and_answers_nothing_is_killed_and_replaced_and_no_other_is() -> None:
    async def play(workers: Workers) -> None:
        await wait_for(lambda: len(workers._slots) == 2 and all(one.place.is_open for one in workers._slots.values()))
        first, second = workers._slots[1], workers._slots[2]
        first.child.process.send_signal(signal.SIGSTOP)
        await wait_for(lambda: workers._slots[1] is not first and workers._slots[1].place.is_open)
        assert not is_serving(first) and workers._slots[2] is second and is_serving(second)

    on_workers(ANSWERS.format(200), play, count=2, hung=3.0)


def test_where_none_answers_they_have_longer_as_it_may_be_the_machine() -> None:
    async def play(workers: Workers) -> None:
        await wait_for(lambda: 1 in workers._slots and workers._slots[1].place.is_open)
        first = workers._slots[1]
        first.child.process.send_signal(signal.SIGSTOP)
        stopped = asyncio.get_running_loop().time()
        await wait_for(lambda: workers._slots[1] is not first)
        assert asyncio.get_running_loop().time() - stopped > 2 * HUNG_HERE

    on_workers(ANSWERS.format(200), play, hung=HUNG_HERE)
