"""The charts add up to the table under every filter, and the return rates say by whose codes they are counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.clock import FixedClock
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import WAITING, PaymentState
from dashboard.domain.return_codes import RETURN_CODES
from dashboard.payments import Payments, read_row
from dashboard.payments.charts import (
    AGES,
    RATE_DAYS,
    RATE_LIMITS,
    REST_OF_THEM,
    Charts,
    ReturnRate,
    age_of,
    begin,
    choose_step,
    end,
)
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.payments.charts import COLLECTED, LOST
from tests.empty_desks import open_store
from tests.payment_history import DAY, START, History

ZONE = ZoneInfo("America/New_York")
HISTORY = History(400, days=200)
NOW = datetime.fromtimestamp(HISTORY.now, UTC)
TODAY = NOW.astimezone(ZONE).date()
FIRST = datetime.fromtimestamp(START, UTC).date()


def strange_charges() -> list[dict[str, Any]]:
    """What a history seldom has: other currencies, a failure without a reason, nobody's payment, an overdue one."""
    base = {
        "object": "charge",
        "status": "succeeded",
        "currency": "usd",
        "payment_method_details": {"type": "ach_debit"},
    }
    return [
        {**base, "id": "py_eur", "created": HISTORY.now - 3 * DAY, "amount": 777, "currency": "eur"},
        {**base, "id": "py_silent", "created": HISTORY.now - 9 * DAY, "amount": 1_234, "status": "failed"},
        {**base, "id": "py_late", "created": HISTORY.now - 30 * DAY, "amount": 4_321, "status": "pending"},
        {
            **base,
            "id": "py_today",
            "created": HISTORY.now - 60,
            "amount": 99,
            "status": "pending",
            "balance_transaction": "txn_today",
        },
        {
            **base,
            "id": "py_refused",
            "created": HISTORY.now - 5 * DAY,
            "amount": 50,
            "status": "failed",
            "failure_code": "payment_method_bank_account_blocked",
        },
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("charts")
    opened = open_store(folder / "desk.db", Vault([make_key()]), FixedClock(NOW), ZONE)
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            opened.projection.apply(resource, [json.loads(body) for body in listing.bodies])
    opened.projection.apply("charges", strange_charges())
    midnight = int(datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC).timestamp())  # as Stripe gives a bank day
    due = {"id": "txn_today", "type": "payment", "amount": 99, "fee": 0, "net": 99, "currency": "usd"}
    opened.projection.apply(
        "balance_transactions",
        [{**due, "created": HISTORY.now - 60, "available_on": midnight, "source": "py_today", "status": "pending"}],
    )
    yield opened
    opened.close()


@pytest.fixture
def charts(store: Store, environ: dict[str, str]) -> Charts:
    return Charts(store, FixedClock(NOW), load_settings(environ, None))


DATES = st.none() | st.integers(-5, 205).map(lambda days: FIRST + timedelta(days))
FILTERS = st.builds(
    PaymentFilter,
    statuses=st.lists(st.sampled_from(list(PaymentState)), unique=True, max_size=4).map(tuple),
    created_from=DATES,
    created_to=DATES,
    customer=st.sampled_from(["", "", "cus_00000000000001"]),
    bank=st.sampled_from(["", "", "STRIPE TEST BANK"]),
    amount_min=st.none() | st.integers(0, 50_000),
    amount_max=st.none() | st.integers(10_000, 10**6),
    failure_code=st.sampled_from(["", "", "insufficient_funds"]),
    rail=st.sampled_from(["", "", "us_bank_account", "ach_debit"]),
    overdue=st.sampled_from([False, False, True]),
    text=st.sampled_from(["", "", "Customer 3"]),
) | st.builds(
    PaymentFilter,
    statuses=st.lists(st.sampled_from(list(PaymentState)), unique=True, max_size=4).map(tuple),
    created_from=DATES,
    created_to=DATES,
)


def shown(store: Store, wanted: PaymentFilter, states: Any = PaymentState) -> list[dict[str, Any]]:
    """The rows that the table shows, of these states."""
    return [row for row in store.payments.walk(wanted, TODAY) if PaymentState(row["state"]) in set(states)]


