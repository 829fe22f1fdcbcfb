"""A desk with sign-in beside a real OpenID provider, and short ways through both in Chromium."""

from __future__ import annotations

import ast
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

from dashboard.cli.processes import find_port
from tests.browser.desk import PATIENCE, ROOT, RunningDesk, settle

# Who the provider knows. Ops and admin by address, finance and auditor by group, one without a role, one not verified.
PEOPLE: dict[str, dict[str, object]] = {
    "ops": {"email": "olive@example.com", "email_verified": True},
    "finance": {"email": "fin@example.com", "email_verified": True, "groups": ["payments-finance"]},
    # The same person, whose provider waves a session of long ago through.
    "finance-by-old-session": {
        "email": "fin@example.com",
        "email_verified": True,
        "groups": ["payments-finance"],
        "auth_time": 1,
    },
    "admin": {"email": "ada@example.com", "email_verified": True},
    "auditor": {"email": "audrey@example.com", "email_verified": True, "groups": ["other", "payments-audit"]},
    "nobody": {"email": "eve@example.com", "email_verified": True, "groups": ["visitors"]},
    "unverified": {"email": "ada@example.com", "email_verified": False},
}
MEMBERS = {
    "ACH_DESK_ROLE_OPS": "olive@example.com",
    "ACH_DESK_ROLE_FINANCE": "group:payments-finance",
    "ACH_DESK_ROLE_ADMIN": "ada@example.com",
    "ACH_DESK_ROLE_AUDITOR": "group:payments-audit",
}


class Provider:
    """The OpenID provider, in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.port = find_port(0)
        people = [
            part for sub, claims in PEOPLE.items() for part in ("--user-claims", json.dumps({"sub": sub, **claims}))
        ]
        with (home / "provider.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).with_name("oidc-provider-mock")), "--port", str(self.port), *people],
                env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
                stdout=log,
                stderr=log,
            )
        self.metadata_url = f"http://127.0.0.1:{self.port}/.well-known/openid-configuration"
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(self.metadata_url, timeout=5).raise_for_status()
                return
            except requests.ConnectionError:
                assert time.monotonic() < deadline and self._process.poll() is None, f"see {home}/provider.log"
                time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


class GuardedDesk(RunningDesk):
    """The app as a team runs it: with sign-in, roles and limits."""

    def __init__(self, home: Path, **more: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.provider = Provider(home)
        self._more = more
        super().__init__(home)

    def start(self) -> None:
        self.environ |= {
            "ACH_DESK_OIDC_CLIENT_ID": "ach-desk",
            "ACH_DESK_OIDC_CLIENT_SECRET": "client-secret-for-tests",
            "ACH_DESK_OIDC_METADATA_URL": self.provider.metadata_url,
            "ACH_DESK_OIDC_COOKIE_SECRET": "a-cookie-secret-of-more-than-32-letters",
            "ACH_DESK_OIDC_REDIRECT_URI": f"{self.url}/oauth2callback",
            **MEMBERS,
            **self._more,
        }
        super().start()

    def stop(self) -> None:
        super().stop()
        self.provider.stop()

    @property
    def file(self) -> str:
        return self.environ["ACH_DESK_DB"]

    def let_pass(self, time_passed: timedelta, *, since: str = "seen_at") -> None:
        """Move every open visit's last touch, or its beginning and touch, into the past."""
        columns = ("seen_at",) if since == "seen_at" else ("seen_at", "started_at")
        with sqlite3.connect(self.file, timeout=30) as db:
            for column in columns:
                db.execute(f"UPDATE visit SET {column} = {column} - ? WHERE ended_at IS NULL", [time_passed.seconds])
        db.close()

    def last_seen(self) -> int:
        """When anybody did something last, as the desk counts it."""
        with sqlite3.connect(self.file, timeout=30) as db:
            (seen,) = db.execute("SELECT max(seen_at) FROM visit WHERE ended_at IS NULL").fetchone()
        db.close()
        return int(seen)

    def actions(self, like: str = "%") -> list[tuple[str, str, str]]:
        """Actor, action and facts of the audit trail, oldest first."""
        with sqlite3.connect(self.file, timeout=30) as db:
            rows = db.execute(
                "SELECT actor, action, facts FROM audit WHERE action LIKE ? ORDER BY seq", [like]
            ).fetchall()
        db.close()
        return [(str(actor), str(action), str(facts)) for actor, action, facts in rows]


@contextmanager
def guarded(home: Path, **more: str) -> Iterator[GuardedDesk]:
    desk = GuardedDesk(home, **more)
    try:
        yield desk
    finally:
        desk.stop()


def see_door(page: Page, title: str) -> None:
    """The sign-in page in one of its forms, and nothing else."""
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-testid=stSidebarNav]")).to_have_count(0)


def enter(page: Page, desk: GuardedDesk, who: str, *, button: str = "Sign in") -> None:
    """Sign in at the provider as this person, and come back."""
    if not page.url.startswith(desk.url):
        page.goto(desk.url)
    page.get_by_role("button", name=button, exact=True).click(timeout=PATIENCE)
    page.get_by_role("button", name=who, exact=True).click(timeout=PATIENCE)
    page.wait_for_url(f"{desk.url}/**", timeout=PATIENCE)


def sign_in(page: Page, desk: GuardedDesk, who: str) -> None:
    """Signed in, with the first page of the role shown."""
    enter(page, desk, who)
    expect(page.get_by_role("button", name="Sign out")).to_be_attached(timeout=PATIENCE)
    settle(page)


def go(page: Page, desk: GuardedDesk, path: str) -> None:
    page.goto(f"{desk.url}/{path}")
    expect(page.get_by_role("button", name="Sign out")).to_be_attached(timeout=PATIENCE)
    settle(page)


def listed(page: Page) -> set[str]:
    """The pages in the navigation, by their addresses."""
    links = page.locator("[data-testid=stSidebarNavLink]")
    return {str(link.get_attribute("href")).rsplit("/", 1)[-1] for link in links.all()}


def sections() -> dict[str, tuple[str, str]]:
    """Every page of the router by its address: its title, and the permission's name that shows it."""
    tree = ast.parse((ROOT / "dashboard" / "ui" / "navigation.py").read_text())
    found = {}
    for node in sorted((node for node in ast.walk(tree) if isinstance(node, ast.Call)), key=lambda one: one.lineno):
        match node:
            case ast.Call(
                args=[ast.Constant(str(stem)), ast.Constant(str(title)), ast.Constant(), ast.Attribute(attr=permission)]
            ):
                found[stem] = (title, permission)
    return found


def hidden() -> set[str]:
    """Pages that stand in no navigation."""
    tree = ast.parse((ROOT / "dashboard" / "ui" / "navigation.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "HIDDEN":
            return {str(one) for one in ast.literal_eval(node.value.args[0])}  # type: ignore[attr-defined]  # frozenset({...})
    return set()
