"""A second process that fetches pages and reads their columns, where many are left.

Fetching and parsing take about as long as keeping, and in one process they take turns: a server on this machine, or a
limit of hundreds of requests a second, is read twice as fast by two; under Stripe's limit of 100 a second one process
kept 0.77 of the pace, since its interpreter lock was always taken. It does nothing that the sync could not do by
itself, so it answers nothing where anything is wrong, and the sync then asks the provider in its own process.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from dashboard.domain.errors import DeskError
from dashboard.domain.models import Secret
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Need, load_settings
from dashboard.store.payments.projection import PaymentProjection
from dashboard.store.payments.stripe_objects import Row

ROOT = Path(__file__).resolve().parents[2]
WORTH_IT = 100  # pages left; it takes most of a second to start, in which a hundred are read without it
GRACE_SECONDS = 5
LINKS = 24  # pages in flight at once: 100 requests a second at 150 ms a reply are 15
# sqlite-utils and the official client import these where they find them, which takes a second, and this needs neither.
START = (
    "import sys; sys.modules['pandas'] = sys.modules['httpx'] = None;"
    " from dashboard.sync.reader import answer; answer([int(one) for one in sys.argv[1:]])"
)


class RowPage(NamedTuple):
    """A page of a list as rows (id and time of creation first), newest first, and whether there are older ones."""

    rows: list[Row]
    has_more: bool


class Reader:
    """The other process, as the sync sees it. The key goes to it over a pipe of its own, and nothing else does."""

    def __init__(self, api_base: str, key: Secret) -> None:
        self._key, theirs = Pipe()
        pairs = [Pipe() for _ in range(LINKS)]
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-c", START, *(str(one.fileno()) for one in (theirs, *(link for _, link in pairs)))],
            cwd=ROOT,
            pass_fds=(theirs.fileno(), *(link.fileno() for _, link in pairs)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the sync; this one ends with its pipe
        )
        for one in (theirs, *(link for _, link in pairs)):
            one.close()
        self._links = [link for link, _ in pairs]
        self._free: SimpleQueue[Connection] = SimpleQueue()
        self._guard = threading.Lock()
        self._ready, self._gone = False, False
        self._key.send((api_base, key.reveal()))

    @property
    def is_gone(self) -> bool:
        """Whether it has died; the sync does without."""
        return self._gone

    def ask(self, resource: str, params: Mapping[str, Any], payout_id: str | None) -> RowPage | None:
        """A page, or None where it is not there yet, is busy, or something is wrong; counted and limited by who asks.

        Several threads may ask at once, each over a link of its own.
        """
        if not self._is_ready():
            return None
        try:
            link = self._free.get_nowait()
        except Empty:
            return None
        try:
            link.send((resource, dict(params), payout_id))
            found = link.recv()
        except (OSError, EOFError):
            self._gone = True
            return None
        self._free.put(link)
        return RowPage(*found) if found else None

    def _is_ready(self) -> bool:
        """Whether it has started and is there; the first who hears so hands out the links."""
        with self._guard:
            try:
                if not self._ready and not self._gone and self._key.poll():
                    self._ready = bool(self._key.recv())
                    for link in self._links:
                        self._free.put(link)
            except (OSError, EOFError):
                self._gone = True
            return self._ready and not self._gone

    def close(self) -> None:
        """End it."""
        for link in (self._key, *self._links):
            link.close()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def answer(descriptors: Sequence[int]) -> None:
    """The other process: answer on every link until the sync closes the first pipe, or is gone."""
    first, *links = [Connection(one) for one in descriptors]
    try:
        api_base, key = first.recv()
        found = {"STRIPE_API_BASE": api_base, "STRIPE_SECRET_KEY": key}
        stripe = Stripe(load_settings(found, None, needs=frozenset({Need.STRIPE})))
        for link in links:
            threading.Thread(target=_answer_link, args=(stripe, link), daemon=True).start()
        first.send(True)
        first.recv()  # nothing comes; it ends with the pipe
    except (EOFError, OSError):
        return


def _answer_link(stripe: Stripe, link: Connection) -> None:
    try:
        while True:
            resource, params, payout_id = link.recv()
            link.send(read_page(stripe, resource, params, payout_id))
    except (EOFError, OSError):
        return


def read_page(
    stripe: Stripe, resource: str, params: Mapping[str, Any], payout_id: str | None
) -> tuple[list[Row], bool] | None:
    """A page's rows and whether there are more; None where the sync is to see for itself what is wrong."""
    try:
        page = stripe.page(resource, params)
        return PaymentProjection.read(resource, page.data, payout_id=payout_id), page.has_more
    except DeskError:
        return None
