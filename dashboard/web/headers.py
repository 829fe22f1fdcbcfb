"""What every reply carries: the content security policy, what may be kept, and https only once https was used."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from urllib.parse import urlsplit

from dashboard.web.asgi import App, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

EVALUATING = "/component/streamlit_javascript."  # its one page evaluates what it is given; only there
EVALUATING_HASH = "'sha256-I/eksgrSVRYppl8xV/bj80DlqMwv201bPoCiYBZXa8A='"  # that page's own inline script
INDEX_HASH = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # Streamlit's index.html
GRID_FILES = "/grid-files/"
HASHED = ("/static/", GRID_FILES)  # hashed names, of Streamlit's own bundle and of the grid, may be kept
# A year, as hstspreload.org asks for; without includeSubDomains, since the desk's neighbors are not its own.
HSTS = b"max-age=31536000"


def origin_of(url: str) -> str:
    """Scheme and host of an address, as a content security policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def build_policy(link_url: str, api_url: str, *, evaluating: bool = False) -> str:
    """The content security policy: ourselves and Link's documented origins (script, frame, API host), nothing else.

    Source: Plaid, Link web, "CSP directives"; `blob:` scripts are Streamlit's own inlined components.
    """
    link = origin_of(link_url)
    script = f"'self' blob: {link} {INDEX_HASH}" + (f" 'unsafe-eval' {EVALUATING_HASH}" if evaluating else "")
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {script}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {origin_of(api_url)} {link}",
            f"frame-src 'self' {link}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {chr(39)}{'self' if evaluating else 'none'}{chr(39)}",
        ]
    )


class Headers:
    """Adds the security headers to every HTTP reply, and `Secure` to every cookie that goes out over https."""

    def __init__(self, app: App, link_url: str, api_url: str) -> None:
        self._app = app
        self._policy = build_policy(link_url, api_url).encode()
        self._evaluating = build_policy(link_url, api_url, evaluating=True).encode()
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._warn_of_unknown_proxy(scope)
        path, secure = str(scope["path"]), scope.get("scheme") == "https"

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = message["headers"] if path.startswith(HASHED) else without(message["headers"], b"cache-control")
                message["headers"] = [*(map(secured, kept) if secure else kept), *self._written(path, secure)]
            await send(message)

        await self._app(scope, receive, add)

    def _written(self, path: str, secure: bool) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"content-security-policy", self._evaluating if path.startswith(EVALUATING) else self._policy),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin-allow-popups"),  # OAuth banks open a pop-up
            (b"cross-origin-resource-policy", b"same-origin"),  # no image or script of ours on another site's page
        ]
        if not path.startswith(HASHED):
            headers.append((b"cache-control", b"no-store"))
        if secure:
            headers.append((b"strict-transport-security", HSTS))
        return headers

    def _warn_of_unknown_proxy(self, scope: Scope) -> None:
        """Say once that somebody forwards who is not believed: with a proxy of ours, mandates lack the true address."""
        if self._warned or not (said := [value for name, value in scope["headers"] if name == b"x-forwarded-for"]):
            return
        peer = str((scope.get("client") or ("",))[0])
        if peer and peer not in {part.strip() for part in b",".join(said).decode("latin-1").split(",")}:
            self._warned = True
            log.warning(
                "%s forwards requests and is not in ACH_DESK_TRUSTED_PROXIES: its forwarded addresses are not"
                " trusted. If it is your reverse proxy, add it there, so that mandates record the customer's address.",
                peer,
            )


def without(headers: Iterable[tuple[bytes, bytes]], unwanted: bytes) -> list[tuple[bytes, bytes]]:
    """The headers but those of one name."""
    return [(name, value) for name, value in headers if name.lower() != unwanted]


def secured(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A cookie with `Secure`, which Streamlit leaves out behind a proxy; any other header as it is."""
    name, value = header
    attributes = {part.strip().lower() for part in value.split(b";")[1:]}
    return (name, value + b"; Secure") if name.lower() == b"set-cookie" and b"secure" not in attributes else header
