"""The door: who may come in, what they see where they may not, and the lock that closes an idle page by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.errors import AccessDenied
from dashboard.models import Actor, Role
from dashboard.ui import errors, frame, session

LOOK_EVERY = 10.0  # seconds; how long an idle page may still show what it showed
CLOSED = {
    "signed_out": ("Sign in to ACH Desk", "Your organisation's sign-in says who you are; your role says what you see."),
    "idle": ("Locked", "Nobody touched this page for 15 minutes. What you had saved is still there."),
    "expired": ("Signed out", "A sign-in lasts 12 hours at most. What you had saved is still there."),
    "ended": ("Signed out", "This sign-in has ended. What you had saved is still there."),
    "no_role": ("No role at this desk", ""),
}
ROLES = {Role.OPS: "ops", Role.FINANCE: "finance", Role.ADMIN: "admin", Role.AUDITOR: "auditor"}


def enter(paths: Sequence[str]) -> Actor | None:
    """The person who is in, or None where the door is shut; what to do then is on the page already.

    `paths` are the addresses of pages: each leads to the door instead of to "page not found".
    """
    try:
        return session.actor(active=True)
    except AccessDenied as error:
        pages = [
            st.Page(_nothing, title="ACH Desk", url_path=path, default=not place) for place, path in enumerate(paths)
        ]
        st.navigation(pages, position="hidden")  # also takes away the navigation of whoever was in
        frame.mark_mode(session.desk().mode)
        if error.code in CLOSED:
            _show_door(error)
        else:
            errors.show(error)
        return None


def person() -> Actor:
    """The person who is in, asked again where a fragment runs alone; using one keeps the visit open as a page does."""
    try:
        return session.actor(active=True)
    except AccessDenied:
        st.rerun(scope="app")  # to the door, which says why


def _nothing() -> None:
    """A page's address while nobody is in."""


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
        st.text(f"{actor.name}\n{in_words(actor)}")
        if st.button("Sign out", icon=":material/logout:", width="stretch"):
            sign_out(actor)


def refuse_page(title: str) -> Callable[[], None]:
    """A page in the place of one that this person may not see: its address says so, and shows nothing of it."""

    def refused() -> None:
        frame.title("Not for your role")
        errors.show(
            AccessDenied(
                f"You may not see {title}.",
                meaning="Nothing was done.",
                action="Pick a page at the left, or ask an administrator for the role that may.",
            )
        )

    return refused


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
