"""The real server with sign-in, at the level of its sockets: what strangers get, and what a visit leaves behind."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.domain.models import Role
from dashboard.staff.sign_in import visit_id
from dashboard.web.server import HEADER_BYTES
from dashboard.web.visits import MOST_OF_ONE, STAFF_PATHS
from tests.asgi import run_apart
from tests.fake_browser_tab import PATIENCE, Tab
from tests.signed_in import COOKIE_SECRET, PARTS, SignedDesk, id_token_of, many_groups


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedDesk]:
    started = SignedDesk(tmp_path_factory.mktemp("door"))
    yield started
    started.stop()


def end(desk: SignedDesk, claims: dict[str, object], how: str) -> None:
    """From another process: nothing in the app hears of it but by the database."""
    change = {
        "signed out": "ended_at = unixepoch(), reason = 'ended'",
        "idle": "seen_at = seen_at - 900",
        "too old": "started_at = started_at - 43200, seen_at = seen_at - 43200 + 60",
    }[how]
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        changed = db.execute(f"UPDATE visit SET {change} WHERE id = ?", [visit_id(claims)]).rowcount
    db.close()
    assert changed == 1


def tables(tab: Tab) -> list[str]:
    kinds = [str(one.WhichOneof("type")) for one in tab.elements]
    shown = [kind for kind in kinds if "data_frame" in kind or "chart" in kind or kind == "metric"]
    shown += [one for each in tab.elements if "ach_desk.grid" in (one := each.bidi_component.component_name)]
    return shown + [line for line in tab.texts().splitlines() if "$" in line]


@pytest.mark.parametrize("path", STAFF_PATHS)
def test_what_is_the_staffs_is_nobody_elses(desk: SignedDesk, path: str) -> None:
    claims = desk.claims(Role.FINANCE, sub=path)
    assert desk.get(f"{path}x").status_code == 403
    forged = {name: value[:-4] + "AAAA" for name, value in desk.cookies(claims).items()}
    assert desk.get(f"{path}x", forged).status_code == 403
    stranger = desk.cookies(desk.claims(Role.FINANCE, email="eve@example.com", sub=f"eve {path}"))
    assert desk.get(f"{path}x", stranger).status_code == 403
    assert desk.get(f"{path}x", desk.cookies(claims)).status_code != 403
    end(desk, claims, "signed out")
    assert desk.get(f"{path}x", desk.cookies(claims)).status_code == 403


def test_the_servers_own_figures_are_the_staffs(desk: SignedDesk) -> None:
    assert desk.get("/_stcore/metrics").status_code == 403
    assert "session" in desk.get("/_stcore/metrics", desk.cookies(desk.claims(Role.ADMIN))).text


def test_no_other_site_may_speak_to_the_page_that_it_frames(desk: SignedDesk) -> None:
    assert desk.get("/_stcore/host-config").json()["allowedOrigins"] == []


def test_a_stranger_uploads_nothing(desk: SignedDesk) -> None:
    async def upload(cookies: dict[str, str]) -> int:
        async with Tab(desk.url, cookies=cookies) as tab:
            await tab.visit("")
            answer = await asyncio.to_thread(
                requests.put,
                f"{desk.url}/_stcore/upload_file/{tab.session.initialize.session_id}/file",
                files={"file": ("x.csv", b"a,b")},
                headers={"X-Xsrftoken": tab.cookies["_streamlit_xsrf"], "Origin": desk.url},
                cookies=tab.cookies,
                timeout=60,
            )
            return answer.status_code

    assert run_apart(upload({})) == 403
    assert run_apart(upload(desk.cookies(desk.claims(Role.OPS)))) == 204


@pytest.mark.parametrize("page_before", [True, False])
def test_the_address_that_signs_out_ends_the_visit_at_once(desk: SignedDesk, page_before: bool) -> None:
    """Opened by hand: Streamlit only takes the cookie away, and one that was kept would have opened the desk on."""
    claims = desk.claims(Role.FINANCE, sub=f"logout {page_before}")
    cookies = desk.cookies(claims)
    if page_before:
        assert desk.get("/_stcore/metrics", cookies).status_code == 200
    gone = requests.get(f"{desk.url}/auth/logout", cookies=cookies, timeout=60, allow_redirects=False)
    assert gone.status_code in {302, 307}
    assert desk.get("/_stcore/metrics", cookies).status_code == 403
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        kept = db.execute("SELECT reason FROM visit WHERE id = ?", [visit_id(claims)]).fetchone()
        said = db.execute("SELECT action FROM audit WHERE actor = ? ORDER BY seq DESC LIMIT 1", [claims["email"]])
        assert kept == ("ended",) and said.fetchone() == ("sign_out",)
    db.close()


def test_an_export_by_its_address_is_refused_once_its_person_has_signed_out(desk: SignedDesk) -> None:
    claims = desk.claims(Role.FINANCE, sub="export")

    async def go() -> None:
        async with Tab(desk.url, cookies=desk.cookies(claims)) as tab:
            await tab.visit("payments?look=Export")
            await tab.press("Create the file")
            until = time.monotonic() + PATIENCE
            while not (found := re.search(r"/exports/[\w-]+", str(tab.elements))):
                assert time.monotonic() < until, "the page offers the file"
                await tab.visit("payments?look=Export")
            address = found[0]
            whole = await asyncio.to_thread(desk.get, address, tab.cookies)
            assert whole.status_code == 200 and whole.content.count(b"\n") > 10
            neighbor = desk.cookies(desk.claims(Role.FINANCE, sub="another"))
            assert (await asyncio.to_thread(desk.get, address, neighbor)).status_code == 404
            kept = dict(tab.cookies)
            await tab.press("Sign out")
            assert (await asyncio.to_thread(desk.get, address, kept)).status_code == 403
        assert not list(Path(desk.environ["ACH_DESK_DB"] + ".exports").glob("*.csv"))

    run_apart(go())


@pytest.mark.parametrize("how", ["signed out", "idle", "too old"])
def test_a_socket_that_is_held_open_says_nothing_after_the_end_of_its_visit(desk: SignedDesk, how: str) -> None:
    claims = desk.claims(Role.FINANCE, sub=how)

    async def go() -> None:
        async with Tab(desk.url, cookies=desk.cookies(claims)) as tab:
            await tab.visit("payments")
            assert tables(tab), "there is something to hide"
            fragments, kept = dict(tab.fragments), list(tab.elements)
            assert fragments
            end(desk, claims, how)
            for fragment in fragments:
                await tab.rerun(fragment)
                assert not tables(tab)
                assert "Locked" in str(tab.elements) or "Signed out" in str(tab.elements)
            tab.elements = kept
            await tab.press("Sync now")
            assert not tables(tab)
            for page in ("payments", "accounts", "debit", "me"):
                await tab.visit(page)
                assert not tables(tab)
            for operation in ("deferred_file", "dataframe_chunk"):
                message = BackMsg()
                getattr(message.backend_operation_request, operation).SetInParent()
                message.backend_operation_request.request_id = "1"
                await tab._run(message)
                assert not tables(tab)

    run_apart(go())
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        asked = db.execute("SELECT count(*) FROM audit WHERE action = 'sync.requested'").fetchone()
    db.close()
    assert asked == (0,)


def test_foreign_sockets_are_refused_at_once_and_keep_nobody_waiting(desk: SignedDesk) -> None:
    """Streamlit would ask the network for this machine's addresses, on the event loop, before it refuses."""

    async def knock(origin: str) -> int:
        try:
            await websockets.connect(
                f"ws://127.0.0.1:{desk.port}/_stcore/stream", additional_headers={"Origin": origin}, proxy=None
            )
        except websockets.exceptions.InvalidStatus as refused:
            return refused.response.status_code
        return 101

    async def go() -> list[int]:
        origins = [f"https://evil{number}.example.com" for number in range(10)]
        return await asyncio.gather(*map(knock, [*origins, "http://localhost:9999", "http://127.0.0.1:9999"]))

    started = time.monotonic()
    assert set(run_apart(go())) == {403}
    assert time.monotonic() - started < 10, "each look-up on the network would take seconds"
    assert "checkip" not in (desk.home / "dashboard.log").read_text()


