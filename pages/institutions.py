"""The banks that can be linked; each row opens Link for it, as far as the generation allows."""

from __future__ import annotations

import base64

import streamlit as st

from components.plaid_link import plaid_link
from dashboard.desk import Desk
from dashboard.domain.models import Actor, Generation, Institution, InstitutionList
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.text import plain

PER_PAGE = 20


def draw_row(desk: Desk, institution: Institution) -> None:
    """One bank: logo, name, products, OAuth mark, and its button."""
    logo, name, products, action = st.columns([1, 5, 4, 2], vertical_alignment="center")
    if institution.logo:
        logo.image(base64.b64decode(institution.logo), width=40, alt="")
    name.markdown(
        f"**{plain(institution.name)}**" + (" :gray-badge[:material/open_in_new: OAuth]" if institution.oauth else "")
    )
    products.caption(plain(", ".join(institution.products) or "auth"))
    word = "Open" if desk.settings.generation is Generation.CLASSIC else "Link"
    chosen: dict[str, object] = {
        "institution-hint": desk.institutions.hint(institution),
        "institution-name": institution.name,
        "onboard": {},
    }
    actions.button(
        word,
        actions.go("onboard", keep=chosen),
        key=f"link-{institution.id}",
        place=action,
        width="stretch",
        help=f"Link an account at {plain(institution.name)}",
    )


def list_from_handler(desk: Desk, actor: Actor, found: InstitutionList) -> InstitutionList:
    """The banks of the classic handler's `institutions` array, those with `auth` (the guide)."""
    config = dict(desk.linking.listing_config(actor) or {})
    config.pop("open_type", None)
    said = plaid_link(
        "listing",
        config,
        script_url=desk.settings.plaid_link_url,
        key="link-listing",
        listing=True,
        wants_institutions=True,
    )
    if not said.institutions or st.session_state.get("listing-kept"):
        return found
    kept = desk.institutions.keep(actor, said.institutions)
    st.session_state["listing-kept"] = True
    return kept


def main() -> None:
    """The list with its age, a search, and the rows."""
    desk, actor = session.desk(), session.actor()
    layout.title("Institutions", "Choose a bank to open Link for it. You choose the customer next.")
    with errors.shown():
        found = desk.institutions.list(actor)
        now = desk.clock.now()
        classic = desk.settings.generation is Generation.CLASSIC
        if classic:
            found = list_from_handler(desk, actor, found)
        line = st.container(horizontal=True, vertical_alignment="bottom")
        text = line.text_input("Search", placeholder="Name of the bank", key="bank-search").strip().casefold()
        read_again = actions.call(desk.institutions.refresh)
        actions.button(
            "Read again",
            read_again,
            key="banks-read",
            place=line,
            slow="Reading the list …",
            icon=":material/refresh:",
        )
        if not classic and not found.institutions:
            with st.spinner("Reading the list …"):
                found = desk.institutions.refresh(actor)
        read = f"read {format.ago(found.read_at, now)} ({format.moment(found.read_at, session.zone(), now)})"
        matching = [one for one in found.institutions if text in one.name.casefold()]
        st.caption(f"{len(matching)} of {format.count(len(found.institutions), 'bank')}, {read}.")
        if not matching:
            layout.empty("No bank matches.", "Try a shorter name, or read the list again.")
            return
        pages = -(-len(matching) // PER_PAGE)
        number = st.pagination(pages, key="bank-page") if pages > 1 else 1
        for institution in matching[(number - 1) * PER_PAGE : number * PER_PAGE]:
            draw_row(desk, institution)
        if not classic:
            st.caption("Link highlights the chosen bank; the customer confirms it in Link.")


main()
