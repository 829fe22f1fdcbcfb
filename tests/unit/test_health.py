"""Health: asked once a day and after a hint, kept with its time, listed with what to do, and a reason not to debit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.accounts.eligibility import CONSENT_SOON, DEACTIVATED, Eligibility
from dashboard.accounts.item_state import STATES
from dashboard.connections.health import AFTER_SILENCE, PER_TURN, Action, HealthWatch
from dashboard.domain.errors import AccessDenied, ProviderError, Refused
from dashboard.domain.models import Actor, BankAccount, ItemState, Role, Secret
from dashboard.gateways.plaid_replies import ItemHealth
from dashboard.messages.say_to_customer import customer_sentence
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING, lost, refused
from tests.unit.test_debits import order_for


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


@pytest.fixture
def health(given: DeskFixture) -> HealthWatch:
    return given.health


def state(given: DeskFixture, account: BankAccount) -> ItemState:
    item = given.store.items.get(account.item_id)
    assert item is not None
    return item.state


def test_each_connection_is_asked_once_a_day_and_counted(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    assert health.tally(given.actor).unasked == 1
    assert health.ask_due() == 1
    for _ in range(10):
        assert health.ask_due() == 0
    tally = health.tally(given.actor)
    assert (tally.connections, tally.working, tally.unasked) == (1, 1, 0)
    assert health.asked_today(given.actor) == 1
    assert tally.oldest_answer == given.clock.now()
    given.clock.move(timedelta(days=1))
    assert health.ask_due() == 1
    assert given.plaid.calls["item"] == 2


def test_a_turn_asks_about_a_few_at_most(given: DeskFixture, health: HealthWatch) -> None:
    for number in range(PER_TURN + 2):
        given.customer = given.add_customer(f"Cy {number}", f"cy{number}@example.com", f"M-{number}")
        given.link(token=f"public-sandbox-m{number}")
    assert health.ask_due() == PER_TURN
    assert health.ask_due() == 2


def test_two_processes_ask_once(given: DeskFixture, account: BankAccount, health: HealthWatch) -> None:
    day = given.clock.now().date()
    assert given.store.health.acquire(account.item_id, given.clock.now(), given.clock.now() + AFTER_SILENCE, day)
    assert health.ask_due() == 0


def test_of_two_that_saw_the_same_turn_one_asks(given: DeskFixture, account: BankAccount) -> None:
    now, take = given.clock.now(), given.store.health.acquire
    assert given.store.health.due(now, 1) == [account.item_id]
    assert take(account.item_id, now, now + AFTER_SILENCE, now.date())
    assert not take(account.item_id, now, now + AFTER_SILENCE, now.date())


def test_a_hint_while_plaid_is_being_asked_is_not_lost(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    straight = given.plaid.item

    def item(access_token: Secret) -> ItemHealth:
        answer = straight(access_token)
        assert health.hint("plaid-item-1"), "what Plaid answered was true a moment ago"
        return answer

    given.plaid.item = item  # type: ignore[method-assign]  # the provider's answer is on its way when the hint comes
    assert health.ask_due() == 1
    given.plaid.item = straight  # type: ignore[method-assign]
    assert health.ask_due() == 1
    assert health.ask_due() == 0


def test_a_hint_is_followed_in_the_next_turn(given: DeskFixture, account: BankAccount, health: HealthWatch) -> None:
    health.ask_due()
    given.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    assert health.hint("plaid-item-1")
    assert not health.hint("plaid-item-of-somebody-else")
    assert health.ask_due() == 1
    assert state(given, account) is ItemState.LOGIN_REQUIRED


@pytest.mark.parametrize(
    ("code", "expected", "actions"),
    [
        ("ITEM_LOGIN_REQUIRED", ItemState.LOGIN_REQUIRED, {Action.RELINK, Action.PHONE, Action.CHECK, Action.REMOVE}),
        ("USER_PERMISSION_REVOKED", ItemState.REVOKED, {Action.LINK_ANEW, Action.CHECK, Action.REMOVE}),
        ("INSTITUTION_DOWN", ItemState.DOWN, {Action.CHECK, Action.REMOVE}),
        ("A_CODE_OF_NEXT_YEAR", ItemState.LOGIN_REQUIRED, {Action.RELINK, Action.PHONE, Action.CHECK, Action.REMOVE}),
    ],
)
def test_what_is_wrong_is_listed_with_what_to_do_and_what_to_say(
    given: DeskFixture,
    account: BankAccount,
    health: HealthWatch,
    code: str,
    expected: ItemState,
    actions: set[Action],
) -> None:
    given.plaid.item_error = code
    health.ask_due()
    assert state(given, account) is expected
    (work,) = health.work_list(given.actor)
    assert (work.item.id, [one.id for one in work.accounts]) == (account.item_id, [account.id])
    assert (work.since, set(work.actions)) == (given.clock.now(), actions)
    assert work.problem.code == code
    assert "Bank" in work.problem.what
    assert work.problem.action
    assert customer_sentence(work.problem)


@pytest.mark.parametrize(
    ("reason", "says"),
    [("OAUTH_CONSENT_EXPIRED", "expired"), ("OAUTH_USER_REVOKED", "revoked the access"), (None, "password")],
)
def test_the_reason_that_plaid_gives_is_said(
    given: DeskFixture, account: BankAccount, health: HealthWatch, reason: str | None, says: str
) -> None:
    given.plaid.item_error, given.plaid.item_reason = "ITEM_LOGIN_REQUIRED", reason
    health.ask_due()
    assert says in health.work_list(given.actor)[0].problem.meaning


def test_since_is_when_it_began_and_not_when_it_was_last_asked(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    given.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    health.ask_due()
    began = given.clock.now()
    given.clock.move(timedelta(days=3))
    health.ask_due()
    assert health.work_list(given.actor)[0].since == began
    rows = [row for row in given.store.trail.read(account.item_id) if row.action == "item.health"]
    assert len(rows) == 1, "that nothing has changed is no row"
    given.plaid.item_error = None
    given.clock.move(timedelta(days=1))
    health.ask_due()
    assert health.work_list(given.actor) == []
    assert given.debits.blocker(given.actor, account) is None


def test_a_consent_that_runs_out_soon_is_listed_and_stops_nothing(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    given.plaid.consent_expires = given.clock.now() + CONSENT_SOON + timedelta(days=2)
    health.ask_due()
    assert health.work_list(given.actor) == []
    given.clock.move(timedelta(days=3))
    (work,) = health.work_list(given.actor)
    assert (work.problem.code, work.is_urgent) == ("CONSENT_EXPIRES", False)
    assert Action.RELINK in work.actions
    assert "expires soon" in customer_sentence(work.problem)
    assert given.debits.blocker(given.actor, account) is None


def test_what_stops_debits_is_listed_first(given: DeskFixture, account: BankAccount, health: HealthWatch) -> None:
    given.plaid.consent_expires = given.clock.now() + timedelta(days=2)
    health.ask_due()
    given.customer = given.add_customer("Jo Rosen", "jo@example.com", "C-2")
    given.link(token="public-sandbox-2")
    given.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    health.ask_due()
    assert [work.is_urgent for work in health.work_list(given.actor)] == [True, False]


def test_silence_changes_nothing_and_is_asked_again(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    given.plaid.before["item"] = [lost(maybe_done=False)]
    health.ask_due()
    assert state(given, account) is ItemState.HEALTHY
    assert health.tally(given.actor).unasked == 1
    given.clock.move(AFTER_SILENCE)
    assert health.ask_due() == 1


@pytest.mark.parametrize("code", ["ITEM_LOGIN_REQUIRED", "USER_PERMISSION_REVOKED", "INSTITUTION_DOWN"])
def test_an_error_that_is_met_elsewhere_marks_the_connection(
    given: DeskFixture, account: BankAccount, health: HealthWatch, code: str
) -> None:
    health.ask_due()
    given.plaid.before["balance"] = [refused(code)]
    with pytest.raises(ProviderError):
        given.debits.balance(given.actor, account.id)
    assert state(given, account) is STATES[code]
    given.clock.move(timedelta(hours=1))
    assert health.ask_due() == 1, "it is asked soon, not tomorrow"
    assert state(given, account) is ItemState.HEALTHY


def test_a_bank_that_answers_again_is_no_longer_down(given: DeskFixture, account: BankAccount) -> None:
    given.plaid.before["balance"] = [refused("INSTITUTION_DOWN")]
    with pytest.raises(ProviderError):
        given.debits.balance(given.actor, account.id)
    given.debits.balance(given.actor, account.id)
    assert state(given, account) is ItemState.HEALTHY


@pytest.mark.parametrize("code", ["ITEM_LOGIN_REQUIRED", "USER_PERMISSION_REVOKED", "INSTITUTION_DOWN"])
def test_a_debit_from_an_unwell_account_is_refused_with_the_reason(
    given: DeskFixture, account: BankAccount, health: HealthWatch, code: str
) -> None:
    order = order_for(given, account)
    given.plaid.item_error = code
    health.ask_due()
    with pytest.raises(Refused) as refusal:
        given.debits.submit(given.actor, order)
    assert refusal.value.code == code
    blocker = given.debits.blocker(given.actor, account)
    assert blocker is not None
    assert blocker.what == refusal.value.what
    assert given.stripe.intents == []


@pytest.mark.parametrize("status", ["new", "verification_failed", "errored", DEACTIVATED, "a_new_status"])
def test_a_debit_from_an_unverified_account_is_refused_with_the_reason(
    given: DeskFixture, account: BankAccount, status: str
) -> None:
    given.store.accounts.edit(account.id, {"stripe_status": status}, given.clock.now())
    changed = given.desk.account(given.actor, account.id)
    with pytest.raises(Refused) as refusal:
        given.debits.submit(given.actor, order_for(given, changed))
    assert refusal.value.meaning
    assert given.stripe.intents == []


def test_every_obstacle_is_found_for_many_accounts_at_once(given: DeskFixture, account: BankAccount) -> None:
    given.customer = given.add_customer("Jo Rosen", "jo@example.com", "C-2")
    other = given.desk.account(given.actor, str(given.link(token="public-sandbox-2").bank_account_id))
    given.removals.remove(given.actor, other.item_id, "Closed")
    accounts = given.desk.accounts(given.actor)
    found = Eligibility(given.store, given.clock, given.settings.timezone).of(accounts)
    assert found[account.id] is None
    removed = found[other.id]
    assert removed is not None
    assert removed.code == "account_ended"


def test_many_accounts_are_judged_with_no_more_questions_than_one(given: DeskFixture, account: BankAccount) -> None:
    for number in range(12):
        given.customer = given.add_customer(f"Cy {number}", f"cy{number}@example.com", f"M-{number}")
        given.link(token=f"public-sandbox-m{number}")
    accounts = given.desk.accounts(given.actor)
    eligibility = Eligibility(given.store, given.clock, given.settings.timezone)
    assert count(given, lambda: eligibility.of(accounts)) == count(given, lambda: eligibility.of([account]))


def count(given: DeskFixture, work: Callable[[], object]) -> int:
    """How many statements the database ran."""
    said: list[str] = []
    connection = given.store.database.handle.conn
    connection.set_trace_callback(said.append)
    try:
        work()
    finally:
        connection.set_trace_callback(None)
    return len(said)


def test_ids_that_changed_at_plaid_are_found_again_after_a_hint(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    health.ask_due()
    given.plaid.offered = [{**CHECKING, "id": "acc-new"}]
    health.hint("plaid-item-1")
    health.ask_due()
    assert given.desk.account(given.actor, account.id).plaid_account_id == "acc-new"


def test_a_balance_that_does_not_know_the_account_has_it_found_again(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    health.ask_due()
    given.plaid.offered = [{**CHECKING, "id": "acc-new"}]
    given.plaid.before["balance"] = [refused("INVALID_ACCOUNT_ID")]
    with pytest.raises(ProviderError):
        given.debits.balance(given.actor, account.id)
    assert health.ask_due() == 1
    assert given.desk.account(given.actor, account.id).plaid_account_id == "acc-new"


def test_an_account_that_the_bank_no_longer_lists_is_not_debited(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    order = order_for(given, account)
    health.ask_due()
    given.plaid.offered = []
    health.hint("plaid-item-1")
    health.ask_due()
    (work,) = health.work_list(given.actor)
    assert "no longer lists" in work.problem.what
    with pytest.raises(Refused):
        given.debits.submit(given.actor, order)


def test_a_new_link_at_the_same_bank_has_the_older_ones_asked_soon(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    """Some banks end the older connection of the same sign-in, also where another account was picked."""
    health.ask_due()
    given.plaid.offered = [{**CHECKING, "id": "acc-9", "name": "Other", "mask": "9999"}]
    given.link({**CHECKING, "id": "acc-9", "name": "Other", "mask": "9999"}, token="public-sandbox-2")
    assert health.ask_due() == 2


def test_a_removed_connection_is_asked_no_more(given: DeskFixture, account: BankAccount, health: HealthWatch) -> None:
    given.removals.remove(given.actor, account.item_id, "Closed")
    assert health.ask_due() == 0
    assert health.work_list(given.actor) == []
    given.store.health.note(account.item_id, ItemState.HEALTHY, given.clock.now())
    assert state(given, account) is ItemState.REMOVED


def test_checking_now_is_for_those_who_see_accounts(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    health.ask_due()
    health.check_now(Actor("Ann", frozenset({Role.OPS})), account.item_id)
    assert given.plaid.calls["item"] == 2
    with pytest.raises(AccessDenied):
        health.check_now(Actor("Nobody", frozenset()), account.item_id)


# The same bank account under two customers.


def test_a_bank_account_of_two_customers_is_shown_to_an_administrator(given: DeskFixture, account: BankAccount) -> None:
    given.shared_everywhere()
    given.customer = given.add_customer("Jo Rosen", "jo@example.com", "C-2")
    other = given.desk.account(given.actor, str(given.link(token="public-sandbox-2").bank_account_id))
    (pair,) = given.shared.unseen(given.actor)
    assert {pair.one.id, pair.other.id} == {account.id, other.id}
    assert "fingerprint" in pair.how
    for one in (account, other):
        assert "account.shared" in [row.action for row in given.store.trail.read(one.id)]
    assert given.debits.blocker(given.actor, other) is None, "a joint account is right"
    assert given.shared.compare(other.id) == 0, "once"
    with pytest.raises(AccessDenied):
        given.shared.unseen(Actor("Ann", frozenset({Role.OPS})))
    given.shared.accept(given.actor, pair.shared)
    assert given.shared.unseen(given.actor) == []


def test_in_plaids_test_environments_a_fingerprint_says_nothing_but_the_banks_own_id_does(
    given: DeskFixture, account: BankAccount, health: HealthWatch
) -> None:
    given.plaid.offered = [{**CHECKING, "persistent_id": "same-at-the-bank"}]
    given.customer = given.add_customer("Jo Rosen", "jo@example.com", "C-2")
    given.link(token="public-sandbox-2")
    assert given.shared.unseen(given.actor) == []
    health.ask_due()
    (pair,) = given.shared.unseen(given.actor)
    assert "bank's own id" in pair.how