def sums(rows: list[dict[str, Any]], *names: str) -> dict[tuple[Any, ...], tuple[int, int]]:
    counts: Counter[tuple[Any, ...]] = Counter()
    amounts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        key = (*(row[name] for name in names), row["currency"])
        counts[key] += row.get("count", 1)
        amounts[key] += row["amount"]
    return {key: (counts[key], amounts[key]) for key in counts}


@settings(max_examples=120, deadline=None)
@given(wanted=FILTERS)
def test_every_figure_equals_what_the_table_adds_up_to(store: Store, wanted: PaymentFilter) -> None:
    rows = shown(store, wanted)
    assert sums(store.charts.by_day(wanted, TODAY), "day", "state") == sums(rows, "day", "state")
    lost = [{**row, "reason": row["reason"] or ""} for row in shown(store, wanted, LOST)]
    assert sums(store.charts.by_reason_within(wanted, TODAY), "reason") == sums(lost, "reason")
    collected = [{**row, "customer_id": row["customer_id"] or ""} for row in shown(store, wanted, COLLECTED)]
    assert sums(store.charts.by_customer(wanted, TODAY), "customer_id") == sums(collected, "customer_id")
    waiting = [{**row, "overdue": int(read_row(row, TODAY).waiting.overdue)} for row in shown(store, wanted, WAITING)]
    assert sums(store.charts.waiting(wanted, TODAY), "day", "overdue") == sums(waiting, "day", "overdue")


@settings(max_examples=60, deadline=None)
@given(wanted=FILTERS)
def test_every_charts_bars_add_up_to_the_rows_of_their_currency(
    store: Store, environ_of_module: dict[str, str], wanted: PaymentFilter
) -> None:
    charts, actor = Charts(store, FixedClock(NOW), load_settings(environ_of_module, None)), demo_actor()
    for chart, states in (
        (charts.by_day(actor, wanted), tuple(PaymentState)),
        (charts.ageing(actor, wanted), tuple(WAITING)),
        (charts.reasons(actor, wanted), LOST),
        (charts.by_customer(actor, wanted), COLLECTED),
    ):
        rows = [row for row in shown(store, wanted, states) if row["currency"] == chart.currency]
        assert (chart.count, chart.amount) == (len(rows), sum(row["amount"] for row in rows))
        left_out = {row["currency"] for row in shown(store, wanted, states)} - {chart.currency}
        assert set(chart.others) == left_out


@settings(max_examples=40, deadline=None)
@given(wanted=FILTERS)
def test_a_bars_filter_shows_the_payments_that_the_bar_counts(
    store: Store, environ_of_module: dict[str, str], wanted: PaymentFilter
) -> None:
    charts, actor = Charts(store, FixedClock(NOW), load_settings(environ_of_module, None)), demo_actor()
    for read in (charts.by_day, charts.ageing, charts.reasons, charts.by_customer):
        chart = read(actor, wanted)
        for bar in chart.bars[:4] + chart.bars[-4:]:
            if bar.within is None:
                unsaid = {"no reason given", "no customer", *(AGES if wanted.dated else ())}
                assert bar.name in unsaid or bar.group == REST_OF_THEM
                continue
            rows = [row for row in shown(store, bar.within) if row["currency"] == chart.currency]
            assert (bar.count, bar.amount) == (len(rows), sum(row["amount"] for row in rows))
            assert PaymentFilter.from_query(bar.within.to_query()) == bar.within, "as it stands in an address"


@given(day=st.dates(date(2020, 1, 1), date(2030, 1, 1)), step=st.sampled_from(["day", "week", "month"]))
def test_a_bar_ends_the_day_before_the_next_one_begins(day: date, step: str) -> None:
    first = begin(day, step)
    assert first <= day <= end(first, step)
    assert begin(end(first, step) + timedelta(1), step) == end(first, step) + timedelta(1)


