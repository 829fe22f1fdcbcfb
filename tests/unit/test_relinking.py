"""Relink, renewal and replacement: what the customer relinks or links anew goes on as the same account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.accounts.eligibility import DEACTIVATED
from dashboard.domain.errors import Refused
from dashboard.domain.models import AttemptKind, AttemptState, BankAccount, Ended, ItemState, LinkAttempt
from dashboard.gateways.plaid_replies import LinkSessions, ProviderAccount
from dashboard.linking import DuplicateAnswer
from dashboard.linking.hosted import ASK_EVERY, HostedLinks
from dashboard.linking.relinking import match_accounts
from dashboard.mandates import Mandates
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING, SAVINGS, Killed, lost
from tests.unit.test_debits import order_for

TOKENIZED = {**CHECKING, "persistent_id": "same-at-the-bank"}


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


@pytest.fixture
def broken(given: DeskFixture, account: BankAccount) -> BankAccount:
    given.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    given.health.ask_due()
    return account


def sign_in_again(given: DeskFixture, account: BankAccount, **more: Any) -> LinkAttempt:
    opening = given.desk.relink(given.actor, account.item_id)
    given.plaid.item_error = more.get("still")
    return given.desk.report(
        given.actor, opening.attempt_id, given.outcome(token=f"public-sandbox-{opening.attempt_id}"), {}
    )


def now(given: DeskFixture, account: BankAccount) -> BankAccount:
    return given.desk.account(given.actor, account.id)


def debit(given: DeskFixture, account: BankAccount) -> None:
    given.debits.submit(given.actor, order_for(given, now(given, account)))


# Relink.


def test_a_connection_is_mended_under_its_own_token_and_nothing_is_exchanged(
    given: DeskFixture, broken: BankAccount
) -> None:
    attempt = sign_in_again(given, broken)
    assert (attempt.kind, attempt.state, attempt.bank_account_id) == (
        AttemptKind.RELINK,
        AttemptState.AUTHORIZED,
        broken.id,
    )
    assert given.plaid.calls["exchange"] == 1
    assert given.plaid.opened[-1]["access_token"].reveal() == "access-sandbox-1"
    assert given.store.items.access_token(broken.item_id).reveal() == "access-sandbox-1"
    work = given.store.attempts.work(attempt.id)
    assert work is not None
    assert work.public_token is None
    debit(given, broken)
    actions = [row.action for row in reversed(given.store.trail.read(attempt.id))]
    assert actions == ["relink.opened", "relink.success", "relink.repaired"]


def test_ids_that_the_bank_gave_anew_are_found_again(given: DeskFixture, broken: BankAccount) -> None:
    given.plaid.offered = [{**SAVINGS}, {**CHECKING, "id": "acc-new"}]
    sign_in_again(given, broken)
    assert now(given, broken).plaid_account_id == "acc-new"
    (row,) = [row for row in given.store.trail.read(broken.id) if row.action == "account.remapped"]
    assert row.facts["after"] == {"plaid_account": "acc-new"}


def test_an_account_that_is_no_longer_shared_is_said_and_not_debited(given: DeskFixture, broken: BankAccount) -> None:
    given.plaid.offered = [SAVINGS]
    attempt = sign_in_again(given, broken)
    assert (attempt.state, attempt.bank_account_id) == (AttemptState.AUTHORIZED, None)
    with pytest.raises(Refused, match="no longer lists"):
        debit(given, broken)
    given.plaid.offered = [CHECKING]
    sign_in_again(given, broken)
    assert given.plaid.opened[-1]["select_accounts"], "the customer can share it again"
    debit(given, broken)
    assert not given.plaid.opened[-2]["select_accounts"]


def test_a_bank_that_still_refuses_leaves_it_unwell(given: DeskFixture, broken: BankAccount) -> None:
    attempt = sign_in_again(given, broken, still="ITEM_LOGIN_REQUIRED")
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    with pytest.raises(Refused):
        debit(given, broken)
    given.plaid.item_error = None
    assert given.desk.resume(given.actor, attempt.id).state is AttemptState.AUTHORIZED


def test_leaving_the_sign_in_changes_nothing(given: DeskFixture, broken: BankAccount) -> None:
    opening = given.desk.relink(given.actor, broken.item_id)
    left = {"id": "outcome-exit", "kind": "exit", "metadata": {"status": "requires_credentials"}}
    attempt = given.desk.report(given.actor, opening.attempt_id, left, {})
    assert attempt.state is AttemptState.EXITED
    assert now(given, broken).plaid_account_id == broken.plaid_account_id


def test_a_second_report_of_the_same_opening_makes_no_second_link(given: DeskFixture, broken: BankAccount) -> None:
    attempt = sign_in_again(given, broken)
    again = given.desk.report(given.actor, attempt.id, given.outcome(token="public-sandbox-other"), {})
    assert again.id == attempt.id
    assert [one.kind for one in given.desk.recent(given.actor)] == [AttemptKind.RELINK, AttemptKind.LINK]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_or_a_death_while_it_is_mended_is_gone_on_with(
    given: DeskFixture, broken: BankAccount, when: str
) -> None:
    getattr(given.plaid, when)["item"] = [lost(maybe_done=False)]
    attempt = sign_in_again(given, broken)
    assert attempt.state is AttemptState.RECEIVED
    getattr(given.plaid, when)["item"] = [Killed()]
    with pytest.raises(Killed):
        given.desk.resume(given.actor, attempt.id)
    given.restart()
    given.jobs.run_due()
    assert given.get(attempt).state is AttemptState.AUTHORIZED


def test_it_is_mended_on_the_customers_phone_too(given: DeskFixture, broken: BankAccount) -> None:
    hosted = HostedLinks(given.store, given.plaid, given.desk, given.clock)
    id = hosted.relink(given.actor, broken.item_id)
    assert hosted.show(given.actor, given.desk.get(given.actor, id)) is not None
    left = {"error": None, "metadata": {"status": "requires_credentials"}}
    given.plaid.sessions = LinkSessions((), left, True)
    hosted.ask_due()
    assert given.desk.get(given.actor, id).state is AttemptState.EXITED
    given.plaid.item_error = None
    given.plaid.sessions = LinkSessions((), left, True, True)
    given.clock.move(ASK_EVERY)
    hosted.ask_due()
    assert given.desk.get(given.actor, id).state is AttemptState.AUTHORIZED
    given.clock.move(ASK_EVERY)
    assert hosted.ask_due() == 0
    debit(given, broken)


def test_a_removed_connection_is_not_mended(given: DeskFixture, account: BankAccount) -> None:
    given.removals.remove(given.actor, account.item_id, "Closed")
    with pytest.raises(Refused):
        given.desk.relink(given.actor, account.item_id)


def test_the_classic_generation_links_anew_instead(classic: DeskFixture) -> None:
    account = classic.desk.account(classic.actor, str(classic.link(account_id="acc-1").bank_account_id))
    with pytest.raises(Refused) as refusal:
        classic.desk.relink(classic.actor, account.item_id)
    assert refusal.value.code == "no_update_mode"
    assert [one.kind for one in classic.desk.recent(classic.actor)] == [AttemptKind.LINK]


# Renewal.


def change_number(given: DeskFixture) -> None:
    given.stripe.fingerprint = "fp-new"


def test_a_changed_number_gets_a_new_bank_account_under_the_same_authorization(
    given: DeskFixture, account: BankAccount
) -> None:
    earlier = given.store.mandates.list(account.id)[0]
    given.clock.move(timedelta(days=40))
    change_number(given)
    given.desk.renew(given.actor, account.id)
    renewed = now(given, account)
    assert (renewed.stripe_bank_account_id, renewed.fingerprint) == ("ba_2", "fp-new")
    assert renewed.is_ready
    assert given.stripe.detached == ["ba_1"]
    new, old = given.store.mandates.list(account.id)
    assert (new.stripe_mandate_id, old.status) == (renewed.mandate_id, "inactive")
    assert (new.text, new.text_version, new.accepted_at, new.acceptance) == (
        earlier.text,
        earlier.text_version,
        earlier.accepted_at,
        earlier.acceptance,
    )
    assert new.evidence["carried_from"] == earlier.stripe_mandate_id
    debit(given, account)
    assert given.stripe.intents[-1]["payment_method"] == "ba_2"


def test_a_number_that_is_still_the_same_changes_nothing(given: DeskFixture, account: BankAccount) -> None:
    given.desk.renew(given.actor, account.id)
    same = now(given, account)
    assert (same.stripe_bank_account_id, same.mandate_id) == ("ba_1", account.mandate_id)
    assert (given.stripe.detached, len(given.store.mandates.list(account.id))) == ([], 1)


@pytest.mark.parametrize("name", ["make_stripe_token", "attach_source", "detach_source", "create_setup_intent"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_in_a_renewal_is_gone_on_with_and_nothing_is_debited_meanwhile(
    given: DeskFixture, account: BankAccount, name: str, when: str
) -> None:
    change_number(given)
    fake = given.plaid if name == "make_stripe_token" else given.stripe
    getattr(fake, when)[name] = [Killed()]
    with pytest.raises(Killed):
        given.desk.renew(given.actor, account.id)
    with pytest.raises(Refused, match=r"number|authorization|ready"):
        debit(given, account)
    given.restart()
    given.jobs.run_due()
    assert now(given, account).is_ready
    assert [one["id"] for one in given.stripe.sources["cus_1"]] == [now(given, account).stripe_bank_account_id]
    assert len(given.stripe.setup_intents) == 2


def test_a_renewal_that_a_removal_cuts_off_leaves_nothing_at_stripe(given: DeskFixture, account: BankAccount) -> None:
    change_number(given)
    given.stripe.before["detach_source"] = [lost(maybe_done=False, provider="stripe")]
    given.desk.renew(given.actor, account.id)
    given.removals.remove(given.actor, account.item_id, "Closed")
    assert given.stripe.sources["cus_1"] == []
    assert given.removals.unfinished(given.actor) == []


def test_a_tokenized_bank_is_renewed_after_each_sign_in(given: DeskFixture, broken: BankAccount) -> None:
    given.plaid.offered = [TOKENIZED]
    change_number(given)
    sign_in_again(given, broken)
    assert now(given, broken).stripe_bank_account_id == "ba_2"
    assert now(given, broken).is_ready


def test_plaids_word_that_a_number_changed_renews_it_once(given: DeskFixture, account: BankAccount) -> None:
    change_number(given)
    assert given.health.numbers_changed("plaid-item-1", ["acc-1", "acc-of-another"]) == 1
    assert now(given, account).stripe_bank_account_id == "ba_2"
    assert given.health.numbers_changed("plaid-item-of-another", ["acc-1"]) == 0


def test_stripes_word_that_a_number_was_switched_off_renews_it(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.sources["cus_1"][0]["status"] = DEACTIVATED
    change_number(given)
    assert given.health.check_at_stripe(account.id)
    assert (now(given, account).stripe_bank_account_id, now(given, account).stripe_status) == ("ba_2", "verified")


def test_what_stripe_says_of_an_account_is_kept(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.sources["cus_1"][0]["status"] = "errored"
    assert not given.health.check_at_stripe(account.id)
    assert now(given, account).stripe_status == "errored"


def test_without_an_authorization_nothing_is_renewed(given: DeskFixture, account: BankAccount) -> None:
    Mandates(given.store, given.clock, given.settings).revoke(given.actor, account.id, "By phone")
    with pytest.raises(Refused):
        given.desk.renew(given.actor, account.id)
    assert given.health.numbers_changed("plaid-item-1", ["acc-1"]) == 0


# Replace.


def link_again(given: DeskFixture, answer: DuplicateAnswer) -> LinkAttempt:
    return link_again_from(given, "public-sandbox-2", answer)


def link_again_from(given: DeskFixture, token: str, answer: DuplicateAnswer) -> LinkAttempt:
    second = given.link(token=token)
    return given.desk.answer_duplicate(given.actor, second.id, answer)


def test_replacing_takes_the_old_connection_down_once_the_new_account_is_ready(
    given: DeskFixture, account: BankAccount
) -> None:
    before = order_for(given, account)
    attempt = link_again(given, DuplicateAnswer.REPLACE)
    old, new = now(given, account), given.desk.account(given.actor, str(attempt.bank_account_id))
    assert (old.ended, old.replaced_by, new.is_ready) == (Ended.REPLACED, new.id, True)
    assert [one.reveal() for one in given.plaid.removed] == ["access-sandbox-1"]
    assert given.stripe.detached == [], "Stripe says that it is the same bank account, so it stays"
    with pytest.raises(Refused, match="newer"):
        given.debits.submit(given.actor, before)
    debit(given, new)


def test_a_replaced_bank_account_of_its_own_is_detached(given: DeskFixture, account: BankAccount) -> None:
    change_number(given)
    link_again(given, DuplicateAnswer.REPLACE)
    assert given.stripe.detached == ["ba_1"]


@pytest.mark.parametrize("name", ["exchange", "attach_source", "create_setup_intent", "remove_item", "detach_source"])
def test_a_death_in_a_replacement_leaves_one_account_ready(given: DeskFixture, account: BankAccount, name: str) -> None:
    change_number(given)
    second = given.link(token="public-sandbox-2")
    fake = given.plaid if name in {"exchange", "remove_item"} else given.stripe
    given.plaid.keep_session("public-sandbox-2")
    fake.after[name] = [Killed()]
    with pytest.raises(Killed):
        given.desk.answer_duplicate(given.actor, second.id, DuplicateAnswer.REPLACE)
    given.restart()
    given.jobs.run_due()
    given.later()
    ready = [one for one in given.desk.accounts(given.actor) if one.is_ready]
    assert len(ready) == 1
    if name == "exchange":  # the token was spent and its answer lost: the old account must stay
        assert ready[0].id == account.id
    else:
        assert ready[0].id != account.id
        assert given.removals.unfinished(given.actor) == []


def test_a_link_that_fails_leaves_the_old_account_as_it_was(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.source_status = "new"
    change_number(given)
    attempt = link_again(given, DuplicateAnswer.REPLACE)
    assert attempt.state is AttemptState.FAILED
    assert given.plaid.removed == []
    debit(given, account)


def test_using_the_linked_one_keeps_it_and_has_it_asked_soon(given: DeskFixture, account: BankAccount) -> None:
    given.health.ask_due()
    attempt = link_again(given, DuplicateAnswer.USE)
    assert attempt.bank_account_id == account.id
    given.plaid.item_error = "ITEM_LOGIN_REQUIRED"  # the bank has ended it by that sign-in
    assert given.health.ask_due() == 1
    with pytest.raises(Refused):
        debit(given, account)


def test_a_linked_account_that_cannot_be_debited_is_not_used_in_silence(
    given: DeskFixture, account: BankAccount
) -> None:
    Mandates(given.store, given.clock, given.settings).revoke(given.actor, account.id, "By phone")
    attempt = link_again(given, DuplicateAnswer.USE)
    assert attempt.state is AttemptState.EXITED
    assert attempt.problem is not None
    assert attempt.problem.code == "mandate_revoked"
    replaced = link_again_from(given, "public-sandbox-3", DuplicateAnswer.REPLACE)
    assert given.desk.account(given.actor, str(replaced.bank_account_id)).is_ready


def test_a_bank_whose_new_link_killed_the_old_one_leaves_no_dead_account_ready(
    given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.item_error, given.plaid.item_reason = "ITEM_LOGIN_REQUIRED", "OAUTH_INVALID_TOKEN"
    attempt = given.link(token="public-sandbox-2")
    assert attempt.state is AttemptState.AUTHORIZED
    assert now(given, account).ended is Ended.REPLACED
    item = given.store.items.get(account.item_id)
    assert item is not None
    assert item.state is ItemState.REMOVED


def test_an_account_that_was_removed_is_no_duplicate(given: DeskFixture, account: BankAccount) -> None:
    given.removals.remove(given.actor, account.item_id, "Closed")
    attempt = given.link(token="public-sandbox-2")
    assert attempt.state is AttemptState.AUTHORIZED
    assert given.desk.account(given.actor, str(attempt.bank_account_id)).is_ready


# Matching.


def offer(id: str, name: str, mask: str | None, persistent: str | None = None) -> ProviderAccount:
    return ProviderAccount(id, name, mask, "depository", "checking", None, None, None, persistent)


def test_no_account_is_taken_for_another(given: DeskFixture, account: BankAccount) -> None:
    same_looks = [offer("new-1", account.name, account.mask), offer("new-2", account.name, account.mask)]
    assert match_accounts([account], same_looks) == {}, "two look alike: a person has to say"
    by_id = offer(account.plaid_account_id, "Renamed", "9999")
    assert match_accounts([account], [*same_looks, by_id]) == {account.id: by_id}
