"""Everybody whose bank is or will be linked: found, imported, exported; one customer's own page by the address."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.store.customers.rows import SORTS
from dashboard.ui import actions, downloads, errors, layout, lists, session, sign_in_gate
from dashboard.ui.customers import detail, importing
from dashboard.ui.customers.grid import CUSTOMERS

TABLE, IMPORT = "Table", "Import"


def draw_export(desk: Desk, actor: Actor) -> None:
    """What the filter shows as a file; a workbook in the table's order, where that has one of its own."""
    if not can(actor, Permission.EXPORT):
        return
    with st.popover("Export", icon=":material/download:"):
        order = CUSTOMERS.order()
        sort = order.sort if order.sort in SORTS else "newest"
        downloads.offer(
            "customers",
            partial(desk.customers.export, actor, order.wanted.text),
            partial(desk.customers.workbook, actor, text=order.wanted.text, sort=sort, zone=desk.settings.timezone),
        )


@st.fragment
def draw_list(desk: Desk) -> None:
    """Everybody in the table, or the import in its place; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        look = TABLE
        with lists.head():
            layout.title("Customers")
            if can(actor, Permission.EDIT_CUSTOMERS):
                look = st.segmented_control(
                    "Look",
                    [TABLE, IMPORT],
                    default=TABLE,
                    key="customers-look",
                    required=True,
                    label_visibility="collapsed",
                    bind="query-params",
                )
            draw_export(desk, actor)
        if look == IMPORT:
            importing.draw(desk, actor)
            return
        empty = "There are no customers yet.", "Add one under Onboard, or import a file (Import, above)."
        grid(CUSTOMERS.describe(actor, empty), key=CUSTOMERS.key)


def main() -> None:
    """The list, or the customer in the address."""
    desk = session.desk()
    if id := st.query_params.get("customer", ""):
        with errors.shown():
            detail.draw(desk, session.actor(), id)
        return
    with lists.page():
        draw_list(desk)


main()
