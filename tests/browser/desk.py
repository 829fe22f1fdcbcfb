"""The real app beside a real sandbox, and short ways through its pages in Chromium."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, Playwright, expect

from dashboard.cli.processes import find_port
from dashboard.desk import open_desk
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.commands import run_command
from tests.empty_desks import settings_for
from tests.pages.test_pages import link
from tests.synced_desks import copy_synced

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # A flag that comes twice counts once, so the first three lines are what Playwright turns off. The last is what
    # Chromium 156 draws of its own window for each tab: more than half of the processor time of a test's page.
    "--disable-features=AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning,"
    "PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup",
]
PATIENCE = 60_000  # milliseconds; two busy cores are slow, and a test waits only as long as it must


def find_browser() -> str | None:
    """A Chromium on this machine; the one without windows takes a seventh less of the processor for a page."""
    places = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome")
    for candidate in (os.environ.get("ACH_DESK_CHROMIUM"), *places):
        if candidate and Path(candidate).exists():
            return candidate
    return None


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)


def open_context(browser: Browser, **look: Any) -> BrowserContext:
    """A browser of somebody new, which waits as long as two busy cores may take."""
    context = browser.new_context(**look)
    context.set_default_timeout(PATIENCE)
    return context


class RunningDesk:
    """A sandbox, the app and their files; the app can be stopped and started again over the same database.

    With `tls` (a certificate and its key) it serves https.
    """

    tls: tuple[Path, Path] | None = None
    arguments: tuple[str, ...] = ("--no-sync", "--processes", "1")

    def __init__(
        self, home: Path, generation: str = "current", *, through: Callable[[str], str] | None = None, **more: str
    ) -> None:
        """`through` gives the address at which the app meets its providers instead of the sandbox's: a proxy's."""
        self.home = home
        copy_synced(generation, home)
        self.sandbox = self._start(["-m", "dashboard.sandbox", "--port", "0", "--state", str(home / "sandbox.db")], {})
        assert self.sandbox.stdout
        self.ready: dict[str, Any] = json.loads(self.sandbox.stdout.readline())
        met = {**self.ready, "url": through(self.ready["url"])} if through else self.ready
        self.environ = {
            **settings_for(met, {**os.environ, "PLAID_LINK_GENERATION": generation}, home),
            **more,
        }
        self.port = find_port(0)
        self.app: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def verify(self) -> str | bool:
        """The certificate by which the app is known."""
        return str(self.tls[0]) if self.tls else True

    def command(self, *arguments: str) -> str:
        done = run_command(list(arguments), {**os.environ, **self.environ})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _start(self, arguments: list[str], environ: dict[str, str], *, quiet: bool = False) -> subprocess.Popen[str]:
        """`quiet` sends what it prints to its log too, beside its errors."""
        with (self.home / f"{arguments[1].split('.')[-1]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **environ},
                stdout=log if quiet else subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self) -> None:
        serve = ["-m", "dashboard", "serve", "--port", str(self.port), *self.arguments]
        if self.tls:
            serve += ["--tls-cert", str(self.tls[0]), "--tls-key", str(self.tls[1])]
        self.app = self._start(serve, self.environ, quiet=True)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/readyz", timeout=5, verify=self.verify).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.1)
        raise AssertionError(f"the app did not start; see {self.home}")

    def stop_app(self, *, kill: bool = False) -> None:
        if self.app:
            self.app.kill() if kill else self.app.terminate()
            self.app.wait(20)
            if self.app.stdout:
                self.app.stdout.close()
            self.app = None

    def stop(self) -> None:
        self.stop_app()
        self.sandbox.terminate()
        self.sandbox.wait(20)
        if self.sandbox.stdout:
            self.sandbox.stdout.close()

    def link(self, name: str) -> None:
        """A customer with a linked account, without the browser."""
        opened = open_desk(load_settings(self.environ, None), worker=InlineWorker())
        try:
            actor = demo_actor()
            slug = name.lower().replace(" ", ".")
            customer = opened.customers.add(actor, name, f"{slug}@example.com", slug)
            link(opened, actor, SimpleNamespace(url=self.ready["url"], keys=self.ready), customer)  # type: ignore[arg-type]  # what it uses of a sandbox
        finally:
            opened.close()

    def control(self, verb: str, what: str, /, **body: Any) -> dict[str, Any]:
        answer = requests.request(verb, f"{self.ready['url']}/_sandbox{what}", json=body or None, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def stripe(self, path: str, **params: Any) -> dict[str, Any]:
        key = self.ready["stripe"]["secret_key"]
        answer = requests.get(f"{self.ready['url']}/v1/{path}", params=params, auth=(key, ""), timeout=30)
        answer.raise_for_status()
        return dict(answer.json())


@contextmanager
def running(
    home: Path, generation: str = "current", *, through: Callable[[str], str] | None = None, **more: str
) -> Iterator[RunningDesk]:
    desk = RunningDesk(home, generation, through=through, **more)
    try:
        yield desk
    finally:
        desk.stop()


def settle(page: Page) -> None:
    """Wait until the script has run and the page shows it."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )


def width_of(part: Locator) -> float:
    """In CSS pixels; it must be drawn."""
    box = part.bounding_box()
    assert box is not None, f"{part} is not drawn"
    return box["width"]


def type_into(field: Locator, text: str) -> None:
    """Write into a field once the page around it is drawn: what is typed while it is drawn anew is lost."""
    expect(field).to_be_visible(timeout=PATIENCE)
    settle(field.page)
    field.fill(text)


def visit(page: Page, desk: RunningDesk, path: str = "onboard") -> None:
    page.goto(f"{desk.url}/{path}")
    page.locator("[data-testid=stApp]").wait_for(timeout=PATIENCE)
    expect(page.get_by_role("note").filter(has_text="SANDBOX")).to_be_visible(timeout=PATIENCE)
    settle(page)


def add_customer(page: Page, name: str, email: str, reference: str) -> None:
    """By keyboard: the expander moves while it opens, and a mouse may press one thing and let go over another.

    Where somebody with nearly this name is there already, this is somebody else.
    """
    form = page.locator("[data-testid=stExpander]", has_text="Add a customer")
    form.wait_for(timeout=PATIENCE)
    settle(page)
    if form.locator("details").get_attribute("open") is None:
        form.locator("summary").press("Enter")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("E-mail").fill(email)
    form.get_by_label("Your reference", exact=True).fill(reference)
    form.get_by_label("Your reference", exact=True).press("Enter")
    added = page.get_by_role("heading", name=f"Link a bank for {name}")
    somebody_else = page.get_by_role("button", name="No, add a new customer")
    expect(added.or_(somebody_else)).to_be_visible(timeout=PATIENCE)
    if somebody_else.is_visible():
        settle(page)
        somebody_else.press("Enter")
    expect(page.get_by_role("heading", name=f"Link a bank for {name}")).to_be_in_viewport(timeout=PATIENCE)


def accept(page: Page) -> None:
    """Agree, whatever comes after it."""
    page.get_by_text("I agree.").click()
    button = page.get_by_role("button", name="Continue", exact=True)
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()


def agree(page: Page) -> None:
    """Agree, and see the step of the bank."""
    accept(page)
    expect(page.get_by_role("heading", name="Connect the bank")).to_be_visible(timeout=PATIENCE)


def open_link(page: Page, label: str = "Connect a bank") -> FrameLocator:
    button = page.get_by_role("button", name=label)
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    return page.frame_locator("iframe[id^=plaid-link]")