def test_one_address_keeps_nobody_else_from_signing_in(desk: SignedDesk) -> None:
    async def knock(source: str, cookies: dict[str, str]) -> int:
        try:
            opened = await websockets.connect(
                f"ws://127.0.0.1:{desk.port}/_stcore/stream",
                additional_headers={
                    "Origin": desk.url,
                    "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
                },
                subprotocols=[websockets.Subprotocol("streamlit")],
                proxy=None,
                local_addr=(source, 0),
            )
        except websockets.exceptions.InvalidStatus as refused:
            return refused.response.status_code
        held.append(opened)
        return 101

    held: list[websockets.ClientConnection] = []

    async def go() -> None:
        try:
            assert [await knock("127.0.0.2", {}) for _ in range(MOST_OF_ONE + 1)] == [101] * MOST_OF_ONE + [503]
            assert await knock("127.0.0.3", {}) == 101, "somebody else signs in"
            signed = desk.cookies(desk.claims(Role.FINANCE, sub="beside a flood"))
            assert await knock("127.0.0.2", signed) == 101, "and whoever is signed in is no stranger"
        finally:
            for one in held:
                await one.close()
        deadline = time.monotonic() + PATIENCE
        while await knock("127.0.0.2", {}) != 101:
            assert time.monotonic() < deadline, "who has gone is not counted"
            await asyncio.sleep(0.1)
        await held[-1].close()

    run_apart(go())


