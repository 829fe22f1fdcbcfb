"""A sign-in that is too long for one cookie is believed only as it was written, and never in parts of several.

Streamlit 1.67 signs each part by itself, and nothing says which sign-in it is of. Whoever signs in twice, under names
of their own choice, could put the beginning of one and the end of the other together: what they called themselves
would then stand where their address belongs, and an administrator's address is a text like any other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from itertools import count

from dashboard.web.asgi import App, Message, Receive, Scope, Send, headers_of, with_headers

PROOF = "ach_desk_whole"


def prove(secret: str, values: Sequence[str]) -> str:
    """What stands in the cookie `PROOF` for a sign-in of these cookies' values: the first one, then each part."""
    key = hashlib.sha256(f"ach-desk whole sign-in {secret}".encode()).digest()
    digest = hmac.new(key, "\n".join(values).encode(), hashlib.sha256).hexdigest()
    return f"{len(values) - 1}.{digest}"


class WholeSignIn:
    """Notes beside a sign-in in parts which ones belong together; drops parts that do not."""

    def __init__(self, app: App, cookie: str, secret: str) -> None:
        """`cookie` is the name of a sign-in's first cookie; those of its parts end in `_1`, `_2` and so on."""
        self._app, self._cookie, self._secret = app, cookie, secret
        self._part = re.compile(re.escape(cookie) + r"_\d+", re.ASCII)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start" and (proof := self._write(message)):
                message["headers"] = [*message["headers"], (b"set-cookie", proof.encode("latin-1"))]
            await send(message)

        await self._app(self._reduce(scope), receive, add)

    def _reduce(self, scope: Scope) -> Scope:
        """The request without parts that were not written together; without them nobody is signed in."""
        pairs = [
            (name, value)
            for header in headers_of(scope, "cookie")
            for name, _, value in (part.strip().partition("=") for part in header.split(";"))
        ]
        if not any(self._part.fullmatch(name.strip()) for name, _ in pairs):
            return scope
        whole = self._find_whole(pairs)
        kept = [(name, value) for name, value in pairs if name in whole or not self._part.fullmatch(name.strip())]
        return with_headers(scope, cookie="; ".join(f"{name}={value}" for name, value in kept))

    def _find_whole(self, pairs: Sequence[tuple[str, str]]) -> set[str]:
        """The names of the parts that belong together; empty where they do not, or where one of them comes twice."""
        found = dict(pairs)
        proof = found.get(PROOF, "")
        size = proof.partition(".")[0]
        names = (
            [self._cookie, *(f"{self._cookie}_{number + 1}" for number in range(int(size)))] if _is_few(size) else []
        )
        if not names or any(sum(name.strip() == one for name, _ in pairs) != 1 for one in (*names, PROOF)):
            return set()
        expected = prove(self._secret, [found.get(name, "") for name in names])
        return set(names) if hmac.compare_digest(proof.encode(), expected.encode()) else set()

    def _write(self, message: Message) -> str:
        """The cookie that says which parts a reply sets together; empty where it sets none."""
        sets = [value.decode("latin-1") for name, value in message["headers"] if name.lower() == b"set-cookie"]
        told = {name: rest for name, _, rest in (line.partition("=") for line in sets)}
        first = told.get(self._cookie, "")
        values = [first.partition(";")[0]]
        for number in count(1):
            value = told.get(f"{self._cookie}_{number}", "").partition(";")[0].strip('"')
            if not value:
                break
            values.append(value)
        attributes = first.partition(";")[2]
        return f"{PROOF}={prove(self._secret, values)};{attributes}" if len(values) > 1 else ""


def _is_few(size: str) -> bool:
    return size.isascii() and size.isdigit() and len(size) <= 2
