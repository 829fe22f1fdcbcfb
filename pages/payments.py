"""Every ACH payment, old rail and new: status, dates, reason, and what to do next."""

from __future__ import annotations

import streamlit as st

from components import grid as table
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, layout, lists, session, sign_in_gate
from dashboard.ui.payments import charts, export, filters, grid, saved_views, since_close, sync_status
from dashboard.ui.text import plain


def describe(desk: Desk, actor: Actor, *, whole: bool) -> dict[str, object]:
    """What the table shows beside its rows; `whole` where it fills the window."""
    views = {name: view.to_query() for name, view in filters.VIEWS.items()}
    views |= {one.name: one.to_query() for one in desk.saved_views.list(actor)}
    return {
        **lists.describe_columns("payments", "Payments", grid.COLUMNS, actor),
        "id": "id",
        "opens": None,
        "sort": "created",
        "fields": grid.fields(desk.payments.banks(actor)),
        "whole": whole,
        "pressed": charts.pressed_bar(),
        "asked": filters.spell(st.query_params),
        "views": views,
        "figures": {name: view.to_query() for name, view in filters.figures(desk.payments.today()).items()},
        "exports": can(actor, Permission.EXPORT),
        "warning": charts.say_near_limits(desk, actor),
        "reading": sync_status.say_still_reading(desk),
        "none": "No payment matches this filter.",
        "empty": why_empty(desk),
    }


def why_empty(desk: Desk) -> tuple[str, str]:
    """Why there is no payment at all, and what to do."""
    status = desk.sync.status()
    if status.last_finished_at is not None:
        return "There are no payments yet.", "Debit a linked account (New debit)."
    if status.running:
        return "The first sync with Stripe is running.", "Wait; the line above shows the progress."
    return "Nothing has been read from Stripe yet.", "Press Sync now."


def draw_look(desk: Desk, actor: Actor, look: str) -> None:
    """What stands below the filters in the place of the table."""
    if reading := sync_status.say_still_reading(desk):
        st.caption(f":material/hourglass_top: {plain(reading)}")
    order = filters.current()
    if look == "Charts":
        charts.draw_charts(desk, actor, order.wanted)
    elif look == "Return rates":
        charts.draw_return_rates(desk, actor)
    elif look == "Export":
        with errors.shown():
            export.draw(desk, actor, order)


@st.fragment
def draw_payments(desk: Desk) -> None:
    """The head, the table, and what is looked at in its place; what the table says draws these again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        looks = [
            "Table",
            since_close.LOOK,
            "Charts",
            "Return rates",
            *(["Export"] if can(actor, Permission.EXPORT) else []),
        ]
        with lists.head():
            layout.title("Payments")
            look = st.segmented_control(
                "Look",
                looks,
                default="Table",
                key="look",
                required=True,
                label_visibility="collapsed",
                bind="query-params",
            )
            sync_status.draw_line(desk, actor)
            saved_views.draw(desk, actor)
        sync_status.draw_progress(desk)
        if look == since_close.LOOK:
            since_close.draw(desk, actor)
            return
        table.grid(describe(desk, actor, whole=look in {None, "Table"}), key=filters.GRID)
        draw_look(desk, actor, look or "Table")


def main() -> None:
    """The whole page is one part, so that its head is drawn with it."""
    with lists.page():
        draw_payments(session.desk())


main()
