"""How the sync with Stripe stands, on a page: when it last ended, where one that runs is, and what it may read."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.sync import SyncStatus
from dashboard.ui import actions, errors, format, session
from dashboard.ui.text import plain

LOOK_SECONDS = 2.0


def draw_line(desk: Desk, actor: Actor) -> None:
    """When the last sync was, and the button for another."""
    status, now, zone = desk.sync.status(), desk.clock.real(), session.zone()
    if status.running and not is_long(status):
        watch(desk, long=False)
    else:
        older, at = "", status.payouts_read_at
        if at:
            older = (
                f" Payouts and refunds are of {format.moment(at, zone, now)}: on a quiet day they are asked for every"
                " two hours, and by Sync now at once."
            )
        st.caption(
            f"Read from Stripe {format.ago(status.last_finished_at, now)}"
            + (f", payouts {format.ago(at, now)}" if at else ""),
            help=f"{format.moment(status.last_finished_at, zone, now)}.{plain(older)} Times are in {plain(str(zone))}.",
        )
    if can(actor, Permission.SYNC):
        actions.button(
            "Sync now",
            actions.call(desk.sync.request),
            key="sync-now",
            icon=":material/sync:",
            disabled=status.running,
            help="Reads what is new at Stripe.",
        )


def draw_progress(desk: Desk) -> None:
    """How far a sync that runs is, why the last one ended early, and what is left out for want of a permission."""
    status = desk.sync.status()
    if status.left_out:
        needs = ", ".join(f"{name.replace('_', ' ')} ({need})" for name, need in sorted(status.left_out.items()))
        st.caption(f":material/key_off: Left out, since STRIPE_SECRET_KEY lacks the permission: {plain(needs)}")
    if status.running and is_long(status):
        watch(desk, long=True)
    elif status.problem and not status.running:
        errors.show(status.problem)


def is_long(status: SyncStatus) -> bool:
    """Whether the sync that runs is a backfill, which gets a line with a bar; news are read within the page's head."""
    return status.is_first or (status.progress is not None and status.progress.share is not None)


@st.fragment(run_every=LOOK_SECONDS)
def watch(desk: Desk, *, long: bool) -> None:
    """Where the sync that runs stands, until it has ended: then the page is drawn again with its rows."""
    status = desk.sync.status()
    if not status.running or is_long(status) != long:
        st.rerun()
    said = plain(status.progress.sentence()) if status.progress else "it has just begun"
    if not long:
        st.caption(":material/sync: Reading from Stripe …", help=said)
    elif status.progress is None or status.progress.share is None:
        st.caption(f":material/sync: Reading from Stripe: {said}")
    else:
        st.progress(status.progress.share, text=f"Reading from Stripe: {said}")


def say_still_reading(desk: Desk) -> str:
    """What the figures of a page lack while the first backfill runs; empty where nothing."""
    status = desk.sync.status()
    if not status.is_first:
        return ""
    if status.complete_since is None:
        return "Still reading from Stripe: figures are of what was read so far."
    since = format.moment(status.complete_since, session.zone(), desk.clock.real())
    return (
        f"Still reading from Stripe: payments since {since} are here, older ones follow; figures are of those so far."
    )


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
        with st.container(key="stripe-reads"):  # which keeps its place while the code of the table comes
            st.dataframe(rows, hide_index=True, width="content", alt="Reads from Stripe in 30 days, by what was read")
