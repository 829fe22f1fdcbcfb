"""A customer's own page: pages of many, notes, what Stripe is told after an edit, and exports that are no formulas."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from dashboard.customers import Customers
from dashboard.customers.lists import CustomerFilter, CustomerLists
from dashboard.domain.errors import InputError, ProviderDenied
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Customer, HolderType
from dashboard.jobs.leases import LEASE
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused


@pytest.fixture
def customers(given: DeskFixture) -> Customers:
    return Customers(given.store, given.clock, given.updates)


def test_lists_are_cut_and_counted_in_every_order(given: DeskFixture) -> None:
    for number in range(25):
        given.add_customer(f"Person {24 - number:03}", f"p{number}@example.com", f"P-{number * 7 % 25:03}")
    lists = CustomerLists(given.store, given.clock)

    def read(text: str, sort: str, descending: bool, start: int = 0, size: int = 200, mark: str = "") -> list[Customer]:
        order = ListOrder(CustomerFilter(text), sort, descending)
        found = lists.block(given.actor, order, start=start, size=size, mark=mark)
        return [one for one in found.rows if one]

    for sort, key in (("name", "name"), ("email", "email"), ("reference", "reference"), ("holder", "holder_type")):
        for descending in (True, False):
            keys = [getattr(one, key) for one in read("", sort, descending)]
            assert keys == sorted(keys, reverse=descending) and len(keys) == 26
    people = ListOrder(CustomerFilter(" person "), "name", False)
    first = lists.block(given.actor, people, start=0, size=20)
    given.add_customer("Person 0001", "late@example.com", "LATE")
    rest = lists.block(given.actor, people, start=20, size=20, mark=first.mark)
    assert [one.name for one in (*first.rows, *rest.rows) if one] == [f"Person {number:03}" for number in range(25)]
    assert (rest.total, rest.newer) == (25, 1)
    assert lists.picked(given.actor, ListOrder(CustomerFilter("person"), "name"), first.mark, None).count == 25
    with pytest.raises(InputError):
        read("", "id; DROP TABLE customer", True)
    lists.note_copy(given.actor, ListOrder(CustomerFilter("person"), "name"), 2)
    (row,) = given.store.trail.read("customers")
    assert (row.action, row.facts) == ("customers.copied", {"rows": 2, "filter": "All customers", "searched": True})


def test_a_note_is_kept_with_its_author_and_sealed_in_the_trail(given: DeskFixture, customers: Customers) -> None:
    customers.add_note(given.actor, given.customer.id, "  Calls back on Friday ")
    (note,) = customers.open(given.actor, given.customer.id).notes
    assert (note.text, note.author, note.created_at) == ("Calls back on Friday", "demo", given.clock.now())
    kept = next(row for row in given.store.trail.read(given.customer.id) if row.action == "customer.note_added")
    assert "Friday" not in str(kept.facts)
    for text in (" ", "x" * 2_001, "a\x00b"):
        with pytest.raises(InputError):
            customers.add_note(given.actor, given.customer.id, text)
    with pytest.raises(InputError):
        customers.add_note(given.actor, "cust_x", "Hello")


def test_an_edit_reaches_stripe_and_the_holder_of_each_account(given: DeskFixture, customers: Customers) -> None:
    given.link()
    customers.edit(given.actor, given.customer.id, name="Rosen Ltd", email="ltd@example.com", holder_type="company")
    assert given.stripe.customers["cus_1"]["name"] == "Rosen Ltd"
    assert given.stripe.customers["cus_1"]["email"] == "ltd@example.com"
    (source,) = given.stripe.sources["cus_1"]
    assert (source["account_holder_name"], source["account_holder_type"]) == ("Rosen Ltd", "company")
    assert customers.open(given.actor, given.customer.id).stripe_update is None
    assert "customer.told_stripe" in {row.action for row in given.store.trail.read(given.customer.id)}


def test_an_edit_that_stripe_did_not_hear_of_is_told_later(given: DeskFixture, customers: Customers) -> None:
    given.link()
    given.stripe.before["update_customer"] = [lost(provider="stripe")]
    customers.edit(given.actor, given.customer.id, name="Jenny Rose")
    stripe_update = customers.open(given.actor, given.customer.id).stripe_update
    assert stripe_update and stripe_update.problem and not stripe_update.is_refused
    given.later(timedelta(seconds=10))
    assert given.stripe.calls["update_customer"] == 1, "not at once again"
    given.later(timedelta(seconds=30))
    assert given.stripe.customers["cus_1"]["name"] == "Jenny Rose"
    assert customers.open(given.actor, given.customer.id).stripe_update is None


def test_a_newer_edit_does_not_wait_for_the_pause_of_an_older_one(given: DeskFixture, customers: Customers) -> None:
    given.link()
    given.stripe.before["update_customer"] = [lost(provider="stripe")]
    customers.edit(given.actor, given.customer.id, name="First")
    customers.edit(given.actor, given.customer.id, name="Second")
    assert given.stripe.customers["cus_1"]["name"] == "Second"
    assert customers.open(given.actor, given.customer.id).stripe_update is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_while_it_tells_stripe_is_made_good_by_the_next_one(
    given: DeskFixture, customers: Customers, when: str
) -> None:
    given.link()
    getattr(given.stripe, when)["update_customer"] = [Killed()]
    with pytest.raises(Killed):
        customers.edit(given.actor, given.customer.id, email="new@example.com")
    given.restart()
    given.later(LEASE + timedelta(seconds=1))
    assert given.stripe.customers["cus_1"]["email"] == "new@example.com"
    assert given.updates.get(given.customer.id) is None


def test_a_crash_between_the_edit_and_stripe_is_made_good_by_the_next_process(given: DeskFixture) -> None:
    given.link()
    with given.store.transaction():
        Customers(given.store, given.clock).edit(given.actor, given.customer.id, email="new@example.com")
        given.updates.order(given.actor, given.customer.id)
    assert given.stripe.customers["cus_1"]["email"] == "jenny@example.com"
    given.restart()
    given.later()
    assert given.stripe.customers["cus_1"]["email"] == "new@example.com"
    told = next(row for row in given.store.trail.read(given.customer.id) if row.action == "customer.told_stripe")
    assert (told.actor, told.address) == (given.actor.name, given.actor.address), "in the name of who edited"


def test_what_stripe_refuses_waits_for_a_person(given: DeskFixture, customers: Customers) -> None:
    given.link()
    given.stripe.before["update_customer"] = [refused("email_invalid", provider="stripe")]
    customers.edit(given.actor, given.customer.id, email="odd@example.com")
    given.later(timedelta(hours=1))
    assert given.stripe.calls["update_customer"] == 1
    stripe_update = customers.open(given.actor, given.customer.id).stripe_update
    assert stripe_update and stripe_update.is_refused
    assert stripe_update.problem and stripe_update.problem.request_id == "req-no"
    customers.update_stripe_again(given.actor, given.customer.id)
    assert given.stripe.customers["cus_1"]["email"] == "odd@example.com"
    assert given.updates.get(given.customer.id) is None


def test_a_wrong_key_is_no_refusal(given: DeskFixture, customers: Customers) -> None:
    given.link()
    denied = ProviderDenied("Wrong key.", provider="stripe", code="invalid_api_key", http_status=401)
    given.stripe.before["update_customer"] = [denied]
    customers.edit(given.actor, given.customer.id, name="Jenny Rose")
    stripe_update = given.updates.get(given.customer.id)
    assert stripe_update and not stripe_update.is_refused
    given.later(timedelta(minutes=1))
    assert given.stripe.customers["cus_1"]["name"] == "Jenny Rose"


def test_a_refusal_of_what_was_edited_meanwhile_is_not_believed(given: DeskFixture, customers: Customers) -> None:
    given.link()
    given.stripe.meanwhile["update_customer"] = lambda: customers.edit(
        given.actor, given.customer.id, email="good@example.com"
    )
    given.stripe.before["update_customer"] = [refused("email_invalid", provider="stripe")]
    customers.edit(given.actor, given.customer.id, email="odd@example.com")
    assert given.stripe.customers["cus_1"]["email"] == "good@example.com"
    assert given.updates.get(given.customer.id) is None


def test_an_edit_during_the_telling_is_told_too(given: DeskFixture, customers: Customers) -> None:
    given.link()
    first, calls = given.stripe.update_customer, []

    def overtaken(id: str, *, name: str, email: str) -> object:
        calls.append(name)
        if len(calls) == 1:
            customers.edit(given.actor, given.customer.id, name="Second")
        return first(id, name=name, email=email)

    given.stripe.update_customer = overtaken  # type: ignore[method-assign, assignment]
    customers.edit(given.actor, given.customer.id, name="First")
    assert calls == ["First", "Second"]
    assert given.stripe.customers["cus_1"]["name"] == "Second"


def test_nobody_is_told_of_a_new_reference(given: DeskFixture, customers: Customers) -> None:
    given.link()
    customers.edit(given.actor, given.customer.id, reference="C-77")
    assert given.stripe.calls["update_customer"] == 0


def test_an_export_holds_no_formula_and_says_who_took_it(given: DeskFixture, customers: Customers) -> None:
    given.add_customer("=HYPERLINK(1)", "+1@example.com", "@ref")
    rows = list(csv.reader("".join(customers.export(given.actor)).splitlines()))
    assert rows[0][:4] == ["name", "email", "reference", "holder_type"]
    assert rows[2][:4] == ["'=HYPERLINK(1)", "'+1@example.com", "'@ref", HolderType.INDIVIDUAL.value]
    assert given.store.trail.read("customers")[0].action == "customers.exported"
    assert len("".join(customers.export(given.actor, "nobody at all")).splitlines()) == 1
