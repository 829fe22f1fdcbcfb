"""The filters of the payments page: on one line, and kept in the address so that a view can be kept and shared."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

import streamlit as st

from dashboard.desk import Desk
from dashboard.filters import RAILS, PaymentFilter
from dashboard.models import Actor
from dashboard.status import PaymentState
from dashboard.ui import format

VIEWS = {
    "Everything": PaymentFilter(),
    "This morning": PaymentFilter(
        statuses=(
            PaymentState.FAILED,
            PaymentState.RETURNED_LATE,
            PaymentState.UNKNOWN,
            PaymentState.SUBMITTED,
            PaymentState.PENDING,
        )
    ),
    "Failed and returned": PaymentFilter(statuses=(PaymentState.FAILED, PaymentState.RETURNED_LATE)),
    "Pending": PaymentFilter(statuses=(PaymentState.SUBMITTED, PaymentState.PENDING)),
    "Overdue": PaymentFilter(overdue=True),
}
PARTS = ("status", "created_from", "created_to", "customer", "bank", "amount_min", "amount_max", "failure_code", "rail")
ALL_PARTS = (*PARTS, "payout", "overdue", "text")


def current() -> PaymentFilter:
    """The filter in the address."""
    return PaymentFilter.from_query({name: str(value) for name, value in st.query_params.items()})


def use(wanted: PaymentFilter) -> None:
    """Put a filter into the address, and the widgets back to what it says."""
    for name in ALL_PARTS:
        st.query_params.pop(name, None)
    st.query_params.update(wanted.to_query())
    st.query_params.pop("page", None)
    for key in [name for name in st.session_state if str(name).startswith("filter-")]:
        del st.session_state[key]


def draw(desk: Desk, actor: Actor) -> PaymentFilter:
    """The filter line; what a person changes goes into the address at once."""
    wanted = current()
    today = desk.payments.today()
    search, status, dates, more = st.columns([4, 4, 4, 2], vertical_alignment="bottom")
    text = search.text_input(
        "Search", wanted.text, key="filter-text", placeholder="Name, e-mail, reference, id or amount"
    )
    statuses = status.multiselect(
        "Status",
        list(PaymentState),
        list(wanted.statuses),
        format_func=lambda state: f"{state.icon} {state.word}",
        key="filter-status",
    )
    start, end = _dates(dates, wanted, today)
    with more.popover("More", icon=":material/tune:", width="stretch"):
        low = st.text_input("Amount from", _dollars(wanted.amount_min), key="filter-low", placeholder="0.00")
        high = st.text_input("Amount up to", _dollars(wanted.amount_max), key="filter-high", placeholder="0.00")
        rails = ["", *RAILS]
        rail = st.selectbox(
            "Rail", rails, rails.index(wanted.rail), format_func=lambda one: RAILS.get(one, "Both"), key="filter-rail"
        )
        banks = ["", *desk.payments.banks(actor)]
        bank = st.selectbox(
            "Bank",
            banks,
            banks.index(wanted.bank) if wanted.bank in banks else 0,
            format_func=lambda one: one or "All",
            key="filter-bank",
        )
        code = st.text_input("Reason code", wanted.failure_code, key="filter-code", placeholder="insufficient_funds")
        payout = st.text_input("Payout", wanted.payout, key="filter-payout", placeholder="po_…")
        customer = _customer(desk, actor, wanted)
        overdue = st.checkbox("Overdue only", wanted.overdue, key="filter-overdue")
    chosen = PaymentFilter(
        statuses=tuple(statuses),
        created_from=start,
        created_to=end,
        customer=customer,
        bank=bank,
        amount_min=format.parse_money(low),
        amount_max=format.parse_money(high),
        failure_code=code.strip(),
        rail=rail,
        payout=payout.strip(),
        overdue=overdue,
        text=text.strip(),
    )
    if chosen != wanted:
        for name in ALL_PARTS:
            st.query_params.pop(name, None)
        st.query_params.update(chosen.to_query())
    return chosen


def _dates(
    place: st.delta_generator.DeltaGenerator, wanted: PaymentFilter, today: date
) -> tuple[date | None, date | None]:
    given: list[date | datetime | str | Literal["today"] | None] = [
        day for day in (wanted.created_from, wanted.created_to) if day
    ]
    span = place.date_input("Created between", given, max_value=today + timedelta(days=1), key="filter-dates")
    if isinstance(span, tuple) and len(span) == 2:
        return span
    return (span[0], wanted.created_to) if isinstance(span, tuple) and span else (None, None)


def _customer(desk: Desk, actor: Actor, wanted: PaymentFilter) -> str:
    """A customer is found by typing, never picked from a list of all."""
    text = st.text_input("Customer", key="filter-customer-text", placeholder="Begin of the name or e-mail")
    found = desk.payments.find_customers(actor, text)
    options = [
        "",
        *dict.fromkeys([*([wanted.customer] if wanted.customer else []), *(str(one["id"]) for one in found)]),
    ]
    names = {str(one["id"]): f"{one['name']} · {one['email']}" for one in found}
    return st.selectbox(
        "Which one",
        options,
        options.index(wanted.customer) if wanted.customer in options else 0,
        format_func=lambda one: names.get(one, one) if one else "Anybody",
        key="filter-customer",
    )


def _dollars(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"
