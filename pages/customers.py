"""Everybody whose bank is or will be linked: found, imported, exported; one customer's own page by the address."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.customers import HOLDERS, PAGE_SIZE
from dashboard.desk import Desk
from dashboard.domain.models import Actor, Customer
from dashboard.domain.searches import search_words
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, downloads, errors, format, hits, layout, session
from dashboard.ui.customers import detail, importing

SORTS = {"newest": "Newest first", "name": "Name", "reference": "Reference"}
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
            layout.empty(f"No customer matches “{text}”.", "Try another spelling, or a part of the e-mail.")
        else:
            layout.empty("There are no customers yet.", "Add one under Onboard, or import a file below.")
        return
    with line.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        first = number * PAGE_SIZE + 1
        st.caption(f"{first:,} to {first + len(page.rows) - 1:,} of {page.total:,}")
        last = first + len(page.rows) > page.total
        back, on = (actions.go(keep={"customers-page": place}) for place in (number - 1, number + 1))
        actions.button("Previous", back, key="customers-back", icon=":material/chevron_left:", disabled=number == 0)
        actions.button("Next", on, key="customers-on", icon=":material/chevron_right:", disabled=last)
    rows, words = page.rows, search_words(text)
    searched = {name: [getattr(one, name) for one in rows] for name in ("name", "email", "reference")}
    ids = {"stripe": [(one.stripe_customer_id, one.id) for one in rows]}
    picked = st.dataframe(
        hits.mark(frame_of(desk, rows), words, searched, ids),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        height=560 if len(page.rows) > 14 else "auto",
        key=f"customers-table-{number}-{sort}-{text}",
        alt="Customers with name, e-mail, reference and Stripe customer",
    )
    chosen = picked["selection"]["rows"] if picked else []
    if chosen and chosen[0] < len(rows):
        st.query_params["customer"] = rows[chosen[0]].id
        st.rerun()
    st.caption("Select a row to open the customer: accounts, mandates, payments, attempts, notes.")
    if can(actor, Permission.EXPORT):
        downloads.offer(
            "customers",
            partial(desk.customers.export, actor, text),
            partial(desk.customers.workbook, actor, text=text, sort=sort, zone=desk.settings.timezone),
        )


def main() -> None:
    """The list, or the customer in the address."""
    desk, actor = session.desk(), session.actor()
    with errors.shown():
        id = st.query_params.get("customer", "")
        if id:
            detail.draw(desk, actor, id)
            return
        layout.title("Customers", "Customers whose bank is linked or will be.")
        draw_list(desk, actor)
        if can(actor, Permission.EDIT_CUSTOMERS):
            importing.draw(desk, actor)


main()
