"""The sandbox's controls: its clock, how debits end, and whom to sign in as. In the demo only."""

from __future__ import annotations

import streamlit as st

from dashboard.models import Generation
from dashboard.ui import errors, format, frame, session

CREDENTIALS = {
    Generation.CURRENT: [
        ("`user_good` / `pass_good`", "signs in; checking, savings and other accounts"),
        ("`user_good` / `error_ITEM_LOCKED`", "the account is locked"),
        ("`user_good` / `mfa_device`", "asks for a code: `1234`"),
        ("`user_good` / `mfa_questions_1_1`", "asks a question: `answer_0_0`"),
        ("anything else", "wrong credentials"),
    ],
    Generation.CLASSIC: [
        ("`plaid_test` / `plaid_good`", "signs in (USAA also wants the PIN `1234`)"),
        ("`plaid_test` / `plaid_locked`", "the account is locked"),
        ("anything else", "wrong credentials"),
    ],
}


def main() -> None:
    """Three small panels."""
    desk, actor = session.desk(), session.actor()
    frame.title("Sandbox", "A stand-in for Plaid, Stripe and the banks. Everything here is practice.")
    if desk.sandbox is None:
        frame.empty("There is no sandbox here.", "Start one with `make demo`.")
        return
    with errors.shown():
        with st.container(border=True):
            st.subheader("The clock")
            now = desk.sandbox.now()
            st.markdown(f"It is **{format.moment(now, session.zone())}** in the sandbox.")
            columns = st.columns(3)
            for column, days in zip(columns, (1, 2, 5), strict=True):
                if column.button(
                    f"+ {days} business day{'s' if days > 1 else ''}", key=f"move-{days}", width="stretch"
                ):
                    with st.spinner("Moving the clock and reading what changed …"):
                        desk.move_sandbox_clock(actor, days)
                    st.rerun()
            st.caption("An ordinary debit succeeds four business days after it was made; failures are known sooner.")
        with st.container(border=True):
            st.subheader("How the next debits end")
            outcomes = {one.outcome: one.text for one in desk.sandbox.outcomes()}
            chosen = st.selectbox("Outcome", list(outcomes), format_func=lambda name: outcomes[name])
            if st.button("Use it from now on"):
                desk.choose_sandbox_outcome(actor, chosen)
                st.toast(f"From now on: {outcomes[chosen]}")
        with st.container(border=True):
            st.subheader("Who to sign in as")
            for who, what in CREDENTIALS[desk.settings.generation]:
                st.markdown(f"{who}: {what}")


main()
