"""The real server over https: what every reply carries, and whose word it takes for where somebody comes from."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from streamlit.proto.NewSession_pb2 import Config

from dashboard.app import CONFIG
from dashboard.desk import open_desk
from dashboard.domain.models import HolderType
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.asgi import run_apart
from tests.browser.desk import ROOT, RunningDesk
from tests.certificates import make_certificate
from tests.fake_browser_tab import Tab, open_session

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"  # two neighbors on this machine; the desk trusts only the first
CUSTOMER, FORGED = "203.0.113.7", "198.51.100.66"


class TlsDesk(RunningDesk):
    def __init__(self, home: Path, **more: str) -> None:
        self.tls = make_certificate(home)
        super().__init__(home, through=None, **more)

    def add_customer(self, name: str) -> str:
        """A customer without the browser; their id."""
        opened = open_desk(load_settings(self.environ, None), worker=InlineWorker())
        try:
            slug = name.lower().replace(" ", ".")
            return opened.customers.add(demo_actor(), name, f"{slug}@example.com", slug, HolderType.INDIVIDUAL).id
        finally:
            opened.close()

    def addresses(self, subject: str) -> list[str]:
        """From where this was looked at, as the audit trail says."""
        with sqlite3.connect(self.environ["ACH_DESK_DB"], timeout=30) as db:
            query = "SELECT address FROM audit WHERE subject = ? AND action = 'customer.viewed'"
            rows = db.execute(query, [subject]).fetchall()
        db.close()
        return [str(address) for (address,) in rows]


@pytest.fixture(scope="module", params=["1", "2"], ids=["one process", "two behind a front"])
def desk(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[TlsDesk]:
    home = tmp_path_factory.mktemp("tls")
    TlsDesk.arguments = ("--no-sync", "--processes", request.param)
    started = TlsDesk(home, ACH_DESK_TRUSTED_PROXIES=PROXY, ACH_DESK_BACKUP_FOLDER=str(home / "backups"))
    yield started
    started.stop()


def get(desk: TlsDesk, path: str, source: str = STRANGER, **headers: str) -> requests.Response:
    with open_session(source) as http:
        return http.get(f"{desk.url}{path}", verify=desk.verify, headers=headers, timeout=30)


def look_at(desk: TlsDesk, customer: str, *, source: str, forwarded: str) -> list[str]:
    async def look() -> None:
        async with Tab(desk.url, {"X-Forwarded-For": forwarded}, desk.verify, source) as tab:
            await tab.visit(f"customers?customer={customer}")
            assert tab.troubles() == []

    run_apart(look())
    return desk.addresses(customer)


def test_the_customers_address_comes_from_the_proxy_that_is_trusted(desk: TlsDesk) -> None:
    customer = desk.add_customer("Paula Proxied")
    assert look_at(desk, customer, source=PROXY, forwarded=CUSTOMER) == [CUSTOMER]


def test_what_the_customer_wrote_before_the_proxy_did_is_not_believed(desk: TlsDesk) -> None:
    customer = desk.add_customer("Fred Forwarded")
    assert look_at(desk, customer, source=PROXY, forwarded=f"{FORGED}, {CUSTOMER}") == [CUSTOMER]


def test_nobody_else_can_say_where_they_come_from(desk: TlsDesk) -> None:
    customer = desk.add_customer("Sam Stranger")
    assert look_at(desk, customer, source=STRANGER, forwarded=FORGED) == [STRANGER]


def test_a_proxy_that_nobody_named_is_noticed_in_the_log(desk: TlsDesk) -> None:
    for _ in range(2):
        get(desk, "/healthz", **{"X-Forwarded-For": FORGED})
    said = (desk.home / "dashboard.log").read_text().rpartition("ACH Desk (")[2]  # since the desk was last started
    warned = said.count(f"{STRANGER} forwards requests and is not in ACH_DESK_TRUSTED_PROXIES")
    assert 1 <= warned <= int(desk.arguments[-1]), "once by each process"
    assert FORGED not in said


def policy(answer: requests.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


EVALUATOR = "/component/streamlit_javascript.streamlit_javascript/index.html"
PAGES = ["/", "/payments", "/healthz", "/readyz", "/_stcore/health", "/nowhere", "/exports/none", EVALUATOR]


@pytest.mark.parametrize("path", PAGES)
def test_every_reply_carries_the_headers(desk: TlsDesk, path: str) -> None:
    answer = get(desk, path)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    directives = policy(answer)
    assert directives["default-src"] == "'self'" and directives["object-src"] == "'none'"
    evaluating = path == EVALUATOR
    assert ("'unsafe-eval'" in directives["script-src"]) is evaluating
    assert "'unsafe-inline'" not in directives["script-src"]
    assert directives["frame-ancestors"] == ("'self'" if evaluating else "'none'")


def test_the_page_that_evaluates_is_really_there(desk: TlsDesk) -> None:
    async def look() -> None:
        async with Tab(desk.url, verify=desk.verify) as tab:
            await tab.visit("setup")

    run_apart(look())  # the component is served once a page has used it
    assert get(desk, EVALUATOR).status_code == 200


def test_streamlits_own_bundle_may_be_kept(desk: TlsDesk) -> None:
    page = get(desk, "/").text
    script = page.split('src="./static/', 1)[1].split('"', 1)[0]
    answer = get(desk, f"/static/{script}")
    assert answer.ok and "no-store" not in answer.headers.get("Cache-Control", "")
    assert "Content-Security-Policy" in answer.headers


def test_https_alone_is_promised_over_https_alone(desk: TlsDesk) -> None:
    """A trusted proxy says what the browser used; a stranger's word for it counts for nothing."""
    assert "Strict-Transport-Security" not in get(desk, "/", PROXY, **{"X-Forwarded-Proto": "http"}).headers
    assert "Strict-Transport-Security" in get(desk, "/", STRANGER, **{"X-Forwarded-Proto": "http"}).headers


