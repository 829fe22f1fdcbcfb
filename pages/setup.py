"""The settings in force, and whether this browser can do what Link needs."""

from __future__ import annotations

import streamlit as st

from dashboard.settings import KEYS
from dashboard.ui import errors, evidence, format, frame, session, syncing


def main() -> None:
    """Settings, the last sync, the browser."""
    desk = session.desk()
    frame.title("Setup", "What this desk is connected to. Secrets are never shown.")
    with errors.shown():
        shown = desk.settings.as_table()
        rows = [{"Setting": key.name, "Value": shown.get(key.name, ""), "What it is": key.what} for key in KEYS]
        status = desk.sync.status()
        now = desk.clock.now()
        with st.container(border=True):
            st.subheader("Sync with Stripe")
            following = ""
            if status.next_at:
                following = f" The next one is due {format.moment(status.next_at, session.zone(), now)}."
            st.markdown(
                f"Last finished **{format.moment(status.last_finished_at, session.zone(), now)}**"
                f" ({format.ago(status.last_finished_at, now)}).{following} While nothing happens it asks less often,"
                " so that asking alone takes less than a third of the allowance."
            )
            syncing.draw_reads(status)
        with st.container(border=True):
            st.subheader("This browser")
            said = evidence.reaches(desk.settings.plaid_link_url)
            if said is None:
                st.markdown(":material/hourglass_top: Trying to reach the Link script …")
            elif said == "reached":
                st.markdown(":material/check_circle: This browser reaches the Link script.")
            else:
                st.markdown(f":material/error: This browser does not reach the Link script ({said}).")
                st.caption("Links made on this device will fail. Check its network, and any content blocker.")
            st.caption(desk.settings.plaid_link_url)
        st.subheader("Settings")
        st.dataframe(rows, hide_index=True, alt="Settings in force, secrets hidden")


main()
