"""The payments table as it is read back, with its sums and its search."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dashboard.domain.payment_filter import PaymentFilter
from dashboard.store import Store
from tests.unit.stripe_rules import TODAY, Json


def read_table(store: Store) -> dict[str, Json]:
    return {
        row["id"]: {name: value for name, value in row.items() if name != "seq"}
        for row in store.database.handle.query("SELECT * FROM payment")
    }


def check_sums(store: Store, rows: dict[str, Json]) -> None:
    """Counts and sums of every day, customer and reason, to the cent, also where a count went back to nothing."""
    for names in (("day", "state", "currency", "rail"), ("customer_id", "state", "currency"), ("day", "reason")):
        counts, amounts = Counter[Any](), Counter[Any]()
        for row in rows.values():
            key = tuple(row[name] or "" for name in names)
            counts[key] += 1
            amounts[key] += row["amount"]
        found = store.columns.groups(PaymentFilter(), TODAY, *names)
        keys = [tuple(one[name] for name in names) for one in found]
        assert dict(zip(keys, ((one["count"], one["amount"]) for one in found), strict=True)) == {
            key: (counts[key], amounts[key]) for key in counts
        }, names


def check_search(store: Store, rows: dict[str, Json]) -> None:
    """Each payment is found by what people know of it, and nothing by what is gone."""
    names = ("customer", "email", "reference", "id", "intent_id", "debit_id", "last4")
    for id, row in rows.items():
        for text in (*(row[name] for name in names if row[name]), f"{row['amount'] / 100:.2f}"):
            found = {one["id"] for one in store.payments.walk(PaymentFilter(text=text), TODAY)}
            assert id in found <= set(rows), text
