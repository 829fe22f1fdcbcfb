"""One's own sign-in: who the desk takes you for, until when, and the PIN for what matters most."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can, is_proved
from dashboard.desk import Desk
from dashboard.models import Actor
from dashboard.ui import errors, format, frame, gate, session


def show_person(desk: Desk, actor: Actor) -> None:
    """Name, roles, what they allow, and the sign-in's end."""
    with st.container(border=True):
        st.text(f"{actor.name} · {gate.in_words(actor)}")
        st.markdown("You may " + ", ".join(one.value for one in Permission if can(actor, one)) + ".")
        span = desk.sign_in.ends(session.claims())
        if span:
            now, zone = desk.clock.real(), session.zone()
            st.caption(
                f"Signed in {format.moment(span[0], zone, now)}; ends {format.moment(span[1], zone, now)} at the"
                " latest, and after 15 minutes without a hand on the page."
            )


def ask_pin(desk: Desk, actor: Actor) -> None:
    """The PIN, set soon after a sign-in or by the PIN so far."""
    known, fresh = desk.sign_in.has_pin(actor), is_proved(actor, desk.clock.real())
    with st.container(border=True):
        st.subheader("Your PIN")
        st.markdown(
            "It proves that it is still you before a debit above"
            f" **{format.money(desk.settings.debit_rules.proof_cents, 'usd')}**, before a bank connection is removed,"
            " and before anything about keys. Six to twelve digits."
        )
        st.caption("You have a PIN." if known else "You have no PIN yet.")
        if not known and not fresh:
            st.info(
                "**Sign in again to set one.**  \nA first PIN is set within five minutes of signing in, so that nobody"
                " sets one on a page that was left open.",
                icon=":material/lock_clock:",
            )
            if st.button("Sign in again", icon=":material/login:"):
                st.login()
            return
        with st.form("pin-form", clear_on_submit=True):
            old = "" if fresh else st.text_input("PIN so far", type="password", key="pin-old", autocomplete="off")
            new = st.text_input("New PIN", type="password", key="pin-new", autocomplete="off")
            again = st.text_input("The same again", type="password", key="pin-again", autocomplete="off")
            sent = st.form_submit_button("Set the PIN", type="primary")
        if sent and new != again:
            st.warning("**The two are not the same.**  \nNothing was changed.", icon=":material/edit:")
        elif sent:
            with errors.shown():
                desk.sign_in.set_pin(actor if fresh else desk.sign_in.prove(actor, old), new)
                st.success("Your PIN is set.", icon=":material/check_circle:")


def main() -> None:
    """The person, the PIN, the way out."""
    desk, actor = session.desk(), session.actor()
    frame.title("Your sign-in", "Who this desk takes you for.")
    with errors.shown():
        show_person(desk, actor)
        ask_pin(desk, actor)


main()
