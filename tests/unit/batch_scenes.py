"""A desk with customers who can be debited in a batch, and files of debits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from dashboard.domain.batches import Batch, BatchState, RowOutcome, RowState
from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, BankAccount, Customer, HolderType
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.desk_fixture import DeskFixture
from tests.unit.two_people import CHECKER, MAKER

HEAD = "customer,amount,reference,account,purpose,date"
MakeSettings = Callable[..., Settings]


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: MakeSettings) -> Callable[..., DeskFixture]:
    def make(**changes: str) -> DeskFixture:
        given = DeskFixture(store, clock, vault, make_settings(**changes))
        given.plaid.available = 100_000_000
        return given

    return make


@pytest.fixture
def desk(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make()


def linked(given: DeskFixture, count: int = 1) -> list[Customer]:
    """Customers C-1, C-2, … each with one account; the first is linked through the desk, the others are like it."""
    first = given.desk.account(given.actor, str(given.link().bank_account_id))
    found = [given.customer]
    with given.store.transaction():
        for number in range(2, count + 1):
            found.append(add_like(given, first, number))
    return found


def add_like(given: DeskFixture, account: BankAccount, number: int) -> Customer:
    """A customer with an account of their own, ready to debit, behind the connection of another one."""
    made = Customer(
        id=f"cust_{number:05}",
        name=f"Customer {number}",
        email=f"c{number}@example.com",
        reference=f"C-{number}",
        holder_type=HolderType.COMPANY,
        stripe_customer_id=f"cus_{number:05}",
        created_at=given.clock.now(),
    )
    given.store.customers.add(made)
    given.stripe.customers[str(made.stripe_customer_id)] = {"id": made.stripe_customer_id, "email": made.email}
    given.store.customers.decide(made.id, made.stripe_customer_id, given.clock.now())
    own = replace(
        account,
        id=f"bank_{number:05}",
        customer_id=made.id,
        plaid_account_id=f"acc-{number:05}",
        mask=f"{number:04}"[-4:],
        stripe_customer_id=made.stripe_customer_id,
        stripe_bank_account_id=f"ba_{number:05}",
        mandate_id=f"mandate_{number:05}",
    )
    given.store.accounts.add(own, None)
    given.store.accounts.edit(
        own.id,
        {name: getattr(own, name) for name in ("stripe_status", "mandate_id", "mandate_status")},
        given.clock.now(),
    )
    return made


def file_of(rows: Iterable[str], head: str = HEAD) -> bytes:
    return "\n".join([head, *rows, ""]).encode()


def equal_rows(customers: Iterable[Customer], cents: int = 1_000) -> bytes:
    """One debit for each of them."""
    dollars = f"{cents // 100}.{cents % 100:02}"
    return file_of(f"{one.reference},{dollars},INV-{place},,," for place, one in enumerate(customers, 1))


def opened(given: DeskFixture, content: bytes, actor: Actor = MAKER, name: str = "run.csv") -> Batch:
    return given.batches.open(actor, content, name)


def submitted(given: DeskFixture, content: bytes, **more: Any) -> Batch:
    return given.batches.submit(MAKER, opened(given, content).id, **more)


def approve(given: DeskFixture, batch: Batch, actor: Actor = CHECKER) -> Batch:
    newest = given.store.approvals.newest("batch", batch.id)
    assert newest is not None
    given.approvals.approve(actor, newest.id, given.approvals.question(actor, newest.id).digest)
    return now(given, batch)


def run(given: DeskFixture, batch: Batch, turns: int = 60) -> Batch:
    """Until it has ended, or goes no further."""
    for _ in range(turns):
        if now(given, batch).state is not BatchState.SENDING:
            break
        given.later()
    return now(given, batch)


def sent(given: DeskFixture, content: bytes, **more: Any) -> Batch:
    """Submitted by one person, approved by another, sent to its end."""
    return run(given, approve(given, submitted(given, content, **more)))


def now(given: DeskFixture, batch: Batch) -> Batch:
    return given.batches.get(given.actor, batch.id)


def rows(given: DeskFixture, batch: Batch) -> list[RowOutcome]:
    return given.batches.rows(given.actor, batch.id)


def states(given: DeskFixture, batch: Batch) -> list[RowState]:
    return [one.row.state for one in rows(given, batch)]


def codes(given: DeskFixture, batch: Batch) -> list[list[str]]:
    """The faults of each row."""
    return [[fault.code for fault in one.row.faults] for one in rows(given, batch)]
