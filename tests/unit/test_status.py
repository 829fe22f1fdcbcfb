"""A payment's state follows from the provider's facts alone, for every combination of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import PaymentFilter
from dashboard.status import WAITING, PaymentFacts, PaymentState, derive, estimate, look

TIME = 1_790_000_000
CHARGE = [None, "pending", "succeeded", "failed", "something_new"]
INTENT = [
    *(None, "processing", "succeeded", "requires_payment_method", "requires_action", "requires_confirmation"),
    *("canceled", "requires_capture", "something_new"),
]
DISPUTES = [
    None,
    "needs_response",
    "lost",
    "won",
    "prevented",
    "warning_needs_response",
    "warning_closed",
    "something_new",
]

FACTS = st.builds(
    PaymentFacts,
    created=st.integers(1_300_000_000, 2_000_000_000),
    amount=st.integers(50, 10**9),
    debit_state=st.sampled_from([None, "created", "sending", "unknown", "submitted", "refused", "something_new"]),
    intent_status=st.sampled_from(INTENT),
    intent_error=st.sampled_from([None, "insufficient_funds"]),
    charge_status=st.sampled_from(CHARGE),
    failure_code=st.sampled_from([None, "account_closed", "something_new"]),
    refunded=st.integers(0, 10**9),
    dispute_status=st.sampled_from(DISPUTES),
    dispute_reason=st.sampled_from([None, "debit_not_authorized"]),
    dispute_created=st.sampled_from([None, TIME]),
    submitted=st.booleans(),
    available_on=st.sampled_from([None, TIME]),
    payout_id=st.sampled_from([None, "po_1"]),
    payout_status=st.sampled_from([None, "paid", "in_transit", "failed", "pending"]),
    payout_arrival=st.sampled_from([None, TIME]),
)


@given(FACTS)
def test_every_combination_has_a_state_with_a_word_and_an_icon(facts: PaymentFacts) -> None:
    status = derive(facts)
    assert status.state.word and status.state.icon


@given(FACTS)
def test_what_waits_always_has_a_date_so_nothing_waits_silently(facts: PaymentFacts) -> None:
    status = derive(facts)
    assert status.state not in WAITING or status.on is not None


@given(FACTS)
def test_a_charge_that_did_not_succeed_is_never_shown_as_money(facts: PaymentFacts) -> None:
    if facts.charge_status in {"pending", "failed", "something_new"} and not facts.refunded:
        assert derive(facts).state not in {PaymentState.SUCCEEDED, PaymentState.PAID_OUT}


@given(FACTS)
def test_a_return_counts_before_everything_else(facts: PaymentFacts) -> None:
    if facts.dispute_status in {"needs_response", "lost"}:
        assert derive(facts).state is PaymentState.RETURNED_LATE


@given(FACTS)
def test_the_reason_is_the_providers_own_word(facts: PaymentFacts) -> None:
    status = derive(facts)
    if status.state is PaymentState.FAILED and facts.charge_status == "failed":
        assert status.reason == facts.failure_code


BASE = PaymentFacts(created=TIME, amount=1_000, charge_status="succeeded", submitted=True, available_on=TIME + 5)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (BASE._replace(charge_status="pending", submitted=False), PaymentState.SUBMITTED),
        (BASE._replace(charge_status="pending"), PaymentState.PENDING),
        (BASE, PaymentState.SUCCEEDED),
        (BASE._replace(payout_id="po_1", payout_status="paid"), PaymentState.PAID_OUT),
        (BASE._replace(payout_id="po_1", payout_status="failed"), PaymentState.SUCCEEDED),
        (BASE._replace(refunded=1_000), PaymentState.REFUNDED),
        (BASE._replace(refunded=999), PaymentState.PARTLY_REFUNDED),
        (BASE._replace(charge_status="failed", failure_code="x"), PaymentState.FAILED),
        (BASE._replace(dispute_status="won"), PaymentState.SUCCEEDED),
        (BASE._replace(charge_status=None, intent_status="canceled"), PaymentState.CANCELED),
        (PaymentFacts(TIME, 100, intent_status="processing"), PaymentState.SUBMITTED),
        (PaymentFacts(TIME, 100, intent_status="requires_action"), PaymentState.INCOMPLETE),
        (PaymentFacts(TIME, 100, intent_status="requires_payment_method", intent_error="x"), PaymentState.FAILED),
        (PaymentFacts(TIME, 100, debit_state="sending"), PaymentState.SENDING),
        (PaymentFacts(TIME, 100, debit_state="unknown"), PaymentState.UNKNOWN),
        (PaymentFacts(TIME, 100, debit_state="refused"), PaymentState.FAILED),
        (PaymentFacts(TIME, 100), PaymentState.UNKNOWN),
    ],
)
def test_the_states_of_the_design(facts: PaymentFacts, state: PaymentState) -> None:
    assert derive(facts).state is state


def test_the_estimate_is_four_business_days_after_submission() -> None:
    friday_night = datetime(2026, 11, 21, 3, tzinfo=UTC)  # 22:00 Eastern on a Friday: goes on Monday
    due = datetime.fromtimestamp(estimate(int(friday_night.timestamp())), UTC)
    assert due.date() == date(2026, 11, 30)  # Thanksgiving, 26 November, does not count


def test_a_payment_is_overdue_the_day_after_its_date_and_not_before() -> None:
    due = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
    assert not look(PaymentState.PENDING, due, date(2026, 11, 24)).overdue
    assert look(PaymentState.PENDING, due, date(2026, 11, 25)).overdue
    assert not look(PaymentState.SUCCEEDED, due, date(2027, 1, 1)).overdue
    assert look(PaymentState.PENDING, due, date(2026, 11, 20)).business_days == 2


FILTERS = st.builds(
    PaymentFilter,
    statuses=st.lists(st.sampled_from(list(PaymentState)), unique=True).map(tuple),
    created_from=st.none() | st.dates(),
    created_to=st.none() | st.dates(),
    customer=st.sampled_from(["", "cus_1"]),
    bank=st.sampled_from(["", "CHASE"]),
    amount_min=st.none() | st.integers(0, 10**9),
    amount_max=st.none() | st.integers(0, 10**9),
    failure_code=st.sampled_from(["", "insufficient_funds"]),
    rail=st.sampled_from(["", "ach_debit"]),
    payout=st.sampled_from(["", "po_1"]),
    overdue=st.booleans(),
    text=st.text(max_size=20),
)


@given(FILTERS)
def test_a_filter_survives_the_address(wanted: PaymentFilter) -> None:
    assert PaymentFilter.from_query(wanted.to_query()) == wanted


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=30)))
def test_any_address_is_a_filter(query: dict[str, str]) -> None:
    assert PaymentFilter.from_query(query).words()


@given(FILTERS)
def test_a_filter_that_hides_rows_says_so_in_words(wanted: PaymentFilter) -> None:
    assert (wanted.words() == "All payments") is wanted.is_empty
