"""A connection that is removed goes at Plaid and at Stripe, is debited no more, and leaves its history."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.connections.removal_job import KIND
from dashboard.domain.errors import AccessDenied, InputError, ProviderDenied, Refused
from dashboard.domain.jobs import Job, JobState, TryOutcome
from dashboard.domain.models import Actor, AttemptState, BankAccount, Ended, ItemState, Role, Secret
from dashboard.linking import DuplicateAnswer
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import SAVINGS, Killed, lost, refused
from tests.unit.test_debits import order_for


def link(given: DeskFixture, token: str = "public-sandbox-1") -> BankAccount:
    return given.desk.account(given.actor, str(given.link(token=token).bank_account_id))


def remove(given: DeskFixture, account: BankAccount) -> None:
    given.removals.remove(given.actor, account.item_id, "Closed, by phone")


def state(given: DeskFixture, account: BankAccount) -> ItemState:
    item = given.store.items.get(account.item_id)
    assert item is not None
    return item.state


def test_it_goes_at_both_providers_and_its_tokens_are_erased(given: DeskFixture) -> None:
    account = link(given)
    remove(given, account)
    assert [one.reveal() for one in given.plaid.removed] == ["access-sandbox-1"]
    assert given.stripe.detached == ["ba_1"]
    with pytest.raises(Refused):
        given.store.items.access_token(account.item_id)
    tokens = "SELECT link_token, public_token, bank_token FROM link_attempt"
    assert [set(row.values()) for row in given.store.database.handle.query(tokens)] == [{None}]
    assert state(given, account) is ItemState.REMOVED
    removal = given.removals.get(given.actor, account.item_id)
    assert removal is not None
    assert removal.done_at is not None
    assert given.removals.unfinished(given.actor) == []


def test_its_history_stays_and_says_who_why_and_when(given: DeskFixture) -> None:
    account = link(given)
    remove(given, account)
    kept = given.desk.account(given.actor, account.id)
    assert (kept.ended, kept.ended_at, kept.is_ready) == (Ended.REMOVED, given.clock.now(), False)
    assert (kept.stripe_bank_account_id, kept.stripe_status) == ("ba_1", "detached")
    revocation = given.store.revocations.get(account.mandate_id)
    assert revocation is not None
    assert revocation.reason == "Closed, by phone"
    (mandate,) = given.store.mandates.list(account.id)
    assert mandate.status == "inactive"
    actions = [row.action for row in reversed(given.store.trail.read(account.item_id))]
    assert actions == ["item.removed", "item.ended_at_plaid", "item.removal_done"]
    assert "account.detached" in [row.action for row in given.store.trail.read(account.id)]
    assert "Closed" not in str([row.facts for row in given.store.trail.read()]), "a reason is the customer's own"
    assert given.store.trail.verify() == []


def test_nothing_is_debited_from_it_from_the_first_commit_on(given: DeskFixture) -> None:
    account = link(given)
    given.plaid.before["remove_item"] = [lost()]
    remove(given, account)
    assert state(given, account) is ItemState.REMOVING
    with pytest.raises(Refused):
        given.debits.submit(given.actor, order_for(given, account))
    assert given.stripe.intents == []


def test_a_debit_that_was_ordered_before_is_not_sent_after(given: DeskFixture) -> None:
    account = link(given)
    given.stripe.before["create_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    debit = given.debits.submit(given.actor, order_for(given, account))
    remove(given, account)
    given.debits.resume(given.actor, debit.id)
    assert given.stripe.intents == []
    problem = given.debits.get(given.actor, debit.id).problem
    assert problem is not None
    assert problem.code == "account_ended"


@pytest.mark.parametrize("code", ["ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN"])
def test_what_is_gone_at_plaid_already_is_done(given: DeskFixture, code: str) -> None:
    account = link(given)
    given.plaid.before["remove_item"] = [refused(code)]
    remove(given, account)
    assert state(given, account) is ItemState.REMOVED
    assert given.stripe.detached == ["ba_1"]


def test_a_token_that_was_changed_meanwhile_is_not_taken_for_a_removed_connection(given: DeskFixture) -> None:
    account = link(given)
    fresh = Secret("access-sandbox-fresh")

    def change_and_refuse() -> None:
        given.store.items.replace_token(account.item_id, fresh, given.clock.now())

    given.plaid.before["remove_item"] = [refused("INVALID_ACCESS_TOKEN")]
    given.plaid.meanwhile["remove_item"] = change_and_refuse
    remove(given, account)
    assert state(given, account) is ItemState.REMOVING
    given.removals.try_again(given.actor, account.item_id)
    assert given.plaid.removed == [fresh]


def test_what_is_gone_at_stripe_already_is_done(given: DeskFixture) -> None:
    account = link(given)
    given.stripe.sources["cus_1"].clear()
    remove(given, account)
    assert given.removals.unfinished(given.actor) == []


@pytest.mark.parametrize(("name", "provider"), [("remove_item", "plaid"), ("detach_source", "stripe")])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_is_waited_out(given: DeskFixture, name: str, provider: str, when: str) -> None:
    account = link(given)
    fake = given.plaid if provider == "plaid" else given.stripe
    getattr(fake, when)[name] = [lost(provider=provider)]
    remove(given, account)
    ((_, job, item),) = given.removals.unfinished(given.actor)
    assert item.id == account.item_id
    assert job.problem is not None
    assert given.jobs.run_due() == 0, "not at once"
    given.later(timedelta(minutes=1))
    assert given.removals.unfinished(given.actor) == []
    assert (len(given.plaid.removed), given.stripe.detached) == (1, ["ba_1"])


def job_of(given: DeskFixture, account: BankAccount) -> Job:
    job = given.store.jobs.find(KIND, account.item_id)
    assert job is not None
    return job


@pytest.mark.parametrize(("name", "provider"), [("remove_item", "plaid"), ("detach_source", "stripe")])
def test_a_definite_no_is_asked_again_ever_later_and_then_of_a_person(
    given: DeskFixture, name: str, provider: str
) -> None:
    account = link(given)
    fake = given.plaid if provider == "plaid" else given.stripe
    fake.before[name] = [refused("NOT_ALLOWED", provider=provider) for _ in range(99)]
    remove(given, account)
    pauses = []
    while job_of(given, account).state is JobState.BLOCKED:
        before = fake.calls[name]
        job = job_of(given, account)
        assert job.next_at is not None
        pauses.append(job.next_at - given.clock.real())
        given.later(pauses[-1] - timedelta(seconds=1))
        assert fake.calls[name] == before, "not before its turn"
        given.later(timedelta(seconds=1))
    assert pauses == [timedelta(minutes=2**number) for number in range(10)]
    ((asking, item),) = given.removals.asking(given.actor)
    assert given.jobs.kinds[KIND].title(asking) == "Removal of First Platypus Bank"
    assert (asking.tries, item.id, asking.problem and asking.problem.code) == (0, account.item_id, "NOT_ALLOWED")
    given.later(timedelta(days=30))
    assert fake.calls[name] == 11, "it is not asked for ever"
    tries = given.store.jobs.tries(asking.id, asking.step)
    assert [one.outcome for one in tries] == [TryOutcome.REFUSED] * 11, "each try is kept"
    rows = [row for row in given.store.trail.read(account.item_id) if row.action.startswith("item.removal_")]
    assert [row.action for row in rows] == ["item.removal_asks", *["item.removal_waits"] * 10]
    assert {(row.actor, row.address) for row in rows} == {(given.actor.name, "192.0.2.1")}

    fake.before[name] = []
    given.removals.try_again(replace(given.actor, name="Ada", address="192.0.2.7"), account.item_id)
    assert given.removals.unfinished(given.actor) == []
    newest, answered = (
        next(row for row in given.store.trail.read(account.item_id) if row.action == action)
        for action in ("item.removal_done", "item.removal_resumed")
    )
    assert [(row.actor, row.address) for row in (newest, answered)] == [("Ada", "192.0.2.7")] * 2
    given.removals.try_again(given.actor, account.item_id)
    assert given.store.trail.read(account.item_id)[0].action == "item.removal_done", "what is done stays done"


@pytest.mark.parametrize(("name", "provider"), [("remove_item", "plaid"), ("detach_source", "stripe")])
def test_a_wrong_key_only_blocks(given: DeskFixture, name: str, provider: str) -> None:
    account = link(given)
    fake = given.plaid if provider == "plaid" else given.stripe
    fake.before[name] = [ProviderDenied("No.", provider=provider, code="wrong_key") for _ in range(40)]
    remove(given, account)
    for _ in range(39):
        given.later(timedelta(hours=1))
        assert job_of(given, account).state is JobState.BLOCKED
    assert given.removals.asking(given.actor) == [], "the right key ends it, and nobody else can"
    given.later(timedelta(hours=1))
    assert given.removals.unfinished(given.actor) == []


def test_what_is_done_stays_done(given: DeskFixture) -> None:
    account = link(given)
    remove(given, account)
    execute = given.store.database.handle.execute
    for column in ("plaid_at", "done_at"):
        with pytest.raises(sqlite3.IntegrityError):
            execute(f"UPDATE item_removal SET {column} = NULL")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        execute("UPDATE item_removal SET why = 'forgotten'")


@pytest.mark.parametrize("name", ["remove_item", "detach_source"])
def test_a_process_that_dies_between_leaves_a_removal_that_goes_on(given: DeskFixture, name: str) -> None:
    account = link(given)
    fake = given.plaid if name == "remove_item" else given.stripe
    fake.after[name] = [Killed()]
    with pytest.raises(Killed):
        remove(given, account)
    given.restart()
    given.later(timedelta(minutes=4))
    assert given.removals.unfinished(given.actor) == []
    assert given.stripe.detached == ["ba_1"]


def test_a_bank_account_that_another_connection_uses_stays_at_stripe(given: DeskFixture) -> None:
    first = link(given)
    second = given.link(token="public-sandbox-2")
    given.desk.answer_duplicate(given.actor, second.id, DuplicateAnswer.BESIDE)
    again = given.desk.account(given.actor, str(given.get(second).bank_account_id))
    assert again.stripe_bank_account_id == first.stripe_bank_account_id
    remove(given, first)
    assert given.stripe.detached == []
    assert given.desk.account(given.actor, again.id).is_ready
    remove(given, again)
    assert given.stripe.detached == ["ba_1"]
    assert given.desk.account(given.actor, first.id).stripe_status == "detached"


def test_a_connection_without_an_account_is_removed_with_its_attempt(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = given.get(given.link())
    given.removals.remove(given.actor, str(attempt.item_id), "Never used")
    assert len(given.plaid.removed) == 1
    ended = given.get(attempt)
    assert ended.state is AttemptState.FAILED
    assert not given.desk.can_resume(ended)


def test_a_link_that_a_worker_finishes_now_is_not_cut_off(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = given.get(given.link())
    failed = given.store.jobs.find("link", attempt.id)
    assert failed is not None
    again = given.jobs.order_again(given.actor, failed, action="link.resumed")
    assert again is not None
    given.store.jobs.acquire(again.id, "somebody", given.clock.real(), given.clock.real() + timedelta(minutes=1))
    with pytest.raises(Refused):
        given.removals.remove(given.actor, str(attempt.item_id), "Never used")
    assert given.store.removals.get(str(attempt.item_id)) is None


def test_it_asks_for_the_role_a_proof_and_a_reason(given: DeskFixture) -> None:
    account = link(given)
    with pytest.raises(AccessDenied):
        given.removals.remove(Actor("Fay", frozenset({Role.FINANCE})), account.item_id, "Closed")
    with pytest.raises(AccessDenied) as denied:
        given.removals.remove(replace(given.actor, proved_until=None), account.item_id, "Closed")
    assert denied.value.code == "proof"
    with pytest.raises(InputError):
        given.removals.remove(given.actor, account.item_id, "  ")
    with pytest.raises(InputError):
        given.removals.remove(given.actor, "item_nobody", "Closed")
    assert given.plaid.removed == []


def test_a_second_press_removes_once(given: DeskFixture) -> None:
    account = link(given)
    remove(given, account)
    remove(given, account)
    assert (len(given.plaid.removed), given.stripe.detached) == (1, ["ba_1"])


def test_two_workers_remove_once(given: DeskFixture) -> None:
    account = link(given)
    given.plaid.before["remove_item"] = [lost()]
    remove(given, account)
    id, real = job_of(given, account).id, given.clock.real()
    assert given.store.jobs.acquire(id, "elsewhere/1/x/y", real, real + timedelta(hours=1))
    given.later(timedelta(minutes=1))
    given.jobs.run(id)
    assert given.plaid.calls["remove_item"] == 1


def test_a_bank_account_stays_at_stripe_while_another_bank_of_the_customer_is_attached(given: DeskFixture) -> None:
    account = link(given)
    given.stripe.meanwhile["attach_source"] = lambda: remove(given, account)
    given.plaid.offered = [SAVINGS]
    given.link(SAVINGS, token="public-sandbox-2")
    assert given.stripe.detached == [] and job_of(given, account).state is JobState.BLOCKED
    given.later(timedelta(minutes=1))
    assert given.removals.unfinished(given.actor) == []
    assert given.stripe.detached == [], "both turned out to be one bank account at Stripe"
