"""Relink, renewal and replacement: what the customer mends or links anew goes on as the same account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.errors import Refused
from dashboard.gateways.replies import LinkSessions, ProviderAccount
from dashboard.hosted import ASK_EVERY, HostedLinks
from dashboard.mandates import Mandates
from dashboard.models import AttemptKind, AttemptState, BankAccount, Ended, ItemState, LinkAttempt
from dashboard.onboarding import DuplicateAnswer
from dashboard.onboarding.mending import match_accounts
from dashboard.standing import DEACTIVATED
from tests.unit.fakes import CHECKING, SAVINGS, Killed, lost
from tests.unit.test_debits import order_for
from tests.unit.worlds import World

TOKENIZED = {**CHECKING, "persistent_id": "same-at-the-bank"}


@pytest.fixture
def account(world: World) -> BankAccount:
    return world.desk.account(world.actor, str(world.link().bank_account_id))


@pytest.fixture
def broken(world: World, account: BankAccount) -> BankAccount:
    world.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    world.health.ask_due()
    return account


def sign_in_again(world: World, account: BankAccount, **more: Any) -> LinkAttempt:
    opening = world.desk.relink(world.actor, account.item_id)
    world.plaid.item_error = more.get("still")
    return world.desk.report(
        world.actor, opening.attempt_id, world.outcome(token=f"public-sandbox-{opening.attempt_id}"), {}
    )


def now(world: World, account: BankAccount) -> BankAccount:
    return world.desk.account(world.actor, account.id)


def debit(world: World, account: BankAccount) -> None:
    world.debits.submit(world.actor, order_for(world, now(world, account)))


# Relink.


def test_a_connection_is_mended_under_its_own_token_and_nothing_is_exchanged(world: World, broken: BankAccount) -> None:
    attempt = sign_in_again(world, broken)
    assert (attempt.kind, attempt.state, attempt.bank_account_id) == (
        AttemptKind.RELINK,
        AttemptState.AUTHORIZED,
        broken.id,
    )
    assert world.plaid.calls["exchange"] == 1
    assert world.plaid.opened[-1]["access_token"].reveal() == "access-sandbox-1"
    assert world.store.items.access_token(broken.item_id).reveal() == "access-sandbox-1"
    work = world.store.attempts.work(attempt.id)
    assert work is not None
    assert work.public_token is None
    debit(world, broken)
    actions = [row.action for row in reversed(world.store.trail.read(attempt.id))]
    assert actions == ["relink.opened", "relink.success", "relink.repaired"]


def test_ids_that_the_bank_gave_anew_are_found_again(world: World, broken: BankAccount) -> None:
    world.plaid.offered = [{**SAVINGS}, {**CHECKING, "id": "acc-new"}]
    sign_in_again(world, broken)
    assert now(world, broken).plaid_account_id == "acc-new"
    (row,) = [row for row in world.store.trail.read(broken.id) if row.action == "account.remapped"]
    assert row.facts["after"] == {"plaid_account": "acc-new"}


def test_an_account_that_is_no_longer_shared_is_said_and_not_debited(world: World, broken: BankAccount) -> None:
    world.plaid.offered = [SAVINGS]
    attempt = sign_in_again(world, broken)
    assert (attempt.state, attempt.bank_account_id) == (AttemptState.AUTHORIZED, None)
    with pytest.raises(Refused, match="no longer lists"):
        debit(world, broken)
    world.plaid.offered = [CHECKING]
    sign_in_again(world, broken)
    assert world.plaid.opened[-1]["select_accounts"], "the customer can share it again"
    debit(world, broken)
    assert not world.plaid.opened[-2]["select_accounts"]


def test_a_bank_that_still_refuses_leaves_it_unwell(world: World, broken: BankAccount) -> None:
    attempt = sign_in_again(world, broken, still="ITEM_LOGIN_REQUIRED")
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    with pytest.raises(Refused):
        debit(world, broken)
    world.plaid.item_error = None
    assert world.desk.resume(world.actor, attempt.id).state is AttemptState.AUTHORIZED


def test_leaving_the_sign_in_changes_nothing(world: World, broken: BankAccount) -> None:
    opening = world.desk.relink(world.actor, broken.item_id)
    left = {"id": "outcome-exit", "kind": "exit", "metadata": {"status": "requires_credentials"}}
    attempt = world.desk.report(world.actor, opening.attempt_id, left, {})
    assert attempt.state is AttemptState.EXITED
    assert now(world, broken).plaid_account_id == broken.plaid_account_id


def test_a_second_report_of_the_same_opening_makes_no_second_link(world: World, broken: BankAccount) -> None:
    attempt = sign_in_again(world, broken)
    again = world.desk.report(world.actor, attempt.id, world.outcome(token="public-sandbox-other"), {})
    assert again.id == attempt.id
    assert [one.kind for one in world.desk.recent(world.actor)] == [AttemptKind.RELINK, AttemptKind.LINK]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_or_a_death_while_it_is_mended_is_gone_on_with(world: World, broken: BankAccount, when: str) -> None:
    getattr(world.plaid, when)["item"] = [lost(maybe_done=False)]
    attempt = sign_in_again(world, broken)
    assert attempt.state is AttemptState.RECEIVED
    getattr(world.plaid, when)["item"] = [Killed()]
    with pytest.raises(Killed):
        world.desk.resume(world.actor, attempt.id)
    world.restart().resume_all()
    assert world.get(attempt).state is AttemptState.AUTHORIZED


def test_it_is_mended_on_the_customers_phone_too(world: World, broken: BankAccount) -> None:
    hosted = HostedLinks(world.store, world.plaid, world.desk, world.clock)
    id = hosted.relink(world.actor, broken.item_id)
    assert hosted.show(world.actor, world.desk.get(world.actor, id)) is not None
    left = {"error": None, "metadata": {"status": "requires_credentials"}}
    world.plaid.sessions = LinkSessions((), left, True)
    hosted.ask_due()
    assert world.desk.get(world.actor, id).state is AttemptState.EXITED
    world.plaid.item_error = None
    world.plaid.sessions = LinkSessions((), left, True, True)
    world.clock.move(ASK_EVERY)
    hosted.ask_due()
    assert world.desk.get(world.actor, id).state is AttemptState.AUTHORIZED
    world.clock.move(ASK_EVERY)
    assert hosted.ask_due() == 0
    debit(world, broken)


def test_a_removed_connection_is_not_mended(world: World, account: BankAccount) -> None:
    world.removals.remove(world.actor, account.item_id, "Closed")
    with pytest.raises(Refused):
        world.desk.relink(world.actor, account.item_id)


def test_the_classic_generation_links_anew_instead(classic: World) -> None:
    account = classic.desk.account(classic.actor, str(classic.link(account_id="acc-1").bank_account_id))
    with pytest.raises(Refused) as refusal:
        classic.desk.relink(classic.actor, account.item_id)
    assert refusal.value.code == "no_update_mode"
    assert [one.kind for one in classic.desk.recent(classic.actor)] == [AttemptKind.LINK]


# Renewal.


def change_number(world: World) -> None:
    world.stripe.fingerprint = "fp-new"


def test_a_changed_number_gets_a_new_bank_account_under_the_same_authorization(
    world: World, account: BankAccount
) -> None:
    given = world.store.mandates.list(account.id)[0]
    world.clock.move(timedelta(days=40))
    change_number(world)
    world.desk.renew(world.actor, account.id)
    renewed = now(world, account)
    assert (renewed.stripe_bank_account_id, renewed.fingerprint) == ("ba_2", "fp-new")
    assert renewed.is_ready
    assert world.stripe.detached == ["ba_1"]
    new, old = world.store.mandates.list(account.id)
    assert (new.stripe_mandate_id, old.status) == (renewed.mandate_id, "inactive")
    assert (new.text, new.text_version, new.accepted_at, new.acceptance) == (
        given.text,
        given.text_version,
        given.accepted_at,
        given.acceptance,
    )
    assert new.evidence["carried_from"] == given.stripe_mandate_id
    debit(world, account)
    assert world.stripe.intents[-1]["payment_method"] == "ba_2"


def test_a_number_that_is_still_the_same_changes_nothing(world: World, account: BankAccount) -> None:
    world.desk.renew(world.actor, account.id)
    same = now(world, account)
    assert (same.stripe_bank_account_id, same.mandate_id) == ("ba_1", account.mandate_id)
    assert (world.stripe.detached, len(world.store.mandates.list(account.id))) == ([], 1)


@pytest.mark.parametrize("name", ["make_stripe_token", "attach_source", "detach_source", "create_setup_intent"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_in_a_renewal_is_gone_on_with_and_nothing_is_debited_meanwhile(
    world: World, account: BankAccount, name: str, when: str
) -> None:
    change_number(world)
    fake = world.plaid if name == "make_stripe_token" else world.stripe
    getattr(fake, when)[name] = [Killed()]
    with pytest.raises(Killed):
        world.desk.renew(world.actor, account.id)
    with pytest.raises(Refused, match=r"number|authorization|ready"):
        debit(world, account)
    world.restart().resume_all()
    assert now(world, account).is_ready
    assert [one["id"] for one in world.stripe.sources["cus_1"]] == [now(world, account).stripe_bank_account_id]
    assert len(world.stripe.setup_intents) == 2


def test_a_renewal_that_a_removal_cuts_off_leaves_nothing_at_stripe(world: World, account: BankAccount) -> None:
    change_number(world)
    world.stripe.before["detach_source"] = [lost(maybe_done=False, provider="stripe")]
    world.desk.renew(world.actor, account.id)
    world.removals.remove(world.actor, account.item_id, "Closed")
    assert world.stripe.sources["cus_1"] == []
    assert world.removals.unfinished(world.actor) == []


def test_a_tokenized_bank_is_renewed_after_each_sign_in(world: World, broken: BankAccount) -> None:
    world.plaid.offered = [TOKENIZED]
    change_number(world)
    sign_in_again(world, broken)
    assert now(world, broken).stripe_bank_account_id == "ba_2"
    assert now(world, broken).is_ready


def test_plaids_word_that_a_number_changed_renews_it_once(world: World, account: BankAccount) -> None:
    change_number(world)
    assert world.health.numbers_changed("plaid-item-1", ["acc-1", "acc-of-another"]) == 1
    assert now(world, account).stripe_bank_account_id == "ba_2"
    assert world.health.numbers_changed("plaid-item-of-another", ["acc-1"]) == 0


def test_stripes_word_that_a_number_was_switched_off_renews_it(world: World, account: BankAccount) -> None:
    world.stripe.sources["cus_1"][0]["status"] = DEACTIVATED
    change_number(world)
    assert world.health.look_at_stripe(account.id)
    assert (now(world, account).stripe_bank_account_id, now(world, account).stripe_status) == ("ba_2", "verified")


def test_what_stripe_says_of_an_account_is_kept(world: World, account: BankAccount) -> None:
    world.stripe.sources["cus_1"][0]["status"] = "errored"
    assert not world.health.look_at_stripe(account.id)
    assert now(world, account).stripe_status == "errored"


def test_without_an_authorization_nothing_is_renewed(world: World, account: BankAccount) -> None:
    Mandates(world.store, world.clock, world.settings).revoke(world.actor, account.id, "By phone")
    with pytest.raises(Refused):
        world.desk.renew(world.actor, account.id)
    assert world.health.numbers_changed("plaid-item-1", ["acc-1"]) == 0


# Replace.


def link_again(world: World, answer: DuplicateAnswer) -> LinkAttempt:
    return link_again_from(world, "public-sandbox-2", answer)


def link_again_from(world: World, token: str, answer: DuplicateAnswer) -> LinkAttempt:
    second = world.link(token=token)
    return world.desk.answer_duplicate(world.actor, second.id, answer)


def test_replacing_takes_the_old_connection_down_once_the_new_account_is_ready(
    world: World, account: BankAccount
) -> None:
    before = order_for(world, account)
    attempt = link_again(world, DuplicateAnswer.REPLACE)
    old, new = now(world, account), world.desk.account(world.actor, str(attempt.bank_account_id))
    assert (old.ended, old.replaced_by, new.is_ready) == (Ended.REPLACED, new.id, True)
    assert [one.reveal() for one in world.plaid.removed] == ["access-sandbox-1"]
    assert world.stripe.detached == [], "Stripe says that it is the same bank account, so it stays"
    with pytest.raises(Refused, match="newer"):
        world.debits.submit(world.actor, before)
    debit(world, new)


def test_a_replaced_bank_account_of_its_own_is_detached(world: World, account: BankAccount) -> None:
    change_number(world)
    link_again(world, DuplicateAnswer.REPLACE)
    assert world.stripe.detached == ["ba_1"]


@pytest.mark.parametrize("name", ["exchange", "attach_source", "create_setup_intent", "remove_item", "detach_source"])
def test_a_death_in_a_replacement_leaves_one_account_ready(world: World, account: BankAccount, name: str) -> None:
    change_number(world)
    second = world.link(token="public-sandbox-2")
    fake = world.plaid if name in {"exchange", "remove_item"} else world.stripe
    world.plaid.keep_session("public-sandbox-2")
    fake.after[name] = [Killed()]
    with pytest.raises(Killed):
        world.desk.answer_duplicate(world.actor, second.id, DuplicateAnswer.REPLACE)
    world.restart().resume_all()
    world.removals.resume_all()
    ready = [one for one in world.desk.accounts(world.actor) if one.is_ready]
    assert len(ready) == 1
    if name == "exchange":  # the token was spent and its answer lost: the old account must stay
        assert ready[0].id == account.id
    else:
        assert ready[0].id != account.id
        assert world.removals.unfinished(world.actor) == []


def test_a_link_that_fails_leaves_the_old_account_as_it_was(world: World, account: BankAccount) -> None:
    world.stripe.source_status = "new"
    change_number(world)
    attempt = link_again(world, DuplicateAnswer.REPLACE)
    assert attempt.state is AttemptState.FAILED
    assert world.plaid.removed == []
    debit(world, account)


def test_using_the_linked_one_keeps_it_and_has_it_asked_soon(world: World, account: BankAccount) -> None:
    world.health.ask_due()
    attempt = link_again(world, DuplicateAnswer.USE)
    assert attempt.bank_account_id == account.id
    world.plaid.item_error = "ITEM_LOGIN_REQUIRED"  # the bank has ended it by that sign-in
    assert world.health.ask_due() == 1
    with pytest.raises(Refused):
        debit(world, account)


def test_a_linked_account_that_cannot_be_debited_is_not_used_in_silence(world: World, account: BankAccount) -> None:
    Mandates(world.store, world.clock, world.settings).revoke(world.actor, account.id, "By phone")
    attempt = link_again(world, DuplicateAnswer.USE)
    assert attempt.state is AttemptState.EXITED
    assert attempt.problem is not None
    assert attempt.problem.code == "mandate_revoked"
    replaced = link_again_from(world, "public-sandbox-3", DuplicateAnswer.REPLACE)
    assert world.desk.account(world.actor, str(replaced.bank_account_id)).is_ready


def test_a_bank_whose_new_link_killed_the_old_one_leaves_no_dead_account_ready(
    world: World, account: BankAccount
) -> None:
    world.plaid.item_error, world.plaid.item_reason = "ITEM_LOGIN_REQUIRED", "OAUTH_INVALID_TOKEN"
    attempt = world.link(token="public-sandbox-2")
    assert attempt.state is AttemptState.AUTHORIZED
    assert now(world, account).ended is Ended.REPLACED
    item = world.store.items.get(account.item_id)
    assert item is not None
    assert item.state is ItemState.REMOVED


def test_an_account_that_was_removed_is_no_duplicate(world: World, account: BankAccount) -> None:
    world.removals.remove(world.actor, account.item_id, "Closed")
    attempt = world.link(token="public-sandbox-2")
    assert attempt.state is AttemptState.AUTHORIZED
    assert world.desk.account(world.actor, str(attempt.bank_account_id)).is_ready


# Matching.


def offer(id: str, name: str, mask: str | None, persistent: str | None = None) -> ProviderAccount:
    return ProviderAccount(id, name, mask, "depository", "checking", None, None, None, persistent)


def test_no_account_is_taken_for_another(world: World, account: BankAccount) -> None:
    same_looks = [offer("new-1", account.name, account.mask), offer("new-2", account.name, account.mask)]
    assert match_accounts([account], same_looks) == {}, "two look alike: a person has to say"
    by_id = offer(account.plaid_account_id, "Renamed", "9999")
    assert match_accounts([account], [*same_looks, by_id]) == {account.id: by_id}
