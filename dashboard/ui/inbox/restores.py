"""A restored backup, after which debits wait for an administrator: above all that is in the inbox."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.store.restores import Unknown
from dashboard.ui import actions, format, pin, session

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
