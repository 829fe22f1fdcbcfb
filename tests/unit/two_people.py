"""A desk where large debits wait for a second person, and three people at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from dashboard.approvals import Question
from dashboard.domain.approvals import Approval, ApprovalState
from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitOrder, Purpose, Role
from dashboard.settings import Settings
from dashboard.staff.access import ALWAYS
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.desk_fixture import DeskFixture

Make = Callable[..., Settings]
NEW_YORK = ZoneInfo("America/New_York")
MAKER = Actor("mia@example.com", frozenset({Role.FINANCE}), "192.0.2.7", subject="s-mia", proved_until=ALWAYS)
CHECKER = Actor("carl@example.com", frozenset({Role.FINANCE}), "192.0.2.8", subject="s-carl", proved_until=ALWAYS)
BOSS = Actor("bea@example.com", frozenset({Role.ADMIN}), "192.0.2.9", subject="s-bea", proved_until=ALWAYS)


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Make) -> Callable[..., DeskFixture]:
    def make(above: int = 100_000, **changes: str) -> DeskFixture:
        settings = make_settings(**{"ACH_DESK_APPROVE_ABOVE_CENTS": str(above), **changes})
        given = DeskFixture(store, clock, vault, settings)
        given.plaid.available = 100_000_000
        return given

    return make


@pytest.fixture
def two(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make()


def link(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def order(
    given: DeskFixture, account: BankAccount, cents: int = 150_000, reference: str = "INV-1", actor: Actor = MAKER
) -> Debit:
    balance = Balance(9_000_000, 9_000_000, "usd", given.clock.now())
    similar = given.debits.preview(given.actor, account.id, cents, reference, balance).similar
    wanted = DebitOrder(given.debits.ticket(), account.id, cents, reference, Purpose.GOODS, balance)
    return given.debits.submit(actor, replace(wanted, similar_to=similar.id if similar else None))


def asked(given: DeskFixture, debit: Debit) -> Question:
    newest = given.store.approvals.newest("debit", debit.id)
    assert newest is not None
    return given.approvals.question(CHECKER, newest.id)


def approve(given: DeskFixture, debit: Debit, actor: Actor = CHECKER) -> Approval:
    shown = asked(given, debit)
    return given.approvals.approve(actor, shown.approval.id, shown.digest)


def now(given: DeskFixture, debit: Debit) -> Debit:
    return given.debits.get(given.actor, debit.id)


def state(given: DeskFixture, debit: Debit) -> ApprovalState:
    return asked(given, debit).approval.state
