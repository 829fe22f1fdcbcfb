"""Which payments the page shows: what the table in the browser says, or the address where it has not said it yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import WAITING, PaymentState
from dashboard.payments import FIGURE_DAYS
from dashboard.payments.lists import PaymentOrder
from dashboard.store.payments.questions import SORTS

GRID = "payments-grid"  # the key of the table's component
VIEWS = {
    "Everything": PaymentFilter(),
    "Failed and returned": PaymentFilter(statuses=(PaymentState.FAILED, PaymentState.RETURNED_LATE)),
    "Pending": PaymentFilter(statuses=(PaymentState.SUBMITTED, PaymentState.PENDING)),
    "Overdue": PaymentFilter(overdue=True),
}


def current() -> PaymentOrder:
    """The filter and order that the table shows."""
    query = spelled()
    sort = query.get("sort", "")
    return PaymentOrder(
        PaymentFilter.from_query(query), sort if sort in SORTS else "created", query.get("order") != "up"
    )


def spelled() -> dict[str, str]:
    """The same as it stands in the address."""
    state = st.session_state.get(GRID)
    said = state.get("filter") if isinstance(state, Mapping) else getattr(state, "filter", None)
    return spell(said if isinstance(said, Mapping) else st.query_params)


def spell(query: Mapping[str, Any]) -> dict[str, str]:
    """The filter and order of a query, and nothing else of it."""
    known = {str(name): str(value) for name, value in query.items()}
    order = {name: known[name] for name in ("sort", "order") if known.get(name)}
    return {**PaymentFilter.from_query(known).to_query(), **order}


def figures(today: date) -> dict[str, PaymentFilter]:
    """What each of the four figures counts (`Payments.summary`)."""
    since = today - FIGURE_DAYS

    def lately(*states: PaymentState) -> PaymentFilter:
        return PaymentFilter(statuses=states, created_from=since)

    return {
        "Pending": PaymentFilter(statuses=tuple(state for state in PaymentState if state in WAITING)),
        "Succeeded, 30 days": lately(PaymentState.SUCCEEDED),
        "Paid out, 30 days": lately(PaymentState.PAID_OUT),
        "Failed or returned, 30 days": lately(PaymentState.FAILED, PaymentState.RETURNED_LATE),
    }
