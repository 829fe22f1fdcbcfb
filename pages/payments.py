"""Every ACH payment, old rail and new: status, dates, reason, and what to do next."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.filters import PaymentFilter
from dashboard.models import Actor
from dashboard.payments import PAGE_SIZE
from dashboard.status import PaymentState
from dashboard.store.payments import Sums
from dashboard.ui import charts, errors, exporting, filtering, format, frame, session, syncing, table, views

SORTS = {"created": "Created", "amount": "Amount", "status": "Status", "customer": "Customer", "due": "Due date"}
TOP = (
    ("Pending", (PaymentState.SUBMITTED, PaymentState.PENDING)),
    ("Succeeded", (PaymentState.SUCCEEDED,)),
    ("Paid out", (PaymentState.PAID_OUT,)),
    ("Failed or returned", (PaymentState.FAILED, PaymentState.RETURNED_LATE)),
)


def in_words(sums: Sums) -> str:
    """A count and its money, by currency."""
    amounts = ", ".join(format.money(cents, currency) for currency, cents in sums.amounts.items()) or "$0.00"
    return f"{sums.count:,} payment{'' if sums.count == 1 else 's'}, {amounts}"


def draw_head(desk: Desk, actor: Actor) -> None:
    """When the last sync was, the button for another, and the usual views."""
    syncing.draw_line(desk, actor)
    views.draw(desk, actor)


@st.fragment(parallel=True)
def draw_figures(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """Four figures of the last 30 days' states, and what the filter shows and hides; never holds the table up."""
    with errors.shown():
        totals = desk.payments.totals(actor, wanted)
        hidden = "" if wanted.is_empty else f" Hidden by it: {in_words(totals.hidden)}."
        st.markdown(f"**{wanted.words()}.** Shown: {in_words(totals.shown)}.{hidden}")
        charts.warn_of_rates(desk, actor)
        line = st.container(horizontal=True, gap="medium")
        for name, states in TOP:
            part = desk.payments.totals(actor, PaymentFilter(statuses=states)).shown
            count = f"{part.count:,} payment{'' if part.count == 1 else 's'}"
            line.metric(f"{name} · {count}", format.money(part.amounts.get("usd", 0), "usd"))


def open_payment(id: str) -> None:
    """Go to the payment's own page; the filter waits in the session for the way back."""
    st.switch_page("../pages/payment.py", query_params={"payment": id})


def draw_table(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """The rows of one page, sorted and cut in SQL."""
    line = st.container(horizontal=True, vertical_alignment="bottom")
    sort = line.selectbox("Sort by", list(SORTS), format_func=SORTS.__getitem__, key="payment-sort", width=220)
    newest = line.segmented_control(
        "Order", ["Falling", "Rising"], default="Falling", key="payment-order", label_visibility="collapsed"
    )
    number = max(0, int(st.session_state.get("payment-page", 0)))
    page = desk.payments.page(actor, wanted, sort=sort, descending=newest != "Rising", number=number)
    if not page.rows:
        if number:
            st.session_state["payment-page"] = 0
            st.rerun()
        draw_empty(desk, wanted)
        return
    with line.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        first = number * PAGE_SIZE + 1
        st.caption(f"Rows {first:,} to {first + len(page.rows) - 1:,}")
        if st.button("Previous", icon=":material/chevron_left:", disabled=number == 0):
            st.session_state["payment-page"] = number - 1
            st.rerun()
        if st.button("Next", icon=":material/chevron_right:", disabled=not page.has_more):
            st.session_state["payment-page"] = number + 1
            st.rerun()
    shown = table.frame_of(page.rows, session.zone(), desk.clock.now())
    picked = st.dataframe(
        shown,
        hide_index=True,
        column_config=table.COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        height=560 if len(shown) > 14 else "auto",
        key=f"payment-table-{number}-{sort}-{newest}-{wanted.words()}",
        alt="Payments with date, amount, status, customer, bank, reason and what to do",
    )
    rows = picked["selection"]["rows"] if picked else []
    if rows and rows[0] < len(page.rows):
        open_payment(page.rows[rows[0]].id)
    st.caption("Select a row to open the payment's own page: its time line, its fees and its ids.")


def draw_empty(desk: Desk, wanted: PaymentFilter) -> None:
    """Why there is nothing, and what to do."""
    if desk.sync.status().last_finished_at is None:
        frame.empty("Nothing was read from Stripe yet.", "Press Sync now.")
    elif wanted.is_empty:
        frame.empty("There are no payments yet.", "Debit a linked account (New debit).")
    else:
        frame.empty("No payment fits this filter.", "Take a part of it away, or press Everything.")


def draw_tabs(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """The table, and what is drawn only when it is looked at."""
    names = ["Table", "Charts", "Return rates", *(["Export"] if can(actor, Permission.EXPORT) else [])]
    rows, pictures, rates, *files = st.tabs(names, key="look", bind="query-params")
    if rows.open:
        with rows, errors.shown():
            draw_table(desk, actor, wanted)
    if pictures.open:
        with pictures:
            charts.draw_charts(desk, actor, wanted)
    if rates.open:
        with rates:
            charts.draw_return_rates(desk, actor)
    if files and files[0].open:
        with files[0], errors.shown():
            exporting.draw(desk, actor, wanted)


def main() -> None:
    """Head, filters, table; the figures come beside it."""
    desk, actor = session.desk(), session.actor()
    frame.title("Payments")
    with errors.shown():
        draw_head(desk, actor)
        figures = st.container()
        before = st.session_state.get("payment-filter")
        wanted = filtering.draw(desk, actor)
        if before != wanted:
            st.session_state["payment-filter"] = wanted
            st.session_state["payment-page"] = 0
        draw_tabs(desk, actor, wanted)
        with figures:
            draw_figures(desk, actor, wanted)


main()
