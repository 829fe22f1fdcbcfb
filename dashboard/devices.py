"""Which browser it is: a cookie that only the server reads and sets, by which a device can be locked."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

COOKIE = "ach_desk_device"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes
LIFE = 400 * 86_400  # seconds; browsers cap a cookie's life at 400 days
# What a page never needs while the device is a customer's: files that staff pages made, and what machines read.
STAFF_PATHS = ("/media/", "/exports/", "/metrics")


def digest_cookie(value: str | None) -> str:
    """The name under which the desk knows a browser; empty where the cookie is missing or not one of ours."""
    return hashlib.sha256(value.encode()).hexdigest() if value and TOKEN.fullmatch(value) else ""


class Devices:
    """Gives each browser its cookie with the first page, and refuses staff files to one that is a customer's now.

    `Lax`, since an OAuth bank sends the browser back from another site: under `Strict` that first request would come
    without the cookie, get a new one, and so be unlocked.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], is_held: Callable[[str], bool]) -> None:
        self._app, self._is_held = app, is_held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        device = digest_cookie(read_cookie(scope))
        if device and str(scope["path"]).startswith(STAFF_PATHS) and await self._is_kept_from(device):
            await _refuse(send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start" and not device and _is_page(scope, message):
                message["headers"] = [*message["headers"], (b"set-cookie", write_cookie(scope).encode())]
            await send(message)

        await self._app(scope, receive, add)

    async def _is_kept_from(self, device: str) -> bool:
        from starlette.concurrency import run_in_threadpool

        return await run_in_threadpool(self._is_held, device)


def read_cookie(scope: Scope) -> str | None:
    """This browser's cookie as the request brings it, whatever shape the others have."""
    for header, value in scope["headers"]:
        if header == b"cookie":
            for part in value.decode("latin-1").split(";"):
                name, _, found = part.strip().partition("=")
                if name == COOKIE:
                    return str(found)
    return None


def write_cookie(scope: Scope) -> str:
    """A new cookie for a new browser; `Secure` where the page came over https."""
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={LIFE}; HttpOnly; SameSite=Lax{secure}"


def _is_page(scope: Scope, message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return scope["method"] == "GET" and any(kind.startswith(b"text/html") for kind in kinds)


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This device is in a customer's hands.\n"})
