"""The banks that can be linked; each row opens Link for it, as far as the generation allows."""

from __future__ import annotations

import base64

import streamlit as st

from components.plaid_link import plaid_link
from dashboard.desk import Desk
from dashboard.models import Actor, Generation, Institution, InstitutionList
from dashboard.ui import errors, format, frame, session

PER_PAGE = 20


def draw_row(institution: Institution, generation: Generation) -> None:
    """One bank: logo, name, products, OAuth mark, and its button."""
    logo, name, products, action = st.columns([1, 5, 4, 2], vertical_alignment="center")
    if institution.logo:
        logo.image(base64.b64decode(institution.logo), width=40)
    name.markdown(
        f"**{institution.name}**" + (" :gray-badge[:material/open_in_new: OAuth]" if institution.oauth else "")
    )
    products.caption(", ".join(institution.products) or "auth")
    word = "Open" if generation is Generation.CLASSIC else "Link"
    if action.button(
        word, key=f"link-{institution.id}", width="stretch", help=f"Link an account at {institution.name}"
    ):
        st.session_state["institution-hint"] = institution.hint
        st.session_state["institution-name"] = institution.name
        st.session_state["onboard"] = {}
        st.switch_page("../pages/onboard.py")


def list_from_handler(desk: Desk, actor: Actor, found: InstitutionList) -> InstitutionList:
    """The banks of the classic handler's `institutions` array, those with `auth` (the guide)."""
    config = dict(desk.onboarding.listing_config(actor) or {})
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
    frame.title("Institutions", "Pick a bank to open Link for it. The customer is chosen next.")
    with errors.shown():
        found = desk.institutions.list(actor)
        now = desk.clock.now()
        classic = desk.settings.generation is Generation.CLASSIC
        if classic:
            found = list_from_handler(desk, actor, found)
        line = st.container(horizontal=True, vertical_alignment="bottom")
        text = line.text_input("Search", placeholder="Name of the bank", key="bank-search").strip().casefold()
        if line.button("Read again", icon=":material/refresh:") or (not classic and not found.institutions):
            with st.spinner("Reading the list …"):
                found = desk.institutions.refresh(actor)
        read = f"read {format.ago(found.read_at, now)} ({format.moment(found.read_at, session.zone(), now)})"
        matching = [one for one in found.institutions if text in one.name.casefold()]
        st.caption(f"{len(matching)} of {len(found.institutions)} banks, {read}.")
        if not matching:
            frame.empty("No bank fits.", "Try a shorter name, or read the list again.")
            return
        pages = -(-len(matching) // PER_PAGE)
        number = st.pagination(pages, key="bank-page") if pages > 1 else 1
        for institution in matching[(number - 1) * PER_PAGE : number * PER_PAGE]:
            draw_row(institution, desk.settings.generation)
        if not classic:
            st.caption("Link highlights the chosen bank by its routing number; the customer confirms it there.")


main()
