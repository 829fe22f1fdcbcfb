"""An erasure reaches every table: each one says what becomes of a customer's rows, or why there is nothing to take."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.privacy.wiping import ELSEWHERE, LEFT, WIPED
from tests.empty_desks import open_store

CHARGE: dict[str, Any] = {
    "id": "py_1",
    "created": 1_795_000_000,
    "amount": 500,
    "currency": "usd",
    "status": "succeeded",
    "payment_method_details": {"type": "us_bank_account"},
}


def found_by(store: Store, text: str) -> list[str]:
    return [row["id"] for row in store.payments.walk(PaymentFilter(text=text), date(2026, 11, 24))]


@pytest.fixture
def full(tmp_path: Path, vault: Vault, clock: FixedClock) -> Store:
    return open_store(tmp_path / "desk.db", vault, clock)


def test_every_table_says_what_an_erasure_does_to_it(full: Store) -> None:
    """A new table with a word about a customer must not be forgotten when the customer is."""
    names = {row["name"] for row in full.database.handle.query("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    ours = {name for name in names if not name.startswith(("sqlite_", "_sqlite"))}
    assert ours == set(WIPED) | set(ELSEWHERE) | set(LEFT)
    assert not set(WIPED) & set(LEFT)


def test_stripe_never_brings_an_erased_name_back(full: Store) -> None:
    told = {"id": "cus_1", "created": 1_790_000_000, "name": "Jenny Rosen", "email": "jenny@example.com"}
    full.projection.apply("customers", [told])
    with full.transaction() as db:
        db.execute("INSERT INTO erased_stripe_customer VALUES ('cus_1', 'Erased 1'), ('cus_2', 'Erased 2')")
        db.execute("UPDATE stripe_customer SET name = 'Erased 1', email = NULL WHERE id = 'cus_1'")
    full.projection.apply("customers", [told, {**told, "id": "cus_2"}, {**told, "id": "cus_3", "name": "Ada"}])
    kept = {row["id"]: row["name"] for row in full.database.handle.query("SELECT id, name FROM stripe_customer")}
    assert kept == {"cus_1": "Erased 1", "cus_3": "Ada"}


def test_what_is_deleted_leaves_no_byte_in_the_file(full: Store) -> None:
    with full.transaction() as db:
        db.execute("INSERT INTO saved_view VALUES ('ada', 'Zanzibar Quokka', 'x', 1)")
    full.projection.apply("charges", [{**CHARGE, "billing_details": {"name": "Zanzibar Quokka"}}])
    assert found_by(full, "quokka") == ["py_1"]
    with full.transaction() as db:
        db.execute("DELETE FROM saved_view")
    full.projection.apply("charges", [{**CHARGE, "billing_details": {"name": "Ada"}}])
    assert found_by(full, "quokka") == [] and found_by(full, "ada") == ["py_1"]
    assert full.wiping.scrub()
    files = b"".join(path.read_bytes() for path in full.database.path.parent.glob("desk.db*"))
    assert b"quokka" not in files.lower()


def test_a_reader_of_an_older_state_is_waited_for(full: Store) -> None:
    with full.transaction() as db:
        db.execute("INSERT INTO saved_view VALUES ('ada', 'Old', 'x', 1)")
    reader = full.database._open_file()
    reader.execute("PRAGMA busy_timeout = 0")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM saved_view").fetchall()
    with full.transaction() as db:
        db.execute("DELETE FROM saved_view")
    full.database.handle.execute("PRAGMA busy_timeout = 50")
    assert not full.wiping.scrub()
    reader.rollback()
    assert full.wiping.scrub()
