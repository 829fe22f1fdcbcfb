"""Debits: what is refused, what is sent, and that one form is one debit whatever is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.domain.errors import AccessDenied, InputError, ProviderRejected, Refused
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitOrder, DebitState, ItemState, Purpose, Role
from dashboard.settings import Settings
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def order_for(given: DeskFixture, account: BankAccount, amount: Any = 1099, **more: Any) -> DebitOrder:
    facts = {
        "ticket": given.debits.ticket(),
        "bank_account_id": account.id,
        "amount_cents": amount,
        "invoice_reference": "INV-7",
        "purpose": Purpose.SERVICES,
        "balance": given.debits.balance(given.actor, account.id),
        **more,
    }
    return DebitOrder(**facts)


def submit(given: DeskFixture, account: BankAccount, amount: Any = 1099, **more: Any) -> Debit:
    return given.debits.submit(given.actor, order_for(given, account, amount, **more))


def test_a_debit_is_sent_with_what_finance_needs_to_find_it(given: DeskFixture, account: BankAccount) -> None:
    debit = submit(given, account)
    assert (debit.state, debit.payment_intent_id, debit.charge_id) == (DebitState.SUBMITTED, "pi_1", "py_1")
    (sent,) = given.stripe.intents
    assert (sent["amount"], sent["currency"], sent["customer"], sent["payment_method"]) == (
        1099,
        "usd",
        "cus_1",
        "ba_1",
    )
    assert sent["metadata"] == {"ach_desk_debit": debit.id, "invoice_reference": "INV-7"}
    assert sent["payment_method_options"] == {"us_bank_account": {"transaction_purpose": "services"}}
    assert sent["statement_descriptor"] == "ACME"
    assert "confirm" not in sent, "nothing moves before the id of the PaymentIntent is committed"
    assert [row.action for row in given.store.trail.read(debit.id)] == [
        "debit.submitted",
        "debit.sent",
        "debit.created",
        "debit.ordered",
    ]
    assert {(row.actor, row.address) for row in given.store.trail.read(debit.id)} == {("demo", "192.0.2.1")}


def test_a_double_click_is_one_debit(given: DeskFixture, account: BankAccount) -> None:
    order = order_for(given, account)
    first, second = given.debits.submit(given.actor, order), given.debits.submit(given.actor, order)
    assert first.id == second.id
    assert len(given.stripe.intents) == 1


@pytest.mark.parametrize("other", [{"amount": 1_100}, {"invoice_reference": "INV-8"}, {"account": True}])
def test_a_form_that_was_sent_takes_no_other_order(
    given: DeskFixture, account: BankAccount, other: dict[str, Any]
) -> None:
    """Its address was opened in a second session, and something else typed there: that must not look ordered."""
    ticket = given.debits.ticket()
    first = submit(given, account, 500, ticket=ticket, invoice_reference="INV-1")
    said: dict[str, Any] = {"amount": 500, "invoice_reference": "INV-1", **other}
    if said.pop("account", False):
        given.customer = given.add_customer("Bea", "bea@example.com", "C-2")
        account = given.desk.account(given.actor, str(given.link(token="public-sandbox-2").bank_account_id))
    with pytest.raises(InputError) as refused_:
        submit(given, account, said.pop("amount"), ticket=ticket, **said)
    assert refused_.value.code == "ticket_used"
    assert [one.id for one in given.debits.recent(given.actor)] == [first.id]


def test_a_second_tab_with_its_own_form_is_its_own_debit_once_it_is_asked_about(
    given: DeskFixture, account: BankAccount
) -> None:
    first = submit(given, account)
    with pytest.raises(Refused) as refused_:
        submit(given, account)
    assert refused_.value.code == "similar_debit"
    assert submit(given, account, similar_to=first.id).id != first.id
    assert len(given.stripe.intents) == 2


@pytest.mark.parametrize("amount", [0, -1, 49, 100_000_000, 10.5, "10", True, None])
def test_an_amount_that_cannot_be_debited_is_refused(given: DeskFixture, account: BankAccount, amount: Any) -> None:
    with pytest.raises(InputError):
        submit(given, account, amount)
    assert given.debits.recent(given.actor) == []


@pytest.mark.parametrize("amount", [50, 100_000])
def test_the_whole_available_balance_may_be_debited(given: DeskFixture, account: BankAccount, amount: int) -> None:
    assert submit(given, account, amount).state is DebitState.SUBMITTED


def test_more_than_the_available_balance_is_refused(given: DeskFixture, account: BankAccount) -> None:
    with pytest.raises(Refused, match="above the available balance"):
        submit(given, account, 100_001)


def test_an_unknown_balance_is_asked_about_and_not_taken_for_enough(given: DeskFixture, account: BankAccount) -> None:
    given.plaid.available = None
    with pytest.raises(Refused, match="no available balance"):
        submit(given, account)
    assert submit(given, account, accept_unknown_balance=True).state is DebitState.SUBMITTED


def test_an_account_in_another_currency_is_refused(given: DeskFixture, account: BankAccount) -> None:
    given.plaid.currency = "cad"
    with pytest.raises(Refused, match="CAD"):
        submit(given, account)


def test_an_old_balance_is_refused(given: DeskFixture, account: BankAccount) -> None:
    order = order_for(given, account)
    given.clock.move(timedelta(minutes=10, seconds=1))
    with pytest.raises(Refused, match="older than ten minutes"):
        given.debits.submit(given.actor, order)
    later = replace(order, balance=replace(order.balance, at=given.clock.now() + timedelta(hours=1)))
    with pytest.raises(Refused):
        given.debits.submit(given.actor, later)


def test_an_account_without_an_active_mandate_is_refused(given: DeskFixture, account: BankAccount) -> None:
    given.store.mandates.set_status(str(account.mandate_id), "inactive")
    with pytest.raises(Refused, match="not ready"):
        submit(given, account)


def test_an_account_whose_connection_was_ended_is_refused(given: DeskFixture, account: BankAccount) -> None:
    order = order_for(given, account)
    given.store.items.set_state(account.item_id, ItemState.REMOVED, given.clock.now())
    with pytest.raises(Refused, match="was ended"):
        given.debits.submit(given.actor, order)
    with pytest.raises(Refused, match="removed"):
        given.debits.balance(given.actor, account.id)


@pytest.mark.parametrize("reference", ["", "  ", "x" * 101, "a\x00b"])
def test_an_unusable_invoice_reference_is_refused(given: DeskFixture, account: BankAccount, reference: str) -> None:
    with pytest.raises(InputError):
        submit(given, account, invoice_reference=reference)


def test_a_forged_ticket_or_account_is_refused(given: DeskFixture, account: BankAccount) -> None:
    with pytest.raises(InputError):
        submit(given, account, ticket="x")
    with pytest.raises(InputError):
        submit(given, account, bank_account_id="acct_other", balance=Balance(1, 1, "usd", given.clock.now()))


def test_only_finance_debits(given: DeskFixture, account: BankAccount) -> None:
    order = order_for(given, account)
    ops = Actor("Otto", frozenset({Role.OPS}))
    with pytest.raises(AccessDenied):
        given.debits.submit(ops, order)
    with pytest.raises(AccessDenied):
        given.debits.balance(ops, account.id)


def test_a_bank_that_wants_a_new_sign_in_is_marked(given: DeskFixture, account: BankAccount) -> None:
    given.plaid.before["balance"] = [refused("ITEM_LOGIN_REQUIRED", kind="ITEM_ERROR")]
    with pytest.raises(ProviderRejected, match="has to sign in at the bank again"):
        given.debits.balance(given.actor, account.id)
    item = given.store.items.get(account.item_id)
    assert item is not None
    assert item.state is ItemState.LOGIN_REQUIRED


@pytest.mark.parametrize(
    ("now", "debited", "available"),
    [
        (datetime(2026, 11, 24, 15, tzinfo=UTC), "2026-11-25", "2026-12-01"),  # Thanksgiving lies between
        (datetime(2026, 11, 25, 2, 30, tzinfo=UTC), "2026-11-27", "2026-12-02"),  # 21:30 in New York: the next day's
        (datetime(2026, 11, 28, 15, tzinfo=UTC), "2026-12-01", "2026-12-04"),  # a Saturday counts as Monday
    ],
)
def test_the_expected_dates_follow_the_banks_calendar(
    given: DeskFixture, now: datetime, debited: str, available: str
) -> None:
    given.clock.at = now
    dates = given.debits.expected_dates(given.actor)
    assert (dates.debited.isoformat(), dates.available.isoformat()) == (debited, available)


TWENTY = {"ACH_DESK_DEBIT_PROOF_CENTS": "2000", "ACH_DESK_DEBIT_MAX_CENTS": "5000"}
FIN = Actor("fin@example.com", frozenset({Role.FINANCE}))


@pytest.fixture
def strict(given: DeskFixture, make_settings: Callable[..., Settings]) -> Callable[..., DeskFixture]:
    def under(**changes: str) -> DeskFixture:
        given.settings = make_settings(**changes)
        given.restart()
        return given

    return under


def test_a_debit_above_the_amount_asks_for_proof(strict: Callable[..., DeskFixture], account: BankAccount) -> None:
    given = strict(**TWENTY)
    assert given.debits.submit(FIN, order_for(given, account, 2000)).state is DebitState.SUBMITTED
    order = order_for(given, account, 2001, invoice_reference="INV-8")
    with pytest.raises(AccessDenied) as denied:
        given.debits.submit(FIN, order)
    assert denied.value.code == "proof"
    stale = replace(FIN, proved_until=given.clock.real())
    with pytest.raises(AccessDenied):
        given.debits.submit(stale, order)
    assert len(given.stripe.intents) == 1, "nothing was sent"
    proved = replace(FIN, proved_until=given.clock.real() + timedelta(minutes=5))
    assert given.debits.submit(proved, order).state is DebitState.SUBMITTED


def test_moving_the_sandboxs_clock_neither_proves_nor_unproves(
    strict: Callable[..., DeskFixture], account: BankAccount
) -> None:
    given = strict(**TWENTY)
    proved = replace(FIN, proved_until=given.clock.real() + timedelta(minutes=5))
    given.clock.follow(given.clock.real() + timedelta(days=3))
    assert given.debits.submit(proved, order_for(given, account, 2001)).state is DebitState.SUBMITTED


def test_nobody_debits_more_than_the_most(strict: Callable[..., DeskFixture], account: BankAccount) -> None:
    given = strict(**TWENTY)
    assert submit(given, account, 5000).state is DebitState.SUBMITTED
    with pytest.raises(Refused, match="above the most") as denied:
        submit(given, account, 5001)
    assert denied.value.code == "above_maximum"
    with pytest.raises(Refused):
        given.debits.check_size(given.actor, 5001)


@pytest.mark.parametrize("role", Role)
def test_who_may_debit_is_asked_of_the_settings(
    strict: Callable[..., DeskFixture], account: BankAccount, role: Role
) -> None:
    given = strict(ACH_DESK_DEBIT_ROLES="admin, ops")
    actor = Actor("ann@example.com", frozenset({role}), may_debit=True)
    order = order_for(given, account)
    if role in {Role.ADMIN, Role.OPS}:
        debit = given.debits.submit(actor, order)
        given.debits.resume(actor, debit.id)
        return
    debit = submit(given, account)
    for forbidden in (
        lambda: given.debits.submit(actor, order),
        lambda: given.debits.resume(actor, debit.id),
        lambda: given.debits.expected_dates(actor),
        lambda: given.debits.check_size(actor, 1),
    ):
        with pytest.raises(AccessDenied):
            forbidden()
