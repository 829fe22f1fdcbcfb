"""Before an order to debit is confirmed: our own debits on their way, and a debit that looks like it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.debits.preview import Preview
from dashboard.domain.errors import Refused
from dashboard.domain.models import Balance, BankAccount, Debit, DebitOrder, DebitState, Problem, Purpose
from tests.unit.desk_fixture import DeskFixture


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def balance(given: DeskFixture, available: int | None = 10_000) -> Balance:
    return Balance(available, 12_000, "usd", given.clock.now())


def preview(
    given: DeskFixture, account: BankAccount, amount: int, invoice: str, available: int | None = 10_000
) -> Preview:
    return given.debits.preview(given.actor, account.id, amount, invoice, balance(given, available))


def order(given: DeskFixture, account: BankAccount, amount: int, invoice: str, similar_to: str | None = None) -> Debit:
    ticket, seen = given.debits.ticket(), balance(given)
    wanted = DebitOrder(ticket, account.id, amount, invoice, Purpose.GOODS, seen, similar_to=similar_to)
    return given.debits.submit(given.actor, wanted)


def test_our_own_debits_on_their_way_are_taken_off_the_balance(given: DeskFixture, account: BankAccount) -> None:
    assert (
        preview(given, account, 500, "INV-1").pending_cents,
        preview(given, account, 500, "INV-1").left_cents,
    ) == (
        0,
        10_000,
    )
    order(given, account, 6_000, "INV-1")
    seen = preview(given, account, 4_001, "INV-2")
    assert (seen.pending_cents, seen.left_cents) == (6_000, 4_000)
    assert isinstance(seen.refusal, Refused) and seen.refusal.code == "above_balance"
    with pytest.raises(Refused) as refused:
        order(given, account, 4_001, "INV-2")
    assert refused.value.code == "above_balance"
    assert preview(given, account, 4_000, "INV-2").refusal is None
    assert order(given, account, 4_000, "INV-2").state is DebitState.SUBMITTED


def test_a_balance_that_the_bank_does_not_give_has_nothing_taken_off(given: DeskFixture, account: BankAccount) -> None:
    order(given, account, 6_000, "INV-1")
    assert preview(given, account, 500, "INV-2", None).left_cents is None


def test_a_debit_that_has_reached_the_account_is_in_the_banks_own_figure(
    given: DeskFixture, account: BankAccount
) -> None:
    order(given, account, 6_000, "INV-1")
    given.clock.follow(given.clock.now() + timedelta(days=6))
    assert preview(given, account, 500, "INV-2").pending_cents == 0


@pytest.mark.parametrize("state", [DebitState.REFUSED, DebitState.CANCELED])
def test_a_debit_that_moved_nothing_is_neither_pending_nor_alike(
    given: DeskFixture, account: BankAccount, state: DebitState
) -> None:
    made = order(given, account, 6_000, "INV-1")
    given.store.database.handle.execute("DROP TRIGGER IF EXISTS debit_stays_ended")
    for row in given.store.database.handle.query("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        given.store.database.handle.execute(f"DROP TRIGGER {row['name']}")
    given.store.debits.set_state(made.id, state, Problem("It was refused."))
    seen = preview(given, account, 6_000, "INV-1")
    assert (seen.pending_cents, seen.similar) == (0, None)


@pytest.mark.parametrize(
    ("amount", "invoice", "alike"),
    [(6_000, "INV-2", True), (500, " inv-1 ", True), (500, "INV-10", False), (6_001, "INV-2", False)],
)
def test_the_same_amount_or_the_same_invoice_is_asked_about(
    given: DeskFixture, account: BankAccount, amount: int, invoice: str, alike: bool
) -> None:
    made = order(given, account, 6_000, "INV-1")
    similar = preview(given, account, amount, invoice, 100_000).similar
    assert (similar is not None and similar.id == made.id) is alike


def test_after_the_days_of_the_setting_nobody_is_asked(given: DeskFixture, account: BankAccount) -> None:
    order(given, account, 500, "INV-1")
    start = given.clock.now()
    for days, asked in ((44, True), (46, False)):
        given.clock.follow(start + timedelta(days=days))
        assert (preview(given, account, 500, "INV-1").similar is not None) is asked


def test_only_the_debit_that_was_asked_about_is_confirmed(given: DeskFixture, account: BankAccount) -> None:
    """Between the question and the press another tab may have sent one more."""
    first = order(given, account, 500, "INV-1")
    second = order(given, account, 500, "INV-1", first.id)
    with pytest.raises(Refused) as refused:
        order(given, account, 500, "INV-1", first.id)
    assert refused.value.code == "similar_debit"
    assert order(given, account, 500, "INV-1", second.id).id not in {first.id, second.id}


def test_a_form_that_was_sent_is_found_by_its_ticket(given: DeskFixture, account: BankAccount) -> None:
    ticket = given.debits.ticket()
    assert given.debits.of_ticket(given.actor, ticket) is None
    wanted = DebitOrder(ticket, account.id, 500, "INV-1", Purpose.GOODS, balance(given))
    made = given.debits.submit(given.actor, wanted)
    found = given.debits.of_ticket(given.actor, ticket)
    assert found is not None and found.id == made.id
    assert given.debits.of_ticket(given.actor, "no ticket <script>") is None
