"""Two customers who are one person become one, and nothing of either is lost."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.customers import Customers, stripe_updates
from dashboard.customers.merging import Merging
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.models import Customer, DebitState
from dashboard.store.customers.merging import belongings
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost
from tests.unit.test_debits import order_for


@pytest.fixture
def customers(given: DeskFixture) -> Customers:
    return Customers(given.store, given.clock)


@pytest.fixture
def merging(given: DeskFixture) -> Merging:
    return Merging(given.store, given.clock, given.updates)


@pytest.fixture
def duplicate(given: DeskFixture) -> Customer:
    """Jenny a second time, with a bank of her own and Stripe's cus_2."""
    first = given.customer
    given.link()
    given.customer = given.add_customer("J. Rosen", "j.rosen@example.com", "C-2")
    given.stripe.fingerprint = "fp-2"
    given.link(token="public-sandbox-2")
    duplicate, given.customer = given.customer, first
    return duplicate


def test_everything_of_the_second_goes_to_the_first(
    given: DeskFixture, merging: Merging, customers: Customers, duplicate: Customer
) -> None:
    customers.add_note(given.actor, duplicate.id, "Prefers mornings")
    plan = merging.plan(given.actor, given.customer.id, duplicate.id)
    assert plan.moves == ["1 linked account", "1 mandate", "1 link attempt", "1 note"] and not plan.blockers
    merging.merge(given.actor, given.customer.id, duplicate.id)
    accounts = given.desk.accounts(given.actor, given.customer.id)
    assert {one.stripe_customer_id for one in accounts} == {"cus_1", "cus_2"} and all(one.is_ready for one in accounts)
    mandates = [given.store.mandates.list(account.id)[0] for account in accounts]
    assert {one.customer_id for one in mandates} == {given.customer.id}
    assert len(given.desk.recent(given.actor, given.customer.id)) == 2
    file = customers.open(given.actor, given.customer.id)
    assert [note.text for note in file.notes] == ["Prefers mornings"] and file.stripe_ids == ["cus_1", "cus_2"]
    for table, column in belongings(given.store.database.handle):
        rows = given.store.database.handle.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', [duplicate.id])
        assert not rows.fetchall(), table


def test_the_second_is_found_no_more_and_leads_to_the_first(
    given: DeskFixture, merging: Merging, customers: Customers, duplicate: Customer
) -> None:
    third = given.add_customer("Third", "third@example.com", "C-3")
    merging.merge(given.actor, given.customer.id, duplicate.id)
    merging.merge(given.actor, third.id, given.customer.id)
    assert [one.id for one in customers.find(given.actor)] == [third.id]
    assert (
        customers.successor(given.actor, duplicate.id)
        == customers.successor(given.actor, given.customer.id)
        == third.id
    )
    assert customers.successor(given.actor, third.id) is None
    with pytest.raises(InputError):
        customers.get(given.actor, duplicate.id)
    with pytest.raises(InputError):
        given.desk.open(given.actor, duplicate.id)
    with pytest.raises(InputError, match="c-2 belongs to Third"):
        customers.add(given.actor, "Somebody", "s@example.com", "c-2")
    kept = given.store.customers.by_stripe_id("cus_2")
    assert kept and kept.id == third.id


def test_what_becomes_of_the_second_stripe_customer_is_said_and_done(
    given: DeskFixture, merging: Merging, duplicate: Customer
) -> None:
    said = merging.plan(given.actor, given.customer.id, duplicate.id).stripe
    assert "cus_2 stays there next to cus_1" in said and "debited under it as before" in said
    merging.merge(given.actor, given.customer.id, duplicate.id)
    assert [given.stripe.customers[id]["email"] for id in ("cus_1", "cus_2")] == ["jenny@example.com"] * 2
    moved = next(
        one for one in given.desk.accounts(given.actor, given.customer.id) if one.stripe_customer_id == "cus_2"
    )
    given.debits.submit(given.actor, order_for(given, moved))
    assert given.stripe.intents[-1]["customer"] == "cus_2"


