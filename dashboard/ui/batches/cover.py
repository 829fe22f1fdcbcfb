"""On a batch that was not sent yet: what the banks say now, where somebody wants it, and what that costs."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.batch_cover import MOST_ACCOUNTS, Covered, CoverReport
from dashboard.domain.batches import BatchState
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, session
from dashboard.ui.text import plain

LOOK_EVERY = 1.5  # seconds between looks while banks are asked
SIGNS = {
    Covered.YES: ":green[:material/check_circle:]",
    Covered.NO: ":red[:material/cancel:]",
    Covered.UNKNOWN: ":orange[:material/help:]",
    Covered.NOT_ASKED: ":gray[:material/remove_circle:]",
}


def draw(desk: Desk, actor: Actor, batch_id: str) -> None:
    """The button with its costs, or how far it is, or what is known."""
    if not can(actor, Permission.VIEW_BALANCE) or not desk.batch_cover.is_offered:
        return
    report = desk.batch_cover.report(actor, batch_id)
    with st.expander("Do the balances cover it?", icon=":material/account_balance:", expanded=report is not None):
        if report is not None and report.is_running:
            _draw_progress(desk, batch_id)
            return
        if report is not None:
            _draw_known(report)
        _offer(desk, actor, batch_id, again=report is not None)


def _offer(desk: Desk, actor: Actor, batch_id: str, *, again: bool) -> None:
    accounts, more = desk.batch_cover.plan(actor, batch_id)
    costs = f"Plaid bills each: {format.count(accounts, 'balance')}, one bank after the other."
    if more:
        costs += f" Only the first {MOST_ACCOUNTS} accounts are asked; {more:,} are not."
    if not accounts:
        costs = "Every balance that would be asked is younger than ten minutes."
    st.caption(plain(costs))
    st.caption("Nothing is sent by it, and each balance is asked again when its row is sent.")
    ask = actions.call(desk.batch_cover.ask, batch_id)
    words = "Ask the banks again" if again else "Ask the banks now"
    actions.button(words, ask, key="cover-ask", disabled=not accounts, icon=":material/account_balance:")


def _draw_known(report: CoverReport) -> None:
    """The rows counted by what is known; why is said of each below."""
    with st.container(horizontal=True, gap="medium"):
        for one in Covered:
            if report.count(one):
                words = plain(f"{report.count(one):,} {one.word.lower()}")
                st.markdown(f"{SIGNS.get(one)} {words}", width="content")
    if report.was_stopped:
        st.caption(plain(f"It was stopped: {report.done:,} of {format.count(report.accounts, 'account')} done."))
    if report.count(Covered.NO) or report.count(Covered.UNKNOWN):
        st.caption("Each row below says what is known of it, and why.")


@st.fragment(run_every=LOOK_EVERY)
def _draw_progress(desk: Desk, batch_id: str) -> None:
    """How many banks have answered, looked at again and again; and the button that asks no more."""
    with errors.shown():
        actor = session.actor()
        actions.begin_fragment()
        report, batch = desk.batch_cover.report(actor, batch_id), desk.batches.get(actor, batch_id)
        if report is None or not report.is_running or batch.state not in {BatchState.DRAFT, BatchState.REVIEW}:
            st.rerun()
        words = f"{report.done:,} of {format.count(report.accounts, 'account')} asked"
        st.progress(min(1.0, report.done / max(1, report.accounts)), text=plain(words))
        if report.problem is not None:
            errors.show_problem(report.problem)
        stop = actions.call(desk.batch_cover.stop, batch_id, then=actions.Then(said="No further bank is asked."))
        actions.button("Stop asking", stop, key="cover-stop", icon=":material/front_hand:")
