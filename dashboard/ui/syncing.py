"""How the sync with Stripe stands, on a page: when it last ended, where one that runs is, and what it may read."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.models import Actor
from dashboard.sync import SyncStatus
from dashboard.ui import errors, format, session

LOOK_SECONDS = 2.0


def draw_line(desk: Desk, actor: Actor) -> None:
    """When the last sync was, the button for another, and the progress of one that runs."""
    line = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    status, now = desk.sync.status(), desk.clock.real()
    line.caption(
        f"Read from Stripe {format.ago(status.last_finished_at, now)}"
        f" ({format.moment(status.last_finished_at, session.zone(), now)}). Times are in {session.zone()}."
    )
    if can(actor, Permission.SYNC) and line.button(
        "Sync now", icon=":material/sync:", disabled=status.running, help="Reads what is new at Stripe."
    ):
        with errors.shown():
            desk.sync.request(actor)
        st.rerun()
    if status.running:
        watch(desk)
    elif status.problem:
        errors.show(status.problem)


@st.fragment(run_every=LOOK_SECONDS)
def watch(desk: Desk) -> None:
    """Where the sync that runs stands, until it has ended: then the page is drawn again with its rows."""
    status = desk.sync.status()
    if not status.running:
        st.rerun()
    progress = status.progress
    if progress is None or progress.left is None:
        said = f": {progress.sentence()}" if progress else " …"
        st.caption(f":material/sync: Reading from Stripe{said}")
        return
    share = progress.seconds / (progress.seconds + progress.left) if progress.seconds else 0.0
    st.progress(min(1.0, share), text=f"Reading from Stripe: {progress.sentence()}")


def draw_reads(status: SyncStatus) -> None:
    """The reads of the last 30 days by what was read, beside what Stripe allows in that time."""
    share = status.reads_this_month / status.allowance
    st.progress(
        min(1.0, share),
        text=f"**{status.reads_this_month:,}** of the **{status.allowance:,}** reads that Stripe allows in 30 days"
        f" ({share:.1%}): 500 for each payment, and 10,000 at least.",
    )
    if status.reads_by_endpoint:
        ordered = sorted(status.reads_by_endpoint.items(), key=lambda one: (-one[1], one[0]))
        rows = [{"What was read": name.replace("_", " ").capitalize(), "Reads": count} for name, count in ordered]
        st.dataframe(rows, hide_index=True, width="content", alt="Reads from Stripe in 30 days, by what was read")
