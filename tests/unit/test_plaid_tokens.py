"""Access tokens are changed one by one; a reply that is lost is found out about, and a lost token is never silent."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.access import demo_actor
from dashboard.clock import FixedClock
from dashboard.errors import AccessDenied
from dashboard.gateways.replies import ItemHealth
from dashboard.models import Actor, Ended, Generation, ItemState, Role, Secret
from dashboard.plaid_tokens import LOST, PlaidTokens, TokenStand
from dashboard.store.token_rotations import Rotation
from dashboard.worker import InlineWorker
from tests.unit.fakes import FakePlaid, lost, refused
from tests.unit.worlds import World

ADMIN = demo_actor("192.0.2.9")


class Tokens(FakePlaid):
    """A Plaid that knows which access tokens live."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: set[Secret] = set()
        self.made = 0

    def item(self, access_token: Secret) -> ItemHealth:
        def effect() -> ItemHealth:
            if access_token in self.dead:
                raise refused("INVALID_ACCESS_TOKEN")
            return ItemHealth("item", None, None, None, None)

        return self.run("item", effect)  # type: ignore[no-any-return]

    def invalidate_access_token(self, access_token: Secret) -> Secret:
        def effect() -> Secret:
            self.dead.add(access_token)
            self.made += 1
            return Secret(f"access-sandbox-new-{self.made}")

        return self.run("invalidate", effect)  # type: ignore[no-any-return]


@pytest.fixture
def plaid(world: World) -> Tokens:
    world.plaid = Tokens()
    world.restart()
    return world.plaid


@pytest.fixture
def item(world: World, plaid: Tokens) -> str:
    return str(world.get(world.link()).item_id)


@pytest.fixture
def tokens(world: World, plaid: Tokens, item: str, clock: FixedClock) -> PlaidTokens:
    return PlaidTokens(world.store, plaid, clock, InlineWorker())


def state_of(world: World, item: str) -> Rotation:
    found = world.store.token_rotations.get(item)
    assert found is not None
    return found.state


def test_every_token_is_changed_for_a_new_one_that_works(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str
) -> None:
    old = world.store.items.access_token(item)
    assert tokens.rotate(ADMIN) == 1
    new = world.store.items.access_token(item)
    assert new != old and old in plaid.dead and new not in plaid.dead
    assert tokens.stand(ADMIN) == TokenStand(changeable=1, going_on=0, done=1, refused=0, lost=0)
    (row,) = (row for row in world.store.trail.read(item) if row.action == "item.token_changed")
    assert (row.actor, row.address) == (ADMIN.name, ADMIN.address)
    assert tokens.rotate(ADMIN) == 1, "and again another year"
    assert plaid.calls["invalidate"] == 2


def test_a_row_says_sent_before_the_old_token_can_be_dead(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str
) -> None:
    seen: list[Rotation] = []
    call = plaid.invalidate_access_token
    plaid.invalidate_access_token = lambda token: (seen.append(state_of(world, item)), call(token))[1]  # type: ignore[method-assign,func-returns-value]
    tokens.rotate(ADMIN)
    assert seen == [Rotation.SENT]


def test_a_request_that_never_arrived_is_sent_again(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, clock: FixedClock
) -> None:
    plaid.before["invalidate"] = [lost()]
    tokens.rotate(ADMIN)
    assert state_of(world, item) is Rotation.SENT and tokens.stand(ADMIN).going_on == 1
    assert tokens.run_due() == 0, "not at once"
    clock.move(timedelta(minutes=2))
    assert tokens.run_due() == 1
    assert state_of(world, item) is Rotation.DONE and plaid.calls["invalidate"] == 2
    assert world.store.items.access_token(item) not in plaid.dead


def test_a_reply_that_was_lost_for_good_asks_for_a_new_link_and_is_seen(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, clock: FixedClock
) -> None:
    plaid.after["invalidate"] = [lost()]
    tokens.rotate(ADMIN)
    clock.move(timedelta(minutes=2))
    tokens.run_due()
    ((rotation, found),) = tokens.lost(ADMIN)
    assert (rotation.state, rotation.problem, found.state) == (Rotation.LOST, LOST, ItemState.REVOKED)
    assert tokens.stand(ADMIN).lost == 1
    actions = [row.action for row in world.store.trail.read(item)]
    assert actions[:2] == ["item.health", "item.token_lost"]
    assert plaid.calls["invalidate"] == 1, "a dead token is not sent again"
    world.removals.remove(ADMIN, item, "linked anew")
    assert tokens.lost(ADMIN) == [], "until somebody has taken it down"


def test_while_plaid_does_not_answer_nothing_is_concluded(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, clock: FixedClock
) -> None:
    plaid.after["invalidate"] = [lost()]
    plaid.before["item"] = [lost(maybe_done=False)]
    tokens.rotate(ADMIN)
    clock.move(timedelta(minutes=2))
    tokens.run_due()
    assert state_of(world, item) is Rotation.SENT
    clock.move(timedelta(minutes=2))
    tokens.run_due()
    assert state_of(world, item) is Rotation.LOST


