"""Objects in any order, twice or late, give the same table, and the summaries add up to it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderBroken
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from tests.empty_desks import open_store as open_copied
from tests.payment_history import History

HISTORY = History(60, days=40)
OBJECTS = [
    (resource, json.loads(body))
    for resource, listing in HISTORY.resources.items()
    if resource != "events"
    for body in listing.bodies
    if resource != "customers" or json.loads(body)["id"] in {charge["customer"] for charge in HISTORY.charges}
]
TODAY = date(2026, 11, 24)


def open_store(folder: Path) -> Store:
    return open_copied(folder / "desk.db", Vault([make_key()]), Clock(), ZoneInfo("America/New_York"))


def table(store: Store) -> list[tuple[Any, ...]]:
    rows = store.payments.walk(PaymentFilter(), TODAY)
    return sorted(tuple(value for name, value in row.items() if name != "seq") for row in rows)


def feed(store: Store, objects: list[tuple[str, dict[str, Any]]], *, backfilling: bool = False) -> None:
    for resource, one in objects:
        store.projection.apply(resource, [one], backfilling=backfilling)
    while backfilling and store.projection.derive_intents_without_charge():
        continue


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    store = open_store(tmp_path_factory.mktemp("expected"))
    feed(store, OBJECTS)
    rows = table(store)
    store.close()
    assert len(rows) == 60
    return rows


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(OBJECTS))),
    repeats=st.lists(st.integers(0, len(OBJECTS) - 1), max_size=20),
    backfilling=st.booleans(),
)
def test_any_order_and_any_repetition_give_the_same_table(
    expected: list[tuple[Any, ...]],
    tmp_path_factory: pytest.TempPathFactory,
    order: list[int],
    repeats: list[int],
    backfilling: bool,
) -> None:
    """Also of a backfill, which under Stripe's limit reads charges and their PaymentIntents side by side."""
    store = open_store(tmp_path_factory.mktemp("shuffled"))
    try:
        feed(store, [OBJECTS[number] for number in [*order, *repeats]], backfilling=backfilling)
        assert table(store) == expected
        check_sums(store)
    finally:
        store.close()


def check_sums(store: Store) -> None:
    """The sums equal what the rows themselves add up to."""
    rows = list(store.payments.walk(PaymentFilter(), TODAY))
    sums = store.payments.sums(PaymentFilter(), TODAY)
    assert sums.count == len(rows)
    assert sums.amounts == ({"usd": sum(row["amount"] for row in rows)} if rows else {})
    states = [row["state"] for row in rows]
    by_state = store.payments.sums_by_state(None, TODAY)
    assert {state: one.count for state, one in by_state.items()} == {
        state: states.count(state) for state in set(states)
    }


def test_the_sums_follow_a_change_of_status(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    feed(store, OBJECTS)
    charge = next(one for resource, one in OBJECTS if resource == "charges" and one["status"] == "succeeded")
    store.projection.apply("charges", [{**charge, "status": "failed", "failure_code": "account_closed"}])
    check_sums(store)
    found = store.payments.get(charge["id"])
    assert found and found["state"] == "failed" and found["reason"] == "account_closed"
    store.close()


MONEY = {"created": 1_790_000_000, "amount": 100, "currency": "usd"}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"status": None, "metadata": None, "payment_method_details": None, "amount_refunded": None, "customer": None},
        {"status": "something_new", "customer": 7, "outcome": [], "description": "\ud800", "currency": "USD"},
        {"payment_method_details": {"type": "us_bank_account", "us_bank_account": None}, "unknown": {"a": [1]}},
    ],
)
def test_an_object_with_missing_or_strange_parts_passes_through(tmp_path: Path, broken: dict[str, Any]) -> None:
    store = open_store(tmp_path)
    store.projection.apply("charges", [{"id": "py_strange", **MONEY, **broken}])
    (kept,) = store.database.handle.query("SELECT amount, currency FROM charge")
    assert (kept["amount"], kept["currency"]) == (100, "usd")
    is_shown = store.payments.get("py_strange") is not None
    assert is_shown is ("unknown" in broken), "whose rail Stripe does not say is kept, and is no payment"
    check_sums(store)
    store.close()


@pytest.mark.parametrize(
    "broken",
    [
        *({"amount": None}, {"amount": "100"}, {"amount": True}, {"amount": 2**63}, {"amount": 1.5}),
        *({"currency": None}, {"currency": 5}, {"currency": "dollars"}, {"amount_refunded": "all"}),
        *({"created": None}, {"created": "yesterday"}, {"created": -1}, {"created": 10**15}),
    ],
    ids=str,
)
def test_money_and_time_are_never_guessed(tmp_path: Path, broken: dict[str, Any]) -> None:
    store = open_store(tmp_path)
    good = {"id": "py_good", **MONEY, "status": "succeeded"}
    with pytest.raises(ProviderBroken, match="py_strange"):
        store.projection.apply("charges", [good, {"id": "py_strange", **MONEY, **broken}])
    assert table(store) == [], "a page is kept whole or not at all"
    check_sums(store)
    store.close()


def test_search_finds_name_email_reference_id_and_amount(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    feed(store, OBJECTS)
    charge = HISTORY.charges[0]
    reference = charge["metadata"]["invoice_reference"]
    dollars = f"{charge['amount'] // 100:,}.{charge['amount'] % 100:02d}"
    for text in (charge["id"], charge["payment_intent"], reference, dollars):
        rows = store.payments.block(
            PaymentFilter(text=text), TODAY, sort="created", descending=True, start=0, size=9, mark=None
        ).rows
        assert charge["id"] in {row and row["id"] for row in rows}, text
    store.close()


@pytest.mark.parametrize("text", ['"', "' OR 1=1 --", "*", "a AND (", "NEAR/3", "…", "x" * 500, "--", "%_"])
def test_no_search_text_can_break_the_query(tmp_path: Path, text: str) -> None:
    store = open_store(tmp_path)
    feed(store, OBJECTS[:20])
    store.payments.block(PaymentFilter(text=text), TODAY, sort="created", descending=True, start=0, size=9, mark=None)
    store.close()


def test_a_payment_keeps_its_place_when_its_intent_becomes_a_charge(tmp_path: Path) -> None:
    charge = next(one for one in HISTORY.charges if one["payment_intent"] and one["status"] == "succeeded")
    intent = next(
        one for resource, one in OBJECTS if resource == "payment_intents" and one["id"] == charge["payment_intent"]
    )
    store = open_store(tmp_path)
    store.projection.apply("payment_intents", [{**intent, "status": "processing"}])
    first = store.payments.block(PaymentFilter(), TODAY, sort="created", descending=True, start=0, size=9, mark=None)
    store.projection.apply("charges", [charge])
    order: dict[str, Any] = {"sort": "created", "descending": True, "start": 0, "size": 9}
    later = store.payments.block(PaymentFilter(), TODAY, **order, mark=first.mark)
    assert [row and row["id"] for row in first.rows] == [intent["id"]]
    assert [row and row["id"] for row in later.rows] == [charge["id"]]
    assert (later.total, later.newer) == (1, 0), "neither twice nor skipped"
    store.close()
