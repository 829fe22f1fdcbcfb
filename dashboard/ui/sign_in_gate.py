"""The sign-in gate: who gets in, what others see, and the lock that closes an idle page automatically."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from components.idle_watch import idle_watch, was_idle
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role
from dashboard.staff.sign_in import IDLE
from dashboard.ui import errors, layout, session

LOOK_EVERY = 10.0  # seconds; how long an idle page may still show what it showed
CLOSED = {
    "signed_out": (
        "Sign in to ACH Desk",
        "Sign in with your organization's account. Your role decides what you can see.",
    ),
    "idle": ("Locked", "This page was idle for 15 minutes. What you saved is still there."),
    "expired": ("Signed out", "A sign-in lasts 12 hours at most. What you saved is still there."),
    "ended": ("Signed out", "This sign-in has ended. What you saved is still there."),
    "no_role": ("No role at this desk", ""),
}
IDLE_PAGE = "Page hidden"
ROLES = {Role.OPS: "ops", Role.FINANCE: "finance", Role.ADMIN: "admin", Role.AUDITOR: "auditor"}


def enter(paths: Sequence[str]) -> Actor | None:
    """The person who is in, or None where the door is shut; what to do then is on the page already.

    `paths` are the addresses of pages: each leads to the door instead of to "page not found".
    """
    idle = is_left_alone()
    try:
        person = session.actor(active=not idle)
        if not idle:
            return person
        _clear_page(paths, IDLE_PAGE)
        _show_blank()
        return None
    except AccessDenied as error:
        _clear_page(paths, CLOSED[error.code][0] if error.code in CLOSED else "ACH Desk")
        if error.code in CLOSED:
            _show_sign_in(error)
        else:
            errors.show(error)
        return None


def _clear_page(paths: Sequence[str], title: str) -> None:
    """Take away the page and the navigation of whoever was in."""
    st.navigation(blank_pages(paths, title), position="hidden")
    st.set_page_config(page_title=title)
    layout.mark_mode(session.desk().mode)


def person() -> Actor:
    """The signed-in person, asked again where a fragment runs by itself; using one keeps the visit open."""
    try:
        return session.actor(active=True)
    except AccessDenied:
        st.rerun(scope="app")  # to the door, which says why


def blank_pages(paths: Sequence[str], title: str) -> list[st.Page]:
    """A page without content for the address / and for each of these, while what is drawn does not depend on it."""
    return [st.Page(_nothing, title=title, url_path=path, default=path == "first") for path in ("first", *paths)]


def _nothing() -> None:
    """A page's address while nobody is in."""


def watch_session(actor: Actor) -> None:
    """Look again by itself whether this sign-in still holds, and blank the page where it does not.

    The look is no activity: a page that is only left open locks. The browser blanks the page by itself after the same
    time, since a tablet that lost its network gets no answer. Without sign-in there is nothing to watch.
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
    with st.container(key="unseen-watch"):  # it stands above the page, which it would push about while its code comes
        idle_watch(_idle_token(actor.visit), IDLE)


def _idle_token(visit: str) -> str:
    """A new one each time that somebody goes on after the browser blanked the page."""
    return f"{visit[:16]}-{st.session_state.get('idle-count', 0)}"


def is_left_alone() -> bool:
    """Whether the browser has blanked this page because nobody touched it."""
    return was_idle(_idle_token(session.visit()))


def _show_blank() -> None:
    """A page that was left alone while the same person went on in another one: nothing of it, and a button."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        layout.title(IDLE_PAGE, "This page was idle for 15 minutes.")
        st.button("Go on", type="primary", width="stretch", on_click=_go_on)


def _go_on() -> None:
    st.session_state["idle-count"] = st.session_state.get("idle-count", 0) + 1


def show_person(actor: Actor) -> None:
    """Who is signed in, and the way out, beside every page."""
    if session.desk().settings.open_id is None:
        return
    with st.sidebar:
        st.text(f"{actor.name}\n{in_words(actor)}")
        st.button("Sign out", icon=":material/logout:", width="stretch", on_click=sign_out, args=(actor,))


def refuse_page(title: str) -> Callable[[], None]:
    """A page in the place of one that this person may not see: its address says so, and shows nothing of it."""

    def refused() -> None:
        layout.title("Not available for your role")
        errors.show(
            AccessDenied(
                f"You may not see {title}.",
                meaning="Nothing was done.",
                action="Choose a page on the left, or ask an administrator for a role that may.",
            )
        )

    return refused


def in_words(actor: Actor) -> str:
    """A person's roles, in the order in which the desk names them."""
    return ", ".join(word for role, word in ROLES.items() if role in actor.roles)


def sign_out(actor: Actor) -> None:
    """End this sign-in here first, so that a cookie that is kept opens nothing, then at the provider."""
    session.desk().sign_in.leave(actor, session.claims())
    session.desk().exports.prune()
    st.logout()


def _show_sign_in(error: AccessDenied) -> None:
    title, about = CLOSED[error.code]
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        layout.title(title, about)
        if error.code == "no_role":
            errors.show(error)
            st.button("Sign in as somebody else", icon=":material/logout:", width="stretch", on_click=st.logout)
            return
        label = "Sign in" if error.code == "signed_out" else "Sign in again"
        st.button(label, type="primary", icon=":material/login:", width="stretch", on_click=session.sign_in)
