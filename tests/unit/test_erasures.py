"""A customer who is erased: nothing of them is left in the file, their money history adds up, their proof is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.accounts.eligibility import Eligibility
from dashboard.customers import Customers
from dashboard.customers.merging import Merging
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, ItemState, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.mandates import KEPT_AFTER_REVOCATION, Mandates
from dashboard.operations.audit import ERASED, Audit
from dashboard.payments.saved_views import SavedViews
from dashboard.privacy.erasure import Erasures, write_pseudonym
from dashboard.privacy.erasure_job import CONNECTION_WAITS
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.audit_trail import TrailFilter
from dashboard.store.privacy.erasures import Stage
from tests.unit.desk_fixture import DeskFixture
from tests.unit.erased_life import ADMIN, AGENT, EMAIL, NAME, REFERENCE, erasures, full, job_of, left_in, life, tell
from tests.unit.fakes import lost

__all__ = ["erasures", "full", "life"]  # fixtures


def test_not_a_byte_is_left_in_the_file_or_its_log(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    assert {"name in desk.db-wal", "e-mail in desk.db-wal", "note in desk.db-wal"} <= set(left_in(full))
    done = erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert (done.stage, job_of(life).problem) == (Stage.DONE, None)
    assert left_in(full) == []
    assert full.database.check_integrity() == []
    assert erasures.find(ADMIN, life.customer.id) == done
    assert [view.name for view in SavedViews(full, life.clock).list(ADMIN)] == ["Failed"], "others' words stay"


def test_what_was_typed_into_a_file_of_debits_goes_too(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    """Also of a row of which nobody knows whose it is: it may be anybody's."""
    file = f"customer,amount,reference\n{REFERENCE},10.00,INV-1\n{NAME},5.00,INV-2\n".encode()
    batch = life.batches.open(life.actor, file, "run.csv")
    assert [one.row.said["customer"] for one in life.batches.rows(life.actor, batch.id)] == [*(REFERENCE, NAME)]
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert left_in(full) == []
    kept = life.batches.rows(life.actor, batch.id)
    assert [(one.row.line, dict(one.row.said), one.row.faults) for one in kept] == [(2, {}, ()), (3, {}, ())]


def held_of(store: Store) -> set[str]:
    """Every word of a customer that the payments in memory hold, also of no row any more."""
    store.columns.refresh()
    words = store.columns._columns.words
    return {word for name in ("customer", "email") for word in words[name].values.to_pylist() if word}


