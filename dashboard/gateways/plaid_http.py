"""One HTTP exchange with Plaid: time-outs, repeats where they are safe, and errors of the one tree."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from dashboard.domain.errors import ProviderBroken, ProviderUnreachable
from dashboard.domain.text_safety import is_clean

CONNECT_SECONDS = 5
READ_SECONDS = 45  # Plaid: a real-time balance can take 30 s
QUICK_SECONDS = 5
TRIES = 3
FIRST_PAUSE_SECONDS = 0.4
PIECE = 1 << 20  # bytes; more than a page of a hundred charges
POOL = 16  # more than the worker's threads and a handful of open pages ask for at once

# Its debug lines name the paths that are asked for, and Stripe takes a bank token in the path.
logging.getLogger("urllib3").setLevel(logging.INFO)


@dataclass(frozen=True)
class Reply:
    """A status, a JSON body and the provider's request id."""

    status: int
    body: object
    request_id: str | None


class Session(requests.Session):
    """A session that takes a body in large pieces: requests' own of 10 KB cost a fifth of the fetch of a page."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """One exchange, its body read. Raises requests.RequestException."""
        response = super().request(method, url, *args, **{**options, "stream": True})
        response._content = b"".join(response.iter_content(PIECE))  # what `content` does, but for the size
        return response


def make_session(base_url: str = "") -> requests.Session:
    """A pooled session; proxies of the environment are passed by for a server on this machine."""
    session = Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=POOL)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    if base_url.startswith("http://"):  # settings allow plain http only for this machine
        session.trust_env = False
    return session


class Wire:
    """Sends requests to one provider. Bodies and headers are never logged: they carry tokens."""

    def __init__(
        self,
        base_url: str,
        session: requests.Session,
        headers: Mapping[str, str],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url, self._session, self._headers = base_url, session, dict(headers)
        self._sleep = sleep

    def send(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        json: object = None,
        form: Mapping[str, str] | None = None,
        quick: bool = False,
    ) -> Reply:
        """The reply, whatever its status; only a `repeatable` request is sent again after a failure on the way.

        `quick` is one try of a few seconds, for a caller who asks again by itself.
        Raises ProviderUnreachable where no usable reply came, ProviderBroken where a good status has no JSON body.
        """
        tries = TRIES if repeatable and not quick else 1
        for number in range(1, tries + 1):
            last = number == tries
            try:
                response = self._session.request(
                    method,
                    self._base_url + path,
                    json=json,
                    data=form,
                    headers=self._headers,
                    timeout=(CONNECT_SECONDS, QUICK_SECONDS if quick else READ_SECONDS),
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                if last:
                    raise self._unreachable(path, repeatable, error) from None
            else:
                if response.status_code not in {429, 500, 502, 503, 504} or last:
                    return self._read(path, repeatable, response)
            self._sleep(FIRST_PAUSE_SECONDS * 2 ** (number - 1) * (0.5 + random.random()))
        raise AssertionError("the last try returns or raises")

    def _unreachable(self, path: str, repeatable: bool, error: requests.RequestException) -> ProviderUnreachable:
        never_sent = isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)
        return ProviderUnreachable(
            f"Plaid did not answer ({path}: {type(error).__name__}).",
            maybe_done=not repeatable and not never_sent,
            provider="plaid",
            code="unreachable",
            meaning="It is not known what Plaid did." if not repeatable and not never_sent else "Nothing was changed.",
            action="Check the network, then try again.",
        )

    def _read(self, path: str, repeatable: bool, response: requests.Response) -> Reply:
        header_id = response.headers.get("x-request-id")
        try:
            body = response.json()
        except (ValueError, RecursionError):  # no JSON, or JSON that no machine wrote: endless numbers, endless depth
            if response.status_code == 429:  # from something on the way, which need not speak JSON
                return Reply(429, {}, header_id)
            if response.status_code >= 500:
                raise ProviderUnreachable(
                    f"Plaid answered {path} with HTTP {response.status_code} and no JSON.",
                    maybe_done=not repeatable,
                    provider="plaid",
                    code="unreachable",
                    request_id=header_id,
                    http_status=response.status_code,
                    meaning="Plaid, or a proxy on the way to it, has a problem.",
                    action="Try again in a few minutes.",
                ) from None
            raise ProviderBroken(
                f"Plaid's answer to {path} is not JSON (HTTP {response.status_code}).",
                maybe_done=not repeatable,
                provider="plaid",
                code="broken_reply",
                request_id=header_id,
                http_status=response.status_code,
                meaning="The answer cannot be used.",
                action="Check PLAID_BASE_URL and any proxy between this machine and Plaid.",
            ) from None
        found = body.get("request_id") if isinstance(body, dict) else None
        return Reply(response.status_code, body, found if isinstance(found, str) and is_clean(found) else header_id)
