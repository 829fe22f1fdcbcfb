"""One order in two copies of a file, under clocks that are wrong, or after a restore: money moves once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.debits import Debits
from dashboard.debits.job import KIND, DebitKind
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderLimited, Refused
from dashboard.domain.models import BankAccount, Debit, DebitState
from dashboard.jobs import Jobs
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.restores import Unknown
from tests.empty_desks import open_store
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.test_debits import order_for, submit

CREATE, CONFIRM = "create_payment_intent", "confirm_payment_intent"


class Held(InlineWorker):
    """Takes work and does not begin it."""

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        """Nothing runs yet."""


@pytest.fixture
def desk(tmp_path: Path, vault: Vault, clock: FixedClock, settings: Settings) -> DeskFixture:
    return DeskFixture(open_store(tmp_path / "desk.db", vault, clock), clock, vault, settings)


@pytest.fixture
def account(desk: DeskFixture) -> BankAccount:
    return desk.desk.account(desk.actor, str(desk.link().bank_account_id))


def limit(desk: DeskFixture, call: str, times: int = 1) -> None:
    desk.stripe.before[call] = [ProviderLimited("Slow down.", provider="stripe", code="rate_limit")] * times


def order_held(desk: DeskFixture, account: BankAccount) -> tuple[Debit, Jobs]:
    """An order that is committed and not begun, and the jobs of the process that took it."""
    first = Jobs(desk.store, desk.clock, Held(), process="first")
    first.register(DebitKind(desk.store, desk.stripe, desk.clock, desk.settings, desk.funds))
    debits = Debits(desk.store, desk.plaid, desk.stripe, desk.clock, desk.settings, first)
    return debits.submit(desk.actor, order_for(desk, account)), first


def copy_file(desk: DeskFixture, name: str = "copy") -> Path:
    """The file as it is now, without what a restore would bring over."""
    desk.store.database.fold()
    target = desk.store.database.path.with_name(f"{name}.db")
    shutil.copyfile(desk.store.database.path, target)
    return target


def open_copy(desk: DeskFixture, path: Path) -> None:
    """The process goes on with another file."""
    desk.store = Store.open(path, desk.vault, desk.clock)
    desk.restart()


def get(desk: DeskFixture, debit: Debit) -> Debit:
    return desk.debits.get(desk.actor, debit.id)


@pytest.mark.parametrize("silent", [False, True], ids=["Stripe's time known", "Stripe's time not known"])
@pytest.mark.parametrize("ahead", [timedelta(days=-400), timedelta(days=-10), timedelta(days=10), timedelta(days=400)])
def test_what_a_copy_sent_is_found_whatever_the_clocks_say(
    desk: DeskFixture, account: BankAccount, ahead: timedelta, silent: bool
) -> None:
    """Our clock was `ahead` of Stripe's when the order was taken and, in the copy, is right again or still is."""
    desk.stripe.lead = -ahead
    debit, _ = order_held(desk, account)
    copy = copy_file(desk)
    desk.later()
    assert get(desk, debit).state is DebitState.SUBMITTED
    for one in desk.stripe.intents:
        one["created"] -= ahead  # by Stripe's own clock
    desk.stripe.silent = silent
    open_copy(desk, copy)
    desk.later()
    if get(desk, debit).state is not DebitState.SUBMITTED:
        balance = desk.debits.balance(desk.actor, account.id)
        desk.debits.confirm_again(desk.actor, debit.id, balance)
    assert get(desk, debit).state is DebitState.SUBMITTED
    assert len(desk.stripe.debited) == 1


