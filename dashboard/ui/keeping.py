"""What needs attention of the keeping: erasures that are held up, and connections whose access token was lost."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.models import Actor
from dashboard.store.erasures import Erasure
from dashboard.ui import errors, format, session


def held_up(desk: Desk, actor: Actor) -> list[Erasure]:
    """Erasures that met a problem; the others are under way."""
    if not can(actor, Permission.VIEW_CUSTOMERS):
        return []
    return [one for one in desk.erasing.unfinished(actor) if one.problem is not None]


def draw(desk: Desk, actor: Actor) -> bool:
    """Both lists; says whether there was anything."""
    erasures, lost = held_up(desk, actor), desk.plaid_tokens.lost(actor)
    if lost:
        st.subheader(f"Access tokens that were lost ({len(lost)})")
    for rotation, item in lost:
        owner = desk.customers.several(actor, [item.customer_id]).get(item.customer_id)
        with st.container(border=True):
            left, right = st.columns([4, 1], vertical_alignment="center")
            name = errors.plain(owner.name if owner else item.customer_id)
            left.markdown(f"**{name}** · {errors.plain(item.institution_name)} · ✕ Must be linked anew")
            at = format.moment(rotation.ended_at, session.zone(), desk.clock.now())
            left.caption(f"Changed by {errors.plain(rotation.wanted_by)}, {at}")
            if can(actor, Permission.LINK_BANK) and right.button("Link again", key=f"lost-{item.id}", width="stretch"):
                place = {"customer": item.customer_id}
                st.session_state["onboard"] = place
                st.switch_page("../pages/onboard.py", query_params=place)
            if rotation.problem:
                errors.show_problem(rotation.problem)
    if erasures:
        st.subheader(f"Erasures that are held up ({len(erasures)})")
    for erasure in erasures:
        with st.container(border=True):
            left, right = st.columns([4, 1], vertical_alignment="center")
            left.markdown(f"**{errors.plain(erasure.pseudonym)}** · tried again every minute")
            if right.button("Open", key=f"erasure-{erasure.id}", width="stretch"):
                st.switch_page("../pages/customers.py", query_params={"customer": erasure.id})
            if erasure.problem:
                errors.show_problem(erasure.problem)
    return bool(erasures or lost)
