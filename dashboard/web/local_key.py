"""Without sign-in, test keys are open to whoever sees this machine's terminal: a key that `serve` prints, and no more.

Neither the Host header nor the peer's address says who is at this machine: behind a reverse proxy everybody in the
world is a peer on loopback. So the first address carries a random key, which becomes a cookie; requests that were
forwarded, or that come from another machine, are refused even with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import parse_qs, urlsplit

from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Mode
from dashboard.settings import Settings, explain_sign_in
from dashboard.settings.checks import is_loopback_host
from dashboard.web.asgi import App, Receive, Scope, Send, headers_of, refuse

COOKIE = "ach_desk_local"
OPEN = ("/healthz", "/readyz", "/static/", "/webhooks/")  # says nothing of anybody
FORWARDING = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"})
SHUT = "Open the address that `ach-desk serve` printed: this desk has no sign-in, so only this machine may use it."


class LocalKey:
    """The key of one process; nothing keeps it but the process and the browsers that opened its address."""

    def __init__(self, value: str = "") -> None:
        self.value = value or secrets.token_urlsafe(32)

    def fits(self, given: str) -> bool:
        """Whether this is the key, compared in constant time."""
        return hmac.compare_digest(given.encode(), self.value.encode())

    @property
    def visit(self) -> str:
        """What stands for a sign-in of this process: a device that was handed over stays locked without its cookie."""
        return hashlib.sha256(f"local {self.value}".encode()).hexdigest()


class LocalOnly:
    """Lets in browsers on this machine that opened the printed address, and nobody else."""

    def __init__(self, app: App, key: LocalKey) -> None:
        self._app, self._key = app, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] not in {"http", "websocket"} or str(scope["path"]).startswith(OPEN):
            await self._app(scope, receive, send)
            return
        if not is_direct(scope):
            await refuse(scope, send, 403, SHUT)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if scope["type"] == "http" and self._key.fits("".join(query.get("key", []))):
            cookie = f"{COOKIE}={self._key.value}; Path=/; HttpOnly; SameSite=Lax"
            headers = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
            await send({"type": "http.response.start", "status": 303, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        if not any(self._key.fits(found) for found in read_cookies(scope, COOKIE)):
            await refuse(scope, send, 403, SHUT)
            return
        await self._app(scope, receive, send)


def is_direct(scope: Scope) -> bool:
    """Whether a request comes straight from this machine: a peer on loopback, its own name, nobody in between."""
    peer = str((scope.get("client") or ("",))[0])
    forwarded = {name.decode("latin-1").lower() for name, _ in scope["headers"]}
    between = forwarded & FORWARDING or any(name.startswith("x-forwarded-") for name in forwarded)
    hosts = headers_of(scope, "host")
    try:
        host = urlsplit(f"//{hosts[0]}").hostname or "" if len(hosts) == 1 else ""
    except ValueError:
        host = ""
    return is_loopback_host(peer) and not between and is_loopback_host(host)


def read_cookies(scope: Scope, name: str) -> list[str]:
    """Every cookie of one name that a request brings, each different value once, whatever shape the others have."""
    found: dict[str, None] = {}
    for header in headers_of(scope, "cookie"):
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                found[value] = None
    return list(found)


def local_key_for(settings: Settings) -> LocalKey | None:
    """The key that a desk without sign-in asks for; None where there is sign-in, and in the sandbox.

    Raises ConfigError where live money would be open to whoever comes.
    """
    if settings.open_id is not None or settings.mode is Mode.SANDBOX:
        return None
    if settings.mode is Mode.LIVE:
        raise ConfigError(
            "ACH_DESK_OIDC_CLIENT_ID",
            "live keys are set, and without sign-in anybody who reaches the desk could debit",
            action=f"To go live, {explain_sign_in()}.",
        )
    if settings.serving.trusted_proxies:
        raise ConfigError(
            "ACH_DESK_TRUSTED_PROXIES",
            "a reverse proxy is named, and without sign-in anybody whom it lets through could use the desk",
            action=f"Remove it, or {explain_sign_in()}.",
        )
    return _shared.get("key") or LocalKey()


_process: dict[str, LocalKey] = {}
_shared: dict[str, LocalKey] = {}


def share(key: LocalKey) -> None:
    """Use this key where one is asked for, instead of a new one: another process has it too, or has printed it."""
    _shared["key"] = key


def hold(key: LocalKey | None) -> LocalKey | None:
    """Make this the process's own key, which pages ask for too; returns it."""
    _process.clear()
    if key:
        _process["key"] = key
    return key


def local_visit(cookie: str) -> str | None:
    """What stands for a sign-in where this cookie holds the process's key; None where it does not."""
    key = _process.get("key")
    return key.visit if key and key.fits(cookie) else None
