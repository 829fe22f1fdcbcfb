"""References and e-mails are compared folded, in Python and in SQL alike; doubles of an older file stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.customers import Customers
from dashboard.customers.importing import CustomerImport
from dashboard.customers.merging import Merging
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.models import Actor, Customer, HolderType
from dashboard.linking.duplicates import Duplicates, Reason
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import IntegrityError
from dashboard.store.migrations import define_all
from tests.unit.desk_fixture import DeskFixture

SAME = ["straße-1", "STRASSE-1", "Strasse-1", "ＳＴＲＡＳＳＥ-1", " straSSe-1 "]
PEOPLE = (("Ada", "Ä-1"), ("Ben", "ä-1"), ("Cleo", "C-1"), ("Dan", "Ａ\u0308-1"))
KEYS = ("reference_key", "email_key", "search_key")


@pytest.fixture
def customers(store: Store, clock: FixedClock) -> Customers:
    return Customers(store, clock)


def keys_of(store: Store, id: str) -> dict[str, str]:
    query = f"SELECT {', '.join(KEYS)} FROM customer WHERE id = ?"
    (row,) = store.database.handle.query(query, [id])
    return dict(row)


@pytest.mark.parametrize("reference", SAME)
def test_a_reference_is_found_and_taken_however_it_is_typed(
    store: Store, customers: Customers, actor: Actor, reference: str
) -> None:
    first = customers.add(actor, "Jenny Rosen", "jenny@example.com", "Straße-1")
    assert store.customers.by_reference(reference) == first
    assert store.customers.references([reference]) == {"strasse-1": first}
    other = customers.add(actor, "Ben Lee", "ben@example.com", "B-1")
    with pytest.raises(InputError, match="Jenny Rosen"):
        customers.add(actor, "Al Ng", "al@example.com", reference)
    with pytest.raises(InputError, match="Jenny Rosen"):
        customers.edit(actor, other.id, reference=reference)


def test_accents_tell_two_references_apart(customers: Customers, actor: Actor) -> None:
    customers.add(actor, "Jenny Rosen", "jenny@example.com", "E-1")
    assert customers.add(actor, "Ben Lee", "ben@example.com", "É-1").reference == "É-1"


def test_the_database_itself_refuses_a_second_customer_of_a_reference(store: Store, clock: FixedClock) -> None:
    first = Customer("cust_1", "Jenny", "j@example.com", "Ä-1", HolderType.INDIVIDUAL, None, clock.now())
    store.customers.add(first)
    with pytest.raises(IntegrityError):
        store.customers.add(replace(first, id="cust_2", reference="ä-1"))


def test_an_edit_writes_the_keys_anew(store: Store, customers: Customers, actor: Actor) -> None:
    added = customers.add(actor, "Zoë Lang", "ZOË@example.com", "Ä-1")
    assert keys_of(store, added.id) == {
        "reference_key": "ä-1",
        "email_key": "zoë@example.com",
        "search_key": "zoe lang zoe@example.com a-1",
    }
    customers.edit(actor, added.id, reference="Ö-2")
    assert keys_of(store, added.id)["reference_key"] == "ö-2"
    assert store.customers.by_reference("ä-1") is None


@pytest.mark.parametrize("reference", SAME)
def test_a_file_meets_the_references_that_are_there(given: DeskFixture, reference: str) -> None:
    given.add_customer("Jenny Rosen", "j@example.com", "Straße-1")
    content = f"name,email,reference\nAda Lane,ada@example.com,{reference}\n".encode()
    (line,) = CustomerImport(given.store, given.clock).check(given.actor, content).lines
    assert line.mistakes == ("The reference belongs to Jenny Rosen.",)


def test_emails_compare_folded_wherever_they_are_compared(given: DeskFixture) -> None:
    zoe = given.add_customer("Zoë Lang", "zoë@example.com", "Z-1")
    assert given.store.customers.with_email("ZOË@EXAMPLE.COM", 5) == [zoe]
    content = "name,email,reference\nAda Lane,ZOË@example.com,A-1\nBo Bell,zoë@EXAMPLE.com,A-2\n".encode()
    lines = CustomerImport(given.store, given.clock).check(given.actor, content).lines
    assert [line.duplicates[0] for line in lines] == ["Zoë Lang (Z-1) has this e-mail."] * 2
    assert lines[1].duplicates[1] == "Line 2 has the same e-mail."


def test_a_merged_customers_reference_stays_taken_folded(given: DeskFixture) -> None:
    gone = given.add_customer("Jo Rosen", "jo@example.com", "Ä-1")
    Merging(given.store, given.clock, given.updates).merge(given.actor, given.customer.id, gone.id)
    with pytest.raises(InputError, match="belongs to"):
        Customers(given.store, given.clock).add(given.actor, "Al Ng", "al@example.com", "ä-1")


def test_no_file_shows_the_keys(customers: Customers, actor: Actor) -> None:
    customers.add(actor, "Zoë Lang", "zoë@example.com", "Ä-1")
    head, line = list(customers.export(actor))
    assert not set(KEYS) & set(head.strip().split(",")) and "ä-1" not in line


# A file of an older version.


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Four customers of before the keys; three of them have one reference, spelled in three ways."""
    path = tmp_path / "older.db"
    database = Database(path)
    with database.transaction() as db:
        for migrations in define_all():
            migrations.apply(db, stop_before="customers_003_keys")
        for place, (name, reference) in enumerate(
            (("Ada", "Ä-1"), ("Ben", "ä-1"), ("Cleo", "C-1"), ("Dan", "Ａ\u0308-1"))
        ):
            row = {"id": f"cust_{place}", "name": name, "email": f"{name}@Example.com", "reference": reference}
            columns = {**row, "holder_type": "individual", "created_at": 100 + place, "updated_at": 100}
            known = {column.name for column in db["customer"].columns}
            columns |= {name: "" for name in ("stripe_key",) if name in known}
            db.table("customer").insert(columns)
    database.close()
    return path


