"""Health: asked once a day and after a hint, kept with its time, listed with what to do, and in the way of debits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.errors import AccessDenied, ProviderError, Refused
from dashboard.gateways.replies import ItemHealth
from dashboard.health import AFTER_SILENCE, PER_TURN, HealthWatch, Way
from dashboard.item_notes import STATES
from dashboard.models import Actor, BankAccount, ItemState, Role, Secret
from dashboard.sayings import say
from dashboard.standing import CONSENT_SOON, DEACTIVATED, Standings
from tests.unit.fakes import CHECKING, lost, refused
from tests.unit.test_debits import order_for
from tests.unit.worlds import World


@pytest.fixture
def account(world: World) -> BankAccount:
    return world.desk.account(world.actor, str(world.link().bank_account_id))


@pytest.fixture
def health(world: World) -> HealthWatch:
    return world.health


def state(world: World, account: BankAccount) -> ItemState:
    item = world.store.items.get(account.item_id)
    assert item is not None
    return item.state


def test_each_connection_is_asked_once_a_day_and_counted(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    assert health.tally(world.actor).unasked == 1
    assert health.ask_due() == 1
    for _ in range(10):
        assert health.ask_due() == 0
    tally = health.tally(world.actor)
    assert (tally.connections, tally.working, tally.unasked) == (1, 1, 0)
    assert health.asked_today(world.actor) == 1
    assert tally.oldest_answer == world.clock.now()
    world.clock.move(timedelta(days=1))
    assert health.ask_due() == 1
    assert world.plaid.calls["item"] == 2


def test_a_turn_asks_about_a_few_at_most(world: World, health: HealthWatch) -> None:
    for number in range(PER_TURN + 2):
        world.customer = world.add_customer(f"Cy {number}", f"cy{number}@example.com", f"M-{number}")
        world.link(token=f"public-sandbox-m{number}")
    assert health.ask_due() == PER_TURN
    assert health.ask_due() == 2


def test_two_processes_ask_once(world: World, account: BankAccount, health: HealthWatch) -> None:
    day = world.clock.now().date()
    assert world.store.health.take(account.item_id, world.clock.now(), world.clock.now() + AFTER_SILENCE, day)
    assert health.ask_due() == 0


def test_of_two_that_saw_the_same_turn_one_asks(world: World, account: BankAccount) -> None:
    now, take = world.clock.now(), world.store.health.take
    assert world.store.health.due(now, 1) == [account.item_id]
    assert take(account.item_id, now, now + AFTER_SILENCE, now.date())
    assert not take(account.item_id, now, now + AFTER_SILENCE, now.date())


def test_a_hint_while_plaid_is_being_asked_is_not_lost(world: World, account: BankAccount, health: HealthWatch) -> None:
    straight = world.plaid.item

    def item(token: Secret) -> ItemHealth:
        answer = straight(token)
        assert health.hint("plaid-item-1"), "what Plaid answered was true a moment ago"
        return answer

    world.plaid.item = item  # type: ignore[method-assign]  # the provider's answer is on its way when the hint comes
    assert health.ask_due() == 1
    world.plaid.item = straight  # type: ignore[method-assign]
    assert health.ask_due() == 1
    assert health.ask_due() == 0


def test_a_hint_is_followed_in_the_next_turn(world: World, account: BankAccount, health: HealthWatch) -> None:
    health.ask_due()
    world.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    assert health.hint("plaid-item-1")
    assert not health.hint("plaid-item-of-somebody-else")
    assert health.ask_due() == 1
    assert state(world, account) is ItemState.LOGIN_REQUIRED


@pytest.mark.parametrize(
    ("code", "expected", "ways"),
    [
        ("ITEM_LOGIN_REQUIRED", ItemState.LOGIN_REQUIRED, {Way.RELINK, Way.PHONE, Way.CHECK, Way.REMOVE}),
        ("USER_PERMISSION_REVOKED", ItemState.REVOKED, {Way.LINK_ANEW, Way.CHECK, Way.REMOVE}),
        ("INSTITUTION_DOWN", ItemState.DOWN, {Way.CHECK, Way.REMOVE}),
        ("A_CODE_OF_NEXT_YEAR", ItemState.LOGIN_REQUIRED, {Way.RELINK, Way.PHONE, Way.CHECK, Way.REMOVE}),
    ],
)
def test_what_is_wrong_is_listed_with_what_to_do_and_what_to_say(
    world: World, account: BankAccount, health: HealthWatch, code: str, expected: ItemState, ways: set[Way]
) -> None:
    world.plaid.item_error = code
    health.ask_due()
    assert state(world, account) is expected
    (work,) = health.work_list(world.actor)
    assert (work.item.id, [one.id for one in work.accounts]) == (account.item_id, [account.id])
    assert (work.since, set(work.ways)) == (world.clock.now(), ways)
    assert work.problem.code == code
    assert "Bank" in work.problem.what
    assert work.problem.action
    assert say(work.problem)


@pytest.mark.parametrize(
    ("reason", "says"),
    [("OAUTH_CONSENT_EXPIRED", "run out"), ("OAUTH_USER_REVOKED", "took the access back"), (None, "password")],
)
def test_the_reason_that_plaid_gives_is_said(
    world: World, account: BankAccount, health: HealthWatch, reason: str | None, says: str
) -> None:
    world.plaid.item_error, world.plaid.item_reason = "ITEM_LOGIN_REQUIRED", reason
    health.ask_due()
    assert says in health.work_list(world.actor)[0].problem.meaning


def test_since_is_when_it_began_and_not_when_it_was_last_asked(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    world.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    health.ask_due()
    began = world.clock.now()
    world.clock.move(timedelta(days=3))
    health.ask_due()
    assert health.work_list(world.actor)[0].since == began
    rows = [row for row in world.store.trail.read(account.item_id) if row.action == "item.health"]
    assert len(rows) == 1, "that nothing has changed is no row"
    world.plaid.item_error = None
    world.clock.move(timedelta(days=1))
    health.ask_due()
    assert health.work_list(world.actor) == []
    assert world.debits.obstacle(world.actor, account) is None


def test_a_consent_that_runs_out_soon_is_listed_and_stops_nothing(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    world.plaid.consent_expires = world.clock.now() + CONSENT_SOON + timedelta(days=2)
    health.ask_due()
    assert health.work_list(world.actor) == []
    world.clock.move(timedelta(days=3))
    (work,) = health.work_list(world.actor)
    assert (work.problem.code, work.is_urgent) == ("CONSENT_EXPIRES", False)
    assert Way.RELINK in work.ways
    assert "runs out soon" in say(work.problem)
    assert world.debits.obstacle(world.actor, account) is None


def test_what_stops_debits_is_listed_first(world: World, account: BankAccount, health: HealthWatch) -> None:
    world.plaid.consent_expires = world.clock.now() + timedelta(days=2)
    health.ask_due()
    world.customer = world.add_customer("Jo Rosen", "jo@example.com", "C-2")
    world.link(token="public-sandbox-2")
    world.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    health.ask_due()
    assert [work.is_urgent for work in health.work_list(world.actor)] == [True, False]


def test_silence_changes_nothing_and_is_asked_again(world: World, account: BankAccount, health: HealthWatch) -> None:
    world.plaid.before["item"] = [lost(maybe_done=False)]
    health.ask_due()
    assert state(world, account) is ItemState.HEALTHY
    assert health.tally(world.actor).unasked == 1
    world.clock.move(AFTER_SILENCE)
    assert health.ask_due() == 1


@pytest.mark.parametrize("code", ["ITEM_LOGIN_REQUIRED", "USER_PERMISSION_REVOKED", "INSTITUTION_DOWN"])
def test_an_error_that_is_met_elsewhere_marks_the_connection(
    world: World, account: BankAccount, health: HealthWatch, code: str
) -> None:
    health.ask_due()
    world.plaid.before["balance"] = [refused(code)]
    with pytest.raises(ProviderError):
        world.debits.balance(world.actor, account.id)
    assert state(world, account) is STATES[code]
    world.clock.move(timedelta(hours=1))
    assert health.ask_due() == 1, "it is asked soon, not tomorrow"
    assert state(world, account) is ItemState.HEALTHY


def test_a_bank_that_answers_again_is_no_longer_down(world: World, account: BankAccount) -> None:
    world.plaid.before["balance"] = [refused("INSTITUTION_DOWN")]
    with pytest.raises(ProviderError):
        world.debits.balance(world.actor, account.id)
    world.debits.balance(world.actor, account.id)
    assert state(world, account) is ItemState.HEALTHY


@pytest.mark.parametrize("code", ["ITEM_LOGIN_REQUIRED", "USER_PERMISSION_REVOKED", "INSTITUTION_DOWN"])
def test_a_debit_from_an_unwell_account_is_refused_with_the_reason(
    world: World, account: BankAccount, health: HealthWatch, code: str
) -> None:
    order = order_for(world, account)
    world.plaid.item_error = code
    health.ask_due()
    with pytest.raises(Refused) as refusal:
        world.debits.submit(world.actor, order)
    assert refusal.value.code == code
    obstacle = world.debits.obstacle(world.actor, account)
    assert obstacle is not None
    assert obstacle.what == refusal.value.what
    assert world.stripe.intents == []


@pytest.mark.parametrize("status", ["new", "verification_failed", "errored", DEACTIVATED, "a_new_status"])
def test_a_debit_from_an_unverified_account_is_refused_with_the_reason(
    world: World, account: BankAccount, status: str
) -> None:
    world.store.accounts.edit(account.id, {"stripe_status": status}, world.clock.now())
    changed = world.desk.account(world.actor, account.id)
    with pytest.raises(Refused) as refusal:
        world.debits.submit(world.actor, order_for(world, changed))
    assert refusal.value.meaning
    assert world.stripe.intents == []


def test_every_obstacle_is_found_for_many_accounts_at_once(world: World, account: BankAccount) -> None:
    world.customer = world.add_customer("Jo Rosen", "jo@example.com", "C-2")
    other = world.desk.account(world.actor, str(world.link(token="public-sandbox-2").bank_account_id))
    world.removals.remove(world.actor, other.item_id, "Closed")
    accounts = world.desk.accounts(world.actor)
    found = Standings(world.store, world.clock).several(accounts)
    assert found[account.id] is None
    removed = found[other.id]
    assert removed is not None
    assert removed.code == "account_ended"


def test_many_accounts_are_judged_with_no_more_questions_than_one(world: World, account: BankAccount) -> None:
    for number in range(12):
        world.customer = world.add_customer(f"Cy {number}", f"cy{number}@example.com", f"M-{number}")
        world.link(token=f"public-sandbox-m{number}")
    accounts = world.desk.accounts(world.actor)
    standings = Standings(world.store, world.clock)
    assert count(world, lambda: standings.several(accounts)) == count(world, lambda: standings.several([account]))


def count(world: World, work: Callable[[], object]) -> int:
    """How many statements the database ran."""
    said: list[str] = []
    connection = world.store.database.handle.conn
    connection.set_trace_callback(said.append)
    try:
        work()
    finally:
        connection.set_trace_callback(None)
    return len(said)


def test_ids_that_changed_at_plaid_are_found_again_after_a_hint(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    health.ask_due()
    world.plaid.offered = [{**CHECKING, "id": "acc-new"}]
    health.hint("plaid-item-1")
    health.ask_due()
    assert world.desk.account(world.actor, account.id).plaid_account_id == "acc-new"


def test_a_balance_that_does_not_know_the_account_has_it_found_again(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    health.ask_due()
    world.plaid.offered = [{**CHECKING, "id": "acc-new"}]
    world.plaid.before["balance"] = [refused("INVALID_ACCOUNT_ID")]
    with pytest.raises(ProviderError):
        world.debits.balance(world.actor, account.id)
    assert health.ask_due() == 1
    assert world.desk.account(world.actor, account.id).plaid_account_id == "acc-new"


def test_an_account_that_the_bank_no_longer_lists_is_not_debited(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    order = order_for(world, account)
    health.ask_due()
    world.plaid.offered = []
    health.hint("plaid-item-1")
    health.ask_due()
    (work,) = health.work_list(world.actor)
    assert "no longer lists" in work.problem.what
    with pytest.raises(Refused):
        world.debits.submit(world.actor, order)


def test_a_new_link_at_the_same_bank_has_the_older_ones_asked_soon(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    """Some banks end the older connection of the same sign-in, also where another account was picked."""
    health.ask_due()
    world.plaid.offered = [{**CHECKING, "id": "acc-9", "name": "Other", "mask": "9999"}]
    world.link({**CHECKING, "id": "acc-9", "name": "Other", "mask": "9999"}, token="public-sandbox-2")
    assert health.ask_due() == 2


def test_a_removed_connection_is_asked_no_more(world: World, account: BankAccount, health: HealthWatch) -> None:
    world.removals.remove(world.actor, account.item_id, "Closed")
    assert health.ask_due() == 0
    assert health.work_list(world.actor) == []
    world.store.health.note(account.item_id, ItemState.HEALTHY, world.clock.now())
    assert state(world, account) is ItemState.REMOVED


def test_checking_now_is_for_those_who_see_accounts(world: World, account: BankAccount, health: HealthWatch) -> None:
    health.ask_due()
    health.check_now(Actor("Ann", frozenset({Role.OPS})), account.item_id)
    assert world.plaid.calls["item"] == 2
    with pytest.raises(AccessDenied):
        health.check_now(Actor("Nobody", frozenset()), account.item_id)


# The same bank account under two customers.


def test_a_bank_account_of_two_customers_is_shown_to_an_administrator(world: World, account: BankAccount) -> None:
    world.shared_everywhere()
    world.customer = world.add_customer("Jo Rosen", "jo@example.com", "C-2")
    other = world.desk.account(world.actor, str(world.link(token="public-sandbox-2").bank_account_id))
    (pair,) = world.shared.unseen(world.actor)
    assert {pair.one.id, pair.other.id} == {account.id, other.id}
    assert "fingerprint" in pair.how
    for one in (account, other):
        assert "account.shared" in [row.action for row in world.store.trail.read(one.id)]
    assert world.debits.obstacle(world.actor, other) is None, "a joint account is right"
    assert world.shared.look(other.id) == 0, "once"
    with pytest.raises(AccessDenied):
        world.shared.unseen(Actor("Ann", frozenset({Role.OPS})))
    world.shared.accept(world.actor, pair.shared)
    assert world.shared.unseen(world.actor) == []


def test_in_plaids_test_environments_a_fingerprint_says_nothing_but_the_banks_own_id_does(
    world: World, account: BankAccount, health: HealthWatch
) -> None:
    world.plaid.offered = [{**CHECKING, "persistent_id": "same-at-the-bank"}]
    world.customer = world.add_customer("Jo Rosen", "jo@example.com", "C-2")
    world.link(token="public-sandbox-2")
    assert world.shared.unseen(world.actor) == []
    health.ask_due()
    (pair,) = world.shared.unseen(world.actor)
    assert "bank's own id" in pair.how