def test_the_payments_in_memory_hold_nothing_of_them_either(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    assert {"zyanya quetzalcoatl", EMAIL} <= held_of(full)
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert held_of(full) == {write_pseudonym(life.customer.id).lower()}


def test_money_history_stays_under_a_pseudonym_and_adds_up(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    before = full.payments.sums(PaymentFilter(), life.clock.now().date())
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert full.payments.sums(PaymentFilter(), life.clock.now().date()) == before
    rows = list(full.database.handle.query("SELECT id, customer, email, amount, reference FROM payment"))
    pseudonym = write_pseudonym(life.customer.id)
    assert rows == [{"id": "py_1", "customer": pseudonym, "email": "", "amount": 2_500, "reference": ""}]
    found = full.payments.sums(PaymentFilter(text=pseudonym), life.clock.now().date())
    assert found.count == 1, "and is found by it"
    assert [debit.invoice_reference for debit in full.debits.recent()] == ["INV-1"]


def test_the_connection_ends_at_both_providers_and_stripe_forgets_the_name(
    life: DeskFixture, erasures: Erasures
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert len(life.plaid.removed) == 1 and life.stripe.detached == ["ba_1"]
    assert (life.stripe.customers["cus_1"]["name"], life.stripe.customers["cus_1"]["email"]) == (
        write_pseudonym(life.customer.id),
        "",
    )
    item = life.store.items.list(life.customer.id)[0]
    assert item.state is ItemState.REMOVED
    with pytest.raises(Refused):
        life.store.items.access_token(item.id)


def test_a_later_sync_brings_nothing_back(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    tell(full, "failed")
    rows = list(full.database.handle.query("SELECT customer, state FROM payment"))
    assert rows == [{"customer": write_pseudonym(life.customer.id), "state": "failed"}]
    assert full.database.fold() and left_in(full) == []


def test_the_trail_still_proves_itself_and_says_nothing_personal(
    life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock, settings: Settings
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert full.trail.verify() == []
    audit = Audit(full, clock, settings.timezone)
    edited = full.trail.search(TrailFilter(action="customer.edited"))[0]
    assert audit.get(ADMIN, edited.seq).facts == {"personal data": ERASED}
    about = [row.action for row in full.trail.read(life.customer.id)]
    steps = ["customer.erasure_done", "customer.erased", "customer.renamed_at_stripe", "customer.erasure_ordered"]
    assert about[:4] == steps
    told = [row for row in full.trail.read(life.customer.id) if row.action in steps]
    assert {(row.actor, row.address) for row in told} == {(ADMIN.name, ADMIN.address)}, "also from where"
    assert job_of(life).ordered_from == ADMIN.address


def test_the_customer_is_nobody_any_more(life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    customers = Customers(full, clock)
    assert [one.name for one in customers.find(ADMIN)] == ["Jenny Rosen"]
    for act in (
        lambda: customers.get(ADMIN, life.customer.id),
        lambda: customers.edit(ADMIN, life.customer.id, name="Back"),
        lambda: customers.add_note(ADMIN, life.customer.id, "x"),
        lambda: life.desk.open(ADMIN, life.customer.id),
        lambda: erasures.plan(ADMIN, life.customer.id),
    ):
        with pytest.raises(InputError):
            act()
    assert erasures.order(ADMIN, life.customer.id, "anything").stage is Stage.DONE, "once is enough"
    again = customers.add(ADMIN, NAME, EMAIL, REFERENCE)
    assert again.id != life.customer.id, "they may come back, as somebody new"


def test_nothing_is_debited_from_the_order_on(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    life.plaid.before["remove_item"] = [lost()]
    account = full.accounts.list(life.customer.id)[0]
    order = erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert order.stage is Stage.ORDERED and job_of(life).problem == CONNECTION_WAITS
    with pytest.raises(Refused):
        Eligibility(full, life.clock, life.settings.timezone).require(full.accounts.list(account.customer_id)[0])


def test_the_proof_is_kept_sealed_until_the_rules_do_not_ask_for_it(
    life: DeskFixture, erasures: Erasures, full: Store
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    ((mandate, until),) = erasures.proofs(ADMIN, life.customer.id).items()
    assert until == life.clock.now() + KEPT_AFTER_REVOCATION
    proof = erasures.open_proof(ADMIN, mandate)
    assert NAME in proof["text"] and proof["evidence"]["user_agent"] == AGENT and proof["customer"] == NAME
    assert full.trail.read(life.customer.id)[0].action == "proof.viewed"
    with pytest.raises(InputError):
        erasures.open_proof(ADMIN, "mnd_0")


def test_an_authorization_that_ended_long_ago_leaves_no_proof(
    life: DeskFixture, erasures: Erasures, full: Store, settings: Settings
) -> None:
    account = full.accounts.list(life.customer.id)[0]
    Mandates(full, life.clock, settings).revoke(ADMIN, account.id, "by phone")
    life.clock.move(KEPT_AFTER_REVOCATION)
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert erasures.proofs(ADMIN, life.customer.id) == {}


def test_whoever_was_merged_into_them_goes_with_them(
    life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock
) -> None:
    duplicate = Customers(full, clock).add(ADMIN, "Zyanya Quetzalcoatl Twin", f"duplicate.{EMAIL}", f"{REFERENCE}-2")
    Merging(full, clock, life.updates).merge(ADMIN, life.customer.id, duplicate.id)
    assert erasures.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.DONE
    assert left_in(full) == []


@pytest.mark.parametrize("typed", ["", "ZQ", NAME])
def test_the_reference_has_to_be_written_once_more(
    life: DeskFixture, erasures: Erasures, full: Store, typed: str
) -> None:
    with pytest.raises(InputError, match="not the customer's reference"):
        erasures.order(ADMIN, life.customer.id, typed)
    assert full.erasures.get(life.customer.id) is None


def test_only_an_administrator_who_has_just_proved_it_erases(life: DeskFixture, erasures: Erasures) -> None:
    unproved = replace(ADMIN, proved_until=None)
    for act in (
        lambda: erasures.order(unproved, life.customer.id, REFERENCE),
        lambda: erasures.open_proof(unproved, "mnd_1"),
        lambda: erasures.order(Actor("olga", frozenset({Role.OPS})), life.customer.id, REFERENCE),
    ):
        with pytest.raises(AccessDenied):
            act()
