"""A payment's state follows only from the provider's facts, for every combination of them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import (
    PaymentFacts,
    PaymentState,
    Waiting,
    derive,
    estimate,
    waiting_of,
)
from dashboard.domain.periods import PERIODS
from tests.unit.payment_rules import TAKES_BACK, due_at, expect

CREATED = 1_790_000_000  # Monday 2026-09-21, 10:13 in New York
AMOUNT = 1_000
DISPUTED, AVAILABLE, ARRIVES = 1_790_500_000, 1_790_600_000, 1_790_700_000

CHARGES = ("pending", "succeeded", "failed", "something_new")
INTENTS = (
    *(None, "processing", "succeeded", "requires_payment_method", "requires_action", "requires_confirmation"),
    *("canceled", "requires_capture", "something_new"),
)
DEBITS = (
    None,
    "created",
    "sending",
    "unknown",
    "unsent",
    "scheduled",
    "submitted",
    "refused",
    "canceled",
    "something_new",
)
DISPUTES = (None, *sorted(TAKES_BACK), "won", "prevented", "warning_needs_response", "warning_under_review")
REFUNDED = (0, 1, AMOUNT - 1, AMOUNT, AMOUNT + 1)
PAYOUTS = ((None, None), (None, "paid"), *(("po_1", one) for one in (None, "paid", "in_transit", "pending", "failed")))

OF_A_CHARGE = (
    *((True,), (*DISPUTES, "warning_closed"), CHARGES, REFUNDED, INTENTS, (None, "intent_error")),
    *((None, "failure_code"), (None, "refused"), (False, True), (None, AVAILABLE), PAYOUTS),
)
WITHOUT_A_CHARGE = (
    *((False,), DISPUTES, (None,), REFUNDED, INTENTS, (None, "intent_error"), (None, "failure_code"), DEBITS),
    *((False, True), (None, AVAILABLE), (PAYOUTS[0], PAYOUTS[3])),
)


def make_facts(combination: tuple[Any, ...]) -> PaymentFacts:
    _, dispute, charge, refunded, intent, error, failure, debit, submitted, available, payout = combination
    return PaymentFacts(
        created=CREATED,
        amount=AMOUNT,
        debit_state=debit,
        collect_at=ARRIVES if debit == "scheduled" else None,
        intent_status=intent,
        intent_error=error,
        charge_status=charge,
        failure_code=failure,
        refunded=refunded,
        dispute_status=dispute,
        dispute_reason=dispute and "dispute_reason",
        dispute_created=dispute and DISPUTED,
        submitted=submitted,
        available_on=available,
        payout_id=payout[0],
        payout_status=payout[1],
        payout_arrival=payout[0] and ARRIVES,
    )


def test_what_nobody_said_did_not_happen() -> None:
    assert derive(PaymentFacts(CREATED, 1, charge_status="pending")).state is PaymentState.SUBMITTED
    assert derive(PaymentFacts(CREATED, 1, charge_status="succeeded")).state is PaymentState.SUCCEEDED


@pytest.mark.parametrize("parts", [OF_A_CHARGE, WITHOUT_A_CHARGE], ids=["of a charge", "without a charge"])
def test_every_combination_of_facts_has_the_state_date_and_reason_of_the_rules(
    parts: tuple[tuple[Any, ...], ...],
) -> None:
    assert due_at(CREATED) == 1_790_352_000, "Friday, noon in New York"
    seen = set()
    for combination in itertools.product(*parts):
        facts = make_facts(combination)
        status = derive(facts)
        assert (status.state.value, status.on, status.reason) == expect(facts), facts
        seen.add(status.state)
    assert len(seen) >= 8


STATES = "sending unknown unsent incomplete submitted pending succeeded paid_out failed canceled returned_late"


def test_every_state_has_a_name_in_the_file_a_word_and_an_icon_of_its_own() -> None:
    assert [state.value for state in PaymentState] == [
        "review",
        "at_stripe",
        "scheduled",
        *STATES.split(),
        "partly_refunded",
        "refunded",
    ]
    assert len({state.word for state in PaymentState}) == len({state.icon for state in PaymentState}) == 16
    assert all(state.word[0].isupper() and len(state.icon) == 1 for state in PaymentState)


def test_an_answer_is_awaited_in_four_states() -> None:
    assert {state.value for state in PaymentState if state.is_waiting} == {"sending", "unknown", "submitted", "pending"}


def test_the_estimate_is_four_business_days_after_submission() -> None:
    friday_night = datetime(2026, 11, 21, 3, tzinfo=UTC)  # 22:00 Eastern on a Friday: goes on Monday
    due = datetime.fromtimestamp(estimate(int(friday_night.timestamp())), UTC)
    assert due.date() == date(2026, 11, 30)  # Thanksgiving, 26 November, does not count


def test_a_payment_is_overdue_the_day_after_its_date_and_not_before() -> None:
    due = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
    for state in (PaymentState.SENDING, PaymentState.UNKNOWN, PaymentState.SUBMITTED, PaymentState.PENDING):
        assert waiting_of(state, due, date(2026, 11, 24)) == Waiting(overdue=False, business_days=0)
        assert waiting_of(state, due, date(2026, 11, 25)) == Waiting(overdue=True, business_days=-1)
        assert waiting_of(state, due, date(2026, 11, 20)) == Waiting(overdue=False, business_days=2)
    assert waiting_of(PaymentState.SUCCEEDED, due, date(2027, 1, 1)) == Waiting(overdue=False, business_days=None)
    assert waiting_of(PaymentState.PENDING, None, date(2027, 1, 1)) == Waiting(overdue=False, business_days=None)


FILTERS = st.builds(
    PaymentFilter,
    statuses=st.lists(st.sampled_from(list(PaymentState)), unique=True).map(tuple),
    created_from=st.none() | st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    created_to=st.none() | st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    customer=st.sampled_from(["", "cus_1"]),
    bank=st.sampled_from(["", "CHASE"]),
    amount_min=st.none() | st.integers(0, 10**9),
    amount_max=st.none() | st.integers(0, 10**9),
    failure_code=st.sampled_from(["", "insufficient_funds"]),
    rail=st.sampled_from(["", "ach_debit"]),
    payout=st.sampled_from(["", "po_1"]),
    overdue=st.booleans(),
    text=st.text(max_size=20),
    period=st.sampled_from(["", *PERIODS]),
).map(lambda one: replace(one, period="") if one.created_from or one.created_to else one)


@given(FILTERS)
def test_a_filter_survives_the_address(wanted: PaymentFilter) -> None:
    assert PaymentFilter.from_query(wanted.to_query()) == wanted


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=30)))
def test_any_address_is_a_filter(query: dict[str, str]) -> None:
    assert PaymentFilter.from_query(query).words()


@given(FILTERS)
def test_a_filter_that_hides_rows_says_so_in_words(wanted: PaymentFilter) -> None:
    assert (wanted.words() == "All payments") is wanted.is_empty
