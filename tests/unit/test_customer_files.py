"""A customer's own page: pages of many, notes, what Stripe is told after an edit, and exports that are no formulas."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from dashboard.customers import PAGE_SIZE, Customers
from dashboard.errors import InputError
from dashboard.models import HolderType
from dashboard.stripe_tellings import StripeTellings
from dashboard.worker import InlineWorker
from tests.unit.fakes import lost, refused
from tests.unit.worlds import World


@pytest.fixture
def tellings(world: World) -> StripeTellings:
    return StripeTellings(world.store, world.stripe, world.clock, InlineWorker())  # type: ignore[arg-type]


@pytest.fixture
def customers(world: World, tellings: StripeTellings) -> Customers:
    return Customers(world.store, world.clock, tellings.soon)


def test_pages_are_cut_and_counted_in_every_order(world: World, customers: Customers) -> None:
    for number in range(PAGE_SIZE + 5):
        world.add_customer(f"Person {number:03}", f"p{number}@example.com", f"P-{number:03}")
    first, second = customers.page(world.actor, "person"), customers.page(world.actor, "person", number=1)
    assert (first.total, len(first.rows), len(second.rows)) == (PAGE_SIZE + 5, PAGE_SIZE, 5)
    assert len({one.id for one in first.rows + second.rows}) == first.total
    assert customers.page(world.actor, " person ", sort="name").rows[0].name == "Person 000"
    assert customers.page(world.actor, sort="reference").rows[0].reference == "C-1"
    with pytest.raises(InputError):
        customers.page(world.actor, sort="id; DROP TABLE customer")


def test_a_note_is_kept_with_its_author_and_sealed_in_the_trail(world: World, customers: Customers) -> None:
    customers.add_note(world.actor, world.customer.id, "  Calls back on Friday ")
    (note,) = customers.open(world.actor, world.customer.id).notes
    assert (note.text, note.author, note.created_at) == ("Calls back on Friday", "demo", world.clock.now())
    kept = next(row for row in world.store.trail.read(world.customer.id) if row.action == "customer.note_added")
    assert "Friday" not in str(kept.facts)
    for text in (" ", "x" * 2_001, "a\x00b"):
        with pytest.raises(InputError):
            customers.add_note(world.actor, world.customer.id, text)
    with pytest.raises(InputError):
        customers.add_note(world.actor, "cust_x", "Hello")


def test_an_edit_reaches_stripe_and_the_holder_of_each_account(world: World, customers: Customers) -> None:
    world.link()
    customers.edit(world.actor, world.customer.id, name="Rosen Ltd", email="ltd@example.com", holder_type="company")
    assert world.stripe.customers["cus_1"]["name"] == "Rosen Ltd"
    assert world.stripe.customers["cus_1"]["email"] == "ltd@example.com"
    (source,) = world.stripe.sources["cus_1"]
    assert (source["account_holder_name"], source["account_holder_type"]) == ("Rosen Ltd", "company")
    assert customers.open(world.actor, world.customer.id).telling is None
    assert "customer.told_stripe" in {row.action for row in world.store.trail.read(world.customer.id)}


def test_an_edit_that_stripe_did_not_hear_of_is_told_later(
    world: World, customers: Customers, tellings: StripeTellings
) -> None:
    world.link()
    world.stripe.before["update_customer"] = [lost(provider="stripe")]
    customers.edit(world.actor, world.customer.id, name="Jenny Rose")
    telling = customers.open(world.actor, world.customer.id).telling
    assert telling and telling.problem and not telling.is_refused
    assert tellings.tell_due() == 0, "not at once again"
    world.clock.move(timedelta(minutes=2))
    assert tellings.tell_due() == 1
    assert world.stripe.customers["cus_1"]["name"] == "Jenny Rose"
    assert customers.open(world.actor, world.customer.id).telling is None


def test_a_crash_between_the_edit_and_stripe_is_made_good_by_the_next_process(
    world: World, tellings: StripeTellings
) -> None:
    world.link()
    Customers(world.store, world.clock).edit(world.actor, world.customer.id, email="new@example.com")
    assert world.stripe.customers["cus_1"]["email"] == "jenny@example.com"
    tellings.tell_due()
    assert world.stripe.customers["cus_1"]["email"] == "new@example.com"


def test_what_stripe_refuses_waits_for_a_person(world: World, customers: Customers, tellings: StripeTellings) -> None:
    world.link()
    world.stripe.before["update_customer"] = [refused("email_invalid", provider="stripe")]
    customers.edit(world.actor, world.customer.id, email="odd@example.com")
    world.clock.move(timedelta(hours=1))
    assert tellings.tell_due() == 0
    telling = customers.open(world.actor, world.customer.id).telling
    assert telling and telling.is_refused and telling.problem and telling.problem.request_id == "req-no"
    customers.tell_again(world.actor, world.customer.id)
    assert world.stripe.customers["cus_1"]["email"] == "odd@example.com"


def test_an_edit_during_the_telling_is_told_too(world: World, customers: Customers) -> None:
    world.link()
    plain = Customers(world.store, world.clock)
    first, calls = world.stripe.update_customer, []

    def overtaken(id: str, *, name: str, email: str) -> object:
        calls.append(name)
        if len(calls) == 1:
            plain.edit(world.actor, world.customer.id, name="Second")
        return first(id, name=name, email=email)

    world.stripe.update_customer = overtaken  # type: ignore[method-assign, assignment]
    customers.edit(world.actor, world.customer.id, name="First")
    assert calls == ["First", "Second"]
    assert world.stripe.customers["cus_1"]["name"] == "Second"


def test_nobody_is_told_of_a_new_reference(world: World, customers: Customers) -> None:
    world.link()
    customers.edit(world.actor, world.customer.id, reference="C-77")
    assert world.stripe.calls["update_customer"] == 0


def test_an_export_holds_no_formula_and_says_who_took_it(world: World, customers: Customers) -> None:
    world.add_customer("=HYPERLINK(1)", "+1@example.com", "@ref")
    rows = list(csv.reader("".join(customers.export(world.actor)).splitlines()))
    assert rows[0][:4] == ["name", "email", "reference", "holder_type"]
    assert rows[2][:4] == ["'=HYPERLINK(1)", "'+1@example.com", "'@ref", HolderType.INDIVIDUAL.value]
    assert world.store.trail.read("customers")[0].action == "customers.exported"
    assert len("".join(customers.export(world.actor, "nobody at all")).splitlines()) == 1
