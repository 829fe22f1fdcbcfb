"""What Ctrl+K finds: everything by its words, and nothing that a role may not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Mode, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import ALLOWED, Permission, demo_actor
from dashboard.ui.finding import Hit, answer, find, pieces
from dashboard.ui.navigation import ACTIONS, list_pages
from tests.empty_desks import settings_for
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox

ZONE = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a history of payments and one linked customer."""
    sandbox = Sandbox(tmp_path_factory.mktemp("found-sandbox"), history=True)
    ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
    home: Path = tmp_path_factory.mktemp("found")
    opened = open_desk(load_settings(settings_for(ready, {}, home), None), worker=InlineWorker())
    opened.sync.run()
    link(opened, demo_actor(), sandbox, add(opened, demo_actor(), "Frida Found"))
    yield opened
    opened.close()
    sandbox.stop()


def kinds(hits: list[Hit]) -> set[str]:
    return {hit.kind for hit in hits}


def test_everything_is_found_by_its_own_words(desk: Desk) -> None:
    actor = demo_actor()
    customer = desk.customers.find(actor, "Frida")[0]
    account = desk.store.accounts.list(customer.id)[0]
    payout = next(one for one in desk.store.payouts.recent(20) if one["trace"])
    payment = next(iter(desk.store.payments.walk(PaymentFilter(), desk.payments.today())))
    for text, page, query in (
        ("frida", "customers", {"customer": customer.id}),
        (customer.id, "customers", {"customer": customer.id}),
        ("frida", "accounts", {"account": account.id}),
        (f"frida {account.mask}", "accounts", {"account": account.id}),
        (payment["id"], "payment", {"payment": payment["id"]}),
        (payment["reference"], "payment", {"payment": payment["id"]}),
        (payout["id"], "payouts", {"payout": payout["id"]}),
        (payout["trace"], "payouts", {"payout": payout["id"]}),
        ("linked acc", "accounts", {}),
        ("export pay", "payments", {"look": "Export"}),
    ):
        found = [(hit.page, dict(hit.query)) for hit in find(desk, actor, text, ZONE)]
        assert (page, query) in found, text


@pytest.mark.parametrize("role", Role)
def test_a_role_finds_only_what_it_may_see(desk: Desk, role: Role) -> None:
    actor, may = Actor("x", frozenset({role})), ALLOWED[role]
    for text in ("a", "frida", "00", "export", "debit", "trail", ""):
        for hit in find(desk, actor, text, ZONE):
            if hit.kind in {"Payment", "Payments", "Payout"}:
                assert Permission.VIEW_PAYMENTS in may
            elif hit.kind == "Page":
                assert hit.page in {page.stem for page in list_pages(actor, Mode.SANDBOX)}
            elif hit.kind == "Action":
                assert next(one for one in ACTIONS if one.words == hit.title).permission in may
            else:
                assert Permission.VIEW_CUSTOMERS in may
    found = kinds(find(desk, actor, "a", ZONE))
    assert ("Payment" in found) is (Permission.VIEW_PAYMENTS in may)
    assert {hit.page for hit in find(desk, actor, "audit trail", ZONE)} >= (
        {"audit"} if Permission.VIEW_AUDIT in may else set()
    )


def test_who_may_see_nothing_is_refused(desk: Desk) -> None:
    for text in ("", "frida"):
        with pytest.raises(AccessDenied):
            find(desk, Actor("a customer at a device that was handed over", frozenset()), text, ZONE)


def test_what_was_hit_is_marked_and_an_overlong_search_is_refused(desk: Desk) -> None:
    assert pieces("Frida Found", ("fr", "un")) == [("Fr", True), ("ida Fo", False), ("un", True), ("d", False)]
    assert pieces("", ("a",)) == [] and pieces("Ana", ()) == [("Ana", False)]
    said = answer(desk, demo_actor(), {"text": "frida", "zone": "America/New_York"})
    first = next(hit for hit in said["hits"] if hit["kind"] == "Customer")
    assert first["title"] == [("Frida", True), (" Found", False)]
    assert said["said"] == f"{len(said['hits'])} results."
    assert answer(desk, demo_actor(), {"text": "qqqq", "zone": "UTC"})["said"] == "Nothing matches “qqqq”."
    with pytest.raises(InputError):
        find(desk, demo_actor(), "x" * 201, ZONE)


def test_without_words_the_pages_are_offered(desk: Desk) -> None:
    assert kinds(find(desk, demo_actor(), "  ", ZONE)) == {"Page"}
