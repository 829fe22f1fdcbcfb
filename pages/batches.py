"""Batches: a file of debits, checked row by row, submitted for approval, sent, and what became of each row."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import errors, layout, lists, session
from dashboard.ui.batches import detail, opening


def draw_list(desk: Desk, actor: Actor) -> None:
    """The file to drop, and the batches that there are."""
    layout.title("Batches", "Many debits in one file. Every row is checked first; a second person approves all of it.")
    if can(actor, Permission.CREATE_DEBIT):
        opening.draw_upload(desk, actor)
    opening.draw_recent(desk, actor)


def main() -> None:
    """The list, or the batch in the address."""
    desk, id = session.desk(), st.query_params.get("batch", "")
    with errors.shown():
        if not id:
            draw_list(desk, session.actor())
            return
        layout.title("Batch")
        lists.draw_way_back("batches")
        detail.draw(desk, session.actor(), id)


main()
