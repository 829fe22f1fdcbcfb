"""What a webhook has the sync do: go now, look again where Stripe does not list it yet, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from dashboard.connections.health import HealthWatch
from dashboard.connections.webhooks import Webhooks
from dashboard.gateways.stripe import Stripe
from dashboard.linking.hosted import HostedLinks
from dashboard.sandbox.stripe.webhooks import sign
from dashboard.settings import Settings
from dashboard.sync import BETWEEN, LOOKED_FOR, Sync
from tests.unit.sync_scene import Scene


@pytest.fixture
def scene(tmp_path: Path, make_settings: Callable[..., Settings]) -> Iterator[Scene]:
    more = {"STRIPE_READS_PER_SECOND": "5000", "STRIPE_READS_PER_SECOND_TOTAL": "5000"}
    made = Scene(tmp_path, make_settings(**more, STRIPE_WEBHOOK_SECRET="whsec_x"))
    yield made
    made.store.close()


def test_an_event_that_is_not_listed_yet_is_looked_for_ever_less_often_and_then_no_more(scene: Scene) -> None:
    pauses: list[float] = []
    sync = Sync(scene.store, cast(Stripe, scene.provider), scene.clock, scene.settings, sleep=pauses.append)
    sync.run()
    assert scene.store.webhooks.record("stripe", "evt_unlisted", "charge.updated", scene.clock.real(), done=False)
    assert sync.wait(600), "the wait is cut short"
    for _ in range(3):
        sync.run()
        assert sync.wait(600)
    assert pauses == [BETWEEN, 2 * BETWEEN, 4 * BETWEEN, 8 * BETWEEN]
    scene.clock.at += LOOKED_FOR + timedelta(seconds=1)
    sync.run()
    assert scene.store.webhooks.open("stripe") == {}
    pauses.clear()
    assert not sync.wait(0.01)
    assert pauses[0] == 0.01, "nothing is owed any more"


def test_an_event_is_noted_once_and_forgotten_after_a_month(scene: Scene) -> None:
    rows, now = scene.store.webhooks, scene.clock.real()
    assert rows.record("stripe", "evt_1", "charge.updated", now, done=False)
    assert not rows.record("stripe", "evt_1", "charge.updated", now, done=False)
    rows.finish("stripe", {"evt_1"}, now)
    assert rows.open("stripe") == {} and rows.last("stripe") == now and rows.last("plaid") is None
    rows.record("plaid", "other", "ITEM.ERROR", now + timedelta(days=31), done=True)
    assert rows.last("stripe") is None


def test_an_event_of_long_ago_is_not_read_again(scene: Scene) -> None:
    """Stripe repeats for three days what it could not deliver; polling has brought it long since."""
    scene.sync.run()
    hooks = Webhooks(scene.store, None, cast(HostedLinks, None), cast(HealthWatch, None), scene.clock, scene.settings)
    created = int(scene.clock.now().timestamp())
    for id, at in (("evt_old", created - 86_400), ("evt_new", created)):
        body = f'{{"id": "{id}", "type": "charge.updated", "livemode": false, "created": {at}}}'.encode()
        assert hooks.take_stripe(body, sign("whsec_x", body, int(time.time())))
    assert set(scene.store.webhooks.open("stripe")) == {"evt_new"}
