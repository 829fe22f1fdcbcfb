"""Debits: what is refused, what is sent, and that one form is one debit whatever is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.errors import AccessDenied, InputError, ProviderLimited, ProviderRejected, Refused
from dashboard.models import Actor, Balance, BankAccount, Debit, DebitOrder, DebitState, ItemState, Purpose, Role
from dashboard.settings import Settings
from tests.unit.fakes import Killed, lost, refused
from tests.unit.worlds import World


@pytest.fixture
def account(world: World) -> BankAccount:
    return world.desk.account(world.actor, str(world.link().bank_account_id))


def order_for(world: World, account: BankAccount, amount: Any = 1099, **more: Any) -> DebitOrder:
    facts = {
        "ticket": world.debits.ticket(),
        "bank_account_id": account.id,
        "amount_cents": amount,
        "invoice_reference": "INV-7",
        "purpose": Purpose.SERVICES,
        "balance": world.debits.balance(world.actor, account.id),
        **more,
    }
    return DebitOrder(**facts)


def submit(world: World, account: BankAccount, amount: Any = 1099, **more: Any) -> Debit:
    return world.debits.submit(world.actor, order_for(world, account, amount, **more))


def test_a_debit_is_sent_with_what_finance_needs_to_find_it(world: World, account: BankAccount) -> None:
    debit = submit(world, account)
    assert (debit.state, debit.payment_intent_id, debit.charge_id) == (DebitState.SUBMITTED, "pi_1", "py_1")
    (sent,) = world.stripe.intents
    assert (sent["amount"], sent["currency"], sent["customer"], sent["payment_method"]) == (
        1099,
        "usd",
        "cus_1",
        "ba_1",
    )
    assert sent["metadata"] == {"ach_desk_debit": debit.id, "invoice_reference": "INV-7"}
    assert sent["payment_method_options"] == {"us_bank_account": {"transaction_purpose": "services"}}
    assert (sent["statement_descriptor"], sent["confirm"], sent["off_session"]) == ("ACME", True, True)
    assert [row.action for row in world.store.trail.read(debit.id)] == [
        "debit.submitted",
        "debit.sent",
        "debit.ordered",
    ]


def test_a_double_click_is_one_debit(world: World, account: BankAccount) -> None:
    order = order_for(world, account)
    first, second = world.debits.submit(world.actor, order), world.debits.submit(world.actor, order)
    assert first.id == second.id
    assert len(world.stripe.intents) == 1


def test_a_second_tab_with_its_own_form_is_its_own_debit(world: World, account: BankAccount) -> None:
    assert submit(world, account).id != submit(world, account).id
    assert len(world.stripe.intents) == 2


@pytest.mark.parametrize("amount", [0, -1, 49, 100_000_000, 10.5, "10", True, None])
def test_an_amount_that_cannot_be_debited_is_refused(world: World, account: BankAccount, amount: Any) -> None:
    with pytest.raises(InputError):
        submit(world, account, amount)
    assert world.debits.recent(world.actor) == []


@pytest.mark.parametrize("amount", [50, 100_000])
def test_the_whole_available_balance_may_be_debited(world: World, account: BankAccount, amount: int) -> None:
    assert submit(world, account, amount).state is DebitState.SUBMITTED


def test_more_than_the_available_balance_is_refused(world: World, account: BankAccount) -> None:
    with pytest.raises(Refused, match="above the available balance"):
        submit(world, account, 100_001)


def test_an_unknown_balance_is_asked_about_and_not_taken_for_enough(world: World, account: BankAccount) -> None:
    world.plaid.available = None
    with pytest.raises(Refused, match="no available balance"):
        submit(world, account)
    assert submit(world, account, accept_unknown_balance=True).state is DebitState.SUBMITTED


def test_an_account_in_another_currency_is_refused(world: World, account: BankAccount) -> None:
    world.plaid.currency = "cad"
    with pytest.raises(Refused, match="CAD"):
        submit(world, account)


def test_an_old_balance_is_refused(world: World, account: BankAccount) -> None:
    order = order_for(world, account)
    world.clock.move(timedelta(minutes=10, seconds=1))
    with pytest.raises(Refused, match="older than ten minutes"):
        world.debits.submit(world.actor, order)
    later = replace(order, balance=replace(order.balance, at=world.clock.now() + timedelta(hours=1)))
    with pytest.raises(Refused):
        world.debits.submit(world.actor, later)


def test_an_account_without_an_active_mandate_is_refused(world: World, account: BankAccount) -> None:
    world.store.mandates.set_status(str(account.mandate_id), "inactive")
    with pytest.raises(Refused, match="not ready"):
        submit(world, account)


def test_an_account_whose_connection_was_ended_is_refused(world: World, account: BankAccount) -> None:
    order = order_for(world, account)
    world.store.items.set_state(account.item_id, ItemState.REMOVED, world.clock.now())
    with pytest.raises(Refused, match="was ended"):
        world.debits.submit(world.actor, order)
    with pytest.raises(Refused, match="removed"):
        world.debits.balance(world.actor, account.id)


@pytest.mark.parametrize("reference", ["", "  ", "x" * 101, "a\x00b"])
def test_an_unusable_invoice_reference_is_refused(world: World, account: BankAccount, reference: str) -> None:
    with pytest.raises(InputError):
        submit(world, account, invoice_reference=reference)


def test_a_forged_ticket_or_account_is_refused(world: World, account: BankAccount) -> None:
    with pytest.raises(InputError):
        submit(world, account, ticket="x")
    with pytest.raises(InputError):
        submit(world, account, bank_account_id="acct_other", balance=Balance(1, 1, "usd", world.clock.now()))


def test_only_finance_debits(world: World, account: BankAccount) -> None:
    order = order_for(world, account)
    ops = Actor("Otto", frozenset({Role.OPS}))
    with pytest.raises(AccessDenied):
        world.debits.submit(ops, order)
    with pytest.raises(AccessDenied):
        world.debits.balance(ops, account.id)


def test_a_bank_that_wants_a_new_sign_in_is_marked(world: World, account: BankAccount) -> None:
    world.plaid.before["balance"] = [refused("ITEM_LOGIN_REQUIRED", kind="ITEM_ERROR")]
    with pytest.raises(ProviderRejected, match="sign in again"):
        world.debits.balance(world.actor, account.id)
    item = world.store.items.get(account.item_id)
    assert item is not None
    assert item.state is ItemState.LOGIN_REQUIRED


def test_a_definite_no_refuses_the_debit_and_says_why(world: World, account: BankAccount) -> None:
    world.stripe.before["create_payment_intent"] = [refused("bank_account_unusable", provider="stripe")]
    debit = submit(world, account)
    assert debit.state is DebitState.REFUSED
    assert debit.problem is not None
    assert "does not let this bank account be debited" in debit.problem.what
    assert debit.problem.request_id == "req-no"
    world.debits.resume(world.actor, debit.id)
    assert world.stripe.intents == []


def test_a_limit_leaves_the_debit_to_be_sent_under_its_key(world: World, account: BankAccount) -> None:
    limited = ProviderLimited("Slow down.", provider="stripe", code="rate_limit")
    world.stripe.before["create_payment_intent"] = [limited]
    debit = submit(world, account)
    assert debit.state is DebitState.CREATED
    assert [one.id for one in world.debits.attention(world.actor)] == [debit.id]
    world.clock.move(timedelta(days=3))  # it was never sent, so its age does not count
    assert world.debits.resume(world.actor, debit.id).state is DebitState.SUBMITTED


@pytest.mark.parametrize("saved", [False, True], ids=["answer lost", "saved 500 that replays"])
def test_a_lost_answer_is_looked_for_at_once(world: World, account: BankAccount, saved: bool) -> None:
    world.stripe.save_failures = saved
    world.stripe.after["create_payment_intent"] = [lost(provider="stripe")]
    debit = submit(world, account)
    assert (debit.state, debit.payment_intent_id) == (DebitState.SUBMITTED, "pi_1")
    assert len(world.stripe.intents) == 1


def test_a_lost_answer_that_cannot_be_looked_for_is_unknown_and_sent_again_under_its_key(
    world: World, account: BankAccount
) -> None:
    world.stripe.after["create_payment_intent"] = [lost(provider="stripe")]
    world.stripe.before["find_payment_intents"] = [lost(provider="stripe", maybe_done=False)]
    debit = submit(world, account)
    assert debit.state is DebitState.UNKNOWN
    assert [one.id for one in world.debits.attention(world.actor)] == [debit.id]
    world.clock.move(timedelta(hours=22))
    assert world.debits.resume(world.actor, debit.id).state is DebitState.SUBMITTED
    assert len(world.stripe.intents) == 1


def test_a_debit_that_stripe_never_got_is_sent_again_under_its_key(world: World, account: BankAccount) -> None:
    world.stripe.before["create_payment_intent"] = [lost(provider="stripe")]
    debit = submit(world, account)
    assert debit.state is DebitState.UNKNOWN
    world.clock.move(timedelta(minutes=1))
    world.debits.get(world.actor, debit.id)
    assert world.debits.get(world.actor, debit.id).state is DebitState.SUBMITTED
    assert len(world.stripe.intents) == 1


def test_after_a_day_a_debit_is_found_and_not_sent(world: World, account: BankAccount) -> None:
    world.stripe.after["create_payment_intent"] = [Killed()]
    with pytest.raises(Killed):
        submit(world, account)
    world.clock.move(timedelta(days=4))
    world.restart()
    world.debits.resume_all()
    (debit,) = world.debits.recent(world.actor)
    assert (debit.state, debit.payment_intent_id) == (DebitState.SUBMITTED, "pi_1")
    assert world.stripe.calls["create_payment_intent"] == 1


def test_after_a_day_without_a_trace_a_debit_stays_unknown_and_is_never_sent(
    world: World, account: BankAccount
) -> None:
    world.stripe.before["create_payment_intent"] = [Killed()]
    with pytest.raises(Killed):
        submit(world, account)
    world.clock.move(timedelta(days=4))
    world.restart()
    for _ in range(3):
        world.debits.resume_all()
    (debit,) = world.debits.recent(world.actor)
    assert debit.state is DebitState.UNKNOWN
    assert debit.problem is not None
    assert (world.stripe.calls["create_payment_intent"], world.stripe.intents) == (1, [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_while_sending_makes_one_debit(world: World, account: BankAccount, when: str) -> None:
    getattr(world.stripe, when)["create_payment_intent"] = [Killed()]
    with pytest.raises(Killed):
        submit(world, account)
    world.restart()
    assert world.debits.resume_all() == 1
    (debit,) = world.debits.recent(world.actor)
    assert debit.state is DebitState.SUBMITTED
    assert len(world.stripe.intents) == 1
    assert world.debits.resume_all() == 0


def test_the_same_key_with_another_content_is_looked_into(world: World, account: BankAccount) -> None:
    world.stripe.after["create_payment_intent"] = [Killed()]
    with pytest.raises(Killed):
        submit(world, account)
    world.store.database.handle.execute("UPDATE debit SET body = replace(body, '1099', '1100')")
    world.restart()
    world.debits.resume_all()
    (debit,) = world.debits.recent(world.actor)
    assert debit.payment_intent_id == "pi_1"
    assert [intent["amount"] for intent in world.stripe.intents] == [1099]


@pytest.mark.parametrize(
    ("now", "debited", "available"),
    [
        (datetime(2026, 11, 24, 15, tzinfo=UTC), "2026-11-25", "2026-12-01"),  # Thanksgiving lies between
        (datetime(2026, 11, 25, 2, 30, tzinfo=UTC), "2026-11-27", "2026-12-02"),  # 21:30 in New York: the next day's
        (datetime(2026, 11, 28, 15, tzinfo=UTC), "2026-12-01", "2026-12-04"),  # a Saturday counts as Monday
    ],
)
def test_the_expected_dates_follow_the_banks_calendar(
    world: World, now: datetime, debited: str, available: str
) -> None:
    world.clock.at = now
    dates = world.debits.expected_dates(world.actor)
    assert (dates.debited.isoformat(), dates.available.isoformat()) == (debited, available)


TWENTY = {"ACH_DESK_DEBIT_PROOF_CENTS": "2000", "ACH_DESK_DEBIT_MAX_CENTS": "5000"}
FIN = Actor("fin@example.com", frozenset({Role.FINANCE}))


@pytest.fixture
def strict(world: World, make_settings: Callable[..., Settings]) -> Callable[..., World]:
    def under(**changes: str) -> World:
        world.settings = make_settings(**changes)
        world.restart()
        return world

    return under


def test_a_debit_above_the_amount_asks_for_proof(strict: Callable[..., World], account: BankAccount) -> None:
    world = strict(**TWENTY)
    assert world.debits.submit(FIN, order_for(world, account, 2000)).state is DebitState.SUBMITTED
    order = order_for(world, account, 2001)
    with pytest.raises(AccessDenied) as denied:
        world.debits.submit(FIN, order)
    assert denied.value.code == "proof"
    stale = replace(FIN, proved_until=world.clock.real())
    with pytest.raises(AccessDenied):
        world.debits.submit(stale, order)
    assert len(world.stripe.intents) == 1, "nothing was sent"
    proved = replace(FIN, proved_until=world.clock.real() + timedelta(minutes=5))
    assert world.debits.submit(proved, order).state is DebitState.SUBMITTED


def test_moving_the_sandboxs_clock_neither_proves_nor_unproves(
    strict: Callable[..., World], account: BankAccount
) -> None:
    world = strict(**TWENTY)
    proved = replace(FIN, proved_until=world.clock.real() + timedelta(minutes=5))
    world.clock.follow(world.clock.real() + timedelta(days=3))
    assert world.debits.submit(proved, order_for(world, account, 2001)).state is DebitState.SUBMITTED


def test_nobody_debits_more_than_the_most(strict: Callable[..., World], account: BankAccount) -> None:
    world = strict(**TWENTY)
    assert submit(world, account, 5000).state is DebitState.SUBMITTED
    with pytest.raises(Refused, match="above the most") as denied:
        submit(world, account, 5001)
    assert denied.value.code == "above_maximum"
    with pytest.raises(Refused):
        world.debits.check_size(world.actor, 5001)


@pytest.mark.parametrize("role", Role)
def test_who_may_debit_is_asked_of_the_settings(strict: Callable[..., World], account: BankAccount, role: Role) -> None:
    world = strict(ACH_DESK_DEBIT_ROLES="admin, ops")
    actor = Actor("ann@example.com", frozenset({role}), may_debit=True)
    order = order_for(world, account)
    if role in {Role.ADMIN, Role.OPS}:
        debit = world.debits.submit(actor, order)
        world.debits.resume(actor, debit.id)
        return
    debit = submit(world, account)
    for forbidden in (
        lambda: world.debits.submit(actor, order),
        lambda: world.debits.resume(actor, debit.id),
        lambda: world.debits.expected_dates(actor),
        lambda: world.debits.check_size(actor, 1),
    ):
        with pytest.raises(AccessDenied):
            forbidden()