def test_a_text_where_pages_send_bytes_ends_the_connection_and_is_no_error(desk: SignedDesk) -> None:
    async def say() -> int | None:
        stream = f"ws://127.0.0.1:{desk.port}/_stcore/stream"
        async with websockets.connect(
            stream,
            additional_headers={"Origin": desk.url},
            subprotocols=[websockets.Subprotocol("streamlit")],
            proxy=None,
        ) as opened:
            await opened.send("a text")
            await opened.wait_closed()
            return opened.close_code

    log = desk.home / "dashboard.log"
    before = log.read_text().count("Traceback")
    assert run_apart(say()) == 1003
    time.sleep(0.5)
    assert log.read_text().count("Traceback") == before


def test_a_person_in_400_groups_signs_in(desk: SignedDesk) -> None:
    claims = desk.claims(Role.FINANCE, sub="grouped", groups=many_groups())
    cookies = desk.cookies(claims, {"id_token": id_token_of({"groups": many_groups()}), "access_token": "x" * 2_000})
    size = sum(len(name) + len(value) + 3 for name, value in cookies.items())
    assert 30_000 < size < HEADER_BYTES / 2, "what a provider really sends fits twice"

    async def go() -> str:
        async with Tab(desk.url, cookies=cookies) as tab:
            await tab.visit("payments")
            return "".join(tables(tab))

    assert run_apart(go())


def read_parts(cookies: dict[str, str]) -> list[str]:
    """What the parts of a sign-in say, in order; a provider's names are read off them as a browser's owner can."""
    names = sorted(name for name in cookies if PARTS.fullmatch(name))[1:]
    return [(decode_signed_value(COOKIE_SECRET, name, cookies[name]) or b"").decode() for name in names]


def test_parts_of_two_sign_ins_are_nobodys(desk: SignedDesk) -> None:
    """Each is signed. Eve's own name, cut at the right letter, would stand where the other says her address."""
    now = int(time.time())

    def sign_in(given: str, name: str) -> dict[str, str]:
        said = {"iss": "https://id.example.com", "sub": "eve", "iat": now, "auth_time": now, "email_verified": True}
        theirs = {"groups": many_groups(141), "given_name": given, "email": "eve@example.com", "name": name}
        return desk.cookies({**said, **theirs})

    parts = read_parts(sign_in("", "x" * 100))
    whole, cut = "".join(parts), 2 * len(parts[0])
    one = sign_in("g" * (cut - whole.index('"email": "') - len('"email": "')), "x" * 50)
    other = sign_in("", "y" * (cut - whole.index('"name": "') - len('"name": "')) + "ada@example.com")
    assert read_parts(one)[1].endswith('"email": "') and read_parts(other)[2].startswith('ada@example.com"')
    last = f"{USER_COOKIE_NAME}_3"
    for spliced in ({**one, last: other[last]}, {**other, **{name: one[name] for name in one if name != last}}):
        answer = desk.get("/_stcore/metrics", spliced)
        assert answer.status_code == 403 and "Nobody is signed in" in answer.text
    assert "role" in desk.get("/_stcore/metrics", one).text, "who signs in is known, and has no role"


def test_what_is_too_much_for_a_header_is_said_in_words(desk: SignedDesk) -> None:
    answer = desk.get("/", {f"c{number}": "x" * 4_000 for number in range(80)})
    assert answer.status_code == 431
    assert "too many groups: ask an administrator" in answer.text


def test_no_sign_in_gets_into_a_browser_that_sends_two_cookies_of_the_devices_name(desk: SignedDesk) -> None:
    cookies = desk.cookies(desk.claims(Role.FINANCE, sub="shadowed"))

    async def go() -> str:
        tab = Tab(desk.url, cookies=cookies)
        async with tab:
            pass
        own = tab.cookies["ach_desk_device"]
        tab.cookies["x"] = f"y; ach_desk_device={'z' * 43}"
        async with tab:
            await tab.visit("payments")
            assert own and not tables(tab)
            return "\n".join(tab.texts().splitlines() + tab.troubles()) + str(tab.elements)

    assert "two cookies" in run_apart(go())
