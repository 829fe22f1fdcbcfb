"""After the end of a visit nothing answers: files of the staff, and the messages of websockets that are held open."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.concurrency import run_in_threadpool

from dashboard import running
from dashboard.domain.errors import AccessDenied, DeskError
from dashboard.staff.sign_in import visit_id
from dashboard.web.asgi import App, Message, Receive, Scope, Send, headers_of, refuse
from dashboard.web.devices import HEADER
from dashboard.web.local_key import COOKIE as LOCAL_COOKIE
from dashboard.web.local_key import read_cookies
from dashboard.web.people import Visitor, find_person, visit_of

log = logging.getLogger(__name__)

# What only staff may ask for: files that their pages made, files that they send, and what machines read.
STAFF_PATHS = ("/media/", "/exports/", "/metrics", "/_stcore/metrics", "/_stcore/upload_file/", "/_stcore/agent")
LOGOUT = "/auth/logout"  # Streamlit's, which takes the cookie away and knows nothing of visits
MOST_STRANGERS = 200  # websockets of people who are not signed in; a sign-in page needs one for some seconds
# Of one address (of IPv6 its network of 64 bits, which one machine has): else one machine keeps everybody from signing
# in. Behind one address or one proxy that is not named whole offices sign in.
MOST_OF_ONE = 50


class Kept(StrEnum):
    """What is kept of a browser's message."""

    NO_FILES = "all but files and rows of a table"  # the device is a customer's, whose steps are parts of a page too
    NO_PARTS = "also no part of a page runs by itself"  # the visit is over, and the page says so
    LOOK = "only the wish to see the page"  # the visit is over, and the page still holds what it held


ReadClaims = Callable[[Scope], Mapping[str, Any]]
Reduce = Callable[[bytes, Kept], bytes]


class Visits:
    """Asks before each staff file, and at each message of a websocket, whether the visit still holds."""

    def __init__(self, app: App, read_claims: ReadClaims, reduce: Reduce, most_of_one: int = MOST_STRANGERS) -> None:
        """`reduce` takes from a message what a page must not do any more; `most_of_one` are one address's strangers."""
        self._app, self._read_claims, self._reduce = app, read_claims, reduce
        self._strangers, self._most_of_one = Counter[str](), most_of_one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] == "websocket":
            await self._hold(scope, receive, send)
        elif scope["type"] == "http" and str(scope["path"]).startswith(STAFF_PATHS):
            status, why = await run_in_threadpool(self._ask, scope)
            await (refuse(scope, send, status, why) if status else self._app(scope, receive, send))
        else:
            if scope["type"] == "http" and str(scope["path"]).rstrip("/") == LOGOUT:
                await run_in_threadpool(self._leave, scope)
            await self._app(scope, receive, send)

    def _leave(self, scope: Scope) -> None:
        """End the visit before the cookie goes, so that nothing answers a cookie that was kept."""
        try:
            desk = running.desk()
            desk.sign_in.leave_by_address(self._read_claims(scope), describe(scope).address)
            desk.exports.prune()
        except DeskError as error:  # whoever wants to go must not be held back; the visit ends when it is idle
            log.warning("A sign-out by address could not be kept: %s", error.what)

    def _ask(self, scope: Scope) -> tuple[int, str]:
        """Status and reason of a refusal; 0 for a member of staff who is in now."""
        try:
            actor = find_person(running.desk(), self._read_claims(scope), describe(scope))
        except AccessDenied as error:
            return 403, error.what
        except DeskError as error:
            return 503, error.what
        return (
            (403, "This device is handed over to a customer.") if actor.is_handed_over() or not actor.roles else (0, "")
        )

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        claims, said = self._read_claims(scope), describe(scope)
        stranger = not claims
        origin = find_network(said.address)
        is_full = self._strangers.total() >= MOST_STRANGERS or self._strangers[origin] >= self._most_of_one
        if stranger and is_full:
            await refuse(scope, send, 503, "Too many visitors who are not signed in. Try again in a minute.")
            return
        was_over = False

        async def ask() -> Message:
            nonlocal was_over
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes") is not None:
                over, held = await run_in_threadpool(self._look, claims, said)
                if held or over:
                    kept = Kept.NO_FILES if held else Kept.NO_PARTS if was_over else Kept.LOOK
                    message = {**message, "bytes": self._reduce(message["bytes"], kept)}
                was_over = over
            return message

        self._strangers[origin] += stranger
        try:
            await self._app(scope, ask, send)
        finally:
            self._strangers[origin] -= stranger
            self._strangers += Counter()  # forgets whom it holds no more

    def _look(self, claims: Mapping[str, Any], said: Visitor) -> tuple[bool, bool]:
        """Whether the visit is over, and whether the device is in a customer's hands."""
        try:
            desk = running.desk()
            visit = visit_of(desk, claims, said.local)
            held = desk.handover.find(said.device, visit) is not None
            over = bool(claims) and not held and desk.sign_in.why_over(visit_id(claims)) is not None
        except DeskError:
            return False, False  # the page itself says what is wrong
        return over, held


def find_network(address: str) -> str:
    """Whose connections are counted together: an address, of IPv6 its first 64 bits."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


def describe(scope: Scope) -> Visitor:
    """Who comes, by the headers of a request."""
    return Visitor(
        device="".join(headers_of(scope, HEADER)),
        local="".join(read_cookies(scope, LOCAL_COOKIE)[:1]),
        address=str((scope.get("client") or ("",))[0]),
    )
