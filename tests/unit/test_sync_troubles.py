"""The sync against a provider that limits, fails, breaks off or is the wrong one: patient, and gone on with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.loading import read_ours
from dashboard.domain.errors import ProviderLimited, ProviderRejected, ProviderUnreachable
from dashboard.gateways.plaid_replies import Page
from dashboard.sync import UNDER_WAY
from dashboard.sync.backfill import WORKERS
from dashboard.sync.budget import Budget
from dashboard.sync.run import FAILURES, PATIENCE
from tests.unit.sync_scene import COUNT, PAGES, Scene, scene
from tests.unit.test_projection import check_sums

__all__ = ["scene"]  # a fixture


def test_a_limit_is_met_with_patience(scene: Scene) -> None:
    refusals = Counter[str]()

    def limit(resource: str) -> None:
        refusals[resource] += 1
        if resource == "charges" and refusals[resource] % 7 == 3 and refusals[resource] < 20:
            raise ProviderLimited("slower", provider="stripe", code="rate_limit")

    scene.provider.before = limit
    report = scene.sync.run()
    assert scene.share_equal() == 1
    assert report.resources["charges"].reads == scene.provider.asked["charges"] + 3, "each refusal is a read too"
    assert len(scene.pauses) == 3


def test_a_limit_without_end_ends_the_sync_and_keeps_what_was_read(scene: Scene) -> None:
    refused = 0

    def limit(resource: str) -> None:
        nonlocal refused
        if resource == "charges" and scene.provider.asked["charges"] >= 10:
            refused += 1
            raise ProviderLimited("slower", provider="stripe", code="rate_limit")

    scene.provider.before = limit
    with pytest.raises(ProviderLimited):
        scene.sync.run()
    assert PATIENCE <= refused < PATIENCE + WORKERS
    assert max(scene.pauses) > 10 * min(scene.pauses), "pauses double"
    scene.provider.before = lambda _resource: None
    scene.sync.run()
    assert scene.provider.asked["charges"] <= PAGES + 2 * WORKERS, "what was read is not read again"
    assert scene.share_equal() == 1


@pytest.mark.parametrize("resource", ["charges", "payouts", "events"])
def test_a_provider_that_fails_now_and_then_is_asked_again(scene: Scene, resource: str) -> None:
    failures = 0

    def fail(asked: str) -> None:
        nonlocal failures
        if asked == resource and failures < 3:
            failures += 1
            raise ProviderUnreachable("503", maybe_done=False, provider="stripe", code="unreachable", http_status=503)

    scene.provider.before = fail
    report = scene.sync.run()
    assert scene.share_equal() == 1
    assert report.resources[resource].reads == scene.provider.asked[resource] + 3, "each of them is a read too"
    assert len(scene.pauses) == 3 and max(scene.pauses) > min(scene.pauses)


def test_a_provider_that_fails_for_long_ends_the_sync_and_the_next_goes_on(scene: Scene) -> None:
    def fail(asked: str) -> None:
        if asked == "charges" and scene.provider.asked["charges"] >= 10:
            raise ProviderUnreachable("503", maybe_done=False, provider="stripe", code="unreachable", http_status=503)

    scene.provider.before = fail
    with pytest.raises(ProviderUnreachable):
        scene.sync.run()
    assert FAILURES - 1 <= len(scene.pauses) <= (FAILURES - 1) * WORKERS
    scene.provider.before = lambda _resource: None
    scene.sync.run()
    assert scene.provider.asked["charges"] <= PAGES + 2 * WORKERS
    assert scene.share_equal() == 1


def test_a_limited_endpoint_goes_slower_and_the_others_do_not() -> None:
    budget = Budget(per_endpoint=10_000, overall=10_000)
    budget.slow_down("charges")
    assert budget.rate_of("charges") == 25
    budget.slow_down("charges")
    assert budget.rate_of("charges") == 18.75
    assert budget.rate_of("refunds") == 10_000
    for _ in range(50):
        budget.slow_down("charges")
    assert budget.rate_of("charges") == 1


@pytest.mark.parametrize("broken_at", [1, 2, 9, 17, 40])
def test_a_backfill_that_breaks_anywhere_is_gone_on_with(scene: Scene, broken_at: int) -> None:
    asked = 0

    def break_once(_resource: str) -> None:
        nonlocal asked
        asked += 1
        if asked == broken_at:
            raise ProviderUnreachable("cut", maybe_done=False, provider="stripe", code="unreachable")

    scene.provider.before = break_once
    with pytest.raises(ProviderUnreachable):
        scene.sync.run()
    scene.fresh_sync().run()
    assert scene.provider.asked["charges"] <= PAGES + 2 * WORKERS
    assert scene.share_equal() == 1
    check_sums(scene.store)


def test_what_nobody_foresaw_passes_through(scene: Scene) -> None:
    straight = scene.provider.page

    def odd(resource: str, params: Mapping[str, Any]) -> Page:
        page = straight(resource, params)
        for one in page.data:
            one["brand_new"] = {"deep": [None]}
            if resource == "charges" and one["id"].endswith("7"):
                one["status"], one["outcome"], one["metadata"] = "brand_new", None, None
                one.pop("payment_method_details")
        return page

    scene.provider.page = odd  # type: ignore[method-assign]
    scene.sync.run()
    kept = read_ours(scene.db)
    assert len(kept) == COUNT
    assert {row[-1] for id, row in kept.items() if id.endswith("7") and not row[2]} <= {"unknown", "returned_late"}


def test_a_server_that_lists_charges_alone_is_enough(scene: Scene) -> None:
    def refuse(resource: str) -> None:
        if resource != "charges":
            raise ProviderRejected("Unrecognized request URL", provider="stripe", code="", http_status=404)

    scene.provider.before = refuse
    report = scene.sync.run()
    assert len(read_ours(scene.db)) == COUNT
    assert all(report.resources[name].reads <= 2 for name in report.resources if name != "charges")
    scene.fresh_sync().run()


def test_a_server_without_charges_is_the_wrong_address(scene: Scene) -> None:
    def refuse(resource: str) -> None:
        raise ProviderRejected("Unrecognized request URL", provider="stripe", code="", http_status=404)

    scene.provider.before = refuse
    with pytest.raises(ProviderRejected):
        scene.sync.run()


@pytest.mark.parametrize("status", [429, 503])
def test_not_even_the_first_read_ends_a_sync_by_one_refusal(scene: Scene, status: int) -> None:
    refused = Counter[str]()

    def refuse_each_once(resource: str) -> None:
        refused[resource] += 1
        if refused[resource] == 1:
            if status == 429:
                raise ProviderLimited("slower", provider="stripe", code="rate_limit", http_status=status)
            raise ProviderUnreachable("no", maybe_done=False, provider="stripe", code="", http_status=status)

    scene.provider.before = refuse_each_once
    scene.sync.run()
    assert scene.share_equal() == 1
    assert len(scene.pauses) == len(refused) >= 9


def test_a_backfill_that_stopped_after_its_last_list_is_ended_by_the_next_sync(scene: Scene) -> None:
    """No window is open and the backfill is not called ended: killed in between, each sync after it failed."""
    scene.sync.run()
    state = scene.store.sync_state
    assert state.open_windows() == []
    state.set_cursor(UNDER_WAY, "yes")
    scene.fresh_sync().run()
    assert not scene.fresh_sync().status().is_first
    assert scene.share_equal() == 1
