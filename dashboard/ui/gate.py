"""The door: who may come in, what they see where they may not, and the lock that closes an idle page by itself."""

from __future__ import annotations

import streamlit as st

from dashboard.errors import AccessDenied
from dashboard.models import Actor, Role
from dashboard.ui import errors, frame, session

LOOK_EVERY = 10.0  # seconds; how long an idle page may still show what it showed
CLOSED = {
    "signed_out": ("Sign in", "Your organisation's sign-in says who you are; your role says what you see."),
    "idle": ("Locked", "Nobody touched this page for 15 minutes. What you had saved is still there."),
    "expired": ("Signed out", "A sign-in lasts 12 hours at most. What you had saved is still there."),
    "ended": ("Signed out", "This sign-in has ended. What you had saved is still there."),
    "no_role": ("No role at this desk", ""),
}
ROLES = {Role.OPS: "ops", Role.FINANCE: "finance", Role.ADMIN: "admin", Role.AUDITOR: "auditor"}


def enter() -> Actor | None:
    """The person who is in, or None where the door is shut; what to do then is on the page already."""
    try:
        return session.actor(active=True)
    except AccessDenied as error:
        if error.code not in CLOSED:
            errors.show(error)
            return None
        _show_door(error)
        return None


def keep_watch() -> None:
    """Look again by itself whether this sign-in still holds, and blank the page where it does not.

    The look is no activity: a page that is only left open locks. Without sign-in there is nothing to watch.
    """
    if session.desk().settings.open_id is None:
        return

    @st.fragment(run_every=LOOK_EVERY)
    def look() -> None:
        try:
            session.actor()
        except AccessDenied:
            st.rerun(scope="app")

    look()


def show_person(actor: Actor) -> None:
    """Who is signed in, and the way out, beside every page."""
    if session.desk().settings.open_id is None:
        return
    with st.sidebar:
        st.caption(f"{errors.plain(actor.name)} · {in_words(actor)}")
        if st.button("Sign out", icon=":material/logout:", width="stretch"):
            sign_out(actor)


def in_words(actor: Actor) -> str:
    """A person's roles, in the order in which the desk names them."""
    return ", ".join(word for role, word in ROLES.items() if role in actor.roles)


def sign_out(actor: Actor) -> None:
    """End this sign-in here first, so that a cookie that is kept opens nothing, then at the provider."""
    session.desk().sign_in.leave(actor, session.claims())
    st.logout()


def _show_door(error: AccessDenied) -> None:
    title, about = CLOSED[error.code]
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        frame.title(title, about)
        if error.code == "no_role":
            errors.show(error)
            if st.button("Sign out, and in as somebody else", icon=":material/logout:", width="stretch"):
                st.logout()
            return
        label = "Sign in" if error.code == "signed_out" else "Sign in again"
        if st.button(label, type="primary", icon=":material/login:", width="stretch"):
            st.login()
