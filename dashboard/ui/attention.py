"""What needs attention of privacy and connections: removals that are refused, erasures held up, lost access tokens."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, Item
from dashboard.staff.access import Permission, can
from dashboard.store.privacy.erasures import Erasure
from dashboard.store.restores import Unknown
from dashboard.ui import actions, errors, format, pin, session
from dashboard.ui.linking.opening import open_link
from dashboard.ui.text import plain

AGAIN = "retried automatically"
ASKS = "✕ refused for most of a day: not retried automatically"


WHY = {
    Unknown.MISSING: "No file was replaced by it.",
    Unknown.UNREADABLE: "The file that it replaced could not be read; it is kept beside the database.",
    Unknown.INCOMPLETE: "Some rows of the file that it replaced did not fit; it is kept beside the database.",
}


def draw_restore(desk: Desk, actor: Actor) -> bool:
    """A restore after which debits wait for an administrator; says whether there is one."""
    review = desk.restores.open(actor)
    if review is None:
        return False
    zone, now = session.zone(), desk.clock.now()
    st.subheader("A backup was restored: no debit can be made", anchor=False)
    with st.container(border=True):
        backup, restored = format.moment(review.backup_at, zone, now), format.moment(review.restored_at, zone, now)
        st.markdown(
            f"**What cannot be known: links, revocations and debits made after {backup}.** The backup of that time was"
            f" restored {restored}. {WHY[review.why]}"
        )
        st.markdown(
            "Compare the payments since then at Stripe and the connections at Plaid with this desk, and revoke again"
            " what customers have revoked. Until an administrator has looked, no debit can be made."
        )
        if can(actor, Permission.ADMIN):
            with st.form("restore-review", border=False):
                known = pin.ask(desk, actor, "restore-pin")
                confirm = partial(confirm_restore, desk, review.id)
                actions.submit("I have looked", confirm, key="restore-looked", disabled=not known)
    return True


def confirm_restore(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> None:
    """Let debits go on."""
    desk.restores.confirm(pin.prove(desk, actor, fields, "restore-pin"), id)


def held_up(desk: Desk, actor: Actor) -> list[tuple[Erasure, Job]]:
    """Erasures that met a problem; the others are under way."""
    if not can(actor, Permission.VIEW_CUSTOMERS):
        return []
    return [(erasure, job) for erasure, job in desk.erasures.unfinished(actor) if job.problem is not None]


def draw(desk: Desk, actor: Actor) -> set[str]:
    """Every list; returns what they show, by our ids of customers and connections."""
    removals, lost, erasures = desk.removals.asking(actor), desk.plaid_tokens.lost(actor), held_up(desk, actor)
    if removals:
        st.subheader(f"Removals that are refused ({len(removals)})", anchor=False)
    for job, item in removals:
        draw_removal(desk, actor, job, item)
    if lost:
        st.subheader(f"Access tokens that were lost ({len(lost)})", anchor=False)
    for job, item in lost:
        draw_lost(desk, actor, job, item)
    if erasures:
        st.subheader(f"Erasures that are held up ({len(erasures)})", anchor=False)
    for erasure, job in erasures:
        draw_erasure(desk, actor, erasure, job)
    return {item.id for _, item in (*removals, *lost)} | {erasure.id for erasure, _ in erasures}


def owner_of(desk: Desk, actor: Actor, item: Item) -> str:
    """Whose a connection is."""
    owner = desk.customers.get_many(actor, [item.customer_id]).get(item.customer_id)
    return owner.name if owner else item.customer_id


def draw_removal(desk: Desk, actor: Actor, job: Job, item: Item) -> None:
    """A removal that a provider has refused for most of a day."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"**{plain(owner_of(desk, actor, item))}** · {plain(item.institution_name)} · {ASKS}")
        begun = format.moment(job.ordered_at, session.zone(), desk.clock.now())
        left.caption(f"Ordered by {plain(job.ordered_by)}, {begun}. Nothing is debited from it any more.")
        if can(actor, Permission.REMOVE_BANK):
            again = actions.call(desk.removals.try_again, item.id)
            actions.button("Try again", again, key=f"removal-{item.id}", place=right, width="stretch")
        if job.problem:
            errors.show_problem(job.problem, ids={"Our connection": item.id})


def draw_lost(desk: Desk, actor: Actor, job: Job, item: Item) -> None:
    """A connection whose access token is gone for good."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            f"**{plain(owner_of(desk, actor, item))}** · {plain(item.institution_name)} · ✕ Must be linked anew"
        )
        at = format.moment(job.ended_at, session.zone(), desk.clock.now())
        left.caption(f"Changed by {plain(job.ordered_by)}, {at}")
        if can(actor, Permission.LINK_BANK):
            again = open_link(item.customer_id)
            actions.button("Link again", again, key=f"lost-{item.id}", place=right, width="stretch")
        if job.problem:
            errors.show_problem(job.problem)


def draw_erasure(desk: Desk, actor: Actor, erasure: Erasure, job: Job) -> None:
    """An erasure that met a problem."""
    asks = job.state is JobState.ASKING
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"**{plain(erasure.pseudonym)}** · {ASKS if asks else AGAIN}")
        there = actions.go("customers", {"customer": erasure.id})
        actions.button("Open", there, key=f"erasure-{erasure.id}", place=right, width="stretch")
        if asks and can(actor, Permission.ERASE_CUSTOMER):
            again = actions.call(desk.erasures.try_again, erasure.id)
            actions.button("Try again", again, key=f"erase-{erasure.id}", place=right, width="stretch")
        if job.problem:
            errors.show_problem(job.problem)
