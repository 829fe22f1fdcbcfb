"""Your sign-in: who you are signed in as, until when, and your PIN."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can, is_proved
from dashboard.ui import actions, errors, format, layout, session, sign_in_gate
from dashboard.ui.text import plain

FIELDS = {"pin-old": "Current PIN", "pin-new": "New PIN", "pin-again": "New PIN again"}


def show_person(desk: Desk, actor: Actor) -> None:
    """Name, roles, what they allow, and the sign-in's end."""
    with st.container(border=True):
        st.text(f"{actor.name} · {sign_in_gate.in_words(actor)}")
        st.markdown("You may " + ", ".join(one.value for one in Permission if can(actor, one)) + ".")
        span = desk.sign_in.ends(session.claims())
        if span:
            now, zone = desk.clock.real(), session.zone()
            st.caption(
                f"Signed in {format.moment(span[0], zone, now)}; ends {format.moment(span[1], zone, now)} at the"
                " latest, or after 15 idle minutes."
            )


def ask_pin(desk: Desk, actor: Actor) -> None:
    """The PIN, set soon after a sign-in or by the Current PIN."""
    known, fresh = desk.sign_in.has_pin(actor), is_proved(actor, desk.clock.real())
    with st.container(border=True):
        st.subheader("Your PIN", anchor=False)
        limit = desk.settings.debit_rules.proof_cents
        st.markdown(
            f"It proves that it is you before a debit above **{plain(format.money(limit, 'usd'))}**,"
            " before a bank connection is removed, and before changes of keys. Six to twelve digits."
        )
        st.caption("You have a PIN." if known else "You have no PIN yet.")
        if not known and not fresh and "auth_time" not in session.claims():
            st.info(
                "**An administrator sets your first PIN.**  \nYour provider does not say when it asked for you, so"
                " signing in again proves nothing here. Ask for `ach-desk pin` with your address, on the server.",
                icon=":material/lock_clock:",
            )
            return
        if not known and not fresh:
            st.info(
                "**Sign in again to set one.**  \nSet the first PIN within five minutes of signing in, so that nobody"
                " else can set one on a page that was left open.",
                icon=":material/lock_clock:",
            )
            st.button("Sign in again", icon=":material/login:", on_click=session.sign_in)
            return
        with st.form("pin-form", clear_on_submit=True):
            for key, label in FIELDS.items():
                if key != "pin-old" or not fresh:
                    st.text_input(label, type="password", key=key, autocomplete="off")
            actions.submit("Set the PIN", partial(set_pin, desk), key="pin-set", type="primary")


def set_pin(desk: Desk, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Set the PIN, typed twice, after a sign-in or by the Current PIN."""
    if fields["pin-new"] != fields["pin-again"]:
        raise InputError("The two are not the same.", meaning="Nothing was changed.")
    fresh = is_proved(actor, desk.clock.real())
    desk.sign_in.set_pin(actor if fresh else desk.sign_in.prove(actor, fields.get("pin-old", "")), fields["pin-new"])
    return actions.Then(said="Your PIN is set.")


def main() -> None:
    """The person, the PIN, the way out."""
    desk, actor = session.desk(), session.actor()
    layout.title("Your sign-in", "Who you are signed in as.")
    with errors.shown():
        show_person(desk, actor)
        ask_pin(desk, actor)


main()
