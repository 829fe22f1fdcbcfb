"""What needs attention is put away by a person, and only when it has ended."""

from __future__ import annotations

import pytest

from dashboard.domain.errors import InputError, Refused
from dashboard.domain.models import AttemptState
from dashboard.linking.unfinished import Attention
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING, SAVINGS, refused


@pytest.fixture
def attention(given: DeskFixture) -> Attention:
    return Attention(given.store, given.clock)


def test_what_ended_is_put_away_once_and_stays_in_the_history(given: DeskFixture, attention: Attention) -> None:
    given.plaid.before["exchange"] = [refused("INVALID_API_KEYS")]
    attempt = given.link()
    assert [one.id for one in given.desk.attention(given.actor)] == [attempt.id]
    attention.set_aside(given.actor, attempt.id)
    attention.set_aside(given.actor, attempt.id)
    assert given.desk.attention(given.actor) == []
    assert [one.id for one in given.desk.recent(given.actor)] == [attempt.id]
    rows = [row.action for row in given.store.trail.read(attempt.id)]
    assert rows.count("link.set_aside") == 1


def test_what_still_waits_is_not_put_away(given: DeskFixture, attention: Attention) -> None:
    attempt = given.link(CHECKING, SAVINGS)
    assert attempt.state is AttemptState.CHOOSING
    with pytest.raises(Refused):
        attention.set_aside(given.actor, attempt.id)
    with pytest.raises(InputError):
        attention.set_aside(given.actor, "link_nobody")
    assert len(given.desk.attention(given.actor)) == 1


def test_the_ids_that_support_asks_for_are_all_there(given: DeskFixture, attention: Attention) -> None:
    attempt = given.get(given.link())
    assert attention.support_ids(given.actor, attempt) == {
        "Link session": "session-1",
        "Plaid Item": "plaid-item-1",
        "Plaid account": "acc-1",
        "Institution": "ins_1",
        "Stripe customer": "cus_1",
        "Stripe bank account": "ba_1",
        "Our attempt": attempt.id,
    }


def test_a_connection_that_can_go_on_is_not_called_loose(given: DeskFixture, attention: Attention) -> None:
    given.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = given.link()
    assert given.desk.can_resume(given.get(attempt))
    assert attention.loose_items(given.actor) == []
    given.store.attempts.move(attempt.id, AttemptState.FAILED)
    assert [one.customer_id for one in attention.loose_items(given.actor)] == [given.customer.id]
