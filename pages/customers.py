"""Everybody whose bank is or will be linked: found, imported, exported; one customer's own page by the address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.access import Permission, can
from dashboard.customers import PAGE_SIZE
from dashboard.desk import Desk
from dashboard.models import Actor, Customer, HolderType
from dashboard.ui import customer_file, customer_import, errors, format, frame, session

SORTS = {"newest": "Newest first", "name": "Name", "reference": "Reference"}
HOLDERS = {HolderType.INDIVIDUAL: "Person", HolderType.COMPANY: "Company"}
COLUMNS = {
    "name": st.column_config.TextColumn("Name", width="medium"),
    "email": st.column_config.TextColumn("E-mail", width="medium"),
    "reference": st.column_config.TextColumn("Your reference"),
    "holder": st.column_config.TextColumn("Kind"),
    "stripe": st.column_config.TextColumn("Stripe customer"),
    "added": st.column_config.TextColumn("Added", width="medium"),
}


def frame_of(desk: Desk, customers: list[Customer]) -> pd.DataFrame:
    """One row per customer, as people read it."""
    zone, now = session.zone(), desk.clock.now()
    rows = [
        {
            "name": one.name,
            "email": one.email,
            "reference": one.reference,
            "holder": HOLDERS[one.holder_type],
            "stripe": one.stripe_customer_id or "none yet",
            "added": format.moment(one.created_at, zone, now),
        }
        for one in customers
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def draw_list(desk: Desk, actor: Actor) -> None:
    """The search, one page of the table, and the way to each customer."""
    line = st.container(horizontal=True, vertical_alignment="bottom")
    text = line.text_input("Find", placeholder="Name, e-mail, reference or id", key="customers-text").strip()
    sort = line.selectbox("Sort by", list(SORTS), format_func=SORTS.__getitem__, key="customers-sort", width=180)
    if st.session_state.get("customers-asked") != (text, sort):
        st.session_state["customers-asked"], st.session_state["customers-page"] = (text, sort), 0
    number = int(st.session_state.get("customers-page", 0))
    page = desk.customers.page(actor, text, sort=sort, number=number)
    if not page.rows:
        if number:
            st.session_state["customers-page"] = 0
            st.rerun()
        if text:
            frame.empty(f"Nobody fits “{text}”.", "Try another spelling, or a part of the e-mail.")
        else:
            frame.empty("There are no customers yet.", "Add one under Onboard, or import a file below.")
        return
    with line.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        first = number * PAGE_SIZE + 1
        st.caption(f"{first:,} to {first + len(page.rows) - 1:,} of {page.total:,}")
        if st.button("Previous", icon=":material/chevron_left:", disabled=number == 0):
            st.session_state["customers-page"] = number - 1
            st.rerun()
        if st.button("Next", icon=":material/chevron_right:", disabled=first + len(page.rows) > page.total):
            st.session_state["customers-page"] = number + 1
            st.rerun()
    picked = st.dataframe(
        frame_of(desk, page.rows),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        height=560 if len(page.rows) > 14 else "auto",
        key=f"customers-table-{number}-{sort}-{text}",
        alt="Customers with name, e-mail, reference and Stripe customer",
    )
    rows = picked["selection"]["rows"] if picked else []
    if rows and rows[0] < len(page.rows):
        st.query_params["customer"] = page.rows[rows[0]].id
        st.rerun()
    st.caption("Select a row to open the customer: accounts, mandates, payments, attempts, notes.")
    if can(actor, Permission.EXPORT):
        st.download_button(
            "Download as CSV",
            data=lambda: "".join(desk.customers.export(actor, text)).encode(),
            file_name="customers.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Everybody whom the search finds, all pages. The download is itself in the trail.",
        )


def main() -> None:
    """The list, or the customer in the address."""
    desk, actor = session.desk(), session.actor()
    with errors.shown():
        id = st.query_params.get("customer", "")
        if id:
            customer_file.draw(desk, actor, id)
            return
        frame.title("Customers", "Whose bank is linked, or will be.")
        draw_list(desk, actor)
        if can(actor, Permission.EDIT_CUSTOMERS):
            customer_import.draw(desk, actor)


main()
