"""Which browser it is: a cookie that only the server reads and sets, by which a device can be locked."""

from __future__ import annotations

import hashlib
import re
import secrets

from dashboard.web.asgi import App, Message, Receive, Scope, Send, with_headers
from dashboard.web.local_key import read_cookies

COOKIE = "ach_desk_device"
# A neighbor under the same domain cannot set a cookie of this name for us, nor one for a path (RFC 6265bis, 4.1.3.2).
SECURE_COOKIE = f"__Host-{COOKIE}"
HEADER = "x-ach-desk-device"  # from this middleware to the pages; what a browser sends under the name is dropped
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes
LIFE = 400 * 86_400  # seconds; browsers cap a cookie's life at 400 days
TWO = "two"  # in the header's place of a digest: which browser it is cannot be told


def digest_cookie(value: str | None) -> str:
    """The name under which the desk knows a browser; empty where the cookie is missing or not one of ours."""
    return hashlib.sha256(value.encode()).hexdigest() if value and TOKEN.fullmatch(value) else ""


def is_secure(scope: Scope) -> bool:
    """Whether the browser came over https, by the connection itself or by a proxy that is trusted."""
    return scope.get("scheme") in {"https", "wss"}


def read_device(scope: Scope) -> str:
    """The digest of this browser's cookie; empty without one, `TWO` where it brings several: none of them is believed.

    Over https only the name that nobody else can set counts.
    """
    found = {digest_cookie(value) for value in read_cookies(scope, SECURE_COOKIE if is_secure(scope) else COOKIE)}
    return found.pop() if len(found) == 1 else TWO if found else ""


class Devices:
    """Gives each browser its cookie with the first page, and tells the pages which browser it is.

    `Lax`, since an OAuth bank sends the browser back from another site: under `Strict` that first request would come
    without the cookie, get a new one, and so be unlocked.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        device = read_device(scope)

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start" and not device and _is_page(scope, message):
                message["headers"] = [*message["headers"], (b"set-cookie", write_cookie(scope).encode())]
            await send(message)

        await self._app(with_headers(scope, x_ach_desk_device=device), receive, add)


def write_cookie(scope: Scope) -> str:
    """A new cookie for a new browser; only for https where the page came over it."""
    name, secure = (SECURE_COOKIE, "; Secure") if is_secure(scope) else (COOKIE, "")
    return f"{name}={secrets.token_urlsafe(32)}; Path=/; Max-Age={LIFE}; HttpOnly; SameSite=Lax{secure}"


def _is_page(scope: Scope, message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return scope["method"] == "GET" and any(kind.startswith(b"text/html") for kind in kinds)
