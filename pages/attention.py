"""Whatever was begun and not finished, with the way out."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.models import Actor, AttemptState, DebitState, LinkAttempt
from dashboard.ui import errors, format, frame, session

WORDS = {
    AttemptState.UNKNOWN: "Unknown: the reply to the exchange was lost",
    AttemptState.CHOOSING: "Waits for somebody to choose the account",
    AttemptState.FAILED: "Failed",
}


def draw_attempt(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """One unfinished link: whose, where it stands, and what to do."""
    customer = desk.customers.several(actor, [attempt.customer_id])[attempt.customer_id]
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        state = WORDS.get(attempt.state, f"Stopped after: {attempt.state.value}")
        left.markdown(f"**{customer.name}** · {attempt.institution_name or 'no bank picked'} · {state}")
        left.caption(f"by {attempt.operator}, {format.moment(attempt.updated_at, session.zone(), desk.clock.now())}")
        if right.button("Open", key=f"open-{attempt.id}", width="stretch"):
            place = {"customer": attempt.customer_id, "attempt": attempt.id}
            st.session_state["onboard"] = place
            st.switch_page("../pages/onboard.py", query_params=place)
        if desk.onboarding.can_resume(attempt) and right.button("Resume", key=f"resume-{attempt.id}", width="stretch"):
            desk.onboarding.resume(actor, attempt.id)
            st.rerun()
        if attempt.problem:
            errors.show_problem(attempt.problem)


def main() -> None:
    """Links first, then debits whose outcome is not known."""
    desk, actor = session.desk(), session.actor()
    frame.title("Needs attention", "Nothing here is lost: each line says what to do.")
    with errors.shown():
        attempts = desk.onboarding.attention(actor)
        debits = [
            debit for debit in desk.debits.recent(actor) if debit.state in {DebitState.UNKNOWN, DebitState.SENDING}
        ]
        if not attempts and not debits:
            frame.empty(
                "Nothing needs attention.", "Links and debits that stop half-way appear here.", ":material/task_alt:"
            )
            return
        if attempts:
            st.subheader(f"Bank links ({len(attempts)})")
        for attempt in attempts:
            draw_attempt(desk, actor, attempt)
        if debits:
            st.subheader(f"Debits ({len(debits)})")
        for debit in debits:
            with st.container(border=True):
                st.markdown(
                    f"**{format.money(debit.amount_cents, debit.currency)}** · {debit.invoice_reference or debit.id}"
                )
                st.caption("It is being looked for at Stripe and is never sent a second time.")
                if debit.problem:
                    errors.show_problem(debit.problem)


main()
