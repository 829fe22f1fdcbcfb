"""Payments are found by pieces of words, in every script, by bank, code and reason, and by the beginning of an id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dashboard.domain.clock import FixedClock
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.searches import search_key, search_words
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.migrations import define_all
from tests.empty_desks import open_store

TODAY = date(2026, 11, 24)
PAYERS = {
    "py_1": ("Zoë-Lou Lang", "zoe@example.com"),
    "py_2": ("王小明", "wang@example.com"),
    "py_3": ("田中さくら", "sakura@host.example"),
    "py_4": ("Ben O’Neil", "ben@example.com"),
}


@pytest.fixture
def store(tmp_path: Path, vault: Vault, clock: FixedClock) -> Iterator[Store]:
    opened = open_store(tmp_path / "desk.db", vault, clock, ZoneInfo("America/New_York"))
    yield opened
    opened.close()


def charge(id: str, **values: Any) -> dict[str, Any]:
    details = {"bank_name": values.pop("bank", "STRIPE TEST BANK"), "last4": values.pop("last4", "6789")}
    return {
        "id": id,
        "object": "charge",
        "created": 1_795_000_000,
        "amount": 2_500,
        "currency": "usd",
        "status": "succeeded",
        "payment_method_details": {"type": "us_bank_account", "us_bank_account": details},
        **values,
    }


def keep(store: Store, *charges: dict[str, Any]) -> None:
    store.projection.apply("charges", list(charges))


def found(store: Store, text: str) -> set[str]:
    return {row["id"] for row in store.payments.walk(PaymentFilter(text=text), TODAY)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("zoe", {"py_1"}),
        ("ZOË", {"py_1"}),
        ("oe-lo", {"py_1"}),
        ("an", {"py_1", "py_2"}),
        ("lang zoe", {"py_1"}),
        ("lang wang", set()),
        ("wang@exam", {"py_2"}),
        ("王", {"py_2"}),
        ("小明", {"py_2"}),
        ("王明", set()),
        ("さくら", {"py_3"}),
        ("くら", {"py_3"}),
        ("o'neil", {"py_4"}),
        ("O’NEI", {"py_4"}),
        ("xyz", set()),
        ("…", set()),
        ('"', set()),
        ("%", set()),
        ("_", set()),
    ],
)
def test_names_and_addresses_are_found_inside_words_without_case_and_accents(
    store: Store, text: str, ids: set[str]
) -> None:
    people = [
        charge(id, billing_details={"name": name, "email": email}, bank="") for id, (name, email) in PAYERS.items()
    ]
    keep(store, *people)
    assert found(store, text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("chase", {"py_1"}),
        ("HAS", {"py_1"}),
        ("wells far", {"py_2"}),
        ("insufficient", {"py_2"}),
        ("insufficient_funds", {"py_2"}),
        ("Insufficient funds", {"py_2"}),
        ("R01", {"py_2"}),
        ("r0", {"py_2", "py_3"}),
        ("R03", {"py_3"}),
        ("no such account", {"py_3"}),
        ("4321", {"py_3"}),
        ("INV-0042", {"py_1"}),
        ("v-004", {"py_1"}),
        ("$1,234.50", {"py_1"}),
        ("1234.5", {"py_1"}),
        ("chase 1,234.50", {"py_1"}),
    ],
)
def test_bank_code_reason_reference_digits_and_amount_are_found(store: Store, text: str, ids: set[str]) -> None:
    invoice = {"invoice_reference": "INV-0042"}
    keep(
        store,
        charge("py_1", bank="CHASE", last4="1111", amount=123_450, metadata=invoice),
        charge("py_2", bank="Wells Fargo", status="failed", failure_code="insufficient_funds"),
        charge("py_3", bank="Citi", status="failed", failure_code="no_account", last4="4321"),
    )
    assert found(store, text) == ids


def test_the_banks_own_code_goes_before_the_one_that_stripes_stands_for(store: Store) -> None:
    failed = charge("py_1", status="failed", failure_code="insufficient_funds")
    keep(store, {**failed, "outcome": {"network_decline_code": "R09", "network_status": "declined_by_network"}})
    row = next(iter(store.database.handle.query("SELECT network_code FROM charge")))
    assert found(store, row["network_code"] or "R01") == {"py_1"}


def test_a_payment_is_found_by_the_beginning_of_its_ids_and_no_id_by_a_piece(store: Store) -> None:
    keep(
        store,
        charge("py_3NxR01abcDEF", payment_intent="pi_3NxqqqWWW"),
        charge("py_3NyR01abcDEF", payment_intent="pi_3NyqqqWWW"),
    )
    assert found(store, "py_3NxR01abcDEF") == found(store, "PY_3nxr") == found(store, "pi_3Nx") == {"py_3NxR01abcDEF"}
    for piece in ("R01", "abc", "py_", "pi", "cDEF"):
        assert found(store, piece) == set(), piece


def test_customers_of_payments_are_found_as_payments_are(store: Store) -> None:
    people = [("cus_1", "Zoë Lang", "zoe@example.com"), ("cus_2", "王小明", "w@example.com"), ("cus_3", "Cy Lang", "")]
    told = [{"id": id, "created": 1, "name": name, "email": email} for id, name, email in people]
    store.projection.apply("customers", told)
    keep(store, *(charge(f"py_{place}", customer=f"cus_{place % 2 + 1}", bank="Langbank") for place in range(6)))
    assert [one["name"] for one in store.payments.customers("OE lan")] == ["Zoë Lang"]
    assert [one["id"] for one in store.payments.customers("小")] == ["cus_2"]
    assert store.payments.customers("langbank") == [], "a bank is nobody's name"
    assert [one["name"] for one in store.payments.customers("cus_3")] == ["Cy Lang"], "also without a payment"


def test_a_payment_that_changes_is_found_by_its_new_words_only(store: Store) -> None:
    keep(store, charge("py_1", bank="CHASE"), charge("py_2", bank="CHASE"))
    keep(store, charge("py_1", bank="CHASE", status="failed", failure_code="account_closed"))
    keep(store, charge("py_2", bank="Citi"))
    assert found(store, "chase") == {"py_1"} and found(store, "closed") == {"py_1"} and found(store, "citi") == {"py_2"}
    assert store.database.check_integrity() == []


def test_a_payment_that_leaves_the_table_leaves_the_search(store: Store) -> None:
    intent = {"id": "pi_1", "created": 1_795_000_000, "amount": 500, "currency": "usd", "status": "processing"}
    intent |= {"metadata": {"invoice_reference": "INV-77"}, "payment_method_types": ["us_bank_account"]}
    store.projection.apply("payment_intents", [intent])
    keep(store)
    assert found(store, "inv-77") == {"pi_1"}
    keep(store, charge("py_1", payment_intent="pi_1"))
    assert found(store, "inv-77") == {"py_1"}


WORDS = st.text(st.sampled_from('aàb ß’"=*-王小ﾀ\u0301\u200dR01.,$\n'), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(WORDS, min_size=1, max_size=6), typed=WORDS)
@example(texts=["aab"], typed="ab")
@example(texts=["ab a"], typed="aba")
@example(texts=['a"b'], typed='"')
def test_a_search_finds_what_plain_python_finds_in_any_script(store: Store, texts: list[str], typed: str) -> None:
    row = "'usd', 'paid_out', 'us_bank_account'"
    with store.database.transaction() as db:
        db.execute("DELETE FROM payment")
        for place, text in enumerate(texts):
            db.execute(
                "INSERT INTO payment (id, created, day, amount, currency, state, rail, customer, email, bank,"
                f" reference, refunded) VALUES (?, 0, 0, 7, {row}, ?, '', '', '', 0)",
                [f"py_{place}", text],
            )
    words = search_words(typed)
    keys = {f"py_{place}": f"{search_key(text)} 0.07" for place, text in enumerate(texts)}
    assert found(store, typed) == {id for id, key in keys.items() if all(word in key for word in words)}


def test_an_older_file_keeps_its_payments_and_finds_them(tmp_path: Path, vault: Vault, clock: FixedClock) -> None:
    path = tmp_path / "older.db"
    database = Database(path)
    row = {"created": 1_795_000_000, "day": 20_775, "amount": 500, "currency": "usd", "state": "paid_out"}
    row |= {"rail": "us_bank_account", "customer": "Zoë Lang", "email": "", "bank": "CHASE", "reference": "INV-1"}
    with database.transaction() as db:
        for migrations in define_all():
            migrations.apply(db, stop_before="payments_005_search_inside_words")
        for place in range(5):
            db.table("payment").insert({"id": f"py_{place}", "refunded": 0, **row})
        db.execute("INSERT INTO payment_search (rowid, words) VALUES (1, 'Zoë Lang')")
        db.execute("INSERT INTO payment_unsearched VALUES ('py_3')")
    database.close()
    store = Store.open(path, vault, clock)
    assert found(store, "") == {f"py_{place}" for place in range(5)}
    assert found(store, "oe la") == found(store, "has") == {f"py_{place}" for place in range(5)}
    store.close()
