"""The rare turns of a debit: another worker holds it, its worker died, the lease is lost in between, nobody has it."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from dashboard.debits import Debits
from dashboard.errors import InputError, LeaseLost, ProviderError, StoreUnavailable
from dashboard.leases import LEASE
from dashboard.models import BankAccount, Debit, DebitState, ItemState
from dashboard.status import PaymentFacts, PaymentState, derive
from dashboard.store.debits import DebitRows
from dashboard.store.sealed import SealedRows
from dashboard.store.vault import Vault, make_key
from dashboard.worker import InlineWorker
from tests.unit.fakes import lost, refused
from tests.unit.test_debits import order_for, submit
from tests.unit.worlds import World


@pytest.fixture
def account(world: World) -> BankAccount:
    return world.desk.account(world.actor, str(world.link().bank_account_id))


def waiting(world: World, account: BankAccount) -> Debit:
    """A debit that was not sent: the network was down."""
    world.stripe.before["create_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    debit = submit(world, account)
    assert debit.state is DebitState.CREATED
    return debit


def test_a_debit_in_another_workers_hands_is_left_alone(world: World, account: BankAccount) -> None:
    debit = waiting(world, account)
    now = world.clock.real()
    assert world.store.debits.take(debit.id, "another/1/2/3", now, now + LEASE)
    assert world.debits.resume(world.actor, debit.id).state is DebitState.CREATED
    assert world.stripe.calls["create_payment_intent"] == 1
    world.clock.move(LEASE + timedelta(seconds=1))
    assert world.debits.resume(world.actor, debit.id).state is DebitState.SUBMITTED, "its lease has run out"


def test_a_debit_whose_worker_died_is_sent_at_the_next_start(world: World, account: BankAccount) -> None:
    debit = waiting(world, account)
    now = world.clock.real()
    dead = f"{socket.gethostname()}/999999999/gone/1"
    assert world.store.debits.take(debit.id, dead, now, now + LEASE)
    assert world.debits.resume_all() == 1
    assert world.debits.get(world.actor, debit.id).state is DebitState.SUBMITTED


@pytest.mark.parametrize("error", [LeaseLost("Gone.", code="lease"), StoreUnavailable("Full.", code="store")])
def test_a_worker_that_loses_its_row_writes_nothing(
    world: World,
    account: BankAccount,
    error: Exception,
) -> None:
    world.stripe.after["create_payment_intent"] = [error]
    debit = submit(world, account)
    assert (debit.state, debit.problem) == (DebitState.SENDING, None), "the row says that it was on its way"
    again = world.debits.resume(world.actor, debit.id)
    assert again.state is DebitState.SUBMITTED and len(world.stripe.intents) == 1


def test_a_lost_lease_stops_a_worker_before_it_writes(world: World, account: BankAccount) -> None:
    debit = waiting(world, account)
    with pytest.raises(LeaseLost):
        world.store.debits.save(debit.id, owner="nobody/1/2/3", state=DebitState.SUBMITTED)
    assert world.debits.get(world.actor, debit.id).state is DebitState.CREATED


def test_a_column_can_be_set_without_a_worker(world: World, account: BankAccount) -> None:
    debit = waiting(world, account)
    world.store.debits.save(debit.id, charge_id="py_9")
    kept = world.debits.get(world.actor, debit.id)
    assert (kept.state, kept.charge_id) == (DebitState.CREATED, "py_9")


def test_what_is_not_there_is_said(world: World) -> None:
    with pytest.raises(InputError, match="no such debit"):
        world.debits.get(world.actor, "debit_nobody")
    assert world.store.debits.work("debit_nobody") is None
    world.debits._sending.run("debit_nobody")  # a row that was removed since it was queued


class Blind(DebitRows):
    """Sees a ticket only from the second look on, as a tab does whose twin commits between its two steps."""

    looks = 0

    def by_ticket(self, ticket: str) -> Debit | None:
        self.looks += 1
        return None if self.looks == 1 else super().by_ticket(ticket)


def test_two_tabs_that_send_one_form_at_the_same_instant_are_one_debit(
    world: World,
    account: BankAccount,
) -> None:
    order = order_for(world, account)
    first = world.debits.submit(world.actor, order)
    world.store.debits = Blind(world.store.database, world.clock)
    late = Debits(world.store, world.plaid, world.stripe, world.clock, world.settings, InlineWorker())  # type: ignore[arg-type]
    assert late.submit(world.actor, order).id == first.id
    assert len(world.stripe.intents) == 1
    ordered = [row for row in world.store.trail.read(first.id) if row.action == "debit.ordered"]
    assert len(ordered) == 1, "nobody ordered it twice"


def test_an_error_that_says_nothing_of_the_connection_changes_nothing(
    world: World,
    account: BankAccount,
) -> None:
    world.plaid.before["balance"] = [refused("PRODUCTS_NOT_SUPPORTED")]
    with pytest.raises(ProviderError):
        world.debits.balance(world.actor, account.id)
    item = world.store.items.get(account.item_id)
    assert item is not None and item.state is ItemState.HEALTHY


@pytest.mark.parametrize(
    ("intent", "state"),
    [
        ("processing", PaymentState.SUBMITTED),
        ("succeeded", PaymentState.SUCCEEDED),
        ("requires_confirmation", PaymentState.INCOMPLETE),
        ("something_new", PaymentState.UNKNOWN),
        (None, PaymentState.UNKNOWN),
    ],
)
def test_an_intent_alone_says_what_it_can(intent: str | None, state: PaymentState) -> None:
    assert derive(PaymentFacts(1_790_000_000, 100, intent_status=intent)).state is state


def test_a_lost_key_is_noticed_and_rows_without_secrets_are_passed_by(
    world: World,
    account: BankAccount,
) -> None:
    with_key = SealedRows(world.store.database, world.vault)
    assert with_key.are_readable()
    assert not SealedRows(world.store.database, Vault([make_key()])).are_readable()
    world.store.items.set_state(account.item_id, ItemState.REMOVED, world.clock.now())  # its token goes with it
    place, renewed = with_key.renew_batch()
    while place:
        place, more = with_key.renew_batch(place)
        renewed += more
    assert renewed >= 1
    assert with_key.are_readable()


def test_what_stands_in_the_way_is_said_before_anybody_types_an_amount(world: World, account: BankAccount) -> None:
    assert world.debits.obstacle(world.actor, account) is None
    world.store.items.set_state(account.item_id, ItemState.LOGIN_REQUIRED, world.clock.now())
    found = world.debits.obstacle(world.actor, account)
    assert found is not None and found.code == "ITEM_LOGIN_REQUIRED"
    assert world.debits.obstacles(world.actor, [account]) == {account.id: found}
