"""Which process a browser is at: always the same one, since its pages, uploads and files live in that one's memory.

A browser is known by the desk's cookie, one without it by its address. It gets its place with its first websocket, at
the process with the least to do, and keeps it until that process ends or is replaced.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dashboard.web.devices import COOKIE, SECURE_COOKIE, digest_cookie

MOST_KNOWN = 10_000  # browsers that are remembered; one that is forgotten gets a new place at its next websocket
COOKIES = (SECURE_COOKIE.encode(), COOKIE.encode())
GONE = (FileNotFoundError, ConnectionRefusedError)  # what connecting to a process that has ended raises


class Held(Protocol):
    """A websocket that a process holds."""

    browser: str
    active_at: float

    def move(self) -> None:
        """Have the browser connect again, losing nothing of what it has sent."""


@dataclass(eq=False)
class Place:
    """One process, as the front sees it: its socket, whether new browsers come to it, and what it holds."""

    name: str
    socket: Path
    is_open: bool = False
    tunnels: set[Held] = field(default_factory=set)
    requests: int = 0

    @property
    def load(self) -> int:
        """How much it has to do."""
        return len(self.tunnels) + self.requests

    def held(self) -> dict[str, list[Held]]:
        """Its websockets by browser."""
        found: dict[str, list[Held]] = {}
        for one in self.tunnels:
            found.setdefault(one.browser, []).append(one)
        return found


class Places:
    """The processes that serve now, and who is where."""

    def __init__(self) -> None:
        self._all: list[Place] = []
        self._known: OrderedDict[str, Place] = OrderedDict()
        self._changed = asyncio.Event()

    def add(self, place: Place) -> None:
        """A process that can be spoken to; browsers come to it as soon as it is open."""
        self._all.append(place)

    def open(self, place: Place) -> None:
        """From now on browsers come to it."""
        place.is_open = True
        self._changed.set()

    def remove(self, place: Place) -> None:
        """It has ended, or takes nothing any more."""
        place.is_open = False
        if place in self._all:
            self._all.remove(place)

    def find(self, browser: str, *, stays: bool) -> Place | None:
        """The process for a request; None while none is open.

        `stays` for a websocket: the browser is there from now on. Before that any process can answer, since nothing
        of the browser is in one.
        """
        known = self._known.get(browser) if browser else None
        if known is not None and known in self._all and (known.is_open or not stays):
            self._known.move_to_end(browser)
            return known
        chosen = min((one for one in self._all if one.is_open), key=lambda one: one.load, default=None)
        if stays and chosen and browser:
            self._known[browser] = chosen
            self._known.move_to_end(browser)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return chosen

    async def wait_for(self, browser: str, *, stays: bool, seconds: float) -> Place | None:
        """As `find`; waits so many seconds for a process that is being started."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (found := self.find(browser, stays=stays)) is None and loop.time() < deadline:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), max(0.0, deadline - loop.time()))
            except TimeoutError:
                return None
        return found

    def is_moving(self, browser: str) -> bool:
        """Whether a process that is being replaced still works on what this browser has sent."""
        return any(one.browser == browser for place in self._all if not place.is_open for one in place.tunnels)


def browser_of(headers: Iterable[tuple[bytes, bytes]], peer: tuple[str, int] | None) -> str:
    """The name of a browser for this purpose only: nothing is allowed by it, so no cookie is believed either."""
    found = dict[bytes, str]()
    for name, value in headers:
        if name.lower() == b"cookie":
            for part in value.split(b";"):
                key, _, text = part.strip().partition(b"=")
                if key in COOKIES and (digest := digest_cookie(text.decode("latin-1"))):
                    found.setdefault(key, digest)
    return next((found[one] for one in COOKIES if one in found), peer[0] if peer else "")
