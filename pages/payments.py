"""Every ACH payment, old rail and new: status, dates, reason, and what to do next."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payments import PAGE_SIZE, PaymentPage
from dashboard.staff.access import Permission, can
from dashboard.store.payments.reader import Sums
from dashboard.ui import actions, errors, format, layout, session, sign_in_gate
from dashboard.ui.payments import charts, export, filters, saved_views, sync_status, table
from dashboard.ui.text import plain

SORTS = {"created": "Created", "amount": "Amount", "status": "Status", "customer": "Customer", "due": "Due date"}


def in_words(sums: Sums) -> str:
    """A count and its money, by currency."""
    amounts = ", ".join(format.money(cents, currency) for currency, cents in sums.amounts.items()) or "$0.00"
    return f"{format.payments(sums.count)}, {amounts}"


def draw_head(desk: Desk, actor: Actor) -> None:
    """When the last sync was, the button for another, and the usual views."""
    sync_status.draw_line(desk, actor)
    saved_views.draw(desk, actor)


@st.fragment(parallel=True)
def draw_summary(desk: Desk, actor: Actor) -> None:
    """Four figures of what waits and of the last 30 days; never hold the table up."""
    with errors.shown():
        charts.warn_of_rates(desk, actor)
        draw_still_reading(desk)
        so_far = " so far" if sync_status.say_still_reading(desk) else ""
        layout.metrics(
            [
                (f"{name} · {format.payments(sums.count)}{so_far}", format.money(sums.amounts.get("usd", 0), "usd"))
                for name, sums in desk.payments.summary(actor).items()
            ]
        )


def draw_sums(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """What the filter shows and what it hides."""
    with errors.shown():
        totals = desk.payments.totals(actor, wanted)
        hidden = "" if wanted.is_empty else f" Hidden: {plain(in_words(totals.hidden))}."
        reading = " Still reading." if sync_status.say_still_reading(desk) else ""
        st.markdown(f"**{plain(wanted.words())}.** Shown: {plain(in_words(totals.shown))}.{hidden}{reading}")


def open_payment(id: str) -> None:
    """Go to the payment's own page; the filter waits in the session for the way back."""
    st.session_state["payments-opened"] = st.session_state.get("payments-opened", 0) + 1
    st.switch_page("../pages/payment.py", query_params={"payment": id})


def turn_to(number: int) -> None:
    """Show another page of the table."""
    st.session_state["payment-page"] = number


def find_page(
    desk: Desk, actor: Actor, wanted: PaymentFilter, sort: str, *, descending: bool
) -> tuple[PaymentPage, int]:
    """The page that was turned to and its number; the first one where the filter shows less by now."""
    number = max(0, int(st.session_state.get("payment-page", 0)))
    page = desk.payments.page(actor, wanted, sort=sort, descending=descending, number=number)
    if page.rows or not number:
        return page, number
    turn_to(0)
    return desk.payments.page(actor, wanted, sort=sort, descending=descending), 0


@st.fragment
def draw_table(desk: Desk, wanted: PaymentFilter) -> None:
    """The rows of one page; to sort or turn pages draws nothing else again."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        sort = st.session_state.get("payment-sort") or "created"
        newest = st.session_state.get("payment-order", "Descending")
        # Kept apart from the fields: their state goes with them while another tab is looked at.
        st.session_state["payment-sorted"] = sort, newest != "Ascending"
        page, number = find_page(desk, actor, wanted, sort, descending=newest != "Ascending")
        # Found before anything is drawn: what comes to the browser at once is also drawn there at once.
        line = st.container(horizontal=True, vertical_alignment="bottom")
        line.selectbox(
            "Sort by",
            list(SORTS),
            format_func=SORTS.__getitem__,
            key="payment-sort",
            width=220,
            on_change=turn_to,
            args=(0,),
        )
        line.segmented_control(
            "Order",
            ["Descending", "Ascending"],
            default="Descending",
            key="payment-order",
            label_visibility="collapsed",
            on_change=turn_to,
            args=(0,),
        )
        if not page.rows:
            draw_empty(desk, wanted)
            return
        first = number * PAGE_SIZE + 1
        line.caption(f"Rows {first:,} to {first + len(page.rows) - 1:,}", width="stretch", text_alignment="right")
        back, on = (actions.go(keep={"payment-page": place}) for place in (number - 1, number + 1))
        turn = partial(actions.button, place=line)
        turn("Previous", back, key="payments-back", icon=":material/chevron_left:", disabled=number == 0)
        turn("Next", on, key="payments-on", icon=":material/chevron_right:", disabled=not page.has_more)
        picked = st.dataframe(
            table.marked_table_of(page.rows, session.zone(), desk.clock.now(), wanted.text),
            hide_index=True,
            column_config=table.COLUMNS,
            on_select="rerun",
            selection_mode="single-row",
            height=560 if len(page.rows) > 14 else "auto",
            key=f"payment-table-{st.session_state.get('payments-opened', 0)}",
            alt="Payments with date, amount, status, customer, bank, reason and what to do",
        )
        rows = picked["selection"]["rows"] if picked else []
        if rows and rows[0] < len(page.rows):
            open_payment(page.rows[rows[0]].id)


def draw_empty(desk: Desk, wanted: PaymentFilter) -> None:
    """Why there is nothing, and what to do."""
    status = desk.sync.status()
    st.session_state[sync_status.AWAITED] = status.last_finished_at is None and wanted.is_empty
    if status.last_finished_at is None and status.running:
        layout.empty("The first sync with Stripe is running.", "Wait; the line above shows the progress.")
    elif status.last_finished_at is None:
        layout.empty("Nothing has been read from Stripe yet.", "Press Sync now.")
    elif wanted.is_empty:
        layout.empty("There are no payments yet.", "Debit a linked account (New debit).")
    else:
        layout.empty("No payment matches this filter.", "Remove a part of it, or press Everything.")


def draw_still_reading(desk: Desk) -> None:
    """A line above figures that are not whole yet."""
    if reading := sync_status.say_still_reading(desk):
        st.caption(f":material/hourglass_top: {plain(reading)}")


def draw_tabs(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """The table, and what is drawn only when it is looked at."""
    names = ["Table", "Charts", "Return rates", *(["Export"] if can(actor, Permission.EXPORT) else [])]
    rows, pictures, rates, *files = st.tabs(names, key="look", bind="query-params")
    if rows.open:
        with rows:
            draw_table(desk, wanted)
    if pictures.open:
        with pictures:
            draw_still_reading(desk)
            charts.draw_charts(desk, actor, wanted)
    if rates.open:
        with rates:
            draw_still_reading(desk)
            charts.draw_return_rates(desk, actor)
    if files and files[0].open:
        with files[0], errors.shown():
            export.draw(desk, actor, wanted)


@st.fragment
def draw_payments(desk: Desk) -> None:
    """Filters, sums, table: a filter that changes draws these again, and nothing that stands above them."""
    with errors.shown():
        actor = sign_in_gate.person()
        before = st.session_state.get("payment-filter")
        wanted = filters.draw(desk, actor)
        if before != wanted:
            st.session_state["payment-filter"] = wanted
            turn_to(0)
        sums = st.container()
        draw_tabs(desk, actor, wanted)
        with sums:
            draw_sums(desk, actor, wanted)


def main() -> None:
    """Head and figures, then the filters and what they show."""
    desk, actor = session.desk(), session.actor()
    layout.title("Payments")
    with errors.shown():
        draw_head(desk, actor)
        with st.container(key="payments-summary"):  # which keeps its place: what is in it comes later
            draw_summary(desk, actor)
        draw_payments(desk)


main()
