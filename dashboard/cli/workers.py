"""Several web processes behind one address: started, watched, replaced one by one, and stopped together."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dashboard.cli.processes import LONGEST_PAUSE, Child
from dashboard.web.behind import HEADER
from dashboard.web.front import Front
from dashboard.web.places import Place, Places
from dashboard.web.server import limits
from dashboard.web.tunnel import LAST_SECONDS

log = logging.getLogger(__name__)

MOST_BY_ITSELF = 4  # processes without --processes: each takes some 250 MB, and SQLite writes one at a time
FIRST_PAUSE = 1.0  # seconds before one that ended soon after its start is started again; it doubles
STEADY_SECONDS = 20.0  # one that lived so long after it was ready is replaced at once
READY_SECONDS = 120.0  # a start on a busy machine; the desk that is replaced serves meanwhile
LOOK_SECONDS = 0.1
QUIET_SECONDS = 1.0  # a tab that has said and heard nothing for so long is in nobody's hands just now
MOVE_SECONDS = 30.0  # after which a tab is moved whatever it does
HUNG_SECONDS = 60.0  # without an answer of any kind: /healthz reads nothing and waits for nobody
LOOKS = 6  # in that time
ALL_HUNG = 3  # times as long where none of them answers: then it may be the machine, and nobody is served meanwhile
END_SECONDS = 110.0  # for a step that runs: deploy/ach-desk.service gives 120
CLOSING_SECONDS = 5  # for visitors, at a stop of all
PLACES_FOLDER, SHARED = "ach-desk-", "shared.json"


def count_processes(chosen: int | None, *, cores: int | None = None) -> int:
    """How many web processes: as many as were asked for, else one a core, four at most."""
    if chosen is not None:
        return chosen
    usable = cores or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return min(MOST_BY_ITSELF, usable)


@contextmanager
def meeting_place(**shared: str) -> Iterator[Path]:
    """A folder that only this account may open, where the processes listen, with what all of them must know."""
    with tempfile.TemporaryDirectory(prefix=PLACES_FOLDER, ignore_cleanup_errors=True) as name:  # mode 0700
        folder = Path(name)
        descriptor = os.open(folder / SHARED, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"cookie_secret": secrets.token_hex(), **shared}, file)
        yield folder


def read_shared(path: Path) -> dict[str, str]:
    """What the process that started this one has all of them know; `path` is this one's socket."""
    return dict(json.loads((path.parent / SHARED).read_text()))


class Worker:
    """One web process and its place at the front."""

    def __init__(self, name: str, folder: Path, arguments: list[str]) -> None:
        self.place = Place(name, folder / f"{name}.sock")
        self.child = Child(f"web process {name}", [*arguments, "--behind", str(self.place.socket)], os.environ)
        self.child.drain()
        self.ready_at: float | None = None  # by the monotonic clock
        self.heard_at = 0.0  # when it last answered, by the same

    async def ask(self, target: str, seconds: float = READY_SECONDS) -> int:
        """The status of its answer; 0 where it gives none within so many seconds."""
        writer: asyncio.StreamWriter | None = None
        try:
            head = (
                f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADER}: 127.0.0.1 0 http\r\nConnection: close\r\n\r\n"
            )
            async with asyncio.timeout(seconds):  # to connect, too, waits where nobody takes what has connected
                reader, writer = await asyncio.open_unix_connection(str(self.place.socket))
                writer.write(head.encode())
                words = (await reader.readline()).split()
            return int(words[1]) if len(words) > 1 else 0
        except (OSError, ValueError):  # TimeoutError is an OSError
            return 0
        finally:
            if writer:
                writer.close()


