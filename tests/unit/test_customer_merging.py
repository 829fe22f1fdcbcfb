"""Two customers who are one person become one, and nothing of either is lost."""

from __future__ import annotations

import pytest

from dashboard.customer_merging import Merging
from dashboard.customers import Customers
from dashboard.errors import InputError, Refused
from dashboard.models import Customer
from dashboard.store.customer_files import belongings
from dashboard.stripe_tellings import StripeTellings
from dashboard.worker import InlineWorker
from tests.unit.test_debits import order_for
from tests.unit.worlds import World


@pytest.fixture
def customers(world: World) -> Customers:
    return Customers(world.store, world.clock)


@pytest.fixture
def merging(world: World) -> Merging:
    tellings = StripeTellings(world.store, world.stripe, world.clock, InlineWorker())  # type: ignore[arg-type]
    return Merging(world.store, world.clock, tellings.soon)


@pytest.fixture
def twin(world: World) -> Customer:
    """Jenny a second time, with a bank of her own and Stripe's cus_2."""
    first = world.customer
    world.link()
    world.customer = world.add_customer("J. Rosen", "j.rosen@example.com", "C-2")
    world.stripe.fingerprint = "fp-2"
    world.link(token="public-sandbox-2")
    twin, world.customer = world.customer, first
    return twin


def test_everything_of_the_second_goes_to_the_first(
    world: World, merging: Merging, customers: Customers, twin: Customer
) -> None:
    customers.add_note(world.actor, twin.id, "Prefers mornings")
    plan = merging.plan(world.actor, world.customer.id, twin.id)
    assert plan.moves == ["1 linked account", "1 mandate", "1 link attempt", "1 note"] and not plan.obstacles
    merging.merge(world.actor, world.customer.id, twin.id)
    accounts = world.desk.accounts(world.actor, world.customer.id)
    assert {one.stripe_customer_id for one in accounts} == {"cus_1", "cus_2"} and all(one.is_ready for one in accounts)
    mandates = [world.store.mandates.list(account.id)[0] for account in accounts]
    assert {one.customer_id for one in mandates} == {world.customer.id}
    assert len(world.desk.recent(world.actor, world.customer.id)) == 2
    file = customers.open(world.actor, world.customer.id)
    assert [note.text for note in file.notes] == ["Prefers mornings"] and file.stripe_ids == ["cus_1", "cus_2"]
    for table, column in belongings(world.store.database.handle):
        rows = world.store.database.handle.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', [twin.id])
        assert not rows.fetchall(), table


def test_the_second_is_found_no_more_and_leads_to_the_first(
    world: World, merging: Merging, customers: Customers, twin: Customer
) -> None:
    third = world.add_customer("Third", "third@example.com", "C-3")
    merging.merge(world.actor, world.customer.id, twin.id)
    merging.merge(world.actor, third.id, world.customer.id)
    assert [one.id for one in customers.find(world.actor)] == [third.id]
    assert customers.successor(world.actor, twin.id) == customers.successor(world.actor, world.customer.id) == third.id
    assert customers.successor(world.actor, third.id) is None
    with pytest.raises(InputError):
        customers.get(world.actor, twin.id)
    with pytest.raises(InputError):
        world.desk.open(world.actor, twin.id)
    with pytest.raises(InputError, match="c-2 belongs to Third"):
        customers.add(world.actor, "Somebody", "s@example.com", "c-2")
    kept = world.store.customers.by_stripe_id("cus_2")
    assert kept and kept.id == third.id


def test_what_becomes_of_the_second_stripe_customer_is_said_and_done(
    world: World, merging: Merging, twin: Customer
) -> None:
    said = merging.plan(world.actor, world.customer.id, twin.id).stripe
    assert "cus_2 stays there beside cus_1" in said and "debited under it as before" in said
    merging.merge(world.actor, world.customer.id, twin.id)
    assert [world.stripe.customers[id]["email"] for id in ("cus_1", "cus_2")] == ["jenny@example.com"] * 2
    moved = next(
        one for one in world.desk.accounts(world.actor, world.customer.id) if one.stripe_customer_id == "cus_2"
    )
    world.debits.submit(world.actor, order_for(world, moved))
    assert world.stripe.intents[-1]["customer"] == "cus_2"


