"""The close of a month on its page: asked for, signed by a second person, and what came after it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.books.closing import ClosedMonth
from dashboard.desk import Desk
from dashboard.domain.books import CloseState
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, format, pin, session
from dashboard.ui.text import plain

PIN = "close-pin"
SIGNED = (
    ("Signed statement as PDF", ":material/picture_as_pdf:", "application/pdf", "pdf", False),
    ("Its inputs as JSON", ":material/data_object:", "application/json", "json", True),
)
LATE = {
    "what": st.column_config.TextColumn("What", width="large"),
    "closed": st.column_config.TextColumn("When closed", alignment="right"),
    "now": st.column_config.TextColumn("Now", alignment="right"),
    "difference": st.column_config.TextColumn("After close", alignment="right"),
}


def draw(desk: Desk, actor: Actor, seen: ClosedMonth) -> None:
    """Where the close is, what may be done about it, and what has changed since."""
    month = seen.books.month.name
    st.subheader("Close", anchor=False)
    if seen.close is None:
        st.markdown("Nobody has asked for this month to be closed.")
        if can(actor, Permission.CLOSE_MONTH):
            ask = actions.call(desk.month_close.ask, month)
            words = "Ask a second person to close it"
            actions.button(words, ask, key="close-ask", type="primary", disabled=bool(seen.books.blockers))
        return
    zone, now = session.zone(), desk.clock.now()
    asked = format.moment(seen.asked_at, zone, now)
    st.markdown(plain(f"Asked for by {seen.close['asked_by']}, {asked}."))
    if seen.closed_at is not None:
        closed = format.moment(seen.closed_at, zone, now)
        said = plain(f"Closed by {seen.close['closed_by']}, {closed}.")
        st.markdown(f":material/lock: {said}")
    st.caption(plain(f"Digest of its inputs (SHA-256): {seen.close['digest']}"))
    if seen.state is not None and seen.state.is_in_force and can(actor, Permission.EXPORT):
        draw_signed(desk, actor, month)
    if can(actor, Permission.CLOSE_MONTH):
        draw_decisions(desk, actor, seen)
    draw_late(seen)


def draw_signed(desk: Desk, actor: Actor, month: str) -> None:
    """The signed statement, and the file whose SHA-256 is the digest above."""
    with st.container(horizontal=True):
        for words, icon, mime, ending, as_inputs in SIGNED:
            st.download_button(
                plain(words),
                data=partial(desk.reports.signed_file, actor, month, as_inputs=as_inputs),
                file_name=f"signed-{month}.{ending}",
                mime=mime,
                icon=icon,
                on_click="ignore",
                key=f"signed-{ending}",
            )


def draw_decisions(desk: Desk, actor: Actor, seen: ClosedMonth) -> None:
    """The buttons of the state in which the close is; a second person proves who they are."""
    month, close = seen.books.month.name, desk.month_close
    if seen.close is None:
        return
    if seen.state is CloseState.WAITING:
        draw_answer(desk, actor, "Sign and close", "close-sign", partial(sign, desk, month, seen.close["digest"]))
        actions.button("Withdraw the question", actions.call(close.withdraw, month), key="close-withdraw")
    elif seen.state is CloseState.REOPENING:
        st.markdown(plain(f"{seen.close['reopen_by']} asks to reopen it: {seen.close['reason']}"))
        draw_answer(desk, actor, "Reopen", "close-reopen", partial(reopen, desk, month, seen.digest))
        actions.button("Keep it closed", actions.call(close.keep_closed, month), key="close-keep")
    if seen.state is CloseState.CLOSED:
        with st.expander("Reopen this month"), st.form("reopen", border=False):
            st.text_area("Why?", max_chars=300, key="reopen-reason", placeholder="A second person reads this.")
            actions.submit("Ask to reopen it", partial(ask_reopening, desk, month), key="reopen-send")


def draw_answer(desk: Desk, actor: Actor, words: str, key: str, work: actions.Work) -> None:
    """The button of a second person, with the PIN where they have not just signed in."""
    with st.form(f"{key}-form", border=False, clear_on_submit=True):
        known = pin.ask(desk, actor, PIN)
        actions.submit(plain(words), work, key=key, type="primary", disabled=not known)


def sign(desk: Desk, month: str, digest: str, actor: Actor, fields: actions.Fields) -> None:
    """Sign what was shown."""
    desk.month_close.sign(pin.prove(desk, actor, fields, PIN), month, digest)


def reopen(desk: Desk, month: str, digest: str, actor: Actor, fields: actions.Fields) -> None:
    """Reopen for the reason that was shown."""
    desk.month_close.reopen(pin.prove(desk, actor, fields, PIN), month, digest)


def ask_reopening(desk: Desk, month: str, actor: Actor, fields: actions.Fields) -> None:
    """Ask with the reason that was typed."""
    desk.month_close.ask_reopening(actor, month, str(fields.get("reopen-reason") or ""))


def draw_late(seen: ClosedMonth) -> None:
    """What has come to a closed month since; it lands in the next one."""
    if seen.state is None or not seen.state.is_in_force:
        return
    if not seen.late:
        st.markdown(":material/check_circle: Nothing has changed after the close.")
        return
    st.markdown(":material/error: After close: the signed figures stay, and this lands in the next month.")
    rows = [
        {
            "what": one.what,
            "closed": format.money(one.closed, one.currency),
            "now": format.money(one.now, one.currency),
            "difference": format.money(one.difference, one.currency),
        }
        for one in seen.late
    ]
    frame = pd.DataFrame(rows, columns=list(LATE))
    st.dataframe(frame, hide_index=True, column_config=LATE, alt="Figures that changed after the close")