@pytest.fixture
def opened(older: Path, vault: Vault) -> Iterator[Store]:
    store = Store.open(older, vault, FixedClock(datetime(2026, 11, 29, tzinfo=UTC)))
    yield store
    store.close()


def test_an_older_file_with_a_reference_twice_opens_and_the_oldest_customer_has_it(opened: Store) -> None:
    found = opened.customers.by_reference("Ä-1")
    assert found is not None and found.name == "Ada"
    assert [one.name for one in opened.customers.with_reference("ä-1")] == ["Ada", "Ben", "Dan"]
    assert keys_of(opened, "cust_2") == {
        "reference_key": "c-1",
        "email_key": "cleo@example.com",
        "search_key": "cleo cleo@example.com c-1",
    }
    assert {one.name for one in opened.customers.find("a-1", 9)} == {"Ada", "Ben", "Dan"}


def test_a_double_of_an_older_file_keeps_its_reference_until_it_is_changed(opened: Store, actor: Actor) -> None:
    customers = Customers(opened, FixedClock(datetime(2026, 11, 29, tzinfo=UTC)))
    assert customers.edit(actor, "cust_1", name="Benjamin", reference="ä-1").name == "Benjamin"
    assert keys_of(opened, "cust_1")["reference_key"] == "ä-1\ncust_1"
    assert [one.name for one in opened.customers.with_reference("Ä-1")] == ["Ada", "Benjamin", "Dan"]
    with pytest.raises(InputError, match="belongs to Ada"):
        customers.edit(actor, "cust_1", reference="Ä-1 ")
    customers.edit(actor, "cust_1", reference="B-1")
    assert keys_of(opened, "cust_1")["reference_key"] == "b-1"
    assert [one.name for one in opened.customers.with_reference("ä-1")] == ["Ada", "Dan"]


def test_doubles_of_an_older_file_are_named_to_each_other(opened: Store, actor: Actor) -> None:
    duplicates = Duplicates(opened)
    for id in ("cust_0", "cust_1", "cust_3"):
        customer = opened.customers.get(id)
        assert customer is not None
        found = duplicates.of(actor, customer)
        assert len(found) == 2 and {one.reason for one in found} == {Reason.REFERENCE}
        assert {fold(one.customer.reference) for one in found} == {"ä-1"}