def test_a_first_without_a_stripe_customer_takes_the_second_ones(
    world: World, merging: Merging, twin: Customer
) -> None:
    fresh = world.add_customer("Jenny Fresh", "fresh@example.com", "C-9")
    assert "becomes that of Jenny Fresh" in merging.plan(world.actor, fresh.id, twin.id).stripe
    assert merging.merge(world.actor, fresh.id, twin.id).stripe_customer_id == "cus_2"
    assert world.stripe.customers["cus_2"]["name"] == "Jenny Fresh"
    another = world.add_customer("Jo", "jo@example.com", "C-10")
    assert merging.plan(world.actor, fresh.id, another.id).stripe == "Nothing changes at Stripe."


def test_a_merge_is_in_both_trails_with_before_and_after(world: World, merging: Merging, twin: Customer) -> None:
    merging.merge(world.actor, world.customer.id, twin.id)
    for id in (world.customer.id, twin.id):
        row = next(row for row in world.store.trail.read(id) if row.action == "customer.merged")
        facts = world.store.private.open(id, str(row.facts["private"])) or {}
        before = facts["before"]
        assert isinstance(before, dict) and before["gone"]["name"] == "J. Rosen"
        assert row.facts["stripe"] == {"kept": "cus_1", "gone": "cus_2"} and row.actor == "demo"


def test_a_merge_waits_for_an_open_link(world: World, merging: Merging, twin: Customer) -> None:
    opened = world.desk.open(world.actor, twin.id)
    for kept, gone in ((world.customer.id, twin.id), (twin.id, world.customer.id)):
        with pytest.raises(Refused) as caught:
            merging.merge(world.actor, kept, gone)
        assert "A bank is being linked" in caught.value.meaning
    assert world.store.customers.get(twin.id) is not None
    exit = {"id": "outcome-left", "kind": "exit", "error": None, "metadata": {}}
    world.desk.report(world.actor, opened.attempt_id, exit, {})
    merging.merge(world.actor, world.customer.id, twin.id)


def test_a_merge_waits_for_a_debit_whose_outcome_is_not_known(world: World, merging: Merging, twin: Customer) -> None:
    account = world.desk.accounts(world.actor, twin.id)[0]
    debit = world.debits.submit(world.actor, order_for(world, account))
    world.store.database.handle.execute("UPDATE debit SET state = 'unknown' WHERE id = ?", [debit.id])
    with pytest.raises(Refused) as caught:
        merging.merge(world.actor, world.customer.id, twin.id)
    assert "debit" in caught.value.meaning


def test_a_merge_waits_for_a_device_in_a_customers_hands(world: World, merging: Merging, twin: Customer) -> None:
    world.store.database.handle.execute(
        "INSERT INTO device_lock (id, device, operator, operator_address, customer_id, language, locked_at)"
        " VALUES ('lock_1', 'd', 'demo', '', ?, 'en', 0)",
        [twin.id],
    )
    assert merging.plan(world.actor, world.customer.id, twin.id).obstacles == [
        "A device is in the hands of one of them."
    ]


def test_a_person_and_a_company_are_not_the_same(world: World, merging: Merging, customers: Customers) -> None:
    company = customers.add(world.actor, "Rosen Ltd", "ltd@example.com", "C-3", "company")
    assert "different rules" in merging.plan(world.actor, world.customer.id, company.id).obstacles[0]
    with pytest.raises(InputError):
        merging.plan(world.actor, world.customer.id, world.customer.id)
    with pytest.raises(InputError):
        merging.plan(world.actor, world.customer.id, "cust_nobody")
