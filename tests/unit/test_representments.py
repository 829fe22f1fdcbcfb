"""Presented again: only for want of money, at most twice, within 180 days, and never where anything was disputed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as given_some
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.domain.clock import FixedClock
from dashboard.domain.representments import Presentment, find_representment
from dashboard.domain.return_codes import CODES, RETURN_CODES
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.case_scenes import case_of, charge, dispute, seconds
from tests.unit.desk_fixture import DeskFixture

BEGUN = date(2026, 6, 1)


def presented(
    number: int, days: int = 0, state: str = "failed", reason: str | None = "R01", *, disputed: bool = False
) -> Presentment:
    on = BEGUN + timedelta(days=days)
    return Presentment(f"py_{number}", on, state, reason if state == "failed" else None, 40, disputed)


def code_of(*chain: Presentment, of: int = 0, days: int = 10) -> str | None:
    """Why this one of the chain may not be presented again so many days after the first; empty where it may."""
    found = find_representment(f"py_{of}", chain, BEGUN + timedelta(days=days))
    return None if found is None else found.problem.code if found.problem else ""


@pytest.mark.parametrize("code", CODES)
def test_only_want_of_money_is_presented_again(code: str) -> None:
    found = find_representment("py_0", [presented(0, reason=code)], BEGUN)
    assert (found is not None) == (code in {"R01", "R09", "insufficient_funds"})
    assert len(RETURN_CODES) > 60


def test_at_most_twice_whoever_ordered_it() -> None:
    first, second, third = presented(0), presented(1, 5), presented(2, 9)
    assert code_of(first) == code_of(first, second, of=1) == ""
    assert code_of(first, second, third, of=2) == code_of(first, second, third) == "too_many"
    found = find_representment("py_1", [first, second], BEGUN)
    assert found is not None and (found.original_id, found.attempt, found.fees) == ("py_0", 2, 80)


def test_what_the_bank_never_saw_is_no_attempt() -> None:
    never = [presented(1, 2, "canceled"), presented(2, 3, reason="blocked")]
    assert code_of(presented(0), *never, presented(3, 5), of=3) == ""


def test_the_last_day_is_the_180th_of_the_original() -> None:
    assert code_of(presented(0), days=180) == "" and code_of(presented(0), days=181) == "too_late"
    assert code_of(presented(0), presented(1, 100), of=1, days=181) == "too_late"


def test_a_dispute_anywhere_refuses_and_so_does_money_on_its_way() -> None:
    assert code_of(presented(0), presented(1, -300, "succeeded", disputed=True)) == "disputed"
    for state in ("pending", "succeeded", "paid_out", "unknown"):
        assert code_of(presented(0), presented(1, 3, state)) == "other_attempt"
    assert code_of(presented(1, -30, "paid_out"), presented(0)) == "", "an earlier one that was paid is another debt"


@hypothesis_settings(max_examples=200, deadline=None)
@given_some(
    st.lists(st.tuples(st.integers(0, 180), st.sampled_from(["failed", "succeeded", "canceled", "pending"]))),
    st.integers(0, 400),
)
def test_never_a_third_time_nor_too_late(others: list[tuple[int, str]], today: int) -> None:
    ordered = sorted(others)
    chain = [presented(0), *(presented(place + 1, days, state) for place, (days, state) in enumerate(ordered))]
    for one in chain:
        found = find_representment(one.payment_id, chain, BEGUN + timedelta(days=today))
        if found is not None and found.problem is None:
            assert found.attempt <= 2 and today <= 180 and found.original_id == "py_0"
            assert not [other for other in chain if other.state in {"succeeded", "pending"}]


def test_the_case_shows_it_with_the_attempts_of_others(
    store: Store, clock: FixedClock, vault: Vault, environ: dict[str, str]
) -> None:
    """Another tool's charge of the same customer, account, amount and reference counts; another amount does not."""
    desk = DeskFixture(store, clock, vault, load_settings(environ, None))
    debt: dict[str, Any] = {"metadata": {"invoice_reference": "INV-1"}}
    others: list[dict[str, Any]] = [debt, debt, {**debt, "amount": 999}, {}]
    for number, more in enumerate(others):
        made = charge(clock, f"py_{number}", created=seconds(clock, days=9 - number), **more)
        store.projection.apply("charges", [made])
    again = desk.cases.get(desk.actor, "py_1").again
    assert again is not None and (again.original_id, again.attempt, again.problem) == ("py_0", 2, None)
    store.projection.apply("charges", [charge(clock, "py_9", created=seconds(clock, days=1), **debt)])
    again = desk.cases.get(desk.actor, case_of(store, "py_9").id).again
    assert again is not None and again.problem is not None and again.problem.code == "too_many"
    store.projection.apply("disputes", [dispute(clock, "won", charge="py_0")])
    again = desk.cases.get(desk.actor, "py_1").again
    assert again is not None and again.problem is not None and again.problem.code == "disputed"
    closed = charge(clock, "py_8", failure_code="account_closed")
    store.projection.apply("charges", [closed])
    assert desk.cases.get(desk.actor, "py_8").again is None
