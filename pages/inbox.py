"""What is to be done, of every kind that this person may see; each line with its one button."""

from __future__ import annotations

import streamlit as st

from dashboard.ui import errors, layout, session
from dashboard.ui.inbox import lines, restores


def main() -> None:
    """Money in doubt first; what is done is said, and shown where somebody asks for it."""
    desk, actor = session.desk(), session.actor()
    layout.title("Inbox", "What waits for somebody. Nothing is lost; each line says what to do.")
    with errors.shown():
        restored = restores.draw_restore(desk, actor)
        groups, people = desk.inbox.list(actor), list(desk.inbox.people(actor))
        done = sum(len(group.done) for group in groups)
        shows_done = bool(done) and st.toggle(f"Show what is done ({done:,})", key="inbox-done")
        if not restored and not any(group.count for group in groups):
            if done:
                layout.empty("Nothing else waits for you.", "The rest was put away as done; switch it on above.")
            else:
                layout.empty("Nothing waits for you.", "What fails, comes back or waits appears here.")
        with st.container(key="inbox"):
            for group in groups:
                lines.draw_group(desk, actor, group, people, shows_done=shows_done)


main()