def test_every_cookie_is_for_https_alone(desk: TlsDesk) -> None:
    with open_session() as http:
        for path in ("/", "/_stcore/host-config", "/_stcore/health"):
            http.get(f"{desk.url}{path}", verify=desk.verify, timeout=30)
        found = {one.name: one for one in http.cookies}
    assert {"__Host-ach_desk_device", "_streamlit_xsrf"} <= set(found)
    assert [name for name, one in found.items() if not one.secure] == []
    assert found["__Host-ach_desk_device"].has_nonstandard_attr("HttpOnly")


def test_nothing_is_told_to_streamlits_makers(desk: TlsDesk) -> None:
    async def look() -> Config:
        async with Tab(desk.url, verify=desk.verify) as tab:
            await tab.visit("")
            config: Config = tab.session.config
            return config

    said = run_apart(look())
    assert not said.gather_usage_stats
    assert said.show_error_links == Config.SHOW_ERROR_LINKS_FALSE, "nor are errors taken to a search engine"


def test_another_sites_page_cannot_open_the_socket_or_upload(desk: TlsDesk) -> None:
    async def look() -> None:
        tab = Tab(desk.url, verify=desk.verify)
        tab.origin = "https://evil.example.com"
        async with tab:
            await tab.visit("")

    with pytest.raises(Exception, match="HTTP 403"):
        run_apart(look())
    for method in ("PUT", "POST", "DELETE"):
        answer = requests.request(
            method,
            f"{desk.url}/_stcore/upload_file/session/file",
            files={"file": ("x.csv", b"a,b")} if method != "DELETE" else None,
            verify=desk.verify,
            timeout=30,
        )
        assert answer.status_code in {403, 405}, method


@pytest.mark.parametrize(("size", "status"), [(1 << 10, 204), (2_000_000, 204), (4 << 20, 413)])
def test_an_upload_is_taken_up_to_its_limit(desk: TlsDesk, size: int, status: int) -> None:
    assert int(CONFIG["server.maxUploadSize"]) == 2

    async def upload() -> int:
        async with Tab(desk.url, verify=desk.verify) as tab:
            await tab.visit("")
            answer = await asyncio.to_thread(
                requests.put,
                f"{desk.url}/_stcore/upload_file/{tab.session.initialize.session_id}/file",
                files={"file": ("x.csv", b"x" * size)},
                headers={"X-Xsrftoken": tab.cookies["_streamlit_xsrf"], "Origin": desk.url},
                cookies=tab.cookies,
                verify=desk.verify,
                timeout=60,
            )
            return answer.status_code

    assert run_apart(upload()) == status


def test_serve_keeps_backups_by_itself_and_the_doctor_says_so(desk: TlsDesk) -> None:
    folder = desk.home / "backups"
    deadline = time.monotonic() + 30
    while not (made := list(folder.glob("desk-*.db.sealed"))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    found = {one["name"]: one for one in json.loads(desk.command("doctor", "--json"))}["Last backup"]
    assert found["verdict"] == "ok" and str(folder) in found["found"]
    assert not list(folder.glob("*.db")) and not list(folder.glob("*unsealed*")), "nothing plain is left"
    copy = desk.home / "restored.db"
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "restore", str(made[0])],
        cwd=ROOT,
        env={**os.environ, **desk.environ, "ACH_DESK_DB": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "was restored" in done.stdout, done.stderr


def test_plain_http_finds_nothing_at_the_port_of_https(desk: TlsDesk) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(desk.url.replace("https", "http"), timeout=10)


def test_a_visitor_who_does_not_go_does_not_hold_up_a_stop(desk: TlsDesk) -> None:
    """Half a request, and half a handshake: the desk waits a few seconds for them, and then ends."""
    with socket.create_connection(("127.0.0.1", desk.port)) as silent:
        silent.send(b"\x16\x03\x01")
        started = time.monotonic()
        desk.stop_app()
        assert time.monotonic() - started < 15
    desk.start()
