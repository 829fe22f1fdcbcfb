"""What the team makes of a line of the inbox: whose it is, a note, done."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.inbox import NOTE_LIMIT, InboxKind, InboxLine
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, format, session
from dashboard.ui.text import plain

NOBODY = "Nobody"


def draw(desk: Desk, actor: Actor, line: InboxLine, people: list[str]) -> None:
    """Who works on it and the note, and behind one button the ways to change them; a case keeps its own."""
    if line.kind is InboxKind.CASE:
        return
    key, mark = f"{line.kind.value}-{line.subject}", line.mark
    with st.container(horizontal=True, vertical_alignment="center"):
        if mark and (mark.assignee or mark.note or line.is_done):
            at = format.moment(mark.changed_at, session.zone(), desk.clock.now())
            words = [f"Done by {mark.changed_by}" if line.is_done else "", mark.note]
            words = [f"For {mark.assignee}" if mark.assignee else "", *words, f"{mark.changed_by}, {at}"]
            st.caption(plain(" · ".join(word for word in words if word)))
        if not can(actor, Permission.WORK_INBOX):
            return
        if line.is_done:
            back = actions.call(desk.inbox.undo, line.kind, line.subject)
            actions.button("Not done", back, key=f"undo-{key}", type="tertiary", icon=":material/undo:")
            return
        with st.popover("Assign or note", icon=":material/person_add:", type="tertiary", key=f"marks-{key}"):
            _draw_forms(desk, line, people, key)
        done = actions.call(desk.inbox.done, line.kind, line.subject, line.state)
        actions.button(
            "Done",
            done,
            key=f"done-{key}",
            type="tertiary",
            icon=":material/done:",
            help="Put it away as it stands. It comes back when it changes.",
        )


def _draw_forms(desk: Desk, line: InboxLine, people: list[str], key: str) -> None:
    names = ["", *people]
    chosen = line.mark.assignee if line.mark else ""
    with st.form(f"assign-{key}", border=False):
        place = names.index(chosen) if chosen in names else 0
        st.selectbox("Assigned to", names, index=place, format_func=lambda name: name or NOBODY, key=f"whose-{key}")
        st.text_area("Note", value=line.mark.note if line.mark else "", max_chars=NOTE_LIMIT, key=f"note-{key}")
        actions.submit("Save", partial(_save, desk, line, key), key=f"save-{key}", type="primary")


def _save(desk: Desk, line: InboxLine, key: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Keep what was changed of the two."""
    person, text = fields[f"whose-{key}"], fields[f"note-{key}"]
    if person != (line.mark.assignee if line.mark else ""):
        desk.inbox.assign(actor, line.kind, line.subject, person)
    if text.strip() != (line.mark.note if line.mark else ""):
        desk.inbox.note(actor, line.kind, line.subject, text)
    return actions.Then(said="It is kept.")
