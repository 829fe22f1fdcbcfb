"""How much waits, for the navigation: counted every few seconds for each browser session, and after a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.inbox import InboxKind
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can

KEY = "inbox-counts"
KEPT = timedelta(seconds=10)  # a count takes some milliseconds; every press would pay for it
PAGES = {
    InboxKind.CASE: "cases",
    InboxKind.APPROVAL: "approvals",
    InboxKind.BATCH: "batches",
    InboxKind.RELINK: "health",
    InboxKind.MANDATE: "mandates",
}


def read(desk: Desk, actor: Actor) -> Mapping[str, int]:
    """How many lines wait, by page: the inbox, and the lists of a kind of their own."""
    kept: tuple[datetime, int, dict[str, int]] | None = st.session_state.get(KEY)
    now, changes = desk.clock.real(), desk.inbox.changes
    if kept is not None and timedelta(0) <= now - kept[0] < KEPT and kept[1] == changes:
        return kept[2]
    groups = desk.inbox.list(actor, waits=False)
    counts = {PAGES[group.kind]: group.count for group in groups if group.kind in PAGES}
    counts["inbox"] = sum(group.count for group in groups)
    if can(actor, Permission.VIEW_PAYMENTS):
        counts["notices"] = desk.notices.count_unread(actor)
    st.session_state[KEY] = (now, changes, counts)
    return counts
