"""On a batch's approval: single rows are left out of it, each with a reason, before the rest is approved."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.approvals import Approval
from dashboard.domain.batches import RowState
from dashboard.domain.models import Actor
from dashboard.ui import actions, format
from dashboard.ui.text import plain

WHY = "leave-out-why"


def draw(desk: Desk, actor: Actor, approval: Approval) -> None:
    """A row is chosen by its line and shown; the button takes it out, and the question about the rest is shown."""
    with st.expander("Leave out a row", icon=":material/playlist_remove:"):
        st.caption(
            "The others are approved without it. It counts in no limit from then on, and who submitted the batch reads"
            " why. It cannot be put back: it can be sent in a batch of its own."
        )
        line = st.number_input("Line of the row", min_value=1, value=None, step=1, key=f"leave-out-line-{approval.id}")
        if line is None:
            return
        found = desk.batches.row(actor, approval.subject, int(line))
        if found is None or found.row.state is not RowState.QUEUED:
            st.warning("No row of this line waits in the batch.", icon=":material/info:")
            return
        what = (found.customer, format.money(found.row.amount_cents), found.row.reference, found.account)
        st.markdown(f"**{plain(' · '.join(what))}**")
        for note in found.row.notes:
            st.caption(plain(note))
        with st.form("leave-out", border=False):
            st.text_input("Why is it left out?", max_chars=300, key=WHY, placeholder="Who submitted it reads this.")
            words = f"Leave out line {line:,}"
            actions.submit(words, partial(leave_out, desk, approval, int(line)), key="leave-out-send", width="stretch")


def leave_out(desk: Desk, approval: Approval, line: int, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Take the row out; the page goes on with the question about the rest."""
    rest = desk.approvals.leave_out(actor, approval.id, {line: str(fields[WHY] or "")})
    said = f"Line {line:,} is left out. The rest waits for your answer."
    return actions.Then("approvals", {"approval": rest.id}, forget=[WHY], said=said)
