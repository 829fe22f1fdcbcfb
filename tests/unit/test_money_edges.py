"""The rare turns of a debit: another worker holds it, its worker died, the lease is lost in between, nobody has it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.debits import Debits
from dashboard.debits.job import KIND
from dashboard.domain.errors import InputError, LeaseLost, ProviderError, StoreUnavailable
from dashboard.domain.models import BankAccount, Debit, DebitState, ItemState
from dashboard.domain.payment_status import PaymentFacts, PaymentState, derive
from dashboard.jobs.leases import LEASE, MACHINE
from dashboard.store.debits.rows import DebitTable
from dashboard.store.encryption.columns import SealedColumns
from dashboard.store.encryption.vault import Vault, make_key
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused
from tests.unit.test_debits import order_for, submit


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def waiting(given: DeskFixture, account: BankAccount) -> tuple[Debit, str]:
    """A debit that was not sent, and its job: the network was down."""
    given.stripe.before["create_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    debit = submit(given, account)
    assert debit.state is DebitState.CREATED
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None
    return debit, job.id


def test_a_debit_in_another_workers_hands_is_left_alone(given: DeskFixture, account: BankAccount) -> None:
    debit, job = waiting(given, account)
    now = given.clock.real()
    assert given.store.jobs.acquire(job, "another/1/2/3", now, now + LEASE)
    assert given.debits.resume(given.actor, debit.id).state is DebitState.CREATED
    assert given.stripe.calls["create_payment_intent"] == 1
    given.later(LEASE + timedelta(seconds=1))
    assert given.debits.get(given.actor, debit.id).state is DebitState.SUBMITTED, "its lease has run out"


def test_a_debit_whose_worker_died_goes_on_by_itself(given: DeskFixture, account: BankAccount) -> None:
    debit, job = waiting(given, account)
    now = given.clock.real()
    dead = f"{MACHINE}/999999999/gone/1"
    assert given.store.jobs.acquire(job, dead, now, now + LEASE)
    given.later(timedelta(seconds=5))
    assert given.debits.get(given.actor, debit.id).state is DebitState.SUBMITTED


@pytest.mark.parametrize("error", [LeaseLost("Gone.", code="lease"), StoreUnavailable("Full.", code="store")])
@pytest.mark.parametrize("call", ["create_payment_intent", "confirm_payment_intent"])
def test_a_worker_that_loses_its_row_writes_nothing(
    given: DeskFixture, account: BankAccount, error: Exception, call: str
) -> None:
    given.stripe.after[call] = [error]
    debit = submit(given, account)
    assert debit.problem is None
    given.later()
    again = given.debits.get(given.actor, debit.id)
    assert again.state is DebitState.SUBMITTED and len(given.stripe.intents) == 1


def test_what_is_not_there_is_said(given: DeskFixture) -> None:
    with pytest.raises(InputError, match="no such debit"):
        given.debits.get(given.actor, "debit_nobody")
    given.jobs.run("job_nobody")  # a row that was removed since it was queued


class Blind(DebitTable):
    """Sees a ticket only from the second look on, as a tab does whose other tab commits between its two steps."""

    looks = 0

    def by_ticket(self, ticket: str) -> Debit | None:
        self.looks += 1
        return None if self.looks == 1 else super().by_ticket(ticket)


def test_two_tabs_that_send_one_form_at_the_same_instant_are_one_debit(
    given: DeskFixture,
    account: BankAccount,
) -> None:
    order = order_for(given, account)
    first = given.debits.submit(given.actor, order)
    given.store.debits = Blind(given.store.database, given.clock)
    late = Debits(given.store, given.plaid, given.stripe, given.clock, given.settings, given.jobs)
    assert late.submit(given.actor, order).id == first.id
    assert len(given.stripe.intents) == 1
    ordered = [row for row in given.store.trail.read(first.id) if row.action == "debit.ordered"]
    assert len(ordered) == 1, "nobody ordered it twice"


def test_an_error_that_says_nothing_of_the_connection_changes_nothing(
    given: DeskFixture,
    account: BankAccount,
) -> None:
    given.plaid.before["balance"] = [refused("PRODUCTS_NOT_SUPPORTED")]
    with pytest.raises(ProviderError):
        given.debits.balance(given.actor, account.id)
    item = given.store.items.get(account.item_id)
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
    given: DeskFixture,
    account: BankAccount,
) -> None:
    with_key = SealedColumns(given.store.database, given.vault)
    assert with_key.are_readable()
    assert not SealedColumns(given.store.database, Vault([make_key()])).are_readable()
    given.store.items.set_state(account.item_id, ItemState.REMOVED, given.clock.now())  # its token goes with it
    place, renewed = with_key.renew_batch()
    while place:
        place, more = with_key.renew_batch(place)
        renewed += more
    assert renewed >= 1
    assert with_key.are_readable()


def test_what_stands_in_the_way_is_said_before_anybody_types_an_amount(
    given: DeskFixture, account: BankAccount
) -> None:
    assert given.debits.blocker(given.actor, account) is None
    given.store.items.set_state(account.item_id, ItemState.LOGIN_REQUIRED, given.clock.now())
    found = given.debits.blocker(given.actor, account)
    assert found is not None and found.code == "ITEM_LOGIN_REQUIRED"
    assert given.debits.blockers(given.actor, [account]) == {account.id: found}
