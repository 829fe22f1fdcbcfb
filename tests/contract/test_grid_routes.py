"""What the grid asks past Streamlit, of the real server: each request is asked who comes, and what for."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests

from dashboard.desk import open_desk
from dashboard.domain.models import Role
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import ALLOWED, Permission, demo_actor
from dashboard.staff.sign_in import visit_id
from dashboard.web.devices import COOKIE, digest_cookie
from dashboard.web.grid_routes import LARGEST, address_of
from tests.signed_in import SignedDesk

ASKED: dict[str, Any] = {
    "filter": {},
    "sort": "created",
    "desc": True,
    "start": 0,
    "size": 100,
    "zone": "America/New_York",
    "mark": "",
    "ranges": None,
    "id": "py_nobody",
    "count": 3,
}
WHAT = ("rows", "sums", "picked", "copied", "one")
LISTS = {"payments": Permission.VIEW_PAYMENTS, "payouts": Permission.VIEW_PAYMENTS}
LISTS |= {"customers": Permission.VIEW_CUSTOMERS, "audit": Permission.VIEW_AUDIT, "accounts": Permission.VIEW_ACCOUNTS}
LISTS |= {"cases": Permission.VIEW_PAYMENTS, "approvals": Permission.VIEW_PAYMENTS}
LISTS |= {"statements": Permission.VIEW_STATEMENTS, "mandates": Permission.VIEW_ACCOUNTS}
LISTS |= {"batch_rows": Permission.VIEW_PAYMENTS}
OPEN_A_PAGE = {"customers", "accounts", "approvals", "mandates", "batch_rows"}
WHAT_OF = {grid: WHAT[:4] if grid in OPEN_A_PAGE else WHAT for grid in LISTS}
SORTS = {"payments": "created", "payouts": "arrival", "customers": "newest", "audit": "seq", "accounts": "linked"}
SORTS |= {"cases": "due", "approvals": "decided", "statements": "posted", "mandates": "brought"}
SORTS |= {"batch_rows": "line"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedDesk]:
    started = SignedDesk(tmp_path_factory.mktemp("grid"), ACH_DESK_ROLE_AUDITOR="audrey@example.com")
    yield started
    started.stop()


def ask(
    desk: SignedDesk,
    what: str,
    cookies: Mapping[str, str],
    body: Any = None,
    headers: Mapping[str, str | None] | None = None,
    grid: str = "payments",
    **changed: Any,
) -> requests.Response:
    known = {"mark": "0.0" if grid == "payments" else "0"} if what == "picked" else {}
    sent = json.dumps({**ASKED, "sort": SORTS[grid], **known, **changed}).encode() if body is None else body
    said = {"Origin": desk.url, "Content-Type": "application/json", **(headers or {})}
    return requests.post(
        f"{desk.url}/grid/{grid}/{what}",
        data=sent,
        headers={name: value for name, value in said.items() if value is not None},
        cookies=dict(cookies),
        timeout=60,
    )


def find(
    desk: SignedDesk, cookies: Mapping[str, str], text: Any, headers: Mapping[str, str | None] | None = None
) -> requests.Response:
    said = {"Origin": desk.url, "Content-Type": "application/json", **(headers or {})}
    return requests.post(
        f"{desk.url}/grid/find",
        json={"text": text, "zone": "America/New_York", "active": True},
        headers={name: value for name, value in said.items() if value is not None},
        cookies=dict(cookies),
        timeout=60,
    )


def person(desk: SignedDesk, role: Role, sub: str) -> dict[str, str]:
    more = {"email": "audrey@example.com"} if role is Role.AUDITOR else {}
    known = role if role is not Role.AUDITOR else Role.OPS
    return desk.cookies(desk.claims(known, sub=f"{role} {sub}", **more))


def reader(grid: str) -> Role:
    """Who may see a list."""
    return Role.AUDITOR if grid == "audit" else Role.FINANCE


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("grid", LISTS)
def test_each_role_sees_what_it_may(desk: SignedDesk, grid: str, role: Role) -> None:
    cookies = person(desk, role, "role")
    may = LISTS[grid] in ALLOWED[role]
    takes = may and (grid == "audit" or Permission.EXPORT in ALLOWED[role])  # the trail is its readers' to take
    found = [ask(desk, what, cookies, grid=grid).status_code for what in WHAT_OF[grid]]
    assert found == ([200, 200, 200, 200 if takes else 403, 422][: len(found)] if may else [403] * len(found))


def test_rows_sums_and_picks_tell_of_the_same_payments(desk: SignedDesk) -> None:
    cookies = person(desk, Role.FINANCE, "rows")
    first = ask(desk, "rows", cookies).json()
    assert len(first["rows"]) == 100 and first["total"] > 100 and first["newer"] == 0
    second = ask(desk, "rows", cookies, start=100, mark=first["mark"]).json()
    ids = [row[10] for row in [*first["rows"], *second["rows"]]]
    assert len(set(ids)) == len(ids) and second["total"] == first["total"]
    sums = ask(desk, "sums", cookies).json()
    assert sums["shown"].startswith(f"{first['total']:,} payments, $") and sums["hidden"] == ""
    assert sums["figures"][0][0] == "Pending"
    picked = ask(desk, "picked", cookies, mark=first["mark"]).json()
    assert picked["sums"] == sums["shown"] and picked["count"] == first["total"] == sum(picked["states"].values())
    few = ask(desk, "picked", cookies, mark=first["mark"], ranges=[[0, 4], [3, 5]]).json()
    assert few["count"] == 6
    same = ask(desk, "rows", cookies, mark=first["mark"], since=first["now"]).json()
    assert "rows" not in same
    failed = ask(desk, "rows", cookies, filter={"status": "failed", "text": "R01"}, sort="amount", desc=False).json()
    assert failed["rows"] and {row[11] for row in failed["rows"]} == {"failed"}
    assert all(row[12] for row in failed["rows"]), "what the search hit is named"
    one = ask(desk, "one", cookies, id=ids[0]).json()
    assert one["id"] == ids[0]
    assert [part[0] for part in one["parts"]][:4] == ["Timeline", "Money", "Mandate", "Ids"] and one["parts"][0][2]


def test_a_list_tells_the_same_by_rows_sums_and_picks(desk: SignedDesk) -> None:
    cookies = person(desk, Role.FINANCE, "lists")
    first = ask(desk, "rows", cookies, grid="payouts").json()
    assert len(first["rows"]) == min(100, first["total"]) > 3 and first["newer"] == 0
    sums = ask(desk, "sums", cookies, grid="payouts").json()
    assert sums["shown"].startswith(f"{first['total']:,} payouts, $") and sums["words"] == "All payouts"
    picked = ask(desk, "picked", cookies, grid="payouts", mark=first["mark"]).json()
    assert (picked["sums"], picked["count"]) == (sums["shown"], first["total"])
    few = ask(desk, "picked", cookies, grid="payouts", mark=first["mark"], ranges=[[0, 1], [1, 2]]).json()
    assert few["count"] == 3
    same = ask(desk, "rows", cookies, grid="payouts", mark=first["mark"], since=first["now"]).json()
    assert "rows" not in same
    id = first["rows"][0][6]
    found = ask(desk, "rows", cookies, grid="payouts", filter={"text": id}).json()
    assert [row[6] for row in found["rows"]] == [id] and found["rows"][0][-1] == "id"
    assert ask(desk, "one", cookies, grid="payouts", id=id).json()["id"] == id


@pytest.mark.parametrize("role", Role)
def test_an_export_of_what_is_picked_is_said_before_it_is_made(desk: SignedDesk, role: Role) -> None:
    cookies = person(desk, role, "export")
    asked: dict[str, Any] = {"mark": "0.0", "ranges": [[0, 2]]}
    if Permission.VIEW_PAYMENTS in ALLOWED[role]:
        asked["mark"] = ask(desk, "rows", cookies).json()["mark"]
    said = ask(desk, "export", cookies, **asked)
    made = ask(desk, "export", cookies, **asked, form="csv")
    may = Permission.EXPORT in ALLOWED[role]
    assert said.status_code == (200 if Permission.VIEW_PAYMENTS in ALLOWED[role] else 403)
    assert made.status_code == (200 if may else 403)
    if may:
        assert said.json()["words"].startswith("3 payments, $") and "audit trail" in said.json()["words"]
        assert ask(desk, "export", cookies, **asked, form="exe").status_code == 400
    assert ask(desk, "export", {}, **asked, form="csv").status_code == 401


def test_an_answer_is_small_and_is_kept_nowhere(desk: SignedDesk) -> None:
    answer = ask(desk, "rows", person(desk, Role.FINANCE, "size"))
    assert answer.headers["content-encoding"] == "gzip" and int(answer.headers["content-length"]) < 10_000
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("role", Role)
def test_each_role_finds_what_it_may_see(desk: SignedDesk, role: Role) -> None:
    cookies = person(desk, role, "find")
    kinds = {hit["kind"] for hit in find(desk, cookies, "INV").json()["hits"]}
    assert ("Payment" in kinds) is (Permission.VIEW_PAYMENTS in ALLOWED[role])
    pages = {hit["page"] for hit in find(desk, cookies, "").json()["hits"]}
    assert ("audit" in pages) is (Permission.VIEW_AUDIT in ALLOWED[role])
    assert ("setup" in pages) is (Permission.VIEW_SETUP in ALLOWED[role])
    for text, status in (("x" * 300, 422), ("\ud800", 422)):
        assert find(desk, cookies, text).status_code == status


def test_nobody_and_a_forged_cookie_get_nothing(desk: SignedDesk) -> None:
    assert find(desk, {}, "a").status_code == 401
    forged = {name: value[:-4] + "AAAA" for name, value in person(desk, Role.FINANCE, "forged").items()}
    stranger = desk.cookies(desk.claims(Role.FINANCE, email="eve@example.com", sub="eve"))
    for grid in LISTS:
        for what in WHAT_OF[grid]:
            assert ask(desk, what, {}, grid=grid).status_code == 401
            assert ask(desk, what, forged, grid=grid).status_code == 401
            assert ask(desk, what, stranger, grid=grid).status_code == 403
            assert "rows" not in ask(desk, what, {}, grid=grid).json()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_what_is_found_is_not_told_to_another_sites_page(desk: SignedDesk, headers: dict[str, str | None]) -> None:
    assert find(desk, person(desk, Role.FINANCE, "origin"), "a", headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_another_sites_page_is_refused(desk: SignedDesk, headers: dict[str, str | None]) -> None:
    cookies = person(desk, Role.FINANCE, "origin")
    for grid in LISTS:
        for what in WHAT_OF[grid]:
            assert ask(desk, what, cookies, headers=headers, grid=grid).status_code == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("ended_at = unixepoch(), reason = 'ended'", "ended"),
        ("seen_at = seen_at - 900", "idle"),
        ("started_at = started_at - 43200, seen_at = seen_at - 43200 + 60", "expired"),
    ],
)
def test_nothing_is_answered_after_the_end_of_a_visit(desk: SignedDesk, change: str, code: str) -> None:
    claims = desk.claims(Role.FINANCE, sub=f"over {code}")
    cookies = desk.cookies(claims)
    assert ask(desk, "rows", cookies, active=True).status_code == 200
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        assert db.execute(f"UPDATE visit SET {change} WHERE id = ?", [visit_id(claims)]).rowcount == 1
    db.close()
    for _ in range(2):
        answer = ask(desk, "rows", cookies, active=True)
        assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_only_what_a_person_does_keeps_a_visit_open(desk: SignedDesk) -> None:
    claims = desk.claims(Role.FINANCE, sub="active")
    cookies = desk.cookies(claims)

    def seen(active: bool) -> int:
        assert ask(desk, "rows", cookies, active=active).status_code == 200
        with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
            found = int(db.execute("SELECT seen_at FROM visit WHERE id = ?", [visit_id(claims)]).fetchone()[0])
            db.execute("UPDATE visit SET seen_at = seen_at - 300 WHERE id = ?", [visit_id(claims)])
        db.close()
        return found

    first = seen(True)
    assert seen(False) == first - 300
    assert seen(True) >= first


def test_a_device_that_was_handed_over_gets_nothing(desk: SignedDesk) -> None:
    device = "d" * 43
    cookies = {**person(desk, Role.FINANCE, "held"), COOKIE: device}
    assert ask(desk, "rows", cookies).status_code == 200
    opened = open_desk(load_settings({**os.environ, **desk.environ}, None), worker=InlineWorker())
    operator = replace(demo_actor(), device=digest_cookie(device))
    customer = opened.customers.add(operator, "Hanna Held", "hanna@example.com", "H-1")
    opened.handover.lock(operator, customer.id, "394871")
    opened.close()
    assert find(desk, cookies, "Hanna").status_code == 403
    assert {ask(desk, what, cookies, grid=grid).status_code for grid in LISTS for what in WHAT_OF[grid]} == {403}


CHANGES: list[dict[str, Any]] = [
    {"start": "x"},
    {"start": None},
    {"size": []},
    {"zone": "Mars/Olympus"},
    {"zone": "../../etc/passwd"},
    {"zone": "America"},
    {"zone": "x" * 300},
    {"zone": "x" * 5_000},
    {"start": float("inf")},
    {"start": float("nan")},
    {"size": 1.5},
    {"start": 1e308},
    {"filter": 5},
    {"filter": None},
]
BAD = [
    b"",
    b"[]",
    b"{",
    b"null",
    b'"x"',
    b"\xff",
    b'{"a":' * 5_000,
    *(json.dumps({**ASKED, **change}).encode() for change in CHANGES),
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: repr(body[:40]))
def test_what_is_not_understood_is_said(desk: SignedDesk, body: bytes) -> None:
    for grid in LISTS:
        answer = ask(desk, "rows", person(desk, reader(grid), "bad"), body, grid=grid)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("rows", {"size": 100_000}),
        ("rows", {"size": 0}),
        ("rows", {"start": -1}),
        ("rows", {"sort": "seq; DROP TABLE payment"}),
        ("rows", {"mark": "x"}),
        ("rows", {"sort": "\ud800"}),
        ("picked", {"sort": "\ud800"}),
        ("rows", {"filter": {"text": "\ud800"}}),
        ("rows", {"filter": {"text": "x" * 300}}),
        ("picked", {"ranges": [[0, 1]] * 1_001}),
        ("picked", {"ranges": [[5, 1]]}),
        ("picked", {"mark": ""}),
    ],
    ids=str,
)
def test_what_may_not_be_asked_is_refused_in_words(desk: SignedDesk, what: str, changed: dict[str, Any]) -> None:
    for grid in LISTS:
        asked = dict(changed)
        if grid == "audit" and "filter" in asked:
            asked["filter"] = {"who": asked["filter"]["text"]}
        answer = ask(desk, what, person(desk, reader(grid), "input"), grid=grid, **asked)
        assert answer.status_code == 422 and answer.json()["what"], grid


def test_what_is_copied_is_in_the_trail_without_what_was_typed(desk: SignedDesk) -> None:
    cookies = person(desk, Role.FINANCE, "copies")
    assert ask(desk, "copied", cookies, filter={"status": "failed", "text": "Hanna"}, count=41).json() == {}
    for count in (0, -1, 5_001):
        assert ask(desk, "copied", cookies, count=count).status_code == 422
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        query = "SELECT actor, facts FROM audit WHERE action = 'payments.copied' ORDER BY seq DESC LIMIT 1"
        actor, facts = db.execute(query).fetchone()
    db.close()
    assert actor == "fin@example.com" and "Hanna" not in facts
    assert json.loads(facts) == {"rows": 41, "filter": "Payments: status Failed", "searched": True}


def test_a_body_that_is_too_long_is_not_read(desk: SignedDesk) -> None:
    cookies = person(desk, Role.FINANCE, "long")
    assert ask(desk, "rows", cookies, b"x" * (LARGEST + 1)).status_code == 413


def test_the_files_are_kept_for_ever_and_no_other_is_sent(desk: SignedDesk) -> None:
    found = desk.get(address_of("grid.js"))
    assert found.status_code == 200 and found.headers["content-type"].startswith("text/javascript")
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    for address in ("/grid-files/0123456789abcdef/grid.js", address_of("../__init__.py"), address_of("nothing.js")):
        answer = desk.get(address)
        assert answer.status_code == 404 or "text/html" in answer.headers["content-type"], address
        assert "immutable" not in answer.headers.get("cache-control", "")
