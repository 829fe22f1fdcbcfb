from __future__ import annotations

import pytest

from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, HolderType, Role
from dashboard.store import Store


@pytest.fixture
def customers(store: Store, clock: FixedClock) -> Customers:
    return Customers(store, clock)


def test_a_customer_is_added_and_found_by_each_of_its_names(customers: Customers, actor: Actor) -> None:
    added = customers.add(actor, "  Jenny   Rosen ", "jenny@example.com", "C-100%", "company")
    assert (added.name, added.holder_type) == ("Jenny Rosen", HolderType.COMPANY)
    for text in ("rosen", "jenny@", "c-100%", added.id, "", " Jenny "):
        assert customers.find(actor, text) == [added]
    for text in ("nobody", "_", "C-1__%", "\\"):
        assert customers.find(actor, text) == []
    assert customers.get(actor, added.id) == added


def test_the_newest_come_first_and_only_so_many(customers: Customers, actor: Actor, clock: FixedClock) -> None:
    added = [customers.add(actor, f"Customer {n}", "a@b.example", f"C-{n}") for n in range(5)]
    assert customers.find(actor, limit=3) == added[:-4:-1]


@pytest.mark.parametrize(
    ("name", "email", "reference", "holder"),
    [
        ("", "a@b.example", "C", "individual"),
        ("x" * 101, "a@b.example", "C", "individual"),
        ("a\x00b", "a@b.example", "C", "individual"),
        ("Jenny", "jenny", "C", "individual"),
        ("Jenny", "jenny@host", "C", "individual"),
        ("Jenny", "jenny@@example.com", "C", "individual"),
        ("Jenny", "a b@example.com", "C", "individual"),
        ("Jenny", "x" * 250 + "@example.com", "C", "individual"),
        ("Jenny", "a@b.example", " ", "individual"),
        ("Jenny", "a@b.example", "x" * 61, "individual"),
        ("Jenny", "a@b.example", "C", "trust"),
    ],
)
def test_a_field_that_cannot_be_used_is_refused(
    customers: Customers, actor: Actor, name: str, email: str, reference: str, holder: str
) -> None:
    with pytest.raises(InputError) as caught:
        customers.add(actor, name, email, reference, holder)
    assert caught.value.action
    assert customers.find(actor) == []


def test_a_reference_belongs_to_one_customer_whatever_its_case(customers: Customers, actor: Actor) -> None:
    first = customers.add(actor, "Jenny", "a@b.example", "c-1")
    with pytest.raises(InputError, match="Jenny"):
        customers.add(actor, "Jo", "c@d.example", "C-1")
    second = customers.add(actor, "Jo", "c@d.example", "C-2")
    with pytest.raises(InputError):
        customers.edit(actor, second.id, reference="C-1")
    assert customers.edit(actor, first.id, reference="C-1").reference == "C-1"


def test_an_edit_is_audited_with_before_and_after(customers: Customers, store: Store, actor: Actor) -> None:
    added = customers.add(actor, "Jenny", "a@b.example", "C-1")
    customers.edit(actor, added.id, name="Jenny Rosen")
    customers.edit(actor, added.id, name="Jenny Rosen")
    edited, _ = store.trail.read(added.id)
    opened = store.private.open(added.id, str(edited.facts["private"])) or {}
    before, after = opened["before"], opened["after"]
    assert isinstance(before, dict) and after == {**before, "name": "Jenny Rosen"} and before["name"] == "Jenny"
    assert (edited.actor, edited.address) == ("demo", "192.0.2.1")


def test_an_unknown_customer_is_said(customers: Customers, actor: Actor) -> None:
    with pytest.raises(InputError):
        customers.get(actor, "cust_x")
    with pytest.raises(InputError):
        customers.edit(actor, "cust_x", name="Jo")


def test_finance_looks_and_does_not_edit(customers: Customers) -> None:
    finance = Actor("Fay", frozenset({Role.FINANCE}))
    assert customers.find(finance) == []
    with pytest.raises(AccessDenied):
        customers.add(finance, "Jenny", "a@b.example", "C-1")
