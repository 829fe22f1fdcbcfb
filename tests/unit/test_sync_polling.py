"""When the sync asks again, what it costs, what people see of it, and who may ask for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benchmarks.history import DAY
from dashboard.domain.errors import AccessDenied, ProviderUnreachable, Refused
from dashboard.domain.models import Actor, Role
from dashboard.sync import LONGEST_WAIT
from dashboard.sync.backfill import WORKERS
from dashboard.sync.run import LEASE, Progress
from tests.unit.sync_scene import PAGES, Scene, far_away, scene

__all__ = ["scene"]  # a fixture


@pytest.mark.parametrize("days_later", [0, 3, 8, 40])
def test_a_quiet_day_costs_less_than_150_reads(scene: Scene, days_later: int) -> None:
    # The day after the first backfill; with payments that wait; with the same long overdue; after a pause.
    scene.sync.run()
    scene.clock.move(timedelta(days=days_later))
    scene.sync.run()
    scene.provider.asked.clear()
    waited = 0.0
    while waited < DAY:
        pause = scene.sync.interval()
        scene.clock.move(timedelta(seconds=pause))
        waited += pause
        scene.sync.run()
    # Of the 150 allowed, 50 are left for a larger account: the daily sweep takes one per hundred waiting payments.
    assert scene.provider.asked.total() <= 100, dict(scene.provider.asked)
    assert waited / scene.provider.asked["events"] < 2 * LONGEST_WAIT, "it does ask"


def test_after_news_it_asks_again_soon(scene: Scene) -> None:
    scene.sync.run()
    for _ in range(12):
        scene.clock.move(timedelta(seconds=scene.sync.interval()))
        scene.sync.run()
    assert scene.sync.interval() == LONGEST_WAIT
    scene.provider.change(scene.clock.now())
    scene.sync.run()
    assert scene.sync.interval() < LONGEST_WAIT / 2


def test_polling_alone_cannot_use_the_allowance_up(scene: Scene) -> None:
    scene.sync.run()
    status = scene.sync.status()
    polls = 30 * DAY / scene.sync.interval()
    assert polls * 2 <= status.allowance * 0.3 + 1
    today = int(scene.clock.real().timestamp()) // DAY
    scene.store.sync_state.count_reads({"charges": int(status.allowance * 0.8)}, today)
    assert scene.sync.interval() == 3 * LONGEST_WAIT
    assert scene.sync.status().reads_by_endpoint["charges"] >= status.allowance * 0.8


def test_where_a_sync_stands_can_be_read_while_it_runs(scene: Scene) -> None:
    scene.provider.before = far_away
    seen: list[Any] = []
    scene.sync.run(on_progress=lambda _progress: seen.append(scene.fresh_sync().status().progress))
    told = [one for one in seen if one is not None]
    assert told and told[-1].rows > 0 and told[-1].left is not None
    assert scene.sync.status().progress is None, "none runs any more"


def test_progress_says_rows_rate_reads_and_what_is_left() -> None:
    said = Progress("payment_intents", 12_400, 124, 8.0, left=600.0).sentence()
    assert said == "12,400 objects (1,550 a second), 124 reads used, now payment intents, about 10 min left"
    assert Progress("events", 0, 1, 0.0).sentence() == "0 objects (0 a second), 1 read used, now events"


def test_the_pages_know_when_the_next_one_is_due(scene: Scene) -> None:
    scene.sync.run()
    assert scene.sync.status().next_at is None
    pause = scene.sync.plan_next()
    due = scene.fresh_sync().status().next_at
    assert due is not None and abs((due - scene.clock.real()).total_seconds() - pause) <= 1


def test_a_sync_that_a_person_asked_for_says_how_it_failed(scene: Scene) -> None:
    def fail(_resource: str) -> None:
        raise ProviderUnreachable("no network", maybe_done=False, provider="stripe", code="unreachable")

    scene.provider.before = fail
    fred = Actor("fred", frozenset({Role.FINANCE}))
    scene.sync.request(fred)
    problem = scene.sync.status().problem
    assert problem is not None and problem.what == "no network"
    scene.provider.before = lambda _resource: None
    scene.sync.request(fred)
    assert scene.sync.status().problem is None and scene.share_equal() == 1
    asked = [(row.actor, row.action) for row in scene.store.trail.read("payments")]
    assert asked == [("fred", "sync.requested")] * 2, "who asked is in the trail"


def test_asking_while_one_runs_is_no_problem(scene: Scene) -> None:
    now = int(scene.clock.real().timestamp())
    assert scene.store.sync_state.acquire_lease(LEASE, "another", now, now + 60)
    scene.sync.request(Actor("fred", frozenset({Role.FINANCE})))
    assert scene.sync.status().problem is None and scene.sync.status().running
    assert scene.provider.asked.total() == 0


def test_closing_the_desk_ends_a_long_sync_at_its_next_read(scene: Scene) -> None:
    def close(resource: str) -> None:
        if resource == "charges" and scene.provider.asked["charges"] == 5:
            scene.sync.close()

    scene.provider.before = close
    with pytest.raises(Refused, match="stopped"):
        scene.sync.run()
    assert scene.provider.asked["charges"] <= 6 + WORKERS
    scene.fresh_sync().run()
    assert scene.provider.asked["charges"] <= PAGES + 2 * WORKERS
    assert scene.share_equal() == 1


def test_only_who_may_can_ask_for_a_sync(scene: Scene) -> None:
    with pytest.raises(AccessDenied):
        scene.sync.request(Actor("olga", frozenset({Role.OPS})))
    assert scene.provider.asked.total() == 0
    scene.sync.request(Actor("fred", frozenset({Role.FINANCE})))
    assert scene.share_equal() == 1
    assert scene.sync.status().problem is None
