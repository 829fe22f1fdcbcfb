"""A desk with sign-in whose provider nobody asks: cookies as Streamlit writes them after a sign-in."""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from random import Random

import requests
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

from dashboard.domain.models import Role
from dashboard.web.whole_sign_in import PROOF, prove
from tests.browser.desk import RunningDesk

COOKIE_SECRET = "a-cookie-secret-of-more-than-32-letters"
PARTS = re.compile(rf"{USER_COOKIE_NAME}(_\d+)?")
PEOPLE = {Role.OPS: "olive@example.com", Role.FINANCE: "fin@example.com", Role.ADMIN: "ada@example.com"}


class SignedDesk(RunningDesk):
    """The app as a team runs it; who is in is what a cookie says that this test signs."""

    def __init__(self, home: Path, **more: str) -> None:
        self._more = more
        super().__init__(home)

    def start(self) -> None:
        self.environ |= {
            "ACH_DESK_OIDC_CLIENT_ID": "ach-desk",
            "ACH_DESK_OIDC_CLIENT_SECRET": "client-secret-for-tests",
            "ACH_DESK_OIDC_METADATA_URL": "http://127.0.0.1:9/.well-known/openid-configuration",
            "ACH_DESK_OIDC_COOKIE_SECRET": COOKIE_SECRET,
            "ACH_DESK_OIDC_REDIRECT_URI": f"{self.url}/oauth2callback",
            **{f"ACH_DESK_ROLE_{role.name}": address for role, address in PEOPLE.items()},
            **self._more,
        }
        super().start()

    def claims(self, role: Role, **more: object) -> dict[str, object]:
        now = int(time.time())
        said = {"iss": "https://id.example.com", "sub": role.value, "iat": now, "auth_time": now}
        return {**said, "email": PEOPLE[role], "email_verified": True, **more}

    def cookies(self, claims: Mapping[str, object], tokens: Mapping[str, object] | None = None) -> dict[str, str]:
        """What the browser holds after signing in, in as many cookies as it takes."""
        found: dict[str, str] = {}

        def keep(name: str, value: str) -> None:
            found[name] = create_signed_value(COOKIE_SECRET, name, value).decode()

        def sign(name: str, value: str) -> bytes:
            return create_signed_value(COOKIE_SECRET, name, value)

        user = {**claims, "origin": self.url, "is_logged_in": True, "provider": "desk"}
        set_cookie_with_chunks(keep, sign, USER_COOKIE_NAME, user, cookie_attr_size=80)
        set_cookie_with_chunks(keep, sign, TOKENS_COOKIE_NAME, dict(tokens or {}), cookie_attr_size=80)
        parts = [found[name] for name in sorted(found, key=lambda name: (len(name), name)) if PARTS.fullmatch(name)]
        if len(parts) > 1:
            found[PROOF] = prove(COOKIE_SECRET, parts)
        return found

    def get(self, path: str, cookies: Mapping[str, str] | None = None) -> requests.Response:
        return requests.get(f"{self.url}{path}", cookies=dict(cookies or {}), timeout=60, verify=self.verify)


def many_groups(count: int = 400) -> list[str]:
    """Groups by their ids, as Entra ID names them; always the same ones."""
    return [str(uuid.UUID(int=Random(number).getrandbits(128), version=4)) for number in range(count)]


def id_token_of(claims: Mapping[str, object]) -> str:
    """Something as long as the id token that these claims came in."""
    return f"h.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.s"