@pytest.mark.parametrize("error", [refused("INTERNAL"), lost(maybe_done=False)])
def test_a_no_leaves_the_token_as_it_was(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, error: Exception
) -> None:
    old = world.store.items.access_token(item)
    plaid.before["invalidate"] = [error]
    tokens.rotate(ADMIN)
    assert state_of(world, item) is Rotation.REFUSED and tokens.stand(ADMIN).refused == 1
    assert world.store.items.access_token(item) == old and old not in plaid.dead


def test_another_no_to_the_question_is_no_proof_that_the_token_is_dead(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, clock: FixedClock
) -> None:
    plaid.before["invalidate"], plaid.before["item"] = [lost()], [refused("INVALID_API_KEYS")]
    tokens.rotate(ADMIN)
    clock.move(timedelta(minutes=2))
    tokens.run_due()
    assert state_of(world, item) is Rotation.REFUSED
    assert world.store.items.get(item).state is ItemState.HEALTHY  # type: ignore[union-attr]  # it is there


class Later(InlineWorker):
    def __init__(self) -> None:
        self.work: list[Callable[[], object]] = []

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        self.work.append(lambda: fn(*args))


def test_a_connection_that_goes_meanwhile_is_left_alone(
    world: World, plaid: Tokens, item: str, clock: FixedClock
) -> None:
    later = Later()
    tokens = PlaidTokens(world.store, plaid, clock, later)
    tokens.rotate(ADMIN)
    assert tokens.rotate(ADMIN) == 0, "it is being changed already"
    world.removal_steps.begin(ADMIN, item, Ended.REMOVED)
    world.removal_steps.run(item)
    later.work[0]()
    assert state_of(world, item) is Rotation.REFUSED and plaid.calls["invalidate"] == 0
    assert tokens.rotate(ADMIN) == 0, "and is no candidate any more"
    later.work[0]()
    assert plaid.calls["invalidate"] == 0


def test_a_token_lost_while_its_connection_goes_does_not_bring_it_back(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, clock: FixedClock
) -> None:
    plaid.after["invalidate"] = [lost()]
    tokens.rotate(ADMIN)
    world.removal_steps.begin(ADMIN, item, Ended.REMOVED)
    clock.move(timedelta(minutes=2))
    tokens.run_due()
    assert state_of(world, item) is Rotation.LOST
    assert world.store.items.get(item).state is ItemState.REMOVING  # type: ignore[union-attr]  # it is there


def test_one_worker_at_a_time_and_a_lost_lease_writes_nothing(
    world: World, plaid: Tokens, item: str, clock: FixedClock
) -> None:
    later = Later()
    tokens = PlaidTokens(world.store, plaid, clock, later)
    tokens.rotate(ADMIN)
    rows = world.store.token_rotations
    assert rows.take(item, "elsewhere/1/x/y", clock.now(), clock.now() + timedelta(minutes=3))
    tokens.run(item)
    assert tokens.resume_all() == 1 and state_of(world, item) is Rotation.WANTED
    clock.move(timedelta(minutes=4))
    gone = f"{socket.gethostname()}/{2**22 + 1}/x/y"  # no process has this number
    assert rows.take(item, gone, clock.now(), clock.now() + timedelta(minutes=3))
    call = plaid.invalidate_access_token
    plaid.invalidate_access_token = lambda token: (rows.drop(item, str(rows.get(item).lease_owner)), call(token))[1]  # type: ignore[method-assign,func-returns-value,union-attr]
    tokens.resume_all()
    assert state_of(world, item) is Rotation.SENT, "whoever has it now finds out"
    plaid.invalidate_access_token = call  # type: ignore[method-assign]
    tokens.resume_all()
    assert state_of(world, item) is Rotation.LOST
    tokens.run(item)
    assert plaid.calls["invalidate"] == 1, "what has ended is not taken up again"


def test_only_an_administrator_who_has_just_proved_it_changes_tokens(tokens: PlaidTokens) -> None:
    with pytest.raises(AccessDenied):
        tokens.rotate(replace(ADMIN, proved_until=None))
    with pytest.raises(AccessDenied):
        tokens.rotate(Actor("fay", frozenset({Role.FINANCE})))


def test_the_classic_generation_has_no_such_call(classic: World, clock: FixedClock) -> None:
    opening = classic.desk.open(classic.actor, classic.customer.id)
    outcome = classic.outcome(account_id="acc-1")
    classic.desk.report(classic.actor, opening.attempt_id, outcome, {})
    assert classic.plaid.generation is Generation.CLASSIC and classic.store.items.list()
    assert PlaidTokens(classic.store, classic.plaid, clock, InlineWorker()).rotate(ADMIN) == 0


def test_who_lost_the_lease_while_asking_concludes_nothing(
    world: World, plaid: Tokens, tokens: PlaidTokens, item: str, clock: FixedClock
) -> None:
    plaid.after["invalidate"] = [lost()]
    tokens.rotate(ADMIN)
    clock.move(timedelta(minutes=2))
    rows, ask = world.store.token_rotations, plaid.item
    plaid.item = lambda token: (rows.drop(item, str(rows.get(item).lease_owner)), ask(token))[1]  # type: ignore[method-assign,func-returns-value,union-attr]
    tokens.run_due()
    assert state_of(world, item) is Rotation.SENT and tokens.lost(ADMIN) == []
