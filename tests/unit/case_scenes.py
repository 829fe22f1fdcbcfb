"""What tests of cases share: charges in every trouble, and what must hold of a store's cases after anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboard.domain.cases import Case, CaseState
from dashboard.domain.clock import FixedClock
from dashboard.store import Store

DAY = 86_400


def seconds(clock: FixedClock, **ago: int) -> int:
    """Epoch seconds of so long ago."""
    return int((clock.now() - timedelta(**ago)).timestamp())


def charge(clock: FixedClock, id: str = "py_1", status: str = "failed", **more: Any) -> dict[str, Any]:
    """A charge of two days ago, failed for want of money where nothing else is said."""
    return {
        "id": id,
        "created": seconds(clock, days=2),
        "amount": 4_200,
        "currency": "usd",
        "status": status,
        "customer": "cus_1",
        "failure_code": "insufficient_funds" if status == "failed" else None,
        "payment_method_details": {"type": "us_bank_account", "us_bank_account": {"mandate": "mandate_1"}},
        **more,
    }


def dispute(clock: FixedClock, status: str = "lost", **more: Any) -> dict[str, Any]:
    """A dispute of today about `py_1`."""
    reason = more.pop("reason", "debit_not_authorized")
    made = {"id": "dp_1", "created": seconds(clock), "amount": 4_200, "currency": "usd", "charge": "py_1"}
    return {**made, "status": status, "reason": reason, **more}


def refund(clock: FixedClock, id: str, status: str, cents: int = 4_200, **more: Any) -> dict[str, Any]:
    """A refund of today of `py_1`."""
    made = {"id": id, "created": seconds(clock), "amount": cents, "currency": "usd", "charge": "py_1"}
    return {**made, "status": status, **more}


def case_of(store: Store, payment_id: str = "py_1") -> Case:
    """The case of a payment that has one."""
    found = store.cases.of_payment(payment_id)
    assert found is not None
    return found


def events(store: Store, payment_id: str = "py_1") -> list[str]:
    """The time line of its case, by the desk's words only."""
    return [one.what for one in store.cases.events(case_of(store, payment_id).id)]


def check_cases(store: Store) -> int:
    """Each payment in trouble has one case, open with its day and step or decided; no other has an open one.

    Told by the rows of the provider's objects, without the code that opens cases. Returns how many are in trouble.
    """
    rows = list(store.database.handle.query("SELECT id, state FROM payment"))
    asked = "SELECT charge_id FROM dispute WHERE status LIKE 'warning_%' AND status <> 'warning_closed'"
    inquiries = {row["charge_id"] for row in store.database.handle.query(asked)}
    failed = list(store.database.handle.query("SELECT * FROM refund WHERE status = 'failed'"))
    good = list(store.database.handle.query("SELECT * FROM refund WHERE status NOT IN ('failed', 'canceled')"))
    for one in failed:
        again = (r for r in good if r["charge_id"] == one["charge_id"] and r["created"] >= one["created"])
        if not any(r["amount"] >= one["amount"] for r in again):
            inquiries.add(one["charge_id"])
    troubled = {row["id"] for row in rows if row["state"] in {"failed", "returned_late"} or row["id"] in inquiries}
    cases = list(store.database.handle.query("SELECT * FROM payment_case"))
    by_payment = {row["payment_id"]: row for row in cases}
    assert len(by_payment) == len(cases)
    for row in rows:
        case = by_payment.get(row["id"])
        if row["id"] in troubled:
            assert case is not None, f"{row} has no case"
            assert case["outcome"] != "recovered" and case["due_on"] and case["step"]
        elif case is not None:
            assert case["state"] == CaseState.CLOSED.value, f"{row} has an open case"
    return len(troubled)
