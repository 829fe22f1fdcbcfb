"""Who may be one person: by e-mail, by nearly the same name, by one customer at Stripe."""

from __future__ import annotations

import pytest

from dashboard.domain.errors import Refused
from dashboard.domain.models import HolderType
from dashboard.linking.duplicates import MOST, Duplicates, Reason, is_near
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jenny Rosen", "jenny  ROSEN"),
        ("Jenny Rosen", "Rosen, Jenny"),
        ("Jenny Rosen", "Jenny A. Rosen"),
        ("Jenny Rosen", "J. Rosen Jenny"),
        ("Jenny Rosen", "Jenny Rosén"),
        ("Jenny Rosen", "Jeny Rosen"),
        ("Jenny Rosen", "Jenyn Rosen"),
        ("José Peña", "Jose Pena"),
        ("Ørsted Ole", "Orsted Ole"),
        ("王小明", "王小明"),
    ],
)
def test_nearly_the_same_name_is_found_both_ways(one: str, other: str) -> None:
    assert is_near(one, other) and is_near(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jenny Rosen", "Jenny Miller"),
        ("Jenny Rosen", "Paul Rosen"),
        ("Jenny Rosen", "Jennie Rosen"),  # two letters
        ("Unit 4 LLC", "Unit 5 LLC"),
        ("Ann", "Ana"),
        ("王小明", "王小红"),
        ("Robert Smith Jr", "Robert Smith Sr"),
    ],
)
def test_another_name_is_left_alone(one: str, other: str) -> None:
    assert not is_near(one, other) and not is_near(other, one)


def test_a_company_is_known_without_its_form() -> None:
    assert is_near("Acme Tools Inc.", "ACME Tools LLC", company=True)


def test_the_surest_come_first_and_nobody_is_like_themselves(given: DeskFixture) -> None:
    similar = given.add_customer("Jenny Rosenn", "another@example.com", "C-2")
    mail = given.add_customer("Karl", "JENNY@example.com", "C-3")
    duplicates = Duplicates(given.store)
    found = duplicates.find(given.actor, "Jenny Rosen", "jenny@EXAMPLE.com", HolderType.INDIVIDUAL)
    assert [(one.customer.id, one.reason) for one in found] == [
        (given.customer.id, Reason.EMAIL),
        (mail.id, Reason.EMAIL),
        (similar.id, Reason.NAME),
    ]
    own = duplicates.of(given.actor, given.customer)
    assert [one.customer.id for one in own] == [mail.id, similar.id]
    assert duplicates.find(given.actor, "Nobody Else", "n@example.com") == []


def test_no_more_are_shown_than_help(given: DeskFixture) -> None:
    for number in range(2 * MOST):
        given.add_customer("Jenny Rosen", f"j{number}@example.com", f"D-{number}")
    assert len(Duplicates(given.store).of(given.actor, given.customer)) == MOST


def test_a_stripe_customer_of_another_customer_is_offered_as_theirs_and_refused(given: DeskFixture) -> None:
    given.link(CHECKING)
    first = given.store.customers.get(given.customer.id)
    assert first and first.stripe_customer_id
    second = given.add_customer("Second", first.email, "C-2")
    (offered,) = given.desk.same_email(given.actor, second.id)
    assert (offered.id, offered.owner) == (first.stripe_customer_id, first)
    with pytest.raises(Refused) as caught:
        given.desk.adopt(given.actor, second.id, offered.id)
    assert "Jenny Rosen (C-1)" in caught.value.what and "merge" in caught.value.action
    assert given.store.customers.decision(second.id).stripe_customer_id is None


def test_what_the_desk_made_for_another_customer_is_theirs_before_they_know(given: DeskFixture) -> None:
    """The reply that named it was lost: its metadata says whose it is."""
    second = given.add_customer("Second", given.customer.email, "C-2")
    given.stripe.customers["cus_lost"] = {
        "id": "cus_lost",
        "email": given.customer.email,
        "metadata": {"ach_desk_customer": given.customer.id},
    }
    (offered,) = given.desk.same_email(given.actor, second.id)
    assert offered.owner and offered.owner.id == given.customer.id
    assert given.desk.same_email(given.actor, given.customer.id)[0].owner is None