class Workers:
    """All of them; `serve` runs until the server is told to stop."""

    is_running = True  # as a whole
    name = "web processes"

    def __init__(
        self,
        count: int,
        folder: Path,
        arguments: list[str],
        *,
        quiet: float = QUIET_SECONDS,
        hung: float = HUNG_SECONDS,
    ) -> None:
        """`arguments` start one process, but for its socket; `quiet` seconds of a tab are enough to move it.

        A process that answers nothing for `hung` seconds is killed, and so replaced.
        """
        self._count, self._folder, self._arguments, self._quiet = count, folder, arguments, quiet
        self._hung = hung
        self.places = Places()
        self._slots: dict[int, Worker] = {}
        self._started = 0
        self._every: list[Worker] = []
        self._reload = asyncio.Event()
        self._stopping = False

    def serve(
        self, opened: socket.socket, tls: tuple[Path, Path] | None, started: Callable[[], object] = lambda: None
    ) -> None:
        """Answer on this socket until SIGTERM or Ctrl-C; SIGHUP replaces every process, one after the other."""
        import uvicorn

        front = Front(self.places)
        told = uvicorn.Config(
            front,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
            proxy_headers=False,  # each process reads them, as without a front
            timeout_graceful_shutdown=CLOSING_SECONDS,
            lifespan="off",
            ws=front.tunnels(),
            access_log=False,
            server_header=False,
            date_header=False,
            log_config=None,
            **limits(),
        )
        asyncio.run(self._serve(uvicorn.Server(told), opened, started))

    async def _serve(self, server: Any, opened: socket.socket, started: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        keeping = [loop.create_task(self._keep(slot)) for slot in range(1, self._count + 1)]
        keeping += [loop.create_task(self._replace_when_told()), loop.create_task(self._watch())]
        started()
        try:
            await server.serve(sockets=[opened])
        finally:  # uvicorn raises the signal that it got once more, when everything is closed
            await self._finish_last()
            self._stopping = True
            for task in keeping:
                task.cancel()

    async def _finish_last(self) -> None:
        """What browsers sent last is begun before its process is told to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS + 1):
                while any(one.place.tunnels for one in self._every):
                    await asyncio.sleep(LOOK_SECONDS)

    def _start(self, slot: int) -> Worker:
        self._started += 1
        worker = Worker(f"{slot}-{self._started}", self._folder, self._arguments)
        self._every = [*(one for one in self._every if one.child.is_running), worker]
        return worker

    async def _keep(self, slot: int) -> None:
        """One process after the other in this slot, a dead one replaced by the next."""
        pause = FIRST_PAUSE
        while not self._stopping:
            worker = self._slots.get(slot)
            if worker is not None and worker.child.is_running:
                is_new = worker.ready_at is None and await self._wait_for(worker, patience=0)
                if is_new and self._slots[slot] is worker:
                    self._open(worker)
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if worker is not None:
                self.places.remove(worker.place)
                steady = worker.ready_at is not None and time.monotonic() - worker.ready_at >= STEADY_SECONDS
                pause = FIRST_PAUSE if steady else pause
                wait = 0.0 if steady else pause
                log.warning("The %s has ended (status %s); another one starts in %.0f s.", *_say(worker), wait)
                worker.child.stop()  # it has ended: this closes what it was read by
                await asyncio.sleep(wait)
                pause = min(LONGEST_PAUSE, 2 * pause)
                if self._slots[slot] is not worker:  # replaced meanwhile, as somebody asked
                    continue
            self._slots[slot] = self._start(slot)

    async def _watch(self) -> None:
        """End one that lives and answers nothing: it holds its browsers and its leases, and would do so for ever.

        It is killed, since it hears nothing. What it was at is a durable job, which another one goes on with.
        """
        while not self._stopping:
            await asyncio.sleep(self._hung / LOOKS)
            watched = [one for one in self._slots.values() if one.ready_at is not None and one.child.is_running]
            await asyncio.gather(*(self._hear(one) for one in watched))
            silent = {one: time.monotonic() - one.heard_at for one in watched if one.child.is_running}
            if not silent:
                continue
            longest = max(silent, key=lambda one: silent[one])
            patience = self._hung * (ALL_HUNG if min(silent.values()) > self._hung / 2 else 1)
            if silent[longest] > patience:
                log.error("The %s has given no answer for %.0f s and is killed.", longest.child.name, silent[longest])
                longest.child.process.kill()

    async def _hear(self, worker: Worker) -> None:
        if await worker.ask("/healthz", self._hung / LOOKS):
            worker.heard_at = time.monotonic()

    def _open(self, worker: Worker) -> None:
        worker.ready_at = worker.heard_at = time.monotonic()
        self.places.add(worker.place)
        self.places.open(worker.place)

    async def _wait_for(self, worker: Worker, *, patience: float) -> bool:
        """Whether it can do its work; one that answers and cannot is taken too, unless it has not got to (`patience`).

        Its pages then say why, which is more than no page says.
        """
        deadline, doubt = time.monotonic() + READY_SECONDS, time.monotonic() + patience
        while worker.child.is_running and time.monotonic() < deadline:
            status = await worker.ask("/readyz")
            if status == 200:
                return True
            if status and not patience:
                return True
            if status and time.monotonic() > doubt:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def _replace_when_told(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            log.warning("Every web process is replaced now, one after the other.")
            for slot in sorted(self._slots):
                if not await self._replace(slot):
                    log.warning("The new web process did not get ready, so the others stay as they are.")
                    break
            else:
                log.warning("Every web process was replaced.")

    async def _replace(self, slot: int) -> bool:
        """The new one first; then the tabs of the old one, then its end. False where the new one does not get ready."""
        new = self._start(slot)
        if not await self._wait_for(new, patience=10):
            await asyncio.to_thread(new.child.stop)
            return False
        old, self._slots[slot] = self._slots[slot], new
        self._open(new)
        old.place.is_open = False
        await self._move(old.place)
        self.places.remove(old.place)
        await asyncio.to_thread(old.child.stop, END_SECONDS)
        return True

    async def _move(self, place: Place) -> None:
        """Have its browsers connect again, each when it is quiet, and wait for what they asked last."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + MOVE_SECONDS
        told = set[object]()
        while (place.tunnels or place.requests) and loop.time() < deadline + END_SECONDS:
            for tunnels in place.held().values():
                quiet = all(loop.time() - one.active_at >= self._quiet for one in tunnels)
                new = [one for one in tunnels if one not in told]
                if new and (quiet or loop.time() > deadline):
                    for one in new:
                        one.move()
                    told.update(new)
                    break  # a browser at a time: each is drawn anew by the other process
            await asyncio.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End all of them together: each finishes the step that it is in."""
        self._stopping = True
        for one in self._every:
            one.child.ask_to_end()
        for one in self._every:
            one.child.stop(END_SECONDS)


def _say(worker: Worker) -> tuple[str, int | None]:
    return worker.child.name, worker.child.process.poll()
