"""A process that serves behind the front (`front.py`): where a request comes from is what the front says, and only it.

The front reaches a process by a socket in a folder that only the desk's own account may open, so whoever speaks there
is the front. It passes each request on as it came, with one header of its own in the place of whatever a browser sent
under that name: the address of its peer and whether it came over https. Everything else (which proxies are trusted,
hosts, origins, cookies) is asked in the process, as without a front.
"""

from __future__ import annotations

from dashboard.web.asgi import App, Receive, Scope, Send, headers_of, with_headers

HEADER = "x-ach-desk-from"


def write_peer(peer: tuple[str, int] | None, *, secure: bool) -> str:
    """What the front says of a connection: address, port, scheme."""
    address, port = peer or ("-", 0)
    return f"{address} {port} {'https' if secure else 'http'}"


def read_peer(said: str) -> tuple[tuple[str, int] | None, bool]:
    """The peer and whether it came over https. Raises ValueError."""
    address, port, scheme = said.split(" ")
    if scheme not in {"http", "https"}:
        raise ValueError(scheme)
    return (None if address == "-" else (address, int(port))), scheme == "https"


class BehindFront:
    """Puts what the front said of a request's connection in the place of this process's own, which is the front's."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        try:
            (said,) = headers_of(scope, HEADER)
            client, secure = read_peer(said)
        except ValueError:
            client, secure = None, False  # nobody from whom a request may come
        kind = "ws" if scope["type"] == "websocket" else "http"
        scheme = f"{kind}s" if secure else kind
        await self._app({**with_headers(scope, x_ach_desk_from=""), "client": client, "scheme": scheme}, receive, send)
