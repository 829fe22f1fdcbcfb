"""Only the desk's own pages may open its websocket, post to it, or load from it: asked before Streamlit looks.

Streamlit itself allows a page on any port of localhost, a client without an Origin, and learns this machine's addresses
by asking others over the network, on the event loop. None of that is reached: what passes here carries a Host that is
its Origin's.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from dashboard.settings import Settings
from dashboard.settings.checks import is_loopback_host
from dashboard.web.asgi import App, Receive, Scope, Send, headers_of, refuse, with_headers

WEBHOOKS = "/webhooks/"  # no browser posts there; each webhook brings its own proof
SAFE = frozenset({"GET", "HEAD"})
FOREIGN = "This page may only be used from the desk's own address."


@dataclass(frozen=True)
class OwnAddress:
    """What the desk's address is: `origin` where sign-in names it, else whatever the Host says that cannot be forged.

    A name that somebody else's DNS points at this machine would be such a forgery (DNS rebinding), so without sign-in
    only localhost and literal addresses count, and any name where a reverse proxy is set up.
    """

    origin: str
    takes_names: bool

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a page of this origin is one of the desk's."""
        if self.origin:
            return origin.lower() == self.origin.lower()
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower() and self.is_host(host)

    def is_host(self, host: str) -> bool:
        """Whether a request may come under this Host at all; with sign-in only the Origin decides."""
        if self.origin or self.takes_names:
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback_host(name) or is_literal(name)


def read_own_address(settings: Settings) -> OwnAddress:
    """The desk's address by its settings."""
    open_id = settings.open_id
    return OwnAddress(open_id.origin if open_id else "", bool(settings.serving.trusted_proxies))


def is_literal(name: str) -> bool:
    """Whether a host is written as an address and not as a name."""
    import ipaddress

    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class SameOrigin:
    """Refuses what another site's page sends: websockets, forms, fetches, images, frames."""

    def __init__(self, app: App, own: OwnAddress) -> None:
        self._app, self._own = app, own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] not in {"http", "websocket"} or str(scope["path"]).startswith(WEBHOOKS):
            await self._app(scope, receive, send)
            return
        hosts, origins = headers_of(scope, "host"), headers_of(scope, "origin")
        host = hosts[0] if len(hosts) == 1 else ""
        is_own = len(origins) == 1 and self._own.is_own(origins[0], host)
        if not self._own.is_host(host) or not (is_own or (not origins and self._needs_no_origin(scope))):
            await refuse(scope, send, 403, FOREIGN)
            return
        if scope["type"] == "websocket":
            scope = with_headers(scope, host=urlsplit(origins[0]).netloc)
        await self._app(scope, receive, send)

    def _needs_no_origin(self, scope: Scope) -> bool:
        """A page that somebody opens, or a part of one: browsers send no Origin with it, but say whose part it is."""
        if scope["type"] == "websocket" or scope["method"] not in SAFE:
            return False
        site = "".join(headers_of(scope, "sec-fetch-site"))
        opens = headers_of(scope, "sec-fetch-mode") == ["navigate"] and headers_of(scope, "sec-fetch-dest") == [
            "document"
        ]
        return opens or site not in {"cross-site", "same-site"}