@pytest.fixture(scope="module")
def environ_of_module(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("environ")
    return {
        "PLAID_CLIENT_ID": "id",
        "PLAID_SECRET": "secret",
        "STRIPE_SECRET_KEY": "sk_test_x",
        "ACH_DESK_KEY": make_key().reveal(),
        "ACH_DESK_DB": str(folder / "desk.db"),
    }


@settings(max_examples=60, deadline=None)
@given(days=st.integers(-40, 40), wanted=st.sampled_from([PaymentFilter(overdue=True)]))
def test_the_filter_overdue_shows_exactly_what_the_table_flags(store: Store, days: int, wanted: PaymentFilter) -> None:
    today = TODAY + timedelta(days)
    flagged = {row["id"] for row in store.payments.walk(PaymentFilter(), today) if read_row(row, today).waiting.overdue}
    assert {row["id"] for row in store.payments.walk(wanted, today)} == flagged


@given(made=st.dates(date(2025, 1, 1), date(2026, 11, 24)), overdue=st.booleans())
def test_every_age_has_a_bar(made: date, overdue: bool) -> None:
    age = age_of(made, overdue, date(2026, 11, 24))
    assert age in AGES and (age == "Overdue") is overdue


@given(day=st.dates(), step=st.sampled_from(["day", "week", "month"]))
def test_a_bar_begins_at_or_before_its_days(day: date, step: str) -> None:
    if day > date(1, 1, 7):
        assert begin(day, step) <= day and begin(begin(day, step), step) == begin(day, step)


def test_long_times_are_cut_into_weeks_and_months() -> None:
    assert [choose_step(days) for days in (0, 100, 101, 700, 701)] == ["day", "day", "week", "week", "month"]


def test_the_rates_count_what_was_sent_and_name_their_source(charts: Charts, store: Store) -> None:
    found = charts.return_rates(demo_actor())
    since = TODAY - timedelta(days=RATE_DAYS)
    sent = [
        row
        for row in store.payments.walk(PaymentFilter(created_from=since), TODAY)
        if row["state"] not in {"sending", "unknown", "unsent", "incomplete", "canceled"} and row["id"] != "py_refused"
    ]
    lost = [row for row in sent if PaymentState(row["state"]) in LOST]
    rates = {rate.name: rate for rate in found.rates}
    assert rates["overall"].originated == len(sent)
    assert rates["overall"].returned == len(lost) > 0
    assert rates["administrative"].returned == sum(row["reason"] == "account_closed" for row in lost)
    assert found.by_stripe_code == len(lost) and "Stripe's own decline code" in found.source()


def test_a_return_code_counts_before_stripes_own_code(charts: Charts, store: Store) -> None:
    body = next(
        one
        for one in map(json.loads, HISTORY.resources["charges"].bodies)
        if one["status"] == "failed" and one["created"] > HISTORY.now - 50 * DAY
    )
    before = {rate.name: rate.returned for rate in charts.return_rates(demo_actor()).rates}
    store.projection.apply(
        "charges", [{**body, "failure_code": "insufficient_funds", "outcome": {"network_decline_code": "R10"}}]
    )
    try:
        found = charts.return_rates(demo_actor())
        after = {rate.name: rate.returned for rate in found.rates}
        assert after["unauthorized"] == before["unauthorized"] + 1 and after["overall"] == before["overall"]
        assert found.by_return_code == 1 and "bank's return code" in found.source()
    finally:
        store.projection.apply("charges", [body])


@pytest.mark.parametrize(("returned", "level"), [(0, "ok"), (24, "ok"), (25, "warning"), (50, "warning"), (51, "over")])
def test_a_rate_warns_from_half_its_limit(returned: int, level: str) -> None:
    assert ReturnRate("unauthorized", returned, 10_000, 0.005).level == level


def test_a_rate_near_its_limit_is_known_without_asking_twice(charts: Charts, store: Store) -> None:
    near = charts.near_limits(demo_actor(), NOW)
    assert near == [rate for rate in charts.return_rates(demo_actor()).rates if rate.level != "ok"]
    assert charts.near_limits(demo_actor(), NOW) is near
    assert charts.near_limits(demo_actor(), NOW + timedelta(seconds=1)) is not near


def test_nachas_groups_are_its_own_return_codes() -> None:
    groups = {group: {one.code for one in RETURN_CODES.values() if one.group == group} for group in RATE_LIMITS}
    assert groups["unauthorized"] == {"R05", "R07", "R10", "R11", "R29", "R51"}
    assert groups["administrative"] == {"R02", "R03", "R04"}


def test_the_totals_are_the_sum_of_the_chart_by_day(charts: Charts, store: Store, environ: dict[str, str]) -> None:
    payments = Payments(store, FixedClock(NOW), load_settings(environ, None))
    total = payments.totals(demo_actor(), PaymentFilter()).shown
    chart = charts.by_day(demo_actor(), PaymentFilter())
    assert total.amounts[chart.currency] == chart.amount
