"""One of Stripe's customers belongs to one of ours: the database holds it, also after a race, a merge, an old file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.customers.merging import Merging
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import Refused
from dashboard.domain.models import Customer
from dashboard.linking.duplicates import Duplicates, Reason
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import IntegrityError
from dashboard.store.migrations import define_all
from tests.unit.desk_fixture import DeskFixture

MADE = datetime(2026, 11, 24, 15, tzinfo=UTC)
FOUR = "customers_004_one_stripe_customer"


def own(given: DeskFixture, customer: Customer, stripe_id: str) -> None:
    given.store.customers.decide(customer.id, stripe_id, given.clock.now())


def test_the_database_itself_refuses_a_second_owner(given: DeskFixture) -> None:
    second = given.add_customer("Second", "second@example.com", "C-2")
    own(given, given.customer, "cus_7")
    own(given, given.customer, "cus_7")  # again is no second
    with pytest.raises(IntegrityError):
        own(given, second, "cus_7")


class Interrupted(FixedClock):
    """A clock beside which something else happens, once, while somebody looks at it."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment)
        self.meanwhile: list[Callable[[], None]] = []

    def now(self) -> datetime:
        if self.meanwhile:
            self.meanwhile.pop()()
        return super().now()


@pytest.fixture
def clock() -> Interrupted:
    return Interrupted(MADE)


def test_of_two_who_choose_it_at_once_the_second_is_told_whose_it_is(given: DeskFixture, clock: Interrupted) -> None:
    second = given.add_customer("Second", given.customer.email, "C-2")
    given.stripe.customers["cus_old"] = {"id": "cus_old", "email": given.customer.email, "metadata": {}}
    # After it was offered, before it is written down.
    clock.meanwhile.append(lambda: own(given, given.customer, "cus_old"))
    with pytest.raises(Refused, match="Jenny Rosen"):
        given.desk.adopt(given.actor, second.id, "cus_old")
    assert not clock.meanwhile
    assert given.store.customers.decision(second.id).stripe_customer_id is None


def test_a_merge_hands_it_on(given: DeskFixture) -> None:
    second = given.add_customer("Second", "second@example.com", "C-2")
    own(given, second, "cus_7")
    Merging(given.store, given.clock, given.updates).merge(given.actor, given.customer.id, second.id)
    third = given.add_customer("Third", "third@example.com", "C-3")
    assert given.store.customers.decision(given.customer.id).stripe_customer_id == "cus_7"
    with pytest.raises(IntegrityError):
        own(given, third, "cus_7")


# A file of an older version.


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Three customers of before the index; all are one customer at Stripe."""
    path = tmp_path / "older.db"
    database = Database(path)
    with database.transaction() as db:
        for migrations in define_all():
            migrations.apply(db, stop_before=FOUR)
        known = {column.name for column in db["customer"].columns}
        for place, name in enumerate(("Ada", "Ben", "Cleo")):
            row = {"id": f"cust_{place}", "name": name, "email": f"{name}@example.com", "reference": f"Z-{place}"}
            row |= {
                "reference_key": f"z-{place}",
                "email_key": f"{name.lower()}@example.com",
                "search_key": name.lower(),
            }
            values = {**row, "holder_type": "individual", "stripe_customer_id": "cus_7", "created_at": 100 - place}
            values |= {"updated_at": 100, **({"stripe_key": ""} if "stripe_key" in known else {})}
            names = ", ".join(values)
            db.execute(f"INSERT INTO customer ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values()))
    database.close()
    return path


def test_those_who_share_one_since_before_keep_it_are_noticed_and_become_one(
    older: Path, vault: Vault, given: DeskFixture
) -> None:
    store = Store.open(older, vault, given.clock)
    opened = DeskFixture(store, given.clock, vault, given.settings)
    customers, at = store.customers, given.clock.now()
    sharing = customers.with_stripe_id("cus_7")
    assert [one.name for one in sharing] == ["Cleo", "Ben", "Ada"], "nobody loses their customer at Stripe"
    flags = store.database.handle.execute(
        "SELECT stripe_shared FROM customer WHERE stripe_customer_id IS NOT NULL ORDER BY created_at"
    ).fetchall()
    assert [flag for (flag,) in flags] == [0, 1, 1], "the oldest owns it"
    noticed = Duplicates(store).of(given.actor, sharing[0])
    assert [(one.customer.name, one.reason) for one in noticed] == [("Ben", Reason.STRIPE), ("Ada", Reason.STRIPE)]
    merging = Merging(store, given.clock, opened.updates)
    merging.merge(given.actor, sharing[1].id, sharing[0].id)  # the owner goes: Ben owns it
    merging.merge(given.actor, sharing[1].id, sharing[2].id)
    (left,) = customers.with_stripe_id("cus_7")
    assert left.name == "Ben"
    stranger = replace(left, id="cust_9", reference="C-9", stripe_customer_id=None)
    customers.add(stranger)
    with pytest.raises(IntegrityError):
        customers.decide(stranger.id, "cus_7", at)
    store.close()
