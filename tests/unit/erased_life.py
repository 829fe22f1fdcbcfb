"""A customer with a bank, a debit, notes and a trail, and the words of whom nothing may be left."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.jobs import Job
from dashboard.domain.models import DebitOrder, Purpose
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.messages.customer_screens import Language
from dashboard.payments.saved_views import SavedViews
from dashboard.privacy.erasure import Erasures
from dashboard.privacy.erasure_job import KIND
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.privacy.erasures import Stage
from tests.empty_desks import open_store
from tests.planted_secrets import find_secrets
from tests.unit.desk_fixture import DeskFixture

ADMIN = demo_actor("192.0.2.9")
NAME, EMAIL, REFERENCE = "Zyanya Quetzalcoatl", "zyanya.quetzal@example.com", "ZQ-7781-REF"
AGENT, NOTE = "Mozilla/5.0 (Zyanya's tablet)", "Zyanya calls back on Friday"
WORDS = {NAME: "name", "Quetzalcoatl": "part of the name", EMAIL: "e-mail", REFERENCE: "reference", AGENT: "browser"}
WORDS |= {NOTE: "note", "198.51.100.77": "address", "quetzalcoatl": "word of the search index"}


@pytest.fixture
def full(tmp_path: Path, vault: Vault, clock: FixedClock) -> Store:
    return open_store(tmp_path / "desk.db", vault, clock)


@pytest.fixture
def life(full: Store, clock: FixedClock, vault: Vault, settings: Settings) -> DeskFixture:
    """A customer with everything that one can have: a linked bank, a debit, notes, an edit, a view that finds them."""
    given = DeskFixture(full, clock, vault, settings)
    customers = Customers(full, clock)
    given.customer = customers.add(ADMIN, "Zyanya Quetzal", EMAIL, REFERENCE)
    given.customer = customers.edit(ADMIN, given.customer.id, name=NAME)
    accepted = given.desk.accept(
        ADMIN, given.customer.id, "online", {"ip_address": "198.51.100.77", "user_agent": AGENT}, Language.ENGLISH
    )
    opening = given.desk.open(ADMIN, given.customer.id, accepted=accepted)
    facts = {"ip_address": "198.51.100.77", "user_agent": AGENT}
    attempt = given.desk.report(ADMIN, opening.attempt_id, given.outcome(), facts)
    account = str(given.get(attempt).bank_account_id)
    order = DebitOrder(
        given.debits.ticket(), account, 2_500, "INV-1", Purpose.GOODS, given.debits.balance(ADMIN, account)
    )
    given.debits.submit(ADMIN, order)
    customers.add_note(ADMIN, given.customer.id, NOTE)
    views = SavedViews(full, clock)
    views.save(ADMIN, "Hers", PaymentFilter(text="quetzalcoatl"))
    views.save(ADMIN, "Failed", PaymentFilter(rail="ach_debit"))
    tell(full, "succeeded")
    return given


def tell(store: Store, status: str) -> None:
    """What a sync reads of her at Stripe."""
    tag = {"ach_desk_debit": store.debits.recent()[0].id}
    charge = {"id": "py_1", "amount": 2_500, "currency": "usd", "created": 1_795_000_000, "status": status}
    charge |= {"metadata": tag, "payment_method_types": ["us_bank_account"]}
    charge["payment_method_details"] = {"type": "us_bank_account"}
    who = {"id": "cus_1", "created": 1_790_000_000, "name": NAME, "email": EMAIL}
    store.projection.apply("customers", [who])
    store.projection.apply("charges", [{**charge, "customer": "cus_1", "payment_intent": "pi_1"}])
    store.projection.apply("payment_intents", [{**charge, "id": "pi_1", "customer": "cus_1", "status": status}])


@pytest.fixture
def erasures(life: DeskFixture) -> Erasures:
    return life.erasures


def job_of(given: DeskFixture) -> Job:
    job = given.store.jobs.find(KIND, given.customer.id)
    assert job is not None
    return job


def stage_of(given: DeskFixture) -> Stage | None:
    found = given.store.erasures.get(given.customer.id)
    return found.stage if found else None


def left_in(store: Store) -> list[str]:
    files = {path.name: path.read_bytes() for path in store.database.path.parent.glob("desk.db*")}
    assert "desk.db-wal" in files
    return find_secrets(WORDS, files)