def test_a_first_without_a_stripe_customer_takes_the_second_ones(
    given: DeskFixture, merging: Merging, duplicate: Customer
) -> None:
    fresh = given.add_customer("Jenny Fresh", "fresh@example.com", "C-9")
    assert "becomes that of Jenny Fresh" in merging.plan(given.actor, fresh.id, duplicate.id).stripe
    assert merging.merge(given.actor, fresh.id, duplicate.id).stripe_customer_id == "cus_2"
    assert given.stripe.customers["cus_2"]["name"] == "Jenny Fresh"
    another = given.add_customer("Jo", "jo@example.com", "C-10")
    assert merging.plan(given.actor, fresh.id, another.id).stripe == "Nothing changes at Stripe."
    told = given.store.jobs.find(stripe_updates.KIND, fresh.id)
    merging.merge(given.actor, fresh.id, another.id)
    assert given.store.jobs.find(stripe_updates.KIND, fresh.id) == told, "so nothing is sent there"


def test_a_merge_is_in_both_trails_with_before_and_after(
    given: DeskFixture, merging: Merging, duplicate: Customer
) -> None:
    merging.merge(given.actor, given.customer.id, duplicate.id)
    for id in (given.customer.id, duplicate.id):
        row = next(row for row in given.store.trail.read(id) if row.action == "customer.merged")
        facts = given.store.private.open(id, str(row.facts["private"])) or {}
        before = facts["before"]
        assert isinstance(before, dict) and before["gone"]["name"] == "J. Rosen"
        assert row.facts["stripe"] == {"kept": "cus_1", "gone": "cus_2"} and row.actor == "demo"


def test_a_merge_waits_for_an_open_link(given: DeskFixture, merging: Merging, duplicate: Customer) -> None:
    opened = given.desk.open(given.actor, duplicate.id)
    for kept, gone in ((given.customer.id, duplicate.id), (duplicate.id, given.customer.id)):
        with pytest.raises(Refused) as caught:
            merging.merge(given.actor, kept, gone)
        assert "A bank is being linked" in caught.value.meaning
    assert given.store.customers.get(duplicate.id) is not None
    exit: dict[str, Any] = {"id": "outcome-left", "kind": "exit", "error": None, "metadata": {}}
    given.desk.report(given.actor, opened.attempt_id, exit, {})
    merging.merge(given.actor, given.customer.id, duplicate.id)


def test_a_merge_waits_for_a_debit_whose_outcome_is_not_known(
    given: DeskFixture, merging: Merging, duplicate: Customer
) -> None:
    account = given.desk.accounts(given.actor, duplicate.id)[0]
    given.stripe.before["confirm_payment_intent"] = [lost(provider="stripe")]
    assert given.debits.submit(given.actor, order_for(given, account)).state is DebitState.UNKNOWN
    with pytest.raises(Refused) as caught:
        merging.merge(given.actor, given.customer.id, duplicate.id)
    assert "debit" in caught.value.meaning


def test_a_merge_waits_for_a_device_in_a_customers_hands(
    given: DeskFixture, merging: Merging, duplicate: Customer
) -> None:
    given.store.database.handle.execute(
        "INSERT INTO handover (id, device, operator, operator_address, customer_id, language, locked_at)"
        " VALUES ('lock_1', 'd', 'demo', '', ?, 'en', 0)",
        [duplicate.id],
    )
    assert merging.plan(given.actor, given.customer.id, duplicate.id).blockers == [
        "A device is handed over to one of them."
    ]


def test_a_person_and_a_company_are_not_the_same(given: DeskFixture, merging: Merging, customers: Customers) -> None:
    company = customers.add(given.actor, "Rosen Ltd", "ltd@example.com", "C-3", "company")
    assert "different rules" in merging.plan(given.actor, given.customer.id, company.id).blockers[0]
    with pytest.raises(InputError):
        merging.plan(given.actor, given.customer.id, given.customer.id)
    with pytest.raises(InputError):
        merging.plan(given.actor, given.customer.id, "cust_nobody")
