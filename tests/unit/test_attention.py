"""What needs attention is put away by a person, and only when it has ended."""

from __future__ import annotations

import pytest

from dashboard.attention import Attention
from dashboard.errors import InputError, Refused
from dashboard.models import AttemptState
from tests.unit.fakes import CHECKING, SAVINGS, refused
from tests.unit.worlds import World


@pytest.fixture
def attention(world: World) -> Attention:
    return Attention(world.store, world.clock)


def test_what_ended_is_put_away_once_and_stays_in_the_history(world: World, attention: Attention) -> None:
    world.plaid.before["exchange"] = [refused("INVALID_API_KEYS")]
    attempt = world.link()
    assert [one.id for one in world.desk.attention(world.actor)] == [attempt.id]
    attention.set_aside(world.actor, attempt.id)
    attention.set_aside(world.actor, attempt.id)
    assert world.desk.attention(world.actor) == []
    assert [one.id for one in world.desk.recent(world.actor)] == [attempt.id]
    rows = [row.action for row in world.store.trail.read(attempt.id)]
    assert rows.count("link.set_aside") == 1


def test_what_still_waits_is_not_put_away(world: World, attention: Attention) -> None:
    attempt = world.link(CHECKING, SAVINGS)
    assert attempt.state is AttemptState.CHOOSING
    with pytest.raises(Refused):
        attention.set_aside(world.actor, attempt.id)
    with pytest.raises(InputError):
        attention.set_aside(world.actor, "link_nobody")
    assert len(world.desk.attention(world.actor)) == 1


def test_the_ids_that_support_asks_for_are_all_there(world: World, attention: Attention) -> None:
    attempt = world.get(world.link())
    assert attention.support_ids(world.actor, attempt) == {
        "Link session": "session-1",
        "Plaid Item": "plaid-item-1",
        "Plaid account": "acc-1",
        "Institution": "ins_1",
        "Stripe customer": "cus_1",
        "Stripe bank account": "ba_1",
        "Our attempt": attempt.id,
    }


def test_a_connection_that_can_go_on_is_not_called_loose(world: World, attention: Attention) -> None:
    world.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = world.link()
    assert world.desk.can_resume(world.get(attempt))
    assert attention.loose_items(world.actor) == []
    world.store.attempts.save(attempt.id, resume_state=None)
    assert [one.customer_id for one in attention.loose_items(world.actor)] == [world.customer.id]
