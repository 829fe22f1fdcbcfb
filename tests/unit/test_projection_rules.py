"""The payments table against what Stripe's rules make of the same objects, told without the product's code."""

from __future__ import annotations

import pytest

from dashboard.store import Store
from dashboard.store.migrations.payments import LATE_INDEXES
from tests.unit.payments_table import check_search, check_sums, read_table
from tests.unit.stripe_rules import START, Account, Draw, Json


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_every_page_the_table_its_sums_and_its_search_are_what_the_rules_make_of_the_objects(
    store: Store, seed: int
) -> None:
    draw, account = Draw(seed), Account()
    rows: dict[str, Json] = {}
    for number in range(120):
        resource, page, payout = draw.step()
        for one in page:
            account.keep(resource, one, payout)
        written = store.projection.apply(resource, page, payout_id=payout)
        before, rows = rows, account.payments()
        assert read_table(store) == rows, f"step {number}: {resource}"
        touched = {id for id in before.keys() | rows.keys() if before.get(id) != rows.get(id)}
        assert (written.seen, written.changed) == (len(page), len(touched))
        if number % 10 == 9:
            check_sums(store, rows)
            check_search(store, rows)
    assert len({row["state"] for row in rows.values()}) >= 4


# A backfill.


def test_a_backfill_shows_payment_intents_without_a_charge_at_its_end_and_each_payment_once(store: Store) -> None:
    draw, account, projection = Draw(4), Account(), store.projection
    projection.begin_backfill()
    indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name = 'payment_intent'"
    assert not list(store.database.handle.query(indexes)), "put on when the rows are there"
    for resource in ("payment_intents", "charges", "balance_transactions", "customers", "disputes", "payouts"):
        page = {one["id"]: one for one in (getattr(draw, resource)() for _ in range(20))}
        for one in page.values():
            account.keep(resource, one)
        written = projection.apply(resource, list(page.values()), backfilling=True)
        assert written.seen == len(page)
        if resource == "payment_intents":
            assert written.changed == 0 and read_table(store) == {}
    rows = account.payments()
    without_charge = {id for id in rows if id.startswith("pi_")}
    assert len(without_charge) >= 2 and set(read_table(store)) == set(rows) - without_charge
    assert projection.derive_intents_without_charge(batch=1) == 1
    assert projection.derive_intents_without_charge() == len(without_charge) - 1
    assert projection.derive_intents_without_charge() == 0
    projection.finish_backfill()
    assert read_table(store) == rows
    check_sums(store, rows)
    check_search(store, rows)
    names = {row["name"] for row in store.database.handle.query("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    assert set(LATE_INDEXES) <= names


def test_a_second_backfill_keeps_the_indexes_that_people_are_using(store: Store) -> None:
    store.projection.apply("charges", [{**Draw(1).charges(), "payment_method_details": {"type": "us_bank_account"}}])
    store.projection.begin_backfill()
    names = {row["name"] for row in store.database.handle.query("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    assert set(LATE_INDEXES) <= names


# What is read of an object.


def test_an_object_without_an_id_is_none(store: Store) -> None:
    charge = Draw(1).charges()
    written = store.projection.apply("charges", [{**charge, "id": None}, {**charge, "id": 7}, {**charge, "id": ""}])
    assert (written.seen, read_table(store)) == (0, {})


def test_a_payout_keeps_that_it_was_itemized(store: Store) -> None:
    payout = {"id": "po_1", "created": START, "amount": 5, "currency": "usd", "status": "paid", "arrival_date": START}
    other = {**payout, "id": "po_2"}
    store.projection.apply("payouts", [payout, other])
    store.projection.mark_itemized("po_1")
    store.projection.apply("payouts", [payout, other])
    found = {row["id"]: row["itemized"] for row in store.database.handle.query("SELECT id, itemized FROM payout")}
    assert found == {"po_1": 1, "po_2": 0}


def test_a_balance_transaction_keeps_the_payout_that_it_was_listed_for(store: Store) -> None:
    one = Draw(1).balance_transactions()
    store.projection.apply("balance_transactions", [one], payout_id="po_1")
    store.projection.apply("balance_transactions", [one])
    assert [row["payout_id"] for row in store.database.handle.query("SELECT payout_id FROM balance_transaction")] == [
        "po_1"
    ]