def test_two_copies_that_send_one_order_at_one_instant_are_one_payment(desk: DeskFixture, account: BankAccount) -> None:
    """Both have looked and found nothing; the key of the create is the same in both, so Stripe makes one of it."""
    debit, first = order_held(desk, account)
    job = desk.store.jobs.find(KIND, debit.id)
    assert job is not None
    store = Store.open(copy_file(desk), desk.vault, desk.clock)
    second = Jobs(store, desk.clock, InlineWorker(), process="second")
    second.register(DebitKind(store, desk.stripe, desk.clock, desk.settings, desk.funds))
    desk.stripe.meanwhile[CREATE] = lambda: second.run(job.id)
    first.run(job.id)
    assert len(desk.stripe.debited) == 1
    ended = store.debits.get(debit.id)
    assert ended is not None
    assert (ended.state, get(desk, debit).state) == (DebitState.SUBMITTED, DebitState.SUBMITTED)


@pytest.mark.parametrize("call", [CREATE, CONFIRM], ids=["Stripe has none", "Stripe has one that was not confirmed"])
def test_what_was_canceled_in_one_copy_is_sent_by_no_other(desk: DeskFixture, account: BankAccount, call: str) -> None:
    """A canceled PaymentIntent stays at Stripe in the order's place; whoever confirms in another copy meets it."""
    limit(desk, call)
    debit = submit(desk, account)
    desk.later(timedelta(minutes=30))
    assert get(desk, debit).state is DebitState.UNSENT
    copy = copy_file(desk)
    desk.debits.cancel(desk.actor, debit.id)
    assert get(desk, debit).state is DebitState.CANCELED
    assert [one["cancellation_reason"] for one in desk.stripe.intents] == ["requested_by_customer"]
    open_copy(desk, copy)
    desk.later(timedelta(days=3))  # Stripe has forgotten every key by then
    desk.debits.confirm_again(desk.actor, debit.id, desk.debits.balance(desk.actor, account.id))
    assert get(desk, debit).state is DebitState.CANCELED
    assert desk.stripe.debited == [] and len(desk.stripe.intents) == 1


def test_an_order_of_a_customer_who_is_gone_at_stripe_can_be_canceled(desk: DeskFixture, account: BankAccount) -> None:
    limit(desk, CREATE)
    debit = submit(desk, account)
    desk.later(timedelta(minutes=30))
    desk.stripe.before[CREATE] = [refused("resource_missing", provider="stripe")]
    desk.debits.cancel(desk.actor, debit.id)
    assert get(desk, debit).state is DebitState.CANCELED
    assert desk.stripe.intents == []


@pytest.mark.parametrize("call", [CREATE, CONFIRM])
def test_an_open_order_waits_for_the_review_of_a_restore(desk: DeskFixture, account: BankAccount, call: str) -> None:
    """What was revoked or debited since the backup is not known, so nothing is sent by itself."""
    limit(desk, call)
    debit = submit(desk, account)
    review = desk.store.restores.add(desk.clock.now(), desk.clock.now(), Unknown.MISSING)
    desk.restart()
    desk.later()
    found = get(desk, debit)
    assert (found.state, found.problem and found.problem.code) == (DebitState.UNSENT, "restored")
    assert desk.stripe.debited == []
    with pytest.raises(Refused, match="backup was restored"):
        desk.debits.confirm_again(desk.actor, debit.id, desk.debits.balance(desk.actor, account.id))
    desk.store.restores.confirm(review.id, desk.actor, desk.clock.now())
    desk.debits.confirm_again(desk.actor, debit.id, desk.debits.balance(desk.actor, account.id))
    assert len(desk.stripe.debited) == 1


def test_a_key_of_another_stripe_account_ends_no_order(desk: DeskFixture, account: BankAccount) -> None:
    """To that account the customer never existed: nothing can be learned there of what was sent."""
    limit(desk, CREATE)
    debit = submit(desk, account)
    copy = copy_file(desk)
    desk.later()
    open_copy(desk, copy)
    stripe, desk.stripe = desk.stripe, type(desk.stripe)(desk.clock)
    desk.stripe.before["find_payment_intents"] = [refused("resource_missing", provider="stripe")] * 9
    desk.restart()
    desk.later()
    assert get(desk, debit).state is DebitState.CREATED
    desk.stripe = stripe
    desk.restart()
    desk.later()
    assert get(desk, debit).state is DebitState.SUBMITTED
    assert len(stripe.debited) == 1
