"""The router: which pages this person has, and what is on all of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the checkout
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from streamlit.navigation.page import StreamlitPage  # noqa: E402

from components.document import document  # noqa: E402
from components.find import find  # noqa: E402
from dashboard.domain.models import Actor, Mode  # noqa: E402
from dashboard.staff.access import Permission, can  # noqa: E402
from dashboard.store.encryption.columns import LOST_KEY  # noqa: E402
from dashboard.ui import actions, errors, layout, session, sign_in_gate  # noqa: E402
from dashboard.ui.inbox import counts  # noqa: E402
from dashboard.ui.linking import handover  # noqa: E402
from dashboard.ui.navigation import HIDDEN, PERSON_PAGE, SANDBOX_PAGE, SECTIONS, list_sections  # noqa: E402
from dashboard.web import grid_routes  # noqa: E402

PAGES = ROOT / "pages"
LINKING = "onboard"


def make_pages(actor: Actor, mode: Mode, counts: Mapping[str, int], *, signed_in: bool) -> dict[str, list[st.Page]]:
    """The pages that this person may see, by section; the others are absent, and their addresses say why.

    `counts` says of a page how many lines wait on it.
    """
    sections = list_sections(mode)
    visible = {name: [page for page in pages if can(actor, page[3])] for name, pages in sections.items()}
    listed = {
        name: [
            st.Page(
                PAGES / f"{stem}.py",
                title=f"{title} ({counts[stem]:,})" if counts.get(stem) else title,
                icon=icon,
                url_path=stem,
                visibility="hidden" if stem in HIDDEN else "visible",
            )
            for page in pages
            for stem, title, icon, _ in [page]
        ]
        for name, pages in visible.items()
        if pages
    }
    first = next((page[0] for pages in visible.values() for page in pages), PERSON_PAGE[0])
    listed[""] = [
        # The default page answers at the address / only, so it is none of the others: each keeps its own address.
        st.Page(
            partial(open_first, first, LINKING if can(actor, Permission.LINK_BANK) else first),
            title="ACH Desk",
            url_path="first",
            default=True,
            visibility="hidden",
        ),
        *(
            st.Page(sign_in_gate.refuse_page(title), title=title, url_path=stem, visibility="hidden")
            for pages in sections.values()
            for stem, title, _, permission in pages
            if not can(actor, permission)
        ),
    ]
    if signed_in:
        stem, title, icon = PERSON_PAGE
        listed.setdefault("Desk", []).append(st.Page(PAGES / f"{stem}.py", title=title, icon=icon, url_path=stem))
    return listed


def name_page(chosen: StreamlitPage) -> str:
    """A page's name without what waits on it."""
    return next(
        (page.title for pages in list_sections(desk.mode).values() for page in pages if page.stem == chosen.url_path),
        chosen.title,
    )


def open_first(first: str, linking: str) -> None:
    """From the address / to the first page that this person may see; with what a bank or Link adds to it, back to Link.

    Plaid returns from a bank's own site to PLAID_REDIRECT_URI, which is often this address.
    """
    query = {name: str(value) for name, value in st.query_params.items()}
    st.switch_page(PAGES / f"{linking if query else first}.py", query_params=query)


st.set_page_config(page_title="ACH Desk", page_icon=str(ROOT / "dashboard" / "ui" / "icon.png"), layout="wide")
with errors.shown():
    desk = session.desk()
    session.come_back()
    paths = [*(page[0] for pages in SECTIONS.values() for page in pages), PERSON_PAGE[0], SANDBOX_PAGE[0]]
    handover.gate(desk, paths)
    person = sign_in_gate.enter(paths)
    if person:
        sign_in_gate.watch_session(person)
        waits = counts.read(desk, person)
        pages = make_pages(person, desk.mode, waits, signed_in=desk.settings.open_id is not None)
        chosen = st.navigation(pages, expanded=True)
        st.set_page_config(page_title=f"{name_page(chosen)} · ACH Desk")
        layout.mark_mode(desk.mode, navigated=True)
        with st.sidebar:
            find(grid_routes.address_of(""), key="find")
        layout.mark_sidebar(desk.mode)
        if not desk.reads_secrets:
            errors.show(LOST_KEY)
        sign_in_gate.show_person(person)
        actions.begin(chosen.url_path)
        chosen.run()
        actions.end()
    document()
