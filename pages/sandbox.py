"""The sandbox's controls: its clock, how debits end, what breaks, and whom to sign in as. In the demo only."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor, Generation
from dashboard.gateways.sandbox_control import SandboxControl
from dashboard.ui import actions, errors, format, layout, session

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
    """Four small panels."""
    desk, actor = session.desk(), session.actor()
    layout.title("Sandbox", "This page controls the built-in Plaid, Stripe and banks. No real money.")
    if desk.sandbox is None:
        layout.empty("There is no sandbox here.", "Start one with `make demo`.")
        return
    with errors.shown():
        with st.container(border=True):
            st.subheader("The clock", anchor=False)
            now = desk.sandbox.now()
            st.markdown(f"It is **{format.moment(now, session.zone())}** in the sandbox.")
            columns = st.columns(3)
            for column, days in zip(columns, (1, 2, 5), strict=True):
                with column:
                    actions.button(
                        f"+ {format.count(days, 'business day')}",
                        actions.call(desk.move_sandbox_clock, days),
                        key=f"move-{days}",
                        slow="Moving the clock and reading what changed …",
                        width="stretch",
                    )
            st.caption("An ordinary debit succeeds four business days after it was ordered; failures are known sooner.")
        with st.container(border=True):
            st.subheader("How the next debits end", anchor=False)
            outcomes = {one.outcome: one.text for one in desk.sandbox.outcomes()}
            chosen = st.selectbox(
                "Outcome", list(outcomes), format_func=lambda name: outcomes[name], key="sandbox-outcome"
            )
            said = actions.Then(said=f"From now on: {outcomes[chosen]}")
            use = actions.call(desk.choose_sandbox_outcome, chosen, then=said)
            actions.button("Use it from now on", use, key="sandbox-use")
        with st.container(border=True):
            st.subheader("The bank statement", anchor=False)
            st.markdown("What the bank posted of the sandbox's payouts until now, as Chase writes it.")
            st.download_button(
                "Download the statement",
                data=desk.sandbox.statement,
                file_name="chase-sandbox.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
            st.caption("Drop it under Bank statements; Payouts at the bank then proposes what belongs together.")
        with st.container(border=True):
            st.subheader("Break a connection", anchor=False)
            draw_breaking(desk, actor, desk.sandbox)
        with st.container(border=True):
            st.subheader("Who to sign in as", anchor=False)
            for who, what in CREDENTIALS[desk.settings.generation]:
                st.markdown(f"{who}: {what}")


def draw_breaking(desk: Desk, actor: Actor, sandbox: SandboxControl) -> None:
    """Choose a connection and what happens to it; *Account health* then lists it."""
    found = desk.sandbox_connections(actor)
    if not found:
        st.markdown("There is none yet: link a bank first.")
        return
    ways = sandbox.ways()
    item_id = st.selectbox("Connection", list(found), format_func=lambda one: found[one], key="sandbox-item")
    way = st.selectbox("What happens to it", list(ways), format_func=lambda one: ways[one], key="sandbox-way")
    said = actions.Then(said=f"{ways[way]}. Account health shows it.")
    break_it = actions.call(desk.break_sandbox_connection, item_id, way, then=said)
    actions.button("Let it happen", break_it, key="sandbox-break")


main()
