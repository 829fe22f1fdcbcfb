"""A tab that was open before its device was handed over, at the level of its websocket: nothing of the staff comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from dashboard.desk import open_desk
from dashboard.jobs.worker import InlineWorker
from dashboard.messages.customer_screens import Language
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.store.linking.handovers import HandoverLock
from dashboard.web.devices import COOKIE, digest_cookie
from dashboard.web.visits import STAFF_PATHS
from tests.asgi import run_apart
from tests.browser.desk import RunningDesk
from tests.fake_browser_tab import Tab, money_and_tables

PAGES = ("payments", "customers", "accounts", "inbox", "audit", "setup", "debit", "onboard", "sandbox")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    started = RunningDesk(tmp_path_factory.mktemp("held"))
    yield started
    started.stop()


def hand_over(desk: RunningDesk, tab: Tab, name: str) -> None:
    """The row that *Hand over* writes, from another process: nothing in the app hears of it but by the database."""
    opened = open_desk(load_settings(desk.environ, None), worker=InlineWorker())
    try:
        customer = opened.customers.add(demo_actor(), name, f"{name.split()[0].lower()}@example.com", name)
        device = digest_cookie(tab.cookies[COOKIE])
        lock = HandoverLock(
            f"lock_{device[:8]}", device, "demo", "", customer.id, None, None, Language.ENGLISH, None, datetime.now(UTC)
        )
        assert opened.store.handovers.add(lock)
    finally:
        opened.close()


@pytest.mark.parametrize("page", PAGES)
def test_whatever_an_older_tab_asks_for_it_gets_the_customers_step(desk: RunningDesk, page: str) -> None:
    async def go() -> None:
        async with Tab(desk.url) as tab:
            await tab.visit(page)
            before, fragments = tab.texts(), dict(tab.fragments)
            assert "Hello, " not in before
            if page == "payments":
                assert money_and_tables(tab), "there is something to hide"
                assert fragments, "and it is drawn in parts that run by themselves"
            name = f"{page.title()} Held"
            hand_over(desk, tab, name)
            for fragment in fragments:
                await tab.rerun(fragment)
                assert not money_and_tables(tab), f"a part of {page} went on"
            for path in PAGES:
                await tab.visit(path)
                assert f"Hello, {name}" in tab.texts()
                assert not money_and_tables(tab)
            for path in STAFF_PATHS:
                answer = requests.get(f"{desk.url}{path}x", cookies=tab.cookies, timeout=30)
                assert answer.status_code == 403

    run_apart(go())
