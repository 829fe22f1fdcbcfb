"""The filters of the payments page: on one line, and kept in the address so that a view can be kept and shared.

A browser keeps a field's value under the field's key, also where the server has forgotten it. So the keys bear a
generation: whenever the address says something else than the fields last did (a view, a link), the
fields are made anew from it.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import RAILS, PaymentFilter
from dashboard.domain.payment_status import PaymentState
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
MORE = ("amount_min", "amount_max", "rail", "bank", "failure_code", "payout", "customer", "overdue")
LATE_SECONDS = 1.0  # longer than an address takes to the browser and back, too short for a person to go back in
ALL_PARTS = (*PARTS, "payout", "overdue", "text")


def current() -> PaymentFilter:
    """The filter in the address."""
    return PaymentFilter.from_query({name: str(value) for name, value in st.query_params.items()})


def use(wanted: PaymentFilter) -> None:
    """Put a filter into the address; the fields follow it when they are drawn."""
    _write(wanted)
    st.query_params.pop("page", None)


def _write(wanted: PaymentFilter) -> None:
    for name in ALL_PARTS:
        st.query_params.pop(name, None)
    st.query_params.update(wanted.to_query())


def _generation(wanted: PaymentFilter) -> int:
    """The number in the fields' keys; another one where the address was not written by the fields themselves."""
    number = int(st.session_state.get("filter-generation", 0))
    if st.session_state.get("filter-seen") != wanted:
        number += 1
        st.session_state["filter-generation"] = number
        st.session_state["filter-seen"] = wanted
    return number


def draw(desk: Desk, actor: Actor) -> PaymentFilter:
    """The filter line; what a person changes goes into the address at once."""
    wanted = _asked()
    key = f"filter-{_generation(wanted)}"
    today = desk.payments.today()
    line = st.container(horizontal=True, vertical_alignment="bottom", key="payment-filters")
    text = line.text_input(
        "Search", wanted.text, key=f"{key}-text", placeholder="Name, reference, bank, reason, amount, id"
    )
    statuses = line.multiselect(
        "Status",
        list(PaymentState),
        list(wanted.statuses),
        format_func=lambda state: f"{state.icon} {state.word}",
        key=f"{key}-status",
    )
    start, end = _dates(line, wanted, today, f"{key}-dates")
    chosen = PaymentFilter(
        statuses=tuple(statuses),
        created_from=start,
        created_to=end,
        text=text.strip(),
        **_draw_more(line, desk, actor, wanted, key),
    )
    if chosen != wanted:
        st.session_state["filter-left"] = (wanted, time.monotonic())
        _write(chosen)
        st.session_state["filter-seen"] = chosen
    return chosen


def _asked() -> PaymentFilter:
    """The filter in the address, unless it is the one that the fields have just left.

    Whoever changes a second field before the browser has heard of the first sends the address of before: it must not
    take the first change back.
    """
    wanted, seen = current(), st.session_state.get("filter-seen")
    left, when = st.session_state.get("filter-left", (None, 0.0))
    if seen is not None and seen != wanted == left and time.monotonic() - when < LATE_SECONDS:
        _write(seen)
        return cast(PaymentFilter, seen)
    return wanted


def _draw_more(
    place: st.delta_generator.DeltaGenerator, desk: Desk, actor: Actor, wanted: PaymentFilter, key: str
) -> dict[str, Any]:
    """The parts that are asked for less often, drawn once somebody looks at them.

    What was drawn stays drawn: a field's last change may come after its popover has closed.
    """
    more = place.popover("More", icon=":material/tune:", key="filter-more", on_change="rerun")
    if more.open:
        st.session_state["filter-more-drawn"] = key
    elif st.session_state.get("filter-more-drawn") != key:
        return _held(wanted, key)
    with more:
        st.text_input("Amount from", format.typed_money(wanted.amount_min), key=f"{key}-amount_min", placeholder="0.00")
        st.text_input(
            "Amount up to", format.typed_money(wanted.amount_max), key=f"{key}-amount_max", placeholder="0.00"
        )
        rails = ["", *RAILS]
        st.selectbox(
            "Rail", rails, rails.index(wanted.rail), format_func=lambda one: RAILS.get(one, "Both"), key=f"{key}-rail"
        )
        banks = ["", *dict.fromkeys([*desk.payments.banks(actor), *([wanted.bank] if wanted.bank else [])])]
        st.selectbox("Bank", banks, banks.index(wanted.bank), format_func=lambda one: one or "All", key=f"{key}-bank")
        st.text_input("Reason code", wanted.failure_code, key=f"{key}-failure_code", placeholder="insufficient_funds")
        st.text_input("Payout", wanted.payout, key=f"{key}-payout", placeholder="po_…")
        _draw_customer(desk, actor, wanted, key)
        st.checkbox("Overdue only", wanted.overdue, key=f"{key}-overdue")
    return _held(wanted, key)


def _held(wanted: PaymentFilter, key: str) -> dict[str, Any]:
    """What the popover's fields hold; what the address says where they were not drawn."""
    state = st.session_state
    held: dict[str, Any] = {}
    for name in MORE:
        value = state.get(f"{key}-{name}")
        if value is None:
            held[name] = getattr(wanted, name)
        elif name.startswith("amount"):
            held[name] = format.parse_money(value)
        else:
            held[name] = value.strip() if isinstance(value, str) else value
    return held


def _dates(
    place: st.delta_generator.DeltaGenerator, wanted: PaymentFilter, today: date, key: str
) -> tuple[date | None, date | None]:
    days = [day for day in (wanted.created_from, wanted.created_to) if day]
    given: list[date | datetime | str | Literal["today"] | None] = [*days]
    last = max([today + timedelta(days=1), *days])  # a link to the whole of a month names days that have not come yet
    span = place.date_input("Created between", given, max_value=last, key=key)
    if isinstance(span, tuple) and len(span) == 2:
        return span
    return (span[0], wanted.created_to) if isinstance(span, tuple) and span else (None, None)


def _draw_customer(desk: Desk, actor: Actor, wanted: PaymentFilter, key: str) -> None:
    """A customer is found by typing, never picked from a list of all."""
    text = st.text_input("Customer", key=f"{key}-customer-text", placeholder="Name or e-mail")
    found = [*desk.payments.find_customers(actor, wanted.customer), *desk.payments.find_customers(actor, text)]
    names = {str(one["id"]): f"{one['name']} · {one['email']}" for one in found}
    options = list(dict.fromkeys(["", *([wanted.customer] if wanted.customer else []), *names]))
    st.selectbox(
        "Which one",
        options,
        options.index(wanted.customer),
        format_func=lambda one: names.get(one, one) if one else "Anybody",
        key=f"{key}-customer",
    )
