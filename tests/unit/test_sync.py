"""The sync against a provider of two thousand payments: frugal, and right after every change."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from benchmarks.history import History
from benchmarks.loading import count_window_pages
from benchmarks.processes import list_server
from dashboard.books import MonthBooks
from dashboard.domain.models import Actor, Role, Secret
from dashboard.gateways.plaid_replies import Page
from dashboard.statements.matching import PayoutMatching
from dashboard.store.payments.projection import PaymentProjection
from dashboard.sync.backfill import WORKERS
from dashboard.sync.reader import Reader, RowPage
from tests.unit.sync_scene import COUNT, END, PAGES, Scene, far_away, scene, until

__all__ = ["scene"]  # a fixture
FRED = Actor("fred", frozenset({Role.FINANCE}))


def test_a_near_server_is_read_with_hardly_a_page_too_many(scene: Scene) -> None:
    scene.sync.run()
    assert scene.provider.asked["charges"] <= PAGES + WORKERS
    assert scene.share_equal() == 1


def test_the_balance_of_the_benchmark_is_what_was_not_paid_out(scene: Scene) -> None:
    scene.sync.run()
    matching = PayoutMatching(scene.store, scene.clock, scene.settings)
    compared = MonthBooks(scene.store, scene.clock, scene.settings, matching).compare(FRED)
    assert compared is not None and {one.difference for one in compared.parts} == {0}


def test_windows_split_only_for_a_worker_that_waits(scene: Scene) -> None:
    scene.provider.before = far_away
    scene.sync.run()
    assert scene.provider.asked["charges"] <= PAGES + 3 * WORKERS
    assert scene.share_equal() == 1


def test_several_workers_are_in_flight_where_the_server_is_far(scene: Scene) -> None:
    most, now, guard = 0, 0, threading.Lock()

    def count(resource: str) -> None:
        nonlocal most, now
        if resource != "charges":
            return far_away(resource)
        with guard:
            now += 1
            most = max(most, now)
        far_away(resource)
        with guard:
            now -= 1
        return None

    scene.provider.before = count
    scene.sync.run()
    assert most >= 4


def test_the_time_of_a_list_ends_with_its_last_object_and_not_with_a_cursor_that_is_kept_later(scene: Scene) -> None:
    charges = scene.sync.run().resources["charges"]
    assert charges.seen == COUNT and charges.seconds > 0
    quiet = scene.sync.run().resources["charges"]  # keeps how far events were followed, and no charge
    assert (quiet.seen, quiet.seconds) == (0, 0)


def test_after_changes_every_row_is_equal_for_fewer_reads_than_changes(scene: Scene) -> None:
    scene.sync.run()
    scene.clock.move(timedelta(hours=2))
    changed = scene.provider.change(scene.clock.now())
    scene.provider.asked.clear()
    scene.sync.run()
    windows = count_window_pages(sorted(scene.provider.truth(), reverse=True), set(changed))
    reads, events = scene.provider.asked.total(), scene.provider.asked["events"]
    assert scene.share_equal() == 1
    assert reads <= events + min(len(changed), windows) + 10


def test_events_in_disorder_and_twice_change_nothing(scene: Scene) -> None:
    scene.sync.run()
    scene.clock.move(timedelta(hours=2))
    scene.provider.change(scene.clock.now())
    straight = scene.provider.page

    def shuffled(resource: str, params: Mapping[str, Any]) -> Page:
        page = straight(resource, params)
        if resource == "events" and page.data:
            body, last = page.data[:-1], page.data[-1]
            page = Page([*body[::-1], *body[:20], last], page.has_more)
        return page

    scene.provider.page = shuffled  # type: ignore[method-assign]
    scene.sync.run()
    assert scene.share_equal() == 1
    scene.sync.run()
    assert scene.share_equal() == 1


def test_a_long_pause_is_filled_instead_of_everything(scene: Scene) -> None:
    scene.sync.run()
    # What Stripe still tells of the pause: refunds and disputes by their own time, and nothing by events.
    late = scene.provider.server.history
    returned = next(number for number in range(COUNT - 1, 0, -1) if late.outcome[number] == 1)
    late.change(1 / COUNT, at=END)
    late.events.clear()
    scene.clock.move(timedelta(days=40))
    scene.provider.asked.clear()
    report = scene.sync.run()
    assert report.kind == "backfill"
    assert scene.provider.asked["charges"] < PAGES
    assert returned
    assert scene.provider.asked.total() < 120
    scene.provider.asked.clear()
    scene.sync.run()
    assert scene.provider.asked.total() <= 3, "the pause is filled once"


def test_a_second_process_reads_the_same_rows_and_is_done_without_when_it_dies() -> None:
    with list_server(COUNT, end=END) as server:
        reader = Reader(server.url, Secret("sk_test_reader"))
        params = {"limit": 100, "created": {"gte": 0, "lt": END}}
        page = until(lambda: reader.ask("charges", params, None))
        charges = [json.loads(body) for body in list(History(COUNT, end=END).resources["charges"].bodies)[:100]]
        assert page == RowPage(PaymentProjection.read("charges", charges), True)
        assert reader.ask("charges", {"starting_after": "py_nobody"}, None) is None, "the sync sees for itself"
        assert reader.ask("charges", params, None) == page
        reader._process.kill()
        assert until(lambda: reader.ask("charges", params, None) is None)
        assert reader.is_gone
        reader.close()


def test_the_second_process_ends_with_the_sync_that_started_it() -> None:
    with list_server(300, end=END) as server:
        reader = Reader(server.url, Secret("sk_test_reader"))
        assert until(lambda: reader.ask("charges", {}, None))
        reader.close()
        assert reader._process.returncode == 0
