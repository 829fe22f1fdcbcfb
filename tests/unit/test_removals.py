"""A connection that is removed goes at Plaid and at Stripe, is debited no more, and leaves its history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.errors import AccessDenied, InputError, Refused
from dashboard.models import Actor, AttemptState, BankAccount, Ended, ItemState, Role, Secret
from dashboard.onboarding import DuplicateAnswer
from dashboard.removals.steps import TRY_AGAIN, TRY_LATER
from tests.unit.fakes import Killed, lost, refused
from tests.unit.test_debits import order_for
from tests.unit.worlds import World


def link(world: World, token: str = "public-sandbox-1") -> BankAccount:
    return world.desk.account(world.actor, str(world.link(token=token).bank_account_id))


def remove(world: World, account: BankAccount) -> None:
    world.removals.remove(world.actor, account.item_id, "Closed, by phone")


def state(world: World, account: BankAccount) -> ItemState:
    item = world.store.items.get(account.item_id)
    assert item is not None
    return item.state


def test_it_goes_at_both_providers_and_its_tokens_are_erased(world: World) -> None:
    account = link(world)
    remove(world, account)
    assert [one.reveal() for one in world.plaid.removed] == ["access-sandbox-1"]
    assert world.stripe.detached == ["ba_1"]
    with pytest.raises(Refused):
        world.store.items.access_token(account.item_id)
    tokens = "SELECT link_token, public_token, bank_token FROM link_attempt"
    assert [set(row.values()) for row in world.store.database.handle.query(tokens)] == [{None}]
    assert state(world, account) is ItemState.REMOVED
    removal = world.removals.get(world.actor, account.item_id)
    assert removal is not None
    assert removal.done_at is not None
    assert world.removals.unfinished(world.actor) == []


def test_its_history_stays_and_says_who_why_and_when(world: World) -> None:
    account = link(world)
    remove(world, account)
    kept = world.desk.account(world.actor, account.id)
    assert (kept.ended, kept.ended_at, kept.is_ready) == (Ended.REMOVED, world.clock.now(), False)
    assert (kept.stripe_bank_account_id, kept.stripe_status) == ("ba_1", "detached")
    revocation = world.store.revocations.get(account.mandate_id)
    assert revocation is not None
    assert revocation.reason == "Closed, by phone"
    (mandate,) = world.store.mandates.list(account.id)
    assert mandate.status == "inactive"
    actions = [row.action for row in reversed(world.store.trail.read(account.item_id))]
    assert actions == ["item.removed", "item.ended_at_plaid", "item.removal_done"]
    assert "account.detached" in [row.action for row in world.store.trail.read(account.id)]
    assert "Closed" not in str([row.facts for row in world.store.trail.read()]), "a reason is the customer's own"
    assert world.store.trail.verify() == []


def test_nothing_is_debited_from_it_from_the_first_commit_on(world: World) -> None:
    account = link(world)
    world.plaid.before["remove_item"] = [lost()]
    remove(world, account)
    assert state(world, account) is ItemState.REMOVING
    with pytest.raises(Refused):
        world.debits.submit(world.actor, order_for(world, account))
    assert world.stripe.intents == []


def test_a_debit_that_was_ordered_before_is_not_sent_after(world: World) -> None:
    account = link(world)
    world.stripe.before["create_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    debit = world.debits.submit(world.actor, order_for(world, account))
    remove(world, account)
    world.debits.resume(world.actor, debit.id)
    assert world.stripe.intents == []
    problem = world.debits.get(world.actor, debit.id).problem
    assert problem is not None
    assert problem.code == "account_ended"


@pytest.mark.parametrize("code", ["ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN"])
def test_what_is_gone_at_plaid_already_is_done(world: World, code: str) -> None:
    account = link(world)
    world.plaid.before["remove_item"] = [refused(code)]
    remove(world, account)
    assert state(world, account) is ItemState.REMOVED
    assert world.stripe.detached == ["ba_1"]


def test_a_token_that_was_changed_meanwhile_is_not_taken_for_a_removed_connection(world: World) -> None:
    account = link(world)
    fresh = Secret("access-sandbox-fresh")

    def change_and_refuse() -> None:
        world.store.items.replace_token(account.item_id, fresh, world.clock.now())

    world.plaid.before["remove_item"] = [refused("INVALID_ACCESS_TOKEN")]
    world.plaid.meanwhile["remove_item"] = change_and_refuse
    remove(world, account)
    assert state(world, account) is ItemState.REMOVING
    world.removals.try_again(world.actor, account.item_id)
    assert world.plaid.removed == [fresh]


def test_what_is_gone_at_stripe_already_is_done(world: World) -> None:
    account = link(world)
    world.stripe.sources["cus_1"].clear()
    remove(world, account)
    assert world.removals.unfinished(world.actor) == []


@pytest.mark.parametrize(("name", "provider"), [("remove_item", "plaid"), ("detach_source", "stripe")])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_is_waited_out(world: World, name: str, provider: str, when: str) -> None:
    account = link(world)
    fake = world.plaid if provider == "plaid" else world.stripe
    getattr(fake, when)[name] = [lost(provider=provider)]
    remove(world, account)
    ((removal, item),) = world.removals.unfinished(world.actor)
    assert item.id == account.item_id
    assert removal.problem is not None
    world.clock.move(TRY_AGAIN)
    assert world.removals.run_due() == 1
    assert world.removals.unfinished(world.actor) == []
    assert (len(world.plaid.removed), world.stripe.detached) == (1, ["ba_1"])


def test_a_definite_no_waits_for_a_person(world: World) -> None:
    account = link(world)
    world.plaid.before["remove_item"] = [refused("INVALID_API_KEYS")]
    remove(world, account)
    world.clock.move(TRY_LATER / 2)
    assert world.removals.run_due() == 0
    world.removals.try_again(world.actor, account.item_id)
    assert world.removals.unfinished(world.actor) == []


@pytest.mark.parametrize("name", ["remove_item", "detach_source"])
def test_a_process_that_dies_between_leaves_a_removal_that_goes_on(world: World, name: str) -> None:
    account = link(world)
    fake = world.plaid if name == "remove_item" else world.stripe
    fake.after[name] = [Killed()]
    with pytest.raises(Killed):
        remove(world, account)
    world.restart()
    world.removals.resume_all()
    assert world.removals.unfinished(world.actor) == []
    assert world.stripe.detached == ["ba_1"]


def test_a_bank_account_that_another_connection_uses_stays_at_stripe(world: World) -> None:
    first = link(world)
    second = world.link(token="public-sandbox-2")
    world.desk.answer_duplicate(world.actor, second.id, DuplicateAnswer.BESIDE)
    again = world.desk.account(world.actor, str(world.get(second).bank_account_id))
    assert again.stripe_bank_account_id == first.stripe_bank_account_id
    remove(world, first)
    assert world.stripe.detached == []
    assert world.desk.account(world.actor, again.id).is_ready
    remove(world, again)
    assert world.stripe.detached == ["ba_1"]
    assert world.desk.account(world.actor, first.id).stripe_status == "detached"


def test_a_connection_without_an_account_is_removed_with_its_attempt(world: World) -> None:
    world.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = world.get(world.link())
    world.removals.remove(world.actor, str(attempt.item_id), "Never used")
    assert len(world.plaid.removed) == 1
    ended = world.get(attempt)
    assert ended.state is AttemptState.FAILED
    assert not world.desk.can_resume(ended)


def test_a_link_that_a_worker_finishes_now_is_not_cut_off(world: World) -> None:
    world.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = world.get(world.link())
    world.store.attempts.take(attempt.id, "somebody", world.clock.real(), world.clock.real() + TRY_AGAIN)
    with pytest.raises(Refused):
        world.removals.remove(world.actor, str(attempt.item_id), "Never used")
    assert world.store.removals.get(str(attempt.item_id)) is None


def test_it_asks_for_the_role_a_proof_and_a_reason(world: World) -> None:
    account = link(world)
    with pytest.raises(AccessDenied):
        world.removals.remove(Actor("Fay", frozenset({Role.FINANCE})), account.item_id, "Closed")
    with pytest.raises(AccessDenied) as denied:
        world.removals.remove(replace(world.actor, proved_until=None), account.item_id, "Closed")
    assert denied.value.code == "proof"
    with pytest.raises(InputError):
        world.removals.remove(world.actor, account.item_id, "  ")
    with pytest.raises(InputError):
        world.removals.remove(world.actor, "item_nobody", "Closed")
    assert world.plaid.removed == []


def test_a_second_press_removes_once(world: World) -> None:
    account = link(world)
    remove(world, account)
    remove(world, account)
    assert (len(world.plaid.removed), world.stripe.detached) == (1, ["ba_1"])


def test_two_workers_remove_once(world: World) -> None:
    account = link(world)
    world.plaid.before["remove_item"] = [lost()]
    remove(world, account)
    world.store.removals.take(account.item_id, "somebody", world.clock.real(), world.clock.real() + TRY_LATER)
    world.clock.move(TRY_AGAIN)
    world.removals.run_due()
    assert world.plaid.calls["remove_item"] == 1
